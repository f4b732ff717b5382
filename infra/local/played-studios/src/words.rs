//! Words that a person can write into a prompt, to see how trouble is handled: those of the played KIE.AI, as far as a studio
//! knows such trouble.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::studio::{BODY_BYTES_MAX, Studio};
use crate::task::Trouble;

/// All of them, each with whether only the first attempt is in trouble.
const WORDS: [(&str, Trouble, bool); 17] = [
    ("#429", Trouble::Busy, true),
    ("#503", Trouble::Unavailable, true),
    ("#502", Trouble::BadGateway, true),
    ("#cut", Trouble::Cut, true),
    ("#lost", Trouble::Lost, true),
    ("#402", Trouble::Unpaid, false),
    ("#505", Trouble::Retired, false),
    ("#refuse", Trouble::Refused, false),
    ("#fail", Trouble::Failed, false),
    ("#moderated", Trouble::Moderated, false),
    ("#nofile", Trouble::NoFile, false),
    ("#never", Trouble::Never, false),
    ("#nocallback", Trouble::NoCallback, false),
    ("#expired", Trouble::Expired, false),
    ("#withheld", Trouble::Withheld, false),
    ("#gone", Trouble::Gone, false),
    ("#huge", Trouble::Huge, false),
];

/// The trouble that a text asks for, and whether only once.
fn spoken(text: &str) -> impl Iterator<Item = (Trouble, bool)> + use<'_> {
    let said: BTreeSet<&str> = text
        .split(|letter: char| letter.is_whitespace() || ",.;!?".contains(letter))
        .filter(|word| word.starts_with('#'))
        .collect();
    let found = WORDS.into_iter().filter(move |(word, ..)| said.contains(word));
    found.map(|(_, trouble, is_once)| (trouble, is_once))
}

/// Every text in an order. A photo in base64 has no `#`.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.contains('#') => found.push(text),
        Value::Array(list) => list.iter().for_each(|one| texts(one, found)),
        Value::Object(fields) => fields.values().for_each(|one| texts(one, found)),
        _ => {}
    }
}

/// Lets what the words of an order ask for befall it.
pub(crate) async fn heed(State(studio): State<Studio>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        let why = Json(json!({"message": "too large"}));
        return (StatusCode::PAYLOAD_TOO_LARGE, why).into_response();
    };
    if let Ok(order) = serde_json::from_slice::<Value>(&bytes) {
        let mut found = Vec::new();
        texts(&order, &mut found);
        for text in found {
            for (trouble, is_once) in spoken(text) {
                if !is_once || studio.is_said_first(trouble, text) {
                    studio.inject(trouble, 1);
                }
            }
        }
    }
    next.run(Request::from_parts(head, Body::from(bytes))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_among_others() {
        let found: Vec<_> = spoken("кот #fail, #429 и #failing; 429 #unknown").collect();
        assert_eq!(found, [(Trouble::Busy, true), (Trouble::Failed, false)]);
        let order = json!({"input": [{"text": "a #huge cat"}, {"data": "AAAA"}], "n": 5});
        let mut found = Vec::new();
        texts(&order, &mut found);
        assert_eq!(found, ["a #huge cat"]);
    }
}
