//! Every reason for which an order is refused, one at a time, and the one order that is not.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use proptest::prelude::*;

use super::*;
use crate::account::{Draft, Photo};
use crate::catalog::{Makes, Price};
use crate::id::{ChatId, MessageId, ModelId, NONCE_CHARS, UserId};
use crate::limit::{Bound, Count, Counted, Counts, WindowKey};
use crate::time::Millis;
use crate::video::Aspect;
use crate::window::Schedule;

const NOW: Timestamp = Timestamp(1_795_284_000_000);

fn nonce(n: u8) -> Nonce {
    Nonce::from_random([n; NONCE_CHARS])
}

fn limit(id: &str, max: u64) -> Limit {
    Limit::orders(id, max, Schedule::moscow_day())
}

/// Everything that an admission is decided on, with room to spare.
struct Scene {
    account: Account,
    model: Model,
    rules: Rules,
    used: u64,
    revision: u32,
    plan: Option<Plan>,
    denied: Option<Denied>,
    costs: Costs,
    moderation: Moderation,
    new_jobs: bool,
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
            quality: crate::video::Quality::Standard,
            created_at: NOW,
            source: None,
            voice: None,
            wish: None,
            before: None,
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
            makes: crate::catalog::Makes::Video,
            family: "kling-3.0".to_owned(),
            others: vec![],
            enabled: true,
            text: true,
            image: false,
            prices: vec![Price {
                tokens: 50_000,
                ..Price::new(5, Credits(2))
            }],
            aspects: vec![Aspect::Portrait],
            prompt_chars_min: 3,
            prompt_chars_max: 11,
            typical: Millis::from_secs(60),
            poll_after: Millis::from_mins(2),
            render_max: Millis::from_mins(15),
            limits: vec![limit("model-kling-3.0", 9)],
            unlimited: None,
            requires: vec![],
            sample: None,
        };
        let rules = Rules {
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
            plan: None,
            denied: None,
            costs: Costs::default(),
            moderation: Moderation::default(),
            new_jobs: true,
        }
    }

    fn admit(&self) -> Result<Admission, Refusal> {
        let usages = self.usages();
        admit(&Request {
            account: &self.account,
            nonce: &nonce(1),
            revision: self.revision,
            model: Some(&self.model),
            new_jobs: self.new_jobs,
            rules: &self.rules,
            moderation: &self.moderation,
            plan: self.plan.as_ref(),
            denied: self.denied.clone(),
            costs: &self.costs,
            usages: &usages,
            place: Place {
                chat: ChatId(7),
                message: MessageId(1),
            },
            locale: "ru",
            now: NOW,
            words: None,
        })
    }

    /// Every limit that the order touches, each used as much.
    fn usages(&self) -> Vec<Usage> {
        let price = self.model.price_row(5, crate::video::Quality::Standard);
        let touched = limits_touched(&self.rules, Some(&self.model), self.plan.as_ref(), &[]);
        let usage = |limit: &Limit| {
            let count = Count {
                used: self.used,
                ..Count::default()
            };
            let counts = Counts::from([(limit.key(NOW, None).row().to_owned(), count)]);
            limit.usage(amount(limit.measure, price), &counts, 0, NOW)
        };
        touched.map(usage).collect()
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
        .map(|reservation| (reservation.counted.clone(), reservation.bound))
        .collect();
    let starts_at = NOW.seconds();
    let once = |key: String| Counted {
        key: WindowKey(key),
        amount: 1,
    };
    let expected = [
        (once(format!("videos#{starts_at}")), Bound::AtMost(4)),
        (once(format!("model-kling-3.0#{starts_at}")), Bound::AtMost(8)),
    ];
    assert_eq!(keys, expected);
    assert_eq!(admission.job.windows, expected.map(|(key, _)| key));
}

#[test]
fn each_reason_alone_refuses_the_order() {
    assert_eq!(Scene::with(|scene| scene.new_jobs = false), Err(Refusal::Paused));
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
            usage.resets_at.map(|at| at.since(NOW))
        ),
        ("videos", 0, Some(Millis::from_mins(24 * 60)))
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
fn a_photo_that_is_to_be_changed_needs_words_and_what_is_heard_has_neither_length_nor_shape() {
    let made = |makes: Makes, prompt: &str, with_photo: bool| {
        Scene::with(|scene| {
            (scene.model.makes, scene.model.image) = (makes, true);
            scene.model.prices = vec![Price::new(0, Credits(1))];
            if !makes.has_shapes() {
                scene.model.aspects.clear();
            }
            let draft = scene.draft();
            draft.duration_s = 0;
            prompt.clone_into(&mut draft.prompt);
            draft.photo = with_photo.then(|| Photo {
                file_id: "f".into(),
                width: 1,
                height: 1,
            });
        })
    };
    let wordless = Refusal::PromptTooShort { chars: 0, min: 3 };
    assert_eq!(made(Makes::Image, "", true).unwrap_err(), wordless);
    assert!(made(Makes::Image, "winter", true).is_ok());
    for makes in [Makes::Music, Makes::Speech] {
        let order = made(makes, "a song", false).unwrap().job.order;
        assert_eq!((order.makes, order.duration_s), (makes, 0));
    }
}

