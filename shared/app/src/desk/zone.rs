//! `/timezone`: in whose time a customer is told when limits reset. Limits themselves turn by the operator's clock.

use domain::time::{Millis, Timestamp};
use domain::window::Zone;
use telegram::html;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;

/// The longest name of a zone that is looked up.
const NAME_BYTES_MAX: usize = 40;

/// What is written to go back to the bot's own zone.
const OFF: [&str; 2] = ["off", "reset"];

impl Visit<'_> {
    /// `/timezone`, `/timezone Asia/Omsk`, `/timezone +5`.
    pub(super) async fn time_zone(&self, words: &str) -> Result<Reply, Error> {
        let say = self.say;
        if words.is_empty() {
            let known = self.account.zone.as_deref();
            let clock = clock(&self.own_zone(), self.now);
            let unset = || {
                let name = crate::show::zone_name(say, self.own_zone().offset_minutes(self.now));
                say.with("zone-unset", [("zone", name.into())])
            };
            let zone = known.map_or_else(unset, |zone| html::escape(zone).into_owned());
            let values = [("zone", zone.into()), ("clock", clock.into())];
            return Ok(self.send(say.with("zone-is", values)).into());
        }
        if OFF.contains(&words.to_lowercase().as_str()) {
            self.desk
                .store
                .set_zone(self.account.user, None, self.deadline)
                .await?;
            let zone = crate::show::zone(&self.snapshot.rules);
            let name = crate::show::zone_name(say, zone.offset_minutes(self.now));
            let values = [("zone", name.into()), ("clock", clock(&zone, self.now).into())];
            return Ok(self.send(say.with("zone-set", values)).into());
        }
        let Some(zone) = read(words) else {
            let words = html::escape(&html::truncate(words, NAME_BYTES_MAX)).into_owned();
            return Ok(self
                .send(say.with("zone-unknown", [("words", words.into())]))
                .into());
        };
        let user = self.account.user;
        let words = zone.name().unwrap_or(words).to_owned();
        self.desk
            .store
            .set_zone(user, Some(&words), self.deadline)
            .await?;
        let clock = clock(&zone, self.now);
        let words = html::escape(&words).into_owned();
        let values = [("zone", words.into()), ("clock", clock.into())];
        Ok(self.send(say.with("zone-set", values)).into())
    }

    /// The customer's own zone, else the operator's customers'.
    pub(super) fn own_zone(&self) -> Zone {
        let own = self.account.zone.as_deref().and_then(read);
        own.unwrap_or_else(|| crate::show::zone(&self.snapshot.rules))
    }
}

/// A zone as people write it: `Asia/Omsk`, `+5`, `UTC+05:30`.
pub(crate) fn read(text: &str) -> Option<Zone> {
    if text.len() > NAME_BYTES_MAX {
        return None;
    }
    let ahead = text
        .strip_prefix("UTC")
        .or_else(|| text.strip_prefix("GMT"))
        .unwrap_or(text);
    let mut letters = ahead.chars();
    let fixed = match letters.next() {
        Some('+') => minutes(letters.as_str()),
        Some('-' | '−') => minutes(letters.as_str()).map(|minutes| -minutes),
        _ => None,
    };
    fixed.and_then(Zone::fixed).or_else(|| Zone::named(text))
}

/// `5`, `05`, `5:30` as minutes, as far as clocks on earth are from UTC.
fn minutes(text: &str) -> Option<i16> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
    let digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<i16>().ok())
    };
    let (hours, minutes) = (digits(hours)??, digits(minutes)??);
    (hours <= 14 && minutes < 60).then(|| hours * 60 + minutes)
}

/// What a clock shows: `15:04`.
fn clock(zone: &Zone, now: Timestamp) -> String {
    let there = now.after(Millis::from_mins(zone.offset_minutes(now).into()));
    let minutes = there.seconds().div_euclid(60);
    format!(
        "{:02}:{:02}",
        minutes.div_euclid(60).rem_euclid(24),
        minutes.rem_euclid(60)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_as_people_write_them() {
        let ahead = |text: &str| read(text).map(|zone| zone.offset_minutes(Timestamp(1_795_284_000_000)));
        for (text, minutes) in [
            ("Asia/Omsk", 360),
            ("asia/omsk", 360),
            ("+5", 300),
            ("+05:30", 330),
            ("-3", -180),
            ("−3", -180),
            ("UTC+3", 180),
            ("UTC", 0),
        ] {
            assert_eq!(ahead(text), Some(minutes), "{text}");
        }
        for text in [
            "",
            "Omsk",
            "+15",
            "-3100",
            "+32767:59",
            "+5:60",
            "+x",
            "5",
            "Asia/Omsk; drop",
        ] {
            assert_eq!(ahead(text), None, "{text}");
        }
    }
}
