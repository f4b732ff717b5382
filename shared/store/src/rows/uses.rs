//! Uses without an order, as they are noted. They lie among the counters, each in a partition of its own, so that none is
//! hot; no counter is called as they are, for each of those has a `#` in its name.

use domain::id::UserId;
use domain::limit::Counted;
use domain::time::Timestamp;
use domain::uses::{Use, UseId};
use table::{AttributeValue, Item, Malformed, Row, list, n, s};

use super::{SCHEMA, number, usage_key};

/// What the sort key of a use begins with.
const USE: &str = "use-";
/// Partitions from here on downwards are those of uses; what all use together lies between this and 0.
const FIRST_PARTITION: i64 = -(1 << 17);
/// Letters of a name that choose its partition: 48 bits, so that with the sign it stays a number that any reader can hold.
const PARTITION_LETTERS: usize = 12;
/// As long as it counts.
pub(crate) const COUNTED: &str = "counted";
/// Since it was given back.
pub(crate) const RELEASED: &str = "released";

/// Where it is counted.
pub(crate) const WINDOWS: &str = "windows";

/// What says where a use is counted.
pub(crate) fn windows<'c>(counted: impl IntoIterator<Item = &'c Counted>) -> AttributeValue {
    list(counted.into_iter().map(|counted| s(counted.to_string())))
}

/// The key of a use.
pub fn use_key(id: &UseId) -> Item {
    let letters = id.as_str().get(..PARTITION_LETTERS).unwrap_or_default();
    let place = i64::from_str_radix(letters, 16).unwrap_or(0);
    let partition = UserId(FIRST_PARTITION.saturating_sub(place));
    usage_key(partition, &format!("{USE}{id}"))
}

/// What stands in the row of a use besides its key.
pub(crate) fn use_attributes(noted: &Use) -> Vec<(&'static str, AttributeValue)> {
    let state = if noted.still_counts() { COUNTED } else { RELEASED };
    let mut attributes = vec![
        ("customer", n(noted.user.0)),
        ("feature", s(noted.feature.as_str())),
        ("amount", n(number(noted.amount))),
        ("told_by", s(noted.by.as_str())),
        (WINDOWS, windows(&noted.counted)),
        ("at", n(noted.at.0)),
        ("answer", s(noted.answer.as_str())),
        ("state", s(state)),
        ("schema", n(SCHEMA)),
    ];
    attributes.extend(noted.released_at.map(|at| ("released_at", n(at.0))));
    attributes
}

/// The name of the use that stands in a row; `None` where it is a counter.
pub(crate) fn use_id(item: &Item) -> Option<UseId> {
    UseId::parse(Row(item).s_opt("window")?.strip_prefix(USE)?)
}

/// A use as read.
pub fn read_use(item: &Item) -> Result<Use, Malformed> {
    let row = Row(item);
    let counted = |value: &AttributeValue| {
        let counted = value.as_s().ok().and_then(|text| Counted::parse(text));
        counted.ok_or(Malformed { attribute: WINDOWS })
    };
    Ok(Use {
        id: use_id(item).ok_or(Malformed { attribute: "window" })?,
        user: UserId(row.n("customer")?),
        feature: row.s("feature")?.to_owned(),
        amount: row.n("amount")?,
        by: row.s("told_by")?.to_owned(),
        counted: row.list(WINDOWS).iter().map(counted).collect::<Result<_, _>>()?,
        at: Timestamp(row.n("at")?),
        released_at: row.n_opt("released_at")?.map(Timestamp),
        answer: row.s("answer")?.to_owned(),
    })
}
