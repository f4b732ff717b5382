//! Starts the function.

use alerts::{handle, start};
use lambda_runtime::{Error, run, service_fn};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let alerts = &start().await?;
    run(service_fn(|event| async move {
        let failed = |error: &table::Error| {
            tracing::error!(name: "run_failed", error = runtime::batch::chain(error), "the book of alerts does not answer");
        };
        told(handle(alerts, event))
            .await
            .inspect_err(failed)
            .map_err(Error::from)
    }))
    .await
}
