//! Every condition of every write, alone: the row is made to break just that one, and the write must be refused and
//! change nothing. `tests/GUARDS.md` lists them; `tests/guard_mutants.sh` removes each from the code and shows which of
//! these tests notices.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here fails the test"
)]

use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::account::{Account, Draft, Place};
use domain::admission::{Admission, Reservation, WindowKey};
use domain::catalog::Rules;
use domain::id::{ChatId, Fence, FileId, JobId, MessageId, ModelId, NONCE_CHARS, Nonce, TaskId, UserId};
use domain::job::{Change, Event, Failure, Job, Order, Rule, Stage};
use domain::ledger::Key;
use domain::money::Credits;
use domain::time::{Jitter, Millis, Timestamp};
use domain::video::Aspect;
use local_lambda::{Aws, AwsOptions, Deployment, Service, Template};
use store::{Applied, Error, NotAdmitted, Store, Tables, rows};
use table::{Db, Deadline, Item, Write, n, s};

const USER: UserId = UserId(7);
const NOW: Timestamp = Timestamp(1_795_251_600_000);

/// The tables of the template, with one customer who has composed a draft.
struct Scene {
    _aws: Aws,
    db: Db,
    tables: Tables,
    store: Store,
}

impl Scene {
    async fn new() -> Self {
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
        };
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("Operator", "local", None, None, "guards"))
            .endpoint_url(aws.endpoint(Service::DynamoDb));
        let db = Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()));
        let store = Store::new(db.clone(), tables.clone());
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
        }
    }

    /// A customer with one job in a stage.
    async fn with_job(stage: Stage) -> (Self, Job) {
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
    async fn account(&self, edit: impl FnOnce(Write) -> Write) {
        let write = Write::update("test", &self.tables.accounts, rows::account_key(USER));
        self.db.write(edit(write), soon()).await.unwrap();
    }

    /// Changes an attribute of the job.
    async fn job(&self, edit: impl FnOnce(Write) -> Write) {
        let write = Write::update("test", &self.tables.jobs, rows::job_key(&admission().job.id));
        self.db.write(edit(write), soon()).await.unwrap();
    }

    /// Sets a counter.
    async fn count(&self, used: u32) {
        let write =
            Write::update("test", &self.tables.usage, rows::usage_key(USER, &window())).set("used", n(used));
        self.db.write(write, soon()).await.unwrap();
    }

    /// Puts an entry into the ledger.
    async fn entry(&self, key: Key) {
        let item = rows::entry_item(USER, &key, Credits(2), NOW);
        self.db
            .write(Write::put("test", &self.tables.ledger, item), soon())
            .await
            .unwrap();
    }

    /// Everything that stands in the tables.
    async fn everything(&self) -> Vec<String> {
        let mut found = Vec::new();
        for table in [
            &self.tables.accounts,
            &self.tables.ledger,
            &self.tables.usage,
            &self.tables.jobs,
        ] {
            for item in self.db.scan(table, None).await.unwrap().items {
                found.push(sorted(&item));
            }
        }
        found.sort();
        found
    }

    /// T1 must be refused and change nothing.
    async fn refuses_to_admit(&self) -> NotAdmitted {
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
    async fn overtakes(&self, job: &Job, event: Event) {
        let change = job.apply(event, NOW).unwrap();
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
    async fn refuses_to_settle(&self, job: &Job, event: Event) {
        let change = job.apply(event, NOW).unwrap();
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
fn sorted(item: &Item) -> String {
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

fn sorted_map(map: &Item) -> String {
    let mut members: Vec<String> = map
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    members.sort();
    members.join(" ")
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn nonce(number: u8) -> Nonce {
    Nonce::from_random([number; NONCE_CHARS])
}

fn window() -> WindowKey {
    WindowKey("videos#1795197600".into())
}

fn draft() -> Draft {
    Draft {
        nonce: nonce(1),
        revision: 3,
        prompt: "a hedgehog".into(),
        photo: None,
        model: ModelId("kling-3.0".into()),
        aspect: Aspect::Portrait,
        duration_s: 5,
        created_at: NOW,
    }
}

/// An order for both of the newcomer's credits, in one window with room for five.
fn admission() -> Admission {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        family: "kling-3.0".into(),
        prompt: "a hedgehog".into(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        locale: "ru".into(),
        typical: Millis::from_mins(1),
        // So long that what is due at once in these tests stays due.
        render_max: Millis(0),
    };
    let rules = Rules {
        new_jobs: true,
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
            key: window(),
            max: 5,
            ends_at: NOW.after(Millis::from_mins(60)),
        }],
        draft_revision: 3,
        active_jobs_max: 2,
    }
}

fn claim() -> Event {
    Event::Claim { lease_until: NOW }
}

fn accepted() -> Event {
    Event::Accepted {
        fence: Fence(1),
        task: TaskId("task".into()),
    }
}

fn succeeded() -> Event {
    Event::Succeeded {
        url: "https://x/1.mp4".into(),
        deliver_until: NOW,
    }
}

/// The events that lead a job to a stage.
fn way_to(stage: Stage) -> Vec<Event> {
    let stored = Event::Stored {
        file: FileId("kept".into()),
    };
    let rejected = Event::Rejected {
        failure: Failure::Moderation,
    };
    match stage {
        Stage::Queued => vec![],
        Stage::Submitting => vec![claim()],
        Stage::Unknown => vec![claim(), Event::OutcomeUnknown],
        Stage::Running => vec![claim(), accepted()],
        Stage::Rendered => vec![claim(), accepted(), succeeded()],
        Stage::Delivered => vec![claim(), accepted(), succeeded(), Event::Delivered { file: None }],
        Stage::Stored => vec![claim(), accepted(), succeeded(), stored],
        Stage::Parked => vec![claim(), accepted(), succeeded(), stored, Event::Park],
        Stage::Failed => vec![claim(), rejected],
        Stage::Canceled => vec![Event::Cancel],
    }
}

/// One event for every transition and for every change that stays in its stage, from the stage in which it happens.
fn every_change() -> Vec<(Rule, Stage, Event)> {
    let jitter = Jitter(0);
    let to = Place {
        chat: ChatId(7),
        message: MessageId(10),
    };
    vec![
        (Rule::T2, Stage::Queued, claim()),
        (Rule::T3, Stage::Submitting, accepted()),
        (Rule::T3, Stage::Unknown, accepted()),
        (
            Rule::T4,
            Stage::Submitting,
            Event::NotAccepted {
                retry_after: None,
                jitter,
            },
        ),
        (
            Rule::T5,
            Stage::Submitting,
            Event::Rejected {
                failure: Failure::Moderation,
            },
        ),
        (Rule::T6, Stage::Submitting, Event::OutcomeUnknown),
        (Rule::T6, Stage::Submitting, Event::LeaseExpired),
        (Rule::T7, Stage::Unknown, Event::HorizonPassed),
        (Rule::T8, Stage::Running, succeeded()),
        (
            Rule::T9,
            Stage::Running,
            Event::TaskFailed {
                failure: Failure::Provider,
                jitter,
            },
        ),
        (
            Rule::T9,
            Stage::Running,
            Event::TaskFailed {
                failure: Failure::Moderation,
                jitter,
            },
        ),
        (Rule::T10, Stage::Rendered, Event::Delivered { file: None }),
        (
            Rule::T11,
            Stage::Rendered,
            Event::CannotDeliver {
                failure: Failure::FileGone,
            },
        ),
        (
            Rule::T12,
            Stage::Rendered,
            Event::Stored {
                file: FileId("kept".into()),
            },
        ),
        (Rule::T13, Stage::Stored, Event::Park),
        (Rule::T14, Stage::Queued, Event::Cancel),
        (Rule::T15, Stage::Submitting, Event::TimeUp),
        (Rule::T15, Stage::Unknown, Event::TimeUp),
        (Rule::T15, Stage::Rendered, Event::TimeUp),
        (Rule::Wait, Stage::Running, Event::StillRunning),
        (
            Rule::Deliver,
            Stage::Rendered,
            Event::ClaimDelivery { deliver_until: NOW },
        ),
        (
            Rule::Postpone,
            Stage::Rendered,
            Event::PostponeDelivery {
                unsure: false,
                retry_after: None,
                jitter,
            },
        ),
        (
            Rule::Relink,
            Stage::Rendered,
            Event::Relinked {
                url: "https://x/2.mp4".into(),
            },
        ),
        (Rule::Move, Stage::Rendered, Event::Moved { to }),
        (Rule::Tell, Stage::Failed, Event::ClaimTelling { until: NOW }),
        (Rule::Told, Stage::Failed, Event::Told),
    ]
}

// ------------------------------------------------------------------------------------------------ T1, admission

#[tokio::test]
async fn t1_is_written_when_every_guard_holds() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books), vec![]);
    assert_eq!(
        (books.jobs.len(), books.accounts[0].balance.held),
        (1, Credits(2))
    );
}

#[tokio::test]
async fn t1_job_absent() {
    let scene = Scene::new().await;
    scene.job(|write| write.set("stage", s("DELIVERED"))).await;
    assert!(matches!(
        scene.refuses_to_admit().await,
        NotAdmitted::AlreadyAdmitted
    ));
}

#[tokio::test]
async fn t1_hold_absent() {
    let scene = Scene::new().await;
    scene.entry(Key::Hold(admission().job.id)).await;
    assert!(matches!(
        scene.refuses_to_admit().await,
        NotAdmitted::AlreadyAdmitted
    ));
}

#[tokio::test]
async fn t1_credits_suffice() {
    let scene = Scene::new().await;
    scene.account(|write| write.set("available", n(1))).await;
    let NotAdmitted::Changed {
        account: Some(account),
        ..
    } = scene.refuses_to_admit().await
    else {
        panic!("by the account")
    };
    assert_eq!(
        account.balance.available,
        Credits(1),
        "the refusal brings the truth"
    );
}

#[tokio::test]
async fn t1_a_slot_is_free() {
    let scene = Scene::new().await;
    let others = [nonce(2), nonce(3)].map(|nonce| JobId { user: USER, nonce }.to_string());
    // One set attribute takes one clause, so the two go in one after the other.
    scene
        .account(|write| write.insert("active", others[0].clone()))
        .await;
    scene
        .account(|write| write.insert("active", others[1].clone()))
        .await;
    let NotAdmitted::Changed {
        account: Some(account),
        ..
    } = scene.refuses_to_admit().await
    else {
        panic!("by the account")
    };
    assert_eq!(account.active_jobs.len(), 2);
}

#[tokio::test]
async fn t1_the_draft_is_the_one_that_was_tapped() {
    let scene = Scene::new().await;
    let other = Draft {
        nonce: nonce(2),
        ..draft()
    };
    scene.store.put_draft(USER, &other, soon()).await.unwrap();
    assert!(matches!(
        scene.refuses_to_admit().await,
        NotAdmitted::Changed { account: Some(_), .. }
    ));
}

#[tokio::test]
async fn t1_the_draft_is_as_it_was_shown() {
    let scene = Scene::new().await;
    let changed = Draft {
        revision: 4,
        ..draft()
    };
    scene.store.put_draft(USER, &changed, soon()).await.unwrap();
    assert!(matches!(
        scene.refuses_to_admit().await,
        NotAdmitted::Changed { account: Some(_), .. }
    ));
}

#[tokio::test]
async fn t1_every_window_has_room() {
    let scene = Scene::new().await;
    scene.count(5).await;
    let NotAdmitted::Changed { account: None, used } = scene.refuses_to_admit().await else {
        panic!("by the window")
    };
    assert_eq!(used, [(window(), 5)]);
    scene.count(4).await;
    scene.store.admit(&admission(), soon()).await.unwrap();
}

// ------------------------------------------------------------------------------------------ T2 to T15, the job

#[tokio::test]
async fn every_change_is_written_when_its_guards_hold() {
    for (rule, stage, event) in every_change() {
        let (scene, job) = Scene::with_job(stage).await;
        let change = job.apply(event, NOW).unwrap();
        assert_eq!(change.rule, rule);
        assert_eq!(
            scene.store.apply(&job, &change, soon()).await.unwrap(),
            Applied::Written,
            "{rule:?} from {stage:?}"
        );
        let stored = scene.store.jobs().get(&job.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&change.after), "{rule:?} from {stage:?}");
        assert_eq!(
            domain::audit::violations(&scene.store.read_books().await.unwrap()),
            vec![],
            "{rule:?} from {stage:?}"
        );
    }
}

