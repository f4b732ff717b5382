//! The spans, each with what may be said of it. A field that is empty is said later, or never.

use tracing::Span;
use tracing::field::Empty;

/// What the doorbell says of how an invocation came to an order. A hint, as all of the message is: to whom the order's spans
/// belong stands in its row.
#[derive(Clone, Debug, Default)]
pub struct Rung {
    /// When it was rung, in milliseconds since 1970, as the queue says.
    pub sent_ms: Option<i64>,
    /// The header of the trace that it was rung in.
    pub header: Option<String>,
}

/// A press that orders something. A part of its invocation's trace, which becomes the order's.
pub fn admission() -> Span {
    tracing::info_span!(
        "admission",
        service = "admission",
        job = Empty,
        gen_ai_request_model = Empty,
        outcome = Empty
    )
}

/// Says which order came of it, and of which model.
pub fn admitted(span: &Span, job: &str, model: &str) {
    span.record("job", job);
    span.record("gen_ai_request_model", model);
    ended(span, "admitted");
}

/// A function's work on one order, in the order's trace; an invocation may work on several. Whose trace that is, is said
/// with [`belongs`].
pub fn order(function: &'static str) -> Span {
    tracing::info_span!(
        "order",
        service = function,
        link = Empty,
        rung = Empty,
        sent_ms = Empty,
        job = Empty,
        gen_ai_request_model = Empty,
        outcome = Empty,
        hint = Empty
    )
}

/// The same, of a function that a doorbell called.
pub fn rung(function: &'static str, hint: &str, rung: &Rung) -> Span {
    let span = order(function);
    span.record("hint", hint);
    if let Some(sent_ms) = rung.sent_ms {
        span.record("sent_ms", sent_ms);
    }
    if let Some(header) = &rung.header {
        span.record("rung", header);
    }
    span
}

/// Says to which trace a span of [`order`] belongs: what stands in the order's row. Without it nothing is told of the span.
pub fn belongs(span: &Span, job: &str, model: &str, link: Option<&str>) {
    if let Some(link) = link {
        span.record("job", job);
        span.record("gen_ai_request_model", model);
        span.record("link", link);
    }
}

/// A request to whoever makes what was ordered: `order`, `look_up`, `find`, `take_photo`, `words`. Named as the conventions
/// of OpenTelemetry for generative AI name it, with `_` in the place of `.`, which X-Ray does not take.
pub fn provider(provider: &str, operation: &'static str, family: &str, model: &str, fence: u32) -> Span {
    tracing::info_span!(
        "provider",
        service = provider,
        remote = true,
        gen_ai_provider_name = provider,
        gen_ai_operation_name = operation,
        gen_ai_request_model = model,
        route = family,
        fence,
        outcome = Empty
    )
}

/// What shows something to the customer: one request to Telegram, or the few that it takes.
pub fn telegram(what: &'static str) -> Span {
    tracing::info_span!(
        "telegram",
        service = "telegram",
        remote = true,
        operation = what,
        outcome = Empty
    )
}

/// The transaction that settles an order.
pub fn settlement(rule: &'static str, outcome: &'static str) -> Span {
    tracing::info_span!("settlement", service = "settlement", rule, outcome)
}

/// Says how a span ended, in a word of ours.
pub fn ended(span: &Span, outcome: &'static str) {
    span.record("outcome", outcome);
}
