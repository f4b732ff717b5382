//! What an operator can do from their own chat when it is urgent: look, and change what cannot wait. The same use cases as the
//! admin API's, with the same roles and the same rows of the audit. Nothing is written before whoever asked has confirmed it,
//! within its time and once.
//!
//! Who it is is said by Telegram: the sender of a message, or of a press. What somebody else has written and was forwarded,
//! what comes by a bot, and what is said in the name of a chat has no such sender, and is passed over; so is whoever is no
//! administrator.

mod carry;
mod command;
mod look;
mod plan;
mod ring;
mod stop;
mod why;

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use limits_flags::access::{self, AdminRow, Role};
use limits_flags::{By, Office};
use queue::DeadLetters;
use store::{Stands, Urgent};
use table::Deadline;
use telegram::html;
use telegram::methods::{
    AnswerCallbackQuery, EditMessageText, InlineKeyboardButton, InlineKeyboardMarkup, Reply, SendMessage,
};
use telegram::types::{CallbackQuery, Message};

use super::helpdesk::Helpdesk;
use super::{Desk, Error};
use crate::broadcast::Announcer;
use crate::cashier;
use command::{Change, Command, Unread};

/// How long something can be confirmed.
const CONFIRMED_WITHIN: Millis = Millis::from_mins(5);
/// What stands before the reason of whatever was said here.
const FROM: &str = "Telegram: ";
/// The buttons' data begins so.
const YES: &str = "op:";
const NO: &str = "on:";
/// As much of something is shown.
const SHOWN_CHARS_MAX: usize = 600;

/// Where what is urgent is changed.
#[derive(Clone, Debug)]
pub struct Duty {
    /// Settings, standings, and who is an administrator.
    pub office: Office,
    /// Payments.
    pub cashier: cashier::Desk,
    /// The doorbells that failed too often.
    pub letters: DeadLetters,
    /// Broadcasts.
    pub announcer: Announcer,
}

/// What was done with a message or a press in the operator's chat.
pub(super) enum Handled {
    /// It is nothing of this.
    NotOurs,
    /// It is, and this is the answer; `None` for whoever gets none.
    Ours(Option<Reply>),
}

/// What is asked with, in one chat.
struct Counter<'d> {
    desk: &'d Desk,
    duty: &'d Duty,
    help: &'d Helpdesk,
    now: Timestamp,
    deadline: Deadline,
}

/// Whether a text is a command, with all that it takes.
#[cfg(feature = "fuzzed")]
pub(super) fn is_command(text: &str) -> bool {
    Command::read(text.trim()).is_ok()
}

impl Desk {
    fn counter(&self, chat: i64, deadline: Deadline) -> Option<Counter<'_>> {
        let help = self.helpdesk.as_ref().filter(|help| help.chat == chat)?;
        let (duty, now) = (self.duty.as_ref()?, self.env.now());
        Some(Counter {
            desk: self,
            duty,
            help,
            now,
            deadline,
        })
    }

    /// A message in the operator's chat that asks for something urgent.
    pub(super) async fn urgent(&self, message: &Message, deadline: Deadline) -> Result<Handled, Error> {
        let Some(counter) = self.counter(message.chat.id, deadline) else {
            return Ok(Handled::NotOurs);
        };
        let text = message.text.as_deref().unwrap_or_default().trim();
        // Other bots may sit there, too.
        if !self.is_spoken_to(text) {
            return Ok(Handled::NotOurs);
        }
        let command = match Command::read(text) {
            Err(Unread::NotOurs) => return Ok(Handled::NotOurs),
            command => command,
        };
        let Some(who) = sender(message) else {
            return Ok(Handled::Ours(None));
        };
        let Some(role) = counter.role(who).await? else {
            return Ok(Handled::Ours(None));
        };
        let reply = counter.answer(command, (who, role), message).await?;
        Ok(Handled::Ours(Some(reply)))
    }

    /// A press below what was asked for there.
    pub(super) async fn urgent_press(
        &self,
        query: &CallbackQuery,
        deadline: Deadline,
    ) -> Result<Handled, Error> {
        let data = query.data.as_deref().unwrap_or_default();
        let (name, yes) = match (data.strip_prefix(YES), data.strip_prefix(NO)) {
            (Some(name), _) => (name, true),
            (None, Some(name)) => (name, false),
            (None, None) => return Ok(Handled::NotOurs),
        };
        let message = query.message.as_ref();
        let counter = message.and_then(|message| self.counter(message.chat.id, deadline));
        let (Some(message), Some(counter)) = (message, counter) else {
            return Ok(Handled::Ours(None));
        };
        let who = UserId(query.from.id);
        if query.from.is_bot || name.parse::<i64>().is_err() {
            return Ok(Handled::Ours(None));
        }
        let name = format!("{}#{name}", message.chat.id);
        counter
            .pressed((who, yes), &name, message.message_id, &query.id)
            .await
            .map(Handled::Ours)
    }
}

/// Who has written a message, if that is sure: no forwarded one, none by a bot, none in the name of a chat.
fn sender(message: &Message) -> Option<UserId> {
    let foreign =
        message.sender_chat.is_some() || message.forward_origin.is_some() || message.via_bot.is_some();
    let from = message
        .from
        .as_ref()
        .filter(|from| !foreign && !from.is_bot && from.id > 0)?;
    Some(UserId(from.id))
}

