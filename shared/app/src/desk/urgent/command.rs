//! What can be asked for in the operator's chat, and who may.

use domain::broadcast::BroadcastId;
use domain::id::{JobId, ModelId, UserId};
use domain::money::Credits;
use domain::payment::PaymentId;
use domain::time::Millis;
use limits_flags::access::Role;

use crate::cashier::Name;
use crate::gift::CREDITS_MAX;

/// Every command, with the words that say what it takes.
const COMMANDS: [&str; 14] = [
    "operator", "status", "find", "why", "flag", "pause", "resume", "refund", "grant", "ban", "unban",
    "ring", "stop", "undo",
];
/// The longest reason, in bytes: it is shown again, and stands in the audit behind where it came from.
const WHY_BYTES_MAX: usize = 1_500;
/// How long somebody is banned if nobody says: for good.
const FOR_GOOD: Millis = Millis::from_mins(10 * 365 * 24 * 60);
/// The longest that can be said.
const DAYS_MAX: i64 = 3_650;

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Status,
    Find(What),
    Why(UserId),
    Change(Change, String),
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    User(UserId),
    Order(JobId),
    Money(Name),
}

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Flag(String, bool),
    Model(ModelId, bool),
    RefundOrder(JobId),
    RefundPayment(PaymentId),
    Grant(UserId, Credits),
    Ban(UserId, Millis),
    Unban(UserId),
    /// Doorbells that failed too often ring once more.
    Ring,
    /// A broadcast goes no further.
    Stop(BroadcastId),
    Undo,
}

/// Why a text is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is none of these.
    NotOurs,
    /// It is this one, and lacks something.
    Lacks(&'static str),
}

impl Command {
    /// The role that it takes: the same as in the admin API.
    pub(super) fn role(&self) -> Role {
        match self {
            Self::Help | Self::Status | Self::Find(_) | Self::Why(_) => Role::Viewer,
            Self::Change(change, _) => change.role(),
        }
    }

    /// Reads a message.
    pub(super) fn read(text: &str) -> Result<Self, Unread> {
        let mut words = text.split_whitespace();
        let first = words.next().and_then(|word| word.strip_prefix('/'));
        let first = first.and_then(|word| word.split('@').next()).unwrap_or_default();
        let name = COMMANDS.into_iter().find(|name| first.eq_ignore_ascii_case(name));
        let name = name.ok_or(Unread::NotOurs)?;
        let words: Vec<&str> = words.collect();
        read(name, &words).ok_or(Unread::Lacks(name))
    }
}

impl Change {
    /// Settings and standings are an editor's; money, and going back, an owner's.
    fn role(&self) -> Role {
        match self {
            Self::Flag(..)
            | Self::Model(..)
            | Self::Ban(..)
            | Self::Unban(_)
            | Self::Ring
            | Self::Stop(_) => Role::Editor,
            Self::RefundOrder(_) | Self::RefundPayment(_) | Self::Grant(..) | Self::Undo => Role::Owner,
        }
    }
}

fn read(name: &str, words: &[&str]) -> Option<Command> {
    match (name, words) {
        ("operator", []) => Some(Command::Help),
        ("status", []) => Some(Command::Status),
        ("find", [what]) => what_of(what).map(Command::Find),
        ("why", [user]) => user_of(user).map(Command::Why),
        ("flag", [flag, state, why @ ..]) if is_name(flag) => {
            let on = match state.to_ascii_lowercase().as_str() {
                "on" => true,
                "off" => false,
                _ => return None,
            };
            because(Change::Flag((*flag).to_owned(), on), why)
        }
        ("pause" | "resume", [model, why @ ..]) if is_name(model) => {
            because(Change::Model(ModelId((*model).to_owned()), name == "resume"), why)
        }
        ("refund", [what, why @ ..]) => {
            let change = match what_of(what)? {
                What::Order(job) => Change::RefundOrder(job),
                What::Money(Name::Payment(id)) => Change::RefundPayment(id),
                What::Money(Name::Purchase(_)) | What::User(_) => return None,
            };
            because(change, why)
        }
        ("grant", [user, credits, why @ ..]) => {
            let credits: u32 = credits.parse().ok()?;
            let credits = (1..=CREDITS_MAX).contains(&credits).then_some(Credits(credits))?;
            because(Change::Grant(user_of(user)?, credits), why)
        }
        ("ban", [user, span, why @ ..]) if span_of(span).is_some() => {
            because(Change::Ban(user_of(user)?, span_of(span)?), why)
        }
        ("ban", [user, why @ ..]) => because(Change::Ban(user_of(user)?, FOR_GOOD), why),
        ("unban", [user, why @ ..]) => because(Change::Unban(user_of(user)?), why),
        ("ring", why) => because(Change::Ring, why),
        ("stop", [broadcast, why @ ..]) => because(Change::Stop(BroadcastId::parse(broadcast)?), why),
        ("undo", why) => because(Change::Undo, why),
        _ => None,
    }
}

/// Nothing is changed without a reason.
fn because(change: Change, why: &[&str]) -> Option<Command> {
    let why = why.join(" ");
    let fits = !why.is_empty() && why.len() <= WHY_BYTES_MAX;
    fits.then_some(Command::Change(change, why))
}