/// A scene on an unlimited plan: no credits, and two limits of the model for such plans.
fn unlimited(scene: &mut Scene) {
    scene.account.balance.available = Credits::ZERO;
    scene.plan = Some(Plan {
        key: "unlimited_1day".to_owned(),
        unlimited: true,
        ..Plan::default()
    });
    scene.model.unlimited = Some(vec![
        limit("unlimited-kling-3.0", 9),
        Limit {
            measure: Measure::Tokens,
            ..limit("unlimited-kling-3.0-tokens", 120_000)
        },
    ]);
}

#[test]
fn an_unlimited_plan_pays_nothing_and_is_held_by_the_models_limits_for_such_plans() {
    let admission = Scene::with(unlimited).unwrap();
    assert_eq!(admission.job.cost, Credits::ZERO);
    assert_eq!(admission.job.order.plan.as_deref(), Some("unlimited_1day"));
    let counted: Vec<String> = admission.job.windows.iter().map(ToString::to_string).collect();
    let at = NOW.seconds();
    assert_eq!(
        counted,
        [
            format!("videos#{at}"),
            format!("unlimited-kling-3.0#{at}"),
            format!("unlimited-kling-3.0-tokens#{at}*50000"),
        ]
    );
    let spent = Scene::with(|scene| {
        unlimited(scene);
        scene.rules.limits.clear();
        scene.used = 70_001;
        scene.model.unlimited.as_mut().unwrap().remove(0);
    });
    let Err(Refusal::LimitReached(usage)) = spent else {
        panic!("70,001 of 120,000 tokens are used, and 50,000 more are asked for: {spent:?}")
    };
    assert_eq!((usage.left(), usage.limit.measure), (49_999, Measure::Tokens));
}

mod paid;
mod quality;
mod refused_words;

#[test]
fn a_plan_pays_only_for_the_models_that_it_covers() {
    let poor = Err(Refusal::NotEnoughCredits {
        cost: Credits(2),
        available: Credits::ZERO,
    });
    let changes: [fn(&mut Scene); 3] = [
        |scene| scene.model.unlimited = None,
        |scene| scene.plan.as_mut().unwrap().unlimited = false,
        |scene| scene.plan.as_mut().unwrap().models = vec![ModelId("other".to_owned())],
    ];
    for change in changes {
        let refused = Scene::with(|scene| {
            unlimited(scene);
            change(scene);
        });
        assert_eq!(refused, poor);
        // With credits it is an order like anybody's: paid for, not the plan's, and held by the model's own limits.
        let paid = Scene::with(|scene| {
            unlimited(scene);
            change(scene);
            scene.account.balance.available = Credits(2);
        });
        let job = paid.unwrap().job;
        assert_eq!((job.cost, job.order.plan), (Credits(2), None));
        assert!(
            job.windows
                .iter()
                .all(|counted| !counted.key.0.starts_with("unlimited-"))
        );
    }
}

#[test]
fn what_a_customer_lacks_refuses_the_order_and_the_standing_is_guarded() {
    let denied = Denied {
        feature: "premium_models".to_owned(),
        reason: "tier_too_low",
        needs_tier: Some("pro".to_owned()),
    };
    assert_eq!(
        Scene::with(|scene| scene.denied = Some(denied.clone())),
        Err(Refusal::NotEntitled(denied))
    );
    let admission = Scene::with(|scene| scene.account.standing.revision = 4).unwrap();
    assert_eq!(admission.standing_revision, 4);
}

#[test]
fn a_providers_limit_counts_only_what_it_makes() {
    let of = |provider: &str| {
        let admission = Scene::with(|scene| scene.rules.limits[0].provider = Some(provider.to_owned()));
        admission.unwrap().reservations.len()
    };
    assert_eq!((of("kie"), of("luma")), (2, 1));
}

#[test]
fn what_is_counted_as_nothing_is_not_counted() {
    let admission = Scene::with(|scene| scene.model.limits[0].measure = Measure::MicroUsd).unwrap();
    assert_eq!(admission.reservations.len(), 1);
}

