//! What a customer's orders were refused for, the latest of each reason, for a week: whoever is asked "why was I refused?" looks
//! here. One row of nobody's for each customer, with an attribute for each reason, so however often somebody presses, it grows
//! no longer than there are reasons. Neither words nor photos stand there.

use domain::id::{ModelId, UserId};
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Deadline, Item, Keys, Row, Write, n, s};

use crate::error::Error;
use crate::{Store, rows};

/// How long a refusal is told of.
const KEPT: Millis = Millis::from_mins(7 * 24 * 60);
const LABEL: &str = "refusal";
/// What the names of its attributes begin with.
const WHY: &str = "why#";

/// An order that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why, as [`domain::admission::Refusal::code`] has it, or what a check has found: `flagged:violence`.
    pub why: String,
    /// Of which model it would have been.
    pub model: ModelId,
    /// When, for the last time.
    pub at: Timestamp,
}

impl Store {
    /// Notes that an order was refused.
    pub async fn note_refused(
        &self,
        user: UserId,
        refused: &Refused,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let Refused { why, model, at } = refused;
        let told = [("at".to_owned(), n(at.0)), ("model".to_owned(), s(&model.0))];
        let write = Write::update(LABEL, &self.tables.usage, key(user))
            .set(format!("{WHY}{why}"), AttributeValue::M(told.into()))
            .set("expires_at", n(at.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        Ok(self.db.write(write, deadline).await?)
    }

    /// What somebody was refused for within the last week, the latest first.
    pub async fn refusals(&self, user: UserId, now: Timestamp) -> Result<Vec<Refused>, Error> {
        let keys = Keys {
            table: self.tables.usage.clone(),
            keys: vec![key(user)],
            consistent: true,
        };
        let found = self.db.batch_get(vec![keys]).await?;
        let item = found.get(&self.tables.usage).and_then(|items| items.first());
        let mut refusals: Vec<Refused> = item.into_iter().flatten().filter_map(read).collect();
        refusals.retain(|refused| now < refused.at.after(KEPT));
        refusals.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.why.cmp(&other.why)));
        Ok(refusals)
    }

    /// Nothing is told of a customer's refusals any more.
    pub(crate) async fn forget_refusals(&self, user: UserId, deadline: Deadline) -> Result<(), Error> {
        let write = Write::delete_item(LABEL, &self.tables.usage, key(user));
        Ok(self.db.write(write, deadline).await?)
    }
}

fn key(user: UserId) -> Item {
    rows::note_key(format!("{LABEL}#{user}"))
}

/// What an attribute says; what cannot be read is passed over.
fn read((name, value): (&String, &AttributeValue)) -> Option<Refused> {
    let why = name.strip_prefix(WHY)?.to_owned();
    let row = Row(value.as_m().ok()?);
    Some(Refused {
        why,
        model: ModelId(row.s("model").ok()?.to_owned()),
        at: Timestamp(row.n("at").ok()?),
    })
}
