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
        model = Empty,
        outcome = Empty
    )
}

/// Says which order came of it, and of which model.
pub fn admitted(span: &Span, job: &str, model: &str) {
    span.record("job", job);
    span.record("model", model);
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
        model = Empty,
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
        span.record("model", model);
        span.record("link", link);
    }
}

/// A request to whoever makes what was ordered.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// What it asks, in a word of ours: `order`, `look_up`, `find`, `take_photo`, `words`.
    pub asks: &'static str,
    /// Whom, by our name.
    pub provider: &'a str,
    /// Whom, by the name that `OpenTelemetry`'s conventions for generative AI have.
    pub provider_name: &'a str,
    /// What is ordered, as they call it: `chat`, `generate_content`.
    pub operation: &'static str,
    /// What comes of it, as they call it: `text`, `video`.
    pub output: &'static str,
    /// The model that is asked for.
    pub asked_model: &'a str,
    /// The model by our name.
    pub model: &'a str,
    /// The number of the submission.
    pub fence: u32,
}

/// A request to whoever makes what was ordered. Named as the conventions name it, with `_` in the place of `.`, which X-Ray
/// does not take.
pub fn provider(call: &Call<'_>) -> Span {
    tracing::info_span!(
        "provider",
        service = call.provider,
        remote = true,
        asks = call.asks,
        gen_ai_provider_name = call.provider_name,
        gen_ai_operation_name = call.operation,
        gen_ai_output_type = call.output,
        gen_ai_request_model = call.asked_model,
        model = call.model,
        fence = call.fence,
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
