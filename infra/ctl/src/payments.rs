//! Money in and out, as an operator sees it.

mod shown;
mod whole;

use std::time::Duration;

use app::cashier::{Desk, Listed, Name, Of, Rechecked, Refunding};
use domain::id::UserId;
use domain::payment::{PaymentId, Record};
use domain::time::Timestamp;
use serde_json::{Value, json};
use table::Deadline;

use crate::arguments::said::{SaidWhy, now};
use crate::arguments::{Bot, ListPayments, PaymentsCommand};
use crate::show::count;
use crate::target::Target;
use crate::{Error, Report};

/// A rail answers within seconds; what follows is a handful of writes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Lists of many days have many pages.
const LONG_PATIENCE: Duration = Duration::from_mins(30);

/// Carries out what can be done with payments.
pub(crate) async fn payments(command: &PaymentsCommand) -> Result<Report, Error> {
    match command {
        PaymentsCommand::List(asked) => list(asked).await,
        PaymentsCommand::Show { id, bot } => whole::show(&name(id)?, bot).await,
        PaymentsCommand::Held { days, target } => held(*days, target).await,
        PaymentsCommand::Recheck { id, bot } => recheck(&name(id)?, bot).await,
        PaymentsCommand::Accept { id, said, bot } => accept(&payment(id)?, said, bot).await,
        PaymentsCommand::Refund { id, said, bot } => refund(&payment(id)?, said, bot).await,
        PaymentsCommand::Reconcile { days, bot } => reconcile(*days, bot).await,
    }
}

fn name(id: &str) -> Result<Name, Error> {
    let unread = || {
        Error::Usage(format!(
            "{id:?} is no payment such as yookassa#2d1f… and no purchase such as buy-…"
        ))
    };
    Name::parse(id).ok_or_else(unread)
}

fn payment(id: &str) -> Result<PaymentId, Error> {
    match name(id)? {
        Name::Payment(id) => Ok(id),
        Name::Purchase(id) => Err(Error::Usage(format!(
            "money moves by payment, and {id} is a purchase: `payments show {id}` lists its payments"
        ))),
    }
}

async fn desk(bot: &Bot) -> Result<Desk, Error> {
    bot.target.find().await?.desk(bot).await
}

async fn list(asked: &ListPayments) -> Result<Report, Error> {
    let of = match asked.user {
        Some(user) => Of::Customer(UserId(user)),
        None => Of::Day(day(asked.day.as_deref())?),
    };
    let desk = asked.target.find().await?.desk_without_keys()?;
    let listed = desk
        .list(of, asked.state, asked.limit, asked.after.as_deref())
        .await?;
    let Listed { rows, next } = listed.ok_or_else(|| {
        Error::Usage("--after takes what the page before said, of the same list".to_owned())
    })?;
    let mut lines: Vec<String> = rows.iter().map(shown::line).collect();
    if lines.is_empty() {
        lines.push("no payments".to_owned());
    }
    lines.extend(next.iter().map(|next| format!("more: --after '{next}'")));
    let rows: Vec<Value> = rows.iter().map(shown::row).collect();
    Ok(Report::new(
        lines.join("\n"),
        json!({"payments": rows, "next": next}),
    ))
}

/// The beginning of a day in UTC.
pub(crate) fn day(typed: Option<&str>) -> Result<Timestamp, Error> {
    let Some(typed) = typed else { return Ok(now()) };
    let date = typed.parse::<chrono::NaiveDate>();
    let date = date.map_err(|_| Error::Usage(format!("{typed:?} is no day such as 2026-11-22")))?;
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
    Ok(Timestamp(midnight.timestamp_millis()))
}

async fn held(days: u32, target: &Target) -> Result<Report, Error> {
    let waiting = target.find().await?.desk_without_keys()?.waiting(days).await?;
    let mut lines: Vec<String> = waiting.iter().map(shown::payment_line).collect();
    if waiting.is_empty() {
        lines.push(format!("nothing waits, of the last {}", count(days, "day")));
    }
    let rows: Vec<Value> = waiting.iter().map(shown::payment).collect();
    Ok(Report::new(
        lines.join("\n"),
        json!({"payments": rows, "days": days}),
    ))
}

