//! Starts the function.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use features_api::{router, start};
use lambda_http::{Error, run};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let api = start().await?;
    let before_the_response = from_fn(|request: Request, next: Next| told(next.run(request)));
    run(router(api).layer(before_the_response)).await
}
