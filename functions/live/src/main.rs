//! Starts the function.

use std::sync::Arc;

use lambda_http::{Error, Request, run_with_streaming_response, service_fn};
use live::{handle, start};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let desk = &start().await?;
    run_with_streaming_response(service_fn(|request: Request| async move {
        Ok::<_, Error>(told(handle(&Arc::clone(desk), request)).await)
    }))
    .await
}