async fn recheck(name: &Name, bot: &Bot) -> Result<Report, Error> {
    let heard = match desk(bot).await?.recheck(name, Deadline::after(PATIENCE)).await? {
        Rechecked::Heard(heard) => heard,
        Rechecked::Awaited => {
            let text = "nothing has come yet; cleanup goes on asking";
            return Ok(Report::new(text, json!({"found": "awaited", "changed": false})));
        }
        Rechecked::Gone => {
            let text = "nothing has come, and nothing will";
            return Ok(Report::new(text, json!({"found": "gone", "changed": false})));
        }
        Rechecked::Unknown => return Err(Error::NotFound("neither we nor the rail know of it".to_owned())),
        Rechecked::Unasked => {
            let why = "Telegram cannot be asked about a single payment; `payments reconcile` reads its list";
            return Err(Error::Refused(why.to_owned()));
        }
        Rechecked::NoRail => return Err(Error::Refused("the secret has no keys for this rail".to_owned())),
    };
    let record = heard.record.as_ref();
    let state = record.map_or_else(|| "nothing is kept of it".to_owned(), shown::payment_line);
    let what = match (heard.astray, heard.changed) {
        (true, _) => {
            "the rail takes back what it had said; nothing was changed, and somebody has to look there"
        }
        (false, true) => "there was something to be done, and it is done",
        (false, false) => "all of it was known",
    };
    let json = json!({"found": "payment", "changed": heard.changed, "astray": heard.astray,
        "payment": record.map(shown::payment)});
    Ok(Report::verdict(!heard.astray, format!("{state}\n{what}"), json))
}

async fn accept(id: &PaymentId, said: &SaidWhy, bot: &Bot) -> Result<Report, Error> {
    let by = said.by()?;
    let record = desk(bot)
        .await?
        .accept(id, &by, Deadline::after(PATIENCE))
        .await?;
    let text = format!(
        "{}\nthe customer has: {}",
        shown::payment_line(&record),
        shown::goods(&record)
    );
    Ok(Report::new(text, json!({"payment": shown::payment(&record)})))
}

async fn refund(id: &PaymentId, said: &SaidWhy, bot: &Bot) -> Result<Report, Error> {
    let by = said.by()?;
    let done = desk(bot)
        .await?
        .refund(id, &by, Deadline::after(PATIENCE))
        .await?;
    let (outcome, record) = match &done {
        Refunding::Done(record) => ("done", record),
        Refunding::UnderWay(record) => ("under_way", record),
        Refunding::WantsAnother(record) => ("wants_another", record),
        Refunding::Refused { record, .. } => ("refused", record),
    };
    let refused = match &done {
        Refunding::Refused { why, .. } => Some(why.as_str()),
        _ => None,
    };
    let text = format!("{}\n{}", shown::payment_line(record), became(&done));
    let json = json!({"outcome": outcome, "why_refused": refused, "payment": shown::payment(record)});
    Ok(Report::verdict(refused.is_none(), text, json))
}

/// What happened to the money, and to what was bought.
fn became(done: &Refunding) -> String {
    let first = |record: &Record| {
        let wanted = record.refund_wanted.as_ref();
        wanted.map_or_else(String::new, |wanted| format!("{} ({})", wanted.by, wanted.why))
    };
    match done {
        Refunding::Done(record) if !record.payment.granted => format!(
            "{} went back to the customer; nothing had been given for it",
            record.amount
        ),
        Refunding::UnderWay(record) if !record.payment.granted => {
            "the rail is at it; cleanup goes on with it, and nobody has to do anything".to_owned()
        }
        Refunding::Refused { record, why } if !record.payment.granted => {
            format!("the rail does not give it back: {why}; it is held as before")
        }
        Refunding::Done(record) => format!(
            "{} went back to the customer; taken off: {}",
            record.amount,
            shown::goods(record)
        ),
        Refunding::UnderWay(record) => format!(
            "set aside: {}; the rail is at it, cleanup goes on with it, and nobody has to do anything",
            shown::goods(record)
        ),
        Refunding::WantsAnother(record) => format!(
            "nothing has moved: {} is so much that a second person has to say the same; asked so far: {}",
            record.amount,
            first(record)
        ),
        Refunding::Refused { record, why } => format!(
            "the rail does not give it back: {why}; the customer has again: {}",
            shown::goods(record)
        ),
    }
}

async fn reconcile(days: u32, bot: &Bot) -> Result<Report, Error> {
    let all = desk(bot)
        .await?
        .cashier
        .reconcile(days, Deadline::after(LONG_PATIENCE))
        .await?;
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    let rails: Vec<Value> = all
        .iter()
        .map(|done| {
            let differences: Vec<String> = done.differences.iter().map(ToString::to_string).collect();
            json!({"rail": done.rail.as_str(), "listed": done.listed, "foreign": done.foreign, "ours": done.ours,
                "differences": differences, "unfinished": done.unfinished})
        })
        .collect();
    let sound = all.iter().all(|done| done.troubles() == 0);
    Ok(Report::verdict(
        sound,
        lines.join("\n"),
        json!({"rails": rails, "days": days}),
    ))
}
