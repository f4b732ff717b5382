use std::collections::BTreeSet;

use super::*;
use crate::id::NONCE_CHARS;
use crate::money::Credits;

const NOW: Timestamp = Timestamp(1_795_251_600_000);
const DAY: i64 = 86_400_000;

fn draft() -> Broadcast {
    let wording = Wording {
        texts: [("ru".to_owned(), "Привет".to_owned())].into(),
        ..Wording::default()
    };
    let id = BroadcastId::new(NOW, &Nonce::from_random([3; NONCE_CHARS]));
    Broadcast::new(id, (wording, Segment::default(), 20), "user#1", NOW)
}

fn reckoned(recipients: u64) -> Broadcast {
    let reckoning = Reckoning {
        recipients,
        finished_at: Some(NOW),
        ..Reckoning::default()
    };
    draft().reckoned(reckoning).unwrap()
}

fn running() -> Broadcast {
    reckoned(5).started(5, NOW).unwrap()
}

fn person(user: i64) -> Person {
    Person {
        user: UserId(user),
        language: "ru".to_owned(),
        muted: false,
        gone: false,
        tier: None,
        plan: None,
        credits: Credits(2),
        active_at: Timestamp(NOW.0 - 10 * DAY),
        paid: false,
    }
}

fn at(ms: i64) -> Timestamp {
    NOW.after(Millis(ms))
}

fn claimed(broadcast: &Broadcast, now: Timestamp) -> Broadcast {
    match broadcast.claim(now) {
        Claim::Ours(ours) => *ours,
        other @ (Claim::NotBefore(_) | Claim::Idle) => panic!("{other:?}"),
    }
}

#[test]
fn a_name_reads_back_and_nothing_else_is_one() {
    let id = draft().id;
    assert_eq!(BroadcastId::parse(id.as_str()), Some(id));
    for text in [
        "",
        "1795251600000",
        "1795251600000-",
        "1-abcdef",
        "1795251600000-ABCDEF",
        "all",
    ] {
        assert_eq!(BroadcastId::parse(text), None, "{text}");
    }
}

#[test]
fn a_start_names_what_a_finished_and_fresh_dry_run_has_found() {
    assert_eq!(draft().started(0, NOW), Err(Unfit::NotReckoned));
    let half = Reckoning {
        recipients: 5,
        ..Reckoning::default()
    };
    assert_eq!(
        draft().reckoned(half).unwrap().started(5, NOW),
        Err(Unfit::NotReckoned)
    );
    assert_eq!(reckoned(5).started(4, NOW), Err(Unfit::OtherCount(5)));
    assert_eq!(reckoned(0).started(0, NOW), Err(Unfit::Nobody));
    assert_eq!(reckoned(5).started(5, at(DAY + 1)), Err(Unfit::NotReckoned));
    let running = reckoned(5).started(5, at(DAY)).unwrap();
    assert_eq!((running.state, running.expected), (State::Running, Some(5)));
    assert_eq!(running.tested(), Err(Unfit::NotNow(State::Running)));
    assert_eq!(draft().tested().unwrap().revision, 2);
    assert_eq!(running.started(5, NOW), Err(Unfit::NotNow(State::Running)));
    assert_eq!(
        running.reckoned(Reckoning::default()),
        Err(Unfit::NotNow(State::Running))
    );
}

#[test]
fn what_runs_is_stopped_and_what_is_stopped_goes_on_for_a_month() {
    let stopped = running().stopped().unwrap();
    assert_eq!(stopped.stopped(), Err(Unfit::NotNow(State::Stopped)));
    assert_eq!(stopped.claim(at(DAY)), Claim::Idle);
    let resumed = stopped.resumed(at(30 * DAY)).unwrap();
    assert_eq!((resumed.state, resumed.due_at), (State::Running, at(30 * DAY)));
    assert!(resumed.revision > stopped.revision);
    assert_eq!(stopped.resumed(at(30 * DAY + 1)), Err(Unfit::TooLate));
    assert_eq!(draft().resumed(NOW), Err(Unfit::NotNow(State::Draft)));
    assert_eq!(draft().stopped(), Err(Unfit::NotNow(State::Draft)));
    assert!(
        INTENT_KEPT > RESUMED_WITHIN,
        "nobody is forgotten while it can go on"
    );
}

#[test]
fn a_step_is_one_runs_alone_until_its_lease_is_over() {
    let first = claimed(&running(), NOW);
    assert_eq!(first.fence, running().fence + 1);
    assert_eq!(first.claim(NOW), Claim::NotBefore(NOW.after(LEASE)));
    let second = claimed(&first, NOW.after(LEASE));
    assert_eq!(second.fence, first.fence + 1);
    assert_eq!(draft().claim(NOW), Claim::Idle);
}

#[test]
fn steps_keep_their_distance() {
    let after = claimed(&running(), NOW).after(&Step::default(), at(10));
    assert_eq!(after.lease_until, None);
    assert_eq!(after.claim(at(999)), Claim::NotBefore(at(1000)));
    assert!(matches!(after.claim(at(1000)), Claim::Ours(_)));
}

