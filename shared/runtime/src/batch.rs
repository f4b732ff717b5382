//! A batch of SQS records. Each is handled by itself, and only those that failed go back to the queue: one poisonous
//! message never takes its neighbours along.

pub use app::chain;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use futures::future::join_all;

/// A record of a batch, as far as it is used.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// SQS's name of the message.
    pub message_id: String,
    /// Its body.
    pub body: String,
    /// How it came, for traces.
    pub rung: trace::spans::Rung,
}

/// Handles every record, all at once: they wait for the network, not for the processor. Gives the names of those that
/// failed. A panic fails its own record only: its neighbours may be in the middle of an order that costs money.
pub async fn handle<F, Fut, E>(records: Vec<Record>, handle: F) -> Vec<String>
where
    F: Fn(Record) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let one = |record: Record| {
        let name = record.message_id.clone();
        // Called inside, so that a panic before the first `await` is caught as well. What it left half done belongs to
        // this record, whose job is read afresh when the message comes again.
        let handled = AssertUnwindSafe(async { handle(record).await }).catch_unwind();
        async move { failure(handled.await, &name).then_some(name) }
    };
    join_all(records.into_iter().map(one))
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// Whether a record failed. Whoever handled it has said why, where it is known which order it is about.
fn failure<E>(handled: std::thread::Result<Result<(), E>>, message_id: &str) -> bool {
    let Ok(handled) = handled else {
        // Where it was, and with what level, the hook has said.
        tracing::warn!(name: "message_goes_back", message_id, "a panic; the message goes back to the queue");
        return true;
    };
    handled.is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("poison")]
    struct Poison;

    fn records() -> Vec<Record> {
        let named = ["a", "b", "c"].map(|name| Record {
            message_id: name.to_owned(),
            body: name.to_owned(),
            ..Record::default()
        });
        named.into()
    }

    #[tokio::test]
    async fn only_the_failed_message_returns_to_the_queue() {
        let failed = handle(records(), |record| async move {
            if record.body == "b" { Err(Poison) } else { Ok(()) }
        })
        .await;
        assert_eq!(failed, ["b"]);
    }

    #[tokio::test]
    async fn a_panic_takes_no_neighbour_along() {
        let finished = std::sync::Mutex::new(Vec::new());
        let failed = handle(records(), |record| {
            assert_ne!(record.body, "a", "before the first wait");
            let finished = &finished;
            async move {
                tokio::task::yield_now().await;
                assert_ne!(record.body, "b", "after it");
                finished.lock().unwrap().push(record.body);
                Ok::<_, Poison>(())
            }
        })
        .await;
        assert_eq!(failed, ["a", "b"]);
        assert_eq!(finished.into_inner().unwrap(), ["c"]);
    }
}
