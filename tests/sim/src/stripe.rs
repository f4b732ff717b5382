//! Stripe, as far as a simulation needs it: Checkout sessions, payments that arrive at once, later or never, refunds,
//! disputes, and signed events of all that.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ring::hmac;
use serde_json::{Value, json};

/// Where it is.
pub const HOST: &str = "http://stripe.sim";
/// Signs the events.
pub const SECRET: &str = "whsec_of_the_simulation";
/// How long a bank takes for what is not a card.
const BANK_MS: i64 = 1_200_000;
/// How long a dispute takes.
const DISPUTE_MS: i64 = 1_800_000;

/// A payment's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Money {
    Underway,
    Arrived,
    Bounced,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    Open,
    Won,
    Lost,
}

/// How somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Card,
    /// By a bank that takes its time.
    Bank,
    /// By a bank that has nothing, in the end.
    EmptyBank,
}

/// A session with the payment that comes of it.
#[derive(Clone, Debug)]
struct Session {
    purchase: String,
    cents: i64,
    expires_ms: i64,
    created_ms: i64,
    payment: Option<Payment>,
}

#[derive(Clone, Debug)]
struct Payment {
    id: String,
    created_ms: i64,
    money: Money,
    refunded: i64,
    dispute: Option<Dispute>,
}

/// The account.
#[derive(Clone, Debug, Default)]
pub struct Stripe {
    sessions: BTreeMap<String, Session>,
    /// Answers by key: a key brings the first one again.
    keys: BTreeMap<String, (u16, Value)>,
    /// Events, each with when it is due.
    pub events: Vec<(i64, Value)>,
    /// What banks will say, of which session, and when.
    later: Vec<(i64, String, Later)>,
    next: u64,
}

#[derive(Clone, Copy, Debug)]
enum Later {
    Money(Money),
    Dispute(Dispute),
}

impl Payment {
    fn is_disputed(&self) -> bool {
        self.dispute.is_some()
    }
}

impl Session {
    fn is_over(&self, now_ms: i64) -> bool {
        self.payment.is_none() && self.expires_ms <= now_ms
    }

    fn show(&self, id: &str, now_ms: i64) -> Value {
        let status = match (&self.payment, self.is_over(now_ms)) {
            (Some(_), _) => "complete",
            (None, true) => "expired",
            (None, false) => "open",
        };
        let url = (status == "open").then(|| format!("{HOST}/pay/{id}"));
        json!({
            "id": id, "object": "checkout.session", "status": status, "url": url, "client_reference_id": self.purchase,
            "payment_intent": self.payment.as_ref().map(|payment| payment.id.clone()), "livemode": true,
        })
    }

    fn show_payment(&self, payment: &Payment) -> Value {
        let (status, received) = match payment.money {
            Money::Underway => ("processing", 0),
            Money::Arrived => ("succeeded", self.cents),
            Money::Bounced => ("requires_payment_method", 0),
        };
        let charge = json!({
            "object": "charge", "id": format!("ch{}", payment.id), "paid": payment.money == Money::Arrived,
            "disputed": payment.is_disputed(), "amount_refunded": payment.refunded, "payment_intent": payment.id,
        });
        json!({
            "id": payment.id, "object": "payment_intent", "status": status, "currency": "usd", "amount": self.cents,
            "amount_received": received, "livemode": true, "metadata": {"purchase": self.purchase},
            "created": payment.created_ms / 1_000, "latest_charge": charge,
        })
    }
}

