//! Invocations as Lambda's runtime tells of them: each with the header of a trace of its own, which is recorded.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Span;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// What Lambda's runtime puts around an invocation.
pub(super) fn invocation() -> Span {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let header = format!("Root=1-67891233-{number:024x};Parent={number:016x};Sampled=1;Lineage=1:a87bd80c:0");
    tracing::info_span!(
        "Lambda runtime invoke",
        requestId = format!("request-{number}"),
        xrayTraceId = header
    )
}
