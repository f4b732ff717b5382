//! Numbers and times as people read them.

use domain::catalog::{Makes, Rules};
use domain::job::{Job, Order};
use domain::limit::Span;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use domain::video::Quality;
use domain::window::{Schedule, Zone};
use limits_flags::Snapshot;
use providers::registry::form;
use telegram::html;

use crate::kinds;
use crate::texts::{Say, Value};

/// Characters of a prompt that a card repeats.
const PROMPT_CHARS_SHOWN: usize = 300;
/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;

/// A price.
pub(crate) fn credits(say: Say, credits: Credits) -> String {
    say.with("credits", [("count", credits.0.into())])
}

/// A moment as a zone's clocks show it; of another year, with the year.
pub(crate) fn moment(say: Say, at: Timestamp, zone: &Zone, now: Timestamp) -> String {
    say.with("reset-at", moment_parts(say, at, zone, now))
}

/// A time of day as a zone's clocks show it: `21:00`; and the day before it: `22.11`.
pub(crate) fn clock_and_day(at: Timestamp, zone: &Zone) -> (String, String) {
    let there = at.0.saturating_add(i64::from(zone.offset_minutes(at)) * 60_000);
    let minutes = there.rem_euclid(DAY_MS) / 60_000;
    (format!("{:02}:{:02}", minutes / 60, minutes % 60), date(there).0)
}

/// The same where it follows `until`: Russian says that otherwise.
pub(crate) fn until(say: Say, at: Timestamp, zone: &Zone, now: Timestamp) -> String {
    say.with("until-at", moment_parts(say, at, zone, now))
}

fn moment_parts(say: Say, at: Timestamp, zone: &Zone, now: Timestamp) -> [(&'static str, Value<'static>); 4] {
    let offset = zone.offset_minutes(at);
    let there = at.0.saturating_add(i64::from(offset) * 60_000);
    let here = now.0.saturating_add(i64::from(zone.offset_minutes(now)) * 60_000);
    let days = there.div_euclid(DAY_MS) - here.div_euclid(DAY_MS);
    let minutes = there.rem_euclid(DAY_MS) / 60_000;
    let zone = zone_name(say, offset);
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let day: Value<'static> = match days {
        -1 => "yesterday".into(),
        // Any number but these two has the date instead.
        days => u32::try_from(days).unwrap_or(u32::MAX).into(),
    };
    let (date, year) = date(there);
    let date = if year == self::date(here).1 {
        date
    } else {
        format!("{date}.{year}")
    };
    [
        ("day", day),
        ("date", date.into()),
        ("time", time.into()),
        ("zone", zone.into()),
    ]
}

/// A span in days, hours and minutes, of which the smaller are left out where there is a larger: `3 дня`, `5 ч`.
pub(crate) fn rest(say: Say, minutes: i64) -> String {
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    match (minutes / 1440, minutes / 60) {
        (days @ 1.., _) => say.with("days", [("count", count(days).into())]),
        (_, hours @ 1..) => say.with("hours", [("count", count(hours).into())]),
        _ => say.with("minutes", [("count", count(minutes).into())]),
    }
}

/// A zone's name by its distance from UTC. What is three hours ahead is told as Moscow's, which is what customers know.
pub(crate) fn zone_name(say: Say, offset_minutes: i32) -> String {
    if offset_minutes == 180 {
        say.text("zone-moscow")
    } else {
        utc_zone(offset_minutes)
    }
}

