//! The Mini App's page and the browser client as they are served.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use std::collections::BTreeSet;

use tests::stage::{Ask, Said, Stage};

async fn get(stage: &Stage, path: &str) -> Said {
    stage.ask(Ask::get(path)).await
}

/// The addresses of our own files that a text names.
fn named(text: &str) -> BTreeSet<&str> {
    let parts = text.split('"');
    parts.filter(|part| part.starts_with("/app/assets/")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_asked_for_anew_and_runs_nothing_but_our_own_and_telegrams_script() {
    let stage = Stage::new().await;
    let page = get(&stage, "/app/").await;
    assert_eq!(
        (
            page.status,
            page.header("content-type"),
            page.header("cache-control")
        ),
        (200, "text/html; charset=utf-8", "no-cache")
    );
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self' https://telegram.org;",
        "style-src 'self';",
        "connect-src 'self' https://live.example.org;",
        "frame-ancestors https://web.telegram.org",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let inline = page
        .text
        .split("<script")
        .skip(1)
        .filter(|script| !script.contains("src=\""));
    assert_eq!(inline.count(), 0, "{}", page.text);
    assert!(
        !page.text.contains("<style") && !page.text.contains(" style="),
        "{}",
        page.text
    );
    let outside: Vec<_> = page
        .text
        .split('"')
        .filter(|part| part.starts_with("http"))
        .collect();
    assert_eq!(
        outside,
        [
            "https://t.me/neurocards_bot",
            "https://telegram.org/js/telegram-web-app.js"
        ]
    );
    let known = Ask::get("/app/").header("if-none-match", page.header("etag"));
    let known = stage.ask(known).await;
    assert_eq!((known.status, known.text.as_str()), (304, ""));
    let short = get(&stage, "/app").await;
    assert_eq!((short.status, short.header("location")), (308, "/app/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_the_page_names_is_there_for_ever_under_its_hash() {
    let stage = Stage::new().await;
    let page = get(&stage, "/app/").await;
    let files = named(&page.text);
    assert!(files.len() >= 7, "{files:?}");
    for path in files {
        let plain = Ask::get(path).header("accept-encoding", "identity");
        let file = stage.ask(plain).await;
        let kind = if path.ends_with("css") {
            "text/css"
        } else {
            "text/javascript"
        };
        assert_eq!(
            (file.status, file.header("x-content-type-options")),
            (200, "nosniff"),
            "{path}"
        );
        assert!(file.header("content-type").starts_with(kind), "{path}");
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable",
            "{path}"
        );
        assert_eq!(
            file.header("content-encoding"),
            "",
            "{path}: nobody said that it may be compressed"
        );
        let packed = stage.ask(Ask::get(path).header("accept-encoding", "gzip")).await;
        let is_packed = packed.header("content-encoding") == "gzip";
        assert_eq!(is_packed, !path.ends_with("/texts.js"), "{path}");
        assert!(!file.text.is_empty(), "{path}");
        let known = stage
            .ask(Ask::get(path).header("if-none-match", file.header("etag")))
            .await;
        assert_eq!(known.status, 304, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_version_or_of_no_such_name_is_not_there() {
    let stage = Stage::new().await;
    let page = get(&stage, "/app/").await;
    let at = *named(&page.text).first().unwrap();
    let (folder, _) = at.rsplit_once('/').unwrap();
    for path in [
        "/app/assets/0123456789abcdef/client.js".to_owned(),
        format!("{folder}/package.json"),
        format!("{folder}/..%2Findex.html"),
    ] {
        let said = get(&stage, &path).await;
        assert_eq!(
            (said.status, said.header("cache-control")),
            (404, "no-store"),
            "{path}: {said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_listed_origin_may_load_the_client_and_is_never_given_anothers_copy() {
    let stage = Stage::new().await;
    let ask = Ask::get("/app/client.js").header("origin", "https://app.example.org");
    let said = stage.ask(ask).await;
    assert_eq!((said.status, said.header("cache-control")), (200, "no-cache"));
    assert_eq!(
        said.header("access-control-allow-origin"),
        "https://app.example.org"
    );
    for path in named(&said.text) {
        let file = stage
            .ask(Ask::get(path).header("origin", "https://app.example.org"))
            .await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(
            file.header("access-control-allow-origin"),
            "https://app.example.org"
        );
        assert!(
            file.header("vary").contains("origin"),
            "{path}: {}",
            file.header("vary")
        );
    }
}
