//! One trace of an order, from the update that ordered it to the video in the chat; and nothing marked in what is told of it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::id::JobId;
use domain::job::Stage as Stands;
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use serde_json::Value;
use store::rows;
use table::{Deadline, Write, s};
use tests::stage::{Stage, WORKER, WORKER_TIME};
use trace::Link;

use crate::{CUSTOMER, PROMPT, marks, marks_of, page, stage};

/// What one trace may hold so that X-Ray keeps all of it, whatever the time between its first and its last span: a trace that
/// goes on for longer than a few minutes was seen closed at 14 KB.
const TRACE_BYTES_MAX: usize = 14_000;
/// Somebody else who orders.
const OTHER: i64 = 7_310_660_418;

/// What was told of an order.
struct Told {
    link: Link,
    documents: Vec<Value>,
}

impl Told {
    async fn of(stage: &Stage, job: &JobId) -> Self {
        let read = stage.store.jobs().get(job).await.unwrap().unwrap();
        let link = Link::parse(&read.trace.unwrap()).unwrap();
        let documents = page::rays().trace(link.root());
        Self { link, documents }
    }

    /// The spans of this name, in the order in which they began.
    fn all(&self, name: &str) -> Vec<&Value> {
        let named = self.documents.iter().filter(|it| it["name"] == name);
        let mut named: Vec<_> = named.collect();
        let start = |document: &Value| document["start_time"].as_f64();
        named.sort_by(|one, other| start(one).partial_cmp(&start(other)).unwrap());
        named
    }

    fn that_asks(&self, asks: &str) -> &Value {
        let mut found = self.documents.iter();
        let of = |it: &&Value| it["annotations"]["asks"] == asks;
        found
            .find(of)
            .unwrap_or_else(|| panic!("no {asks}: {:#?}", self.documents))
    }

    /// The names and how often they are there.
    fn names(&self) -> BTreeMap<&str, usize> {
        let mut names = BTreeMap::new();
        for document in &self.documents {
            *names.entry(document["name"].as_str().unwrap()).or_default() += 1;
        }
        names
    }
}