#[tokio::test]
async fn every_change_is_refused_in_another_stage() {
    for (_, stage, event) in every_change() {
        let (scene, job) = Scene::with_job(stage).await;
        let other = if stage == Stage::Running {
            "UNKNOWN"
        } else {
            "RUNNING"
        };
        scene.job(|write| write.set("stage", s(other))).await;
        scene.overtakes(&job, event).await;
    }
}

#[tokio::test]
async fn every_change_is_refused_under_another_fence() {
    for (_, stage, event) in every_change() {
        let (scene, job) = Scene::with_job(stage).await;
        scene.job(|write| write.set("fence", n(job.fence.0 + 1))).await;
        scene.overtakes(&job, event).await;
    }
}

#[tokio::test]
async fn what_takes_a_job_that_is_due_is_refused_when_somebody_else_has_taken_it() {
    for (rule, stage, event) in every_change() {
        let takes = match rule {
            Rule::T2 | Rule::T7 | Rule::T15 | Rule::Deliver => true,
            Rule::T6 => event == Event::LeaseExpired,
            _ => false,
        };
        if takes {
            let (scene, job) = Scene::with_job(stage).await;
            scene.job(|write| write.set("due_at", n(NOW.0 + 1))).await;
            scene.overtakes(&job, event).await;
        }
    }
}