/// `UTC+3`, `UTC+5:30`.
fn utc_zone(offset_minutes: i32) -> String {
    let (sign, minutes) = if offset_minutes < 0 {
        ('-', -offset_minutes)
    } else {
        ('+', offset_minutes)
    };
    if minutes % 60 == 0 {
        format!("UTC{sign}{}", minutes / 60)
    } else {
        format!("UTC{sign}{}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Day and month of a local time, as `22.11`, and its year. The days since 1970 are turned into a date of the Gregorian calendar by Howard
/// Hinnant's `civil_from_days`.
fn date(local_ms: i64) -> (String, i64) {
    let days = local_ms.div_euclid(DAY_MS) + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = if month_from_march < 10 {
        (month_from_march + 3, 0)
    } else {
        (month_from_march - 9, 1)
    };
    let year = days.div_euclid(146_097) * 400 + year_of_era + next_year;
    (format!("{day:02}.{month:02}"), year)
}

/// An order in two lines: the model, length and shape, and the customer's words.
pub(crate) fn order(say: Say, snapshot: Option<&Snapshot>, order: &Order) -> String {
    let title = snapshot
        .and_then(|snapshot| snapshot.model(&order.model))
        .map_or(order.model.0.as_str(), |model| model.title.as_str());
    let shape = if order.image.is_some() && keeps_shape(&order.provider, &order.family) {
        say.text("card-aspect-photo")
    } else {
        order.aspect.as_str().to_owned()
    };
    let made = (order.duration_s, order.quality);
    choice(say, (title, order.makes), made, shape, &order.prompt)
}

/// Whether a video from a photo has the photo's shape, whatever was chosen.
pub(crate) fn keeps_shape(provider: &str, family: &str) -> bool {
    form(provider, family).is_none_or(|form| form.caps.image_keeps_its_shape)
}

/// An order in two lines, from its parts: the model and what of length, shape and quality such a thing has; the words.
pub(crate) fn choice(
    say: Say,
    (title, makes): (&str, Makes),
    (duration_s, quality): (u32, Option<Quality>),
    shape: String,
    prompt: &str,
) -> String {
    let seconds = || say.with("seconds", [("count", duration_s.into())]);
    let parts = [
        Some(html::escape(title).into_owned()),
        makes.has_lengths().then(seconds),
        makes.has_shapes().then_some(shape),
        quality.map(|quality| self::quality(say, quality)),
    ];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    if prompt.is_empty() {
        line
    } else {
        format!("{line}\n<blockquote>{}</blockquote>", prompt_shown(prompt))
    }
}

/// A quality, as a card and its buttons name it.
pub(crate) fn quality(say: Say, quality: Quality) -> String {
    say.text(match quality {
        Quality::Standard => "quality-standard",
        Quality::High => "quality-high",
    })
}

/// The customer's words, cut and escaped.
fn prompt_shown(prompt: &str) -> String {
    let cut = html::truncate(prompt.trim(), PROMPT_CHARS_SHOWN);
    html::escape(&cut).into_owned()
}

/// How long it usually takes, as a sentence.
pub(crate) fn usual_wait(say: Say, order: &Order) -> String {
    say.with(
        "queued-wait",
        [
            ("kind", kinds::value(order.makes)),
            ("minutes", minutes(order.typical).into()),
        ],
    )
}

/// A time in whole minutes, rounded up, one at least.
pub(crate) fn minutes(span: Millis) -> u32 {
    let minutes = span.secs_ceil().saturating_add(59) / 60;
    u32::try_from(minutes.max(1)).unwrap_or(1)
}

/// Until when an order is tried.
pub(crate) fn give_up_by(say: Say, rules: &Rules, job: &Job, now: Timestamp) -> String {
    until(say, job.give_up_at, &zone(rules), now)
}

/// Whose clocks customers go by: those of the first limit that names any, else Moscow's.
pub(crate) fn zone(rules: &Rules) -> Zone {
    let mut named = rules.limits.iter().filter_map(|limit| match &limit.span {
        Span::Fixed(schedule) => Some(&schedule.zone),
        Span::Sliding(_) | Span::Open => None,
    });
    let own = named.find(|zone| zone.name() != Some("UTC")).cloned();
    own.unwrap_or_else(|| Schedule::moscow_day().zone)
}

/// What an order holds or has cost.
pub(crate) fn price<'a>(say: Say, job: &Job) -> Value<'a> {
    if job.order.plan.is_some() {
        return say.text("price-of-plan").into();
    }
    credits(say, job.cost).into()
}

/// What a customer is told whose draft's model is not on sale: the others, if some take such an order; what would be
/// taken instead, if only the photo stands in the way; or that nothing is made now.
pub(crate) fn not_made(snapshot: &Snapshot, makes: Makes, with_photo: bool) -> &'static str {
    let offered = |with_photo| snapshot.offered(makes, with_photo).next().is_some();
    match (offered(with_photo), offered(!with_photo)) {
        (true, _) => "refused-model",
        (false, false) => "refused-no-models",
        (false, true) if with_photo => "refused-no-photo-models",
        (false, true) => "refused-no-text-models",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Locale;

    /// 2026-11-21 18:00:00 UTC: nine in the evening in Moscow.
    const NINE: i64 = 1_795_284_000_000;

    #[test]
    fn a_reset_is_told_in_moscow_time() {
        let say = Say::in_(Locale::Ru);
        let told =
            |at: i64, now: i64| moment(say, Timestamp(at), &Schedule::moscow_day().zone, Timestamp(now));
        assert_eq!(told(NINE, NINE - 3_600_000), "сегодня в 21:00 (МСК)");
        assert_eq!(told(NINE + DAY_MS, NINE), "завтра в 21:00 (МСК)");
        assert_eq!(told(NINE + 8 * DAY_MS, NINE), "29.11 в 21:00 (МСК)");
        assert_eq!(told(NINE, NINE + DAY_MS), "вчера в 21:00 (МСК)");
        assert_eq!(told(NINE, NINE + 2 * DAY_MS), "21.11 в 21:00 (МСК)");
        assert_eq!(told(NINE + 367 * DAY_MS, NINE), "23.11.2027 в 21:00 (МСК)");
        assert!(told(i64::MAX, NINE).ends_with("(МСК)"));
    }

    #[test]
    fn what_lasts_until_a_moment_is_told_as_one_says_it() {
        let told = |locale, at: i64| {
            let zone = Schedule::moscow_day().zone;
            until(
                Say::in_(locale),
                Timestamp(at),
                &zone,
                Timestamp(NINE - 3_600_000),
            )
        };
        assert_eq!(told(Locale::Ru, NINE), "21:00 (МСК)");
        assert_eq!(told(Locale::Ru, NINE + DAY_MS), "завтра, 21:00 (МСК)");
        assert_eq!(told(Locale::Ru, NINE + 8 * DAY_MS), "29.11, 21:00 (МСК)");
        assert_eq!(told(Locale::En, NINE + DAY_MS), "tomorrow at 21:00 (Moscow)");
    }

    #[test]
    fn dates_are_right_over_leap_days() {
        for (days, expected) in [
            (-1, ("31.12", 1969)),
            (0, ("01.01", 1970)),
            (59, ("01.03", 1970)),
            (364, ("31.12", 1970)),
            (365, ("01.01", 1971)),
            (789, ("29.02", 1972)),
            (790, ("01.03", 1972)),
            (20_820, ("02.01", 2027)),
        ] {
            let (date, year) = date(days * DAY_MS);
            assert_eq!((date.as_str(), year), expected, "{days}");
        }
    }
}
