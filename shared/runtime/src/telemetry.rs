//! Logs, one JSON object a line on standard output, as CloudWatch takes them.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging at a level (`error`, `warn`, `info`, `debug`); an unknown level means `info`. The SDK's and the HTTP
/// stack's own messages below `warn` are left out: some of them hold addresses, and ours hold secrets.
pub fn start(level: &str) {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    let ours = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level)
        .with_writer(std::io::stdout)
        .finish();
    // A second start, in a test, changes nothing.
    let _ = tracing::subscriber::set_global_default(Ours(ours));
}

/// Lets through what comes from this product's crates, and warnings from everywhere.
struct Ours<S>(S);

const CRATES: [&str; 14] = [
    "app",
    "cleanup",
    "domain",
    "limits_flags",
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

impl<S: tracing::Subscriber> tracing::Subscriber for Ours<S> {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        let origin = metadata.target().split("::").next().unwrap_or_default();
        let ours = CRATES.contains(&origin) || *metadata.level() <= tracing::Level::WARN;
        ours && self.0.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.0.max_level_hint()
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.0.new_span(span)
    }

    fn record(&self, span: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        self.0.record(span, values);
    }

    fn record_follows_from(&self, span: &tracing::span::Id, follows: &tracing::span::Id) {
        self.0.record_follows_from(span, follows);
    }

    fn event(&self, event: &tracing::Event<'_>) {
        self.0.event(event);
    }

    fn enter(&self, span: &tracing::span::Id) {
        self.0.enter(span);
    }

    fn exit(&self, span: &tracing::span::Id) {
        self.0.exit(span);
    }

    fn clone_span(&self, id: &tracing::span::Id) -> tracing::span::Id {
        self.0.clone_span(id)
    }

    fn try_close(&self, id: tracing::span::Id) -> bool {
        self.0.try_close(id)
    }
}
