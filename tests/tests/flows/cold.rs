//! What a cold Lambda reads before its first answer, with as much in the settings as a large operator has.

use std::time::{Duration, Instant};

use domain::standing::Standing;
use limits_flags::features::Facts;
use limits_flags::flags::Context;
use table::{AttributeValue, Deadline, Item, Token, Write, n, s};
use tests::stage::{NOON, Stage, WEBHOOK};

const FLAGS: usize = 200;
const FEATURES: usize = 100;
const TIERS: usize = 10;
const OVERRIDES: i64 = 10_000;
/// Writes in one transaction.
const AT_ONCE: usize = 100;
/// What DynamoDB puts into one page of a query.
const PAGE_BYTES: usize = 1_000_000;

/// Rows as an operator's file of that size has them: half the flags with a rule, features with limits for two tiers.
fn rows() -> Vec<(String, String)> {
    let rule = r#"{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off","targeting":{"if":[
        {"and":[{"in":[{"var":"tier"},["tier3","tier4"]]},{"fractional":[["on",10],["off",90]]}]},"on","off"]}}"#;
    let flag = |number: usize| {
        let body = if number.is_multiple_of(2) {
            r#"{"enabled":true}"#
        } else {
            rule
        };
        (format!("flag#operators_flag_{number}"), body.to_owned())
    };
    let day =
        |max: u32| format!(r#"[{{"max":{max},"period":"day","anchor":"21:00","zone":"Europe/Moscow"}}]"#);
    let feature = |number: usize| {
        let needs = if number > 0 {
            format!(r#","depends_on":["feature{}"]"#, number / 2)
        } else {
            String::new()
        };
        let body = format!(
            r#"{{"name":{{"ru":"Возможность {number}","en":"Feature {number}"}},"category":"core","type":"metered","default":true,
            "limits":{{"tier1":{},"tier5":{}}}{needs}}}"#,
            day(5),
            day(50)
        );
        (format!("feature#feature{number}"), body)
    };
    let tier = |number: usize| {
        let body = format!(
            r#"{{"name":"Tier {number}","rank":{number},"features":{{"feature7":{}}}}}"#,
            number > 4
        );
        (format!("tier#tier{number}"), body)
    };
    let flags = (0..FLAGS).map(flag);
    flags
        .chain((0..FEATURES).map(feature))
        .chain((0..TIERS).map(tier))
        .collect()
}

/// A row of somebody's override, as the list of overrides has it.
fn override_row(user: i64) -> Item {
    let feature = format!("feature{}", user % 100);
    Item::from([
        ("pk".to_owned(), s("override")),
        ("sk".to_owned(), s(format!("{feature}#{user}"))),
        ("body".to_owned(), s(r#"{"enabled":true}"#)),
        ("until".to_owned(), n(1_800_000_000_000_i64)),
        ("schema".to_owned(), AttributeValue::N("1".to_owned())),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn one_query_brings_everything_and_nobody_elses_overrides() {
    let stage = Stage::new().await;
    let table = stage.aws.table_name("SettingsTable").unwrap().to_owned();
    let rows = rows();
    stage
        .change_settings(|document| {
            document.tiers.clear();
            document.plans.clear();
            for (sort, body) in &rows {
                let (kind, key) = sort.split_once('#').unwrap();
                let key = key.to_owned();
                match kind {
                    "flag" => drop(document.flags.insert(key, serde_json::from_str(body).unwrap())),
                    "feature" => drop(document.features.insert(key, serde_json::from_str(body).unwrap())),
                    _ => drop(document.tiers.insert(key, serde_json::from_str(body).unwrap())),
                }
            }
        })
        .await;
    let overrides: Vec<Item> = (0..OVERRIDES).map(override_row).collect();
    for (part, items) in overrides.chunks(AT_ONCE).enumerate() {
        let write = |item: &Item| Write::put("row", &table, item.clone());
        let soon = Deadline::after(Duration::from_secs(20));
        let token = Token::of(&format!("part {part}"));
        let writes = items.iter().map(write).collect();
        stage.db.transact(&token, writes, soon).await.unwrap();
    }
    let before = stage.counts();
    let began = Instant::now();
    let cold = stage.cold_settings(WEBHOOK);
    let snapshot = cold.known(NOON).await.unwrap();
    let ready = began.elapsed();
    let bytes: usize = rows.iter().map(|(sort, body)| sort.len() + body.len()).sum();
    println!(
        "{FLAGS} flags, {FEATURES} features, {TIERS} tiers: {bytes} bytes, read and compiled in {} ms",
        ready.as_millis()
    );
    let asked = stage.operations_since(&before, WEBHOOK);
    assert_eq!(asked, [("Query".to_owned(), 1)]);
    assert!(bytes < PAGE_BYTES);
    assert!(snapshot.whole);
    assert_eq!(&*snapshot.problems, []);
    assert!(snapshot.flags.keys().count() > FLAGS);
    let standing = Standing::default();
    let facts = Facts {
        user: "1",
        country: None,
        locale: "ru",
        now: NOON,
    };
    let entitled = snapshot.registry.entitlements(&standing, facts);
    assert!(entitled.check("feature99").has_access);
    assert!(snapshot.switch("operators_flag_0", false, &Context::new(NOON)));
}
