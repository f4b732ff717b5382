//! Every reason for which an order is refused, one at a time, and the one order that is not.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use proptest::prelude::*;

use super::*;
use crate::account::{Draft, Photo};
use crate::catalog::Price;
use crate::id::{ChatId, MessageId, ModelId, NONCE_CHARS, UserId};
use crate::time::Millis;
use crate::video::Aspect;
use crate::window::MOSCOW_DAY;

const NOW: Timestamp = Timestamp(1_795_284_000_000);

fn nonce(n: u8) -> Nonce {
    Nonce::from_random([n; NONCE_CHARS])
}

fn limit(id: &str, max: u32) -> Limit {
    Limit {
        id: id.to_owned(),
        max,
        schedule: MOSCOW_DAY,
    }
}

/// Everything that an admission is decided on, with room to spare.
struct Scene {
    account: Account,
    model: Model,
    rules: Rules,
    used: u32,
    revision: u32,
}

impl Scene {
    fn new() -> Self {
        let draft = Draft {
            nonce: nonce(1),
            revision: 3,
            prompt: "ёж в тумане".to_owned(),
            photo: None,
            model: ModelId("kling-3.0".to_owned()),
            aspect: Aspect::Portrait,
            duration_s: 5,
            created_at: NOW,
            source: None,
        };
        let mut account = Account {
            draft: Some(draft),
            ..Account::new(UserId(7))
        };
        account.balance.available = Credits(2);
        account.balance.granted = Credits(2);
        let model = Model {
            id: ModelId("kling-3.0".to_owned()),
            title: "Kling 3.0".to_owned(),
            provider: "kie".to_owned(),
            family: "kling-3.0".to_owned(),
            enabled: true,
            text: true,
            image: false,
            prices: vec![Price {
                duration_s: 5,
                credits: Credits(2),
            }],
            aspects: vec![Aspect::Portrait],
            prompt_chars_min: 3,
            prompt_chars_max: 11,
            typical: Millis::from_secs(60),
            poll_after: Millis::from_mins(2),
            render_max: Millis::from_mins(15),
            limit: Some(limit("model-kling-3.0", 9)),
            requires: Vec::new(),
        };
        let rules = Rules {
            new_jobs: true,
            signup_credits: Credits(2),
            active_jobs_max: 2,
            limits: vec![limit("videos", 5)],
            wait_max: Millis::from_mins(30),
            settle_max: Millis::from_mins(90),
        };
        Self {
            account,
            model,
            rules,
            used: 4,
            revision: 3,
        }
    }

    fn admit(&self) -> Result<Admission, Refusal> {
        let touched = limits_touched(&self.rules, Some(&self.model), NOW);
        let usages: Vec<_> = touched
            .into_iter()
            .map(|(limit, window)| Usage {
                limit,
                window,
                used: self.used,
            })
            .collect();
        admit(&Request {
            account: &self.account,
            nonce: &nonce(1),
            revision: self.revision,
            model: Some(&self.model),
            rules: &self.rules,
            usages: &usages,
            place: Place {
                chat: ChatId(7),
                message: MessageId(1),
            },
            locale: "ru",
            now: NOW,
        })
    }

    fn with(edit: impl FnOnce(&mut Self)) -> Result<Admission, Refusal> {
        let mut scene = Self::new();
        edit(&mut scene);
        scene.admit()
    }

    fn draft(&mut self) -> &mut Draft {
        self.account.draft.as_mut().expect("a draft")
    }
}

#[test]
fn an_order_with_room_everywhere_is_admitted_and_counted_in_every_window() {
    let admission = Scene::new().admit().unwrap();
    assert_eq!(admission.job.cost, Credits(2));
    assert_eq!(admission.job.id.to_string(), format!("7-{}", nonce(1).as_str()));
    let keys: Vec<_> = admission
        .reservations
        .iter()
        .map(|reservation| (reservation.key.clone(), reservation.max))
        .collect();
    let starts_at = NOW.seconds();
    let expected = [
        (WindowKey(format!("videos#{starts_at}")), 5),
        (WindowKey(format!("model-kling-3.0#{starts_at}")), 9),
    ];
    assert_eq!(keys, expected);
    assert_eq!(admission.job.windows, expected.map(|(key, _)| key));
}

