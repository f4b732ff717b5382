//! A batch of SQS records. Each is handled by itself, and only those that failed go back to the queue: one poisonous
//! message never takes its neighbours along.

use std::future::Future;

use futures::future::join_all;

/// A record of a batch, as far as it is used.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// SQS's name of the message.
    pub message_id: String,
    /// Its body.
    pub body: String,
}

/// Handles every record, all at once: they wait for the network, not for the processor. Gives the names of those that
/// failed.
pub async fn handle<F, Fut, E>(records: Vec<Record>, handle: F) -> Vec<String>
where
    F: Fn(Record) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: std::error::Error,
{
    let one = |record: Record| {
        let name = record.message_id.clone();
        let handled = handle(record);
        async move {
            match handled.await {
                Ok(()) => None,
                Err(error) => {
                    tracing::error!(
                        message_id = name,
                        error = chain(&error),
                        "a message goes back to the queue"
                    );
                    Some(name)
                }
            }
        }
    };
    join_all(records.into_iter().map(one))
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// An error with all its causes, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("poison")]
    struct Poison;

    #[tokio::test]
    async fn only_the_failed_message_returns_to_the_queue() {
        let records = ["a", "b", "c"].map(|name| Record {
            message_id: name.to_owned(),
            body: name.to_owned(),
        });
        let failed = handle(records.into(), |record| async move {
            if record.body == "b" { Err(Poison) } else { Ok(()) }
        })
        .await;
        assert_eq!(failed, ["b"]);
    }
}
