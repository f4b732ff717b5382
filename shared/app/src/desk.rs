//! The front desk: what the bot answers to an update. Every answer goes back in the webhook's HTTP response, so an
//! update costs one read, at most one write, and no call to Telegram. What costs more is seldom, and says so where it stands:
//! a check that is asked, a question that is passed on, a note of a refusal, the name of the button beside the text field.

mod again;
mod allowance;
mod bonus;
mod cabinet;
mod cancel;
mod check;
mod compose;
mod create;
mod edit;
mod erase;
mod give_back;
mod groups;
mod helpdesk;
mod history;
mod invite;
mod kinds;
mod language;
mod menu;
mod news;
mod orders;
mod parked;
mod promo;
mod receipt;
mod refused;
mod route;
mod sample;
mod shop;
mod stars;
mod support;
mod upgrade;
mod urgent;
mod usual;
mod vary;
mod visit;
mod welcome;
mod words;
mod zone;

pub use check::Inspector;
pub use helpdesk::Helpdesk;
pub use menu::Menu;
pub use urgent::Duty;
pub(crate) use zone::read as zone_named;

/// Whether a text is a command of the operator's; it is read as one of a customer's, too.
#[cfg(feature = "fuzzed")]
pub(crate) fn read_as_command(text: &str) -> bool {
    route::read_as_command(text);
    urgent::is_command(text)
}

use limits_flags::Settings;
use queue::Queue;
use store::Store;

use crate::cashier::Cashier;
use crate::env::Env;
use usual::Measured;

/// What the front desk works with.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    settings: Settings,
    queue: Queue,
    env: Env,
    cashier: Option<Cashier>,
    helpdesk: Option<Helpdesk>,
    inspector: Option<Inspector>,
    duty: Option<Duty>,
    menu: Option<Menu>,
    usual: Measured,
}

/// Why an update was not answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tables did not answer; the same update may come again and go well.
    #[error("the tables do not answer")]
    Later(#[source] store::Error),
    /// There are no rules that this version can read, so nobody knows what a newcomer is given, and the gift is given
    /// once for ever; the same update may come again and go well.
    #[error("there are no rules by which to open an account")]
    NoRules,
    /// Others are changing the same payment; the same update may come again and go well.
    #[error("others are changing the same payment")]
    Busy,
    /// Something is wrong that repetition does not mend; somebody must look at it.
    #[error("the update cannot be handled")]
    Never(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Table(
                table::Error::Invalid(_) | table::Error::Refused(_) | table::Error::Malformed(_),
            )
            | store::Error::Malformed(_)
            | store::Error::Unsound { .. } => Self::Never(error),
            store::Error::Table(_) => Self::Later(error),
        }
    }
}

impl From<table::Error> for Error {
    fn from(error: table::Error) -> Self {
        Self::from(store::Error::from(error))
    }
}

impl Desk {
    /// A front desk.
    pub fn new(store: Store, settings: Settings, queue: Queue, env: Env) -> Self {
        Self {
            store,
            settings,
            queue,
            env,
            cashier: None,
            helpdesk: None,
            inspector: None,
            duty: None,
            menu: None,
            usual: Measured::default(),
        }
    }

    /// One behind which a person helps; nobody does without the operator's chat.
    #[must_use]
    pub fn helped(self, helpdesk: Option<Helpdesk>) -> Self {
        Self { helpdesk, ..self }
    }

    /// One at which somebody else looks at what is ordered, where the settings want that.
    #[must_use]
    pub fn inspected_by(self, inspector: Option<Inspector>) -> Self {
        Self { inspector, ..self }
    }

    /// One whose operators change what is urgent in their own chat.
    #[must_use]
    pub fn on_duty(self, duty: Option<Duty>) -> Self {
        Self { duty, ..self }
    }

    /// One that can say in a customer's language what the button beside the text field opens.
    #[must_use]
    pub fn with_menu(self, menu: Option<Menu>) -> Self {
        Self { menu, ..self }
    }

    /// One at which things are sold.
    #[must_use]
    pub fn selling(self, cashier: Cashier) -> Self {
        Self {
            cashier: Some(cashier),
            ..self
        }
    }
}
