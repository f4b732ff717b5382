//! Sound books, and one thing after another that must not be.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use super::*;
use crate::account::{Balance, Draft, Place};
use crate::ai_request::{AiRequest, Costing, Status};
use crate::catalog::Rules;
use crate::id::{ChatId, Fence, FileId, MessageId, ModelId, NONCE_CHARS, Nonce, TaskId};
use crate::job::{Event, Failure, LEASE_SLACK, Mark, Order, Rule};
use crate::limit::Counted;
use crate::time::{Jitter, Millis};
use crate::uses::{USE_ID_BYTES, Use, UseId};
use crate::video::Aspect;

const USER: UserId = UserId(7);
const START: Timestamp = Timestamp(1_795_251_600_000);

fn window() -> Counted {
    Counted::parse("videos#1795197600").unwrap()
}

fn used(used: u64) -> Count {
    Count {
        used,
        ..Count::default()
    }
}

/// The key of a counter's row in the books.
fn row(key: &str) -> (UserId, String) {
    (USER, key.to_owned())
}

const WINDOW: &str = "videos#1795197600";

fn job(number: u8) -> Job {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: crate::catalog::Makes::Video,
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
        render_max: Millis::from_mins(25),
        plan: None,
        costing: None,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(9),
        active_jobs_max: 2,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(60),
    };
    let id = JobId {
        user: USER,
        nonce: Nonce::from_random([number; NONCE_CHARS]),
    };
    let place = Place {
        chat: ChatId(7),
        message: MessageId(9),
    };
    Job::accepted(id, order, Credits(2), vec![window()], place, &rules, START)
}

fn after(job: Job, events: impl IntoIterator<Item = Event>) -> Job {
    let step = |job: Job, event: Event| {
        let now = job.due_at.unwrap_or(START);
        job.apply(event, now).unwrap().after
    };
    events.into_iter().fold(job, step)
}

fn claim() -> Event {
    Event::Claim {
        lease_until: START,
        way: None,
    }
}

fn accepted(fence: u32) -> Event {
    Event::Accepted {
        fence: Fence(fence),
        task: TaskId("task".into()),
    }
}

/// A job that is running at its second attempt.
fn running() -> Job {
    let again = Event::NotAccepted {
        retry_after: None,
        jitter: Jitter(0),
    };
    after(job(1), [claim(), again, claim(), accepted(2)])
}

/// A job that came to nothing.
fn failed() -> Job {
    let failure = Failure::Moderation;
    after(job(2), [claim(), Event::Rejected { failure }])
}

fn draft(nonce: u8) -> Draft {
    Draft {
        nonce: Nonce::from_random([nonce; NONCE_CHARS]),
        revision: 1,
        prompt: "a hedgehog".into(),
        photo: None,
        model: ModelId("kling-3.0".into()),
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: crate::video::Quality::Standard,
        created_at: START,
        source: None,
        voice: None,
        wish: None,
        before: None,
    }
}

fn entry(key: Key, amount: u32) -> Entry {
    Entry {
        key,
        amount: Credits(amount),
        at: START,
    }
}

/// Nine credits were given; two are held for a running job, and a failed one has given its two back.
fn books() -> Books {
    let (running, failed) = (running(), failed());
    let balance = Balance {
        available: Credits(7),
        held: Credits(2),
        captured: Credits(0),
        granted: Credits(9),
        ..Balance::default()
    };
    let account = Account {
        balance,
        active_jobs: [running.id.clone()].into(),
        draft: Some(draft(3)),
        ..Account::new(USER)
    };
    let entries = vec![
        entry(Key::Signup, 9),
        entry(Key::Hold(running.id.clone()), 2),
        entry(Key::Hold(failed.id.clone()), 2),
        entry(Key::Release(failed.id.clone()), 2),
    ];
    Books {
        accounts: vec![account],
        ledger: [(USER, entries)].into(),
        jobs: vec![running, failed],
        usage: [(row(WINDOW), used(1))].into(),
        ..Books::default()
    }
}

/// The invariants that are broken when the books are changed so.
#[track_caller]
fn broken_by(change: impl FnOnce(&mut Books)) -> Vec<&'static str> {
    let mut books = books();
    change(&mut books);
    let mut found: Vec<&str> = violations(&books).iter().map(|it| it.invariant).collect();
    found.dedup();
    found
}

#[test]
fn sound_books_are_found_sound() {
    assert_eq!(violations(&books()), []);
}

