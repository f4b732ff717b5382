//! Starts the function.

use features_api::{router, start};
use lambda_http::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let api = start().await?;
    run(router(api)).await
}
