//! The Lambda that tells the operator every morning what the day before brought, and after a week what the week brought.

use app::report::{Failed, Outcome, Post, Reporter, zone};
use app::texts::{Locale, Say};
use domain::report::{Period, Span};
use domain::time::Timestamp;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Config, Secrets, clients};
use serde_json::{Map, Value, json};
use store::{Notes, PaymentTables, Payments, Requests};

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "AI_REQUESTS_TABLE",
    "PAYMENTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "SETTINGS_TABLE",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "OPERATOR_CHAT_ID",
    "OPERATOR_LANGUAGE",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// What reports.
#[derive(Debug)]
pub struct DailyReport {
    /// What gathers and sends.
    pub reporter: Reporter,
    /// Where to; `None` where no operator has said so.
    pub post: Option<Post>,
}

/// Makes ready, from the environment.
pub async fn start() -> Result<DailyReport, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let table = |name: &str| config.get(name).map(str::to_owned);
    let db = aws.db();
    let sold = PaymentTables::to_report(table("PAYMENTS_TABLE")?, table("LEDGER_TABLE")?);
    let reporter = Reporter {
        requests: Requests::new(db.clone(), table("AI_REQUESTS_TABLE")?),
        payments: Payments::new(db.clone(), sold),
        notes: Notes::new(db, table("USAGE_TABLE")?),
        settings: aws.settings(&config)?,
        env: runtime::env(),
    };
    let chat = config.chats("OPERATOR_CHAT_ID")?.first().copied();
    let Some(chat) = chat else {
        tracing::warn!(name: "report_to_nobody", "OPERATOR_CHAT_ID is empty: no report is sent");
        return Ok(DailyReport { reporter, post: None });
    };
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    let token = secrets.telegram_bot_token()?;
    let post = Post {
        bot: telegram::Client::new(
            clients::http_without_pool()?,
            config.get("TELEGRAM_API_URL")?,
            token,
        ),
        chat,
        say: Say::in_(Locale::of(Some(config.get("OPERATOR_LANGUAGE")?))),
    };
    Ok(DailyReport {
        reporter,
        post: Some(post),
    })
}

/// Sends what is over at the moment that the schedule's event names: the day before, and the week before, unless they were
/// sent. `{"day": "2026-11-21"}` and `{"week": "2026-11-21"}` name others. `Err` where one could not be sent; Lambda then
/// says it again, twice, and whoever comes goes on where it was.
pub async fn handle(report: &DailyReport, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let Some(post) = &report.post else {
        return Ok(json!({ "told": "nobody" }));
    };
    let deadline = runtime::deadline(&event.context);
    let now = report.reporter.env.now();
    let (mut told, mut trouble) = (Map::new(), None);
    for period in periods(&event.payload, now)? {
        let key = period.key();
        match deadline.hold(report.reporter.send(post, &period, deadline)).await {
            Ok(outcome) => {
                let outcome = match outcome {
                    Outcome::Sent => "sent",
                    Outcome::Before => "sent before",
                };
                tracing::info!(name: "report_sent", period = key, outcome, "reported");
                told.insert(key, json!(outcome));
            }
            // They send it, or the last of Lambda's tries finds their time over.
            Err(Failed::Busy) => {
                tracing::info!(name: "report_in_hand", period = key, "somebody else is sending this report");
                trouble = Some(Failed::Busy);
            }
            Err(error) => {
                tracing::error!(name: "report_not_sent", period = key, error = app::chain(&error), "a report was not sent");
                trouble = Some(error);
            }
        }
    }
    trouble.map_or(Ok(Value::Object(told)), |error| Err(Error::NotSent(error)))
}

/// Of which times. An event that comes late is about the days before its own time.
fn periods(event: &Value, now: Timestamp) -> Result<Vec<Period>, Error> {
    let zone = zone();
    for span in Span::ALL {
        if let Some(day) = event.get(span.as_str()) {
            let period = day.as_str().and_then(|day| Period::of(span, &zone, day));
            let period = period
                .filter(|period| period.until <= now)
                .ok_or(Error::NoSuchDay)?;
            return Ok(vec![period]);
        }
    }
    let time = event.get("time").and_then(Value::as_str);
    // What is not over yet is nobody's to report, whatever an event says.
    let at = time
        .and_then(Timestamp::parse_rfc3339)
        .map_or(now, |at| at.min(now));
    let ended = Span::ALL.into_iter();
    Ok(ended.filter_map(|span| Period::ended(span, &zone, at)).collect())
}

/// Why an event came to nothing, or not to all that it should.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A report was not sent.
    #[error("a report was not sent")]
    NotSent(#[source] Failed),
    /// The event names a day that is none, or is not over.
    #[error("the event names a day that is none, or is not over")]
    NoSuchDay,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn keys(event: &Value, now: &str) -> Option<Vec<String>> {
        let periods = periods(event, at(now)).ok()?;
        Some(periods.iter().map(Period::key).collect())
    }

    #[test]
    fn the_schedules_time_says_of_which_day_a_report_is_however_late_it_comes() {
        let event: Value = serde_json::from_str(include_str!("../events/schedule.json")).unwrap();
        let both = Some(vec!["day#2026-11-21".to_owned(), "week#2026-11-09".to_owned()]);
        assert_eq!(keys(&event, "2026-11-22T06:00:01Z"), both);
        assert_eq!(keys(&event, "2026-11-23T03:00:00Z"), both);
        // A time that has not come is no reason to report a day that is not over.
        assert_eq!(
            keys(&event, "2026-11-21T12:00:00Z"),
            Some(vec!["day#2026-11-20".to_owned(), "week#2026-11-09".to_owned()])
        );
        assert_eq!(keys(&json!({}), "2026-11-22T06:00:01Z"), both);
    }

    #[test]
    fn a_day_may_be_named_if_it_is_one_and_over() {
        let now = "2026-11-22T06:00:00Z";
        assert_eq!(
            keys(&json!({"day": "2026-11-20"}), now),
            Some(vec!["day#2026-11-20".to_owned()])
        );
        assert_eq!(
            keys(&json!({"week": "2026-11-11"}), now),
            Some(vec!["week#2026-11-09".to_owned()])
        );
        for wrong in [
            json!({"day": "2026-11-22"}),
            json!({"day": "x"}),
            json!({"week": 5}),
            json!({"week": "2026-11-20"}),
        ] {
            assert_eq!(keys(&wrong, now), None, "{wrong}");
        }
    }
}