#[test]
fn sums_that_do_not_add_up_or_that_the_ledger_does_not_say_are_found() {
    assert_eq!(
        broken_by(|books| books.accounts[0].balance.available = Credits(8)),
        ["I1", "I14"]
    );
    assert_eq!(
        broken_by(|books| {
            let balance = &mut books.accounts[0].balance;
            (balance.available, balance.granted) = (Credits(8), Credits(10));
        }),
        ["I14"]
    );
}

#[test]
fn a_number_below_nothing_is_found_and_a_row_that_cannot_be_read_too() {
    let bad = |number| BadRow {
        row: "account 9".into(),
        attribute: "held",
        number,
    };
    let found = |number| {
        let mut books = books();
        books.bad_rows.push(bad(number));
        violations(&books)[0].to_string()
    };
    assert_eq!(found(Some(-1)), "I2: account 9: held is -1");
    assert_eq!(found(None), "row: account 9: held cannot be read");
    let spent = broken_by(|books| {
        let key = Key::Capture(books.jobs[1].id.clone());
        books.ledger.get_mut(&USER).unwrap().push(entry(key, 3));
    });
    assert_eq!(spent, ["I2", "I4"], "more was spent than held");
}

#[test]
fn holds_and_slots_are_those_of_the_open_jobs() {
    assert_eq!(broken_by(|books| books.accounts[0].active_jobs.clear()), ["I3"]);
    let held = broken_by(|books| {
        let balance = &mut books.accounts[0].balance;
        (balance.available, balance.held) = (Credits(6), Credits(3));
    });
    assert_eq!(held, ["I14", "I3"]);
}

#[test]
fn a_job_has_one_hold_and_is_settled_once_if_and_only_if_it_is_final() {
    let twice = broken_by(|books| {
        let key = Key::Hold(books.jobs[0].id.clone());
        books.ledger.get_mut(&USER).unwrap().push(entry(key, 0));
    });
    assert_eq!(twice, ["I4"]);
    let open = broken_by(|books| {
        let key = Key::Release(books.jobs[0].id.clone());
        books.ledger.get_mut(&USER).unwrap().push(entry(key, 0));
    });
    assert_eq!(open, ["I4"]);
    let orphan = broken_by(|books| {
        let key = Key::Hold(job(9).id);
        books.ledger.get_mut(&USER).unwrap().push(entry(key, 0));
    });
    assert_eq!(orphan, ["I4"]);
}

#[test]
fn a_parked_video_has_a_file() {
    let parked = Job {
        stage: Stage::Parked,
        file: None,
        ..job(5)
    };
    let found: Vec<_> = wrong_with_job(&parked).iter().map(|it| it.invariant).collect();
    assert_eq!(found, ["I5", "I14"]);
    let file = Some(FileId("kept".into()));
    let found = wrong_with_job(&Job { file, ..parked });
    assert_eq!(found.len(), 1);
}

#[test]
fn a_draft_that_is_a_job_already_is_found() {
    assert_eq!(
        broken_by(|books| books.accounts[0].draft = Some(draft(1))),
        ["I10"]
    );
}

#[test]
fn a_counter_is_the_number_of_its_unreleased_jobs() {
    for count in [0, 2] {
        let wrong = broken_by(|books| {
            books.usage.insert(row(WINDOW), used(count));
        });
        assert_eq!(wrong, ["I13"]);
    }
    let nobodys = broken_by(|books| {
        books.usage.insert(row("videos#0"), used(1));
    });
    assert_eq!(nobodys, ["I13"]);
}

#[test]
fn a_use_without_an_order_is_counted_until_it_is_given_back() {
    let with_use = |released_at, count| {
        broken_by(|books| {
            books.uses.push(Use {
                id: UseId::of([1; USE_ID_BYTES]),
                user: USER,
                feature: "chat".into(),
                amount: 3,
                by: "key#site".into(),
                counted: vec![Counted::parse("chat#1795197600*3").unwrap()],
                at: START,
                released_at,
                answer: String::new(),
            });
            books.usage.insert(row("chat#1795197600"), used(count));
        })
    };
    assert_eq!(with_use(None, 3), Vec::<&str>::new());
    assert_eq!(with_use(Some(START), 0), Vec::<&str>::new());
    assert_eq!(with_use(None, 0), ["I13"]);
    assert_eq!(with_use(Some(START), 3), ["I13"]);
}

