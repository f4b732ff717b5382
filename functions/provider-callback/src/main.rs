//! Starts the function.

use lambda_http::{Error, Request, run, service_fn};
use provider_callback::{handle, start};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let desk = &start().await?;
    run(service_fn(|request: Request| async move {
        Ok::<_, Error>(told(handle(desk, request)).await)
    }))
    .await
}
