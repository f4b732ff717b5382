//! What is written is what is read, for every attribute; and rows of the present schema stay readable for ever.

use std::collections::BTreeSet;

use domain::account::{Choice, Draft, Photo, Voice};
use domain::ai_request::{Costing, Source};
use domain::catalog::{Makes, Rules};
use domain::cost::{MicroUsd, Rate, Unit};
use domain::id::{NONCE_CHARS, Nonce};
use domain::job::{Answer, Event, Passed, RenderedFile, Sketch, Vain, Way};
use domain::ledger::{Entry, Key};
use domain::time::Jitter;
use domain::uses::{USE_ID_BYTES, Use, UseId};

use super::*;

mod log;

fn nonce(n: u8) -> Nonce {
    Nonce::from_random([n; NONCE_CHARS])
}

fn job() -> Job {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        prompt: "ёж 🦔".into(),
        image: Some(Image {
            file_id: "photo".into(),
        }),
        aspect: Aspect::Square,
        duration_s: 10,
        quality: Some(domain::video::Quality::High),
        locale: "ru".into(),
        typical: Millis(60_000),
        poll_after: Millis(120_000),
        render_max: Millis(900_000),
        plan: None,
        costing: None,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(2),
        active_jobs_max: 2,
        limits: vec![],
        wait_max: Millis(1),
        settle_max: Millis(2),
    };
    let place = Place {
        chat: ChatId(-100_500),
        message: MessageId(9),
    };
    let windows = vec![
        Counted::parse("videos#1").unwrap(),
        Counted::parse("model-kling-3.0-tokens#~1*50000").unwrap(),
    ];
    let id = JobId {
        user: UserId(7),
        nonce: nonce(1),
    };
    Job::accepted(id, order, Credits(2), windows, place, &rules, Timestamp(5))
}

fn voice() -> Voice {
    Voice {
        file_id: "voice".into(),
        duration_s: 12,
    }
}

fn costing() -> Costing {
    Costing {
        expected: Some(MicroUsd(350_000)),
        billed_unit: Some(MicroUsd(5_000)),
        kopecks_per_usd: Some(8_000),
        tokens: 50_000,
        subscription: Some("pro_month".into()),
        kept: Millis(86_400_000),
        token_rate: Some(Rate {
            from: Timestamp(3),
            unit: Unit::Token,
            per: 1_000_000,
            price: MicroUsd(250_000),
            price_out: MicroUsd(2_000_000),
        }),
    }
}

/// A trace as it stands in a row.
const TRACE: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

/// A job with something in every attribute.
fn full() -> Job {
    Job {
        stage: Stage::Rendered,
        fence: Fence(3),
        losses: 1,
        due_at: Some(Timestamp(77)),
        task: Some(TaskId("task".into())),
        running_since: Some(Timestamp(66)),
        vain_polls: 2,
        result: Some(RenderedFile {
            url: "https://x/1.mp4".into(),
            bytes: 1_000_000,
            billed_milli: Some(120),
        }),
        billed_milli: Some(120),
        vain: Some(Vain {
            micro_usd: MicroUsd(62),
            source: Source::PriceList,
            tokens_in: 5,
            tokens_out: 7,
            unknown: true,
        }),
        answer: Some(Answer {
            text: "кот".into(),
            tokens_in: 30,
            tokens_out: 12,
        }),
        delivery_tries: 2,
        edit_unsure: true,
        file: Some(FileId("file".into())),
        failure: Some(Failure::NoFile),
        tell_tries: 4,
        trace: Some(TRACE.into()),
        ..job()
    }
}

/// A job that went to another provider than it was accepted for.
fn by_another(mut job: Job) -> Job {
    job.order.provider = "kling".into();
    job.order.family = "kling-3.0-turbo".into();
    job.passed = Some(Passed::Never);
    job.order.poll_after = Millis(15_000);
    let way = |provider: &str, sum: Option<u64>| Way {
        provider: provider.into(),
        family: "ray-3.2".into(),
        expected: sum.map(MicroUsd),
        billed_unit: sum.map(MicroUsd),
        poll_after: Millis(30_000),
    };
    job.order.others = vec![way("luma", Some(350_000)), way("minimax", None)];
    job
}

#[test]
fn a_job_reads_back_as_written() {
    let mut under_plan = job();
    under_plan.order.plan = Some("unlimited_1day".into());
    under_plan.order.costing = Some(Costing::default());
    let mut costed = full();
    costed.order.costing = Some(costing());
    let mut words = full();
    words.order.quiet = true;
    words.order.makes = Makes::Transcript;
    words.order.sketch = Some(Sketch {
        model: ModelId("kling-3.0".into()),
        aspect: Aspect::Square,
        duration_s: 5,
        quality: domain::video::Quality::High,
        source: Some(MessageId(4)),
        chars_max: 2500,
        simple: "простое".into(),
        voice: Some(voice()),
        wish: Some("ночью".into()),
    });
    let mut bare_words = words.clone();
    bare_words.order.sketch.as_mut().unwrap().voice = None;
    bare_words.order.sketch.as_mut().unwrap().source = None;
    bare_words.order.sketch.as_mut().unwrap().wish = None;
    bare_words.answer = None;
    for job in [
        job(),
        full(),
        under_plan,
        costed,
        by_another(full()),
        Job {
            passed: Some(Passed::Later),
            ..full()
        },
        words,
        bare_words,
        Job {
            due_at: None,
            ..full()
        },
    ] {
        assert_eq!(read_job(&job_item(&job)), Ok(job));
    }
}