#[tokio::test]
async fn t3_no_task_is_named_yet() {
    for stage in [Stage::Submitting, Stage::Unknown] {
        let (scene, job) = Scene::with_job(stage).await;
        scene.job(|write| write.set("task", s("another"))).await;
        scene.overtakes(&job, accepted()).await;
    }
}

#[tokio::test]
async fn move_the_message_is_the_one_that_was_gone() {
    let (scene, job) = Scene::with_job(Stage::Rendered).await;
    scene.job(|write| write.set("message", n(11))).await;
    let to = Place {
        chat: ChatId(7),
        message: MessageId(10),
    };
    scene.overtakes(&job, Event::Moved { to }).await;
}

#[tokio::test]
async fn tell_nobody_else_is_telling() {
    let (scene, job) = Scene::with_job(Stage::Failed).await;
    scene.job(|write| write.set("tells", n(1))).await;
    scene.overtakes(&job, Event::ClaimTelling { until: NOW }).await;
}

// -------------------------------------------------------------------------------------------- settlements

/// The changes that settle, from their stages.
fn settlements() -> Vec<(Rule, Stage, Event)> {
    let settles = |stage: Stage, event: &Event| {
        let mut job = admission().job;
        for event in way_to(stage) {
            job = job.apply(event, NOW).unwrap().after;
        }
        job.apply(event.clone(), NOW)
            .is_ok_and(|change: Change| change.settlement.is_some())
    };
    every_change()
        .into_iter()
        .filter(|(_, stage, event)| settles(*stage, event))
        .collect()
}

