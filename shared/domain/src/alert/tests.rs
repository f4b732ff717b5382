#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use super::*;

const NOON: Timestamp = Timestamp(1_795_251_600_000);

fn heard(event: &str) -> Heard {
    Heard {
        kind: Kind {
            function: "VideoWorker".to_owned(),
            event: event.to_owned(),
            with: "kie".to_owned(),
        },
        at: NOON,
        words: "the provider refuses".to_owned(),
        job: "x1-a".to_owned(),
        rings: None,
    }
}

fn alarm(rings: bool, at: Timestamp) -> Heard {
    Heard {
        kind: Kind {
            function: "DeadDoorbells".to_owned(),
            ..Kind::default()
        },
        at,
        rings: Some(rings),
        ..Heard::default()
    }
}

fn named_alarm(name: &str) -> Heard {
    let kind = Kind {
        function: name.to_owned(),
        ..Kind::default()
    };
    Heard {
        kind,
        ..alarm(true, NOON)
    }
}

#[test]
fn an_alarm_has_one_message_that_says_how_it_stands_now() {
    let mut book = Book::default();
    book.hear(&[alarm(true, at(0))], at(0));
    assert_eq!(tell(&mut book, at(0)), (1, 0));
    book.hear(&[alarm(false, at(300))], at(300));
    assert_eq!(
        (tell(&mut book, at(300)), book.groups[0].rings),
        ((0, 1), Some(false))
    );
    // What came late says nothing of now.
    book.hear(&[alarm(true, at(200))], at(301));
    assert_eq!((book.groups[0].rings, book.groups[0].count), (Some(false), 3));
    // It flaps: the same message says so.
    book.hear(&[alarm(true, at(400))], at(400));
    assert_eq!(
        (tell(&mut book, at(400)), book.groups[0].rings),
        ((0, 1), Some(true))
    );
}

#[test]
fn an_alarm_that_rings_again_after_a_while_makes_a_message_of_its_own() {
    let mut book = Book::default();
    book.hear(&[alarm(true, at(0)), alarm(false, at(60))], at(60));
    assert_eq!(tell(&mut book, at(60)), (1, 0));
    book.hear(&[alarm(true, at(959))], at(959));
    assert_eq!(book.groups.len(), 1, "not yet a quarter of an hour");
    book.hear(&[alarm(false, at(960)), alarm(true, at(961))], at(961));
    assert_eq!(tell(&mut book, at(961)).0, 1);
    // The end of the second is told at the second, and what goes on ringing is the same.
    book.hear(&[alarm(true, at(1_000)), alarm(false, at(1_001))], at(1_001));
    let stand: Vec<_> = book
        .groups
        .iter()
        .map(|group| (group.rings, group.count))
        .collect();
    assert_eq!(stand, [(Some(false), 4), (Some(false), 3)]);
}

fn at(seconds: i64) -> Timestamp {
    NOON.after(Millis::from_secs(seconds))
}

/// Tells all that is to be told, and gives the messages that were sent and those that were changed.
fn tell(book: &mut Book, now: Timestamp) -> (usize, usize) {
    let (mut sent, mut changed) = (0, 0);
    while let Some(group) = book.next(now) {
        let message = group.message.unwrap_or_else(|| i64::try_from(sent).unwrap() + 1);
        if group.message.is_some() {
            changed += 1;
        } else {
            sent += 1;
        }
        book.told(&group, Told::Shown(message), now);
    }
    (sent, changed)
}

#[test]
fn errors_of_one_kind_share_a_message_which_is_counted_on_once_a_minute() {
    let mut book = Book::default();
    book.hear(&[heard("a"), heard("b"), heard("a")], NOON);
    assert_eq!(tell(&mut book, NOON), (2, 0));
    book.hear(&[heard("a")], at(10));
    assert_eq!(tell(&mut book, at(59)), (0, 0), "just told");
    assert_eq!(tell(&mut book, at(60)), (0, 1));
    assert_eq!(tell(&mut book, at(600)), (0, 0), "there is nothing new");
    assert_eq!(
        book.groups.iter().map(|group| group.said).collect::<Vec<_>>(),
        [3, 1]
    );
}

#[test]
fn an_hour_later_the_same_kind_makes_a_new_message() {
    let mut book = Book::default();
    book.hear(&[heard("a")], NOON);
    assert_eq!(tell(&mut book, NOON), (1, 0));
    book.hear(&[heard("a")], at(3_599));
    assert_eq!(tell(&mut book, at(3_599)), (0, 1));
    book.hear(&[heard("a")], at(3_600));
    assert_eq!(tell(&mut book, at(3_600)), (1, 0));
    assert_eq!(book.groups.len(), 1, "the old one is forgotten");
}

