//! Plans that begin, are extended, exchanged, taken back and given again.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows has failed")]

mod exchanged;

use proptest::prelude::*;

use super::*;
use crate::catalog::{Prices, Title};

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const MINUTE: i64 = 60_000;

fn days(days: u32) -> Millis {
    Millis(i64::from(days) * DAY.0)
}

fn plan(key: &str, days: u32, prices: &[(Rail, u64)]) -> Plan {
    Plan {
        key: key.to_owned(),
        days: Some(days),
        grace_days: 3,
        prices: Prices::new(prices.iter().copied()),
        ..Plan::default()
    }
}

/// A day for 100 Stars, a month for 1500 Stars or 900 roubles, one for roubles alone, credits with a tier, and one that is
/// only given. A credit costs 10 Stars. One costs half a month in roubles and as much in Stars, one lasts no time.
fn plans() -> Vec<Plan> {
    let month = [(Rail::Stars, 1_500), (Rail::YooKassa, 90_000)];
    vec![
        plan("day", 1, &[(Rail::Stars, 100)]),
        plan("month", 30, &month),
        plan("local", 30, &[(Rail::YooKassa, 45_000)]),
        Plan {
            credits: Credits(60),
            ..plan("tokens", 30, &[(Rail::Stars, 600)])
        },
        Plan {
            credits: Credits(60),
            ..plan("tier", 30, &[(Rail::Stars, 1_500)])
        },
        Plan {
            credits: Credits(90),
            ..plan("bundle", 30, &[(Rail::Stars, 600)])
        },
        plan("double", 30, &[(Rail::Stars, 1_500), (Rail::YooKassa, 45_000)]),
        plan("instant", 0, &[(Rail::Stars, 100)]),
        plan("gift", 30, &[]),
    ]
}

fn packs() -> Vec<Pack> {
    let pack = |credits, stars| Pack {
        title: Title::same("P"),
        credits: Credits(credits),
        prices: Prices::new([(Rail::Stars, stars)]),
        ..Pack::default()
    };
    vec![pack(5, 60), pack(50, 500)]
}

fn term(plan: &str, days: u32) -> Term {
    Term {
        plan: plan.to_owned(),
        days,
    }
}

fn on(plan: &str, until: Option<Timestamp>) -> Standing {
    Standing {
        plan: Some(Held {
            key: plan.to_owned(),
            until,
        }),
        ..Standing::default()
    }
}

fn bought(standing: &Standing, term: &Term, rail: Rail, now: Timestamp) -> Result<Begun, NotBegun> {
    let deal = Deal {
        term,
        rail,
        renews: false,
    };
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    begin(standing, deal, shelf, now)
}

fn given_again(standing: &Standing, term: &Term, now: Timestamp) -> Result<Standing, NotBegun> {
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    restore(standing, (term, own(term, term.span())), Rail::Stars, shelf, now)
}

/// The standing after a term was taken back.
fn without(standing: &Standing, term: &Term, now: Timestamp) -> Standing {
    withdraw(standing, term, now).standing
}

/// So much of a term's own plan.
fn own(term: &Term, time: Millis) -> Withdrawn<'_> {
    Withdrawn {
        plan: &term.plan,
        time,
    }
}

fn end(standing: &Standing) -> Timestamp {
    standing.plan.as_ref().unwrap().until.unwrap()
}