#[test]
fn all_the_settling_transitions_are_here() {
    let rules: std::collections::BTreeSet<Rule> =
        settlements().into_iter().map(|(rule, _, _)| rule).collect();
    assert_eq!(
        rules,
        [
            Rule::T5,
            Rule::T7,
            Rule::T9,
            Rule::T10,
            Rule::T11,
            Rule::T13,
            Rule::T14,
            Rule::T15
        ]
        .into()
    );
}

#[tokio::test]
async fn a_settlement_is_refused_when_its_entry_stands_already() {
    for (rule, stage, event) in settlements() {
        let (scene, job) = Scene::with_job(stage).await;
        let captures = matches!(rule, Rule::T10 | Rule::T13);
        let key = if captures {
            Key::Capture(job.id.clone())
        } else {
            Key::Release(job.id.clone())
        };
        scene.entry(key).await;
        scene.refuses_to_settle(&job, event).await;
    }
}

#[tokio::test]
async fn a_settlement_is_refused_when_less_is_held_than_the_job_costs() {
    for (_, stage, event) in settlements() {
        let (scene, job) = Scene::with_job(stage).await;
        scene.account(|write| write.set("held", n(1))).await;
        scene.refuses_to_settle(&job, event).await;
    }
}

#[tokio::test]
async fn a_settlement_is_refused_when_the_job_has_no_slot() {
    for (_, stage, event) in settlements() {
        let (scene, job) = Scene::with_job(stage).await;
        scene
            .account(|write| write.delete("active", job.id.to_string()))
            .await;
        scene.refuses_to_settle(&job, event).await;
    }
}

