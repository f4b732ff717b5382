//! A Mini App's init data: who opened it, signed by Telegram with the bot's token.
//!
//! Source: core.telegram.org/bots/webapps, "Validating data received via the Mini App". The string that is signed is
//! every field but `hash`, decoded, as `name=value`, sorted by name, with line feeds between; a `signature`, which is for
//! third parties, is one of them.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use limits_flags::access;
use ring::hmac;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// How old init data may be. Telegram signs it once, when the Mini App is opened, and never anew while it stays open: an
/// hour would throw out whoever leaves it open over lunch. Whoever steals it may use it as long, so not more than a day.
pub const AGE_MAX: Millis = Millis::from_mins(24 * 60);
/// How far Telegram's clock may be ahead of ours.
pub const SKEW_MAX: Millis = Millis::from_mins(1);
/// More than any init data has; Telegram's fields together stay below 2 KB.
pub const BYTES_MAX: usize = 4096;

/// The key that init data of one bot is checked with.
pub struct BotKey(hmac::Key);

/// Who opened the Mini App.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Telegram's number of the user.
    pub id: UserId,
    /// The language of the user's Telegram, as an IETF tag, where it is told.
    pub locale: Option<String>,
}

/// Why init data is not believed. What stands in it is never quoted: until it is believed, it is anybody's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is longer than any there is.
    #[error("init data is longer than {BYTES_MAX} bytes")]
    TooLong,
    /// Of two values, one may be signed and the other read.
    #[error("a field of the init data stands twice")]
    Twice,
    /// A field that must be there is not.
    #[error("init data lacks `{0}`, or it cannot be read")]
    Lacks(&'static str),
    /// The hash is not that of this bot's token.
    #[error("init data is not signed by this bot")]
    Forged,
    /// It was signed too long ago.
    #[error("init data is older than a day; open the Mini App anew")]
    Old,
    /// It was signed in the future.
    #[error("init data is from the future")]
    Early,
}

#[derive(Deserialize)]
struct User {
    id: i64,
    #[serde(default)]
    language_code: Option<String>,
}

impl BotKey {
    /// The key of the bot with this token.
    pub fn of(bot_token: &str) -> Self {
        let outer = hmac::Key::new(hmac::HMAC_SHA256, b"WebAppData");
        let key = hmac::sign(&outer, bot_token.as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }

    /// The hash that Telegram puts beside these fields: for the tests, and for whoever plays Telegram.
    pub fn hash(&self, fields: &[(String, String)]) -> String {
        let mut lines: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lines.sort_unstable();
        access::hex(hmac::sign(&self.0, lines.join("\n").as_bytes()).as_ref())
    }

    /// Who opened the Mini App, if Telegram says so and said it lately.
    pub fn verify(&self, init_data: &str, now: Timestamp) -> Result<Visitor, Refused> {
        if init_data.len() > BYTES_MAX {
            return Err(Refused::TooLong);
        }
        let mut fields = fields(init_data)?;
        let place = fields.iter().position(|(name, _)| name == "hash");
        let (_, hash) = fields.swap_remove(place.ok_or(Refused::Lacks("hash"))?);
        if !bool::from(self.hash(&fields).as_bytes().ct_eq(hash.as_bytes())) {
            return Err(Refused::Forged);
        }
        let field = |wanted: &'static str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.as_str())
                .ok_or(Refused::Lacks(wanted))
        };
        in_time(field("auth_date")?, now)?;
        visitor(field("user")?)
    }
}

/// The fields, decoded; none may stand twice.
fn fields(init_data: &str) -> Result<Vec<(String, String)>, Refused> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(init_data.as_bytes()) {
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(Refused::Twice);
        }
        fields.push((name.into_owned(), value.into_owned()));
    }
    Ok(fields)
}

fn in_time(auth_date: &str, now: Timestamp) -> Result<(), Refused> {
    let seconds: i64 = auth_date.parse().map_err(|_| Refused::Lacks("auth_date"))?;
    let age = now.since(Timestamp(seconds.saturating_mul(1000)));
    if age > AGE_MAX {
        Err(Refused::Old)
    } else if age.0 < SKEW_MAX.0.saturating_neg() {
        Err(Refused::Early)
    } else {
        Ok(())
    }
}

