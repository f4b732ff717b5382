//! Starts the function.

use broadcast::{handle, start};
use lambda_runtime::{Error, run, service_fn};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let broadcaster = &start().await?;
    run(service_fn(|event| async move {
        let failed = |error: &store::Error| {
            tracing::error!(name: "broadcast_run_failed", error = runtime::batch::chain(error), "a run of broadcasts was cut short");
        };
        told(handle(broadcaster, event))
            .await
            .inspect_err(failed)
            .map_err(Error::from)
    }))
    .await
}