#[tokio::test]
async fn a_counter_never_goes_below_nothing_and_never_keeps_a_credit_from_its_owner() {
    let (scene, job) = Scene::with_job(Stage::Queued).await;
    scene.count(0).await;
    let change = job.apply(Event::Cancel, NOW).unwrap();
    assert_eq!(
        scene.store.apply(&job, &change, soon()).await.unwrap(),
        Applied::Written
    );
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(
        books.usage.get(&(USER, window())),
        Some(&0),
        "it went below nothing"
    );
    assert_eq!(books.accounts[0].balance.available, Credits(2));
}

// -------------------------------------------------------------------------------------- accounts and drafts

#[tokio::test]
async fn signup_the_account_is_absent() {
    let scene = Scene::new().await;
    // An account whose gift is not in the ledger: only the account itself can refuse.
    let user = UserId(9);
    let item = rows::new_account_item(&Account::new(user), "ru", NOW);
    scene
        .db
        .write(Write::put("test", &scene.tables.accounts, item), soon())
        .await
        .unwrap();
    let before = scene.everything().await;
    let again = scene
        .store
        .open_account(user, Credits(2), "ru", NOW, soon())
        .await
        .unwrap();
    assert_eq!(again, None);
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn signup_the_gift_is_given_once_for_ever() {
    let scene = Scene::new().await;
    let newcomer = UserId(8);
    let entry = rows::entry_item(newcomer, &Key::Signup, Credits(2), NOW);
    scene
        .db
        .write(Write::put("test", &scene.tables.ledger, entry), soon())
        .await
        .unwrap();
    let before = scene.everything().await;
    let opened: Option<Account> = scene
        .store
        .open_account(newcomer, Credits(2), "ru", NOW, soon())
        .await
        .unwrap();
    assert_eq!(opened, None);
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_grant_needs_an_account_and_happens_once_per_request() {
    let scene = Scene::new().await;
    let before = scene.everything().await;
    let nobody = scene
        .store
        .adjust(UserId(8), "r1", Credits(5), "sorry", NOW, soon())
        .await;
    assert!(matches!(nobody, Err(Error::Unsound { .. })), "{nobody:?}");
    assert_eq!(scene.everything().await, before);
    assert!(
        scene
            .store
            .adjust(USER, "r1", Credits(5), "sorry", NOW, soon())
            .await
            .unwrap()
    );
    let after = scene.everything().await;
    let later = NOW.after(Millis(1));
    assert!(
        !scene
            .store
            .adjust(USER, "r1", Credits(5), "sorry", later, soon())
            .await
            .unwrap(),
        "the same request again"
    );
    assert_eq!(scene.everything().await, after);
}

#[tokio::test]
async fn a_draft_is_put_only_where_there_is_an_account() {
    let scene = Scene::new().await;
    let before = scene.everything().await;
    assert!(!scene.store.put_draft(UserId(8), &draft(), soon()).await.unwrap());
    scene.store.set_blocked(UserId(8), true, soon()).await.unwrap();
    scene
        .store
        .unpark(
            &JobId {
                user: UserId(8),
                nonce: nonce(1),
            },
            soon(),
        )
        .await
        .unwrap();
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_draft_is_edited_and_dropped_only_as_it_was_read() {
    let scene = Scene::new().await;
    let before = scene.everything().await;
    for stale in [
        Draft {
            nonce: nonce(2),
            ..draft()
        },
        Draft {
            revision: 2,
            ..draft()
        },
    ] {
        let after = Draft {
            revision: 9,
            ..draft()
        };
        assert!(
            !scene
                .store
                .edit_draft(USER, &stale, &after, soon())
                .await
                .unwrap()
        );
        assert!(!scene.store.drop_draft(USER, &stale, soon()).await.unwrap());
    }
    assert_eq!(scene.everything().await, before);
}
