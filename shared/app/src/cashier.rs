//! Money in and out. Whoever hears of a payment, from a notice, a poll, a button or a list, reads the rail's truth and hands
//! it to [`Cashier::hear`]: there is no other way to credits.

mod desk;
mod hear;
mod invitations;
mod look;
mod open;
mod reconcile;
mod refund;
mod renewal;
mod sweep;
mod tell;
mod terms;

pub use desk::{Answer, Desk, Listed, Name, Of, Rechecked};
pub use hear::Heard;
pub use look::Looked;
pub use open::{NotOpened, Wanted};
pub use reconcile::{Difference, Reconciled};
pub use refund::{RefundError, Refunding};
pub use renewal::Renewed;
pub use sweep::Swept;
pub(crate) use tell::news;

use domain::account::Account;
use domain::id::UserId;
use domain::payment::{PaymentId, Rail, Truth};
use limits_flags::Settings;
use payments::Unanswered;
use store::Payments;
use table::Deadline;

use crate::env::Env;
use crate::rails::{Look, Rails};

/// What takes money, gives it back, and knows what for.
#[derive(Clone, Debug)]
pub struct Cashier {
    /// Purchases, payments, and the accounts behind them.
    pub payments: Payments,
    /// Who takes money for us.
    pub rails: Rails,
    /// Where customers are told; `None` where whoever asks tells them.
    pub bot: Option<telegram::Client>,
    /// Where rails send a customer afterwards: the bot.
    pub return_url: String,
    /// What plans and packs cost: an old plan's rest becomes time of a new one.
    pub settings: Settings,
    /// Time and dice.
    pub env: Env,
}

/// Why money could not be dealt with now.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tables did not answer, or refuse what must not be.
    #[error("the tables failed")]
    Store(#[from] store::Error),
    /// The rail cannot be reached; it may be asked again.
    #[error("the rail does not answer: {0}")]
    Rail(String),
    /// The rail does not accept our key: somebody has to act.
    #[error("the rail does not accept our key")]
    BadKey,
    /// There is no time left for a call.
    #[error("no time is left")]
    NoTime,
    /// Others went on changing the same payment.
    #[error("others are changing the same payment")]
    Busy,
}

impl From<table::Error> for Error {
    fn from(error: table::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The longest that a rail is waited for.
const RAIL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// What has to be left after a rail's answer, to write it down.
const WRITE_RESERVE: std::time::Duration = std::time::Duration::from_millis(1500);

fn rail_time(deadline: Deadline) -> Result<std::time::Duration, Error> {
    deadline
        .for_call(RAIL_TIMEOUT, WRITE_RESERVE)
        .ok_or(Error::NoTime)
}

impl Cashier {
    /// A notice, from anybody, names a payment: its truth is read, and what follows from it is done. `None` if the rail
    /// knows of no such payment, or is none of ours.
    pub async fn notice(&self, id: &PaymentId, deadline: Deadline) -> Result<Option<Heard>, Error> {
        match self.ask_rail(id, deadline).await? {
            Answer::Truth(truth) => self.hear(&truth, deadline).await.map(Some),
            Answer::NotFound | Answer::Unasked | Answer::NoRail => Ok(None),
        }
    }

    /// A notice names what was opened at a rail: if there is a payment by now, all that follows from it is done.
    pub async fn reference(
        &self,
        rail: Rail,
        reference: &str,
        deadline: Deadline,
    ) -> Result<Option<Heard>, Error> {
        let Some(taker) = self.rails.get(rail) else {
            return Ok(None);
        };
        match taker.look(reference, rail_time(deadline)?).await {
            Ok(Look::Payment(truth)) => self.hear(&truth, deadline).await.map(Some),
            Ok(Look::Awaited | Look::Gone | Look::Unasked) | Err(Unanswered::NotFound) => Ok(None),
            Err(Unanswered::BadKey) => Err(Error::BadKey),
            Err(Unanswered::Later(why)) => Err(Error::Rail(why)),
        }
    }

    /// The account behind a payment, as it stands.
    async fn account(&self, user: UserId) -> Result<Account, Error> {
        let account = self.payments.account(user).await?;
        Ok(account.unwrap_or_else(|| Account::new(user)))
    }

    /// What a rail would have said of a payment that it cannot be asked about, as it was kept.
    fn as_kept(record: &domain::payment::Record, refunded: u64) -> Truth {
        Truth {
            id: record.id().clone(),
            money: domain::payment::Money::Arrived,
            amount: record.amount,
            refunded,
            shop: None,
            purchase: record.purchase.clone(),
            payer: record.payer,
            is_test: record.is_test,
        }
    }
}
