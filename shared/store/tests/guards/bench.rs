//! A customer with a draft, an order in every stage, and ways to break just one condition.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::account::{Draft, Place};
use domain::admission::Admission;
use domain::ai_request::Costing;
use domain::catalog::Rules;
use domain::cost::MicroUsd;
use domain::id::{ChatId, Fence, FileId, JobId, MessageId, ModelId, NONCE_CHARS, Nonce, TaskId, UserId};
use domain::job::{ABSENCE_AFTER, Change, Event, Failure, Job, Order, RenderedFile, Rule, Stage};
use domain::ledger::Key;
use domain::limit::{Bound, Count, Counted, Reservation};
use domain::money::Credits;
use domain::time::{Jitter, Millis, Timestamp};
use domain::video::Aspect;
use local_lambda::{Aws, AwsOptions, Deployment, Service, Template};
use std::time::Duration;
use store::{
    Applied, BroadcastTables, Broadcasts, Error, Gift, NotAdmitted, PaymentTables, Payments, Store, Tables,
    rows,
};
use table::{Db, Deadline, Item, Write, n};

pub(crate) const USER: UserId = UserId(7);
pub(crate) const NOW: Timestamp = Timestamp(1_795_251_600_000);

/// The tables of the template, with one customer who has composed a draft.
pub(crate) struct Scene {
    _aws: Aws,
    pub(crate) db: Db,
    pub(crate) tables: Tables,
    pub(crate) store: Store,
    pub(crate) sold: PaymentTables,
    pub(crate) payments: Payments,
    pub(crate) broadcasts: Broadcasts,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let deployment = Deployment::default().with(
            "BotSecretArn",
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot",
        );
        let stack = Template::read(template.as_ref())
            .unwrap()
            .stack(&deployment)
            .unwrap();
        let aws = Aws::start(&stack, AwsOptions::default()).await.unwrap();
        let named = |logical: &str| aws.table_name(logical).unwrap().to_owned();
        let tables = Tables {
            accounts: named("AccountsTable"),
            ledger: named("LedgerTable"),
            usage: named("UsageTable"),
            jobs: named("JobsTable"),
            requests: named("AiRequestsTable"),
        };
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("Operator", "local", None, None, "guards"))
            .endpoint_url(aws.endpoint(Service::DynamoDb));
        let db = Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()));
        let store = Store::new(db.clone(), tables.clone());
        let sold = PaymentTables {
            payments: named("PaymentsTable"),
            accounts: tables.accounts.clone(),
            ledger: tables.ledger.clone(),
        };
        let payments = Payments::new(db.clone(), sold.clone());
        let told = BroadcastTables {
            broadcasts: named("BroadcastsTable"),
            accounts: tables.accounts.clone(),
        };
        let broadcasts = Broadcasts::new(db.clone(), told);
        store
            .open_account(USER, Credits(2), "ru", NOW, soon())
            .await
            .unwrap()
            .expect("a newcomer");
        store.put_draft(USER, &draft(), soon()).await.unwrap();
        Self {
            _aws: aws,
            db,
            tables,
            store,
            sold,
            payments,
            broadcasts,
        }
    }

    /// A customer with one job in a stage.
    pub(crate) async fn with_job(stage: Stage) -> (Self, Job) {
        let scene = Self::new().await;
        scene.store.admit(&admission(), soon()).await.unwrap();
        let mut job = admission().job;
        for event in way_to(stage) {
            let change = job.apply(event, NOW).unwrap();
            assert_eq!(
                scene.store.apply(&job, &change, soon()).await.unwrap(),
                Applied::Written
            );
            job = change.after;
        }
        assert_eq!(job.stage, stage);
        (scene, job)
    }

    /// Changes an attribute of the account, whatever the guards say.
    pub(crate) async fn account(&self, edit: impl FnOnce(Write) -> Write) {
        let write = Write::update("test", &self.tables.accounts, rows::account_key(USER));
        self.db.write(edit(write), soon()).await.unwrap();
    }

    /// Changes an attribute of the job.
    pub(crate) async fn job(&self, edit: impl FnOnce(Write) -> Write) {
        let write = Write::update("test", &self.tables.jobs, rows::job_key(&admission().job.id));
        self.db.write(edit(write), soon()).await.unwrap();
    }

    /// Sets a counter.
    pub(crate) async fn count(&self, used: u32) {
        let write =
            Write::update("test", &self.tables.usage, rows::usage_key(USER, WINDOW)).set("used", n(used));
        self.db.write(write, soon()).await.unwrap();
    }

    /// Puts an entry into the ledger.
    pub(crate) async fn entry(&self, key: Key) {
        let item = rows::entry_item(USER, &key, Credits(2), NOW);
        self.db
            .write(Write::put("test", &self.tables.ledger, item), soon())
            .await
            .unwrap();
    }

    /// Everything that stands in the tables.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let mut found = Vec::new();
        for table in [
            &self.tables.accounts,
            &self.tables.ledger,
            &self.tables.usage,
            &self.tables.jobs,
            &self.sold.payments,
        ] {
            for item in self.db.scan(table, None).await.unwrap().items {
                found.push(sorted(&item));
            }
        }
        found.sort();
        found
    }

    /// T1 must be refused and change nothing.
    pub(crate) async fn refuses_to_admit(&self) -> NotAdmitted {
        let before = self.everything().await;
        let refused = self
            .store
            .admit(&admission(), soon())
            .await
            .expect_err("it was admitted");
        assert_eq!(
            self.everything().await,
            before,
            "a refused admission changed something"
        );
        refused
    }

    /// A change must be refused as overtaken and change nothing.
    pub(crate) async fn overtakes(&self, job: &Job, event: Event) {
        let change = change(job, event);
        let before = self.everything().await;
        let outcome = self.store.apply(job, &change, soon()).await;
        assert!(
            matches!(outcome, Ok(Applied::Moved(_))),
            "{:?}: {outcome:?}",
            change.rule
        );
        assert_eq!(
            self.everything().await,
            before,
            "a refused change changed something"
        );
    }

    /// A settlement must be refused as unsound and change nothing.
    pub(crate) async fn refuses_to_settle(&self, job: &Job, event: Event) {
        let change = change(job, event);
        assert!(change.settlement.is_some());
        let before = self.everything().await;
        let outcome = self.store.apply(job, &change, soon()).await;
        assert!(
            matches!(outcome, Err(Error::Unsound { .. })),
            "{:?}: {outcome:?}",
            change.rule
        );
        assert_eq!(
            self.everything().await,
            before,
            "a refused settlement changed something"
        );
    }
}

