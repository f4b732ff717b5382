//! Schedule expressions. No linter reads them; a wrong one fails the deployment, or runs at the wrong time.
//! The grammar is EventBridge's: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.

use serde_norway::Value;

use super::Findings;
use super::template::{Resource, Template};

/// SAM's two event types that carry an expression, and the property that holds it.
const EVENTS: [(&str, &str); 2] = [("Schedule", "Schedule"), ("ScheduleV2", "ScheduleExpression")];

/// Smallest and largest number of each cron field, and the names allowed instead.
const FIELDS: [(&str, u64, u64, &[&str]); 6] = [
    ("minutes", 0, 59, &[]),
    ("hours", 0, 23, &[]),
    ("day of month", 1, 31, &["L", "W", "LW"]),
    (
        "month",
        1,
        12,
        &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    ),
    (
        "day of week",
        1,
        7,
        &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "L"],
    ),
    ("year", 1970, 2199, &[]),
];

/// Every expression is one that EventBridge accepts.
pub fn well_formed(template: &Template) -> Findings {
    let wrong = expressions(template).filter_map(|(function, expression)| {
        Some(format!("{}: {expression}: {}", function.name, fault(expression)?))
    });
    wrong.collect()
}

/// A run that repeats faster than it may last would meet itself.
pub fn without_overlap(template: &Template) -> Findings {
    let long = expressions(template).filter(|(function, expression)| {
        rate_s(expression).is_some_and(|rate_s| template.timeout_s(*function) >= rate_s)
    });
    long.map(|(function, expression)| {
        format!(
            "{}: its Timeout reaches into the next {expression}",
            function.name
        )
    })
    .collect()
}

fn expressions(template: &Template) -> impl Iterator<Item = (Resource<'_>, &str)> {
    template.functions().flat_map(|function| {
        let of_kind = move |(kind, property)| {
            function
                .events(kind)
                .filter_map(move |(_, event)| event.get(property).and_then(Value::as_str))
        };
        EVENTS
            .into_iter()
            .flat_map(of_kind)
            .map(move |expression| (function, expression))
    })
}

/// What is wrong with an expression, or `None`.
pub fn fault(expression: &str) -> Option<String> {
    if let Some(rate) = inside(expression, "rate") {
        return rate_fault(rate);
    }
    match inside(expression, "cron") {
        Some(cron) => cron_fault(cron),
        None => Some("neither rate(...) nor cron(...)".into()),
    }
}

fn inside<'a>(expression: &'a str, function: &str) -> Option<&'a str> {
    expression
        .strip_prefix(function)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

fn rate_fault(rate: &str) -> Option<String> {
    let good = match rate.split_once(' ') {
        Some(("1", unit)) => ["minute", "hour", "day"].contains(&unit),
        Some((value, unit)) => {
            whole(value).is_some_and(|value| value > 1) && ["minutes", "hours", "days"].contains(&unit)
        }
        None => false,
    };
    (!good).then(|| "a rate is `1 minute`, `5 minutes`, `1 hour`, `2 days` and the like".into())
}

fn rate_s(expression: &str) -> Option<u64> {
    let (value, unit) = inside(expression, "rate")?.split_once(' ')?;
    let unit_s = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        _ => 86_400,
    };
    Some(whole(value)?.saturating_mul(unit_s))
}

fn cron_fault(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let [_, _, day_of_month, _, day_of_week, _] = fields[..] else {
        return Some("a cron has six fields: minutes, hours, day of month, month, day of week, year".into());
    };
    if (day_of_month == "?") == (day_of_week == "?") {
        return Some("exactly one of day of month and day of week is `?`".into());
    }
    let wrong = fields
        .iter()
        .zip(FIELDS)
        .find(|(field, (name, low, high, names))| {
            let any_day = **field == "?" && name.starts_with("day");
            !(any_day || field.split(',').all(|part| fits(part, *low, *high, names)))
        });
    wrong.map(|(field, (name, low, high, _))| {
        format!("{name} is `{field}`, which is not within {low} to {high}")
    })
}

/// One element of a list: a value, a range, either with a step, or all.
fn fits(part: &str, low: u64, high: u64, names: &[&str]) -> bool {
    let (range, step) = part
        .split_once('/')
        .map_or((part, None), |(range, step)| (range, Some(step)));
    let value = |text: &str| {
        names.contains(&text) || whole(text).is_some_and(|number| (low..=high).contains(&number))
    };
    let in_range = match range.split_once('-') {
        Some((from, to)) => value(from) && value(to),
        None => range == "*" || value(range),
    };
    in_range && step.is_none_or(|step| whole(step).is_some_and(|step| step > 0))
}

fn whole(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_eventbridge_accepts_passes() {
        for good in [
            "rate(1 minute)",
            "rate(5 minutes)",
            "rate(2 days)",
            "cron(0 18 * * ? *)",
            "cron(0/15 8-17 ? * MON-FRI *)",
            "cron(0 0 1,15 * ? 2026)",
            "cron(0 10 L * ? *)",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn what_eventbridge_refuses_is_found() {
        for bad in [
            "rate(5 minute)",
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(+5 minutes)",
            "rate(5 seconds)",
            "rate(5)",
            "every minute",
            "cron(* * * * *)",
            "cron(0 18 * * * *)",
            "cron(0 18 ? * ? *)",
            "cron(60 18 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 18 * 13 ? *)",
            "cron(0 18 ? * MONDAY *)",
            "cron(0/0 18 * * ? *)",
            "cron(? 18 * * ? *)",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
