//! Starts the function.

use lambda_http::{Error, Request, run, service_fn};
use payment_webhook::{App, handle};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    run(service_fn(|request: Request| async move {
        Ok::<_, Error>(told(handle(app, request)).await)
    }))
    .await
}
