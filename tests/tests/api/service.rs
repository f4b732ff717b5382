//! What holds for every path: what is there, what may be sent, who may ask from a browser.

use limits_flags::access::Scope;
use serde_json::Value;
use tests::stage::{Ask, Stage};

use crate::ANNA;

const ONE: &str = "/ofrep/v1/evaluate/flags/new_jobs";

#[tokio::test(flavor = "multi_thread")]
async fn a_captured_event_of_a_client_without_a_known_key_is_refused() {
    let stage = Stage::new().await;
    let event = include_str!("../../../functions/features-api/events/ofrep-bulk.json");
    let event: Value = serde_json::from_str(event).unwrap();
    assert_eq!(stage.ask_event(&event).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_to_everybody() {
    let stage = Stage::new().await;
    let said = stage.ask(Ask::get("/healthz")).await;
    assert_eq!((said.status, &said.body["status"]), (200, &"ok".into()));
    assert_eq!(said.body["settings_version"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_a_path_does_not_know_are_problems_too() {
    let stage = Stage::new().await;
    let nowhere = stage.ask(Ask::get("/nowhere")).await;
    assert_eq!(nowhere.status, 404);
    assert_eq!(nowhere.header("content-type"), "application/problem+json");
    let method = stage.ask(Ask::of("DELETE", ONE)).await;
    assert_eq!((method.status, method.header("allow")), (405, "POST"));
    assert_eq!(method.header("content-type"), "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_or_no_json_is_refused_before_it_is_read() {
    let stage = Stage::new().await;
    let ask = || Ask::post(ONE).user(&stage, ANNA);
    assert_eq!(stage.ask(ask().text(&" ".repeat(70_000))).await.status, 413);
    let form = ask().header("content-type", "text/plain").text("{}");
    assert_eq!(stage.ask(form).await.status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_listed_origin_may_ask_and_read_the_tag() {
    let stage = Stage::new().await;
    let preflight = |origin: &str| {
        Ask::of("OPTIONS", ONE)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
    };
    let said = stage.ask(preflight("https://app.example.org")).await;
    assert_eq!(said.status, 204);
    assert_eq!(
        said.header("access-control-allow-origin"),
        "https://app.example.org"
    );
    assert!(
        said.header("access-control-allow-headers")
            .contains("if-none-match")
    );
    assert_eq!(stage.ask(preflight("https://evil.example.org")).await.status, 403);
    let asked = Ask::post(ONE).user(&stage, ANNA);
    let said = stage
        .ask(asked.clone().header("origin", "https://app.example.org"))
        .await;
    assert_eq!(
        said.header("access-control-allow-origin"),
        "https://app.example.org"
    );
    assert!(said.header("access-control-expose-headers").contains("etag"));
    let said = stage
        .ask(asked.header("origin", "https://evil.example.org"))
        .await;
    assert_eq!(said.header("access-control-allow-origin"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_describes_every_path_and_what_it_refuses_for() {
    let stage = Stage::new().await;
    let document = stage.ask(Ask::get("/openapi.json")).await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let problem = "#/components/schemas/Problem";
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let unavailable = &operation["responses"]["503"]["content"]["application/problem+json"];
            assert_eq!(unavailable["schema"]["$ref"], problem, "{method} {path}");
            let is_open = operation["security"] == serde_json::json!([{}]);
            let asks_who = !operation["responses"]["401"].is_null();
            assert_ne!(is_open, asks_who, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_comes_in_pages_and_every_row_stands_on_one() {
    let stage = Stage::new().await;
    let key = stage.new_key(1, &[Scope::AdminRead], None).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/admin/settings/models?limit=3{cursor}");
        let page = stage.ask(Ask::get(&path).key(&key)).await;
        assert_eq!(page.status, 200, "{page:?}");
        let rows = page.body["rows"].as_array().unwrap();
        assert!(rows.len() <= 3);
        seen.extend(rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()));
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let all = stage.settings().models.keys().cloned().collect::<Vec<_>>();
    assert_eq!(seen, all);
    let one = stage
        .ask(Ask::get("/admin/settings/models/kling-3.0").key(&key))
        .await;
    assert_eq!(one.body["row"]["title"], "Kling 3.0");
    let kinds = stage.ask(Ask::get("/admin/settings/nonsense").key(&key)).await;
    let kinds = kinds.body["detail"].as_str().unwrap().to_owned();
    assert!(kinds.contains("flags, evaluators, limits, models"), "{kinds}");
    for (path, status) in [
        ("models/none", 404),
        ("nonsense", 404),
        ("models?limit=0", 400),
        ("models?limit=x", 400),
        ("models?sort=up", 400),
    ] {
        let said = stage
            .ask(Ask::get(&format!("/admin/settings/{path}")).key(&key))
            .await;
        assert_eq!(said.status, status, "{path}");
    }
}