#[test]
fn each_reason_alone_refuses_the_order() {
    assert_eq!(
        Scene::with(|scene| scene.rules.new_jobs = false),
        Err(Refusal::Paused)
    );
    assert_eq!(
        Scene::with(|scene| scene.account.draft = None),
        Err(Refusal::DraftStale)
    );
    assert_eq!(
        Scene::with(|scene| scene.draft().nonce = nonce(2)),
        Err(Refusal::DraftStale)
    );
    assert_eq!(Scene::with(|scene| scene.revision = 2), Err(Refusal::DraftStale));
    assert_eq!(
        Scene::with(|scene| scene.model.enabled = false),
        Err(Refusal::ModelUnavailable)
    );
    assert_eq!(
        Scene::with(|scene| scene.model.id = ModelId("other".into())),
        Err(Refusal::ModelUnavailable)
    );
    assert_eq!(
        Scene::with(|scene| scene.draft().duration_s = 10),
        Err(Refusal::ChoiceUnavailable)
    );
    let photo = Photo {
        file_id: "f".into(),
        width: 1,
        height: 1,
    };
    assert_eq!(
        Scene::with(|scene| scene.draft().photo = Some(photo)),
        Err(Refusal::ModelUnavailable)
    );
    assert_eq!(
        Scene::with(|scene| scene.model.prompt_chars_max = 10),
        Err(Refusal::PromptTooLong { chars: 11, max: 10 })
    );
    assert_eq!(
        Scene::with(|scene| scene.model.prompt_chars_min = 12),
        Err(Refusal::PromptTooShort { chars: 11, min: 12 })
    );
    assert_eq!(
        Scene::with(|scene| scene.draft().aspect = Aspect::Square),
        Err(Refusal::ChoiceUnavailable)
    );
    assert_eq!(
        Scene::with(|scene| scene.rules.active_jobs_max = 0),
        Err(Refusal::TooManyActive { max: 0 })
    );
    let poor = Refusal::NotEnoughCredits {
        cost: Credits(2),
        available: Credits(1),
    };
    assert_eq!(
        Scene::with(|scene| scene.account.balance.available = Credits(1)),
        Err(poor)
    );
    let Err(Refusal::LimitReached(usage)) = Scene::with(|scene| scene.used = 5) else {
        panic!("a full window")
    };
    assert_eq!(
        (
            usage.limit.id.as_str(),
            usage.left(),
            usage.window.ends_at.since(NOW)
        ),
        ("videos", 0, Millis::from_mins(24 * 60))
    );
}

#[test]
fn a_photo_keeps_its_shape_and_needs_no_words_but_no_half_a_word_either() {
    let from_photo = |prompt: &str| {
        Scene::with(|scene| {
            scene.model.image = true;
            let draft = scene.draft();
            draft.photo = Some(Photo {
                file_id: "f".into(),
                width: 1,
                height: 1,
            });
            draft.aspect = Aspect::Square;
            prompt.clone_into(&mut draft.prompt);
        })
    };
    assert_eq!(from_photo("").unwrap().job.order.aspect, Aspect::Square);
    assert!(from_photo("кот").is_ok());
    assert_eq!(
        from_photo("ёж").unwrap_err(),
        Refusal::PromptTooShort { chars: 2, min: 3 }
    );
}

#[test]
fn an_unlimited_plans_price_of_nothing_still_counts() {
    let free = |scene: &mut Scene| {
        scene.model.prices = vec![Price {
            duration_s: 5,
            credits: Credits::ZERO,
        }];
        scene.account.balance.available = Credits::ZERO;
    };
    let admission = Scene::with(free).unwrap();
    assert_eq!(
        (admission.job.cost, admission.reservations.len()),
        (Credits::ZERO, 2)
    );
}

proptest! {
    /// Whatever is admitted could be paid, had a slot, and had room in every window.
    #[test]
    fn nothing_is_admitted_beyond_any_bound(available in 0_u32..4, cost in 0_u32..4, used in 0_u32..8, active_max in 0_u32..3) {
        let admitted = Scene::with(|scene| {
            scene.account.balance.available = Credits(available);
            scene.model.prices = vec![Price { duration_s: 5, credits: Credits(cost) }];
            scene.used = used;
            scene.rules.active_jobs_max = active_max;
        });
        let possible = available >= cost && used < 5 && active_max > 0;
        prop_assert_eq!(admitted.is_ok(), possible);
    }
}
