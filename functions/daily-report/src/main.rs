//! Starts the function.

use daily_report::{handle, start};
use lambda_runtime::{Error, run, service_fn};
use runtime::emf::told;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let report = &start().await?;
    run(service_fn(|event| async move {
        told(handle(report, event)).await.map_err(Error::from)
    }))
    .await
}
