//! What the operator's chat was told of errors: one row, read and written as a whole.

use domain::alert::{Book, Group, Kind};
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Condition, Db, Deadline, Item, Malformed, Row, Write, list, map, n, s};

const BOOK: &str = "book";
const VERSION: &str = "version";
const RINGS: &str = "rings";
/// How long a row that nobody writes is kept. What it says is over in two hours.
const KEPT: Millis = Millis::from_mins(24 * 60);

/// The row.
#[derive(Clone, Debug)]
pub struct Alerts {
    db: Db,
    table: String,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands.
    Written,
    /// Somebody else has written since it was read; nothing was written.
    Overtaken,
}

impl Alerts {
    /// Over the table.
    pub fn new(db: Db, table: String) -> Self {
        Self { db, table }
    }

    /// The book, and its version. A row that cannot be read is an empty book: nothing hangs on it but a message too many.
    pub async fn read(&self) -> Result<(Book, i64), table::Error> {
        let Some(item) = self.db.get(&self.table, key(), true).await? else {
            return Ok((Book::default(), 0));
        };
        let version = Row(&item).n_or_zero(VERSION)?;
        let groups = Row(&item)
            .list("groups")
            .iter()
            .filter_map(|value| value.as_m().ok());
        let groups: Result<Vec<Group>, Malformed> = groups.map(|row| group(Row(row))).collect();
        let groups = groups.inspect_err(|error| {
            tracing::error!(name: "row_unread", error = table::chain(error), "the book of alerts cannot be read");
        });
        Ok((
            Book {
                groups: groups.unwrap_or_default(),
            },
            version,
        ))
    }

    /// Writes the book, if nobody else has since its version was read.
    pub async fn write(
        &self,
        book: &Book,
        version: i64,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Kept, table::Error> {
        let mut item = key();
        item.insert("groups".to_owned(), list(book.groups.iter().map(row)));
        item.insert(VERSION.to_owned(), n(version.saturating_add(1)));
        item.insert("expires_at".to_owned(), n(now.after(KEPT).seconds()));
        let unchanged = match version {
            0 => Condition::Absent(VERSION),
            version => Condition::Equals(VERSION, n(version)),
        };
        let write = Write::put(BOOK, &self.table, item).when(unchanged);
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(Kept::Written),
            Err(table::Error::Refused(_)) => Ok(Kept::Overtaken),
            Err(error) => Err(error),
        }
    }
}

fn key() -> Item {
    Item::from([("id".to_owned(), s(BOOK))])
}

fn row(group: &Group) -> AttributeValue {
    let number = |count: u64| n(i64::try_from(count).unwrap_or(i64::MAX));
    let mut members = vec![
        ("function", s(&group.kind.function)),
        ("event", s(&group.kind.event)),
        ("with", s(&group.kind.with)),
        ("since", n(group.since.0)),
        ("until", n(group.until.0)),
        ("count", number(group.count)),
        ("words", s(&group.words)),
        ("job", s(&group.job)),
        ("said", number(group.said)),
        ("sends", n(i64::from(group.sends))),
        ("left_out", AttributeValue::Bool(group.is_left_out)),
    ];
    members.extend(group.rings.map(|rings| (RINGS, n(i64::from(rings)))));
    let at = |name, at: Option<Timestamp>| at.map(|at| (name, n(at.0)));
    members.extend(group.message.map(|message| ("message", n(message))));
    members.extend(at("told_at", group.told_at));
    members.extend(at("taken_until", group.taken_until));
    map(members)
}

fn group(row: Row<'_>) -> Result<Group, Malformed> {
    let text = |name| row.s(name).map(str::to_owned);
    let at = |name| row.n_opt(name).map(|at: Option<i64>| at.map(Timestamp));
    Ok(Group {
        kind: Kind {
            function: text("function")?,
            event: text("event")?,
            with: text("with")?,
        },
        since: Timestamp(row.n("since")?),
        until: Timestamp(row.n("until")?),
        count: row.n("count")?,
        words: text("words")?,
        job: text("job")?,
        rings: row.n_opt(RINGS)?.map(|rings: i64| rings == 1),
        message: row.n_opt("message")?,
        said: row.n("said")?,
        told_at: at("told_at")?,
        taken_until: at("taken_until")?,
        sends: row.n("sends")?,
        is_left_out: row.flag("left_out"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_reads_back_as_written() {
        let full = Group {
            kind: Kind {
                function: "VideoWorker".to_owned(),
                event: "vault_refused".to_owned(),
                with: "kie".to_owned(),
            },
            since: Timestamp(1),
            until: Timestamp(2),
            count: 3,
            words: "a vault".to_owned(),
            job: "x1".to_owned(),
            rings: Some(false),
            message: Some(4),
            said: 2,
            told_at: Some(Timestamp(5)),
            taken_until: Some(Timestamp(6)),
            sends: 1,
            is_left_out: true,
        };
        let rings = Group {
            rings: Some(true),
            ..full.clone()
        };
        for one in [full, rings, Group::default()] {
            let AttributeValue::M(stored) = row(&one) else {
                panic!("no map")
            };
            assert_eq!(group(Row(&stored)).unwrap(), one);
        }
    }
}
