//! What of a plan came from another goes with the money for that, and comes back with the money for the plan.

use super::*;

/// A day of the one and two of the other cost as much.
fn runs(standing: &Standing, term: &Term, now: Timestamp) -> Standing {
    bought(standing, term, Rail::Stars, now).unwrap().standing
}

#[test]
fn money_for_a_plan_that_was_exchanged_takes_what_it_has_become() {
    let (ten, month) = (term("day", 10), term("month", 30));
    let first = runs(&Standing::default(), &ten, NOW);
    // Two days are used, eight become sixteen of the month.
    let later = NOW.after(days(2));
    let second = runs(&first, &month, later);
    assert_eq!(end(&second), later.after(days(46)));
    let expected = [Exchanged {
        plan: "day".to_owned(),
        rest: days(8),
        time: days(16),
    }];
    assert_eq!(second.exchanged, expected);
    let taken = withdraw(&second, &ten, later);
    let back = taken.standing;
    assert_eq!((end(&back), back.exchanged.len()), (later.after(days(30)), 0));
    assert_eq!((taken.plan.as_str(), taken.time), ("month", days(16)));
    assert_eq!(without(&back, &ten, later), back, "once");
}

#[test]
fn what_was_exchanged_twice_goes_with_the_money_for_the_first_and_what_comes_back_is_its_own() {
    let (day, month, double) = (term("day", 10), term("month", 30), term("double", 30));
    let first = runs(&Standing::default(), &day, NOW);
    let second = runs(&first, &month, NOW);
    let third = runs(&second, &double, NOW);
    assert_eq!(end(&third), NOW.after(days(80)));
    let of = |standing: &Standing| -> Vec<(String, i64, i64)> {
        let parts = standing.exchanged.iter();
        parts
            .map(|part| (part.plan.clone(), part.rest.0 / DAY.0, part.time.0 / DAY.0))
            .collect()
    };
    let parts = |parts: [(&str, i64, i64); 2]| parts.map(|(plan, rest, time)| (plan.to_owned(), rest, time));
    assert_eq!(of(&third), parts([("day", 10, 20), ("month", 30, 30)]));
    assert_eq!(end(&without(&third, &day, NOW)), NOW.after(days(60)));
    assert_eq!(end(&without(&third, &month, NOW)), NOW.after(days(50)));
    // Back into the first: its own ten days are its own again, the others are remembered.
    let back = runs(&third, &day, NOW);
    assert_eq!(of(&back), parts([("month", 30, 15), ("double", 30, 15)]));
    assert_eq!(end(&back), NOW.after(days(50)));
    // What goes on keeps it, what is over forgets it.
    assert_eq!(of(&runs(&back, &day, NOW)), of(&back));
    assert_eq!(of(&runs(&back, &month, NOW.after(days(50)))), []);
}

#[test]
fn what_is_exchanged_is_used_last_and_given_again_as_it_was_taken() {
    let (day, month) = (term("day", 10), term("month", 30));
    let held = runs(&runs(&Standing::default(), &day, NOW), &month, NOW);
    // Of fifty days forty are gone: ten of the twenty that were the other's are left.
    let late = NOW.after(days(40));
    let over = withdraw(&held, &day, late);
    assert_eq!((over.standing.plan, over.time), (None, days(10)));
    let then = NOW.after(days(20));
    let gone = without(&held, &day, then);
    let taken = Withdrawn {
        plan: "month",
        time: days(20),
    };
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    let again = restore(&gone, (&day, taken), Rail::Stars, shelf, then).unwrap();
    assert_eq!(end(&again), end(&held));
    assert_eq!(
        end(&without(&again, &day, then)),
        end(&gone),
        "and may be taken once more"
    );
    // An awaited renewal is awaited as long after the new end.
    let awaited = Standing {
        plan_grace: Some(end(&held).after(days(3))),
        ..held
    };
    let grace = without(&awaited, &day, NOW).plan_grace;
    assert_eq!(grace, Some(NOW.after(days(33))));
}

#[test]
fn money_for_the_plan_that_took_anothers_place_gives_that_back_as_it_was() {
    let (day, month, double) = (term("day", 10), term("month", 30), term("double", 30));
    let first = runs(&Standing::default(), &day, NOW);
    let second = runs(&first, &month, NOW);
    let taken = withdraw(&second, &month, NOW);
    assert_eq!((taken.plan.as_str(), taken.time), ("month", days(30)));
    let back = taken.standing;
    assert_eq!(back.plan_at(NOW), Some("day"));
    assert_eq!((end(&back), back.exchanged.len()), (NOW.after(days(10)), 0));
    // Half of what was left may have gone by; and what had come before it is remembered.
    let late = NOW.after(days(40));
    let half = without(&second, &month, late);
    assert_eq!(
        (half.plan_at(late), end(&half)),
        (Some("day"), late.after(days(5)))
    );
    let third = runs(&second, &double, NOW);
    let again = without(&third, &double, NOW);
    assert_eq!(
        (again.plan_at(NOW), end(&again)),
        (Some("month"), NOW.after(days(50)))
    );
    assert_eq!(again.exchanged, second.exchanged);
    assert_eq!(without(&again, &month, NOW).plan, back.plan);
}

