//! Tells the operator of one kind of errors.

use std::time::Duration;

use app::texts::Value;
use domain::alert::{Group, Told};
use domain::time::{Jitter, Millis, Timestamp};
use table::Deadline;
use telegram::html::escape;
use telegram::methods::{EditMessageText, SendMessage};

use crate::App;

/// What a call to Telegram takes at most.
const CALL_MAX: Duration = Duration::from_secs(8);
/// What is kept of the time for writing down how it went.
const RESERVE: Duration = Duration::from_secs(3);
/// How long nobody is told where Telegram lets nobody be: the chat is gone, or the token is wrong.
const NOT_NOW: Millis = Millis::from_mins(15);
/// The shortest pause after somebody else was faster, doubled each time.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it is doubled.
const DOUBLED_MAX: u32 = 4;

impl App {
    /// Tells what is to be told next; `false` if there is nothing.
    pub(crate) async fn tell_next(&self, deadline: Deadline) -> Result<bool, table::Error> {
        let (Some(chat), Some(time)) = (self.operator, deadline.for_call(CALL_MAX, RESERVE)) else {
            return Ok(false);
        };
        let now = self.env.now();
        let Some(group) = self.change(deadline, |book| book.next(now)).await? else {
            return Ok(false);
        };
        let told = self.tell(chat, &group, time).await;
        let now = self.env.now();
        self.change(deadline, |book| book.told(&group, told, now)).await?;
        // What Telegram puts off, it puts off for everything.
        Ok(matches!(told, Told::Shown(_) | Told::Gone))
    }

    async fn tell(&self, chat: i64, group: &Group, time: Duration) -> Told {
        let text = self.text(group);
        let answer = match group.message {
            None => {
                let sent = self.bot.call(&SendMessage::html(chat, text), time).await;
                sent.map(|message| message.message_id)
            }
            Some(message) => {
                let edit = EditMessageText::html(chat, message, text);
                self.bot.call(&edit, time).await.map(|_| message)
            }
        };
        let error = match answer {
            Ok(message) => return Told::Shown(message),
            Err(error) => error,
        };
        let told = match (&error, group.message) {
            (telegram::Error::NotModified, Some(message)) => return Told::Shown(message),
            (telegram::Error::MessageGone { .. }, _) => Told::Gone,
            (telegram::Error::RateLimited { retry_after_s }, _) => {
                Told::Later(Millis::from_secs(i64::from(*retry_after_s)))
            }
            (telegram::Error::NotSent { .. }, _) => Told::Later(Millis::from_mins(1)),
            (telegram::Error::Unknown { .. }, _) => Told::Unknown,
            _ => Told::Later(NOT_NOW),
        };
        tracing::warn!(name: "operator_not_told", error = runtime::batch::chain(&error), "the operator is told of errors later");
        told
    }

    fn text(&self, group: &Group) -> String {
        let number = |count: u64| Value::N(u32::try_from(count).unwrap_or(u32::MAX));
        if group.is_rest() {
            return self.say.with("alert-rest", [("count", number(group.count))]);
        }
        let plain = |text: &str| Value::S(escape(text).into_owned().into());
        if let Some(rings) = group.rings {
            return self.alarm(group, rings);
        }
        let values = [
            ("function", plain(&group.kind.function)),
            ("event", plain(&group.kind.event)),
            ("words", plain(&group.words)),
            ("count", number(group.count)),
            ("since", Value::S(clock(group.since).into())),
            ("until", Value::S(clock(group.until).into())),
        ];
        let mut text = self.say.with("alert", values);
        for (id, name, value) in [
            ("alert-with", "with", &group.kind.with),
            ("alert-job", "job", &group.job),
        ] {
            if !value.is_empty() {
                text.push('\n');
                text.push_str(&self.say.with(id, [(name, plain(value))]));
            }
        }
        telegram::html::truncate(&text, telegram::limits::TEXT_CHARS_MAX).into_owned()
    }
}

impl App {
    /// An alarm, and how it stands: what it is there for, in the template's words, and where the runbook says what to do.
    fn alarm(&self, group: &Group, rings: bool) -> String {
        let plain = |text: &str| Value::S(escape(text).into_owned().into());
        let values = [
            ("alarm", plain(&group.kind.function)),
            ("words", plain(&group.words)),
            ("count", Value::N(u32::try_from(group.count).unwrap_or(u32::MAX))),
            ("since", Value::S(clock(group.since).into())),
            ("until", Value::S(clock(group.until).into())),
        ];
        let text = if rings {
            self.say.with("alert-alarm", values)
        } else {
            self.say.with("alert-alarm-over", values)
        };
        telegram::html::truncate(&text, telegram::limits::TEXT_CHARS_MAX).into_owned()
    }
}

/// Hours, minutes and seconds of UTC.
fn clock(at: Timestamp) -> String {
    let text = at.rfc3339().unwrap_or_default();
    text.get(11..19).unwrap_or_default().to_owned()
}

/// Waits a little, so that those who write one row do not meet again.
pub(crate) async fn pause(attempt: u32, jitter: Jitter) {
    let most = PAUSE.saturating_mul(1 << attempt.min(DOUBLED_MAX));
    let part = most.saturating_mul(jitter.0) / 1000;
    #[allow(
        clippy::disallowed_methods,
        reason = "milliseconds, so as not to meet the same writers again"
    )]
    tokio::time::sleep(part).await;
}
