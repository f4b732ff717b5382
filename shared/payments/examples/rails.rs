//! Both played rails on free ports, for clients that are not ours: `cargo run -p payments --example rails`.
//!
//! Says where they are in one line of JSON, then does what it is told, a line of JSON each, until its input ends.
//! `tests/payments/run.py` is the other side.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool: it talks to its standard output, and its servers are tasks of their own"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use domain::contact::Contact;
use domain::money::{Amount, Currency};
use domain::payment::PurchaseId;
use domain::time::Timestamp;
use payments::stripe::{Account, Signature};
use payments::yookassa::{Receipt, Shop};
use payments::{Opened, Order, Outcome, Refund};
use played_rails::{Desk, Fault, PlayedStripe, PlayedYooKassa, Rail, stripe, yookassa};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const LONG: Duration = Duration::from_secs(20);
/// Until when a session of ours can be paid.
const HOUR_S: i64 = 3_600;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

struct Stage {
    yookassa: PlayedYooKassa,
    stripe: PlayedStripe,
    shop: Shop,
    account: Account,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let stage = Stage::open().await?;
    let (shop, account) = (yookassa::Config::new(""), stripe::Config::new(""));
    let where_they_are = json!({
        "yookassa": stage.yookassa.api_url(),
        "shop_id": shop.shop_id,
        "yookassa_key": shop.secret_key,
        "stripe": stage.stripe.api_url(),
        "stripe_key": account.secret_key,
        "webhook_secret": account.webhook_secret,
    });
    println!("{where_they_are}");
    for line in std::io::stdin().lines() {
        let told: Value = serde_json::from_str(&line?)?;
        let answer = stage.do_it(&told).await;
        println!(
            "{}",
            answer.unwrap_or_else(|error| json!({"error": error.to_string()}))
        );
    }
    Ok(())
}

impl Stage {
    async fn open() -> Result<Self> {
        let (yookassa_door, stripe_door) = (door().await?, door().await?);
        let yookassa = PlayedYooKassa::new(yookassa::Config::new(url(&yookassa_door)?))?;
        let stripe = PlayedStripe::new(stripe::Config::new(url(&stripe_door)?))?;
        serve(yookassa_door, yookassa.router());
        serve(stripe_door, stripe.router());
        tokio::spawn(yookassa.clone().run());
        tokio::spawn(stripe.clone().run());
        let http = reqwest::Client::new();
        let (theirs, its) = (yookassa::Config::new(""), stripe::Config::new(""));
        Ok(Self {
            shop: Shop::new(
                http.clone(),
                &yookassa.api_url(),
                theirs.shop_id,
                theirs.secret_key,
            ),
            account: Account::new(http, &stripe.api_url(), its.secret_key),
            yookassa,
            stripe,
        })
    }

    async fn do_it(&self, told: &Value) -> Result<Value> {
        let said = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        let (id, minor) = (said("id"), told.get("minor").and_then(Value::as_i64).unwrap_or(0));
        match said("do") {
            "drive" => self.drive().await?,
            "notify" => {
                self.yookassa.desk().set_url(said("url"));
                self.stripe.desk().set_url(said("url"));
            }
            "fault" => self.inject(said("rail"), said("name"))?,
            "roll" => self.stripe.roll_secret(said("secret")),
            "verify" => return verify(told),
            "journal" => return Ok(journal(self.desk(said("rail")))),
            "yookassa pay" => self.yookassa.pay(id)?,
            "yookassa decline" => self.yookassa.decline(id, "insufficient_funds")?,
            "yookassa settle refund" => self.yookassa.settle_refund(id, true)?,
            "stripe pay" => self.stripe.pay(id)?,
            "stripe pay later" => self.stripe.pay_later(id)?,
            "stripe arrive" => self.stripe.settle(id, true)?,
            "stripe bounce" => self.stripe.settle(id, false)?,
            "stripe expire" => self.stripe.expire(id)?,
            "stripe refund" => return Ok(json!(self.stripe.refund(id, minor)?)),
            "stripe settle refund" => self.stripe.settle_refund(id, minor > 0)?,
            "stripe dispute" => return Ok(json!(self.stripe.dispute(id)?)),
            "stripe win" => self.stripe.close_dispute(id, true)?,
            other => return Err(format!("nobody knows how to {other}").into()),
        }
        Ok(Value::Null)
    }

