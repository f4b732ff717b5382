//! Lines of the log of AI operations: as rows, in the index by day, and what it costs to read a day of them.

use domain::ai_request::{AiRequest, Asked, Cost, Source, Status};
use domain::cost::{Category, MicroUsd};
use domain::id::shard_of;

use super::*;

const TEMPLATE: &str = include_str!("../../../../../template.yaml");
/// What an index names beside its keys at most (AWS, `Projection.NonKeyAttributes`), and those of a table together.
const NAMED_MAX: usize = 20;
/// What one read unit reads of an index, where it need not be the latest.
const UNIT_BYTES: usize = 8_192;

/// A line with something in every field that a line with a known cost has.
fn line() -> AiRequest {
    AiRequest {
        user: UserId(7),
        id: "7-abc".into(),
        at: Timestamp(1_795_251_600_000),
        category: Category::VideoGen,
        status: Status::Completed,
        provider: "vertex".into(),
        model: ModelId("kling-3.0".into()),
        asked: Some(Asked {
            family: "kling-3.0/video".into(),
            aspect: Some(Aspect::Portrait),
            with_photo: true,
        }),
        prompt: Some("ёж".into()),
        result: Some("file".into()),
        error: Some("moderation".into()),
        task: Some("task".into()),
        took: Some(Millis(90_000)),
        seconds: 10,
        attempts: 2,
        tokens: 50_000,
        credits: Credits(2),
        cost: Some(Cost {
            micro_usd: MicroUsd(350_000),
            kopecks: Some(2_800),
            source: Source::Provider,
        }),
        at_least: None,
        kopecks_per_usd: Some(8_000),
        subscription: Some("pro_month".into()),
        is_unlimited: true,
        tokens_in: 30,
        tokens_out: 12,
    }
}

/// Lines of every form: with all there is, with hardly anything, with a cost that is partly known, and older ones.
fn lines() -> [AiRequest; 4] {
    let full = line();
    let bare = AiRequest {
        asked: Some(Asked {
            family: "chat/gpt".into(),
            aspect: None,
            with_photo: false,
        }),
        prompt: None,
        result: None,
        error: None,
        task: None,
        took: None,
        tokens: 0,
        cost: None,
        kopecks_per_usd: None,
        subscription: None,
        is_unlimited: false,
        ..full.clone()
    };
    let partly = AiRequest {
        cost: None,
        at_least: Some(MicroUsd(62)),
        ..full.clone()
    };
    let older = AiRequest {
        asked: None,
        ..full.clone()
    };
    [full, bare, partly, older]
}

/// What the index by day has of a line beside its keys, as the template says.
fn projected() -> Vec<&'static str> {
    let index = TEMPLATE.split("- IndexName: by-day-2\n").nth(1).unwrap();
    let named = index.split("NonKeyAttributes:\n").nth(1).unwrap();
    let named = named.lines().map_while(|line| line.trim().strip_prefix("- "));
    named.collect()
}

/// A row as the index has it.
fn indexed(mut item: Item) -> Item {
    let named = projected();
    let keys = ["user_id", "request", "day"];
    item.retain(|name, _| keys.contains(&name.as_str()) || named.contains(&name.as_str()));
    item
}

#[test]
fn a_line_of_the_log_reads_back_as_written() {
    for line in lines() {
        let item = request_item(&line, Millis(86_400_000));
        assert_eq!(item["expires_at"], n(1_795_338_000));
        assert_eq!(item["day"], s(format!("2026-11-21#{}", shard_of("7-abc"))));
        assert_eq!(read_request(&item), Ok(line));
    }
}

#[test]
fn a_line_is_called_as_in_the_conventions() {
    let item = request_item(&line(), Millis(1));
    for (name, value) in [
        ("gen_ai.provider.name", "gcp.vertex_ai"),
        ("gen_ai.operation.name", "generate_content"),
        ("gen_ai.output.type", "video"),
        ("gen_ai.request.model", "kling-3.0/video"),
        ("gen_ai.response.id", "task"),
        ("model", "kling-3.0"),
    ] {
        assert_eq!(item[name], s(value), "{name}");
    }
}

#[test]
fn the_model_of_words_is_what_is_asked_for_and_its_form_is_not_lost() {
    let item = request_item(&words(), Millis(1));
    assert_eq!(item["gen_ai.request.model"], s("gpt-5-mini"));
    assert_eq!(read_request(&item).unwrap().asked, words().asked);
}

