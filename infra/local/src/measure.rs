//! What one interaction costs: the requests that a function makes for it.

use local_lambda::Service;

use crate::cloud::Cloud;

/// What a function asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interaction {
    /// Requests to DynamoDB; a batch read or a transaction is one.
    pub dynamodb_requests: u64,
    /// Requests to SQS.
    pub sqs_requests: u64,
    /// Requests to Telegram by anybody; what is said in the webhook's answer is none.
    pub telegram_calls: usize,
}

impl Cloud {
    /// Counts what a function asks for while something happens. Nothing else should be going on at that time.
    pub async fn measure<T>(&self, function: &str, happening: impl Future<Output = T>) -> (T, Interaction) {
        let calls = || {
            self.telegram()
                .map(played_telegram::PlayedTelegram::requests)
                .unwrap_or_default()
        };
        let (counts, calls_before) = (self.local().aws().counts(), calls());
        let value = happening.await;
        let added = self.local().aws().counts().since(&counts);
        let interaction = Interaction {
            dynamodb_requests: added.of(Service::DynamoDb, function).requests,
            sqs_requests: added.of(Service::Sqs, function).requests,
            telegram_calls: calls().saturating_sub(calls_before),
        };
        (value, interaction)
    }
}
