//! A week of business, written as the product writes it: orders of every kind through admission and settlement, money through
//! payments' own transactions.

use std::time::Duration;

use domain::account::{Draft, Place};
use domain::admission::Admission;
use domain::ai_request::Costing;
use domain::catalog::{Makes, Rules};
use domain::cost::{Category, MicroUsd};
use domain::id::{ChatId, Fence, JobId, MessageId, ModelId, NONCE_CHARS, Nonce, TaskId, UserId};
use domain::job::{Answer, Event, Failure, Image, Job, Order, RenderedFile, Sketch};
use domain::ledger::{After, Key};
use domain::money::{Amount, Credits};
use domain::payment::{Goods, Money, Payment, PaymentId, Rail, Record, State, Term, Truth};
use domain::report::Period;
use domain::time::{Millis, Timestamp};
use domain::video::Aspect;
use store::rows::{account_key, read_account};
use store::{Applied, Credit, Gift, PaymentTables, Payments, Settled, Settling, Tallied};
use table::Deadline;
use tests::stage::Stage;

use crate::ANNA;

/// `SplitMix64`: the same seed, the same week.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn signed(&mut self, n: i64) -> i64 {
        i64::try_from(self.below(n.unsigned_abs())).unwrap()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(u64::try_from(of.len()).unwrap());
        &of[usize::try_from(at).unwrap()]
    }
}

/// What is written, and with which dice.
pub(crate) struct World<'a> {
    stage: &'a Stage,
    payments: Payments,
    dice: Dice,
    /// An order as the desk makes it, of which the others are made.
    order: Order,
    users: i64,
    number: u64,
}

const PLANS: [(&str, u32, u64); 3] = [("day", 1, 9_900), ("week", 7, 49_900), ("month", 30, 199_000)];
/// A plan that comes with credits, and covers nothing.
const WITH_CREDITS: (&str, u32, u64) = ("pro", 30, 99_000);
/// As many as a shop may have: with all of them, a report is longer than Telegram's longest message.
const VIDEO_MODELS: [&str; 9] = [
    "kling-3.0",
    "kling-2.6",
    "seedance-2",
    "hailuo-2.3-standard-768p",
    "veo-3.1-fast-with-sound",
    "veo-3.1-quality-with-sound",
    "luma-ray-3.2-540p",
    "gemini-omni-flash-video",
    "seedance-2-fast-draft",
];
/// Midnight in Moscow before 22 November 2026.
const DARK_UNTIL: Timestamp = Timestamp(1_795_294_800_000);
const FIRST_USER: i64 = 5_000;
const LIMITS: [&str; 8] = [
    "free-hourly",
    "photos-daily",
    "songs-daily",
    "speech-daily",
    "words-hourly",
    "unlimited-daily",
    "unlimited-hourly",
    "veo-daily",
];

pub(crate) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

impl<'a> World<'a> {
    /// With so many customers, each with more credits than they can use.
    pub(crate) async fn open(stage: &'a Stage, users: i64) -> Self {
        stage.newcomer(ANNA).await;
        let template = stage.order(ANNA, "of which the others are made").await;
        let order = stage.job(&template).await.order;
        for user in FIRST_USER..FIRST_USER + users {
            // Long ago: what everybody has is no gift of these days.
            let then = stage.now().after(Millis(-domain::cost::days(60).0));
            let gift = Credits(1_000_000);
            let opened = stage.store.open_account(UserId(user), gift, "ru", then, soon());
            opened.await.unwrap();
        }
        let table = |name: &str| stage.aws.table_name(name).unwrap().to_owned();
        let tables = PaymentTables {
            payments: table("PaymentsTable"),
            accounts: table("AccountsTable"),
            ledger: table("LedgerTable"),
        };
        Self {
            stage,
            payments: Payments::new(stage.db.clone(), tables),
            dice: Dice::new(20_261_122),
            order,
            users,
            number: 0,
        }
    }

