//! Targeting: a rule over who asks, where and when.

use domain::time::{Millis, Timestamp};
use domain::window::Zone;
use serde_json::{Map, Value};

use crate::flags::{Attribute, Condition, Context};
use crate::nearest::nearest;

/// What a feature's `when` may look at, besides flagd's `targetingKey` (the user) and `$flagd.timestamp`:
///
/// - `country`: two capital letters, null if nobody knows;
/// - `roles`: a list of texts;
/// - `tier`: the tier that holds, null if there is none;
/// - `plan`: the plan that holds, or null;
/// - `locale`: such as `ru`;
/// - `time`: `21:05` in the feature's zone, to be compared as a text;
/// - `hour`: 0 to 23; `weekday`: 1 for Monday to 7 for Sunday, both in the feature's zone.
///
/// Nothing of it comes from the customer's own client, which could write what it likes.
pub const ATTRIBUTES: [&str; 8] = [
    "country", "roles", "tier", "plan", "locale", "time", "hour", "weekday",
];

/// The operators whose last argument reads items, not the asker.
const OVER_ITEMS: [&str; 6] = ["map", "filter", "reduce", "all", "none", "some"];

/// Who asks, as a rule sees them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    pub(super) user: &'a str,
    pub(super) country: Option<&'a str>,
    pub(super) roles: &'a Value,
    pub(super) plan: Option<&'a str>,
    pub(super) locale: &'a str,
    pub(super) now: Timestamp,
}

/// A compiled rule with the zone in which it reads the clock.
#[derive(Debug)]
pub(super) struct When {
    condition: Condition,
    zone: Zone,
}

impl When {
    pub(super) fn read(
        rule: &Value,
        zone: Option<&str>,
        evaluators: &Map<String, Value>,
    ) -> Result<Self, String> {
        // Anything else is a constant, which holds for everybody or for nobody, and was meant to be a rule.
        let is_rule = rule.is_boolean() || rule.as_object().is_some_and(|members| members.len() == 1);
        if !is_rule {
            let example = r#"{"==": [{"var": "country"}, "RU"]}"#;
            return Err(format!(
                "when: a rule is an object with one operator, such as {example}"
            ));
        }
        let zone = match zone {
            None => Zone::utc(),
            Some(name) => crate::document::zone(name).ok_or_else(|| {
                format!("zone: `{name}` is neither a zone such as Europe/Moscow nor an offset such as +03:00")
            })?,
        };
        let (condition, _) = Condition::read(rule, evaluators)
            .map_err(|problem| format!("when.{}: {}", problem.path, problem.why))?;
        Ok(Self { condition, zone })
    }

    pub(super) fn holds(&self, feature: &str, tier: Option<&str>, asker: &Asker<'_>) -> bool {
        let ahead = Millis::from_mins(self.zone.offset_minutes(asker.now).into());
        let clock = Clock::at(asker.now.after(ahead));
        let time = clock.time();
        let pairs = [
            ("country", text(asker.country)),
            ("roles", Attribute::Json(asker.roles)),
            ("tier", text(tier)),
            ("plan", text(asker.plan)),
            ("locale", Attribute::Text(asker.locale)),
            ("time", text(std::str::from_utf8(&time).ok())),
            ("hour", Attribute::Integer(clock.hour)),
            ("weekday", Attribute::Integer(clock.weekday)),
        ];
        let context = Context::new(asker.now)
            .with_targeting_key(asker.user)
            .with_attributes(&pairs);
        self.condition.holds(feature, &context)
    }
}

fn text(text: Option<&str>) -> Attribute<'_> {
    text.map_or(Attribute::Json(&Value::Null), Attribute::Text)
}

/// What a clock on the wall and a calendar show.
#[derive(Debug, PartialEq, Eq)]
struct Clock {
    hour: i64,
    minute: i64,
    /// 1 for Monday.
    weekday: i64,
}

impl Clock {
    fn at(local: Timestamp) -> Self {
        let minutes = local.seconds().div_euclid(60);
        let days = minutes.div_euclid(24 * 60);
        Self {
            hour: minutes.div_euclid(60).rem_euclid(24),
            minute: minutes.rem_euclid(60),
            // 1970-01-01 was a Thursday.
            weekday: (days + 3).rem_euclid(7) + 1,
        }
    }

    /// `21:05`
    fn time(&self) -> [u8; 5] {
        let digit = |number: i64| u8::try_from(number % 10).map_or(b'0', |digit| b'0' + digit);
        [
            digit(self.hour / 10),
            digit(self.hour),
            b':',
            digit(self.minute / 10),
            digit(self.minute),
        ]
    }
}

/// Names that a rule reads and that nobody gives it: it would be silently null, and the feature off for everybody.
pub(super) fn unread(rule: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(rule, &mut found);
    found
}

fn look(rule: &Value, found: &mut Vec<String>) {
    match rule {
        Value::Array(items) => items.iter().for_each(|item| look(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, argument)| match name.as_str() {
            "var" => found.extend(odd_name(argument)),
            name if OVER_ITEMS.contains(&name) => look(argument.get(0).unwrap_or(argument), found),
            _ => look(argument, found),
        }),
        _ => {}
    }
}

