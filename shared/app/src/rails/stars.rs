//! Telegram Stars. There is nothing to be asked about a single payment: Telegram tells of each through the webhook, whose
//! secret only it knows, and the list of transactions says the same.

use std::time::Duration;

use domain::payment::{Rail, Record, Till, Truth};
use domain::time::Timestamp;
use payments::yookassa::Receipt;
use payments::{Opened, Outcome, Page, Unanswered};
use telegram::methods::{
    CreateInvoiceLink, EditUserStarSubscription, GetStarTransactions, Invoice, InvoiceError,
    RefundStarPayment,
};
use telegram::{Client, Error, stars};

use super::{Ask, Coming, GivenBack, Look, Taker};

/// Transactions on one page.
const PAGE: u32 = 100;

/// The bot's own Stars.
#[derive(Clone, Debug)]
pub struct Stars {
    bot: Client,
}

impl Stars {
    /// Of this bot.
    pub fn new(bot: Client) -> Self {
        Self { bot }
    }

    async fn link(&self, ask: &Ask, timeout: Duration) -> Outcome<Opened> {
        let link = match link(ask) {
            Ok(link) => link,
            Err(error) => {
                return Outcome::Refused {
                    why: error.to_string(),
                };
            }
        };
        match self.bot.call(&link, timeout).await {
            // An invoice has no name before it is paid.
            Ok(url) => Outcome::Done(Opened {
                id: String::new(),
                url,
            }),
            Err(error) => outcome(&error),
        }
    }

    async fn refund(&self, record: &Record, timeout: Duration) -> Outcome<GivenBack> {
        // Stars go back to whoever has paid, whosever purchase it was.
        let Some(user) = record.payer.or(record.user) else {
            return Outcome::Refused {
                why: "nobody knows who has paid".to_owned(),
            };
        };
        let refund = RefundStarPayment {
            user_id: user.0,
            telegram_payment_charge_id: record.id().id.clone(),
        };
        match self.bot.call(&refund, timeout).await {
            Ok(_) | Err(Error::AlreadyRefunded) => Outcome::Done(GivenBack::Now),
            Err(error) => outcome(&error),
        }
    }

    async fn edit(&self, record: &Record, wanted: bool, timeout: Duration) -> Outcome<()> {
        let Some(user) = record.user else {
            return Outcome::Refused {
                why: "nobody knows who has paid".to_owned(),
            };
        };
        let edit = EditUserStarSubscription {
            user_id: user.0,
            telegram_payment_charge_id: record.id().id.clone(),
            is_canceled: !wanted,
        };
        match self.bot.call(&edit, timeout).await {
            Ok(_) => Outcome::Done(()),
            Err(error) => outcome(&error),
        }
    }

    async fn page(&self, cursor: Option<&str>, timeout: Duration) -> Result<Page, Unanswered> {
        let offset: u32 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let asked = GetStarTransactions::after(offset);
        let answer = self
            .bot
            .call(&asked, timeout)
            .await
            .map_err(|error| match error {
                Error::Unauthorized => Unanswered::BadKey,
                other => Unanswered::Later(other.to_string()),
            })?;
        let count = u32::try_from(answer.transactions.len()).unwrap_or(PAGE);
        Ok(Page {
            until: answer
                .transactions
                .last()
                .map(|last| Timestamp(last.date.saturating_mul(1000))),
            payments: stars::listed(&answer.transactions),
            next: (count >= PAGE).then(|| offset.saturating_add(count).to_string()),
        })
    }
}

/// The invoice. Its payload is our name of the purchase; that whoever pays is the one it was made for is looked at before
/// they pay, and again when they have.
fn link(ask: &Ask) -> Result<CreateInvoiceLink, InvoiceError> {
    let order = &ask.order;
    let stars = u32::try_from(order.amount.minor).unwrap_or(u32::MAX);
    let goods = Some(ask.goods.as_str()).filter(|goods| !goods.is_empty());
    let goods = goods.unwrap_or(&order.title);
    let invoice = Invoice::new(&order.title, goods, order.purchase.to_string(), stars)?;
    if ask.renews {
        CreateInvoiceLink::monthly(invoice)
    } else {
        Ok(CreateInvoiceLink::new(invoice))
    }
}

fn outcome<T>(error: &Error) -> Outcome<T> {
    let why = error.to_string();
    match error {
        Error::RateLimited { .. } | Error::NotSent { .. } | Error::Unauthorized => Outcome::Later { why },
        Error::Unknown { .. } => Outcome::Unknown { why },
        _ => Outcome::Refused { why },
    }
}

impl Taker for Stars {
    fn rail(&self) -> Rail {
        Rail::Stars
    }

    fn till(&self) -> Till {
        // Telegram's test environment has bots of its own: there is no test money in this one.
        Till::default()
    }

    fn open<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Outcome<Opened>> {
        Box::pin(self.link(ask, timeout))
    }

    fn look<'a>(&'a self, _reference: &'a str, _timeout: Duration) -> Coming<'a, Result<Look, Unanswered>> {
        Box::pin(std::future::ready(Ok(Look::Unasked)))
    }

    fn truth<'a>(
        &'a self,
        _id: &'a str,
        _timeout: Duration,
    ) -> Coming<'a, Result<Option<Truth>, Unanswered>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn give_back<'a>(
        &'a self,
        record: &'a Record,
        _receipt: Option<&'a Receipt>,
        timeout: Duration,
    ) -> Coming<'a, Outcome<GivenBack>> {
        Box::pin(self.refund(record, timeout))
    }

    fn renew<'a>(&'a self, record: &'a Record, wanted: bool, timeout: Duration) -> Coming<'a, Outcome<()>> {
        Box::pin(self.edit(record, wanted, timeout))
    }

    fn list<'a>(
        &'a self,
        _within: (Timestamp, Timestamp),
        cursor: Option<&'a str>,
        timeout: Duration,
    ) -> Coming<'a, Result<Page, Unanswered>> {
        Box::pin(self.page(cursor, timeout))
    }
}
