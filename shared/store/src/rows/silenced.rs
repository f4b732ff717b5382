//! An order without what its customer said and got: numbers stay, and the row can be read as before.

use domain::job::{Job, Sketch};
use table::{AttributeValue, s};

use super::words;

/// Whether there is something in an order's row that is its customer's own: words, a photo, a file.
pub(crate) fn says_something(job: &Job) -> bool {
    let order = &job.order;
    let sketch = order.sketch.as_ref();
    !order.prompt.is_empty()
        || order.image.is_some()
        || sketch.is_some_and(|it| !it.simple.is_empty() || it.voice.is_some() || it.wish.is_some())
        || job.answer.as_ref().is_some_and(|answer| !answer.text.is_empty())
        || job.result.as_ref().is_some_and(|result| !result.url.is_empty())
        || job.file.as_ref().is_some_and(|file| !file.0.is_empty())
}

/// What stands instead. What was there is left empty where its being there says something: that there was a file, and words
/// that were counted.
pub(crate) fn silenced(job: &Job) -> [(&'static str, Option<AttributeValue>); 6] {
    let empty = |is_there: bool| is_there.then(|| s(""));
    let sketch = job.order.sketch.as_ref().map(|sketch| {
        words::sketch_map(&Sketch {
            simple: String::new(),
            voice: None,
            wish: None,
            ..sketch.clone()
        })
    });
    [
        ("prompt", Some(s(""))),
        ("image", None),
        ("sketch", sketch),
        ("words", empty(job.answer.is_some())),
        ("result_url", empty(job.result.is_some())),
        ("file", empty(job.file.is_some())),
    ]
}