#[test]
fn every_attribute_that_changes_is_written() {
    let before = state(&job());
    let mut elsewhere = by_another(full());
    elsewhere.order.costing = Some(costing());
    let after = state(&elsewhere);
    let same: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(was, is)| was.1 == is.1)
        .map(|(was, _)| was.0)
        .collect();
    // These say that it is open, where it stands in the chat, and when it last moved; `full` leaves them alone.
    assert_eq!(same, ["open_shard", "chat", "message", "updated_at"]);
}

#[test]
fn a_timeline_reads_back_through_every_rule_and_stage() {
    let mut job = job();
    job.timeline = Rule::ALL
        .into_iter()
        .zip(Stage::ALL.into_iter().cycle())
        .map(|(rule, stage)| Mark {
            rule,
            stage,
            fence: Fence(1),
            at: Timestamp(8),
        })
        .collect();
    assert_eq!(read_job(&job_item(&job)).unwrap().timeline, job.timeline);
}

#[test]
fn the_open_index_holds_a_job_as_long_as_something_is_to_be_done() {
    let open = job_item(&job());
    assert!(open.contains_key("open_shard") && open.contains_key("due_at"));
    let canceled = job().apply(Event::Cancel, Timestamp(6)).unwrap().after;
    let item = job_item(&canceled);
    assert!(!item.contains_key("open_shard") && !item.contains_key("due_at"));
    let failed = job().apply(Event::TimeUp, Timestamp(6)).unwrap().after;
    assert!(
        job_item(&failed).contains_key("open_shard"),
        "the customer is to be told"
    );
    let postponed = full()
        .apply(
            Event::PostponeDelivery {
                unsure: false,
                retry_after: None,
                jitter: Jitter(0),
            },
            Timestamp(80),
        )
        .unwrap()
        .after;
    assert!(!job_item(&postponed).contains_key("unsure"));
}

#[test]
fn an_account_reads_back_as_written() {
    let mut account = Account {
        locale: Some("ru".into()),
        ..Account::new(UserId(7))
    };
    account.balance = Balance {
        available: Credits(2),
        held: Credits(1),
        captured: Credits(3),
        granted: Credits(6),
        ..Balance::default()
    };
    account.active_jobs = BTreeSet::from([JobId {
        user: UserId(7),
        nonce: nonce(2),
    }]);
    let mut item = new_account_item(&account, "ru", Timestamp(5));
    assert_eq!(read_account(&item), Ok(account.clone()));
    account.last = Some(Choice {
        model: ModelId("kling-3.0".into()),
        aspect: Aspect::Landscape,
        duration_s: 10,
        quality: domain::video::Quality::High,
    });
    account.language = Some("en".into());
    item.insert("last".into(), choice_map(account.last.as_ref().unwrap()));
    item.insert("language".into(), s("en"));
    assert_eq!(read_account(&item), Ok(account.clone()));
    // What it cannot read of somebody's taste keeps nobody from their money.
    item.insert(
        "last".into(),
        table::map([("model", s("kling-3.0")), ("aspect", s("round"))]),
    );
    account.last = None;
    assert_eq!(read_account(&item), Ok(account));
}

#[test]
fn a_draft_reads_back_as_written_with_and_without_a_photo() {
    let photo = Photo {
        file_id: "photo".into(),
        width: 640,
        height: 480,
    };
    let before = Some("кот".to_owned());
    for (photo, source, voice, before) in [
        (None, None, None, None),
        (Some(photo), Some(MessageId(17)), Some(voice()), before),
    ] {
        let draft = Draft {
            nonce: nonce(3),
            revision: 4,
            prompt: "ёж".into(),
            photo,
            model: ModelId("m".into()),
            aspect: Aspect::Portrait,
            duration_s: 5,
            quality: domain::video::Quality::High,
            created_at: Timestamp(9),
            source,
            voice,
            wish: before.clone(),
            before,
        };
        let mut item = account_key(UserId(7));
        item.insert("draft".to_owned(), draft_map(&draft));
        assert_eq!(read_account(&item).unwrap().draft, Some(draft));
    }
}

#[test]
fn a_row_that_lacks_or_garbles_something_is_an_error_that_names_it() {
    let whole = job_item(&full());
    for attribute in [
        "stage",
        "fence",
        "cost",
        "model",
        "chat",
        "job_id",
        "settle_at",
        "aspect",
    ] {
        let mut item = whole.clone();
        item.remove(attribute);
        assert_eq!(read_job(&item), Err(Malformed { attribute }));
        item.insert(attribute.to_owned(), s("garbage"));
        assert!(attribute == "model" || read_job(&item).is_err(), "{attribute}");
    }
    let mut negative = whole;
    negative.insert("cost".to_owned(), n(-1));
    assert_eq!(read_job(&negative), Err(Malformed { attribute: "cost" }));
}

