//! Alarms that ring, or are quiet again, as CloudWatch tells of them by EventBridge.

use domain::alert::{Heard, Kind};
use domain::time::Timestamp;
use serde_json::Value;

/// What the event is called.
const STATE_CHANGE: &str = "CloudWatch Alarm State Change";
/// How the template's alarms end.
const ALARM: &str = "Alarm";
/// How the alarms on this very function begin. If it cannot tell, it cannot tell that either; and each try would ring again.
const OWN: &str = "Alerts";
/// How the alarms on lines of level ERROR end. The chat is told the lines themselves.
const ON_LINES: &str = "ErrorLines";
/// Alarms that ring because something has happened, and are quiet minutes later, though what it was still waits for
/// somebody: of these it is no news that they are quiet.
const OF_EVENTS: [&str; 6] = [
    "HeldPayments",
    "ChargedBackPayments",
    "ForgedNotices",
    "Reconciliation",
    "QuarantinedUpdates",
    "OrphanRenders",
];
/// The longest description that is taken over.
const TEXT_CHARS_MAX: usize = 400;

/// What has become of an alarm of this stack; `None` of anything else. An alarm that was never heard of and is quiet is no
/// news: that is how each begins.
pub fn changed(event: &Value, stack: &str) -> Option<Heard> {
    let detail = Some(&event["detail"]).filter(|_| event["detail-type"] == STATE_CHANGE)?;
    let name = named(detail["alarmName"].as_str()?, stack).filter(|name| is_news(name))?;
    let state = |which: &str| detail[which]["value"].as_str();
    let rings = match (state("previousState"), state("state")?) {
        (_, "ALARM") => true,
        (Some("ALARM"), "OK") if !OF_EVENTS.contains(&name) => false,
        _ => return None,
    };
    let description = detail["configuration"]["description"].as_str();
    Some(Heard {
        kind: Kind {
            function: name.to_owned(),
            ..Kind::default()
        },
        at: Timestamp::parse_rfc3339(event["time"].as_str()?)?,
        words: description
            .unwrap_or_default()
            .chars()
            .take(TEXT_CHARS_MAX)
            .collect(),
        job: String::new(),
        rings: Some(rings),
    })
}

/// Whether the chat would not know it otherwise, or at all.
fn is_news(name: &str) -> bool {
    !name.starts_with(OWN) && !name.ends_with(ON_LINES)
}

/// `neurocards-DeadDoorbellsAlarm-1ABC` is `DeadDoorbells`, as the runbook calls it. An alarm of the stack
/// `neurocards-test` is none of the stack `neurocards`, though its name begins so.
fn named<'a>(alarm: &'a str, stack: &str) -> Option<&'a str> {
    let mut parts = alarm.strip_prefix(stack)?.strip_prefix('-')?.split('-');
    let name = parts.next()?.strip_suffix(ALARM)?;
    let is_ours = parts.count() <= 1 && !name.is_empty();
    is_ours.then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CAPTURED: &str = include_str!("../events/alarm.json");

    fn event(alarm: &str, before: &str, now: &str) -> Value {
        let mut event: Value = serde_json::from_str(CAPTURED).unwrap();
        event["detail"]["alarmName"] = json!(alarm);
        event["detail"]["previousState"]["value"] = json!(before);
        event["detail"]["state"]["value"] = json!(now);
        event
    }

    #[test]
    fn an_alarm_that_rings_is_told_by_the_name_that_the_runbook_has() {
        let heard = changed(&serde_json::from_str(CAPTURED).unwrap(), "neurocards").unwrap();
        assert_eq!(
            (heard.kind.function.as_str(), heard.rings),
            ("DeadDoorbells", Some(true))
        );
        assert_eq!(heard.at, Timestamp(1_795_251_600_000));
        assert!(heard.words.starts_with("Doorbells failed"), "{}", heard.words);
    }

    #[test]
    fn only_what_rings_or_has_rung_is_news() {
        let rings = |before: &str, now: &str| {
            changed(&event("bot-OldDoorbellsAlarm-1A", before, now), "bot").and_then(|heard| heard.rings)
        };
        assert_eq!(rings("OK", "ALARM"), Some(true));
        assert_eq!(rings("INSUFFICIENT_DATA", "ALARM"), Some(true));
        assert_eq!(rings("ALARM", "OK"), Some(false));
        assert_eq!(rings("INSUFFICIENT_DATA", "OK"), None, "so each begins");
        assert_eq!(rings("ALARM", "INSUFFICIENT_DATA"), None);
    }

    #[test]
    fn what_has_happened_is_not_over_because_nothing_more_has() {
        let template = include_str!("../../../template.yaml");
        for name in OF_EVENTS {
            assert!(
                template.contains(&format!("\n  {name}Alarm:\n")),
                "no alarm {name}"
            );
            let changed = |before: &str, now: &str| {
                changed(&event(&format!("bot-{name}Alarm-1A"), before, now), "bot")
                    .and_then(|heard| heard.rings)
            };
            assert_eq!(changed("OK", "ALARM"), Some(true));
            assert_eq!(changed("ALARM", "OK"), None);
        }
    }

    #[test]
    fn alarms_of_others_its_own_and_those_on_lines_that_are_told_are_left_alone() {
        let told = |alarm: &str| changed(&event(alarm, "OK", "ALARM"), "bot").is_some();
        assert!(told("bot-OldDoorbellsAlarm-1A") && told("bot-OldDoorbellsAlarm"));
        for other in [
            "bot-test-OldDoorbellsAlarm-1A",
            "bot2-OldDoorbellsAlarm-1A",
            "OldDoorbellsAlarm",
            "bot-Alarm-1A",
            "bot-SomethingElse-1A",
            "bot-AlertsErrorsAlarm-1A",
            "bot-AlertsErrorLinesAlarm-1A",
            "bot-WorkerErrorLinesAlarm-1A",
        ] {
            assert!(!told(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_change_of_an_alarm_is_nothing() {
        for event in [
            json!({}),
            json!({"source": "aws.events", "detail": {}}),
            json!({"detail-type": STATE_CHANGE}),
        ] {
            assert_eq!(changed(&event, "bot"), None, "{event}");
        }
    }
}
