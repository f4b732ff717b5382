//! What is noted for the operator's report and charts beside what customers use: how often limits and whatever else have
//! refused something, renders that came too late, and which report was sent. It stands among the counters, in a row of nobody's, and limits nobody.

use std::collections::BTreeMap;

use domain::report::Period;
use domain::time::{Millis, Timestamp};
use table::{Condition, Db, Deadline, Item, Query, Row, Write, list, n, s};

use crate::error::Error;
use crate::rows;

/// How long a note is kept: as long as the log of AI operations is where nothing else is said, to report of a day again.
const KEPT: Millis = Millis::from_mins(400 * 24 * 60);
/// Rows that are asked for at once.
const PAGE: i32 = 1_000;
const TALLY: &str = "tally";
const REPORT: &str = "report";
const WORDS: &str = "words";

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tallied<'a> {
    /// A limit has refused something.
    Refused(&'a str),
    /// Something else has refused an order: [`domain::admission::Refusal::code`], or what a check has found.
    HeldBack(&'a str),
    /// A render came back for a submission that had been given up.
    Orphan,
}

/// What was counted in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// How often each limit has refused something.
    pub refused: BTreeMap<String, u64>,
    /// How often orders were refused for whatever else, by what that is called.
    pub held_back: BTreeMap<String, u64>,
    /// Renders of submissions that had been given up.
    pub orphans: u64,
}

/// A part of a report, sent by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its words.
    Text,
    /// Those that did not go into the first message.
    More,
    /// Those that did not go into the second.
    Rest,
    /// Its picture.
    Chart,
}

/// How far it is with a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// How often it was tried without knowing that it was in vain.
    pub tries: u32,
    /// The message that it is.
    pub message: Option<i64>,
}

/// Who wants to send a report, and until when it would be theirs alone.
#[derive(Clone, Copy, Debug)]
pub struct Claimant<'a> {
    /// A name that nobody else has.
    pub name: &'a str,
    /// The time.
    pub now: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// A report that is ours to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    key: String,
    holder: String,
    sendings: [Sending; 4],
    words: Option<Vec<String>>,
}

impl Claimed {
    /// The messages that whoever tried before has made of its words: what was sent goes on with these and no others.
    pub fn words(&self) -> Option<&[String]> {
        self.words.as_deref()
    }

    /// How far it is with a part.
    pub fn sending(&self, part: Part) -> Sending {
        let [text, more, rest, chart] = self.sendings;
        match part {
            Part::Text => text,
            Part::More => more,
            Part::Rest => rest,
            Part::Chart => chart,
        }
    }
}

/// Whether a report is ours to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is.
    Ours(Claimed),
    /// Somebody else is at it.
    Busy,
    /// It was sent.
    Done,
}

/// The notes.
#[derive(Clone, Debug)]
pub struct Notes {
    pub(crate) db: Db,
    pub(crate) table: String,
}

impl Notes {
    /// In the table of counters.
    pub fn new(db: Db, usage: String) -> Self {
        Self { db, table: usage }
    }

