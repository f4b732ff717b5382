//! The command line itself: help with examples everywhere, JSON everywhere, and the numbers with which it ends.

use std::collections::BTreeSet;
use std::process::Command;

use ctl::Arguments;

use super::place::Place;

/// Every command that can be carried out, as it is typed: `settings plan`.
fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
    let inner: Vec<&clap::Command> = command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
        .collect();
    if inner.is_empty() {
        found.push((path.trim().to_owned(), command.clone()));
    }
    for one in inner {
        leaves(one, &format!("{path} {}", one.get_name()), found);
    }
}

fn commands() -> Vec<(String, clap::Command)> {
    let mut found = Vec::new();
    leaves(&ctl::arguments::grammar(), "", &mut found);
    found
}

#[test]
fn every_command_has_an_example_in_its_help() {
    for (path, mut command) in commands() {
        let help = command.render_help().to_string();
        assert!(help.contains("Example"), "{path} has no example");
        assert!(help.contains("cargo ctl "), "{path}: {help}");
    }
}

#[test]
fn the_examples_in_the_help_can_be_typed() {
    for (path, mut command) in commands() {
        let help = command.render_help().to_string();
        let examples = help
            .lines()
            .filter_map(|line| line.trim().strip_prefix("cargo ctl "));
        for example in examples {
            let words = words(example.split(" > ").next().unwrap());
            let line = ["ctl".to_owned()].into_iter().chain(words);
            let parsed = Arguments::read(line);
            assert!(parsed.is_ok(), "{path}: {example}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn the_rule_in_the_runbook_is_a_flag() {
    let runbook = include_str!("../../../README.md");
    let mut lines = runbook
        .split('`')
        .filter_map(|code| code.strip_prefix("cargo ctl flags put stories "));
    let rule = words(lines.next().unwrap()).pop().unwrap();
    let rule: serde_json::Value = serde_norway::from_str(&rule).unwrap();
    let set = limits_flags::flags::FlagSet::read(&serde_json::json!({ "flags": { "f": rule } })).unwrap();
    assert_eq!(set.problems(), []);
}

/// A line as a shell takes it apart, for the few quotation marks that stand in examples.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A line for every command that works on the tables. `@shop` is the shop's file, `@key` a key's id.
const LINES: &[&str] = &[
    "settings check @shop",
    "settings fields",
    "settings plan @shop",
    "settings apply @shop",
    "settings diff @shop",
    "settings export",
    "settings history",
    "settings rollback 1 --why x",
    "flags fields",
    "flags list",
    "flags show new_jobs",
    "flags put trial {\"enabled\":false}",
    "flags set trial on",
    "flags rollout trial --percent 5",
    "flags split colour a=1 b=2",
    "flags delete trial",
    "evaluators fields",
    "evaluators list",
    "evaluators show testers",
    "evaluators put beta true",
    "evaluators delete beta",
    "features fields",
    "features list",
    "features show hd",
    "features put sound {\"name\":\"S\"}",
    "features delete sound",
    "tiers fields",
    "tiers list",
    "tiers show pro",
    "tiers put staff {\"name\":\"S\",\"rank\":90}",
    "tiers delete staff",
    "tiers withdraw pro",
    "tiers restore pro",
    "tiers give 700001 pro --why x",
    "tiers holders pro",
    "tiers take 700001 pro --why x",
    "addons fields",
    "addons list",
    "addons show hd-pack",
    "addons put more {\"name\":\"M\",\"features\":{\"hd\":true}}",
    "addons delete more",
    "addons withdraw hd-pack",
    "addons restore hd-pack",
    "addons give 700001 hd-pack --why x",
    "addons holders hd-pack",
    "addons take 700001 hd-pack --why x",
    "components fields",
    "components list",
    "components show story-button",
    "components put b {\"feature\":\"hd\"}",
    "components delete b",
    "overrides set 700001 hd true --why x",
    "overrides list",
    "overrides clear 700001 hd --why x",
    "limits fields",
    "limits list",
    "limits show videos",
    "limits put hourly {\"max\":5,\"period\":\"hour\",\"anchor\":\"00:00\",\"utc_offset\":\"+03:00\"}",
    "limits delete hourly",
    "limits usage",
    "models fields",
    "models list",
    "models show kling-3.0",
    "models put kling-3.0 @model",
    "models disable kling-2.6",
    "models enable kling-2.6",
    "models sample kling-3.0 --none",
    "models delete kling-2.6",
    "prices list",
    "prices set kling-3.0 10 3",
    "prices remove kling-3.0 5",
    "packs fields",
    "packs list",
    "packs show pro",
    "packs put big {\"title\":\"B\",\"credits\":100,\"prices\":{\"stars\":2790}}",
    "packs delete big",
    "requests summary",
    "requests top --days 2",
    "requests unlimited --csv",
    "requests list --status failed",
    "requests user 700001",
    "report --week",
    "model_costs fields",
    "model_costs list",
    "model_costs show kling-3.0",
    "model_costs put suno {\"provider\":\"kie\",\"category\":\"audio_gen\",\"rates\":[{\"unit\":\"request\",\"usd\":\"0.06\"}]}",
    "model_costs delete suno",
    "moderation fields",
    "moderation show",
    "moderation put {\"refuse\":{\"sexual\":[\"porn*\"]}}",
    "promos fields",
    "promos list",
    "promos show WELCOME",
    "promos put CAT20 {\"credits\":1}",
    "promos uses",
    "promos stop WELCOME",
    "promos delete WELCOME",
    "rewards fields",
    "rewards show",
    "rewards put {\"daily_credits\":1}",
    "costs fields",
    "costs show",
    "costs put {\"rub_per_usd\":[{\"rate\":81}]}",
    "selling fields",
    "selling show",
    "selling put {\"rails\":[\"stars\"]}",
    "selling rails stars",
    "plans fields",
    "plans list",
    "plans show unlimited_1day",
    "plans put month {\"title\":\"M\",\"unlimited\":true}",
    "plans delete month",
    "plans withdraw unlimited_1day",
    "plans restore unlimited_1day",
    "plans give 700001 unlimited_1day --why x",
    "plans holders unlimited_1day",
    "plans take 700001 unlimited_1day --why x",
    "roles add 700001 tester --why x",
    "roles remove 700001 tester --why x",
    "strikes clear 700001 --why x",
    "country set 700001 DE --why x",
    "country clear 700001 --why x",
    "upgrades ask 700001 hd --why x",
    "upgrades list",
    "upgrades approve 700001 hd --why x",
    "upgrades deny 700001 hd --why x",
    "keys create ci --scope admin:read",
    "keys list",
    "keys revoke @key",
    "admins set 700001 viewer",
    "admins list",
    "admins remove 700001",
    "explain 700001 hd",
    "explain 700001 --model kling-3.0 --seconds 10",
    "jobs",
    "jobs --stuck",
    "jobs --expired --csv",
    "payments list",
    "payments held",
    "payments reconcile",
    "log",
    "audit",
    "account 700001",
    "grant 700001 5 --request a --why x",
    "redrive",
    "broadcast list",
    "broadcast make {\"texts\":{\"ru\":\"x\",\"en\":\"x\"}} --why x",
    "broadcast show @key",
    "broadcast count @key",
    "broadcast start @key --recipients 1 --why x",
    "broadcast stop @key --why x",
    "broadcast resume @key --why x",
];

/// What works on other things than the tables, each with tests of its own.
const ELSEWHERE: [&str; 10] = [
    "broadcast test",
    "payments show",
    "payments recheck",
    "payments accept",
    "payments refund",
    "webhook set",
    "webhook show",
    "webhook delete",
    "secret template",
    "job",
];

#[tokio::test]
async fn every_command_answers_in_json_that_parses() {
    let place = Place::new().await;
    place.open_account().await;
    let shop = place.shop();
    let (mut typed, mut model, mut key) = (BTreeSet::new(), String::new(), String::new());
    for line in LINES {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| match word {
                "@shop" => shop.clone(),
                "@model" => format!("@{model}"),
                "@key" => key.clone(),
                word => word.to_owned(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let report = place.ctl(&[&["--json"], &words[..]].concat()).await;
        let report = report.unwrap_or_else(|error| panic!("{line}: {}", error.with_causes()));
        assert!(report.json.is_object(), "{line}");
        assert!(!report.text.is_empty(), "{line}");
        if *line == "models show kling-3.0" {
            model = place.file("model.yaml", &report.text);
        }
        if let Some(id) = report.json["id"].as_str() {
            id.clone_into(&mut key);
        }
        let known = commands().into_iter().map(|(path, _)| path);
        typed.extend(known.filter(|path| *line == path.as_str() || line.starts_with(&format!("{path} "))));
    }
    let left: Vec<String> = commands()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !typed.contains(path))
        .collect();
    let mut elsewhere = ELSEWHERE.map(str::to_owned).to_vec();
    elsewhere.sort();
    let mut left = left;
    left.sort();
    assert_eq!(left, elsewhere, "a command that nobody tries here");
}

/// Runs the program itself.
fn program(line: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ctl"))
        .args(line)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn an_error_is_json_on_the_standard_error_output_and_the_number_says_whose_it_is() {
    let nowhere = "--local=/nowhere/stack.json";
    for (line, code, kind) in [
        (&["--json", "flags", "set", "new_jobs"][..], 2, "usage"),
        (&["--json", "flags", "list", nowhere], 2, "usage"),
        (&["--json", "settings", "check", "/nowhere.yaml"], 2, "usage"),
        (&["--json", "settings", "check", "Cargo.toml"], 1, "refused"),
    ] {
        let (ended, out, error) = program(line);
        assert_eq!((ended, out.as_str()), (Some(code), ""), "{line:?}: {error}");
        let error: serde_json::Value =
            serde_json::from_str(&error).unwrap_or_else(|_| panic!("{line:?}: {error}"));
        assert_eq!(error["kind"], kind, "{line:?}");
    }
    let (ended, out, error) = program(&["flags", "set", "new_jobs"]);
    assert_eq!((ended, out.as_str()), (Some(2), ""));
    assert!(error.contains("Usage:"), "{error}");
    assert_eq!(program(&["--help"]).0, Some(0));
}