/// A customer, as the bot writes them or as a number.
fn user_of(text: &str) -> Option<UserId> {
    let number = text.strip_prefix("#u").unwrap_or(text);
    number.parse().ok().filter(|number| *number > 0).map(UserId)
}

fn what_of(text: &str) -> Option<What> {
    let user = user_of(text).map(What::User);
    let order = || JobId::parse(text).map(What::Order);
    user.or_else(order).or_else(|| Name::parse(text).map(What::Money))
}

/// `7d`, `12h`.
fn span_of(text: &str) -> Option<Millis> {
    let (number, minutes) = match text.split_at_checked(text.len().checked_sub(1)?)? {
        (number, "d") => (number, 24 * 60),
        (number, "h") => (number, 60),
        _ => return None,
    };
    let number: i64 = number
        .parse()
        .ok()
        .filter(|number| (1..=DAYS_MAX).contains(number))?;
    Some(Millis::from_mins(number.saturating_mul(minutes)))
}

/// The name of a row of the settings.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str) -> Option<(Change, String)> {
        match Command::read(text) {
            Ok(Command::Change(change, why)) => Some((change, why)),
            _ => None,
        }
    }

    #[test]
    fn commands_are_read_with_the_bots_name_and_in_any_letters() {
        assert_eq!(Command::read("/status"), Ok(Command::Status));
        assert_eq!(Command::read("/STATUS@neuro_bot"), Ok(Command::Status));
        for text in ["status", "/start", "", "/", "a /status", "/statusx"] {
            assert_eq!(Command::read(text), Err(Unread::NotOurs), "{text}");
        }
        assert_eq!(Command::read("/status now"), Err(Unread::Lacks("status")));
    }

    #[test]
    fn the_menu_lists_every_command() {
        let menu = crate::texts::operator_commands(crate::texts::Locale::En);
        assert_eq!(menu.map(|(command, _)| command), COMMANDS);
    }

    #[test]
    fn what_is_looked_for_is_told_by_its_form() {
        let found = |text: &str| match Command::read(&format!("/find {text}")) {
            Ok(Command::Find(what)) => Some(what),
            _ => None,
        };
        assert_eq!(found("1001"), Some(What::User(UserId(1001))));
        assert_eq!(found("#u1001"), Some(What::User(UserId(1001))));
        let order = "1001-abcdefgh23456723";
        let read = JobId::parse(order).unwrap();
        assert_eq!(found(order), Some(What::Order(read)));
        let purchase = "buy-1001-abcdefgh23456723";
        assert!(matches!(found(purchase), Some(What::Money(Name::Purchase(_)))));
        assert!(matches!(found("stars#x"), Some(What::Money(Name::Payment(_)))));
        for nothing in ["", "-5", "0", "anna", "1001 1002"] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn nothing_is_changed_without_a_reason_or_with_half_of_what_it_takes() {
        let why = || "it burns".to_owned();
        assert_eq!(
            change("/flag new_jobs OFF it burns"),
            Some((Change::Flag("new_jobs".to_owned(), false), why()))
        );
        assert_eq!(
            change("/pause kling-3.0 it  burns"),
            Some((Change::Model(ModelId("kling-3.0".to_owned()), false), why()))
        );
        assert_eq!(
            change("/grant 7 5 it burns"),
            Some((Change::Grant(UserId(7), Credits(5)), why()))
        );
        assert_eq!(
            change("/ban 7 2d it burns"),
            Some((Change::Ban(UserId(7), Millis::from_mins(2 * 24 * 60)), why()))
        );
        assert_eq!(
            change("/ban 7 it burns"),
            Some((Change::Ban(UserId(7), FOR_GOOD), why()))
        );
        assert_eq!(change("/undo it burns"), Some((Change::Undo, why())));
        assert_eq!(change("/ring it burns"), Some((Change::Ring, why())));
        let broadcast = BroadcastId::parse("1795251600000-abcdef").unwrap();
        assert_eq!(
            change("/stop 1795251600000-abcdef it burns"),
            Some((Change::Stop(broadcast), why()))
        );
        for lacking in [
            "/flag new_jobs off",
            "/flag new_jobs maybe it burns",
            "/flag a#b on it burns",
            "/pause kling-3.0",
            "/grant 7 0 it burns",
            "/grant 7 10001 it burns",
            "/grant 7 it burns",
            "/ban 7 2d",
            "/ban x it burns",
            "/refund 7 it burns",
            "/refund buy-7-x it burns",
            "/undo",
            "/ring",
            "/stop it burns",
            "/stop 1795251600000-abcdef",
        ] {
            assert_eq!(change(lacking), None, "{lacking}");
        }
        let long = format!("/undo {}", "y".repeat(WHY_BYTES_MAX + 1));
        assert_eq!(change(&long), None);
    }

    #[test]
    fn money_and_going_back_take_an_owner() {
        let role = |text: &str| Command::read(text).unwrap().role();
        assert_eq!(role("/status"), Role::Viewer);
        assert_eq!(role("/flag a on x"), Role::Editor);
        assert_eq!(role("/ban 7 x"), Role::Editor);
        for text in ["/grant 7 1 x", "/refund stars#a x", "/undo x"] {
            assert_eq!(role(text), Role::Owner, "{text}");
        }
    }
}