#[test]
fn a_price_of_nothing_still_counts() {
    let free = |scene: &mut Scene| {
        scene.model.prices = vec![Price::new(5, Credits::ZERO)];
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
    fn nothing_is_admitted_beyond_any_bound(available in 0_u32..4, cost in 0_u32..4, used in 0_u64..8, active_max in 0_u32..3) {
        let admitted = Scene::with(|scene| {
            scene.account.balance.available = Credits(available);
            scene.model.prices = vec![Price::new(5, Credits(cost))];
            scene.used = used;
            scene.rules.active_jobs_max = active_max;
        });
        let possible = available >= cost && used < 5 && active_max > 0;
        prop_assert_eq!(admitted.is_ok(), possible);
    }
}

/// Better words for the scene's draft.
fn admit_words(scene: &Scene, words: &Model) -> Result<Admission, Refusal> {
    admit(&Request {
        account: &scene.account,
        nonce: &nonce(1),
        revision: scene.revision,
        model: None,
        words: Some(ForWords {
            model: words,
            simple: "simple",
            chars_max: 11,
        }),
        new_jobs: true,
        rules: &scene.rules,
        moderation: &scene.moderation,
        plan: None,
        denied: None,
        costs: &scene.costs,
        usages: &[],
        place: Place {
            chat: ChatId(7),
            message: MessageId(1),
        },
        locale: "ru",
        now: NOW,
    })
}

fn improver(scene: &Scene) -> Model {
    Model {
        id: ModelId("prompt-improver".to_owned()),
        makes: crate::catalog::Makes::Prompt,
        prices: vec![Price::new(0, Credits(1))],
        prompt_chars_min: 1,
        prompt_chars_max: 100,
        limits: vec![],
        ..scene.model.clone()
    }
}

#[test]
fn better_words_are_ordered_beside_as_many_videos_as_there_may_be() {
    let mut scene = Scene::new();
    let words = improver(&scene);
    let job = |n| JobId {
        user: UserId(7),
        nonce: nonce(n),
    };
    scene.account.active_jobs = [job(8), job(9)].into();
    assert_eq!(scene.admit(), Err(Refusal::TooManyActive { max: 2 }));
    let admitted = admit_words(&scene, &words).unwrap();
    assert_eq!((admitted.active_jobs_max, admitted.job.cost), (3, Credits(1)));
    let sketch = admitted.job.order.sketch.unwrap();
    assert_eq!((sketch.duration_s, sketch.simple.as_str()), (5, "simple"));
    assert_eq!(
        (admitted.job.order.duration_s, admitted.job.order.prompt.as_str()),
        (0, "ёж в тумане")
    );
    scene.account.active_jobs.insert(job(10));
    assert_eq!(
        admit_words(&scene, &words),
        Err(Refusal::TooManyActive { max: 3 })
    );
}

#[test]
fn words_are_ordered_only_of_what_makes_them_and_videos_only_of_the_rest() {
    let mut scene = Scene::new();
    let words = improver(&scene);
    assert_eq!(admit_words(&scene, &scene.model), Err(Refusal::ModelUnavailable));
    let off = Model {
        enabled: false,
        ..words.clone()
    };
    assert_eq!(admit_words(&scene, &off), Err(Refusal::ModelUnavailable));
    let transcript = Model {
        makes: crate::catalog::Makes::Transcript,
        ..words.clone()
    };
    assert_eq!(admit_words(&scene, &transcript), Err(Refusal::ModelUnavailable));
    // A button may name any model.
    scene.model = Model {
        id: scene.model.id.clone(),
        ..words.clone()
    };
    assert_eq!(scene.admit(), Err(Refusal::ModelUnavailable));
    let mut voice = Scene::new();
    voice.account.draft.as_mut().unwrap().voice = Some(crate::account::Voice {
        file_id: "voice".to_owned(),
        duration_s: 12,
    });
    assert_eq!(
        voice.admit(),
        Err(Refusal::DraftStale),
        "nobody knows yet what is said"
    );
    assert_eq!(admit_words(&voice, &words), Err(Refusal::ModelUnavailable));
    assert_eq!(admit_words(&voice, &transcript).unwrap().job.order.duration_s, 12);
}

#[test]
fn words_count_where_money_counts_and_not_as_videos() {
    let scene = Scene::new();
    let mut rules = scene.rules.clone();
    rules.limits.push(Limit {
        measure: Measure::MicroUsd,
        ..limit("spend", 100)
    });
    let ids = |model: &Model| -> Vec<String> {
        let touched = limits_touched(&rules, Some(model), None, &[]);
        touched.map(|limit| limit.id.clone()).collect()
    };
    assert_eq!(ids(&improver(&scene)), ["spend"]);
    assert_eq!(ids(&scene.model), ["videos", "spend", "model-kling-3.0"]);
}

#[test]
fn a_limit_on_a_provider_counts_every_order_that_may_go_there() {
    let mut scene = Scene::new();
    scene.rules.limits = vec![Limit {
        provider: Some("kie".to_owned()),
        ..limit("spend-kie", 100)
    }];
    scene.model.limits = vec![];
    let counted = |scene: &Scene| limits_touched(&scene.rules, Some(&scene.model), None, &[]).count();
    assert_eq!(counted(&scene), 1);
    scene.model.provider = "kling".to_owned();
    assert_eq!(counted(&scene), 0);
    scene.model.others = vec![crate::catalog::Route {
        provider: "kie".to_owned(),
        family: "kling-3.0".to_owned(),
        cost: None,
        poll_after: None,
    }];
    assert_eq!(counted(&scene), 1);
}
