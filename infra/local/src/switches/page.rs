//! The page of switches: plain HTML, a form for each button, and below it what the functions make of it.

use std::fmt::Write as _;
use std::sync::{Arc, Weak};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use local_lambda::LocalLambda;

use super::{Switches, Turn};
use crate::stats::Stats;

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Faults of the local cloud</title><style>\
:root{color-scheme:light dark}body{margin:1rem auto;max-width:60rem;padding:0 1rem;font:15px/1.45 system-ui,sans-serif}\
table{border-collapse:collapse;width:100%}th,td{padding:.35rem .5rem;text-align:left;border-bottom:1px solid #8885}\
form{display:inline}button{font:inherit;min-height:2.2rem;padding:.2rem .7rem;margin-right:.3rem}\
.on{font-weight:700;color:light-dark(#a8201a,#ff9a90)}pre{overflow:auto}</style>\
<h1>Faults of the local cloud</h1><p>On, a fault strikes every request that it can; once, the next one. \
What follows stands below and in <a href=\"/cloud\">/cloud</a>, \
<a href=\"/cloud/traces\">/cloud/traces</a> and the functions' log; words in a prompt (<code>#fail</code>, <code>#429</code>) \
do the same to one order. The rails have switches of their own, in their cabinets.</p>";

#[derive(Clone)]
struct Place {
    switches: Arc<Switches>,
    /// Weak, so that a browser left open does not keep the functions alive after the end.
    local: Weak<LocalLambda>,
}

pub(crate) fn router(switches: Arc<Switches>, local: Weak<LocalLambda>) -> Router {
    Router::new()
        .route("/cloud/faults", get(page))
        .route("/cloud/faults/{switch}/{turn}", post(turn))
        .with_state(Place { switches, local })
}

async fn page(State(place): State<Place>) -> Response {
    let stats = match place.local.upgrade() {
        Some(local) => Stats::of(&local).await.ok(),
        None => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let stats = stats.map_or_else(|| "AWS does not answer.".to_owned(), |stats| stats.to_string());
    let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    (html, written(&place.switches, &stats)).into_response()
}

/// Only a page of our own, or no page at all, throws a switch: a browser says from where a form comes.
async fn turn(
    State(place): State<Place>,
    Path((switch, turn)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let from = headers.get("sec-fetch-site").and_then(|from| from.to_str().ok());
    if from.is_some_and(|from| !["same-origin", "none"].contains(&from)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(turn) = Turn::parse(&turn) else {
        return (StatusCode::NOT_FOUND, "on, off or once\n").into_response();
    };
    if !place.switches.turn(&switch, turn) {
        return (StatusCode::NOT_FOUND, "there is no such switch\n").into_response();
    }
    Redirect::to("/cloud/faults").into_response()
}

fn written(switches: &Switches, stats: &str) -> String {
    let mut page = HEAD.to_owned();
    let mut whose = "";
    for (switch, is_on, hits) in switches.state() {
        if whose != switch.whose {
            let end = if whose.is_empty() { "" } else { "</table>" };
            let _ = write!(page, "{end}<h2>{}</h2><table>", switch.whose);
            whose = switch.whose;
        }
        let now = match (is_on, hits) {
            (true, Some(hits)) => format!("<span class=on>on</span>, struck {hits} times"),
            (true, None) => "<span class=on>on</span>".to_owned(),
            (false, _) => "off".to_owned(),
        };
        let press = |turn: &str, words: &str| {
            format!(
                "<form method=post action=\"/cloud/faults/{}/{turn}\"><button>{words}</button></form>",
                switch.name
            )
        };
        let buttons = if is_on {
            press("off", "Off")
        } else {
            press("on", "On") + &press("once", "Once")
        };
        let _ = write!(
            page,
            "<tr><td>{}<td>{now}<td>{buttons}",
            switch.about.replace('&', "&amp;")
        );
    }
    let stats = stats.replace('&', "&amp;").replace('<', "&lt;");
    let _ = write!(page, "</table><h2>What follows</h2><pre>{stats}</pre></html>");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_button_for_whatever_can_be_pressed_now() {
        let switches = Switches::new(Weak::new(), None, None);
        let page = written(&switches, "a < b");
        assert!(page.contains("a &lt; b") && !page.contains("Telegram</h2>"));
        let has = |page: &str, turn: &str| page.contains(&format!("/cloud/faults/dynamodb-slow/{turn}\""));
        assert!(has(&page, "on") && has(&page, "once") && !has(&page, "off"));
        switches.turn("dynamodb-slow", Turn::On);
        let page = written(&switches, "");
        assert!(has(&page, "off") && !has(&page, "on") && page.contains("class=on>on<"));
    }
}
