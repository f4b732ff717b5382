//! The report that the operator got, held against the reckoning.

use local_lambda::Outcome;
use played_telegram::ChatMessage;
use reckoning::{Columns, Paid, Rows};
use serde_json::Value;

use super::{DAY_MS, HOUR_MS, MOSCOW_MS, Stage, seen};
use crate::cloud::REPORT;
use crate::error::{Error, Result};
use crate::outside::OPERATOR;

/// Who draws the reckoning's pictures in the same app, so that they are the same files if they are the same pictures.
const DRAUGHTSMAN: i64 = 5_999_999_999;

/// A time of which there is a report.
pub(super) struct Span {
    title: String,
    from: i64,
    until: i64,
    columns: Columns,
}

impl Span {
    /// A day in Moscow, by its first moment, and the week that it ends.
    pub(super) fn of(day: i64) -> [Self; 2] {
        let until = day + DAY_MS;
        let parts = (0..24)
            .map(|hour| (hour.to_string(), day + hour * HOUR_MS))
            .collect();
        let title = format!("Отчёт за {}", date(day));
        let day = Self {
            columns: Columns {
                title: title.clone(),
                heading: "Операции по часам",
                parts,
            },
            title,
            from: day,
            until,
        };
        let monday = until - 7 * DAY_MS;
        let days = (0..7).map(|number| monday + number * DAY_MS);
        let parts = days
            .map(|begins| (date(begins).chars().take(5).collect(), begins))
            .collect();
        let title = format!("Отчёт за неделю {} – {}", date(monday), date(until - DAY_MS));
        let week = Self {
            columns: Columns {
                title: title.clone(),
                heading: "Операции по дням",
                parts,
            },
            title,
            from: monday,
            until,
        };
        [day, week]
    }
}

/// The first moment, in Moscow, of the last Sunday that is over: with it ends a week, so that both reports have the day.
pub(super) fn last_sunday(now_ms: i64) -> i64 {
    let today = (now_ms + MOSCOW_MS).div_euclid(DAY_MS);
    // The first of January 1970 was a Thursday.
    let since_sunday = (today + 4).rem_euclid(7);
    let back = if since_sunday == 0 { 7 } else { since_sunday };
    (today - back) * DAY_MS - MOSCOW_MS
}

/// A moment's day in Moscow, as people write it.
fn date(at: i64) -> String {
    let text = domain::time::Timestamp(at + MOSCOW_MS)
        .rfc3339()
        .unwrap_or_default();
    let mut parts: Vec<&str> = text.get(..10).unwrap_or_default().split('-').collect();
    parts.reverse();
    parts.join(".")
}

impl Stage {
    /// The report's schedule fires, and once more, for it may.
    pub(super) async fn report_to_operator(&self) -> Result<()> {
        for _ in 0..2 {
            let outcome = self.cloud.local().trigger_now(REPORT).await?;
            if !matches!(outcome, Outcome::Answered(_)) {
                return Err(Error::Day(format!("the report came to nothing: {outcome:?}")));
            }
        }
        Ok(())
    }

    /// What the tables say.
    pub(super) async fn rows(&self) -> Result<Rows> {
        let aws = self.cloud.local().aws();
        for table in [
            "AiRequestsTable",
            "PaymentsTable",
            "LedgerTable",
            "JobsTable",
            "UsageTable",
        ] {
            aws.table_name(table)?;
        }
        let name = |table: &str| aws.table_name(table).unwrap_or_default().to_owned();
        Ok(Rows::read(&self.db, name).await)
    }

    /// Everything in the reports that is not as reckoned. Their words and pictures are left in the day's directory.
    pub(super) async fn differences(&self, rows: &Rows) -> Result<Vec<String>> {
        self.telegram.create_user(DRAUGHTSMAN, "Reckoning", Some("ru"));
        let chat = self.telegram.chat(OPERATOR);
        let mut found = Vec::new();
        for span in Span::of(self.day) {
            let of_it = |message: &&ChatMessage| message.text().contains(&span.title);
            let messages: Vec<&ChatMessage> = chat.iter().filter(of_it).collect();
            let (Some((picture, words)), true) = (messages.split_last(), messages.len() > 1) else {
                found.push(format!("{}: {} messages", span.title, messages.len()));
                continue;
            };
            let words = reckoning::joined(words.iter().map(|message| message.text()));
            found.extend(reckoning::differences(&words, rows, span.from, span.until));
            let told = picture.now.photo().map(|file| file.bytes.clone());
            let drawn = self.drawn(&span, rows).await?;
            self.leave(&format!("{}.txt", span.title), words.as_bytes())?;
            self.leave(&format!("{}.jpg", span.title), &told.clone().unwrap_or_default())?;
            if told != drawn {
                found.push(format!("{}: the picture says something else", span.title));
            }
        }
        found.extend(self.books_differ(rows));
        Ok(found)
    }