/// An order that goes as most do: its doorbell, its render, its callback, its delivery.
async fn delivered(stage: &Stage, job: &JobId) {
    stage.drain().await;
    stage.pass(Millis::from_mins(2));
    stage.callbacks().await;
    let read = stage.store.jobs().get(job).await.unwrap().unwrap();
    assert_eq!(read.stage, Stands::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_one_trace_from_the_update_to_the_video() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    let job = stage.order(CUSTOMER, PROMPT).await;
    delivered(&stage, &job).await;
    let told = Told::of(&stage, &job).await;
    let [admission] = told.all("admission")[..] else {
        panic!("{:#?}", told.documents)
    };
    assert_eq!(
        admission["id"],
        told.link.parent(),
        "the row says what all follows from"
    );
    let follows = |one: &Value, from: &Value| {
        assert_eq!(
            one["parent_id"], from["id"],
            "{one:#} does not follow from {from:#}"
        );
    };
    let (doorbells, workers) = (told.all("doorbell"), told.all("video-worker"));
    let callback = *told.all("provider-callback").last().unwrap();
    follows(doorbells[0], admission);
    follows(workers[0], doorbells[0]);
    follows(told.that_asks("order"), workers[0]);
    follows(callback, admission);
    let (rung, last) = (*doorbells.last().unwrap(), *workers.last().unwrap());
    follows(rung, callback);
    follows(last, rung);
    follows(told.that_asks("look_up"), last);
    follows(told.all("telegram")[0], last);
    follows(told.all("settlement")[0], last);
    assert_eq!(told.names().get("settlement"), Some(&1), "{:?}", told.names());
    assert_eq!(told.names().get("telegram"), Some(&1));
    let outcomes = [
        (admission, "admitted"),
        (told.that_asks("order"), "accepted"),
        (callback, "rung"),
        (told.that_asks("look_up"), "succeeded"),
        (told.all("telegram")[0], "shown"),
        (told.all("settlement")[0], "captured"),
        (last, Stands::Delivered.as_str()),
    ];
    for (span, outcome) in outcomes {
        assert_eq!(span["annotations"]["outcome"], outcome, "{span:#}");
    }
    let name = runtime::rays::named(&job.to_string()).unwrap();
    for span in [admission, workers[0], callback, last] {
        assert_eq!(span["annotations"]["job"], name);
    }
    assert_eq!(
        page::rays().refused(),
        Vec::<String>::new(),
        "X-Ray would take all of it"
    );
    let bytes: usize = told.documents.iter().map(|it| it.to_string().len()).sum();
    assert!(bytes < TRACE_BYTES_MAX, "{bytes} bytes in {:?}", told.names());
    println!("{bytes} bytes in {} documents", told.documents.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_told_by_names_of_ours_alone() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    let mut documents = Vec::new();
    for (trouble, outcome, harm, event) in [
        ("#402", "released", "fault", "provider_needs_operator"),
        ("#503", "captured", "error", "submission_not_accepted"),
    ] {
        let job = stage.order(CUSTOMER, &format!("{PROMPT} {trouble}")).await;
        stage.run_until_settled().await;
        let told = Told::of(&stage, &job).await;
        let settled = told.all("settlement");
        assert_eq!(settled[0]["annotations"]["outcome"], outcome, "{trouble}");
        let is_so = |it: &&&Value| it["cause"]["exceptions"][0]["type"] == event;
        let workers = told.all("video-worker");
        let marked = workers
            .iter()
            .find(is_so)
            .unwrap_or_else(|| panic!("{workers:#?}"));
        assert_eq!(marked[harm], true, "{trouble}");
        assert!(!told.all("telegram").is_empty(), "{:?}", told.names());
        documents.extend(told.documents);
    }
    let mut marks = marks();
    marks_of(&stage, &mut marks).await;
    for document in &documents {
        assert_eq!(
            marks.found(&document.to_string()),
            Vec::<&str>::new(),
            "{document:#}"
        );
    }
    page::is_clean(&marks, &["job_moved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_to_the_files_that_is_lost_while_a_render_runs_is_an_operators_matter() {
    page::hear();
    let stage = Stage::with(|setting| {
        let settings = &mut setting.settings;
        let model = settings.models.get_mut("kling-3.0").unwrap();
        "vertex".clone_into(&mut model.provider);
        "veo-3.1-fast-generate-001".clone_into(&mut model.family);
        model.aspects.retain(|aspect| aspect != "1:1");
        for (price, seconds) in model.prices.iter_mut().zip([4, 8]) {
            price.seconds = seconds;
        }
        let switch = settings.flags["provider-kie"].clone();
        settings.flags.insert("provider-vertex".to_owned(), switch);
    })
    .await;
    stage.newcomer(CUSTOMER).await;
    let job = stage.order(CUSTOMER, "a river #withheld").await;
    stage.run_until_settled().await;
    let name = runtime::rays::named(&job.to_string()).unwrap();
    let written = page::written();
    let told = written.lines().find(|line| {
        line.contains("provider_needs_operator") && line.contains(&name) && line.contains("vertex")
    });
    let told = told.unwrap_or_else(|| panic!("nobody is told of {name}"));
    assert!(told.contains("ERROR") && told.contains("bad_key"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_cannot_do_is_told_of_the_order() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    let job = stage.order(CUSTOMER, PROMPT).await;
    // Nobody came while there was time to render it, and now nobody can write that down.
    stage.pass(Millis::from_mins(24 * 60));
    let down = Fault::new(Service::DynamoDb, Effect::InternalError).operation("TransactWriteItems");
    let armed = stage.aws.faults().arm(down.caller(WORKER).always());
    let answer = stage.ring_with(&job, WORKER_TIME).await;
    armed.disarm();
    assert_eq!(answer.batch_item_failures.len(), 1);
    let name = runtime::rays::named(&job.to_string()).unwrap();
    let is_told = |line: &str| line.contains("message_goes_back") && line.contains(&name);
    assert!(page::written().lines().any(is_told), "no line of {name}");
    let told = Told::of(&stage, &job).await;
    let failed = told.all("video-worker");
    let [segment] = failed[..] else {
        panic!("{failed:#?}")
    };
    assert_eq!(segment["fault"], true, "{segment:#}");
    assert_eq!(segment["cause"]["exceptions"][0]["type"], "message_goes_back");
    assert_eq!(segment["annotations"]["outcome"], "goes_back");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_orders_in_one_batch_have_each_a_trace_of_its_own() {
    let (stage, _) = stage().await;
    let mut orders = Vec::new();
    for user in [CUSTOMER, OTHER] {
        stage.newcomer(user).await;
        orders.push(stage.order(user, PROMPT).await);
    }
    stage.drain().await;
    let (one, other) = (
        Told::of(&stage, &orders[0]).await,
        Told::of(&stage, &orders[1]).await,
    );
    assert_ne!(one.link.root(), other.link.root());
    for (told, job) in [(&one, &orders[0]), (&other, &orders[1])] {
        let name = runtime::rays::named(&job.to_string()).unwrap();
        let named = told
            .documents
            .iter()
            .filter_map(|it| it["annotations"]["job"].as_str());
        assert!(
            named.clone().count() >= 2 && named.clone().all(|it| it == name),
            "{name}"
        );
        assert_eq!(told.that_asks("order")["annotations"]["outcome"], "accepted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_depends_on_what_a_row_says_of_its_trace() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    for broken in ["", "no header at all", "Root=1-0-0;Parent=0;Sampled=1"] {
        let job = stage.order(CUSTOMER, PROMPT).await;
        let jobs = stage.aws.table_name("JobsTable").unwrap();
        let write = Write::update("test", jobs, rows::job_key(&job)).set("trace", s(broken));
        let time = Deadline::after(Duration::from_secs(5));
        stage.db.write(write, time).await.unwrap();
        delivered(&stage, &job).await;
    }
    stage.assert_sound().await;
}
