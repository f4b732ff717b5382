//! The overrides of all customers, listed by feature.

use domain::id::UserId;
use domain::standing::Override;
use domain::time::Timestamp;
use table::{Error, Item, Malformed, Query, Row, Write, n, s};

use super::Turn;
use crate::office::{By, Office};
use crate::rows;

/// The partition of the list.
const PARTITION: &str = "override";

/// An override in the list by feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose.
    pub user: UserId,
    /// Of which feature.
    pub feature: String,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Who settled it, why, when.
    pub by: By,
}

/// Overrides by feature, a page at a time: those of one feature or of all, after the one with which the page before ended.
pub async fn overrides(
    office: &Office,
    feature: Option<&str>,
    limit: u32,
    after: Option<&str>,
) -> Result<(Vec<Listed>, Option<String>), Error> {
    let mut listed = Vec::new();
    let first = after
        .map(str::to_owned)
        .or_else(|| feature.map(|feature| format!("{feature}#")));
    let mut start = first.map(|sort| rows::key_in(PARTITION, &sort));
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    loop {
        let query = Query {
            table: office.settings.clone(),
            index: None,
            partition: ("pk", s(PARTITION)),
            from: None,
            // `$` is the letter after `#`: all sort keys of the feature lie between the two.
            up_to: feature.map(|feature| ("sk", s(format!("{feature}$")))),
            limit: i32::try_from(limit.clamp(1, 1000)).unwrap_or(1),
            start,
            consistent: true,
        };
        let page = office.db.query(query).await?;
        for item in &page.items {
            if listed.len() == wanted {
                let last = listed
                    .last()
                    .map(|last: &Listed| index_sort(&last.feature, last.user));
                return Ok((listed, last));
            }
            listed.push(read_listed(item)?);
        }
        start = page.next;
        if start.is_none() {
            return Ok((listed, None));
        }
    }
}

/// The write that keeps the list as the account says.
pub(super) fn listing(turn: &Turn<'_>, feature: &str, settled: Option<&Override>) -> Write {
    let key = rows::key_in(PARTITION, &index_sort(feature, turn.user));
    let Some(settled) = settled else {
        return Write::delete_item("override", &turn.office.settings, key);
    };
    let mut item = key;
    item.insert("feature".to_owned(), s(feature));
    item.insert("user_id".to_owned(), n(turn.user.0));
    item.insert("who".to_owned(), s(turn.by.who.clone()));
    item.insert("why".to_owned(), s(settled.why.clone()));
    item.insert("at".to_owned(), n(turn.by.at.0));
    if let Some(until) = settled.until {
        item.insert("until".to_owned(), n(until.0));
    }
    Write::put("override", &turn.office.settings, item)
}

fn index_sort(feature: &str, user: UserId) -> String {
    format!("{feature}#{user}")
}

fn read_listed(item: &Item) -> Result<Listed, Malformed> {
    let row = Row(item);
    Ok(Listed {
        user: UserId(row.n("user_id")?),
        feature: row.s("feature")?.to_owned(),
        until: row.n_opt("until")?.map(Timestamp),
        by: By {
            who: row.s("who")?.to_owned(),
            why: row.s("why")?.to_owned(),
            at: Timestamp(row.n("at")?),
        },
    })
}