#[test]
fn a_plan_that_there_is_no_more_does_not_begin() {
    let gone = bought(&Standing::default(), &term("gone", 30), Rail::Stars, NOW).unwrap_err();
    assert_eq!(
        (gone.misfit(), gone),
        (Misfit::PlanGone, NotBegun::Gone("gone".to_owned()))
    );
    let runs = bought(
        &on("local", Some(NOW.after(days(4)))),
        &term("day", 1),
        Rail::Stars,
        NOW,
    );
    assert_eq!(runs.unwrap_err().misfit(), Misfit::PlanRuns);
}

#[test]
fn a_plan_keeps_its_own_days_that_were_not_taken_back_and_awaits_no_renewal_for_them() {
    let (day, month) = (term("day", 10), term("month", 30));
    let held = runs(&runs(&Standing::default(), &day, NOW), &month, NOW);
    let longer = Standing {
        plan_grace: Some(NOW.after(days(83))),
        ..runs(&held, &month, NOW)
    };
    let back = without(&longer, &month, NOW);
    assert_eq!(
        (back.plan_at(NOW), end(&back)),
        (Some("month"), NOW.after(days(50)))
    );
    assert_eq!((&back.exchanged, back.plan_grace), (&held.exchanged, None));
}

#[test]
fn of_what_was_exchanged_and_is_half_gone_only_the_rest_is_exchanged_again() {
    let (day, month, double) = (term("day", 10), term("month", 30), term("double", 30));
    let held = runs(&runs(&Standing::default(), &day, NOW), &month, NOW);
    let late = NOW.after(days(40));
    let third = runs(&held, &double, late);
    let expected = [Exchanged {
        plan: "day".to_owned(),
        rest: days(5),
        time: days(10),
    }];
    assert_eq!(third.exchanged, expected);
}

#[test]
fn a_renewal_that_comes_is_awaited_for_its_days_of_grace_and_one_that_was_called_off_is_not() {
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    let until = NOW.after(days(9));
    let month = term("month", 30);
    let plain = on("month", Some(until));
    let awaited = awaiting(&plain, &month, true, shelf).unwrap();
    assert_eq!(
        (awaited.plan_grace, awaited.revision),
        (Some(until.after(days(3))), 1)
    );
    assert_eq!(awaiting(&awaited, &month, true, shelf), None, "it is so already");
    let off = awaiting(&awaited, &month, false, shelf).unwrap();
    assert_eq!((off.plan_grace, off.plan), (None, plain.plan.clone()));
    assert_eq!(awaiting(&plain, &month, false, shelf), None);
    assert_eq!(
        awaiting(&awaited, &term("day", 1), false, shelf),
        None,
        "another plan's"
    );
    assert_eq!(awaiting(&Standing::default(), &month, true, shelf), None);
    let graceless = [Plan {
        grace_days: 0,
        ..plans[1].clone()
    }];
    let shelf = Shelf {
        plans: &graceless,
        packs: &packs,
    };
    assert_eq!(awaiting(&plain, &month, true, shelf), None, "for no time");
}

#[test]
fn days_of_a_term_that_were_used_before_its_exchange_never_come_back() {
    let (day, month) = (term("day", 10), term("month", 30));
    let first = runs(&Standing::default(), &day, NOW);
    let late = NOW.after(days(9));
    let held = runs(&first, &month, late);
    let taken = withdraw(&held, &day, late);
    assert_eq!((taken.plan.as_str(), taken.time), ("month", days(2)));
    let (plans, packs) = (plans(), packs());
    let shelf = Shelf {
        plans: &plans,
        packs: &packs,
    };
    let again = Withdrawn {
        plan: "month",
        time: days(2),
    };
    let restored = restore(&taken.standing, (&day, again), Rail::Stars, shelf, late).unwrap();
    assert_eq!(
        (end(&restored), &restored.exchanged),
        (end(&held), &held.exchanged)
    );
    let back = without(&restored, &month, late);
    assert_eq!(
        (back.plan_at(late), end(&back)),
        (Some("day"), late.after(days(1)))
    );
}
