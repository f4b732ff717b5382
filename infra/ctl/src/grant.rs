//! Credits given on an operator's word.

use domain::id::UserId;
use domain::ledger::Key;
use domain::money::Credits;
use limits_flags::By;
use limits_flags::audit::{Action, Entry};
use serde_json::json;
use store::{Adjusted, Gift, rows};
use table::{Deadline, Item, s};

use crate::arguments::Grant;
use crate::registry::PATIENCE;
use crate::show::{count, time};
use crate::target::Place;
use crate::{Error, Report};

/// The longest name of a request, so that the entry's key stays well below DynamoDB's 1024 bytes.
const REQUEST_BYTES_MAX: usize = 200;

/// Gives credits, once per request name.
pub(crate) async fn grant(grant: &Grant) -> Result<Report, Error> {
    check(grant)?;
    let by = grant.said.by()?;
    let place = grant.target.find().await?;
    let user = UserId(grant.user);
    let item = place
        .db()
        .get(&place.tables()?.accounts, rows::account_key(user), true)
        .await?;
    if item.is_none() {
        let why = format!("user {user} has no account; it opens with the first /start");
        return Err(Error::NotFound(why));
    }
    let (request, credits) = (grant.request.as_str(), Credits(grant.credits));
    let gift = Gift {
        request,
        amount: credits,
        why: &by.why,
        now: by.at,
    };
    let entry = entry(user, &gift, &by).write(place.output("AuditTable")?);
    let deadline = Deadline::after(PATIENCE);
    let given = place.store()?.adjust(user, &gift, vec![entry], deadline).await?;
    match given {
        Adjusted::Given => {}
        Adjusted::GivenBefore => return given_before(&place, grant).await,
        Adjusted::TooMuch => {
            return Err(Error::Usage(format!(
                "{} more are too many for user {user}: all that was ever given to one user must stay below \
                 {}; nothing was given",
                count(credits.0, "credit"),
                u64::from(u32::MAX) + 1
            )));
        }
    }
    let text = format!(
        "user {user} has been given {} as {request:?}",
        count(credits.0, "credit")
    );
    let json = json!({"user": user.0, "credits": credits.0, "request": request, "given": true});
    Ok(Report::new(text, json))
}

/// The record of the gift. Credits have no versions; the ledger counts them.
fn entry(user: UserId, gift: &Gift<'_>, by: &By) -> Entry {
    Entry {
        entity: format!("user#{user}"),
        action: Action::Grant,
        old: None,
        new: Some(json!({"credits": gift.amount.0, "request": gift.request}).to_string()),
        by: by.clone(),
        version: 0,
        note: None,
    }
}

fn check(grant: &Grant) -> Result<(), Error> {
    let request = grant.request.trim();
    if request.is_empty() || request != grant.request || request.len() > REQUEST_BYTES_MAX {
        return Err(Error::Usage(format!(
            "--request is a name of 1 to {REQUEST_BYTES_MAX} bytes without blanks around it"
        )));
    }
    Ok(())
}

/// The same request again is an outcome; another one under the same name is a mistake that must not pass unseen.
async fn given_before(place: &Place, grant: &Grant) -> Result<Report, Error> {
    let (user, request) = (UserId(grant.user), grant.request.as_str());
    let mut key: Item = rows::account_key(user);
    key.insert("entry".to_owned(), s(Key::Adjust(request.to_owned()).to_string()));
    let item = place.db().get(&place.tables()?.ledger, key, true).await?;
    let item = item.ok_or_else(|| Error::NotFound(format!("the entry of {request:?} is gone")))?;
    let (_, entry) = rows::read_entry(&item)?;
    let when = time(entry.at);
    if entry.amount.0 != grant.credits {
        return Err(Error::Usage(format!(
            "{request:?} gave user {user} {} on {when}; for another gift choose another name",
            count(entry.amount.0, "credit")
        )));
    }
    let text = format!(
        "{request:?} gave user {user} {} on {when}; nothing was given again",
        count(entry.amount.0, "credit")
    );
    let json = json!({"user": user.0, "credits": entry.amount.0, "request": request, "given": false, "at_ms": entry.at.0});
    Ok(Report::new(text, json))
}
