//! Every condition of every write, alone: the row is made to break just that one, and the write must be refused and
//! change nothing. `tests/GUARDS.md` lists them; `tests/guard_mutants.py` removes each from the code and shows which of
//! these tests notices.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here fails the test"
)]

#[path = "guards/accounts.rs"]
mod accounts;
#[path = "guards/bench.rs"]
mod bench;
#[path = "guards/broadcasts.rs"]
mod broadcasts;
#[path = "guards/erase.rs"]
mod erase;
#[path = "guards/limits.rs"]
mod limits;
#[path = "guards/live.rs"]
mod live;
#[path = "guards/payments.rs"]
mod payments;
#[path = "guards/report.rs"]
mod report;
#[path = "guards/requests.rs"]
mod requests;
#[path = "guards/rewards.rs"]
mod rewards;
#[path = "guards/urgent.rs"]
mod urgent;
#[path = "guards/uses.rs"]
mod uses;
#[path = "guards/waiting.rs"]
mod waiting;
#[path = "guards/words.rs"]
mod words;

use std::collections::BTreeSet;

use domain::account::{Account, Draft, Place};
use domain::id::{ChatId, JobId, MessageId, UserId};
use domain::job::{Event, Rule, Stage};
use domain::ledger::Key;
use domain::limit::{Counted, Counts};
use domain::money::Credits;
use domain::time::Millis;
use store::{Adjusted, Applied, Drafted, Error, NotAdmitted, rows};
use table::{Write, n, s};

use bench::*;

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
async fn t1_nothing_is_owed() {
    let scene = Scene::new().await;
    scene.account(|write| write.set("debt", n(1))).await;
    let NotAdmitted::Changed {
        account: Some(account),
        ..
    } = scene.refuses_to_admit().await
    else {
        panic!("by the account")
    };
    assert_eq!(account.balance.debt, Credits(1));
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
    assert_eq!(used, Counts::from([(WINDOW.to_owned(), counted(5))]));
    scene.count(4).await;
    scene.store.admit(&admission(), soon()).await.unwrap();
}

// ------------------------------------------------------------------------------------------ T2 to T15, the job

#[test]
fn every_rule_and_every_stage_in_which_a_job_can_be_late_is_here() {
    let rules: BTreeSet<Rule> = every_change().into_iter().map(|(rule, _, _)| rule).collect();
    // T16 is of orders for words alone: `guards/words.rs`.
    let elsewhere = [Rule::T1, Rule::T16];
    let after_the_first = Rule::ALL.into_iter().filter(|rule| !elsewhere.contains(rule));
    assert_eq!(rules, after_the_first.collect());
    let late = every_change()
        .into_iter()
        .filter(|(rule, _, _)| *rule == Rule::T15);
    // A stored video is charged and never given back for being late.
    let open = Stage::ALL
        .into_iter()
        .filter(|stage| !stage.is_final() && *stage != Stage::Stored);
    let late: BTreeSet<Stage> = late.map(|(_, stage, _)| stage).collect();
    assert_eq!(late, open.collect());
}

#[tokio::test]
async fn every_change_is_written_when_its_guards_hold() {
    for (rule, stage, event) in every_change() {
        let (scene, job) = Scene::with_job(stage).await;
        let change = change(&job, event);
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
            Rule::T6 => matches!(event, Event::LeaseExpired { .. }),
            _ => false,
        };
        if takes {
            let (scene, job) = Scene::with_job(stage).await;
            let later = change(&job, event.clone()).at.0 + 1;
            scene.job(|write| write.set("due_at", n(later))).await;
            scene.overtakes(&job, event).await;
        }
    }
}

#[tokio::test]
async fn a_wait_does_not_undo_what_another_poll_decided() {
    let (scene, job) = Scene::with_job(Stage::Running).await;
    let sooner = job.due_at.unwrap().0 - 1;
    scene.job(|write| write.set("due_at", n(sooner))).await;
    scene.overtakes(&job, Event::CalledBack).await;
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
        change(&job, event.clone()).settlement.is_some()
    };
    every_change()
        .into_iter()
        .filter(|(_, stage, event)| settles(*stage, event))
        .collect()
}

