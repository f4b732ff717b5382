//! The orders that came to any of the played providers.

use domain::job::Job;
use domain::time::Timestamp;
use played_studios::vertex::name_of;

use super::Stage;

/// One of them, as far as an audit may know it.
pub(crate) struct Render {
    pub(crate) id: String,
    /// Empty at a provider that does not call back.
    pub(crate) callback_url: String,
    pub(crate) prompt: String,
    pub(crate) created_at: Timestamp,
    /// It renders still, or has ended in a video that can be delivered.
    pub(crate) is_live_or_good: bool,
}

impl Render {
    /// Whether it was ordered for a job. Where no callback address says so, no two jobs of a test have the same words.
    pub(crate) fn is_of(&self, job: &Job) -> bool {
        if self.callback_url.is_empty() {
            return self.prompt == job.order.prompt;
        }
        self.parameter("job") == Some(&job.id.to_string())
    }

    /// A parameter of its callback address.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.callback_url.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl Stage {
    /// All of them.
    pub(crate) fn renders(&self) -> Vec<Render> {
        let now_ms = self.now().0;
        let at_kie = self.kie.tasks().into_iter().map(|task| Render {
            is_live_or_good: task.is_live_or_good(),
            id: task.id,
            callback_url: task.callback_url.unwrap_or_default(),
            prompt: task.prompt,
            created_at: Timestamp(task.created_at_ms),
        });
        let by_id = self.kling.tasks().into_iter().chain(self.google.tasks());
        let by_id = by_id.map(|task| (task.id.clone(), task));
        let by_name = self.vertex.tasks().into_iter();
        let by_name = by_name.map(|task| (name_of(&task), task));
        let elsewhere = by_id.chain(by_name).map(|(id, task)| Render {
            is_live_or_good: task.is_live_or_good(now_ms),
            id,
            callback_url: task.wish.callback_url.unwrap_or_default(),
            prompt: task.wish.prompt,
            created_at: Timestamp(task.created_at_ms),
        });
        at_kie.chain(elsewhere).collect()
    }
}
