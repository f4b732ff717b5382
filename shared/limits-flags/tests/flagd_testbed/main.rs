//! The flagd testbed against our evaluator: every case of the evaluator's suite, and of the providers' suites whatever
//! needs no provider. The suite lies in the source of the crate `open-feature-flagd`, which is locked and downloaded but
//! never built. Run with `--nocapture` to see the groups.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "all of it is test code, which clippy sees in test functions only"
)]

mod gherkin;
mod steps;
mod testbed;

use std::collections::BTreeMap;

use gherkin::Scenario;
use steps::Sets;
use testbed::Testbed;

/// Passed and all cases of a group, and what failed.
#[derive(Default)]
struct Group {
    passed: usize,
    total: usize,
    failures: Vec<String>,
}

/// Runs every scenario of a file but those with one of the tags.
fn run(group: &mut Group, file: &str, text: &str, sets: &Sets, without: &[&str]) {
    for scenario in gherkin::scenarios(text) {
        if scenario.tags.iter().any(|tag| without.contains(&tag.as_str())) {
            continue;
        }
        group.total += 1;
        match steps::play(&scenario, sets) {
            Ok(()) => group.passed += 1,
            Err(why) => group.failures.push(described(file, &scenario, &why)),
        }
    }
}

fn described(file: &str, scenario: &Scenario, why: &str) -> String {
    format!(
        "{file}: {}: {why}\n    {}",
        scenario.name,
        scenario.steps.join("\n    ")
    )
}

fn report(suite: &str, groups: BTreeMap<String, Group>) {
    for (name, group) in &groups {
        println!("{suite}, {name}: {} / {}", group.passed, group.total);
    }
    let total: usize = groups.values().map(|group| group.total).sum();
    let failures: Vec<_> = groups.into_values().flat_map(|group| group.failures).collect();
    println!("{suite}: {} / {total}", total - failures.len());
    assert!(total > 0, "{suite} has no cases");
    assert!(failures.is_empty(), "{suite}:\n{}", failures.join("\n"));
}

fn suite(name: &str, directory: &str, files: &[&str], sets: &Sets, without: &[&str]) {
    let testbed = Testbed::find();
    let mut groups = BTreeMap::<String, Group>::new();
    for (file, text) in testbed.features(directory) {
        if files.is_empty() || files.contains(&file.as_str()) {
            run(
                groups.entry(file.clone()).or_default(),
                &file,
                &text,
                sets,
                without,
            );
        }
    }
    report(name, groups);
}

const NOT_V3: &[&str] = &["fractional-v1", "fractional-v2", "deprecated"];
const NOT_V2: &[&str] = &["fractional-v1", "fractional-v3", "deprecated"];

#[test]
fn every_case_of_the_evaluator_suite_passes() {
    let sets = Sets::evaluator(Testbed::find(), 3);
    suite("evaluator, fractional 3", "evaluator/gherkin", &[], &sets, NOT_V3);
}

#[test]
fn every_fractional_case_of_the_evaluator_suite_passes_in_version_2() {
    let sets = Sets::evaluator(Testbed::find(), 2);
    suite(
        "evaluator, fractional 2",
        "evaluator/gherkin",
        &["fractional"],
        &sets,
        NOT_V2,
    );
}

#[test]
fn every_case_of_the_provider_suites_that_is_about_evaluation_passes() {
    let sets = Sets::provider(Testbed::find(), 3);
    let files = ["targeting", "evaluation", "metadata", "disabled"];
    suite("provider, fractional 3", "gherkin", &files, &sets, NOT_V3);
}

#[test]
fn every_targeting_case_of_the_provider_suites_passes_in_version_2() {
    let sets = Sets::provider(Testbed::find(), 2);
    suite("provider, fractional 2", "gherkin", &["targeting"], &sets, NOT_V2);
}