    fn user(&mut self) -> UserId {
        let users = self.users;
        UserId(FIRST_USER + self.dice.signed(users))
    }

    /// Within a time, or one time in fifty at its very edges or beyond them.
    fn moment(&mut self, period: &Period) -> Timestamp {
        let edges = [
            period.from,
            Timestamp(period.from.0 - 1),
            Timestamp(period.until.0 - 1),
            period.until,
        ];
        if self.dice.below(50) == 0 {
            return *self.dice.pick(&edges);
        }
        let length = period.until.since(period.from).0;
        Timestamp(period.from.0 + self.dice.signed(length))
    }

    /// One operation of every kind in turn.
    pub(crate) async fn operation(&mut self, period: &Period) {
        let category = Category::ALL[usize::try_from(self.number % 8).unwrap()];
        self.number += 1;
        let at = self.moment(period);
        self.ordered(category, at).await;
    }

    /// Whether an operation's cost is known, and the rate of the rouble: on the reported day of all, so that every margin
    /// is, and on the days before of most.
    fn known(&mut self, at: Timestamp) -> (bool, bool) {
        let dark = at < DARK_UNTIL;
        (!dark || self.dice.below(5) > 0, !dark || self.dice.below(5) > 0)
    }

    fn costing(&mut self, at: Timestamp) -> Costing {
        let (is_priced, is_rated) = self.known(at);
        Costing {
            expected: is_priced.then_some(MicroUsd(350_000 + self.number)),
            billed_unit: (self.dice.below(2) == 0).then_some(MicroUsd(5_000)),
            kopecks_per_usd: is_rated.then_some(8_000),
            kept: domain::cost::days(400),
            ..Costing::default()
        }
    }

    /// An order: admitted, and led to one of its ends or left on its way.
    async fn ordered(&mut self, category: Category, at: Timestamp) {
        let user = self.user();
        let nonce = nonce(self.number);
        let plan = (self.dice.below(3) == 0).then(|| self.dice.pick(&PLANS).0.to_owned());
        let mut order = Order {
            plan: plan.clone(),
            ..self.order_of(category)
        };
        // Whoever has a plan may pay with credits beside it.
        let beside = (self.dice.below(5) == 0).then(|| "month".to_owned());
        order.costing = Some(Costing {
            subscription: plan.clone().or(beside),
            ..self.costing(at)
        });
        let cost = if plan.is_some() {
            0
        } else {
            1 + u32::try_from(self.dice.below(6)).unwrap()
        };
        self.put_draft(user, &nonce, at).await;
        let id = JobId { user, nonce };
        let place = Place {
            chat: ChatId(user.0),
            message: MessageId(1),
        };
        let rules = Rules {
            signup_credits: Credits(0),
            active_jobs_max: 100_000,
            limits: Vec::new(),
            wait_max: Millis::from_mins(30),
            settle_max: Millis::from_mins(60),
        };
        let admission = Admission {
            job: Job::accepted(id, order, Credits(cost), Vec::new(), place, &rules, at),
            reservations: Vec::new(),
            draft_revision: 1,
            active_jobs_max: 100_000,
            standing_revision: 0,
            prompt_kept: Some("words".to_owned()),
        };
        self.stage.store.admit(&admission, soon()).await.unwrap();
        self.lead(admission.job).await;
    }

    /// An order of a kind, by one of its models.
    fn order_of(&mut self, category: Category) -> Order {
        let kinds = Makes::ALL.map(|makes| [(makes, false), (makes, true)]).concat();
        let mut kinds = kinds.into_iter();
        let (makes, with_photo) = kinds
            .find(|(makes, photo)| makes.category(*photo) == category)
            .unwrap();
        let model = if makes == Makes::Video {
            (*self.dice.pick(&VIDEO_MODELS)).to_owned()
        } else {
            format!("{}-{}", category.as_str(), self.dice.below(2))
        };
        let order = self.order.clone();
        let sketch = Sketch {
            model: order.model.clone(),
            aspect: order.aspect,
            duration_s: order.duration_s,
            quality: domain::video::Quality::Standard,
            source: None,
            chars_max: 2_500,
            simple: "simple words".to_owned(),
            voice: None,
            wish: None,
        };
        Order {
            model: ModelId(model),
            makes,
            image: with_photo.then(|| Image {
                file_id: "photo".to_owned(),
            }),
            duration_s: if makes.has_lengths() { order.duration_s } else { 0 },
            sketch: makes.is_words().then_some(sketch),
            ..order
        }
    }

