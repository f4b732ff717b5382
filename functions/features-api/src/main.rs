//! Starts the function.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use features_api::{router, start};
use lambda_http::{Error, run};
use runtime::emf::told;
use tracing::Instrument as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let api = start().await?;
    let before_the_response = from_fn(|request: Request, next: Next| {
        // Who asks is put down as soon as it is known.
        let span = tracing::info_span!("request", user = tracing::field::Empty);
        told(next.run(request).instrument(span))
    });
    run(router(api).layer(before_the_response)).await
}
