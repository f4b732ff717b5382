//! Orders of several customers, and uses without an order, against every kind of limit, in random order: placed on what was read now or a while ago,
//! made, failed, canceled, late, given back, and each change tried again. After every few steps the books must add up, and no limit be
//! passed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here fails the test"
)]

#[path = "guards/bench.rs"]
#[allow(dead_code, reason = "the guards use the rest")]
mod bench;

use std::collections::BTreeMap;

use domain::account::Draft;
use domain::admission::{Request, admit, amount, limits_touched};
use domain::catalog::{Model, Price, Rules};
use domain::cost::Costs;
use domain::id::{ChatId, FileId, MessageId, NONCE_CHARS, Nonce, UserId};
use domain::job::{Event, Failure, Job, Stage};
use domain::limit::{Count, Counts, Limit, Measure, Mode, Span, Usage, Whose, WindowKey};
use domain::money::Credits;
use domain::time::{Jitter, Millis, Timestamp};
use domain::uses::{USE_ID_BYTES, Use, UseId};
use domain::video::Aspect;
use domain::window::{Schedule, Sliding};
use fastrand::Rng;
use store::{Applied, GivenBack, NotAdmitted, Using, rows};

use bench::{NOW, Scene, soon};

const USERS: i64 = 3;
const HOUR: Millis = Millis::from_mins(60);

/// Each kind of limit, all so tight that they are reached.
fn rules() -> Rules {
    let day = |id: &str, max| Limit::orders(id, max, Schedule::moscow_day());
    let sliding = Sliding {
        length: Millis(6 * HOUR.0),
        step: HOUR,
    };
    let limits = vec![
        day("videos", 6),
        Limit {
            measure: Measure::Tokens,
            ..day("tokens", 330_000)
        },
        Limit {
            span: Span::Sliding(sliding),
            ..day("slow", 4)
        },
        Limit {
            span: Span::Open,
            ..day("open", 2)
        },
        Limit {
            measure: Measure::MicroUsd,
            whose: Whose::All { shards: 2 },
            ..day("spend", 24)
        },
        Limit {
            mode: Mode::Monitor,
            ..day("watched", 1)
        },
    ];
    Rules {
        signup_credits: Credits(100),
        active_jobs_max: 9,
        limits,
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(90),
    }
}

fn model() -> Model {
    let price = Price {
        tokens: 50_000,
        micro_usd: 2,
        ..Price::new(5, Credits(1))
    };
    Model {
        id: domain::id::ModelId("kling-3.0".into()),
        title: "Kling".into(),
        provider: "kie".into(),
        makes: domain::catalog::Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        enabled: true,
        text: true,
        image: false,
        prices: vec![price],
        aspects: vec![Aspect::Portrait],
        prompt_chars_min: 1,
        prompt_chars_max: 99,
        typical: Millis::from_mins(1),
        poll_after: Millis::from_mins(2),
        render_max: Millis::from_mins(10),
        limits: vec![],
        unlimited: None,
        requires: vec![],
        sample: None,
    }
}

/// What a run did, so that a run in which nothing happens is noticed.
#[derive(Debug, Default)]
struct Done {
    admitted: usize,
    refused: usize,
    overtaken: usize,
    settled: usize,
    repeated: usize,
    used: usize,
    given_back: usize,
}

struct Run {
    scene: Scene,
    rng: Rng,
    rules: Rules,
    model: Model,
    now: Timestamp,
    open: Vec<Job>,
    uses: Vec<Use>,
    /// What was read a while ago, by user.
    remembered: Vec<(UserId, Counts)>,
    done: Done,
}

impl Run {
    async fn new(seed: u64) -> Self {
        let scene = Scene::new().await;
        for user in 0..USERS {
            let opened = scene
                .store
                .open_account(UserId(100 + user), Credits(100), "ru", NOW, soon());
            opened.await.unwrap().expect("a newcomer");
        }
        Self {
            scene,
            rng: Rng::with_seed(seed),
            rules: rules(),
            model: model(),
            now: NOW,
            open: Vec::new(),
            uses: Vec::new(),
            remembered: Vec::new(),
            done: Done::default(),
        }
    }

    fn rows(&self) -> Vec<WindowKey> {
        self.rules
            .limits
            .iter()
            .flat_map(|limit| limit.rows(self.now))
            .collect()
    }

