//! Uses that are counted by themselves, without an order. The row says beside each sum how much of it they are, so that the
//! books can tell them from what jobs use (invariant I13).

use domain::id::UserId;
use domain::limit::{Count, Reservation};
use table::{Deadline, Item, Malformed, Row, Token, Write};

use crate::error::Error;
use crate::{Store, op, rows};

/// What of a row's sum was counted without an order; with a step's beginning behind it, what of that step.
const ALONE: &str = "alone";

impl Store {
    /// Counts uses on every limit or on none. `false` if one of them has no room any more, or was counted on since it was
    /// read: whoever asks reads and decides again. An answer that is lost may leave them counted, which costs the customer
    /// one use and nobody any money.
    pub async fn count_uses(
        &self,
        user: UserId,
        counted: &[Reservation],
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let write = |one: &Reservation| {
            let step = one.counted.key.step().map(|(_, began)| format!("{ALONE}{began}"));
            let amount = rows::number(one.counted.amount);
            let write = one
                .forgotten
                .iter()
                .fold(self.reserve_write(user, one), |write, began| {
                    write.remove(format!("{ALONE}{began}"))
                });
            write.increase(step.unwrap_or_else(|| ALONE.to_owned()), amount)
        };
        let writes: Vec<Write> = counted.iter().map(write).collect();
        if writes.is_empty() {
            return Ok(true);
        }
        let token = Token::of(&format!("uses {user} {}", op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// What of a row's count is jobs' use.
pub(crate) fn of_jobs(item: &Item, count: Count) -> Result<Count, Malformed> {
    let alone = |name: &str| {
        let value = item.get(name).and_then(|value| value.as_n().ok());
        value.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
    };
    let step = |(began, used): (i64, u64)| (began, used.saturating_sub(alone(&format!("{ALONE}{began}"))));
    Ok(Count {
        used: count.used.saturating_sub(Row(item).n_or_zero(ALONE)?),
        steps: count.steps.into_iter().map(step).collect(),
        revision: count.revision,
    })
}
