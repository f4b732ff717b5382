//! One payment or purchase with all that belongs to it.

use app::cashier::{Answer, Desk, Name};
use domain::id::UserId;
use domain::ledger::{Entry, Key};
use domain::payment::{Money, PurchaseId, Record, State, Truth};
use domain::purchase::Purchase;
use serde_json::{Value, json};
use store::{Bought, rows};
use table::{Deadline, Item};

use super::{PATIENCE, shown};
use crate::account::of_user;
use crate::arguments::Bot;
use crate::show::time;
use crate::target::Place;
use crate::{Error, Report};

/// Rows of one request.
const PAGE: i32 = 200;

/// A payment or purchase with all that belongs to it.
#[derive(Default)]
struct Whole {
    purchase: Option<Purchase>,
    payments: Vec<Shown>,
}

/// A payment, what it did to the ledger, and what its rail says.
struct Shown {
    record: Record,
    entries: Vec<Entry>,
    rail: String,
}

/// Shows one.
pub(super) async fn show(name: &Name, bot: &Bot) -> Result<Report, Error> {
    let place = bot.target.find().await?;
    // Whoever has no keys still sees what the tables know.
    let (desk, keyless) = match place.desk(bot).await {
        Ok(desk) => (desk, None),
        Err(error) => (place.desk_without_keys()?, Some(error.to_string())),
    };
    let (purchase, records) = find(&desk, name).await?;
    let mut whole = Whole {
        purchase,
        payments: Vec::new(),
    };
    for record in records {
        let entries = entries(&place, &record).await?;
        let rail = match &keyless {
            Some(why) => format!("not asked: {why}"),
            None => asked(&desk, &record).await,
        };
        whole.payments.push(Shown {
            record,
            entries,
            rail,
        });
    }
    Ok(Report::new(whole.text(), whole.json()))
}

/// The purchase, if there is one, and its payments.
async fn find(desk: &Desk, name: &Name) -> Result<(Option<Purchase>, Vec<Record>), Error> {
    let payments = &desk.cashier.payments;
    match name {
        Name::Payment(id) => {
            let record = payments.payment(id).await?;
            let record = record.ok_or_else(|| Error::NotFound(format!("there is no payment {id}")))?;
            let purchase = match &record.purchase {
                Some(id) => payments.purchase(id).await?,
                None => None,
            };
            Ok((purchase, vec![record]))
        }
        Name::Purchase(id) => {
            let purchase = payments.purchase(id).await?;
            let purchase = purchase.ok_or_else(|| Error::NotFound(format!("there is no purchase {id}")))?;
            Ok((Some(purchase), paid_for(desk, id).await?))
        }
    }
}

/// The payments that came for a purchase: of a subscription, each month's.
async fn paid_for(desk: &Desk, id: &PurchaseId) -> Result<Vec<Record>, Error> {
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let (rows, next) = desk.cashier.payments.bought(id.user, start, PAGE).await?;
        found.extend(rows.into_iter().filter_map(|row| match row {
            Bought::Payment(record) if record.purchase.as_ref() == Some(id) => Some(*record),
            _ => None,
        }));
        start = next;
        if start.is_none() {
            return Ok(found);
        }
    }
}

/// What a payment wrote into its customer's ledger, in order of time.
async fn entries(place: &Place, record: &Record) -> Result<Vec<Entry>, Error> {
    let Some(user) = record.user else {
        return Ok(Vec::new());
    };
    let items = ledger(place, user).await?;
    let read: Result<Vec<Entry>, _> = items
        .iter()
        .map(|item| rows::read_entry(item).map(|(_, entry)| entry))
        .collect();
    let mut entries = read?;
    entries.retain(|entry| match &entry.key {
        Key::Purchase(id) | Key::Payment(_, id, _) => id == record.id(),
        _ => false,
    });
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

async fn ledger(place: &Place, user: UserId) -> Result<Vec<Item>, Error> {
    of_user(&place.db(), place.output("LedgerTable")?, user).await
}

/// What the rail says now, in words.
async fn asked(desk: &Desk, record: &Record) -> String {
    match desk
        .cashier
        .ask_rail(record.id(), Deadline::after(PATIENCE))
        .await
    {
        Ok(Answer::Truth(truth)) => told(&truth),
        Ok(Answer::NotFound) => "knows of no such payment".to_owned(),
        Ok(Answer::Unasked) => "cannot be asked about a single payment".to_owned(),
        Ok(Answer::NoRail) => "not asked: the secret has no keys for it".to_owned(),
        Err(error) => format!("does not say: {error}"),
    }
}

fn told(truth: &Truth) -> String {
    let money = match truth.money {
        Money::Awaited => "awaited",
        Money::Underway => "under way at the bank",
        Money::Arrived => "arrived",
        Money::Canceled => "canceled",
        Money::Disputed => "disputed by the bank",
    };
    let back = domain::money::Amount {
        minor: truth.refunded,
        ..truth.amount
    };
    format!("{} {money}, {back} of it went back", truth.amount)
}

/// What the customer knows.
fn known(record: &Record) -> String {
    match (record.user, record.untold) {
        (None, _) => "nobody is to be told".to_owned(),
        (Some(_), None) if record.payment.state == State::New => "nothing yet".to_owned(),
        (Some(_), None) => "the customer knows how it stands".to_owned(),
        (Some(_), Some(untold)) => format!(
            "the customer is still to be told: {}, tried {} times",
            untold.news.as_str(),
            untold.tries
        ),
    }
}

impl Shown {
    fn lines(&self) -> Vec<String> {
        let record = &self.record;
        let mut lines = vec![
            shown::payment_line(record),
            format!("  bought     {}", shown::goods(record)),
            format!("  told       {}", known(record)),
            format!("  the rail   {}", self.rail),
        ];
        let due = record.due_at.map(|at| format!("  due        {}", time(at)));
        lines.extend(due);
        lines.extend(self.entries.iter().map(|entry| {
            format!(
                "  ledger     {}  {:>4}  {}",
                time(entry.at),
                entry.amount.to_string(),
                entry.key
            )
        }));
        lines
    }

    fn json(&self) -> Value {
        let entries = self.entries.iter().map(
            |entry| json!({"entry": entry.key.to_string(), "credits": entry.amount.0, "at_ms": entry.at.0}),
        );
        let mut json = shown::payment(&self.record);
        json["ledger"] = entries.collect();
        json["rail_says"] = json!(self.rail);
        json
    }
}

impl Whole {
    fn text(&self) -> String {
        let purchase = self.purchase.iter().map(shown::purchase_line);
        let payments = self.payments.iter().flat_map(Shown::lines);
        purchase.chain(payments).collect::<Vec<_>>().join("\n")
    }

    fn json(&self) -> Value {
        json!({
            "purchase": self.purchase.as_ref().map(shown::purchase),
            "payments": self.payments.iter().map(Shown::json).collect::<Vec<_>>(),
        })
    }
}
