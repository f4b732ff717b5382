//! Which role each of the operator's requests takes.

use std::collections::BTreeSet;

use limits_flags::access::Role;
use serde_json::{Value, json};
use tests::stage::{Ask, Stage};

use crate::{ANNA, BORIS};

/// Each request, and the least role that may make it.
const LEAST: [(&str, &str, Role); 53] = [
    ("GET", "/admin/accounts/{user}", Role::Viewer),
    ("GET", "/admin/accounts/{user}/ledger", Role::Viewer),
    ("POST", "/admin/accounts/{user}/credits", Role::Owner),
    ("GET", "/admin/audit", Role::Viewer),
    ("GET", "/admin/audit/entities/{entity}", Role::Viewer),
    ("GET", "/admin/audit/people/{who}", Role::Viewer),
    ("GET", "/admin/broadcasts", Role::Viewer),
    ("GET", "/admin/broadcasts/{id}", Role::Viewer),
    ("POST", "/admin/broadcasts", Role::Editor),
    ("POST", "/admin/broadcasts/{id}/count", Role::Editor),
    ("POST", "/admin/broadcasts/{id}/test", Role::Editor),
    ("POST", "/admin/broadcasts/{id}/start", Role::Editor),
    ("POST", "/admin/broadcasts/{id}/stop", Role::Editor),
    ("POST", "/admin/broadcasts/{id}/resume", Role::Editor),
    ("GET", "/admin/dead-letters", Role::Viewer),
    ("POST", "/admin/dead-letters/ring", Role::Editor),
    ("GET", "/admin/explain/{user}/{feature}", Role::Viewer),
    ("GET", "/admin/explain/{user}/orders/{model}", Role::Viewer),
    ("GET", "/admin/figures", Role::Viewer),
    ("GET", "/admin/history", Role::Viewer),
    ("GET", "/admin/jobs", Role::Viewer),
    ("GET", "/admin/jobs/{job}", Role::Viewer),
    ("GET", "/admin/limits/usage", Role::Viewer),
    ("GET", "/admin/me", Role::Viewer),
    ("GET", "/admin/overrides", Role::Viewer),
    ("GET", "/admin/payments", Role::Viewer),
    ("GET", "/admin/payments/{id}", Role::Viewer),
    ("GET", "/admin/promos", Role::Viewer),
    ("POST", "/admin/payments/{id}/recheck", Role::Editor),
    ("POST", "/admin/payments/{id}/accept", Role::Owner),
    ("POST", "/admin/payments/{id}/refund", Role::Owner),
    ("POST", "/admin/preview", Role::Viewer),
    ("GET", "/admin/providers", Role::Viewer),
    ("POST", "/admin/providers/{provider}/pause", Role::Editor),
    ("POST", "/admin/providers/{provider}/resume", Role::Editor),
    ("GET", "/admin/requests", Role::Viewer),
    ("GET", "/admin/requests/models", Role::Viewer),
    ("GET", "/admin/requests/summary", Role::Viewer),
    ("GET", "/admin/requests/unlimited", Role::Viewer),
    ("GET", "/admin/rollback/{version}", Role::Viewer),
    ("GET", "/admin/singles/{single}", Role::Viewer),
    ("PUT", "/admin/singles/{single}", Role::Editor),
    ("GET", "/admin/settings/{kind}", Role::Viewer),
    ("GET", "/admin/settings/{kind}/{key}", Role::Viewer),
    ("GET", "/admin/standings/{user}", Role::Viewer),
    ("GET", "/admin/upgrade-requests", Role::Viewer),
    ("GET", "/admin/users/{user}/requests", Role::Viewer),
    ("DELETE", "/admin/settings/{kind}/{key}", Role::Editor),
    ("PUT", "/admin/settings/{kind}/{key}", Role::Editor),
    ("POST", "/admin/standings/{user}", Role::Editor),
    (
        "POST",
        "/admin/upgrade-requests/{user}/{feature}/approve",
        Role::Editor,
    ),
    (
        "POST",
        "/admin/upgrade-requests/{user}/{feature}/deny",
        Role::Editor,
    ),
    ("POST", "/admin/rollback", Role::Owner),
];

/// A request that is right in everything but perhaps who makes it.
fn ask(method: &str, path: &str) -> Ask {
    let names = [
        ("{kind}", "flags"),
        ("{key}", "new_jobs"),
        ("{user}", "1002"),
        ("{feature}", "chat"),
        ("{entity}", "rules"),
        ("{job}", "1002-abcdefgh23456789"),
        ("{model}", "kling-3.0"),
        ("{provider}", "kie"),
        ("{single}", "rules"),
        ("{version}", "1"),
        ("{who}", "ctl"),
        ("{id}", "yookassa%232d1f8a2c-000f-5000-8000-1d3ee7a1c0de"),
    ];
    let path = names
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    let body = match path.as_str() {
        "/admin/rollback" => json!({"version": 1, "reason": "x"}),
        "/admin/preview" => json!({"row": "flag#new_jobs", "body": {"enabled": true}}),
        "/admin/accounts/1002/credits" => json!({"credits": 1, "request": "x", "reason": "x"}),
        "/admin/standings/1002" => json!({"change": "country", "key": "RU", "reason": "x"}),
        path if path.starts_with("/admin/settings/") || path.starts_with("/admin/singles/") => {
            json!({"row": {"enabled": true}, "reason": "x"})
        }
        _ => json!({}),
    };
    let ask = Ask::of(method, &path);
    if method == "GET" || method == "DELETE" {
        ask
    } else {
        ask.json(&body)
    }
}

/// The administrator who asks, who has this role or none.
async fn status(stage: &Stage, role: Option<Role>, (method, path): (&str, &str)) -> u16 {
    // Nobody is to be held up for asking too often.
    stage.pass(domain::time::Millis::from_secs(1));
    let user = match role {
        Some(role) => {
            stage.admit(ANNA, role).await;
            ANNA
        }
        None => BORIS,
    };
    stage.ask(ask(method, path).user(stage, user)).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_operators_takes_its_role_and_no_less() {
    let stage = Stage::new().await;
    for (method, path, least) in LEAST {
        let request = (method, path);
        let lower = [Role::Viewer, Role::Editor, Role::Owner]
            .into_iter()
            .filter(|role| *role < least);
        for role in std::iter::once(None).chain(lower.map(Some)) {
            assert_eq!(status(&stage, role, request).await, 403, "{request:?} {role:?}");
        }
        let allowed = status(&stage, Some(least), request).await;
        assert!(
            ![401, 403, 429].contains(&allowed),
            "{request:?} {least:?}: {allowed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_of_the_operators_is_without_its_role_here() {
    let stage = Stage::new().await;
    let document = stage.ask(Ask::get("/openapi.json")).await.body;
    let paths = document["paths"].as_object().unwrap();
    let served: BTreeSet<(String, String)> = paths
        .iter()
        .filter(|(path, _)| path.starts_with("/admin"))
        .flat_map(|(path, item)| methods(item).map(move |method| (method, path.clone())))
        .collect();
    let known = LEAST.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(served, BTreeSet::from(known));
}

fn methods(item: &Value) -> impl Iterator<Item = String> {
    let methods = item.as_object().into_iter().flatten();
    methods.map(|(method, _)| method.to_uppercase())
}
