//! The house rules, held against the project itself, and each shown a mistake that it must see.

#![allow(
    clippy::unwrap_used,
    reason = "a project that cannot be read fails the test that reads it"
)]

use serde::Deserialize;
use tests::tidy::dependencies::{Outside, Rules};
use tests::tidy::project::{Workspace, text};
use tests::tidy::sources::Source;
use tests::tidy::template::Template;
use tests::tidy::{
    Findings, comparisons, dependencies, edges, environment, events, fixtures, functions, meters, policies,
    sizes, sources, template_rules, words,
};

fn template() -> Template {
    Template::parse(&text("template.yaml").unwrap()).unwrap()
}

#[track_caller]
fn nothing_is_in(findings: &Findings) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn crates_depend_downwards_only() {
    nothing_is_in(&edges::point_down(&Workspace::load().unwrap()));
}

#[test]
fn outside_protocols_stay_in_the_crates_at_the_edge() {
    nothing_is_in(&edges::keep_the_edge(&Workspace::load().unwrap()));
}

#[test]
fn nobody_but_the_simulation_plays_the_outside() {
    nothing_is_in(&edges::play_nothing(&Workspace::load().unwrap()));
}

#[test]
fn functions_hold_what_they_do_to_their_time() {
    let (workspace, mut all) = (Workspace::load().unwrap(), sources::all().unwrap());
    nothing_is_in(&functions::held_to_their_time(&workspace, &all));
    all.retain(|source| source.path != "functions/cleanup/src/lib.rs");
    let found = functions::held_to_their_time(&workspace, &all);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn what_comes_from_outside_is_allowed_to() {
    let rules = Rules::parse(&text("deny.toml").unwrap()).unwrap();
    nothing_is_in(&dependencies::let_in(&rules, &Outside::load().unwrap()));
}

#[test]
fn what_the_benchmarks_bring_from_outside_is_allowed_to_and_they_measure_what_is_deployed() {
    let rules = Rules::parse(&text("deny.toml").unwrap()).unwrap();
    nothing_is_in(&dependencies::let_in(&rules, &Outside::load_benches().unwrap()));
    let [deployed, measured] =
        ["Cargo.lock", "tests/benches-flags/Cargo.lock"].map(|lock| text(lock).unwrap());
    nothing_is_in(&dependencies::drifted(&deployed, &measured).unwrap());
}

#[test]
fn the_template_keeps_its_rules() {
    nothing_is_in(&template_rules(&template()));
}

#[test]
fn every_function_is_a_package_and_every_package_a_function() {
    nothing_is_in(&functions::built_by_a_package(
        &template(),
        &Workspace::load().unwrap(),
    ));
}

#[test]
fn functions_read_the_environment_that_the_template_gives() {
    nothing_is_in(&environment::equal(&template(), &sources::all().unwrap()));
}

#[test]
fn every_metric_is_counted_somewhere() {
    nothing_is_in(&meters::counted(&sources::all().unwrap()));
}

#[test]
fn every_metric_is_looked_at_and_nothing_looks_at_what_is_none() {
    nothing_is_in(&meters::looked_at(&template()));
}

#[test]
fn every_alarm_has_its_entry_in_the_runbook() {
    nothing_is_in(&meters::answered(&template(), &text("infra/README.md").unwrap()));
}

#[test]
fn every_line_of_the_log_has_a_name_that_the_runbook_explains() {
    nothing_is_in(&events::named(&sources::all().unwrap(), runtime::events::EVENTS));
    nothing_is_in(&events::explained(
        &text("infra/README.md").unwrap(),
        runtime::events::EVENTS,
    ));
}

#[test]
fn ledger_entries_are_written_once() {
    nothing_is_in(&policies::ledger_written_once(&sources::all().unwrap()));
}

#[test]
fn only_the_runtime_crate_reads_the_environment() {
    nothing_is_in(&environment::read_in_one_place(&sources::all().unwrap()));
}

#[test]
fn files_and_functions_are_short_enough_to_read() {
    nothing_is_in(&sizes::readable(&sources::all().unwrap()));
}

#[test]
fn secrets_are_compared_in_the_same_time_wherever_they_differ() {
    nothing_is_in(&comparisons::in_constant_time(&sources::all().unwrap()));
}

#[test]
fn texts_for_users_stand_in_the_catalogue() {
    nothing_is_in(&words::in_the_catalogue(&sources::all().unwrap()));
}

#[test]
fn every_captured_payload_is_used_by_a_test() {
    nothing_is_in(&fixtures::in_use(
        &fixtures::all().unwrap(),
        &sources::all().unwrap(),
    ));
}

/// One entry of `tests/sam/broken.yaml`.
#[derive(Deserialize)]
struct Mistake {
    name: String,
    caught_by: String,
    find: String,
    nth: Option<usize>,
    with: String,
}

impl Mistake {
    fn in_(&self, template: &str) -> String {
        let places: Vec<usize> = template.match_indices(&self.find).map(|(at, _)| at).collect();
        assert!(
            self.nth.is_some() || places.len() == 1,
            "{}: stands {} times",
            self.name,
            places.len()
        );
        let at = places[self.nth.unwrap_or(1) - 1];
        format!(
            "{}{}{}",
            &template[..at],
            self.with,
            &template[at + self.find.len()..]
        )
    }
}

/// What the rules look at beside the template.
struct Code {
    workspace: Workspace,
    sources: Vec<Source>,
}

fn every_finding(template: &str, code: &Code) -> Findings {
    let template = Template::parse(template).unwrap();
    let against_the_code = [
        functions::built_by_a_package(&template, &code.workspace),
        environment::equal(&template, &code.sources),
        meters::looked_at(&template),
    ];
    [template_rules(&template), against_the_code.concat()].concat()
}

#[test]
fn every_deliberate_mistake_in_the_template_is_found() {
    let good = text("template.yaml").unwrap();
    let code = Code {
        workspace: Workspace::load().unwrap(),
        sources: sources::all().unwrap(),
    };
    let usual = every_finding(&good, &code);
    let mistakes: Vec<Mistake> = serde_norway::from_str(&text("tests/sam/broken.yaml").unwrap()).unwrap();
    let unseen: Findings = mistakes
        .iter()
        .filter(|mistake| mistake.caught_by == "tidy")
        .filter(|mistake| {
            every_finding(&mistake.in_(&good), &code)
                .iter()
                .all(|found| usual.contains(found))
        })
        .map(|mistake| mistake.name.clone())
        .collect();
    nothing_is_in(&unseen);
}