/// The books with another counter: the running job is counted there as well, and the failed one was.
fn counted_at(key: &str, count: Count) -> Vec<&'static str> {
    broken_by(|books| {
        let counted = Counted::parse(key).unwrap();
        let owner = counted.key.owner(USER);
        books.usage.insert((owner, counted.key.row().to_owned()), count);
        for job in &mut books.jobs {
            job.windows.push(counted.clone());
        }
    })
}

#[test]
fn amounts_steps_and_shards_are_counted_each_in_its_way() {
    let steps = |steps: &[(i64, u64)]| Count {
        steps: steps.iter().copied().collect(),
        ..Count::default()
    };
    let (right, wrong) = (Vec::<&str>::new(), vec!["I13"]);
    for (key, count, found) in [
        ("tokens#1795197600*50000", used(50_000), &right),
        ("tokens#1795197600*50000", used(1), &wrong),
        ("renders#open", used(1), &right),
        ("renders#open", used(2), &wrong),
        ("spend#1795197600@3*70", used(70), &right),
        ("spend#1795197600@3*70", used(140), &wrong),
        ("day#~1795197600", steps(&[(1_795_197_600, 1)]), &right),
        ("day#~1795197600", steps(&[(1_795_197_600, 2)]), &wrong),
        (
            "day#~1795197600",
            steps(&[(1_795_197_600, 1), (1_795_201_200, 0)]),
            &right,
        ),
        ("day#~1795197600", steps(&[(1_795_201_200, 0)]), &right),
        ("day#~1795197600", steps(&[]), &wrong),
        (
            "day#~1795197600",
            steps(&[(1_795_197_600, 1), (1_795_201_200, 1)]),
            &wrong,
        ),
    ] {
        assert_eq!(&counted_at(key, count.clone()), found, "{key} {count:?}");
    }
}

#[test]
fn a_counter_may_be_gone_when_it_is_old_enough_and_not_before() {
    let gone = |days: i64| {
        broken_by(|books| {
            books.usage.clear();
            books.read_at = Some(START.after(Millis::from_mins(days * 24 * 60 + 1)));
        })
    };
    assert_eq!(gone(34), ["I13"]);
    assert_eq!(gone(35), Vec::<&str>::new());
    assert_eq!(broken_by(|books| books.usage.clear()), ["I13"]);
    let wrong = broken_by(|books| {
        books.usage.insert(row(WINDOW), used(2));
        books.read_at = Some(START.after(Millis::from_mins(99 * 24 * 60)));
    });
    assert_eq!(wrong, ["I13"], "one that is there must be right");
}

#[test]
fn everybody_who_has_something_has_an_account() {
    assert_eq!(broken_by(|books| books.accounts.clear()), ["I14"]);
}

#[test]
fn an_open_job_has_a_wake_up() {
    assert_eq!(broken_by(|books| books.jobs[0].due_at = None), ["I17"]);
}

/// What is found when the running job's timeline is changed so.
fn timeline(change: impl FnOnce(&mut Vec<Mark>)) -> String {
    let mut job = running();
    change(&mut job.timeline);
    let found: Vec<String> = wrong_with_job(&job).iter().map(ToString::to_string).collect();
    found.join("\n")
}

#[test]
fn a_timeline_begins_with_the_acceptance() {
    assert!(timeline(Vec::clear).contains("begins with None"));
    assert!(timeline(|marks| marks.rotate_left(1)).contains("begins with"));
    assert!(timeline(|marks| marks[0].at.0 += 1).contains("begins with"));
}

#[test]
fn a_timeline_has_only_steps_that_there_are() {
    let steps = [
        |marks: &mut Vec<Mark>| marks[1].rule = Rule::T3,
        |marks: &mut Vec<Mark>| marks[1].stage = Stage::Unknown,
        |marks: &mut Vec<Mark>| marks.swap(1, 2),
        |marks: &mut Vec<Mark>| marks.insert(1, marks[0]),
        |marks: &mut Vec<Mark>| marks[4].rule = Rule::T8,
    ];
    for step in steps {
        let found = timeline(step);
        assert!(found.contains("a step that there is not"), "{found}");
    }
}

#[test]
fn submissions_are_numbered_one_by_one() {
    for (mark, fence) in [(1, 2), (2, 2), (3, 1), (3, 3), (4, 3)] {
        let found = timeline(|marks| marks[mark].fence = Fence(fence));
        assert!(found.contains("numbered one by one"), "{mark} {fence}: {found}");
    }
}

