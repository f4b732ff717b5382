//! A refusal of a customer's order is noted, and adds up with others.

use domain::account::Account;
use domain::moderation::StrikeRule;
use domain::time::Timestamp;
use store::{Error, Store};
use table::Deadline;

/// How often it is noted anew because something else has changed the same standing.
const TRIES_MAX: u32 = 4;

/// Notes that something of a customer's was refused, once for the same thing, and says how the account stands then. Where
/// others go on changing it, it stays as it is: the next refusal is noted.
pub(crate) async fn note(
    store: &Store,
    mut account: Account,
    (of, rule): (&str, StrikeRule),
    now: Timestamp,
    deadline: Deadline,
) -> Result<Account, Error> {
    for _ in 0..TRIES_MAX {
        let Some(after) = account.standing.struck(of, rule, now) else {
            return Ok(account);
        };
        if store
            .put_standing(account.user, &account.standing, &after, deadline)
            .await?
        {
            if let Some(until) = after.strikes.paused_at(now) {
                tracing::warn!(name: "customer_suspended", user = account.user.0, until = until.0, "no orders are taken of a customer for a while");
            }
            account.standing = after;
            return Ok(account);
        }
        let Some(read) = store.account(account.user).await? else {
            return Ok(account);
        };
        account = read;
    }
    Ok(account)
}