    async fn put_draft(&self, user: UserId, nonce: &Nonce, at: Timestamp) {
        let draft = Draft {
            nonce: nonce.clone(),
            revision: 1,
            prompt: "words".to_owned(),
            photo: None,
            model: self.order.model.clone(),
            aspect: Aspect::Portrait,
            duration_s: 5,
            quality: domain::video::Quality::Standard,
            created_at: at,
            source: None,
            voice: None,
            wish: None,
            before: None,
        };
        assert!(self.stage.store.put_draft(user, &draft, soon()).await.unwrap());
    }

    async fn lead(&mut self, mut job: Job) {
        let begun = job.created_at;
        // Words are given up after two minutes.
        let longest = if job.order.makes.is_words() {
            90_000
        } else {
            400_000
        };
        let took = Millis(20_000 + self.dice.signed(longest));
        let accepted = Event::Accepted {
            fence: Fence(1),
            task: TaskId(format!("task-{}", self.number)),
        };
        let words = job.order.makes.is_words();
        let claim = Event::Claim {
            way: None,
            lease_until: begun.after(Millis::from_mins(3)),
        };
        let done = Event::Succeeded {
            file: RenderedFile {
                url: "https://example.com/1.mp4".to_owned(),
                bytes: 1_000_000,
                billed_milli: (self.dice.below(3) == 0).then_some(70_000 + self.number % 9_999),
            },
            deliver_until: begun.after(Millis::from_mins(60)),
        };
        // The answer has the words, and nothing is awaited.
        let answered = Event::Answered {
            answer: Answer {
                text: "better words".to_owned(),
                tokens_in: self.dice.below(900),
                tokens_out: self.dice.below(400),
            },
            until: begun.after(Millis::from_mins(60)),
        };
        let made = if words {
            vec![claim.clone(), answered]
        } else {
            vec![claim.clone(), accepted.clone(), done]
        };
        let with = |end: Event| [made.clone(), vec![end]].concat();
        let failed = |failure| Event::Rejected { failure };
        let way = match self.dice.below(20) {
            0 => vec![],
            1 => made.into_iter().take(2).collect(),
            2 => vec![claim, Event::OutcomeUnknown { can_ask: false }],
            3 => vec![Event::Cancel],
            4 | 5 => vec![claim, failed(Failure::Moderation)],
            6 => vec![claim, failed(Failure::Provider)],
            7 => with(Event::CannotDeliver {
                failure: Failure::FileGone,
            }),
            _ => with(Event::Delivered { file: None }),
        };
        let steps = i64::try_from(way.len()).unwrap();
        for (step, event) in (1..).zip(way) {
            let at = begun.after(Millis(took.0 * step / steps.max(1)));
            let change = job
                .apply(event.clone(), at)
                .unwrap_or_else(|why| panic!("{event:?}: {why:?}"));
            let applied = self.stage.store.apply(&job, &change, soon()).await.unwrap();
            assert_eq!(applied, Applied::Written);
            job = change.after;
        }
    }

