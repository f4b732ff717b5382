//! Starts the function.

use cleanup::{handle, start};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let sweeper = &start().await?;
    run(service_fn(|event: LambdaEvent<serde_json::Value>| async move {
        let deadline = runtime::deadline(&event.context);
        handle(sweeper, deadline).await.map_err(Error::from)
    }))
    .await
}
