//! Starts the function.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::emf::told;
use video_worker::{handle, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let workshop = &start().await?;
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let deadline = runtime::deadline(&event.context);
        Ok::<_, Error>(told(handle(workshop, event.payload, deadline)).await)
    }))
    .await
}