#[test]
fn all_the_settling_transitions_are_here() {
    let rules: BTreeSet<Rule> = settlements().into_iter().map(|(rule, _, _)| rule).collect();
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
        books.usage.get(&(USER, WINDOW.to_owned())),
        Some(&counted(0)),
        "it went below nothing"
    );
    assert_eq!(books.accounts[0].balance.available, Credits(2));
}

#[tokio::test]
async fn a_lost_counter_does_not_keep_a_use_in_the_other_ones() {
    let (scene, mut job) = Scene::with_job(Stage::Queued).await;
    job.windows.insert(0, Counted::parse("aged-out").unwrap());
    let change = job.apply(Event::Cancel, NOW).unwrap();
    let applied = scene.store.apply(&job, &change, soon()).await.unwrap();
    assert_eq!(applied, Applied::Written);
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(
        books.usage.get(&(USER, WINDOW.to_owned())),
        Some(&counted(0)),
        "it stayed counted"
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
        .adjust(UserId(8), &gift("r1", Credits(5), "sorry", NOW), vec![], soon())
        .await;
    assert!(matches!(nobody, Err(Error::Unsound { .. })), "{nobody:?}");
    assert_eq!(scene.everything().await, before);
    let given = scene
        .store
        .adjust(USER, &gift("r1", Credits(5), "sorry", NOW), vec![], soon())
        .await
        .unwrap();
    assert_eq!(given, Adjusted::Given);
    let after = scene.everything().await;
    let later = NOW.after(Millis(1));
    let again = scene
        .store
        .adjust(USER, &gift("r1", Credits(5), "sorry", later), vec![], soon())
        .await
        .unwrap();
    assert_eq!(again, Adjusted::GivenBefore);
    assert_eq!(scene.everything().await, after);
}

#[tokio::test]
async fn a_draft_is_put_only_where_there_is_an_account() {
    let scene = Scene::new().await;
    let before = scene.everything().await;
    assert!(!scene.store.put_draft(UserId(8), &draft(), soon()).await.unwrap());
    scene.store.set_blocked(UserId(8), true, soon()).await.unwrap();
    for zone in [Some("Asia/Tomsk"), None] {
        scene.store.set_zone(UserId(8), zone, soon()).await.unwrap();
    }
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
        let stands = Drafted::Moved(Some(Box::new(draft())));
        let edited = scene.store.edit_draft(USER, &stale, &after, soon()).await;
        assert_eq!(edited.unwrap(), stands);
        let dropped = scene.store.drop_draft(USER, &stale, soon()).await;
        assert_eq!(dropped.unwrap(), stands);
    }
    assert_eq!(scene.everything().await, before);
}

// ------------------------------------------------------------------------------------------------ the audit

#[tokio::test]
async fn a_number_below_nothing_in_any_table_is_a_finding_and_hides_no_other() {
    let (scene, job) = Scene::with_job(Stage::Queued).await;
    let user = USER.0;
    scene.account(|write| write.set("held", n(-1))).await;
    scene.job(|write| write.set("cost", n(-1))).await;
    let usage = Write::update("test", &scene.tables.usage, rows::usage_key(USER, WINDOW));
    scene.db.write(usage.set("used", n(-1)), soon()).await.unwrap();
    let mut entry = rows::entry_item(USER, &Key::Adjust("r".into()), Credits(1), NOW);
    entry.insert("amount".into(), n(-1));
    let entry = Write::put("test", &scene.tables.ledger, entry);
    scene.db.write(entry, soon()).await.unwrap();
    let books = scene.store.read_books().await.unwrap();
    let violations = domain::audit::violations(&books);
    let found: Vec<String> = violations.iter().map(ToString::to_string).collect();
    for row in [
        format!("{} {user}: held is -1", scene.tables.accounts),
        format!("{} {} of {user}: cost is -1", scene.tables.jobs, job.id),
        format!("{} {} of {user}: used is -1", scene.tables.usage, WINDOW),
        format!("{} adjust#r of {user}: amount is -1", scene.tables.ledger),
    ] {
        assert!(found.contains(&format!("I2: {row}")), "{row}\n{found:#?}");
    }
}