    /// The reckoning's picture, as the same app shows it.
    async fn drawn(&self, span: &Span, rows: &Rows) -> Result<Option<bytes::Bytes>> {
        let chart = reckoning::chart(&span.columns, rows, span.from, span.until);
        let png = chart.png().map_err(Error::broken("drawing"))?;
        self.leave(&format!("{}.reckoned.png", span.title), &png)?;
        let sent = self.telegram.send_photo(DRAUGHTSMAN, png.into(), "").await;
        let sent = sent.map_err(seen(DRAUGHTSMAN))?;
        let message = self.telegram.message(DRAUGHTSMAN, sent);
        Ok(message.and_then(|message| message.now.photo().map(|file| file.bytes.clone())))
    }

    /// The log against the orders and the ledger: each order has its line, and what its lines charged was captured.
    fn books_differ(&self, rows: &Rows) -> Vec<String> {
        let (from, until) = (self.day, self.day + DAY_MS);
        let lines = rows.lines(from, until);
        let mut found = Vec::new();
        let charged = reckoning::sum(&lines, |line| {
            if line.status == "completed" {
                line.credits
            } else {
                0
            }
        });
        let captured = rows.captured(from, until);
        if charged != captured {
            found.push(format!(
                "the log has charged {charged} credits, the ledger {captured}"
            ));
        }
        let orders = rows
            .jobs
            .values()
            .filter(|at| (from..until).contains(*at))
            .count();
        if orders != lines.len() {
            found.push(format!("{orders} orders and {} lines of the log", lines.len()));
        }
        for paid in &rows.paid {
            let Some(user) = paid.user else { continue };
            let given = rows.ledger.get(&(user, format!("grant#purchase#{}", paid.id)));
            let never = ["new", "void", "held"].contains(&paid.state.as_str());
            if given.copied() != (!never).then_some(paid.credits) {
                found.push(format!(
                    "{}: {given:?} in the ledger for {} credits",
                    paid.id, paid.credits
                ));
            }
            found.extend(money_differs(rows, paid, user));
        }
        found
    }

    fn leave(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.directory.join(name.replace(' ', "-"));
        std::fs::write(&path, bytes).map_err(|source| Error::File { path, source })
    }

    /// How many operations of each kind the day has, as the rows say.
    pub(super) fn kinds(&self, rows: &Rows) -> Value {
        let mut kinds = std::collections::BTreeMap::new();
        for line in rows.lines(self.day, self.day + DAY_MS) {
            *kinds.entry(line.category.clone()).or_insert(0_u64) += 1;
        }
        serde_json::json!(kinds)
    }
}

/// What moved of a payment's money against the payment and the ledger: it is what is left of it, and it came when its goods
/// were given.
fn money_differs(rows: &Rows, paid: &Paid, user: i64) -> Option<String> {
    let moved = rows.moved.iter().filter(|moved| moved.payment == paid.id);
    let (mut left, mut came_at) = (0_i128, None);
    for one in moved {
        match one.what.as_str() {
            "came" | "accepted" => {
                left += i128::from(one.minor);
                came_at = Some(one.at);
            }
            "came_again" => left += i128::from(one.minor),
            _ => left -= i128::from(one.minor),
        }
    }
    let booked = rows.booked.get(&(user, format!("grant#purchase#{}", paid.id)));
    let booked = booked.copied().filter(|_| !paid.test);
    let is_ours = booked.is_some();
    let ours = if is_ours {
        i128::from(paid.minor) - i128::from(paid.refunded)
    } else {
        0
    };
    (left != ours || came_at != booked).then(|| {
        format!(
            "{}: {left} of {ours} moved, came {came_at:?}, booked {booked:?}",
            paid.id
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_a_sunday_that_is_over_in_moscow() {
        // Sunday, 22 November 2026, begins in Moscow at 21:00 of the day before.
        let sunday = 1_795_294_800_000;
        for now in [sunday + DAY_MS, sunday + 3 * DAY_MS, sunday + 8 * DAY_MS - 1] {
            assert_eq!(last_sunday(now), sunday);
        }
        assert_eq!(last_sunday(sunday + DAY_MS - 1), sunday - 7 * DAY_MS);
    }
}