#[test]
fn everybody_is_counted_once_and_whom_nothing_reached_is_owed() {
    let mut step = Step::default();
    assert!(!step.add(UserId(1), Outcome::Sent));
    assert!(!step.add(UserId(2), Outcome::Blocked));
    assert!(!step.add(UserId(3), Outcome::Unsure));
    assert!(!step.add(UserId(4), Outcome::Refused));
    assert!(step.add(UserId(5), Outcome::NotYet));
    assert!(step.add(UserId(6), Outcome::TooFast(7)));
    step.cursor = Some(UserId(6));
    let after = claimed(&running(), NOW).after(&step, at(10));
    let counts = after.counts;
    assert_eq!(
        (counts.sent, counts.blocked, counts.unsure, counts.refused),
        (1, 1, 1, 1)
    );
    assert_eq!(after.owed, [UserId(5), UserId(6)]);
    assert_eq!((after.cursor, after.progressed_at), (Some(UserId(6)), at(10)));
}

#[test]
fn a_slow_one_stops_as_well_where_telegram_refuses_all() {
    let mut refused = Step::default();
    refused.add(UserId(1), Outcome::Refused);
    let mut slow = running();
    for times in 1..REFUSALS_MAX {
        slow = claimed(&slow, slow.due_at).after(&refused, slow.due_at);
        assert_eq!(slow.state, State::Running, "{times}");
    }
    let halted = claimed(&slow, slow.due_at).after(&refused, slow.due_at);
    assert_eq!(
        (halted.state, halted.halted),
        (State::Stopped, Some(Halt::Refused))
    );
    // Whom it cannot reach among many whom it has reached is no fault of the message.
    let mut sent = Step::default();
    sent.add(UserId(2), Outcome::Sent);
    let reached = claimed(&running(), NOW).after(&sent, NOW);
    let mut going = reached;
    for _ in 0..=REFUSALS_MAX {
        going = claimed(&going, going.due_at).after(&refused, going.due_at);
    }
    assert_eq!(going.state, State::Running);
}

#[test]
fn telegrams_wish_is_followed_and_the_pace_comes_back_slowly() {
    let fast = |seconds| Step {
        retry_after_s: Some(seconds),
        ..Step::default()
    };
    let slow = claimed(&running(), NOW).after(&fast(30), at(10));
    assert_eq!((slow.pace, slow.due_at), (10, at(30_010)));
    assert_eq!(slow.quota(), 10);
    let calm = claimed(&slow, slow.due_at).after(&Step::default(), slow.due_at);
    assert_eq!(calm.pace, 11);
    let endless = claimed(&running(), NOW).after(&fast(u32::MAX), at(10));
    assert_eq!(endless.due_at, at(10).after(RETRY_AFTER_MAX));
    let mut slowest = running();
    for _ in 0..9 {
        slowest.pace = slowest.after(&fast(1), NOW).pace;
    }
    assert_eq!(slowest.quota(), 1);
    let mut fastest = running();
    for _ in 0..9 {
        fastest.pace = fastest.after(&Step::default(), NOW).pace;
    }
    assert_eq!(fastest.quota(), 20);
    assert_eq!(
        Broadcast::new(
            draft().id,
            (Wording::default(), Segment::default(), 900),
            "x",
            NOW
        )
        .quota(),
        25
    );
}

#[test]
fn it_is_done_when_everybody_was_gone_through_and_nobody_is_owed() {
    let end = |owed: &[i64]| Step {
        walked: true,
        owed: owed.iter().map(|user| UserId(*user)).collect(),
        ..Step::default()
    };
    let ours = claimed(&running(), NOW);
    assert_eq!(ours.after(&end(&[]), NOW).state, State::Done);
    let rest = ours.after(&end(&[5]), NOW);
    assert_eq!((rest.state, rest.walked), (State::Running, true));
    assert_eq!(rest.after(&Step::default(), NOW).state, State::Done);
}

#[test]
fn what_telegram_refuses_whoever_it_is_for_stops() {
    let refused = |refused, sent| Step {
        counts: Counts {
            sent,
            refused,
            ..Counts::default()
        },
        ..Step::default()
    };
    let ours = claimed(&running(), NOW);
    assert_eq!(ours.after(&refused(2, 0), NOW).state, State::Running);
    assert_eq!(ours.after(&refused(3, 1), NOW).state, State::Running);
    let halted = ours.after(&refused(3, 0), NOW);
    assert_eq!(
        (halted.state, halted.halted),
        (State::Stopped, Some(Halt::Refused))
    );
    assert_eq!(halted.resumed(NOW).unwrap().halted, None);
    let mut keyless = Step::default();
    keyless.add(UserId(1), Outcome::NoToken);
    let halted = ours.after(&keyless, NOW);
    assert_eq!(
        (halted.state, halted.halted),
        (State::Stopped, Some(Halt::NoToken))
    );
    assert_eq!(halted.owed, [UserId(1)]);
}

