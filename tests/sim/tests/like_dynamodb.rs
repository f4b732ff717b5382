//! The simulation's tables do what DynamoDB does: the same requests, at random, to them and to the emulator that the flow
//! tests use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use local_lambda::{Aws, AwsOptions, Deployment, Service, Template};
use sim::memory::Memory;
use sim::tables::Look;
use table::{AttributeValue, Condition, Db, Deadline, Error, Item, Query, Token, Write, list, map, n, s};

const TEMPLATE: &str = include_str!("../../../template.yaml");
/// Requests of one run.
const REQUESTS: usize = 1_200;

/// Both of them.
struct Both {
    emulator: Db,
    memory: Db,
    aws: Aws,
}

async fn both() -> Both {
    let template = Template::parse(TEMPLATE).unwrap();
    let stack = template
        .stack(&Deployment::default().with(
            "BotSecretArn",
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:neurocards/bot",
        ))
        .unwrap();
    let aws = Aws::start(&stack, AwsOptions::default()).await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("Operator", "local", None, None, "test"))
        .endpoint_url(aws.endpoint(Service::DynamoDb));
    Both {
        emulator: Db::new(aws_sdk_dynamodb::Client::from_conf(config.build())),
        memory: Db::played(Arc::new(Look::of(Memory::of_template(TEMPLATE)))),
        aws,
    }
}

/// A table's name there and here, its key's names, and an index.
const TABLES: [(&str, &str, Option<&str>); 3] = [
    ("JobsTable", "job_id", None),
    ("LedgerTable", "user_id", Some("entry")),
    ("UsageTable", "user_id", Some("window")),
];

fn key(dice: &mut fastrand::Rng, (_, partition, sort): (&str, &str, Option<&str>)) -> Item {
    let at = dice.i64(0..3);
    let mut key = Item::new();
    let first = if partition == "job_id" {
        s(format!("job{at}"))
    } else {
        n(at)
    };
    key.insert(partition.to_owned(), first);
    if let Some(sort) = sort {
        key.insert(sort.to_owned(), s(["a", "b", "c#1"][dice.usize(0..3)]));
    }
    key
}

fn value(dice: &mut fastrand::Rng) -> AttributeValue {
    match dice.u32(0..6) {
        0 => s(["", "x", "xy", "Z"][dice.usize(0..4)]),
        1 => AttributeValue::Bool(dice.bool()),
        2 => list([n(1), s("x")]),
        3 => map([("inner", n(dice.i64(0..3)))]),
        4 => AttributeValue::Ss(vec!["x".to_owned(), "y".to_owned()]),
        _ => n(dice.i64(-3..4)),
    }
}

fn condition(dice: &mut fastrand::Rng) -> Condition {
    let name = ["used", "tags", "held", "inner"][dice.usize(0..4)];
    let number = n(dice.i64(-2..4));
    match dice.u32(0..10) {
        0 => Condition::Absent(name),
        1 => Condition::Exists(name),
        2 => Condition::Equals(name, value(dice)),
        3 => Condition::AtMost(name, number),
        4 => Condition::AtLeast(name, number),
        5 => Condition::AbsentOrLess(name, number),
        6 => Condition::AbsentOrEquals(name, value(dice)),
        7 => Condition::FewerThan("tags", number),
        8 => Condition::Contains("tags", s("x")),
        _ => Condition::MemberEquals("inner", "inner", number),
    }
}

fn write(dice: &mut fastrand::Rng, label: &'static str, table: (&str, &str, Option<&str>)) -> Write {
    let key = key(dice, table);
    let mut write = match dice.u32(0..10) {
        0..3 => {
            let mut item = key;
            item.insert("used".to_owned(), n(dice.i64(0..4)));
            item.insert("inner".to_owned(), value(dice));
            Write::put(label, table.0, item)
        }
        3 => Write::delete_item(label, table.0, key),
        _ => {
            let mut write = Write::update(label, table.0, key);
            if dice.bool() {
                write = write.increase("used", dice.i64(-2..3));
            }
            if dice.bool() {
                let set = ["x", "y"][dice.usize(0..2)].to_owned();
                write = if dice.bool() {
                    write.insert("tags", set)
                } else {
                    write.delete("tags", set)
                };
            }
            if dice.bool() {
                write = write.append("log", list([n(dice.i64(0..3))]));
            }
            // One at least: an update that says nothing is none.
            write = write.set_or_remove("held", Some(value(dice)).filter(|_| dice.bool()));
            if dice.u32(0..4) == 0 {
                write = write.remove("inner");
            }
            write
        }
    };
    for _ in 0..dice.u32(0..3) {
        write = write.when(condition(dice));
    }
    write
}