#[test]
fn time_goes_on_in_a_timeline_give_or_take_what_clocks_differ() {
    let back = |span: i64| timeline(|marks| marks[4].at = Timestamp(marks[3].at.0 - span));
    assert_eq!(back(LEASE_SLACK.0), "");
    assert!(back(LEASE_SLACK.0 + 1).contains("goes back in time"));
}

#[test]
fn a_job_stands_where_its_timeline_ends() {
    assert!(timeline(|marks| marks.truncate(4)).contains("its timeline ends with"));
}

/// Books in which the orders are in the log, as they are to be.
fn logged(change: impl FnOnce(&mut Books)) -> String {
    let mut books = books();
    for job in &mut books.jobs {
        job.order.costing = Some(Costing {
            kept: Millis(1_000),
            ..Costing::default()
        });
    }
    books.log = Some(books.jobs.iter().filter_map(AiRequest::of).collect());
    change(&mut books);
    let found: Vec<String> = violations(&books).iter().map(ToString::to_string).collect();
    found.join("\n")
}

/// Something that the log must not say.
type Slip = fn(&mut Vec<AiRequest>);

fn log(books: &mut Books) -> &mut Vec<AiRequest> {
    books.log.as_mut().unwrap()
}

#[test]
fn the_log_says_of_every_order_what_its_job_says() {
    assert_eq!(logged(|_| ()), "");
    let waits = |books: &mut Books| log(books)[0].status = Status::TimeoutWaiting;
    assert_eq!(logged(waits), "", "it waited once, and goes on");
    let changes: [(Slip, &str); 8] = [
        (|log| drop(log.remove(0)), "it is not in the log"),
        (|log| drop(log.remove(1)), "it is not in the log"),
        (
            |log| log[0].status = Status::Completed,
            "it is open, and the log says",
        ),
        (|log| log[0].credits = Credits(1), "it is open, and the log says"),
        (|log| log[1].status = Status::Pending, "and the job"),
        (|log| log[1].credits = Credits(2), "and the job"),
        (|log| log[1].attempts = 9, "and the job"),
        (|log| log[1].id = log[0].id.replace('7', "8"), "which is no job"),
    ];
    for (change, told) in changes {
        let found = logged(|books| change(log(books)));
        assert!(found.contains("I21") && found.contains(told), "{told}: {found}");
    }
    let prompts = |books: &mut Books| {
        for line in log(books) {
            line.prompt = Some("a hedgehog".into());
        }
    };
    assert_eq!(logged(prompts), "", "words are no part of a job's end");
    let older = |books: &mut Books| log(books)[1].asked = None;
    assert_eq!(logged(older), "", "it is from before that was noted");
    let other = |books: &mut Books| log(books)[1].asked.as_mut().unwrap().with_photo ^= true;
    assert!(
        logged(other).contains("and the job"),
        "and where it was, it agrees"
    );
    let both = logged(|books| {
        prompts(books);
        log(books)[0].credits = Credits(1);
        log(books)[1].attempts = 9;
    });
    assert!(both.lines().count() == 2 && !both.contains("hedgehog"), "{both}");
}

#[test]
fn while_a_customer_is_being_forgotten_the_log_may_still_have_what_their_orders_have_no_more() {
    let erased = |minutes: i64, silenced: bool| {
        logged(|books| {
            log(books)[1].result = Some("a file".into());
            if silenced {
                books.jobs[1].order.prompt.clear();
                books.jobs[1].order.image = None;
            }
            let user = books.jobs[1].id.user;
            let mut accounts = books.accounts.iter_mut();
            accounts.find(|account| account.user == user).unwrap().erased_at = Some(START);
            books.read_at = Some(START.after(Millis::from_mins(minutes)));
        })
    };
    let wrong = |found: String| found.contains("and the job");
    assert!(!wrong(erased(59, true)));
    assert!(wrong(erased(60, true)), "by then it is gone");
    assert!(wrong(erased(59, false)), "nothing of this order was deleted");
}

#[test]
fn a_line_that_has_aged_out_is_missed_by_nobody() {
    let gone = |after: i64| {
        logged(|books| {
            log(books).clear();
            books.read_at = Some(START.after(Millis(after)));
        })
    };
    assert!(gone(1_000).contains("not in the log"));
    assert!(!gone(1_001).contains("not in the log"));
}