#[test]
fn nobody_is_written_to_who_has_gone_or_wants_nothing_or_reads_another_language() {
    let wording = draft().wording;
    assert_eq!(person(1).reached_by(&wording), Ok("Привет"));
    let muted = Person {
        muted: true,
        ..person(1)
    };
    assert_eq!(muted.reached_by(&wording), Err(Unreached::Muted));
    let gone = Person { gone: true, ..muted };
    assert_eq!(gone.reached_by(&wording), Err(Unreached::Gone));
    let english = Person {
        language: "en".to_owned(),
        ..person(1)
    };
    assert_eq!(english.reached_by(&wording), Err(Unreached::Wordless));
}

#[test]
fn a_segment_holds_who_fits_everything_that_is_said() {
    let all = Segment::default();
    let it = person(7);
    assert!(all.holds(&it, NOW));
    let fits = |segment: &Segment| segment.holds(&it, NOW);
    let users = |user| Segment {
        users: BTreeSet::from([UserId(user)]),
        ..all.clone()
    };
    assert!(fits(&users(7)) && !fits(&users(8)));
    let language = |name: &str| Segment {
        language: Some(name.to_owned()),
        ..all.clone()
    };
    assert!(fits(&language("ru")) && !fits(&language("en")));
    let tier = |name: &str| Segment {
        tier: Some(Tariff::parse(name)),
        ..all.clone()
    };
    assert!(fits(&tier("none")) && !fits(&tier("pro")));
    let plan = |name: &str| Segment {
        plan: Some(Tariff::parse(name)),
        ..all.clone()
    };
    assert!(fits(&plan("none")) && !fits(&plan("month")));
    let rich = Person {
        tier: Some("pro".to_owned()),
        plan: Some("month".to_owned()),
        paid: true,
        ..it.clone()
    };
    assert!(tier("pro").holds(&rich, NOW) && !tier("none").holds(&rich, NOW));
    assert!(plan("month").holds(&rich, NOW) && !plan("none").holds(&rich, NOW));
    let active = |days| Segment {
        active_days: Some(days),
        ..all.clone()
    };
    assert!(fits(&active(11)) && !fits(&active(10)));
    let inactive = |days| Segment {
        inactive_days: Some(days),
        ..all.clone()
    };
    assert!(fits(&inactive(10)) && !fits(&inactive(11)));
    let at_least = |credits| Segment {
        credits_min: Some(credits),
        ..all.clone()
    };
    assert!(fits(&at_least(2)) && !fits(&at_least(3)));
    let at_most = |credits| Segment {
        credits_max: Some(credits),
        ..all.clone()
    };
    assert!(fits(&at_most(2)) && !fits(&at_most(1)));
    let paid = |paid| Segment {
        paid: Some(paid),
        ..all.clone()
    };
    assert!(fits(&paid(false)) && !fits(&paid(true)) && paid(true).holds(&rich, NOW));
    let both = Segment {
        credits_min: Some(1),
        ..language("en")
    };
    assert!(!fits(&both), "all of it, not any of it");
}

#[test]
fn a_dry_run_counts_whom_it_would_reach_and_whom_not() {
    let broadcast = Broadcast {
        segment: Segment {
            credits_min: Some(1),
            ..Segment::default()
        },
        ..draft()
    };
    let mut reckoning = Reckoning::default();
    for one in [
        person(1),
        Person {
            muted: true,
            ..person(2)
        },
        Person {
            gone: true,
            ..person(3)
        },
        Person {
            language: "en".to_owned(),
            ..person(4)
        },
        Person {
            credits: Credits(0),
            ..person(5)
        },
    ] {
        reckoning.add(&broadcast, &one, NOW);
    }
    let passed = reckoning.passed;
    assert_eq!((reckoning.recipients, reckoning.looked_at), (1, 5));
    assert_eq!((passed.muted, passed.gone, passed.wordless), (1, 1, 1));
    assert_eq!(reckoning.cursor, Some(UserId(5)));
}

#[test]
fn what_telegram_wants_of_one_that_runs_holds_for_all() {
    let told = |due_at: i64, state: State| Broadcast {
        due_at: at(due_at),
        state,
        ..running()
    };
    let between = BETWEEN_STEPS.0;
    // A step that was just begun is no wish of Telegram's.
    let stepping = told(between, State::Running);
    assert_eq!(quiet_until(&[stepping.clone(), running()], NOW), None);
    let slowed = told(30_000, State::Running);
    assert_eq!(
        quiet_until(&[stepping.clone(), slowed.clone()], NOW),
        Some(at(30_000))
    );
    assert_eq!(quiet_until(&[slowed], at(30_000 - between)), None);
    assert_eq!(quiet_until(&[stepping, told(30_000, State::Stopped)], NOW), None);
}