#[test]
fn a_storm_is_few_messages_and_its_numbers_are_right() {
    let mut book = Book::default();
    let (mut sent, mut changed) = (0, 0);
    for second in 0..1_000 {
        let kinds: Vec<Heard> = (0..10)
            .map(|kind| heard(&format!("e{}", (second + kind) % 40)))
            .collect();
        book.hear(&kinds, at(second));
        let (more_sent, more_changed) = tell(&mut book, at(second));
        (sent, changed) = (sent + more_sent, changed + more_changed);
    }
    assert_eq!(sent, MESSAGES_MAX + 1, "and one for the rest");
    assert!(changed <= (MESSAGES_MAX + 1) * 1_000 / 60, "{changed}");
    assert_eq!(tell(&mut book, at(2_000)).0, 0);
    let own: u64 = book
        .groups
        .iter()
        .filter(|group| !group.is_left_out && !group.is_rest())
        .map(|group| group.said)
        .sum();
    let left: u64 = book
        .groups
        .iter()
        .filter(|group| group.is_left_out)
        .map(|group| group.count)
        .sum();
    assert_eq!(own + left, 10_000);
    let rest = book.groups.iter().find(|group| group.is_rest()).unwrap();
    assert_eq!(rest.said, 30, "kinds without a message of their own");
}

#[test]
fn an_alarm_is_told_among_any_number_of_errors_and_takes_no_message_from_them() {
    let mut book = Book::default();
    let alarms = |count: i64| (0..count).map(|one| named_alarm(&format!("A{one}")));
    let errors = |count: i64| (0..count).map(|one| heard(&format!("e{one}")));
    book.hear(&errors(200).collect::<Vec<_>>(), NOON);
    assert_eq!(tell(&mut book, NOON).0, MESSAGES_MAX + 1);
    book.hear(&alarms(12).collect::<Vec<_>>(), NOON);
    assert_eq!(tell(&mut book, NOON), (12, 0));
    let mut book = Book::default();
    let all: Vec<Heard> = alarms(12).chain(errors(10)).collect();
    book.hear(&all, NOON);
    assert_eq!(tell(&mut book, NOON).0, 22, "and none for a rest");
}

#[test]
fn more_kinds_than_are_known_are_counted_with_the_rest() {
    let mut book = Book::default();
    let many: Vec<Heard> = (0..500).map(|kind| heard(&format!("e{kind}"))).collect();
    book.hear(&many, NOON);
    assert!(book.groups.len() <= KINDS_MAX + 1);
    assert_eq!(tell(&mut book, NOON).0, MESSAGES_MAX + 1);
}

#[test]
fn what_somebody_has_taken_is_told_by_another_only_after_his_time() {
    let mut book = Book::default();
    book.hear(&[heard("a")], NOON);
    assert!(book.next(NOON).is_some());
    assert_eq!(book.next(at(29)), None);
    assert!(book.next(at(30)).is_some(), "the first has died");
    assert_eq!(book.next(at(3_000)), None, "twice is enough");
}

#[test]
fn a_lost_answer_makes_two_messages_at_most() {
    let mut book = Book::default();
    book.hear(&[heard("a")], NOON);
    let mut sent = 0;
    for second in (0..3_000).step_by(30) {
        book.hear(&[heard("a")], at(second));
        if let Some(group) = book.next(at(second)) {
            sent += 1;
            book.told(&group, Told::Unknown, at(second));
        }
    }
    assert_eq!(sent, 2);
}

#[test]
fn what_telegram_puts_off_is_told_after_that_time_and_what_was_deleted_is_not_told_again() {
    let mut book = Book::default();
    book.hear(&[heard("a")], NOON);
    for _ in 0..5 {
        let group = book.next(NOON).unwrap();
        book.told(&group, Told::Later(Millis::ZERO), NOON);
    }
    let group = book.next(NOON).unwrap();
    book.told(&group, Told::Later(Millis::from_secs(90)), NOON);
    assert_eq!(book.next(at(89)), None);
    let group = book.next(at(90)).unwrap();
    book.told(&group, Told::Shown(7), at(90));
    book.hear(&[heard("a")], at(200));
    let group = book.next(at(200)).unwrap();
    assert_eq!(group.message, Some(7));
    book.told(&group, Told::Gone, at(200));
    book.hear(&[heard("a")], at(300));
    assert_eq!(book.next(at(300)), None);
}

#[test]
fn what_cannot_be_told_is_not_kept_for_ever() {
    let mut book = Book::default();
    book.hear(&[heard("a")], NOON);
    book.hear(&[], at(3_601));
    assert_eq!(book.groups.len(), 1, "it was never told");
    book.hear(&[], at(7_300));
    assert_eq!(book.groups.len(), 0);
}
