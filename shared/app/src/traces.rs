//! What is told of an order to who looks at traces: spans of `trace::spans`, filled in from the order.

use domain::job::{Change, Job, Settlement};
use trace::spans;
use tracing::Span;

/// Says which order a function's span is about, and so to which trace it belongs.
pub(crate) fn belongs(span: &Span, job: &Job) {
    // Most orders are looked at where nothing is recorded; then there is nothing to write.
    if !span.is_disabled() {
        let model = &job.order.model.0;
        spans::belongs(span, &job.id.to_string(), model, job.trace.as_deref());
    }
}

/// Says which order came of a press.
pub(crate) fn admitted(span: &Span, job: &Job) {
    if !span.is_disabled() {
        spans::admitted(span, &job.id.to_string(), &job.order.model.0);
    }
}

/// A span for a request to whoever makes what was ordered.
pub(crate) fn provider(job: &Job, operation: &'static str) -> Span {
    let order = &job.order;
    spans::provider(
        &order.provider,
        operation,
        &order.family,
        &order.model.0,
        job.fence.0,
    )
}

/// A span for the write of a change, where it settles the order; else one that is told to nobody.
pub(crate) fn settlement(change: &Change) -> Span {
    match change.settlement {
        Some(Settlement::Capture) => spans::settlement(change.rule.as_str(), "captured"),
        Some(Settlement::Release) => spans::settlement(change.rule.as_str(), "released"),
        None => Span::none(),
    }
}
