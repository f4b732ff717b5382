//! The client, single writes and transactions.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValuesOnConditionCheckFailure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::deadline::Deadline;
use crate::error::{Error, RefusedWrite};
#[cfg(feature = "played")]
use crate::played::{Ask, Tables};
use crate::row::Item;
use crate::write::{Rendered, RenderedAction, Write};

/// How often a write that lost against another writer is tried. The deadline is the real bound: 64 fingers on one button
/// took up to 20 tries each, and every one of them is owed an answer.
const CONFLICT_TRIES_MAX: u32 = 48;
/// The first wait after a lost conflict; doubled each time, spread over its whole length.
const CONFLICT_WAIT_MS: u64 = 8;
/// The longest such wait.
const CONFLICT_WAIT_MAX_MS: u64 = 250;
/// DynamoDB's longest client request token, in characters.
const TOKEN_CHARS_MAX: usize = 36;

/// DynamoDB.
#[derive(Clone, Debug)]
pub struct Db {
    client: Client,
    #[cfg(feature = "played")]
    played: Option<std::sync::Arc<dyn Tables>>,
}

/// What makes a repeated transaction the same one: DynamoDB answers the second as it answered the first, for ten
/// minutes. That covers a lost answer; the conditions cover everything after.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(String);

impl Token {
    /// The token of an operation. Whatever goes into the transaction must follow from `key`, or a repetition with the
    /// same key and another content is refused as a mismatch.
    pub fn of(key: &str) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
        let mut token = URL_SAFE_NO_PAD.encode(digest.as_ref());
        token.truncate(TOKEN_CHARS_MAX);
        Self(token)
    }
}

impl Db {
    /// Over the SDK's client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            #[cfg(feature = "played")]
            played: None,
        }
    }

    /// Over somebody who plays DynamoDB.
    #[cfg(feature = "played")]
    pub fn played(tables: std::sync::Arc<dyn Tables>) -> Self {
        static UNUSED: std::sync::OnceLock<Client> = std::sync::OnceLock::new();
        let unused = UNUSED.get_or_init(|| {
            let config = aws_sdk_dynamodb::Config::builder();
            let latest = aws_sdk_dynamodb::config::BehaviorVersion::latest();
            Client::from_conf(config.behavior_version(latest).build())
        });
        Self {
            client: unused.clone(),
            played: Some(tables),
        }
    }

    /// The answer of whoever plays DynamoDB; the request itself where nobody does.
    #[cfg(feature = "played")]
    pub(crate) fn ask(&self, ask: impl FnOnce() -> Ask) -> Option<crate::played::Answered> {
        Some(self.played.as_ref()?.ask(ask()))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Writes one item under its conditions, until the deadline and no longer.
    pub async fn write(&self, write: Write, deadline: Deadline) -> Result<(), Error> {
        for attempt in 0..CONFLICT_TRIES_MAX {
            match deadline.bound(Box::pin(self.write_once(write.clone()))).await {
                Err(Error::Conflict) => pause(attempt, deadline).await?,
                other => return other,
            }
        }
        Err(Error::Conflict)
    }

    async fn write_once(&self, write: Write) -> Result<(), Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Write(write.clone())) {
            return answered.await.map(drop);
        }
        let label = write.label;
        let Rendered {
            table,
            action,
            condition,
            mut x,
        } = write.render();
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let (names, values) = (x.names(), x.values());
        match action {
            RenderedAction::Put(item) => {
                let request = self.client.put_item().table_name(table).set_item(Some(item));
                let request = request
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(old);
                let request = request
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                written(label, request.send().await, |error| match error {
                    PutItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
                    _ => None,
                })
            }
            RenderedAction::Delete(key) => {
                let request = self.client.delete_item().table_name(table).set_key(Some(key));
                let request = request
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(old);
                let request = request
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                written(label, request.send().await, |error| match error {
                    DeleteItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
                    _ => None,
                })
            }
            RenderedAction::Check(_) => Err(Error::Invalid("a check by itself writes nothing".into())),
            RenderedAction::Update(key, update) => {
                let request = self
                    .client
                    .update_item()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(update);
                let request = request
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(old);
                let request = request
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                written(label, request.send().await, |error| match error {
                    UpdateItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
                    _ => None,
                })
            }
        }
    }

    /// Writes several items, all or none, until the deadline and no longer.
    pub async fn transact(&self, token: &Token, writes: Vec<Write>, deadline: Deadline) -> Result<(), Error> {
        for attempt in 0..CONFLICT_TRIES_MAX {
            match deadline
                .bound(Box::pin(self.transact_once(token, writes.clone())))
                .await
            {
                Err(Error::Conflict) => pause(attempt, deadline).await?,
                other => return other,
            }
        }
        Err(Error::Conflict)
    }

    async fn transact_once(&self, token: &Token, writes: Vec<Write>) -> Result<(), Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Transact {
            token: token.clone(),
            writes: writes.clone(),
        }) {
            return answered.await.map(drop);
        }
        let labels: Vec<&'static str> = writes.iter().map(|write| write.label).collect();
        let mut request = self.client.transact_write_items().client_request_token(&token.0);
        for write in writes {
            let item = write.render().into_transaction_item();
            request = request.transact_items(item.map_err(|error| Error::Invalid(Box::new(error)))?);
        }
        let Err(error) = request.send().await else {
            return Ok(());
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                Err(canceled_because(canceled.cancellation_reasons(), &labels)
                    .unwrap_or_else(|| Error::Invalid(Box::new(error))))
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Err(Error::Conflict),
            _ => Err(classify(error)),
        }
    }
}

