//! Where windows begin and end: at nine in Moscow, over leap days, and where clocks are changed.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use super::*;

/// 2026-11-21 21:00:00 in Moscow, which is 18:00:00 UTC.
const NINE_IN_MOSCOW: i64 = 1_795_284_000_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn schedule(period: Period, anchor: &str, zone: &str) -> Schedule {
    let (hours, minutes) = anchor.split_once(':').unwrap();
    Schedule {
        period,
        anchor_minutes: hours.parse::<u16>().unwrap() * 60 + minutes.parse::<u16>().unwrap(),
        zone: Zone::named(zone).unwrap(),
    }
}

/// A moment from what stands on a clock in UTC.
fn utc(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn hours(window: Window) -> i64 {
    window.ends_at.since(window.starts_at).0 / HOUR_MS
}

#[test]
fn the_moscow_day_turns_at_nine_in_the_evening_and_not_a_millisecond_before() {
    let day = Schedule::moscow_day();
    let before = day.window_at(Timestamp(NINE_IN_MOSCOW - 1));
    let after = day.window_at(Timestamp(NINE_IN_MOSCOW));
    assert_eq!(before.ends_at, Timestamp(NINE_IN_MOSCOW));
    assert_eq!(after.starts_at, Timestamp(NINE_IN_MOSCOW));
    assert_eq!(after.ends_at, Timestamp(NINE_IN_MOSCOW + DAY_MS));
}

#[test]
fn a_week_begins_on_monday() {
    let week = schedule(Period::Week, "00:00", "UTC");
    // 2026-11-16 was a Monday.
    assert_eq!(
        week.window_at(Timestamp(NINE_IN_MOSCOW)).starts_at,
        utc("2026-11-16T00:00:00Z")
    );
    let late = schedule(Period::Week, "21:00", "Europe/Moscow");
    let window = late.window_at(utc("2026-11-16T17:59:59Z"));
    assert_eq!(window.starts_at, utc("2026-11-09T18:00:00Z"));
    assert_eq!(window.ends_at, utc("2026-11-16T18:00:00Z"));
}

#[test]
fn a_month_begins_on_the_first_and_is_as_long_as_it_is() {
    let month = schedule(Period::Month, "21:00", "Europe/Moscow");
    for (now, starts, ends) in [
        (
            "2028-02-29T12:00:00Z",
            "2028-02-01T18:00:00Z",
            "2028-03-01T18:00:00Z",
        ),
        (
            "2028-03-01T17:59:59Z",
            "2028-02-01T18:00:00Z",
            "2028-03-01T18:00:00Z",
        ),
        (
            "2027-01-01T00:00:00Z",
            "2026-12-01T18:00:00Z",
            "2027-01-01T18:00:00Z",
        ),
    ] {
        let window = month.window_at(utc(now));
        assert_eq!(
            (window.starts_at, window.ends_at),
            (utc(starts), utc(ends)),
            "{now}"
        );
    }
}

#[test]
fn a_day_is_as_long_as_the_clocks_make_it() {
    // Berlin: forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
    let day = schedule(Period::Day, "21:00", "Europe/Berlin");
    let noon = |date: &str| day.window_at(utc(&format!("{date}T11:00:00Z")));
    assert_eq!(hours(noon("2026-03-28")), 24);
    assert_eq!(hours(noon("2026-03-29")), 23);
    assert_eq!(hours(noon("2026-10-25")), 25);
    assert_eq!(noon("2026-03-29").ends_at, utc("2026-03-29T19:00:00Z"));
}

#[test]
fn an_anchor_that_clocks_leave_out_or_show_twice_begins_one_window() {
    let day = schedule(Period::Day, "02:30", "Europe/Berlin");
    // There was no half past two on 2026-03-29: clocks went from 02:00 to 03:00, and the day began at 03:30.
    let window = day.window_at(utc("2026-03-29T01:30:00Z"));
    assert_eq!(window.starts_at, utc("2026-03-29T01:30:00Z"));
    assert_eq!(
        day.window_at(utc("2026-03-29T01:29:59Z")).ends_at,
        window.starts_at
    );
    // It came twice on 2026-10-25; the first one begins the day.
    let window = day.window_at(utc("2026-10-25T01:30:00Z"));
    assert_eq!(window.starts_at, utc("2026-10-25T00:30:00Z"));
    assert_eq!(day.window_at(utc("2026-10-25T00:30:00Z")), window);
}

#[test]
fn zones_are_known_by_name_and_fixed_ones_by_their_distance() {
    assert_eq!(Zone::named("Nowhere/Land"), None);
    assert_eq!(
        Zone::named("Europe/Moscow")
            .unwrap()
            .offset_minutes(Timestamp(NINE_IN_MOSCOW)),
        180
    );
    assert_eq!(Zone::fixed(-570).unwrap().offset_minutes(Timestamp(0)), -570);
}

#[test]
fn a_step_counts_until_all_of_it_is_old_enough() {
    let day = Sliding {
        length: Millis(DAY_MS),
        step: Millis(HOUR_MS),
    };
    let step = day.step_at(Timestamp(NINE_IN_MOSCOW + 5));
    assert_eq!(step, Timestamp(NINE_IN_MOSCOW));
    assert_eq!(day.forgets_at(step), Timestamp(NINE_IN_MOSCOW + HOUR_MS + DAY_MS));
}

proptest::proptest! {
    #[test]
    fn every_moment_lies_in_exactly_one_window(
        now in -1_000_000_000_000_i64..4_000_000_000_000,
        anchor in 0_u16..1440,
        zone in proptest::sample::select(vec![
            "UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo",
        ]),
        period in proptest::sample::select(vec![Period::Hour, Period::Day, Period::Week, Period::Month]),
    ) {
        let schedule = Schedule { period, anchor_minutes: anchor, zone: Zone::named(zone).unwrap() };
        let window = schedule.window_at(Timestamp(now));
        proptest::prop_assert!(window.starts_at <= Timestamp(now) && Timestamp(now) < window.ends_at);
        // Every moment of a window names the same window.
        proptest::prop_assert_eq!(schedule.window_at(window.starts_at), window);
        proptest::prop_assert_eq!(schedule.window_at(Timestamp(window.ends_at.0.saturating_sub(1))), window);
        // Neighbours meet without a gap.
        proptest::prop_assert_eq!(schedule.window_at(window.ends_at).starts_at, window.ends_at);
    }
}
