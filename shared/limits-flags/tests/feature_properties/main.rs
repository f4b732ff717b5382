//! What holds for every registry and every customer.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

mod naive;
mod random;

use domain::standing::{Held, Standing};
use limits_flags::features::{Entitlements, Facts, Reason, Registry, RegistryRows};
use proptest::prelude::*;
use random::{NOW, World};

fn facts(world: &World) -> Facts<'_> {
    Facts {
        user: "7294618350",
        country: world.country.as_deref(),
        locale: "ru",
        now: NOW,
    }
}

/// Every answer, so that two registries can be compared.
fn answers(entitlements: &Entitlements<'_>) -> Vec<String> {
    let all = entitlements.all();
    let mut answers: Vec<String> = all.map(|check| serde_json::to_string(&check).unwrap()).collect();
    answers.sort();
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn the_answer_is_that_of_the_naive_reading_of_the_rows(world in random::world()) {
        let registry = Registry::compile(world.rows.clone());
        let entitlements = registry.entitlements(&world.standing, facts(&world));
        for feature in world.rows.features.keys() {
            let check = entitlements.check(feature);
            let naive = naive::answer(&world, feature);
            prop_assert_eq!(check.has_access, naive.has_access, "{} {:?}", feature, check);
            prop_assert_eq!(check.has_access, entitlements.has(feature));
            prop_assert_eq!(check.has_access, entitlements.require(feature).is_ok());
            prop_assert_eq!(check.has_access, check.reason == Reason::Granted);
            if check.has_access {
                prop_assert_eq!(check.value, naive.value.as_ref());
                let prefix = format!("feature-{feature}-");
                let limits = check.limits.iter().map(|limit| (limit.id.replacen(&prefix, "", 1), limit.max));
                prop_assert_eq!(limits.collect::<Vec<_>>(), naive.limits);
            }
            prop_assert_eq!(entitlements.explain(feature).unwrap().check, check);
        }
    }

    #[test]
    fn what_a_granted_feature_depends_on_is_granted(world in random::world()) {
        let registry = Registry::compile(world.rows.clone());
        let entitlements = registry.entitlements(&world.standing, facts(&world));
        for (feature, row) in &world.rows.features {
            let check = entitlements.check(feature);
            if check.has_access {
                for needed in &row.depends_on {
                    prop_assert!(entitlements.has(needed), "{} without {}", feature, needed);
                }
            }
            if check.reason == Reason::DependencyOff {
                // Each step of the path is a dependency, and its end is off by itself.
                for step in check.path.windows(2) {
                    prop_assert!(world.rows.features[step[0]].depends_on.iter().any(|needed| needed == step[1]));
                }
                let last = entitlements.check(check.path.last().unwrap());
                prop_assert!(!last.has_access && last.reason != Reason::DependencyOff, "{:?}", last);
            }
        }
    }

    #[test]
    fn an_add_on_more_takes_nothing_from_anybody(world in random::world(), addon in 0..3) {
        let registry = Registry::compile(world.rows.clone());
        let mut standing = world.standing.clone();
        standing.addons.insert(format!("a{addon}"), None);
        let before = registry.entitlements(&world.standing, facts(&world));
        let after = registry.entitlements(&standing, facts(&world));
        for feature in world.rows.features.keys() {
            let (before, after) = (before.check(feature), after.check(feature));
            // An add-on that takes a feature away cannot be written.
            if !before.has_access || !after.has_access {
                continue;
            }
            for limit in after.limits {
                let was = before.limits.iter().find(|was| was.id == limit.id);
                prop_assert!(was.is_some_and(|was| was.max <= limit.max), "{:?} {:?}", before, after);
            }
        }
    }

    #[test]
    fn the_order_in_a_list_of_limits_changes_no_counter(world in random::world(), seed in any::<u64>()) {
        let mut rows = world.rows.clone();
        let addons = rows.addons.values_mut().map(|row| &mut row.features);
        let tiers = rows.tiers.values_mut().map(|row| &mut row.features);
        let given = addons.chain(tiers).flat_map(|features| features.values_mut());
        let mut lists: Vec<_> = given.filter_map(|given| given.limits.as_mut()).collect();
        for row in rows.features.values_mut() {
            lists.extend(row.limits.values_mut().chain(row.default.limits.as_mut()));
        }
        for list in lists {
            random::shuffle(list, seed);
        }
        let (one, other) = (Registry::compile(world.rows.clone()), Registry::compile(rows));
        let of = |registry: &Registry, feature: &str| {
            let entitlements = registry.entitlements(&world.standing, facts(&world));
            let check = entitlements.check(feature);
            let mut limits: Vec<_> = check.limits.iter().map(|limit| (limit.id.clone(), limit.max)).collect();
            limits.sort();
            limits
        };
        for feature in world.rows.features.keys() {
            prop_assert_eq!(of(&one, feature), of(&other, feature));
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing(world in random::world(), seed in any::<u64>()) {
        let mut rows = world.stored();
        let one = Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
        random::shuffle(&mut rows, seed);
        let other = Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
        prop_assert_eq!(one.problems(), other.problems());
        let answers = |registry: &Registry| answers(&registry.entitlements(&world.standing, facts(&world)));
        prop_assert_eq!(answers(&one), answers(&other));
    }

    #[test]
    fn a_tier_more_that_nobody_is_on_or_inherits_from_changes_only_what_would_unlock(world in random::world()) {
        let mut more = world.rows.clone();
        let row = r#"{"name":"X","rank":1000,"features":{"f0":true,"f1":{"enabled":true}}}"#;
        more.tiers.insert("x".to_owned(), serde_json::from_str(row).unwrap());
        let (one, other) = (Registry::compile(world.rows.clone()), Registry::compile(more));
        // Where there was no tier at all, the first one is everybody's.
        prop_assume!(!world.rows.tiers.is_empty());
        let before = one.entitlements(&world.standing, facts(&world));
        let after = other.entitlements(&world.standing, facts(&world));
        for feature in world.rows.features.keys() {
            let (before, mut after) = (before.check(feature), after.check(feature));
            after.unlocked_by = before.unlocked_by.clone();
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn what_is_said_to_unlock_does_and_no_lower_tier_would(world in random::world()) {
        let registry = Registry::compile(world.rows.clone());
        let entitlements = registry.entitlements(&world.standing, facts(&world));
        let tiers: Vec<&str> = registry.tiers().map(|(key, _)| key).collect();
        let place = |tier: Option<&str>| tiers.iter().position(|key| Some(*key) == tier);
        for feature in world.rows.features.keys() {
            let with_tier = |tier: &str| {
                let tier = Some(Held { key: tier.to_owned(), until: None });
                let standing = Standing { tier, ..world.standing.clone() };
                registry.entitlements(&standing, facts(&world)).has(feature)
            };
            let check = entitlements.check(feature);
            if check.has_access {
                prop_assert!(check.unlocked_by.is_empty());
                continue;
            }
            let above = place(entitlements.tier()).map_or(0, |place| place + 1);
            let first = tiers.iter().skip(above).find(|tier| with_tier(tier));
            prop_assert_eq!(check.unlocked_by.tier, first.copied());
            for (addon, _) in registry.addons() {
                let mut standing = world.standing.clone();
                let held = standing.addons_at(NOW).any(|held| held == addon);
                standing.addons.insert(addon.to_owned(), None);
                let does = !held && registry.entitlements(&standing, facts(&world)).has(feature);
                prop_assert_eq!(check.unlocked_by.addons.contains(&addon), does, "{} {}", feature, addon);
            }
        }
    }

    #[test]
    fn no_rows_and_no_standing_can_make_it_panic(
        rows in proptest::collection::vec((random::sort_key(), random::any_json()), 0..12),
        overridden in random::any_json(),
        good in any::<bool>(),
    ) {
        let mut taken = RegistryRows::default();
        for (sort, body) in &rows {
            taken.take(sort, &body.to_string());
        }
        taken.take("feature#good", &format!(r#"{{"name":"Good","default":{good}}}"#));
        let _ = limits_flags::features::problems(taken.clone(), ["a", "good"]);
        let registry = Registry::compile(taken);
        let standing = random::standing_with(&overridden);
        let facts = Facts { user: "", country: None, locale: "", now: NOW };
        let entitlements = registry.entitlements(&standing, facts);
        for (key, _) in registry.features() {
            let check = entitlements.check(key);
            prop_assert_eq!(entitlements.has(key), check.has_access);
            let text = entitlements.explain(key).unwrap().to_string();
            prop_assert!(text.starts_with(key));
            let _ = registry.limits_of(key);
        }
        let _ = (entitlements.enabled_components().count(), entitlements.require_tier("a"));
        // One good row stands among whatever rows, unless another says something of it.
        let mentioned = rows.iter().any(|(sort, body)| sort.contains("good") || body.to_string().contains("good"));
        if !mentioned && !overridden.to_string().contains("good") {
            prop_assert_eq!(entitlements.has("good"), good);
        }
    }
}

#[test]
fn random_worlds_are_worth_asking() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reasons = std::collections::BTreeMap::<&str, u32>::new();
    for _ in 0..300 {
        let world = random::world().new_tree(&mut runner).unwrap().current();
        let registry = Registry::compile(world.rows.clone());
        assert_eq!(registry.problems(), []);
        let entitlements = registry.entitlements(&world.standing, facts(&world));
        for check in entitlements.all() {
            *reasons.entry(check.reason.as_str()).or_default() += 1;
        }
    }
    println!("{reasons:?}");
    for reason in [
        "granted",
        "inactive",
        "overridden_off",
        "expired",
        "tier_too_low",
        "not_in_tier",
        "targeting",
        "dependency_off",
    ] {
        assert!(
            reasons.get(reason).is_some_and(|count| *count >= 10),
            "{reason}: {reasons:?}"
        );
    }
}