#[test]
fn a_first_term_begins_now_and_the_same_again_goes_on_from_its_end() {
    let first = bought(&Standing::default(), &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!(
        first.standing,
        Standing {
            revision: 1,
            ..on("day", Some(NOW.after(days(1))))
        }
    );
    let later = NOW.after(Millis(5));
    let second = bought(&first.standing, &term("day", 1), Rail::Stars, later).unwrap();
    assert_eq!(end(&second.standing), NOW.after(days(2)));
    assert_eq!((second.replaces, second.bonus), (None, Millis::ZERO));
    let over = NOW.after(days(2));
    let third = bought(&second.standing, &term("day", 1), Rail::Stars, over).unwrap();
    assert_eq!(end(&third.standing), over.after(days(1)));
}

#[test]
fn what_renews_is_awaited_for_its_days_of_grace_and_goes_on_from_its_end_within_them() {
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    let term = term("month", 30);
    let deal = Deal {
        term: &term,
        rail: Rail::Stars,
        renews: true,
    };
    let first = begin(&Standing::default(), deal, shelf, NOW).unwrap().standing;
    let (over, grace) = (NOW.after(days(30)), NOW.after(days(33)));
    assert_eq!((end(&first), first.plan_grace), (over, Some(grace)));
    let next = |now| end(&begin(&first, deal, shelf, now).unwrap().standing);
    let last = Timestamp(grace.0 - 1);
    assert_eq!([next(over), next(last)], [NOW.after(days(60)); 2]);
    assert_eq!(next(grace), grace.after(days(30)));
    let once = Deal {
        renews: false,
        ..deal
    };
    let once = begin(&first, once, shelf, NOW).unwrap().standing;
    assert_eq!(
        once.plan_grace, None,
        "nobody waits for what does not come by itself"
    );
    assert_eq!(
        without(&first, &term, NOW),
        Standing {
            revision: 2,
            ..Standing::default()
        }
    );
    let strict = [Plan {
        grace_days: 0,
        ..plans[1].clone()
    }];
    let strict = Shelf {
        plans: &strict,
        packs: &[],
    };
    let strict = begin(&Standing::default(), deal, strict, NOW).unwrap();
    assert_eq!(strict.standing.plan_grace, None);
}

#[test]
fn a_grace_is_not_exchanged_for_anything() {
    let mut standing = on("month", Some(Timestamp(NOW.0 - DAY.0)));
    standing.plan_grace = Some(NOW.after(days(2)));
    let begun = bought(&standing, &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!(end(&begun.standing), NOW.after(days(1)));
    assert_eq!((begun.replaces, begun.bonus), (None, Millis::ZERO));
}

#[test]
fn the_rest_of_another_plan_becomes_time_of_the_new_one_at_its_price() {
    // Ten days of the month are 500 Stars, which are five days at 100.
    let month = on("month", Some(NOW.after(days(10))));
    let up = bought(&month, &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!((up.bonus, up.replaces.as_deref()), (days(5), Some("month")));
    assert_eq!(end(&up.standing), NOW.after(days(6)));
    // Five days at 100 Stars are ten of the month.
    let day = on("day", Some(NOW.after(days(5))));
    let down = bought(&day, &term("month", 30), Rail::Stars, NOW).unwrap();
    assert_eq!((down.bonus, end(&down.standing)), (days(10), NOW.after(days(40))));
    // On the rail of the payment neither has a price: by the first on which both have one.
    let other = bought(&month, &term("day", 1), Rail::Stripe, NOW).unwrap();
    assert_eq!(other.bonus, days(5));
    // By the rail of the payment, where both have a price there.
    let double = |rail| bought(&month, &term("double", 30), rail, NOW).unwrap().bonus;
    assert_eq!(
        (double(Rail::Stars), double(Rail::YooKassa)),
        (days(10), days(20))
    );
    // Roubles know another relation than Stars would.
    let local = bought(&month, &term("local", 30), Rail::Stars, NOW).unwrap();
    assert_eq!(local.bonus, days(20));
}

#[test]
fn a_rest_is_rounded_up_to_a_minute() {
    let month = on("month", Some(NOW.after(Millis(1))));
    let begun = bought(&month, &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!(begun.bonus, Millis(MINUTE));
}

#[test]
fn what_cannot_be_exchanged_is_not_lost_but_waited_for() {
    let until = NOW.after(days(10));
    let refused = |held: &str, wanted: &str| {
        let why = bought(&on(held, Some(until)), &term(wanted, 30), Rail::Stars, NOW);
        let plan = held.to_owned();
        assert_eq!(why, Err(NotBegun::Running { plan, until }), "{held} {wanted}");
    };
    refused("day", "local");
    refused("gone", "day");
    refused("day", "gift");
    refused("day", "instant");
    refused("instant", "day");
    let after = bought(&on("day", Some(until)), &term("local", 30), Rail::YooKassa, until).unwrap();
    assert_eq!(after.bonus, Millis::ZERO);
}

#[test]
fn a_plan_that_was_never_sold_gives_way_for_nothing() {
    let held = on("gift", Some(NOW.after(days(10))));
    let begun = bought(&held, &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!(
        (begun.bonus, begun.replaces.as_deref()),
        (Millis::ZERO, Some("gift"))
    );
}

#[test]
fn the_time_of_a_plan_whose_credits_are_worth_its_price_is_worth_half_of_it() {
    let price = |plan: &str| {
        let plans = plans();
        let plan = plans.iter().find(|one| one.key == plan).unwrap();
        (
            plan.prices.on(Rail::Stars).unwrap().minor,
            u64::from(plan.days.unwrap()),
        )
    };
    let ((tokens, per_days), (day, one)) = (price("tokens"), price("day"));
    let held = on("tokens", Some(NOW.after(days(10))));
    let begun = bought(&held, &term("day", 1), Rail::Stars, NOW).unwrap();
    let minutes = 10 * 1440 * tokens.div_ceil(2) * one;
    let expected = minutes.div_ceil(per_days * day);
    assert_eq!(begun.bonus.0 / MINUTE, i64::try_from(expected).unwrap());
    // And a rest becomes no time without end.
    let held = on("day", Some(NOW.after(days(10))));
    assert!(bought(&held, &term("tokens", 30), Rail::Stars, NOW).is_ok());
}

#[test]
fn credits_that_came_with_a_plan_are_not_given_again_as_time() {
    // 1500 Stars less 60 credits at 10 are 900 for thirty days: a ninth of them is a hundred, a day.
    let held = on("tier", Some(NOW.after(Millis(days(10).0 / 3))));
    let begun = bought(&held, &term("day", 1), Rail::Stars, NOW).unwrap();
    assert_eq!(begun.bonus, days(1));
}

#[test]
fn a_plan_for_ever_is_never_exchanged_for_one_with_an_end() {
    for held in ["day", "month", "gift", "gone"] {
        let why = bought(&on(held, None), &term("month", 30), Rail::Stars, NOW).unwrap_err();
        assert_eq!(why, NotBegun::Endless(held.to_owned()));
        assert_eq!(without(&on(held, None), &term(held, 1), NOW), on(held, None));
        assert_eq!(
            given_again(&on(held, None), &term("day", 1), NOW),
            Ok(on(held, None))
        );
    }
}

#[test]
fn a_term_that_is_taken_back_ends_a_plan_that_has_no_more_and_leaves_another_alone() {
    let day = term("day", 1);
    let two = on("day", Some(NOW.after(days(2))));
    assert_eq!(end(&without(&two, &day, NOW)), NOW.after(days(1)));
    let one = on("day", Some(NOW.after(days(1))));
    assert_eq!(without(&one, &day, NOW).plan, None);
    assert_eq!(without(&one, &term("day", 9), NOW).plan, None);
    assert_eq!(without(&one, &term("month", 1), NOW), one);
    assert_eq!(without(&Standing::default(), &day, NOW), Standing::default());
}

#[test]
fn a_term_that_is_given_again_begins_goes_on_or_extends_what_runs_by_its_worth() {
    let day = term("day", 1);
    let again = |standing: &Standing| given_again(standing, &day, NOW).unwrap();
    assert_eq!(end(&again(&Standing::default())), NOW.after(days(1)));
    assert_eq!(
        end(&again(&on("month", Some(NOW)))),
        NOW.after(days(1)),
        "that is over"
    );
    let day_runs = on("day", Some(NOW.after(days(4))));
    assert_eq!(end(&again(&day_runs)), NOW.after(days(5)));
    // A day is 100 Stars, which are two days of the month.
    let month_runs = again(&on("month", Some(NOW.after(days(4)))));
    assert_eq!(month_runs.plan.as_ref().unwrap().key, "month");
    assert_eq!(end(&month_runs), NOW.after(days(6)));
    let lost = given_again(&on("local", Some(NOW.after(days(4)))), &day, NOW);
    assert!(matches!(lost, Err(NotBegun::Running { plan, .. }) if plan == "local"));
}

/// A catalogue of two plans with a price on one rail.
fn two(prices: [u64; 2], lengths: [u32; 2]) -> [Plan; 2] {
    let [a, b] = prices;
    let [a_days, b_days] = lengths;
    [
        plan("a", a_days, &[(Rail::Stars, a)]),
        plan("b", b_days, &[(Rail::Stars, b)]),
    ]
}

fn name(at: usize) -> &'static str {
    ["a", "b", "c"][at % 3]
}

/// What so much time of a plan is worth, times the days for which either plan is sold, so that nothing is rounded.
fn worth(time: Millis, price: u64, other_length: u32) -> u128 {
    u128::try_from(time.0).unwrap() * u128::from(price) * u128::from(other_length)
}

proptest! {
    #[test]
    fn what_is_extended_and_taken_back_is_as_before(
        left in 1_i64..10_000_000_000, length in 1_u32..3660, revision in 0_u64..9
    ) {
        let before = Standing { revision, ..on("month", Some(NOW.after(Millis(left)))) };
        let term = term("month", length);
        let extended = bought(&before, &term, Rail::Stars, NOW).unwrap().standing;
        prop_assert_eq!(end(&extended), end(&before).after(days(length)));
        let after = without(&extended, &term, NOW);
        prop_assert_eq!(after.revision, revision + 2);
        let again = given_again(&after, &term, NOW).unwrap();
        prop_assert_eq!(&again.plan, &extended.plan);
        prop_assert_eq!(after.plan, before.plan);
    }

    #[test]
    fn an_exchange_loses_nothing_and_gives_less_than_a_minute(
        left in 1_i64..400_000_000_000, prices in prop::array::uniform2(1_u64..10_000_000),
        lengths in prop::array::uniform2(1_u32..3660)
    ) {
        let plans = two(prices, lengths);
        let shelf = Shelf { plans: &plans, packs: &[] };
        let before = on("a", Some(NOW.after(Millis(left))));
        let bought = term("b", lengths[1]);
        let deal = Deal { term: &bought, rail: Rail::Stars, renews: false };
        let begun = begin(&before, deal, shelf, NOW).unwrap();
        let had = worth(Millis(left), prices[0], lengths[1]);
        let has = worth(begun.bonus, prices[1], lengths[0]);
        let minute = worth(Millis(MINUTE), prices[1], lengths[0]);
        prop_assert!(has >= had && has - had < minute, "{had} {has}");
        prop_assert_eq!(end(&begun.standing), NOW.after(days(lengths[1])).after(begun.bonus));
        // What was paid goes back: what had been there before is there again.
        let back = without(&begun.standing, &bought, NOW);
        prop_assert_eq!(back.plan, before.plan);
    }

    #[test]
    fn nothing_overflows_for_absurd_times_prices_and_lengths(
        now in any::<i64>(), until in any::<Option<i64>>(), grace in any::<Option<i64>>(),
        prices in prop::array::uniform2(any::<u64>()), lengths in prop::array::uniform2(any::<u32>()),
        credits in prop::array::uniform3(any::<u32>()), held in 0_usize..3, wanted in 0_usize..3, length in any::<u32>()
    ) {
        let mut plans = two(prices, lengths);
        plans[0].credits = Credits(credits[0]);
        plans[1].credits = Credits(credits[1]);
        plans[1].grace_days = length;
        let packs = [Pack { credits: Credits(credits[2]), ..packs().remove(0) }];
        let shelf = Shelf { plans: &plans, packs: &packs };
        let now = Timestamp(now);
        let before = Standing { plan_grace: grace.map(Timestamp), ..on(name(held), until.map(Timestamp)) };
        let term = term(name(wanted), length);
        let deal = Deal { term: &term, rail: Rail::Stripe, renews: true };
        if let Ok(begun) = begin(&before, deal, shelf, now) {
            prop_assert!(begun.bonus >= Millis::ZERO);
            let from = if begun.replaces.is_some() { now } else { end(&before).min(now) };
            prop_assert!(end(&begun.standing) >= from);
            withdraw(&begun.standing, &term, now);
        }
        withdraw(&before, &term, now);
        if let Ok(after) = restore(&before, (&term, own(&term, term.span())), Rail::Stars, shelf, now) {
            prop_assert!(before.plan_at(now).is_none() || after.plan_at(now).is_some() || grace.is_some());
        }
    }

    /// However plans are bought one after another, the worth of what is held never falls below what was paid less the time
    /// that has gone by, each at the price of the plan that was held then.
    #[test]
    fn no_order_of_purchases_loses_what_was_paid(
        steps in prop::collection::vec((0_usize..2, 0_i64..40 * 24 * 60), 1..12)
    ) {
        let plans = two([100, 1_500], [1, 30]);
        let shelf = Shelf { plans: &plans, packs: &[] };
        // By the minute: 100 Stars a day, and 50.
        let rate = |key: &str| if key == "a" { 2_i64 } else { 1 };
        let (mut standing, mut now, mut owed) = (Standing::default(), NOW, 0_i64);
        for (at, minutes) in steps {
            let length = [1, 30][at];
            let term = term(name(at), length);
            let deal = Deal { term: &term, rail: Rail::Stars, renews: false };
            standing = begin(&standing, deal, shelf, now).unwrap().standing;
            owed += rate(name(at)) * days(length).0;
            let held = end(&standing).since(now).0 * rate(name(at));
            prop_assert!(held >= owed && held - owed < 12 * 2 * MINUTE, "{held} {owed}");
            let later = now.after(Millis::from_mins(minutes));
            let used = later.min(end(&standing)).since(now).0 * rate(name(at));
            owed = (held - used).max(0);
            now = later;
        }
    }
}

#[test]
fn the_days_of_a_plan_that_nobody_sells_any_more_are_given_again_to_who_still_has_it() {
    let none = Shelf {
        plans: &[],
        packs: &[],
    };
    let standing = on("month", Some(NOW.after(days(3))));
    let month = term("month", 30);
    let again = restore(&standing, (&month, own(&month, days(30))), Rail::Stars, none, NOW).unwrap();
    assert_eq!(end(&again), NOW.after(days(33)));
}

#[test]
fn what_was_not_taken_is_not_given_again() {
    let shelf = Shelf {
        plans: &plans(),
        packs: &packs(),
    };
    let month = term("month", 30);
    for before in [Standing::default(), on("month", Some(NOW.after(days(3))))] {
        let after = restore(
            &before,
            (&month, own(&month, Millis::ZERO)),
            Rail::Stars,
            shelf,
            NOW,
        )
        .unwrap();
        assert_eq!(after, before);
    }
    // What was left is what was taken, and comes again; what was over before is not.
    let before = on("month", Some(NOW.after(days(3))));
    let gone = withdraw(&before, &month, NOW);
    let (gone, taken) = (gone.standing, gone.time);
    assert_eq!((gone.plan.clone(), taken), (None, days(3)));
    let again = restore(&gone, (&month, own(&month, taken)), Rail::Stars, shelf, NOW).unwrap();
    assert_eq!(end(&again), NOW.after(days(3)));
}