#[test]
fn entries_read_back_as_written() {
    let key = Key::Hold(JobId {
        user: UserId(7),
        nonce: nonce(2),
    });
    let entry = Entry {
        key: key.clone(),
        amount: Credits(2),
        at: Timestamp(5),
    };
    assert_eq!(
        read_entry(&entry_item(UserId(7), &key, Credits(2), Timestamp(5))),
        Ok((UserId(7), entry))
    );
}

#[test]
fn only_an_entry_that_gives_credits_is_listed_by_its_day() {
    let job = JobId {
        user: UserId(7),
        nonce: nonce(2),
    };
    let payment = domain::payment::PaymentId::parse("stars#1").unwrap();
    let after = domain::ledger::After::Restored;
    for (key, is_listed) in [
        (Key::Signup, true),
        (Key::Adjust("x".to_owned()), true),
        (Key::Purchase(payment.clone()), true),
        (Key::Payment(after, payment, 2), false),
        (Key::Hold(job.clone()), false),
        (Key::Capture(job.clone()), false),
        (Key::Release(job), false),
    ] {
        let item = entry_item(UserId(7), &key, Credits(2), Timestamp(5));
        assert_eq!(
            item.get("given_day"),
            is_listed.then(|| s("1970-01-01")).as_ref(),
            "{key}"
        );
    }
}

#[test]
fn what_a_job_makes_reads_back_and_before_there_was_a_choice_it_was_a_video() {
    for makes in Makes::ALL {
        let mut job = job();
        job.order.makes = makes;
        let mut item = job_item(&job);
        assert_eq!(read_job(&item).unwrap().order.makes, makes);
        item.remove("makes");
        assert_eq!(read_job(&item).unwrap().order.makes, Makes::Video);
        item.insert("makes".to_owned(), s("film"));
        assert!(read_job(&item).is_err());
    }
}

#[test]
fn a_job_of_an_earlier_version_is_read() {
    let job = full();
    let mut item = job_item(&job);
    // The first rows knew neither when to ask first nor how large the file is.
    for attribute in ["poll_after_ms", "result_bytes", "vain_polls"] {
        item.remove(attribute).unwrap();
    }
    let read = read_job(&item).unwrap();
    assert_eq!(read.order.poll_after, Millis::from_mins(11));
    assert_eq!(read.result.unwrap().bytes, 0);
    assert_eq!(read.vain_polls, 0);
    // And what was spent in vain was known.
    let mut vain = item["vain"].as_m().unwrap().clone();
    vain.remove("unknown").unwrap();
    item.insert("vain".to_owned(), AttributeValue::M(vain));
    assert!(!read_job(&item).unwrap().vain.unwrap().unknown);
}

#[test]
fn a_use_reads_back_as_written_and_no_counter_is_taken_for_one() {
    let noted = Use {
        id: UseId::of([0xff; USE_ID_BYTES]),
        user: UserId(7),
        feature: "chat".into(),
        amount: 3,
        by: "user#7".into(),
        counted: vec![Counted::parse("feature-chat-rd#1*3").unwrap()],
        at: Timestamp(5),
        released_at: None,
        answer: r#"{"used":3}"#.into(),
    };
    let released = Use {
        released_at: Some(Timestamp(6)),
        counted: vec![],
        ..noted.clone()
    };
    for noted in [noted, released] {
        let mut item = use_key(&noted.id);
        let attributes = use_attributes(&noted).into_iter();
        item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(use_id(&item).as_ref(), Some(&noted.id));
        assert_eq!(read_use(&item), Ok(noted));
    }
    for window in ["use-0123456789abcdef0123456789abcdef#1", "videos#1", "use-#~"] {
        assert_eq!(use_id(&usage_key(UserId(7), window)), None, "{window}");
    }
}

#[test]
fn uses_lie_apart_from_what_all_use_together_and_each_by_itself() {
    let partition = |byte: u8| {
        let key = use_key(&UseId::of([byte; USE_ID_BYTES]));
        key["user_id"].as_n().unwrap().parse::<i64>().unwrap()
    };
    let last_shard = -1 - i64::from(u16::MAX);
    assert!(partition(0) < last_shard && partition(1) < partition(0));
    assert!(partition(0xff) > -(1 << 52), "a number that any reader can hold");
}

#[test]
fn what_comes_with_money_that_goes_back_is_read_and_is_nothing_where_it_is_not_there() {
    let mut item = new_account_item(&Account::new(UserId(7)), "ru", Timestamp(5));
    assert_eq!(read_account(&item).unwrap().balance, Balance::default());
    for (name, credits) in [("aside", 1), ("clawed", 2), ("debt", 3)] {
        item.insert(name.to_owned(), n(credits));
    }
    let balance = read_account(&item).unwrap().balance;
    assert_eq!(
        (balance.aside, balance.clawed, balance.debt),
        (Credits(1), Credits(2), Credits(3))
    );
}