    fn desk(&self, rail: &str) -> &Desk {
        match rail {
            "stripe" => self.stripe.desk(),
            _ => self.yookassa.desk(),
        }
    }

    fn inject(&self, rail: &str, name: &str) -> Result<()> {
        let of = if rail == "stripe" {
            Rail::Stripe
        } else {
            Rail::YooKassa
        };
        let fault = Fault::named(of, name).ok_or_else(|| format!("no fault {name}"))?;
        self.desk(rail).inject(fault, 1);
        Ok(())
    }

    /// Everything that our own adapters ever ask: with a receipt to either address, and without one.
    async fn drive(&self) -> Result<()> {
        let receipt = |contact| Receipt { contact, vat_code: 1 };
        let receipts = [
            None,
            Some(receipt(Contact::Email("a@b.ru".to_owned()))),
            Some(receipt(Contact::Phone("79990000000".to_owned()))),
        ];
        for (attempt, receipt) in (1..).zip(&receipts) {
            let order = order(69_900, Currency::Rub, attempt)?;
            let opened = done(self.shop.open(&order, receipt.as_ref(), LONG).await)?;
            self.yookassa.pay(&opened.id)?;
            let refund = refund(opened.id, order.amount, attempt);
            let given_back = self
                .shop
                .refund(&refund, receipt.as_ref(), &order.title, LONG)
                .await;
            if given_back != Outcome::Done(()) {
                return Err(format!("{given_back:?}").into());
            }
        }
        let order = order(899, Currency::Usd, 9)?;
        let until = Timestamp::from_seconds(now_s()? + HOUR_S);
        let opened = done(self.account.open(&order, until, LONG).await)?;
        self.stripe.pay(&opened.id)?;
        let session = self.account.session(&opened.id, LONG).await;
        let session = session.map_err(|error| format!("{error:?}"))?;
        let refund = refund(session.payment.unwrap_or_default(), order.amount, 9);
        match self.account.refund(&refund, LONG).await {
            Outcome::Done(()) => Ok(()),
            other => Err(format!("{other:?}").into()),
        }
    }
}

/// Whether our verifier accepts a signature; the body is in hexadecimal digits.
fn verify(told: &Value) -> Result<Value> {
    let text = |name: &str| {
        told.get(name)
            .and_then(Value::as_str)
            .ok_or("what is to be verified?")
    };
    let digits = text("body")?;
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2).unwrap_or_default(), 16);
    let body = (0..digits.len())
        .step_by(2)
        .map(byte)
        .collect::<std::result::Result<Vec<u8>, _>>()?;
    let now_s = told.get("now").and_then(Value::as_i64).ok_or("when?")?;
    Ok(json!(Signature::new(text("header")?).is_of(
        &body,
        text("secret")?,
        now_s
    )))
}

fn journal(desk: &Desk) -> Value {
    let asked = desk.journal().into_iter().map(|asked| {
        json!({"method": asked.method, "path": asked.path, "key": asked.key, "body": asked.body, "told": asked.told})
    });
    asked.collect()
}

fn order(minor: u64, currency: Currency, attempt: u32) -> Result<Order> {
    Ok(Order {
        purchase: PurchaseId::parse("buy-7-2222222222222222").ok_or("no purchase")?,
        amount: Amount { minor, currency },
        title: "Про: 20 кредитов".to_owned(),
        return_url: "https://t.me/neurocards_bot".to_owned(),
        attempt,
    })
}

fn refund(payment: String, amount: Amount, number: u32) -> Refund {
    Refund {
        payment,
        amount,
        key: format!("refund.{number}"),
    }
}

fn done(outcome: Outcome<Opened>) -> Result<Opened> {
    match outcome {
        Outcome::Done(opened) => Ok(opened),
        other => Err(format!("{other:?}").into()),
    }
}

async fn door() -> Result<TcpListener> {
    Ok(TcpListener::bind("127.0.0.1:0").await?)
}

fn url(door: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", door.local_addr()?))
}

fn serve(door: TcpListener, router: Router) {
    tokio::spawn(axum::serve(door, router).into_future());
}

fn now_s() -> Result<i64> {
    Ok(i64::try_from(
        SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    )?)
}