    /// A payment, and what may become of it, at once or days later.
    pub(crate) async fn payment(&mut self, period: &Period) {
        self.number += 1;
        let (user, at) = (self.user(), self.moment(period));
        let rail = *self.dice.pick(&Rail::ALL);
        let state = *self.dice.pick(&[
            State::Credited,
            State::Credited,
            State::Credited,
            State::Refunded,
            State::Refunded,
            State::ChargedBack,
            State::RefundHeld,
            State::Held,
            State::New,
            State::Void,
        ]);
        let record = self.record(rail, user, at);
        let granted = !matches!(state, State::Held | State::New | State::Void);
        let first = if granted { State::Credited } else { state };
        let grant = (Key::Purchase(record.id().clone()), record.goods.credits);
        let record = self
            .step(&record, (first, 0), granted.then(|| grant.clone()), at)
            .await;
        let later = at.after(Millis(
            self.dice.signed(12 * 24 * 3_600_000) >> (8 * self.dice.below(2)),
        ));
        let (minor, bought) = (record.amount.minor, record.goods.credits);
        let key = |after, revision| (Key::Payment(after, record.id().clone(), revision), bought);
        match state {
            State::Held if self.dice.below(2) == 0 => {
                self.step(&record, (State::Credited, 0), Some(grant), later).await;
            }
            State::RefundHeld => {
                self.step(&record, (state, 0), Some(key(After::SetAside, 2)), later)
                    .await;
            }
            // A part of the money may go back, and the payment stands.
            State::Refunded | State::ChargedBack if self.dice.below(3) == 0 => {
                let part = (State::Credited, minor / 3);
                self.step(&record, part, Some(key(After::Clawed, 2)), later).await;
            }
            State::Refunded | State::ChargedBack => {
                let gone = self
                    .step(&record, (state, minor), Some(key(After::Clawed, 2)), later)
                    .await;
                // The bank may decide for us.
                if self.dice.below(3) == 0 {
                    let restored = Some(key(After::Restored, 3));
                    let later = later.after(Millis(self.dice.signed(36 * 3_600_000)));
                    self.step(&gone, (State::Credited, 0), restored, later).await;
                }
            }
            _ => {}
        }
    }

    /// A payment of one time, of which a third goes back in another.
    pub(crate) async fn goes_back(&mut self, of: &Period, on: &Period) {
        self.number += 1;
        let (user, at) = (self.user(), self.moment(of));
        let record = self.record(Rail::YooKassa, user, at);
        let record = Record {
            is_test: false,
            ..record
        };
        let (id, bought, third) = (record.id().clone(), record.goods.credits, record.amount.minor / 3);
        let grant = (Key::Purchase(id.clone()), bought);
        let given = self.step(&record, (State::Credited, 0), Some(grant), at).await;
        let gone = Key::Payment(After::Clawed, id, 2);
        let noon = on.from.after(Millis::from_mins(12 * 60));
        self.step(&given, (State::Credited, third), Some((gone, bought)), noon)
            .await;
    }

    /// A gift of credits.
    pub(crate) async fn gift(&mut self, period: &Period) {
        self.number += 1;
        let (user, at) = (
            UserId(900_000 + i64::try_from(self.number).unwrap()),
            self.moment(period),
        );
        let gift = Credits(1 + u32::try_from(self.dice.below(3)).unwrap());
        let opened = self.stage.store.open_account(user, gift, "ru", at, soon());
        let opened = opened.await.unwrap().unwrap();
        let (is_sorry, is_over) = (self.dice.below(3) == 0, self.dice.below(2) == 0);
        if is_sorry {
            let sorry = Gift {
                request: &format!("sorry-{}", self.number),
                amount: Credits(2),
                why: "sorry",
                now: at,
            };
            self.stage
                .store
                .adjust(user, &sorry, vec![], soon())
                .await
                .unwrap();
        } else if is_over {
            // What is given up was given all the same.
            assert!(self.stage.store.erase_account(&opened, at, soon()).await.unwrap());
        }
    }

