//! Metrics, in `CloudWatch`'s embedded metric format: a line of JSON on standard output for each set of dimensions, from
//! which `CloudWatch` takes the numbers. Nothing is sent, so nobody waits.
//!
//! Lambda freezes a function as soon as it has answered, and may never wake it again. So the lines are written before the
//! response is given ([`told`]), and in one `write`, after which they are the pipe's and not ours.

use std::future::Future;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use metrics_cloudwatch_embedded::{Builder, Collector};

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();
/// Lines that were made before there were more values than the collector holds (a hundred of a metric), to be written with
/// the next.
static ASIDE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Starts counting, into this namespace. Before, nothing is counted.
pub fn start(namespace: &str) {
    // A second start, in a test, changes nothing.
    if let Ok(collector) = Builder::new().cloudwatch_namespace(namespace.to_owned()).init() {
        meter::describe();
        let _ = COLLECTOR.set(collector);
        meter::relieve_by(put_aside);
    }
}

/// Does an invocation's work, and writes what it has counted before anybody can answer: also if the work panics or is
/// given up.
pub fn told<F: Future>(work: F) -> impl Future<Output = F::Output> {
    // On the heap: an invocation's work is large, and is moved about no more.
    let work = Box::pin(work);
    async move {
        let _told = Tells;
        work.await
    }
}

struct Tells;

impl Drop for Tells {
    fn drop(&mut self) {
        write(std::io::stdout().lock());
    }
}

fn aside() -> MutexGuard<'static, Vec<u8>> {
    ASIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An invocation measures more than the collector holds: the lines are made now.
fn put_aside() {
    let mut lines = aside();
    meter::relieved();
    if let Some(Err(error)) = COLLECTOR.get().map(|collector| collector.flush(&mut *lines)) {
        tracing::warn!(name: "metrics_unwritten", error = app::chain(&error), "metrics could not be written");
    }
}

/// Writes what was counted since the last time, all at once: a line that is half out when the process stops is none.
pub fn write(mut out: impl Write) {
    let Some(collector) = COLLECTOR.get() else {
        return;
    };
    let mut lines = std::mem::take(&mut *aside());
    meter::relieved();
    let written = collector.flush(&mut lines).and_then(|()| {
        out.write_all(&lines)?;
        out.flush()
    });
    if let Err(error) = written {
        tracing::warn!(name: "metrics_unwritten", error = app::chain(&error), "metrics could not be written");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// One collector for the process, as in a Lambda.
    fn counted(count: impl FnOnce()) -> Vec<Value> {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _alone = ONE_AT_A_TIME
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        start("neurocards");
        count();
        let mut page = Vec::new();
        write(&mut page);
        let text = String::from_utf8(page).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_what_cloudwatch_reads_with_unit_and_dimensions() {
        let lines = counted(|| meter::payment_moved("stars", "CREDITED"));
        let directive = &lines[0]["_aws"]["CloudWatchMetrics"];
        let expected = json!([{
            "Namespace": "neurocards",
            "Dimensions": [["Rail", "State"]],
            "Metrics": [{"Name": "Payments", "Unit": "Count"}],
        }]);
        assert_eq!((lines.len(), directive), (1, &expected));
        assert!(lines[0]["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
        let values = ["Rail", "State", "Payments"].map(|name| &lines[0][name]);
        assert_eq!(values, [&json!("stars"), &json!("CREDITED"), &json!(1)]);
    }

    #[test]
    fn what_an_alarm_looks_at_as_a_whole_is_counted_without_dimensions_too() {
        let lines = counted(|| {
            meter::feature_denied("hd");
            meter::feature_denied("stories");
            meter::time_to_video("kling-3.0", 90_000);
        });
        let whole = lines.iter().find(|line| {
            line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == json!([[]])
                && line.get("FeatureDenials").is_some()
        });
        let whole = whole.unwrap();
        assert_eq!(whole["FeatureDenials"], json!(2));
        assert_eq!(whole["TimeToVideo"], json!([90_000.0]));
    }

    #[test]
    fn an_invocation_that_measures_much_loses_nothing() {
        let lines = counted(|| (0..950).for_each(|_| meter::job_succeeded(false)));
        let values = lines.iter().filter_map(|line| line["JobSuccess"].as_array());
        let counts: Vec<usize> = values.map(Vec::len).collect();
        assert_eq!(counts.iter().sum::<usize>(), 950);
        assert!(
            counts.iter().all(|count| *count <= 100),
            "CloudWatch takes a hundred: {counts:?}"
        );
    }

    #[test]
    fn nothing_is_written_twice_and_nothing_where_nothing_was_counted() {
        assert_eq!(counted(meter::update_quarantined).len(), 1);
        assert_eq!(counted(|| ()), Vec::<Value>::new());
    }
}
