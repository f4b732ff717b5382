//! What is told of an order to who looks at traces: spans of `trace::spans`, filled in from the order.

use domain::ai_request::conventions::{form_and_model, provider_name};
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
pub(crate) fn provider(job: &Job, asks: &'static str) -> Span {
    let order = &job.order;
    let category = order.category();
    spans::provider(&spans::Call {
        asks,
        provider: &order.provider,
        provider_name: provider_name(&order.provider),
        operation: category.operation(),
        output: category.output_type(),
        asked_model: form_and_model(&order.family).1,
        model: &order.model.0,
        fence: job.fence.0,
    })
}

/// A span for the write of a change, where it settles the order; else one that is told to nobody.
pub(crate) fn settlement(change: &Change) -> Span {
    match change.settlement {
        Some(Settlement::Capture) => spans::settlement(change.rule.as_str(), "captured"),
        Some(Settlement::Release) => spans::settlement(change.rule.as_str(), "released"),
        None => Span::none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_form_that_names_a_model_the_model_is_told() {
        for form in providers::registry::ROWS.iter().flat_map(|row| row.forms) {
            let names_one = form.name.ends_with('/');
            let family = if names_one {
                format!("{}model", form.name)
            } else {
                form.name.to_owned()
            };
            let told = if names_one { "model" } else { form.name };
            assert_eq!(form_and_model(&family).1, told, "{family}");
        }
    }
}
