//! The Lambda that tells the operator's chat of errors: every line of level ERROR that another function writes reaches it
//! from CloudWatch Logs, every alarm that rings or is quiet again by EventBridge, and every minute it looks whether something
//! is left to be told.
//!
//! What is told, and how often, decides [`domain::alert`]; all that is known is one row ([`row`]). Its own lines are not
//! brought to it, and its own alarms are left alone, so it never tells of itself.

pub mod alarms;
pub mod lines;
pub mod row;
mod tell;

use app::Env;
use app::texts::{Locale, Say};
use domain::alert::Heard;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Config, Secrets, clients};
use serde_json::{Value, json};
use table::Deadline;

use row::{Alerts, Kept};

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ALERTS_TABLE",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "OPERATOR_CHAT_ID",
    "OPERATOR_LANGUAGE",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// How often the row is read again because somebody else was faster. In a storm all run at once, and each tells all that
/// is known then; who never gets a turn is called again by Lambda.
const TRIES_MAX: u32 = 12;
/// Messages of one run at most.
const TOLD_MAX: usize = 12;

/// What the function works with.
#[derive(Debug)]
pub struct App {
    /// What is known.
    pub alerts: Alerts,
    /// The Bot API.
    pub bot: telegram::Client,
    /// Where the operator reads; `None` tells nobody.
    pub operator: Option<i64>,
    /// In which language.
    pub say: Say,
    /// The stack's name, with which the names of its alarms begin.
    pub stack: String,
    /// Time and dice.
    pub env: Env,
}

/// Makes ready, from the environment.
pub async fn start() -> Result<App, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    let url = config.get("TELEGRAM_API_URL")?;
    Ok(App {
        alerts: Alerts::new(aws.db(), config.get("ALERTS_TABLE")?.to_owned()),
        bot: telegram::Client::new(clients::http()?, url, secrets.telegram_bot_token()?),
        operator: config.chats("OPERATOR_CHAT_ID")?.first().copied(),
        say: Say::in_(Locale::of(Some(config.get("OPERATOR_LANGUAGE")?))),
        // What is counted is counted under the stack's name.
        stack: config.get("METRICS_NAMESPACE")?.to_owned(),
        env: runtime::env(),
    })
}

/// One call: with lines of a log, with an alarm's news, or by the schedule. `Err` where the row did not answer; Lambda calls again.
pub async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Value, table::Error> {
    let deadline = runtime::deadline(&event.context);
    deadline.hold(run(app, &event.payload, deadline)).await
}

async fn run(app: &App, event: &Value, deadline: Deadline) -> Result<Value, table::Error> {
    let mut heard = lines::heard(event);
    heard.extend(alarms::changed(event, &app.stack));
    app.hear(&heard, deadline).await?;
    let mut told = 0;
    while told < TOLD_MAX {
        match app.tell_next(deadline).await {
            Ok(true) => told += 1,
            Ok(false) => break,
            // What was heard is put down, and heard again it would count twice; the schedule tells it.
            Err(error) if !heard.is_empty() => {
                tracing::warn!(name: "alert_told_later", error = app::chain(&error), "the operator is told by the next run");
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(json!({ "heard": heard.len(), "told": told }))
}

impl App {
    /// Puts errors down. Where there are none, what is over is forgotten with the next that come.
    async fn hear(&self, heard: &[Heard], deadline: Deadline) -> Result<(), table::Error> {
        if heard.is_empty() || self.operator.is_none() {
            return Ok(());
        }
        let now = self.env.now();
        self.change(deadline, |book| book.hear(heard, now)).await
    }

    /// Reads the book, changes it, and writes it, again while others are faster.
    async fn change<T>(
        &self,
        deadline: Deadline,
        mut change: impl FnMut(&mut domain::alert::Book) -> T,
    ) -> Result<T, table::Error> {
        for attempt in 0..TRIES_MAX {
            let (mut book, version) = self.alerts.read().await?;
            let before = book.clone();
            let done = change(&mut book);
            if book == before {
                return Ok(done);
            }
            match self
                .alerts
                .write(&book, version, self.env.now(), deadline)
                .await?
            {
                Kept::Written => return Ok(done),
                Kept::Overtaken => tell::pause(attempt, self.env.jitter()).await,
            }
        }
        Err(table::Error::Conflict)
    }
}
