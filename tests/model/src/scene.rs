//! What stands in the settings and in a customer's account before anything happens. Small, so that there are few states;
//! real, in that everything is decided on it by the functions that decide in the Lambdas.

use domain::account::{Account, Draft, Place};
use domain::admission::{Admission, ForWords, Refusal, Request, admit, amount, limits_touched};
use domain::catalog::{Makes, Model, Price, Route, Rules};
use domain::cost::Costs;
use domain::id::{ChatId, MessageId, ModelId, NONCE_CHARS, Nonce, UserId};
use domain::limit::{Counts, Limit, Span};
use domain::moderation::Moderation;
use domain::money::Credits;
use domain::time::Millis;
use domain::video::Aspect;
use domain::window::Schedule;

use crate::time::{NOW, RENDER_MAX};

/// The customer.
pub const USER: UserId = UserId(7);
/// What an order costs, and what the customer has.
pub const COST: Credits = Credits(1);
/// The draft's revision that its card shows.
const REVISION: u32 = 1;

/// The name of the n-th draft, and so of the job that it becomes.
pub fn nonce(n: usize) -> Nonce {
    let byte = u8::try_from(n).unwrap_or(u8::MAX).saturating_add(1);
    Nonce::from_random([byte; NONCE_CHARS])
}

/// The n-th draft.
pub fn draft(n: usize) -> Draft {
    Draft {
        nonce: nonce(n),
        revision: REVISION,
        prompt: "ёж в тумане".to_owned(),
        photo: None,
        model: ModelId("kling-3.0".to_owned()),
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: domain::video::Quality::Standard,
        created_at: NOW,
        source: None,
        voice: None,
        wish: None,
        before: None,
    }
}

/// What is ordered.
#[derive(Clone, Debug)]
pub struct Scene {
    model: Model,
    rules: Rules,
    words: bool,
}

impl Scene {
    /// Videos, by one provider or by two.
    pub fn videos(routes: usize) -> Self {
        let other = Route {
            provider: "other".to_owned(),
            family: "other".to_owned(),
            cost: None,
            poll_after: None,
        };
        Self {
            model: Model {
                others: (1..routes).map(|_| other.clone()).collect(),
                ..model(Makes::Video)
            },
            rules: rules(),
            words: false,
        }
    }

    /// Better words for a draft.
    pub fn words() -> Self {
        Self {
            model: model(Makes::Prompt),
            rules: rules(),
            words: true,
        }
    }

    /// Whether words are ordered.
    pub fn is_for_words(&self) -> bool {
        self.words
    }

    /// T1, as the front desk decides it on what it has read.
    pub fn admit(&self, account: &Account, counts: &Counts, n: usize) -> Result<Admission, Refusal> {
        let touched = limits_touched(&self.rules, Some(&self.model), None, &[]);
        let price = self.model.price_row(5, domain::video::Quality::Standard);
        let usage = |limit: &Limit| limit.usage(amount(limit.measure, price), counts, 0, NOW);
        let usages: Vec<_> = touched.map(usage).collect();
        let words = ForWords {
            model: &self.model,
            simple: "ёж в тумане, вид сбоку",
            chars_max: 100,
        };
        admit(&Request {
            account,
            nonce: &nonce(n),
            revision: REVISION,
            model: Some(&self.model),
            new_jobs: true,
            rules: &self.rules,
            moderation: &Moderation::default(),
            words: self.words.then_some(words),
            plan: None,
            denied: None,
            costs: &Costs::default(),
            usages: &usages,
            place: Place {
                chat: ChatId(USER.0),
                message: MessageId(0),
            },
            locale: "ru",
            now: NOW,
        })
    }
}

fn model(makes: Makes) -> Model {
    Model {
        id: ModelId("kling-3.0".to_owned()),
        title: "Kling 3.0".to_owned(),
        provider: "one".to_owned(),
        makes,
        family: "one".to_owned(),
        others: vec![],
        enabled: true,
        text: true,
        image: false,
        prices: vec![Price::new(5, COST)],
        aspects: vec![Aspect::Portrait],
        prompt_chars_min: 3,
        prompt_chars_max: 100,
        typical: Millis::from_secs(60),
        poll_after: Millis::from_mins(2),
        render_max: RENDER_MAX,
        limits: vec![Limit::orders("model", 2, Schedule::moscow_day())],
        unlimited: None,
        requires: vec![],
        sample: None,
    }
}

/// One limit by the day, one on what is open.
fn rules() -> Rules {
    let open = Limit {
        span: Span::Open,
        ..Limit::orders("open", 2, Schedule::moscow_day())
    };
    Rules {
        signup_credits: COST,
        active_jobs_max: 2,
        limits: vec![open],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(90),
    }
}
