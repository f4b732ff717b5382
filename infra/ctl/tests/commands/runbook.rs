//! The runbook's commands: each can be typed, and those of its table for who comes from SQL are carried out.

use ctl::Arguments;

use super::grammar::words;
use super::place::Place;

fn runbook() -> String {
    let path = format!("{}/../README.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Every command in a text, as typed: within backticks, or a line of its own.
fn commands(text: &str) -> Vec<String> {
    let inline = text.split('`').skip(1).step_by(2);
    let lines = text.lines();
    let mut found: Vec<String> = Vec::new();
    for typed in inline.filter(|typed| !typed.contains('\n')).chain(lines) {
        let Some(command) = typed.trim().strip_prefix("cargo ctl ") else {
            continue;
        };
        let command = command.split(" #").next().unwrap().trim();
        if !command.contains("...") && !command.contains('`') {
            found.push(command.to_owned());
        }
    }
    found
}

#[test]
fn every_command_of_the_runbook_can_be_typed() {
    let found = commands(&runbook());
    assert!(found.len() > 60, "{}", found.len());
    for command in found {
        let line = typed(&command, "700001-abcdefgh23456789", "@model.yaml");
        let parsed = Arguments::read([vec!["ctl".to_owned()], line].concat());
        let told = parsed.err().map(|error| error.to_string()).unwrap_or_default();
        let is_help = told.contains("Usage:") && !told.contains("error:");
        assert!(told.is_empty() || is_help, "{command}: {told}");
    }
}

/// A command with its places filled; and with a reason, where one is needed and left out.
fn typed(command: &str, job: &str, model: &str) -> Vec<String> {
    let fill = |word: String| match word.as_str() {
        "USER" => "700001".to_owned(),
        "ID" => job.to_owned(),
        "NAME" => "hd".to_owned(),
        "BODY" => "{name: HD, rank: 40}".to_owned(),
        "SECONDS" => "5".to_owned(),
        "CREDITS" => "2".to_owned(),
        "VERSION" => "1".to_owned(),
        "@model.yaml" => model.to_owned(),
        _ => word,
    };
    let line: Vec<String> = words(command).into_iter().map(fill).collect();
    let with_why = [line.clone(), vec!["--why".to_owned(), "x".to_owned()]].concat();
    let program = ["ctl".to_owned()];
    let plain = Arguments::read(program.iter().chain(&line));
    match Arguments::read(program.iter().chain(&with_why)) {
        Ok(_) if plain.is_err() => with_why,
        _ => line,
    }
}

#[tokio::test]
async fn every_command_for_who_comes_from_sql_is_carried_out() {
    let place = Place::with_shop().await;
    place.open_account().await;
    place
        .ctl(&["flags", "set", "unlimited_limits_enabled", "on"])
        .await
        .unwrap();
    place
        .ctl(&["upgrades", "ask", "700001", "hd", "--why", "x"])
        .await
        .unwrap();
    let model = place.ctl(&["models", "show", "kling-3.0"]).await.unwrap().text;
    let model = format!("@{}", place.file("model.yaml", &model));
    let text = runbook();
    let table = text.split("\n## From SQL").nth(1).unwrap();
    let mut carried = 0;
    for command in commands(table) {
        let line = typed(&command, "700001-abcdefgh23456789", &model);
        let line = match command.as_str() {
            // A feature has no rank.
            "features put NAME BODY" => line[..3]
                .iter()
                .cloned()
                .chain(["{name: HD}".to_owned()])
                .collect(),
            // There is no order and no purchase of that name here; other tests have some.
            "job ID" | "payments recheck buy-700001-abcdefgh23456789" => continue,
            // Everything after it works on what the shop's file says.
            "settings rollback VERSION" => [line, vec!["--plan".to_owned()]].concat(),
            _ => line,
        };
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let done = place.ctl(&line).await;
        done.unwrap_or_else(|error| panic!("{command}: {}", error.with_causes()));
        carried += 1;
    }
    assert!(carried > 30, "{carried}");
}