/// What the answer to a single write says; `refused` finds the item that a failed condition returns.
fn written<T, E>(
    label: &'static str,
    answer: Result<T, SdkError<E>>,
    refused: impl Fn(&E) -> Option<Option<Item>>,
) -> Result<(), Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Err(error) = answer else { return Ok(()) };
    let item = error.as_service_error().and_then(refused);
    Err(item.map_or_else(
        || classify(error),
        |item| Error::Refused(vec![RefusedWrite { label, item }]),
    ))
}

/// What a canceled transaction says. A failed condition is an answer even if another item was in conflict.
fn canceled_because(reasons: &[CancellationReason], labels: &[&'static str]) -> Option<Error> {
    let coded = |wanted: &str| reasons.iter().any(|reason| reason.code() == Some(wanted));
    let refused: Vec<RefusedWrite> = reasons
        .iter()
        .zip(labels)
        .filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(reason, label)| RefusedWrite {
            label,
            item: reason.item.clone().filter(|item| !item.is_empty()),
        })
        .collect();
    if !refused.is_empty() {
        Some(Error::Refused(refused))
    } else if coded("TransactionConflict")
        || coded("ThrottlingError")
        || coded("ProvisionedThroughputExceeded")
    {
        Some(Error::Conflict)
    } else {
        None
    }
}

/// Sorts an SDK error that is no failed condition.
pub(crate) fn classify<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error
        .as_service_error()
        .and_then(|error| error.code().map(str::to_owned));
    match code.as_deref() {
        Some("TransactionConflictException" | "TransactionInProgressException") => Error::Conflict,
        Some("ThrottlingException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded") => {
            Error::Throttled(Box::new(error))
        }
        Some(
            "AccessDeniedException"
            | "ExpiredTokenException"
            | "UnrecognizedClientException"
            | "ResourceNotFoundException",
        ) => Error::NotSetUp(Box::new(error)),
        Some("InternalServerError" | "ServiceUnavailable") | None => Error::NoAnswer(Box::new(error)),
        Some(_) => Error::Invalid(Box::new(error)),
    }
}

/// Waits a little, differently for everybody, before the next try; not past the deadline.
pub(crate) async fn pause(attempt: u32, deadline: Deadline) -> Result<(), Error> {
    let ceiling = CONFLICT_WAIT_MAX_MS.min(CONFLICT_WAIT_MS << attempt.min(8));
    let wait = Duration::from_millis(fastrand::u64(1..=ceiling));
    if deadline.remaining() <= wait {
        return Err(Error::Conflict);
    }
    #[allow(
        clippy::disallowed_methods,
        reason = "a lost conflict is settled in milliseconds; a message would cost more"
    )]
    tokio::time::sleep(wait).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    #[test]
    fn a_token_fits_and_tells_operations_apart() {
        assert_eq!(Token::of("hold#1").0.len(), TOKEN_CHARS_MAX);
        assert_eq!(Token::of("hold#1"), Token::of("hold#1"));
        assert_ne!(Token::of("hold#1"), Token::of("hold#2"));
    }

    fn classified(code: &str) -> Error {
        let metadata = aws_sdk_dynamodb::error::ErrorMetadata::builder()
            .code(code)
            .build();
        classify(SdkError::service_error(PutItemError::generic(metadata), ()))
    }

    #[test]
    fn a_missing_permission_or_table_is_no_fault_of_the_request() {
        for code in [
            "AccessDeniedException",
            "ExpiredTokenException",
            "UnrecognizedClientException",
            "ResourceNotFoundException",
        ] {
            assert!(matches!(classified(code), Error::NotSetUp(_)), "{code}");
        }
        assert!(matches!(classified("ValidationException"), Error::Invalid(_)));
    }

    #[test]
    fn a_failed_condition_is_the_answer_even_beside_a_conflict() {
        let reasons = [
            reason("None"),
            reason("TransactionConflict"),
            reason("ConditionalCheckFailed"),
        ];
        let error = canceled_because(&reasons, &["account", "usage", "job"]).unwrap();
        assert!(error.refused("job").is_some());
        assert!(error.refused("usage").is_none());
    }

    #[test]
    fn a_conflict_alone_is_tried_again() {
        let reasons = [reason("None"), reason("TransactionConflict")];
        assert!(matches!(
            canceled_because(&reasons, &["a", "b"]),
            Some(Error::Conflict)
        ));
        assert!(canceled_because(&[reason("ValidationError")], &["a"]).is_none());
    }
}