impl Counter<'_> {
    /// What somebody may do; `None` for everybody else.
    async fn role(&self, who: UserId) -> Result<Option<Role>, Error> {
        let office = &self.duty.office;
        let key = access::primary_key(&access::admin(who));
        let item = office.db.get(&office.settings, key, true).await?;
        let row = item.as_ref().map(access::read::<AdminRow>).transpose();
        Ok(match row {
            Ok(row) => row.map(|row| row.role),
            Err(error) => {
                tracing::error!(name: "operator_unknown", user = who.0, error = crate::chain(&error), "what an administrator may do cannot be read; they may do nothing");
                None
            }
        })
    }

    async fn answer(
        &self,
        command: Result<Command, Unread>,
        (who, role): (UserId, Role),
        message: &Message,
    ) -> Result<Reply, Error> {
        let say = self.help.say;
        let command = match command {
            Ok(command) => command,
            Err(Unread::Lacks(name)) => {
                return Ok(self.say(say.with("urgent-usage", [("command", name.into())])));
            }
            Err(Unread::NotOurs) => return Ok(self.say(say.text("urgent-help"))),
        };
        if role < command.role() {
            return Ok(self.say(say.with("urgent-role", [("role", command.role().as_str().into())])));
        }
        let text = match command {
            Command::Help => say.text("urgent-help"),
            Command::Status => self.status().await?,
            Command::Find(what) => self.find(&what).await?,
            Command::Why(user) => self.why(user).await?,
            Command::Change(change, why) => return self.ask(&change, &why, who, message).await,
        };
        Ok(self.say(text))
    }

    /// What would be changed, from what to what, with the button that does it.
    async fn ask(&self, change: &Change, why: &str, who: UserId, message: &Message) -> Result<Reply, Error> {
        let say = self.help.say;
        let plan = match self.plan(change).await? {
            Ok(plan) => plan,
            Err(why_not) => return Ok(self.say(why_not)),
        };
        let name = format!("{}#{}", message.chat.id, message.message_id);
        let urgent = Urgent {
            by: who,
            command: message.text.clone().unwrap_or_default().trim().to_owned(),
            was: plan.was,
            until: self.now.after(CONFIRMED_WITHIN),
        };
        self.desk
            .store
            .ask_urgently(&name, &urgent, self.deadline)
            .await?;
        let minutes = u32::try_from(CONFIRMED_WITHIN.0 / 60_000).unwrap_or(0);
        let text = say.with(
            "urgent-ask",
            [
                ("what", plan.told.into()),
                ("why", shown(why).into()),
                ("minutes", minutes.into()),
            ],
        );
        let button = |id: &str, prefix: &str| {
            let data = format!("{prefix}{}", message.message_id);
            InlineKeyboardButton::callback(say.text(id), data).ok()
        };
        let row = [button("urgent-yes", YES), button("urgent-no", NO)];
        let buttons = InlineKeyboardMarkup::new([row.into_iter().flatten().collect()]);
        Ok(SendMessage::html(self.help.chat, text)
            .with_buttons(buttons)
            .into())
    }

    async fn pressed(
        &self,
        (who, yes): (UserId, bool),
        name: &str,
        message_id: i64,
        query_id: &str,
    ) -> Result<Option<Reply>, Error> {
        let (say, store) = (self.help.say, &self.desk.store);
        let Some((urgent, stands)) = store.urgent(name).await?.filter(|(urgent, _)| urgent.by == who) else {
            return Ok(None);
        };
        let edit = |text: String| Some(EditMessageText::html(self.help.chat, message_id, text).into());
        match stands {
            Stands::Over(said) => return Ok(edit(said)),
            Stands::Taken => return Ok(Some(self.note(query_id, "urgent-twice"))),
            Stands::Open if self.now >= urgent.until => return Ok(edit(say.text("urgent-late"))),
            Stands::Open => {}
        }
        let Ok(Command::Change(change, why)) = Command::read(&urgent.command) else {
            return Ok(None);
        };
        // Who is dismissed in between confirms nothing.
        let role = self.role(who).await?;
        if role.is_none_or(|role| role < Command::Change(change.clone(), String::new()).role()) {
            return Ok(None);
        }
        // Nothing is taken on that could not stand in the audit.
        let Some(by) = By::new(&format!("user#{who}"), &format!("{FROM}{why}"), self.now) else {
            return Ok(edit(say.with("urgent-usage", [("command", "operator".into())])));
        };
        if !store.take_urgent(name, who, self.deadline).await? {
            return Ok(Some(self.note(query_id, "urgent-twice")));
        }
        let said = if yes {
            self.carry_out(&change, urgent.was.as_deref(), name, &by).await
        } else {
            say.text("urgent-dropped")
        };
        let text = format!("{said}\n\n<code>{}</code>", shown(&urgent.command));
        if let Err(error) = store.end_urgent(name, &text, self.deadline).await {
            tracing::warn!(name: "urgent_end_unnoted", error = crate::chain(&error), "what came of something urgent is not noted; it is in the audit");
        }
        Ok(edit(text))
    }

    fn say(&self, text: String) -> Reply {
        SendMessage::html(self.help.chat, text).into()
    }

    fn note(&self, query_id: &str, id: &str) -> Reply {
        AnswerCallbackQuery::alert(query_id, self.help.say.text(id)).into()
    }
}

/// What somebody has written, or what stands somewhere, fit to be shown.
fn shown(text: &str) -> String {
    html::escape(&html::truncate(text, SHOWN_CHARS_MAX)).into_owned()
}
