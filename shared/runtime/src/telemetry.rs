//! Logs, one JSON object a line on standard output, as CloudWatch takes them. The template's metric filters look at
//! `level`, so that is the field's name. Metrics are lines of another form: [`crate::emf`].

use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

/// Starts logging at a level (`error`, `warn`, `info`); an unknown level means `info`. `debug` shows more only where the
/// functions were built for debugging: what is deployed does not contain those lines.
pub fn start(level: &str) {
    // A second start, in a test, changes nothing.
    let _ = tracing::subscriber::set_global_default(lines(level, std::io::stdout));
}

/// What turns events into lines for a writer.
pub fn lines<W>(level: &str, writer: W) -> impl Subscriber
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level.parse().unwrap_or(LevelFilter::INFO))
        .with_writer(writer)
        .finish()
        .with(filter_fn(is_for_the_log))
}

/// What comes from this product's crates, and warnings from everywhere. The SDK's and the HTTP stack's own messages below
/// that are left out: some of them hold addresses, and ours hold secrets.
fn is_for_the_log(metadata: &Metadata<'_>) -> bool {
    let origin = metadata.target().split("::").next().unwrap_or_default();
    CRATES.contains(&origin) || *metadata.level() <= tracing::Level::WARN
}

const CRATES: [&str; 17] = [
    "app",
    "cleanup",
    "domain",
    "features_api",
    "limits_flags",
    "payment_webhook",
    "payments",
    "provider_callback",
    "providers",
    "queue",
    "runtime",
    "store",
    "table",
    "telegram",
    "telegram_webhook",
    "video_worker",
    "lambda_runtime",
];

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, act: impl FnOnce()) -> Vec<Value> {
        let paper = Paper::default();
        let writer = paper.clone();
        tracing::subscriber::with_default(lines(level, move || writer.clone()), act);
        let bytes = paper.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_has_the_fields_that_the_templates_filters_look_at() {
        let lines = logged("info", || {
            tracing::error!(job = "7-a", "over");
        });
        let fields = ["level", "job", "message"].map(|name| &lines[0][name]);
        assert_eq!(fields, [&json!("ERROR"), &json!("7-a"), &json!("over")]);
    }

    #[test]
    fn others_are_heard_only_when_they_warn() {
        let lines = logged("info", || {
            tracing::info!(target: "hyper::client", "connecting to /bot7:token");
            tracing::warn!(target: "hyper::client", "broken");
            tracing::info!(target: "app::desk", "said");
        });
        let messages: Vec<_> = lines.iter().map(|line| line["message"].clone()).collect();
        assert_eq!(messages, [json!("broken"), json!("said")]);
    }

    #[test]
    fn a_level_silences_what_is_less_severe_and_an_unknown_one_means_info() {
        let say = || {
            tracing::info!(target: "app", "info");
            tracing::warn!(target: "app", "warn");
        };
        assert_eq!(logged("warn", say).len(), 1);
        assert_eq!(logged("loud", say).len(), 2);
    }
}