fn visitor(user: &str) -> Result<Visitor, Refused> {
    let user: User = serde_json::from_str(user).map_err(|_| Refused::Lacks("user"))?;
    if user.id <= 0 {
        return Err(Refused::Lacks("user"));
    }
    Ok(Visitor {
        id: UserId(user.id),
        locale: user.language_code,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../../fixtures/init-data.json");
    const TOKEN: &str = "123456789:TEST-token-for-vectors";

    fn vector(name: &str) -> Value {
        serde_json::from_str::<Value>(VECTORS).unwrap()[name].clone()
    }

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    fn signed(fields: &[(&str, &str)]) -> String {
        let owned: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let hash = BotKey::of(TOKEN).hash(&owned);
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(fields).append_pair("hash", &hash);
        text.finish()
    }

    fn verify(init_data: &str, now_s: i64) -> Result<Visitor, Refused> {
        BotKey::of(TOKEN).verify(init_data, Timestamp(now_s * 1000))
    }

    const USER: (&str, &str) = ("user", r#"{"id":42,"language_code":"ru"}"#);

    #[test]
    fn telegrams_own_vector_is_believed() {
        let vector = vector("telegram_init_data_hmac");
        let key = BotKey::of(text(&vector["bot_token"]));
        let now = Timestamp(vector["auth_date"].as_i64().unwrap() * 1000);
        let visitor = key.verify(text(&vector["init_data"]), now).unwrap();
        assert_eq!(visitor.id.0, vector["user_id"].as_i64().unwrap());
        assert_eq!(visitor.locale.as_deref(), Some("ru"));
    }

    #[test]
    fn a_third_partys_signature_belongs_to_what_is_signed_wherever_the_hash_stands() {
        let vector = vector("telegram_init_data_hmac_with_signature_field");
        let key = BotKey::of(text(&vector["bot_token"]));
        for order in ["init_data_hash_last", "init_data_hash_first"] {
            let visitor = key
                .verify(text(&vector[order]), Timestamp(1_760_000_000_000))
                .unwrap();
            assert_eq!(visitor.id, UserId(42), "{order}");
        }
    }

    #[test]
    fn what_another_bot_signed_is_forged() {
        for name in ["telegram_init_data_hmac", "telegram_init_data_ed25519"] {
            let vector = vector(name);
            assert_eq!(
                verify(text(&vector["init_data"]), 1_733_584_787),
                Err(Refused::Forged),
                "{name}"
            );
        }
    }

    #[test]
    fn one_changed_letter_is_enough() {
        let good = signed(&[("auth_date", "1760000000"), USER]);
        assert!(verify(&good, 1_760_000_000).is_ok());
        let other = good.replace("42", "43");
        assert_eq!(verify(&other, 1_760_000_000), Err(Refused::Forged));
    }

    #[test]
    fn a_field_that_stands_twice_is_refused_though_its_hash_is_right() {
        let good = signed(&[("auth_date", "1760000000"), USER]);
        for twice in ["&user=%7B%22id%22%3A1%7D", "&hash=00"] {
            assert_eq!(
                verify(&format!("{good}{twice}"), 1_760_000_000),
                Err(Refused::Twice)
            );
        }
    }

    #[test]
    fn init_data_holds_for_a_day_and_a_clock_may_be_a_minute_off() {
        let good = signed(&[("auth_date", "1760000000"), USER]);
        let at = |now_s| verify(&good, now_s).err();
        assert_eq!(at(1_760_000_000 + 86_400), None);
        assert_eq!(at(1_760_000_000 + 86_401), Some(Refused::Old));
        assert_eq!(at(1_760_000_000 - 60), None);
        assert_eq!(at(1_760_000_000 - 61), Some(Refused::Early));
    }

    #[test]
    fn what_is_missing_is_named() {
        let now = 1_760_000_000;
        assert_eq!(verify("", now), Err(Refused::Lacks("hash")));
        assert_eq!(
            verify(&signed(&[("auth_date", "1760000000")]), now),
            Err(Refused::Lacks("user"))
        );
        assert_eq!(verify(&signed(&[USER]), now), Err(Refused::Lacks("auth_date")));
        let late = signed(&[("auth_date", "soon"), USER]);
        assert_eq!(verify(&late, now), Err(Refused::Lacks("auth_date")));
        for nobody in ["{}", r#"{"id":0}"#, r#"{"id":-5}"#, "nonsense"] {
            let data = signed(&[("auth_date", "1760000000"), ("user", nobody)]);
            assert_eq!(verify(&data, now), Err(Refused::Lacks("user")), "{nobody}");
        }
        assert_eq!(verify(&"a".repeat(BYTES_MAX + 1), now), Err(Refused::TooLong));
    }
}