    async fn order(&mut self) {
        let user = UserId(100 + self.rng.i64(0..USERS));
        let read = self.scene.store.counts(user, &self.rows()).await.unwrap();
        // Sometimes it is decided on what was read a while ago: another device, or a slow one.
        let stale = self.remembered.iter().position(|(whose, _)| *whose == user);
        let counts = match stale {
            Some(place) if self.rng.bool() => self.remembered.swap_remove(place).1,
            _ => read.clone(),
        };
        self.remembered.push((user, read));
        let draft = self.draft();
        self.scene.store.put_draft(user, &draft, soon()).await.unwrap();
        let account = self.account(user).await;
        let start = self.rng.u16(..);
        let price = self.model.price_row(5, domain::video::Quality::Standard);
        let usages: Vec<_> = limits_touched(&self.rules, Some(&self.model), None, &[])
            .map(|limit| limit.usage(amount(limit.measure, price), &counts, start, self.now))
            .collect();
        let admission = admit(&Request {
            account: &account,
            nonce: &draft.nonce,
            revision: draft.revision,
            model: Some(&self.model),
            new_jobs: true,
            rules: &self.rules,
            moderation: &domain::moderation::Moderation::default(),
            plan: None,
            denied: None,
            costs: &Costs::default(),
            usages: &usages,
            place: domain::account::Place {
                chat: ChatId(user.0),
                message: MessageId(1),
            },
            locale: "ru",
            now: self.now,
            words: None,
        });
        let Ok(admission) = admission else {
            self.done.refused += 1;
            return;
        };
        match self.scene.store.admit(&admission, soon()).await {
            Ok(()) => {
                self.done.admitted += 1;
                self.open.push(admission.job.clone());
                // The answer was lost, and it is tried again.
                if self.rng.u8(0..4) == 0 {
                    let again = self.scene.store.admit(&admission, soon()).await;
                    assert!(matches!(again, Err(NotAdmitted::AlreadyAdmitted)), "{again:?}");
                    self.done.repeated += 1;
                }
            }
            Err(NotAdmitted::Changed { .. }) => self.done.overtaken += 1,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn draft(&mut self) -> Draft {
        Draft {
            nonce: Nonce::from_random(std::array::from_fn::<u8, NONCE_CHARS, _>(|_| self.rng.u8(..))),
            ..bench::draft()
        }
    }

    async fn account(&self, user: UserId) -> domain::account::Account {
        let row = self
            .scene
            .db
            .get(&self.scene.tables.accounts, rows::account_key(user), true);
        rows::read_account(&row.await.unwrap().unwrap()).unwrap()
    }

    async fn go_on(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let job = self.open.swap_remove(self.rng.usize(..self.open.len()));
        let event = self.event(&job);
        let Ok(change) = job.apply(event, self.now) else {
            self.open.push(job);
            return;
        };
        let applied = self.scene.store.apply(&job, &change, soon()).await.unwrap();
        assert_eq!(applied, Applied::Written);
        if self.rng.u8(0..4) == 0 {
            let again = self.scene.store.apply(&job, &change, soon()).await.unwrap();
            assert!(matches!(again, Applied::Moved(_)), "{again:?}");
            self.done.repeated += 1;
        }
        if change.settlement.is_some() {
            self.done.settled += 1;
        } else {
            self.open.push(change.after);
        }
    }

    fn event(&mut self, job: &Job) -> Event {
        let late = self.rng.u8(0..6) == 0;
        match job.stage {
            _ if late => Event::TimeUp,
            Stage::Queued if self.rng.u8(0..4) == 0 => Event::Cancel,
            Stage::Queued => Event::Claim {
                lease_until: self.now.after(Millis(60_000)),
                way: None,
            },
            Stage::Submitting if self.rng.u8(0..3) == 0 => Event::Rejected {
                failure: Failure::Moderation,
            },
            Stage::Submitting if self.rng.u8(0..4) == 0 => Event::OutcomeUnknown { can_ask: true },
            Stage::Unknown => self.about_the_lost(job),
            Stage::Submitting => Event::Accepted {
                fence: job.fence,
                task: domain::id::TaskId("task".into()),
            },
            Stage::Running => Event::Succeeded {
                file: domain::job::RenderedFile {
                    url: "https://x/1.mp4".into(),
                    bytes: 1_000_000,
                    billed_milli: None,
                },
                deliver_until: self.now.after(Millis(60_000)),
            },
            Stage::Rendered if self.rng.bool() => Event::Stored {
                file: FileId("kept".into()),
            },
            Stage::Stored => Event::Park,
            _ => Event::Delivered { file: None },
        }
    }

    /// What may be heard of a submission whose answer was lost.
    fn about_the_lost(&mut self, job: &Job) -> Event {
        let (fence, jitter) = (job.fence, Jitter(500));
        match self.rng.u8(0..4) {
            0 => Event::Accepted {
                fence,
                task: domain::id::TaskId("found".into()),
            },
            1 => Event::HorizonPassed { jitter },
            2 => Event::NotTold {
                retry_after: None,
                jitter,
            },
            _ => Event::SurelyAbsent { fence, jitter },
        }
    }

    /// Uses without an order, against the same limits.
    async fn use_it(&mut self) {
        let user = UserId(100 + self.rng.i64(0..USERS));
        let counts = self.scene.store.counts(user, &self.rows()).await.unwrap();
        let (amount, start) = (self.rng.u64(1..3), self.rng.u16(..));
        let limits = self.rules.limits.iter();
        let usages: Vec<_> = limits
            .map(|limit| limit.usage(amount, &counts, start, self.now))
            .collect();
        if usages.iter().any(Usage::forbids) {
            self.done.refused += 1;
            return;
        }
        let how: Vec<_> = usages.iter().map(|usage| usage.reservation(self.now)).collect();
        let noted = Use {
            id: UseId::of(std::array::from_fn::<u8, USE_ID_BYTES, _>(|_| self.rng.u8(..))),
            user,
            feature: "chat".into(),
            amount,
            by: "key#site".into(),
            counted: how.iter().map(|one| one.counted.clone()).collect(),
            at: self.now,
            released_at: None,
            answer: String::new(),
        };
        let using = self.scene.store.count_use(&noted, &how, soon()).await.unwrap();
        assert_eq!(using, Using::Counted);
        self.done.used += 1;
        if self.rng.bool() {
            let again = self.scene.store.count_use(&noted, &how, soon()).await.unwrap();
            assert_eq!(again, Using::Before(Box::new(noted.clone())));
        }
        self.uses.push(noted);
    }

    async fn give_back(&mut self) {
        if self.uses.is_empty() {
            return;
        }
        let noted = self.uses.swap_remove(self.rng.usize(..self.uses.len()));
        let back = self.scene.store.release_use(&noted, self.now, soon()).await;
        assert_eq!(back.unwrap(), GivenBack::Now);
        self.done.given_back += 1;
        if self.rng.bool() {
            let again = self.scene.store.release_use(&noted, self.now, soon()).await;
            assert!(matches!(again.unwrap(), GivenBack::Before(_)));
        }
    }

    async fn check(&self) {
        let books = self.scene.store.read_books().await.unwrap();
        assert_eq!(domain::audit::violations(&books), vec![], "{:?}", self.done);
        let mut shared: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for ((owner, row), count) in &books.usage {
            let limit = self
                .rules
                .limits
                .iter()
                .find(|limit| row.starts_with(&format!("{}#", limit.id)));
            let limit = limit.unwrap();
            let counts = Counts::from([(row.clone(), count.clone())]);
            let used = used_now(limit, count, self.now);
            let max = match limit.whose {
                Whose::Each => limit.max,
                // One more or less on each; all of them together hold no more than all of it.
                Whose::All { shards } => {
                    let window = row.split_once('@').unwrap().0;
                    let (sum, max) = shared.entry(window).or_default();
                    (*sum, *max) = (*sum + used, limit.max);
                    limit.max.div_ceil(u64::from(shards))
                }
            };
            if limit.mode == Mode::Hard {
                assert!(used <= max, "{owner} {row}: {used} of {max}, {counts:?}");
            }
        }
        for (window, (sum, max)) in shared {
            assert!(sum <= max, "{window}: {sum} of {max} on all rows");
        }
    }
}

/// What a row counts now: of a sliding window, what is not older than it.
fn used_now(limit: &Limit, count: &Count, now: Timestamp) -> u64 {
    let Span::Sliding(sliding) = limit.span else {
        return count.used;
    };
    let recent = |began: i64| now < sliding.forgets_at(Timestamp::from_seconds(began));
    let steps = count.steps.iter().filter(|(began, _)| recent(**began));
    steps.map(|(_, used)| *used).sum()
}

#[tokio::test]
async fn no_order_of_events_passes_a_limit_or_loses_a_credit() {
    for seed in 0..3 {
        let mut run = Run::new(seed).await;
        for step in 0..224 {
            match run.rng.u8(0..10) {
                0..=3 => run.order().await,
                4..=6 => run.go_on().await,
                7 => run.use_it().await,
                8 => run.give_back().await,
                _ => run.now = run.now.after(Millis(run.rng.i64(1..90) * 60_000)),
            }
            if step % 16 == 0 {
                run.check().await;
            }
        }
        run.check().await;
        let Done {
            admitted,
            refused,
            overtaken,
            settled,
            repeated,
            used,
            given_back,
        } = run.done;
        let least = [admitted, refused, overtaken, settled, repeated, used, given_back]
            .into_iter()
            .min();
        assert!(least >= Some(3), "seed {seed}: {:?}", run.done);
    }
}