impl Stripe {
    /// Carries a request out.
    pub fn ask(
        &mut self,
        method: &str,
        (path, query): (&str, &str),
        key: Option<&str>,
        body: &[u8],
        now_ms: i64,
    ) -> (u16, Value) {
        self.pass(now_ms);
        if let Some(known) = key.and_then(|key| self.keys.get(key)) {
            return known.clone();
        }
        let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let of = |name: &str| query.get(name).map(String::as_str);
        let path = path.strip_prefix("/v1/").unwrap_or_default();
        let answer = match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
            ("POST", ["checkout", "sessions"]) => self.open(&form, now_ms),
            ("GET", ["checkout", "sessions", id]) => {
                let session = self.sessions.get(*id);
                session.map_or_else(nothing, |session| (200, session.show(id, now_ms)))
            }
            ("GET", ["payment_intents"]) => self.list(of("created[gte]"), of("created[lt]")),
            ("GET", ["payment_intents", id]) => {
                let found = self.paid(id);
                found.map_or_else(nothing, |(session, payment)| (200, session.show_payment(payment)))
            }
            ("GET", ["disputes"]) => {
                let found = self.paid(of("payment_intent").unwrap_or_default());
                let dispute = found.and_then(|(_, payment)| payment.dispute);
                let shown: Vec<Value> = dispute.iter().map(|dispute| shown(*dispute)).collect();
                (200, json!({"object": "list", "data": shown, "has_more": false}))
            }
            ("POST", ["refunds"]) => {
                let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
                self.give_back(of("payment_intent"), of("amount").parse().unwrap_or(0), now_ms)
            }
            _ => nothing(),
        };
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), answer.clone());
        }
        answer
    }

    fn open(&mut self, form: &BTreeMap<String, String>, now_ms: i64) -> (u16, Value) {
        let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let expires_ms = of("expires_at").parse::<i64>().unwrap_or(0) * 1_000;
        if expires_ms < now_ms + 1_800_000 || expires_ms > now_ms + 86_400_000 {
            return refused("parameter_invalid_integer");
        }
        self.next += 1;
        let id = format!("cs_{}", self.next);
        let session = Session {
            purchase: of("client_reference_id").to_owned(),
            cents: of("line_items[0][price_data][unit_amount]").parse().unwrap_or(0),
            expires_ms,
            created_ms: now_ms,
            payment: None,
        };
        let shown = session.show(&id, now_ms);
        self.sessions.insert(id, session);
        (200, shown)
    }

    /// The customer pays on the rail's page.
    pub fn pay(&mut self, session: &str, way: Way, now_ms: i64) {
        self.pass(now_ms);
        let next = self.next;
        let Some(found) = self.sessions.get_mut(session) else {
            return;
        };
        if found.payment.is_some() || found.is_over(now_ms) || found.created_ms > now_ms {
            return;
        }
        self.next += 1;
        let money = if way == Way::Card {
            Money::Arrived
        } else {
            Money::Underway
        };
        found.payment = Some(Payment {
            id: format!("pi_{next}"),
            created_ms: now_ms,
            money,
            refunded: 0,
            dispute: None,
        });
        let end = match way {
            Way::Card => None,
            Way::Bank => Some(Money::Arrived),
            Way::EmptyBank => Some(Money::Bounced),
        };
        let later = end.map(|money| (now_ms + BANK_MS, session.to_owned(), Later::Money(money)));
        self.later.extend(later);
        self.tell_session(session, "checkout.session.completed", now_ms);
    }

    /// Money goes back, by our own request or by a hand at the dashboard.
    pub fn give_back(&mut self, payment: &str, cents: i64, now_ms: i64) -> (u16, Value) {
        let Some((_, session)) = self.session_of(payment) else {
            return nothing();
        };
        let whole = session.cents;
        let Some(found) = session.payment.as_mut() else {
            return nothing();
        };
        if found.refunded == whole {
            return refused("charge_already_refunded");
        }
        let is_disputed = matches!(found.dispute, Some(Dispute::Open | Dispute::Lost));
        if found.money != Money::Arrived || is_disputed || cents <= 0 || found.refunded + cents > whole {
            return refused("charge_disputed");
        }
        found.refunded += cents;
        let charge = json!({"object": "charge", "payment_intent": payment});
        self.tell("charge.refunded", &charge, now_ms);
        (
            200,
            json!({"object": "refund", "payment_intent": payment, "amount": cents, "status": "succeeded"}),
        )
    }

    /// A customer's bank takes the money back; weeks later, which are half an hour here, somebody says who was right. Gives
    /// whether there was anything to be taken.
    pub fn dispute(&mut self, payment: &str, end: Dispute, now_ms: i64) -> bool {
        let Some((id, session)) = self.session_of(payment) else {
            return false;
        };
        let whole = session.cents;
        let Some(found) = session.payment.as_mut() else {
            return false;
        };
        if found.money != Money::Arrived || found.dispute.is_some() || found.refunded == whole {
            return false;
        }
        found.dispute = Some(Dispute::Open);
        if end != Dispute::Open {
            self.later.push((now_ms + DISPUTE_MS, id, Later::Dispute(end)));
        }
        let dispute = json!({"object": "dispute", "payment_intent": payment});
        self.tell("charge.dispute.created", &dispute, now_ms);
        true
    }

    /// What banks have said by now.
    pub fn pass(&mut self, now_ms: i64) {
        let (due, later) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|(at, ..)| *at <= now_ms);
        self.later = later;
        let due: Vec<(i64, String, Later)> = due;
        for (_, session, said) in due {
            let Some(payment) = self
                .sessions
                .get_mut(&session)
                .and_then(|session| session.payment.as_mut())
            else {
                continue;
            };
            match said {
                Later::Money(money) => {
                    payment.money = money;
                    let is_good = money == Money::Arrived;
                    let event = if is_good {
                        "checkout.session.async_payment_succeeded"
                    } else {
                        "checkout.session.async_payment_failed"
                    };
                    self.tell_session(&session, event, now_ms);
                }
                Later::Dispute(end) => {
                    payment.dispute = Some(end);
                    let dispute = json!({"object": "dispute", "payment_intent": payment.id.clone()});
                    self.tell("charge.dispute.closed", &dispute, now_ms);
                }
            }
        }
    }

    /// When something happens by itself next.
    pub fn next_ms(&self) -> Option<i64> {
        let later = self.later.iter().map(|(at, ..)| *at);
        self.events.iter().map(|(at, _)| *at).chain(later).min()
    }

    fn tell(&mut self, kind: &str, object: &Value, now_ms: i64) {
        self.next += 1;
        let id = format!("evt_{}", self.next);
        let event =
            json!({"id": id, "object": "event", "type": kind, "livemode": true, "data": {"object": object}});
        self.events.push((now_ms, event));
    }

    fn tell_session(&mut self, id: &str, kind: &str, now_ms: i64) {
        let shown = self.sessions.get(id).map(|session| session.show(id, now_ms));
        self.tell(kind, &shown.unwrap_or_default(), now_ms);
    }

    fn session_of(&mut self, payment: &str) -> Option<(String, &mut Session)> {
        let is_its = |session: &Session| session.payment.as_ref().is_some_and(|it| it.id == payment);
        let found = self.sessions.iter_mut().find(|(_, session)| is_its(session));
        found.map(|(id, session)| (id.clone(), session))
    }

    fn paid(&self, id: &str) -> Option<(&Session, &Payment)> {
        let mut all = self.all();
        all.find(|(_, payment)| payment.id == id)
    }

    fn all(&self) -> impl Iterator<Item = (&Session, &Payment)> {
        let sessions = self.sessions.values();
        sessions.filter_map(|session| Some((session, session.payment.as_ref()?)))
    }

    fn list(&self, from: Option<&str>, until: Option<&str>) -> (u16, Value) {
        let second =
            |text: Option<&str>, other: i64| text.and_then(|text| text.parse().ok()).unwrap_or(other);
        let within = second(from, 0)..second(until, i64::MAX);
        let mut found: Vec<(&Session, &Payment)> = self.all().collect();
        found.retain(|(_, payment)| within.contains(&(payment.created_ms / 1_000)));
        found.sort_by_key(|(_, payment)| std::cmp::Reverse(payment.created_ms));
        let data: Vec<Value> = found
            .iter()
            .map(|(session, payment)| session.show_payment(payment))
            .collect();
        (200, json!({"object": "list", "data": data, "has_more": false}))
    }

    /// Payments that have arrived, by name.
    pub fn arrived(&self) -> Vec<String> {
        let arrived = self.all().filter(|(_, payment)| payment.money == Money::Arrived);
        arrived.map(|(_, payment)| payment.id.clone()).collect()
    }

    /// What was paid under this name, and what of it is ours still: nothing while a bank has it.
    pub fn money(&self, id: &str) -> (i64, i64) {
        let Some((session, payment)) = self
            .paid(id)
            .filter(|(_, payment)| payment.money == Money::Arrived)
        else {
            return (0, 0);
        };
        let is_taken = matches!(payment.dispute, Some(Dispute::Open | Dispute::Lost));
        let left = if is_taken {
            0
        } else {
            session.cents - payment.refunded
        };
        (session.cents, left)
    }
}

/// The header of an event, as Stripe signs it; or as somebody does who has not the secret.
pub fn signature(body: &str, now_s: i64, is_true: bool) -> String {
    let secret = if is_true { SECRET } else { "whsec_of_somebody_else" };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{now_s}.{body}").as_bytes());
    let mut header = format!("t={now_s},v1=");
    for byte in tag.as_ref() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn shown(dispute: Dispute) -> Value {
    let status = match dispute {
        Dispute::Open => "needs_response",
        Dispute::Won => "won",
        Dispute::Lost => "lost",
    };
    json!({"object": "dispute", "status": status})
}

fn refused(code: &str) -> (u16, Value) {
    (
        400,
        json!({"error": {"type": "invalid_request_error", "code": code, "message": "No"}}),
    )
}

fn nothing() -> (u16, Value) {
    (
        404,
        json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing"}}),
    )
}