    /// One step of a payment: to a state, with so much gone back of it, and an entry in the ledger.
    async fn step(
        &self,
        before: &Record,
        (state, refunded): (State, u64),
        entry: Option<(Key, Credits)>,
        at: Timestamp,
    ) -> Record {
        let mut after = before.clone();
        after.version += 1;
        after.payment.revision += 1;
        (after.payment.state, after.payment.refunded) = (state, refunded);
        after.payment.granted |= matches!(entry, Some((Key::Purchase(_), _)));
        self.settle(before, &after, entry, at).await;
        after
    }

    fn record(&mut self, rail: Rail, user: UserId, at: Timestamp) -> Record {
        let plan = match self.dice.below(8) {
            0 => Some(WITH_CREDITS),
            1..=4 => Some(*self.dice.pick(&PLANS)),
            _ => None,
        };
        let minor = plan.map_or_else(|| 5_000 + self.dice.below(90_000), |(_, _, price)| price);
        let truth = Truth {
            id: PaymentId {
                rail,
                id: format!("pay-{}", self.number),
            },
            money: Money::Arrived,
            amount: Amount {
                minor: if rail == Rail::Stars { minor / 100 } else { minor },
                currency: rail.currency(),
            },
            refunded: 0,
            shop: None,
            purchase: None,
            payer: Some(user),
            is_test: self.dice.below(15) == 0,
        };
        // The rest of another plan may have gone into it.
        let bonus = match plan {
            Some(_) if self.dice.below(5) == 0 => Millis::from_mins(self.dice.signed(20 * 24 * 60)),
            _ => Millis::ZERO,
        };
        let minutes = plan.map(|(_, days, _)| i64::from(days) * 24 * 60 - self.dice.signed(600));
        Record {
            payment: Payment::unheard(truth.id.clone(), at),
            user: Some(user),
            goods: Goods {
                credits: Credits(match plan {
                    Some(WITH_CREDITS) => 60,
                    Some(_) => 0,
                    None => 5 + u32::try_from(self.dice.below(50)).unwrap(),
                }),
                term: plan.map(|(plan, days, _)| Term {
                    plan: plan.to_owned(),
                    days,
                }),
            },
            // A whole minute, so that the plain reckoning by minutes is exact.
            ends_at: minutes
                .map(|minutes| Timestamp(at.0 - at.0.rem_euclid(60_000)).after(Millis::from_mins(minutes)))
                .map(|ends_at| ends_at.after(bonus)),
            bonus,
            ..Record::unheard(&truth, None, at)
        }
    }

    async fn settle(&self, before: &Record, record: &Record, entry: Option<(Key, Credits)>, at: Timestamp) {
        let table = self.stage.aws.table_name("AccountsTable").unwrap();
        let user = record.user.unwrap();
        let item = self
            .stage
            .db
            .get(table, account_key(user), true)
            .await
            .unwrap()
            .unwrap();
        let account = read_account(&item).unwrap();
        let step = Settling {
            before: &before.payment,
            payment: record,
            purchase: None,
            account: entry.map(|entry| Credit {
                before: &account,
                entry,
                recalled: Credits::ZERO,
                standing: None,
            }),
            besides: Vec::new(),
            now: at,
        };
        let settled = self.payments.settle(&step, soon()).await.unwrap();
        assert_eq!(settled, Settled::Written, "{record:?}");
    }

    /// A limit refuses somebody, or a render comes that nobody awaits any more.
    pub(crate) async fn note(&mut self, period: &Period) {
        let at = self.moment(period);
        let what = match self.dice.below(4) {
            0 => Tallied::Orphan,
            1 => Tallied::Refused("hourly"),
            2 => Tallied::Refused("daily-videos"),
            _ => Tallied::Refused(LIMITS[usize::try_from(self.dice.below(8)).unwrap()]),
        };
        self.stage.store.notes().count(what, at, soon()).await.unwrap();
    }
}

/// A name of its own for each number.
fn nonce(number: u64) -> Nonce {
    let mut left = number;
    Nonce::from_random([0; NONCE_CHARS].map(|_: u8| {
        let letter = u8::try_from(left % 32).unwrap();
        left /= 32;
        letter
    }))
}
