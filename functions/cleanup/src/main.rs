//! Starts the function.

use cleanup::{handle, start};
use lambda_runtime::{Error, run, service_fn};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cleanup = &start().await?;
    run(service_fn(|event| async move {
        let failed = |error: &cleanup::Error| {
            tracing::error!(name: "run_failed", error = runtime::batch::chain(error), "a run could read nothing");
        };
        told(handle(cleanup, event))
            .await
            .inspect_err(failed)
            .map_err(Error::from)
    }))
    .await
}