/// An item in a form that can be compared: its attributes in order, and its sets too.
pub(crate) fn sorted(item: &Item) -> String {
    let mut attributes: Vec<String> = item
        .iter()
        .map(|(name, value)| match value.as_ss() {
            Ok(set) => {
                let mut set = set.clone();
                set.sort();
                format!("{name}={set:?}")
            }
            Err(_) => match value.as_m() {
                Ok(map) => format!("{name}={{{}}}", sorted_map(map)),
                Err(_) => format!("{name}={value:?}"),
            },
        })
        .collect();
    attributes.sort();
    attributes.join(" ")
}

pub(crate) fn sorted_map(map: &Item) -> String {
    let mut members: Vec<String> = map
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    members.sort();
    members.join(" ")
}

pub(crate) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

pub(crate) fn nonce(number: u8) -> Nonce {
    Nonce::from_random([number; NONCE_CHARS])
}

/// The row on which orders are counted.
pub(crate) const WINDOW: &str = "videos#1795197600";

pub(crate) fn window() -> Counted {
    Counted::parse(WINDOW).unwrap()
}

/// A row that counts so much.
pub(crate) fn counted(used: u64) -> Count {
    Count {
        used,
        ..Count::default()
    }
}

pub(crate) fn draft() -> Draft {
    Draft {
        nonce: nonce(1),
        revision: 3,
        prompt: "a hedgehog".into(),
        photo: None,
        model: ModelId("kling-3.0".into()),
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

/// An order for both of the newcomer's credits, in one window with room for five.
pub(crate) fn admission() -> Admission {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: domain::catalog::Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        prompt: "a hedgehog".into(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        locale: "ru".into(),
        typical: Millis::from_mins(1),
        poll_after: Millis::from_mins(2),
        // So long that what is due at once in these tests stays due.
        render_max: Millis(0),
        plan: None,
        quiet: false,
        costing: Some(Costing {
            expected: Some(MicroUsd(350_000)),
            billed_unit: Some(MicroUsd(5_000)),
            kopecks_per_usd: Some(8_000),
            kept: Millis::from_mins(60),
            ..Costing::default()
        }),
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(2),
        active_jobs_max: 2,
        limits: vec![],
        // So short that what came to nothing is not tried again, and settles.
        wait_max: Millis(1),
        settle_max: Millis(0),
    };
    let id = JobId {
        user: USER,
        nonce: nonce(1),
    };
    let place = Place {
        chat: ChatId(7),
        message: MessageId(9),
    };
    Admission {
        job: Job::accepted(id, order, Credits(2), vec![window()], place, &rules, NOW),
        reservations: vec![Reservation {
            counted: window(),
            bound: Bound::AtMost(4),
            forgotten: vec![],
            ends_at: NOW.after(Millis::from_mins(60)),
        }],
        draft_revision: 3,
        active_jobs_max: 2,
        standing_revision: 0,
        prompt_kept: Some("a hedge".into()),
    }
}

pub(crate) fn claim() -> Event {
    Event::Claim {
        lease_until: NOW,
        way: None,
    }
}

pub(crate) fn accepted() -> Event {
    Event::Accepted {
        fence: Fence(1),
        task: TaskId("task".into()),
    }
}

fn absent() -> Event {
    Event::SurelyAbsent {
        fence: Fence(1),
        jitter: JITTER,
    }
}

pub(crate) fn succeeded() -> Event {
    Event::Succeeded {
        file: RenderedFile {
            url: "https://x/1.mp4".into(),
            bytes: 1_000_000,
            billed_milli: None,
        },
        deliver_until: NOW,
    }
}

/// The events that lead a job to a stage.
pub(crate) fn way_to(stage: Stage) -> Vec<Event> {
    let stored = Event::Stored {
        file: FileId("kept".into()),
    };
    let rejected = Event::Rejected {
        failure: Failure::Moderation,
    };
    match stage {
        Stage::Queued => vec![],
        Stage::Submitting => vec![claim()],
        Stage::Unknown => vec![claim(), Event::OutcomeUnknown { can_ask: true }],
        Stage::Running => vec![claim(), accepted()],
        Stage::Rendered => vec![claim(), accepted(), succeeded()],
        Stage::Delivered => vec![claim(), accepted(), succeeded(), Event::Delivered { file: None }],
        Stage::Stored => vec![claim(), accepted(), succeeded(), stored],
        Stage::Parked => vec![claim(), accepted(), succeeded(), stored, Event::Park],
        Stage::Failed => vec![claim(), rejected],
        Stage::Canceled => vec![Event::Cancel],
    }
}

/// When a change can happen: its time is up when the job is due and no submission may begin any more.
fn moment(job: &Job, event: &Event) -> Timestamp {
    match (event, job.due_at) {
        (Event::TimeUp, Some(due_at)) => due_at.max(job.give_up_at),
        (Event::SurelyAbsent { .. }, _) => NOW.after(ABSENCE_AFTER),
        _ => NOW,
    }
}

/// What an event does to a job as soon as it can.
pub(crate) fn change(job: &Job, event: Event) -> Change {
    let at = moment(job, &event);
    job.apply(event, at).unwrap()
}

/// A change, the stage in which it happens, and what brings it about.
pub(crate) type Case = (Rule, Stage, Event);

/// One event for every transition and for every change that stays in its stage, from every stage in which it happens.
pub(crate) fn every_change() -> Vec<Case> {
    [submissions(), renders(), deliveries(), ends(), stays()].concat()
}

const JITTER: Jitter = Jitter(0);

fn submissions() -> Vec<Case> {
    let (jitter, failure) = (JITTER, Failure::Moderation);
    let not_accepted = Event::NotAccepted {
        retry_after: None,
        jitter,
    };
    vec![
        (Rule::T2, Stage::Queued, claim()),
        (Rule::T3, Stage::Submitting, accepted()),
        (Rule::T3, Stage::Unknown, accepted()),
        (Rule::T4, Stage::Submitting, not_accepted),
        (Rule::T5, Stage::Submitting, Event::Rejected { failure }),
        (
            Rule::T6,
            Stage::Submitting,
            Event::OutcomeUnknown { can_ask: true },
        ),
        (Rule::T6, Stage::Submitting, Event::LeaseExpired { can_ask: true }),
        (Rule::T7, Stage::Unknown, Event::HorizonPassed { jitter }),
        (Rule::T7, Stage::Unknown, absent()),
    ]
}

fn renders() -> Vec<Case> {
    let failed = |failure| Event::TaskFailed {
        failure,
        jitter: JITTER,
    };
    vec![
        (Rule::T8, Stage::Running, succeeded()),
        (Rule::T9, Stage::Running, failed(Failure::Provider)),
        (Rule::T9, Stage::Running, failed(Failure::Moderation)),
        (Rule::T9, Stage::Running, Event::NoSuchTask { jitter: JITTER }),
    ]
}

fn deliveries() -> Vec<Case> {
    let failure = Failure::FileGone;
    let file = FileId("kept".into());
    vec![
        (Rule::T10, Stage::Rendered, Event::Delivered { file: None }),
        (Rule::T11, Stage::Rendered, Event::CannotDeliver { failure }),
        (Rule::T12, Stage::Rendered, Event::Stored { file }),
        (Rule::T13, Stage::Stored, Event::Park),
    ]
}

/// By the customer, and by the clock.
fn ends() -> Vec<Case> {
    let open = [
        Stage::Queued,
        Stage::Submitting,
        Stage::Unknown,
        Stage::Running,
        Stage::Rendered,
    ];
    let mut ends = vec![(Rule::T14, Stage::Queued, Event::Cancel)];
    ends.extend(open.map(|stage| (Rule::T15, stage, Event::TimeUp)));
    ends
}

fn stays() -> Vec<Case> {
    let still_running = Event::StillRunning {
        called_back: false,
        jitter: JITTER,
    };
    let deliver = Event::ClaimDelivery { deliver_until: NOW };
    let postpone = Event::PostponeDelivery {
        unsure: false,
        retry_after: None,
        jitter: JITTER,
    };
    let not_told = Event::NotTold {
        retry_after: None,
        jitter: JITTER,
    };
    let tell_later = Event::PostponeTelling {
        retry_after: None,
        jitter: JITTER,
    };
    let to = Place {
        chat: ChatId(7),
        message: MessageId(10),
    };
    vec![
        (Rule::Wait, Stage::Running, Event::CalledBack),
        (Rule::Wait, Stage::Running, still_running),
        (Rule::Wait, Stage::Running, not_told),
        (Rule::Deliver, Stage::Rendered, deliver),
        (Rule::Postpone, Stage::Rendered, postpone),
        (Rule::Move, Stage::Rendered, Event::Moved { to }),
        (Rule::Tell, Stage::Failed, Event::ClaimTelling { until: NOW }),
        (Rule::Tell, Stage::Failed, tell_later),
        (Rule::Told, Stage::Failed, Event::Told),
    ]
}

/// Credits given on an operator's word.
pub(crate) fn gift<'a>(request: &'a str, amount: Credits, why: &'a str, now: Timestamp) -> Gift<'a> {
    Gift {
        request,
        amount,
        why,
        now,
    }
}