#[test]
fn a_line_from_before_it_was_noted_what_was_asked_for_stays_readable() {
    let mut item = request_item(&line(), Millis(1));
    item.insert("gen_ai.provider.name".to_owned(), s("vertex"));
    item.insert("gen_ai.request.model".to_owned(), s("kling-3.0"));
    for newer in ["model", "input", "gen_ai.output.type"] {
        item.remove(newer);
    }
    let older = AiRequest {
        asked: None,
        ..line()
    };
    assert_eq!(read_request(&item), Ok(older.clone()));
    let bare = AiRequest {
        prompt: None,
        result: None,
        task: None,
        ..older
    };
    assert_eq!(read_request(&indexed(item)), Ok(bare));
}

#[test]
fn the_index_has_all_that_is_summed_up_and_listed() {
    for line in lines() {
        let item = indexed(request_item(&line, Millis(1)));
        let wanted = AiRequest {
            prompt: None,
            result: None,
            task: None,
            ..line
        };
        assert_eq!(read_request(&item), Ok(wanted));
    }
    let named = projected();
    let number = named.len();
    assert!(number <= NAMED_MAX, "{number} are more than AWS takes");
    let full = request_item(&line(), Millis(1));
    let partly = request_item(&lines()[2], Millis(1));
    for name in named {
        let is_there = full.contains_key(name) || partly.contains_key(name);
        assert!(is_there, "nothing writes {name}");
    }
}

/// What `DynamoDB` counts of an item, as its documentation says: names and values; a number has a byte for two digits and one
/// more, a map three and one for each of its members.
fn bytes(item: &Item) -> usize {
    fn value(held: &AttributeValue) -> usize {
        match held {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(number) => number.len().div_ceil(2) + 1,
            AttributeValue::Bool(_) => 1,
            AttributeValue::M(members) => {
                let member = |(name, held): (&String, &AttributeValue)| name.len() + value(held) + 1;
                3 + members.iter().map(member).sum::<usize>()
            }
            other => panic!("{other:?}"),
        }
    }
    item.iter().map(|(name, held)| name.len() + value(held)).sum()
}

/// A line as most are: of a customer with a number of today, with a known cost, under a plan.
fn usual() -> AiRequest {
    AiRequest {
        user: UserId(7_310_660_417),
        id: "7310660417-abcdefgh23456789".into(),
        provider: "kie".into(),
        error: None,
        attempts: 1,
        tokens_in: 0,
        tokens_out: 0,
        cost: Some(Cost {
            source: Source::PriceList,
            ..line().cost.unwrap()
        }),
        prompt: Some("ё".repeat(200)),
        task: Some("x".repeat(32)),
        result: Some("x".repeat(84)),
        ..line()
    }
}

/// The same of words, which alone have tokens.
fn words() -> AiRequest {
    AiRequest {
        category: Category::TextWithImage,
        provider: "openai".into(),
        asked: Some(Asked {
            family: "chat/gpt-5-mini".into(),
            aspect: None,
            with_photo: true,
        }),
        tokens_in: 1_234,
        tokens_out: 567,
        task: None,
        result: None,
        ..usual()
    }
}

#[test]
fn a_day_of_a_million_operations_costs_what_is_said_of_it() {
    let of_index = |line: &AiRequest| bytes(&indexed(request_item(line, Millis(86_400_000))));
    let (video, text) = (of_index(&usual()), of_index(&words()));
    let units = |bytes: usize| bytes * 1_000_000 / UNIT_BYTES;
    println!(
        "{video} and {text} bytes: {} and {} units",
        units(video),
        units(text)
    );
    for (figure, most) in [("42,000", units(video)), ("49,000", units(text))] {
        let said: usize = figure.replace(',', "").parse().unwrap();
        assert!(
            (said - 1_000..=said).contains(&most),
            "{most} units, and {figure} are said"
        );
        let architecture = include_str!("../../../../../ARCHITECTURE.md");
        let runbook = include_str!("../../../../../infra/README.md");
        let help = include_str!("../../../../../infra/ctl/src/arguments/requests.rs");
        for place in [architecture, runbook, help] {
            assert!(place.contains(figure), "{figure} is not said everywhere");
        }
    }
    for line in [usual(), words()] {
        let whole = bytes(&request_item(&line, Millis(86_400_000)));
        println!("{whole} bytes a row");
        assert!(whole <= 1_024, "{whole} bytes: each write of it would cost twice");
    }
}
