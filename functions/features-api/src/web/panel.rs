//! The operator's panel: a page like the Mini App's, for whoever the admin API lets in. Nothing of the business is in its
//! files; what they show is asked for with the reader's own rights.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;

use super::{File, POLICY, SCRIPT, STYLE, asset_of, file, found, framed, hash};
use crate::Api;
use crate::problem::Refusal;

/// Where the page is.
const PANEL: &str = "/panel/";

/// Its scripts and styles: all there are below `web/panel`.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/panel.rs"));
/// What it has in common with the Mini App.
const SHARED: &[File] = &[file!("launch.js", SCRIPT)];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let files = all().map(|file| file.plain);
    hash(&files.collect::<Vec<_>>().concat())
});

/// The page, and what it is known by.
static PAGE: LazyLock<(String, String)> = LazyLock::new(|| {
    let assets = format!("{PANEL}assets/{}", *HASH);
    let html = include_str!("../../web/panel/index.html").replace("{{assets}}", &assets);
    let tag = format!("\"{}\"", hash(html.as_bytes()));
    (html, tag)
});

fn all() -> impl Iterator<Item = &'static File> {
    FILES.iter().chain(SHARED)
}

/// The paths of the page and its files.
pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/panel", get(async || found(PANEL)))
        .route(PANEL, get(page))
        .route("/panel/assets/{hash}/{*name}", get(asset))
}

async fn page(headers: HeaderMap) -> Response {
    let (html, tag) = &*PAGE;
    // It hears of nothing by itself: it asks.
    framed(&headers, html, tag, &POLICY.replace("{{live}}", ""))
}

async fn asset(
    Path((wanted, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let file = all().find(|file| file.name == name && wanted == *HASH);
    asset_of(file, &wanted, &headers)
}

#[cfg(test)]
mod tests {
    use super::super::tests::imports;
    use super::*;

    #[test]
    fn every_file_that_a_file_imports_is_served() {
        let names: Vec<&str> = all().map(|file| file.name).collect();
        assert!(names.contains(&"panel/panel.js") && names.contains(&"panel/views/now.js"));
        let all: Vec<&File> = all().collect();
        let (count, lost) = imports(&all, &[]);
        assert_eq!(lost, [""; 0]);
        assert!(count > 10, "{count}");
    }

    #[test]
    fn the_page_names_its_files_by_their_hash() {
        let (html, _) = &*PAGE;
        assert!(
            html.contains(&format!("{PANEL}assets/{}/panel/panel.js", *HASH)),
            "{html}"
        );
        assert!(
            !html.contains("{{") && !html.contains("<style") && !html.contains("style=\""),
            "{html}"
        );
    }
}
