//! Credits given on an operator's word: once for each name that the operator gives the gift, with who did it and why.

use domain::id::UserId;
use domain::ledger::Key;
use domain::money::Credits;
use domain::time::Timestamp;
use limits_flags::By;
use limits_flags::audit::Entry;
use store::{Adjusted, Error, Store};
use table::Deadline;

/// Credits in one gift at most: more is a slip of the finger.
pub const CREDITS_MAX: u32 = 10_000;
/// The longest name of a gift, so that the entry's key stays well below DynamoDB's 1024 bytes.
pub const REQUEST_BYTES_MAX: usize = 200;

/// What became of a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The credits are there.
    Given,
    /// They were given before, under this name; nothing was given again.
    Before(Timestamp),
    /// Under this name something else was given before.
    Another(Credits, Timestamp),
    /// The account would have been given more than a balance can count; nothing was given.
    TooMuch,
    /// There is no such account: it opens with the first `/start`.
    NoAccount,
}

/// Whether a text can be the name of a gift.
pub fn is_name(request: &str) -> bool {
    !request.is_empty() && request.trim() == request && request.len() <= REQUEST_BYTES_MAX
}

/// Gives credits, if nothing was given under this name before.
pub async fn give(
    store: &Store,
    audit: &str,
    (user, request, amount): (UserId, &str, Credits),
    by: &By,
    deadline: Deadline,
) -> Result<Outcome, Error> {
    if store.account(user).await?.is_none() {
        return Ok(Outcome::NoAccount);
    }
    let gift = store::Gift {
        request,
        amount,
        why: &by.why,
        now: by.at,
    };
    let noted = Entry::gift(user, amount, request, by).write(audit);
    match store.adjust(user, &gift, vec![noted], deadline).await? {
        Adjusted::Given => Ok(Outcome::Given),
        Adjusted::TooMuch => Ok(Outcome::TooMuch),
        Adjusted::GivenBefore => {
            let key = Key::Adjust(request.to_owned());
            let entry = store.entry(user, &key).await?;
            let entry = entry.ok_or_else(|| Error::Unsound {
                what: format!("the entry {key} of user {user} is gone"),
            })?;
            // The same again is an outcome; another one under the same name is a mistake that must not pass unseen.
            Ok(if entry.amount == amount {
                Outcome::Before(entry.at)
            } else {
                Outcome::Another(entry.amount, entry.at)
            })
        }
    }
}