/// An answer to a write, in words; sets have no order.
fn told(answer: Result<(), Error>) -> String {
    match answer {
        Ok(()) => "written".to_owned(),
        Err(Error::Refused(refused)) => {
            let each = refused.iter().map(|write| {
                format!(
                    "{}: {}",
                    write.label,
                    write.item.as_ref().map_or("nothing".to_owned(), shown)
                )
            });
            format!("refused {}", each.collect::<Vec<_>>().join(", "))
        }
        Err(Error::Invalid(_)) => "invalid".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

fn shown(item: &Item) -> String {
    let sorted: BTreeMap<&String, String> = item
        .iter()
        .map(|(name, value)| (name, shown_value(value)))
        .collect();
    format!("{sorted:?}")
}

fn shown_value(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Ss(set) => {
            let mut set = set.clone();
            set.sort();
            format!("{set:?}")
        }
        AttributeValue::M(members) => shown(members),
        AttributeValue::L(list) => format!("{:?}", list.iter().map(shown_value).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_tables_of_the_simulation_do_is_what_dynamodb_does() {
    let both = both().await;
    let mut dice = fastrand::Rng::with_seed(20_261_123);
    let (mut written, mut refused) = (0, 0);
    let deadline = || Deadline::after(Duration::from_secs(20));
    let there = |name: &str| both.aws.table_name(name).unwrap().to_owned();
    for at in 0..REQUESTS {
        let before = dice.clone();
        let writes = |dice: &mut fastrand::Rng, names: &dyn Fn(&str) -> String| {
            let many = dice.usize(1..4);
            let labels = ["one", "two", "three"];
            let each = (0..many).map(|at| {
                let (name, partition, sort) = TABLES[dice.usize(0..3)];
                write(dice, labels[at], (&names(name), partition, sort))
            });
            each.collect::<Vec<Write>>()
        };
        let here = writes(&mut dice, &|name| name.to_owned());
        let other = writes(&mut before.clone(), &there);
        let (one, two) = if here.len() == 1 {
            let (here, other) = (here[0].clone(), other[0].clone());
            (
                both.memory.write(here, deadline()).await,
                both.emulator.write(other, deadline()).await,
            )
        } else {
            let token = Token::of(&format!("{}", at - usize::from(dice.u32(0..10) == 0 && at > 0)));
            let one = both.memory.transact(&token, here, deadline()).await;
            (one, both.emulator.transact(&token, other, deadline()).await)
        };
        let (one, two) = (told(one), told(two));
        assert_eq!(one, two, "request {at}");
        written += usize::from(one == "written");
        refused += usize::from(one.starts_with("refused"));
    }
    assert!(
        written > REQUESTS / 10 && refused > REQUESTS / 10,
        "{written} written, {refused} refused"
    );
    same_to_read(&both, &there).await;
}

/// Whole tables, single items and pages are the same.
async fn same_to_read(both: &Both, there: &dyn Fn(&str) -> String) {
    for (name, partition, sort) in TABLES {
        let (one, two) = (
            both.memory.scan(name, None).await.unwrap(),
            both.emulator.scan(&there(name), None).await.unwrap(),
        );
        let sorted = |items: &[Item]| {
            let mut all: Vec<String> = items.iter().map(shown).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&one.items), sorted(&two.items), "{name}");
        let Some(sort) = sort else { continue };
        for forward in [true, false] {
            let mut start: [Option<Item>; 2] = [None, None];
            for _ in 0..4 {
                let query = |table: String, start: Option<Item>| Query {
                    table,
                    index: None,
                    partition: (partition, n(1)),
                    from: Some(s("a")),
                    up_to: Some((sort, s("b"))),
                    limit: 1,
                    start,
                    consistent: true,
                };
                let (one, two) = (
                    query(name.to_owned(), start[0].clone()),
                    query(there(name), start[1].clone()),
                );
                let (one, two) = if forward {
                    (
                        both.memory.query(one).await.unwrap(),
                        both.emulator.query(two).await.unwrap(),
                    )
                } else {
                    (
                        both.memory.query_backwards(one).await.unwrap(),
                        both.emulator.query_backwards(two).await.unwrap(),
                    )
                };
                let told = |items: &[Item]| items.iter().map(shown).collect::<Vec<_>>();
                assert_eq!(told(&one.items), told(&two.items), "{name}, forward {forward}");
                assert_eq!(
                    one.next.is_some(),
                    two.next.is_some(),
                    "{name}, forward {forward}"
                );
                if one.next.is_none() {
                    break;
                }
                start = [one.next, two.next];
            }
        }
    }
}

/// A table with an index: its key's names, and the index with its key's names and what else of an item matters there.
struct Indexed {
    table: &'static str,
    key: [&'static str; 2],
    index: &'static str,
    by: [&'static str; 2],
    beside: &'static str,
}

/// One that has all, one that has keys only, and one that has what it names.
const INDEXED: [Indexed; 3] = [
    Indexed {
        table: "LedgerTable",
        key: ["user_id", "entry"],
        index: "by-given-day",
        by: ["given_day", "at"],
        beside: "amount",
    },
    Indexed {
        table: "JobsTable",
        key: ["job_id", ""],
        index: "open-by-due",
        by: ["open_shard", "due_at"],
        beside: "stage",
    },
    Indexed {
        table: "AuditTable",
        key: ["day", "id"],
        index: "by-entity",
        by: ["entity", "id"],
        beside: "who",
    },
];

/// An item that stands in the index, or does not, or goes in and out when it is put again.
fn indexed(dice: &mut fastrand::Rng, of: &Indexed) -> Item {
    let mut item = Item::new();
    let at = dice.i64(0..30);
    let first = match of.key[0] {
        "user_id" => n(at % 10),
        _ => s(format!("key{at}")),
    };
    item.insert(of.key[0].to_owned(), first);
    if !of.key[1].is_empty() {
        item.insert(of.key[1].to_owned(), s(format!("sort{}", dice.u32(0..4))));
    }
    if dice.u32(0..3) > 0 {
        item.insert(of.by[0].to_owned(), s(["one", "two"][dice.usize(0..2)]));
        if of.by[1] != of.key[1] {
            item.insert(of.by[1].to_owned(), n(dice.i64(0..40)));
        }
    }
    item.insert(of.beside.to_owned(), s("beside"));
    let standing = map([("tier", s(["a", "b"][dice.usize(0..2)])), ("other", n(1))]);
    item.insert("standing".to_owned(), standing);
    item.insert("words".to_owned(), s("which no index has"));
    item
}

fn sorted(items: &[Item]) -> Vec<String> {
    let mut all: Vec<String> = items.iter().map(shown).collect();
    all.sort();
    all
}

/// Items that are the same by an index's own key come in no order that DynamoDB would promise; so pages are compared by what
/// orders them, and all of them together by all that they have.
#[tokio::test]
async fn indexes_many_keys_at_once_and_searches_are_as_dynamodb_has_them() {
    let both = both().await;
    let mut dice = fastrand::Rng::with_seed(20_261_124);
    let deadline = || Deadline::after(Duration::from_secs(20));
    for of in &INDEXED {
        let there = both.aws.table_name(of.table).unwrap().to_owned();
        let mut keys = Vec::new();
        for _ in 0..90 {
            let item = indexed(&mut dice, of);
            let names = of.key.iter().filter(|name| !name.is_empty());
            keys.push(
                names
                    .map(|name| ((*name).to_owned(), item[*name].clone()))
                    .collect::<Item>(),
            );
            let (one, two) = (
                Write::put("row", of.table, item.clone()),
                Write::put("row", &there, item),
            );
            both.memory.write(one, deadline()).await.unwrap();
            both.emulator.write(two, deadline()).await.unwrap();
        }
        same_of_index(&both, of, &there).await;
        same_at_once(&both, of, &there, &keys).await;
        same_to_search(&both, of, &there).await;
    }
}

/// Both directions of an index, between two places, page by page.
async fn same_of_index(both: &Both, of: &Indexed, there: &str) {
    let is_number = of.by[1] != of.key[1];
    let edges = if is_number {
        (n(5), n(30))
    } else {
        (s("sort1"), s("sort2"))
    };
    let mut seen = 0;
    for (forward, limit) in [(true, 3), (false, 3), (true, 100)] {
        let (mut all, mut order) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for (at, (db, table)) in [(&both.memory, of.table), (&both.emulator, there)]
            .into_iter()
            .enumerate()
        {
            let mut start = None;
            loop {
                let query = Query {
                    table: table.to_owned(),
                    index: Some(of.index),
                    partition: (of.by[0], s("one")),
                    from: Some(edges.0.clone()),
                    up_to: Some((of.by[1], edges.1.clone())),
                    limit,
                    start,
                    consistent: false,
                };
                let page = if forward {
                    db.query(query).await.unwrap()
                } else {
                    db.query_backwards(query).await.unwrap()
                };
                assert!(page.items.len() <= usize::try_from(limit).unwrap());
                order[at].extend(page.items.iter().map(|item| format!("{:?}", item[of.by[1]])));
                all[at].extend(page.items);
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        assert_eq!(
            sorted(&all[0]),
            sorted(&all[1]),
            "{}: forward {forward}",
            of.table
        );
        assert_eq!(order[0], order[1], "{}: forward {forward}", of.table);
        seen += all[0].len();
    }
    assert!(
        seen > 12,
        "{}: more than a page each time, and not {seen} in all",
        of.table
    );
}

/// Many keys at once, of what is there and of what is not.
async fn same_at_once(both: &Both, of: &Indexed, there: &str, keys: &[Item]) {
    let mut wanted: Vec<Item> = Vec::new();
    for key in keys {
        if !wanted.contains(key) && wanted.len() < 20 {
            wanted.push(key.clone());
        }
    }
    let mut absent = wanted[0].clone();
    let other = if of.key[0] == "user_id" {
        n(99)
    } else {
        s("nobody")
    };
    absent.insert(of.key[0].to_owned(), other);
    wanted.push(absent);
    let keys = |table: &str| {
        vec![table::Keys {
            table: table.to_owned(),
            keys: wanted.clone(),
            consistent: true,
        }]
    };
    let one = both.memory.batch_get(keys(of.table)).await.unwrap();
    let two = both.emulator.batch_get(keys(there)).await.unwrap();
    assert_eq!(sorted(&one[of.table]), sorted(&two[there]), "{}", of.table);
    assert_eq!(one[of.table].len(), wanted.len() - 1, "{}", of.table);
}

/// A walk for what is wanted of those that have something; how many are looked at for a page is each one's own affair.
async fn same_to_search(both: &Both, of: &Indexed, there: &str) {
    let mut all = [Vec::new(), Vec::new()];
    for (at, (db, table)) in [(&both.memory, of.table), (&both.emulator, there)]
        .into_iter()
        .enumerate()
    {
        let mut start = None;
        loop {
            let search = table::Search {
                table: table.to_owned(),
                having: of.by[0],
                attributes: &[&["standing", "tier"], &["given_day"], &["stage"]],
                limit: Some(7),
                start,
            };
            let page = db.search(search).await.unwrap();
            all[at].extend(page.items);
            start = page.next;
            if start.is_none() {
                break;
            }
        }
    }
    assert_eq!(sorted(&all[0]), sorted(&all[1]), "{}", of.table);
    assert!(all[0].len() > 5, "{}", of.table);
}
