//! What a change says of itself, and moments as people type them.

use app::Clock as _;
use chrono::{DateTime, NaiveDate};
use clap::Args;
use domain::time::{Millis, Timestamp};
use limits_flags::By;

use crate::Error;

/// Who changes something, and why.
#[derive(Clone, Debug, Args)]
pub struct Said {
    /// Why, for the record of changes
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Who you are, for the record of changes [default: this machine's user]
    #[arg(long, value_name = "NAME", env = "NEUROCARDS_OPERATOR")]
    pub who: Option<String>,
}

/// The same where a customer is touched, who may ask later: there must be a reason.
#[derive(Clone, Debug, Args)]
pub struct SaidWhy {
    /// Why, for the record of changes
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Who you are, for the record of changes [default: this machine's user]
    #[arg(long, value_name = "NAME", env = "NEUROCARDS_OPERATOR")]
    pub who: Option<String>,
}

impl Said {
    /// Who, why, now.
    pub(crate) fn by(&self) -> Result<By, Error> {
        by(self.who.as_deref(), self.why.as_deref().unwrap_or_default())
    }
}

impl SaidWhy {
    /// Who, why, now.
    pub(crate) fn by(&self) -> Result<By, Error> {
        if self.why.trim().is_empty() {
            return Err(Error::Usage("--why must say something".to_owned()));
        }
        by(self.who.as_deref(), &self.why)
    }
}

fn by(who: Option<&str>, why: &str) -> Result<By, Error> {
    let user = system_user();
    let who = who.or(user.as_deref()).unwrap_or_default();
    By::new(who, why, now()).ok_or_else(|| {
        Error::Usage(format!(
            "who are you? say --who NAME or set NEUROCARDS_OPERATOR, of at most {} bytes; --why takes {}",
            By::WHO_BYTES_MAX,
            By::WHY_BYTES_MAX
        ))
    })
}

/// The user of this machine, as shells name them.
#[allow(
    clippy::disallowed_methods,
    reason = "a tool on somebody's machine; its user is no configuration of the product"
)]
fn system_user() -> Option<String> {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let user = names.into_iter().find_map(|name| std::env::var(name).ok());
    user.filter(|name| !name.is_empty()).or_else(asked_of_the_system)
}

/// Where no variable says it, as in a container.
#[allow(
    clippy::disallowed_methods,
    reason = "a tool on somebody's machine; nothing waits for it"
)]
fn asked_of_the_system() -> Option<String> {
    let said = std::process::Command::new("id").arg("-un").output().ok()?;
    let name = String::from_utf8(said.stdout).ok()?;
    let name = name.trim();
    (said.status.success() && !name.is_empty()).then(|| name.to_owned())
}

/// Now, by this machine's clock.
pub(crate) fn now() -> Timestamp {
    runtime::SystemClock.now()
}

/// A moment as people type it: `2026-12-31T21:00:00Z`, `2026-12-31` (its beginning in UTC), or from now on `7d`, `12h`,
/// `30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A moment.
    At(Timestamp),
    /// So much later than now.
    In(Millis),
}

/// Moments lie before the year 3000: what lies after it is a slip of the hand, and nobody can show it.
const END: Timestamp = Timestamp(32_503_680_000_000);
/// Spans are shorter than a hundred years, for the same reason.
const SPAN_MAX: Millis = Millis::from_mins(100 * 365 * 24 * 60);

impl When {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no moment such as 2026-12-31T21:00:00Z, 2026-12-31, 7d, 12h or 30m");
        let at = |moment: Timestamp| (moment < END).then_some(Self::At(moment)).ok_or_else(wrong);
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return at(Timestamp(time.timestamp_millis()));
        }
        if let Ok(date) = text.parse::<NaiveDate>() {
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
            return at(Timestamp(midnight.timestamp_millis()));
        }
        let units = [("d", 24 * 60), ("h", 60), ("m", 1)];
        let span = units.into_iter().find_map(|(unit, minutes)| {
            let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Millis::from_mins(number.checked_mul(minutes)?))
        });
        let span = span.filter(|span| span.0 > 0 && *span < SPAN_MAX);
        span.map(Self::In).ok_or_else(wrong)
    }

    /// The moment, seen from now.
    pub fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::In(span) => now.after(span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_type_them() {
        let at = |text: &str| When::parse(text).map(|when| when.moment(Timestamp(1000)).0);
        assert_eq!(at("1970-01-02"), Ok(86_400_000));
        assert_eq!(at("1970-01-01T03:00:01+03:00"), Ok(1000));
        assert_eq!(at("2m"), Ok(121_000));
        assert_eq!(at("1d"), Ok(86_401_000));
        for wrong in [
            "",
            "tomorrow",
            "-1d",
            "0h",
            "5",
            "2026-13-01",
            "9999999999999999999d",
            "99999999999d",
            "36500d",
            "3000-01-01",
            "3000-01-01T00:00:00Z",
        ] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }
}