    /// Counts something. Whoever does so goes on without it: a write whose answer is lost may count twice, and one that
    /// fails not at all.
    pub async fn count(&self, what: Tallied<'_>, now: Timestamp, deadline: Deadline) -> Result<(), Error> {
        let name = match what {
            Tallied::Refused(limit) => format!("refused#{limit}"),
            Tallied::HeldBack(why) => format!("held_back#{why}"),
            Tallied::Orphan => "orphan".to_owned(),
        };
        let key = rows::note_key(format!("{TALLY}#{}#{name}", hour(now)));
        let write = Write::update(TALLY, &self.table, key)
            .increase("times", 1)
            .set("expires_at", n(now.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        Ok(self.db.write(write, deadline).await?)
    }

    /// What was counted in a time that begins and ends with an hour.
    pub async fn tallies(&self, from: Timestamp, until: Timestamp) -> Result<Tallies, Error> {
        let (mut tallies, mut start) = (Tallies::default(), None);
        let hour_key = |at| s(format!("{TALLY}#{}", hour(at)));
        loop {
            let query = Query {
                table: self.table.clone(),
                index: None,
                partition: ("user_id", n(rows::NOBODY.0)),
                from: Some(hour_key(from)),
                // What was counted in the hour that begins at the end has a name behind it, and so is beyond.
                up_to: Some(("window", hour_key(until))),
                limit: PAGE,
                start,
                consistent: true,
            };
            let page = self.db.query(query).await?;
            page.items.iter().for_each(|item| tallies.add(item));
            start = page.next;
            if start.is_none() {
                return Ok(tallies);
            }
        }
    }

    /// Whether a report was sent.
    pub async fn was_sent(&self, period: &Period) -> Result<bool, Error> {
        let row = self.db.get(&self.table, report_key(&period.key()), true).await?;
        Ok(row.as_ref().is_some_and(is_done))
    }

    /// Takes a report on until a time: nobody else sends it meanwhile, and nobody once it was sent. A claim whose answer
    /// was lost is ours all the same: the row has our name.
    pub async fn claim(&self, period: &Period, by: Claimant<'_>, deadline: Deadline) -> Result<Claim, Error> {
        let key = period.key();
        let write = Self::report(&self.table, &key)
            .when(Condition::Absent("done"))
            .when(Condition::AbsentOrLess("lease_until", n(by.now.0)))
            .set("holder", s(by.name))
            .set("lease_until", n(by.until.0))
            .set("expires_at", n(by.now.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        if let Err(error) = self.db.write(write, deadline).await {
            let Some(refused) = error.refused(REPORT) else {
                return Err(error.into());
            };
            let found = refused.item.as_ref();
            if found.is_some_and(is_done) {
                return Ok(Claim::Done);
            }
            if found.and_then(|item| Row(item).s_opt("holder")) != Some(by.name) {
                return Ok(Claim::Busy);
            }
        }
        let row = self
            .db
            .get(&self.table, report_key(&key), true)
            .await?
            .unwrap_or_default();
        Ok(Claim::Ours(Claimed {
            key,
            holder: by.name.to_owned(),
            sendings: [
                sending(&row, Part::Text)?,
                sending(&row, Part::More)?,
                sending(&row, Part::Rest)?,
                sending(&row, Part::Chart)?,
            ],
            words: words(&row),
        }))
    }

    /// Keeps the messages that its words make, until it is sent. `false` if the report is not ours any more.
    pub async fn keep_words(
        &self,
        claimed: &Claimed,
        words: &[String],
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let write = self.ours(claimed).set(WORDS, list(words.iter().map(s)));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(error) if error.refused(REPORT).is_some() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// A part is about to be sent. `false` if the report is not ours any more: it must not be sent then.
    pub async fn sends(
        &self,
        claimed: &Claimed,
        part: Part,
        tries: u32,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let write = self.ours(claimed).set(part.tries(), n(tries));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(error) if error.refused(REPORT).is_some() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// A part was sent: it is this message. Whoever's the report is by now, it was.
    pub async fn sent(
        &self,
        claimed: &Claimed,
        part: Part,
        message: i64,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = Self::report(&self.table, &claimed.key).set(part.message(), n(message));
        Ok(self.db.write(write, deadline).await?)
    }

    /// All of it was sent; or, if not, whoever comes next may go on with it at once.
    pub async fn leave(&self, claimed: &Claimed, done: bool, deadline: Deadline) -> Result<(), Error> {
        let write = self.ours(claimed);
        let write = if done {
            write.set("done", table::AttributeValue::Bool(true)).remove(WORDS)
        } else {
            write.set("lease_until", n(0))
        };
        match self.db.write(write, deadline).await {
            Err(error) if error.refused(REPORT).is_none() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn ours(&self, claimed: &Claimed) -> Write {
        Self::report(&self.table, &claimed.key).when(Condition::Equals("holder", s(&claimed.holder)))
    }

    fn report(table: &str, key: &str) -> Write {
        Write::update(REPORT, table, report_key(key))
    }
}

impl Part {
    /// The words, message by message.
    pub const WORDS: [Self; 3] = [Self::Text, Self::More, Self::Rest];

    fn tries(self) -> &'static str {
        match self {
            Self::Text => "text_tries",
            Self::More => "more_tries",
            Self::Rest => "rest_tries",
            Self::Chart => "chart_tries",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Text => "text_message",
            Self::More => "more_message",
            Self::Rest => "rest_message",
            Self::Chart => "chart_message",
        }
    }
}

impl Tallies {
    /// Takes a row in; one that says nothing is of a later version.
    fn add(&mut self, item: &Item) {
        let row = Row(item);
        let times = row.n_or_zero::<u64>("times").unwrap_or(0);
        let name = row
            .s_opt("window")
            .and_then(|window| window.splitn(3, '#').nth(2));
        match name.and_then(|name| name.split_once('#')) {
            Some(("refused", limit)) => {
                let sum = self.refused.entry(limit.to_owned()).or_default();
                *sum = sum.saturating_add(times);
            }
            Some(("held_back", why)) => {
                let sum = self.held_back.entry(why.to_owned()).or_default();
                *sum = sum.saturating_add(times);
            }
            None if name == Some("orphan") => self.orphans = self.orphans.saturating_add(times),
            _ => {}
        }
    }
}

/// An hour of UTC, as `2026-11-20T21`: every zone's days that a report may be about begin with one.
fn hour(at: Timestamp) -> String {
    let text = at.rfc3339().unwrap_or_default();
    text.get(..13).unwrap_or_default().to_owned()
}

fn is_done(row: &Item) -> bool {
    Row(row).flag("done")
}

fn report_key(key: &str) -> Item {
    rows::note_key(format!("{REPORT}#{key}"))
}

/// The messages that are kept; one that cannot be read makes them none, and they are made anew.
fn words(row: &Item) -> Option<Vec<String>> {
    let kept = row.get(WORDS)?.as_l().ok()?.iter();
    kept.map(|message| message.as_s().ok().cloned()).collect()
}

fn sending(row: &Item, part: Part) -> Result<Sending, Error> {
    Ok(Sending {
        tries: Row(row).n_or_zero(part.tries())?,
        message: Row(row).n_opt(part.message())?,
    })
}

#[cfg(test)]
mod tests {
    use domain::id::UserId;

    use super::*;

    #[test]
    fn an_hour_is_that_of_utc() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        assert_eq!(hour(at("2026-11-20T21:59:59.999Z")), "2026-11-20T21");
        assert_eq!(hour(at("2026-11-21T00:00:00+03:00")), "2026-11-20T21");
    }

    #[test]
    fn what_was_counted_is_read_by_its_name_and_nothing_else_is() {
        let row = |window: &str, times: i64| {
            let mut item = rows::note_key(window.to_owned());
            item.insert("times".to_owned(), n(times));
            item
        };
        let mut tallies = Tallies::default();
        for item in [
            row("tally#2026-11-20T21#refused#a#b", 2),
            row("tally#2026-11-20T22#refused#a#b", 3),
            row("tally#2026-11-20T22#orphan", 4),
            row("tally#2026-11-20T22#later", 5),
            row("tally#2026-11-20T22", 6),
        ] {
            tallies.add(&item);
        }
        assert_eq!(tallies.refused, [("a#b".to_owned(), 5)].into());
        assert_eq!(tallies.orphans, 4);
    }

    #[test]
    fn a_note_is_nobodys() {
        assert_eq!(rows::NOBODY, UserId(0));
        assert!(rows::is_note(&report_key("day#2026-11-21")));
        assert!(!rows::is_note(&rows::usage_key(UserId(7), "day#1")));
        assert!(!rows::is_note(&rows::usage_key(UserId(-1), "day#1")));
    }
}