fn odd_name(argument: &Value) -> Option<String> {
    let path = argument.as_str().or_else(|| argument.get(0)?.as_str())?;
    let name = path.split('.').next().filter(|name| !name.is_empty())?;
    let known = ATTRIBUTES.iter().copied().chain(["targetingKey", "$flagd"]);
    if known.clone().any(|known| known == name) {
        return None;
    }
    let meant = nearest(name, known).unwrap_or_default();
    Some(format!("when: no rule is told `{name}`; is `{meant}` meant?"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2026-11-21 18:05 UTC, a Saturday.
    const SATURDAY: Timestamp = Timestamp(1_795_284_300_000);

    fn holds(rule: &Value, zone: Option<&str>, edit: impl FnOnce(&mut Asker<'_>)) -> bool {
        let roles = json!(["tester"]);
        let mut asker = Asker {
            user: "7",
            country: Some("RU"),
            roles: &roles,
            plan: None,
            locale: "ru",
            now: SATURDAY,
        };
        edit(&mut asker);
        let when = When::read(rule, zone, &Map::new()).unwrap();
        when.holds("feature", Some("pro"), &asker)
    }

    #[test]
    fn a_rule_sees_country_roles_tier_plan_and_locale() {
        for rule in [
            json!({ "in": [{ "var": "country" }, ["RU", "KZ"]] }),
            json!({ "in": ["tester", { "var": "roles" }] }),
            json!({ "==": [{ "var": "tier" }, "pro"] }),
            json!({ "==": [{ "var": "plan" }, null] }),
            json!({ "==": [{ "var": "locale" }, "ru"] }),
            json!({ "==": [{ "var": "targetingKey" }, "7"] }),
        ] {
            assert!(holds(&rule, None, |_| ()), "{rule}");
            assert!(!holds(&json!({ "!": rule }), None, |_| ()), "not {rule}");
        }
        let country = json!({ "in": [{ "var": "country" }, ["RU", "KZ"]] });
        assert!(!holds(&country, None, |asker| asker.country = Some("US")));
        assert!(!holds(&country, None, |asker| asker.country = None));
    }

    #[test]
    fn a_rule_reads_the_clock_in_its_zone() {
        let sees = |zone, time: &str, hour: i64, weekday: i64| {
            let rule = json!({ "and": [
                { "==": [{ "var": "time" }, time] },
                { "===": [{ "var": "hour" }, hour] },
                { "===": [{ "var": "weekday" }, weekday] },
            ] });
            assert!(holds(&rule, zone, |_| ()), "{zone:?} {time} {weekday}");
        };
        sees(None, "18:05", 18, 6);
        sees(Some("+03:00"), "21:05", 21, 6);
        sees(Some("Europe/Moscow"), "21:05", 21, 6);
        sees(Some("America/New_York"), "13:05", 13, 6);
        sees(Some("+09:00"), "03:05", 3, 7);
        sees(Some("-09:30"), "08:35", 8, 6);
    }

    #[test]
    fn an_evening_begins_and_ends_to_the_minute() {
        let evening = json!({ "and": [
            { "<=": ["21:00", { "var": "time" }] },
            { "<": [{ "var": "time" }, "22:30"] },
        ] });
        let at = |minutes: i64| {
            let now = SATURDAY.after(Millis::from_mins(minutes - 5));
            holds(&evening, Some("+03:00"), |asker| asker.now = now)
        };
        let before_a_full_minute = holds(&evening, Some("+03:00"), |asker| {
            asker.now = Timestamp(SATURDAY.0 - 300_001);
        });
        assert_eq!(
            (before_a_full_minute, at(0), at(89), at(90)),
            (false, true, true, false)
        );
    }

    #[test]
    fn the_weekday_before_1970_is_right_too() {
        let clock = |ms: i64| Clock::at(Timestamp(ms));
        assert_eq!((clock(0).weekday, clock(0).hour), (4, 0));
        let wednesday = clock(-1);
        assert_eq!((wednesday.weekday, wednesday.hour, wednesday.minute), (3, 23, 59));
    }

    #[test]
    fn a_name_that_no_rule_is_told_is_found_wherever_it_stands() {
        let rule = json!({ "or": [
            { "in": [{ "var": "contry" }, ["RU"]] },
            { "some": [{ "var": "roles" }, { "==": [{ "var": "" }, "x"] }] },
            { "all": [{ "var": ["role", []] }, { "==": [{ "var": "of_an_item" }, 1] }] },
            { "<": [{ "var": "$flagd.timestamp" }, 1] },
        ] });
        assert_eq!(
            unread(&rule),
            [
                "when: no rule is told `contry`; is `country` meant?",
                "when: no rule is told `role`; is `roles` meant?"
            ]
        );
    }

    #[test]
    fn a_rule_and_a_zone_that_cannot_be_read_are_named() {
        let why = |rule: Value, zone| When::read(&rule, zone, &Map::new()).unwrap_err();
        assert!(why(json!({ "lower": ["x"] }), None).starts_with("when.lower: there is no operator"));
        assert!(why(json!(true), Some("Moskau")).contains("`Moskau` is neither a zone"));
    }
}
