//! Somebody between the functions and the outside world who repeats all that is said to him: in an error's words, in a
//! page, in an address to go to. A real proxy does such things, and a provider's debug mode.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::net::TcpListener;

/// The most of a request that is repeated.
const REPEATED_BYTES_MAX: usize = 16 << 10;
const BODY_BYTES_MAX: usize = 64 << 20;

/// How he answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// As whoever stands behind him does.
    Truly,
    /// With an error of this status, in every API's own form.
    Error(u16),
    /// The same, with everything in the place of the code, too.
    Codes(u16),
    /// With a page.
    Page(u16),
    /// With an address that repeats everything.
    Redirect,
    /// With a success that says nothing that was asked.
    Nonsense,
}

/// In whose place he speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// In everybody's.
    All,
    /// In Telegram's.
    Telegram,
}

/// The parrot.
#[derive(Clone, Debug)]
pub struct Parrot {
    answers: Arc<Mutex<(Answers, Whom)>>,
    said: Arc<str>,
}

impl Parrot {
    /// Who answers truly for now. `said` is what he says besides: what only the other side knows, such as a payer's address.
    pub fn new(said: &str) -> Self {
        Self {
            answers: Arc::new(Mutex::new((Answers::Truly, Whom::All))),
            said: said.into(),
        }
    }

    /// From now on he answers so.
    pub fn answer(&self, answers: Answers) {
        self.answer_for(Whom::All, answers);
    }

    /// The same in somebody's place alone.
    pub fn answer_for(&self, whom: Whom, answers: Answers) {
        *self.answers.lock().unwrap() = (answers, whom);
    }

    /// An address that leads to another through him.
    pub(crate) async fn before(&self, place: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cage = (self.clone(), place.trim_end_matches('/').to_owned());
        let router = Router::new().fallback(repeat).with_state(cage);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

async fn repeat(State((parrot, behind)): State<(Parrot, String)>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap();
    let (answers, whom) = *parrot.answers.lock().unwrap();
    let meant = whom == Whom::All || head.uri.path().contains("/bot");
    if answers == Answers::Truly || !meant {
        let mut asked = runtime::clients::http()
            .unwrap()
            .request(head.method, format!("{behind}{}", head.uri));
        for (name, value) in head.headers.iter().filter(|(name, _)| *name != "host") {
            asked = asked.header(name, value);
        }
        let answer = asked.body(body).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
        *response.status_mut() = status;
        for name in ["content-type", "content-range", "retry-after", "location"] {
            if let Some(value) = headers.get(name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        return response;
    }
    let mut all = format!("{} {} {} {:?} ", parrot.said, head.method, head.uri, head.headers);
    all.push_str(&String::from_utf8_lossy(&body));
    let all: String = all.chars().take(REPEATED_BYTES_MAX).collect();
    answer(answers, &all)
}

fn answer(answers: Answers, heard: &str) -> Response {
    let error = |status: u16, code: serde_json::Value| {
        let body = json!({
            "ok": false, "error_code": status, "description": heard,
            "code": code, "msg": heard, "message": heard, "detail": heard, "type": "error", "parameter": heard,
            "error": {"message": heard, "code": heard, "type": heard, "decline_code": heard},
            "base_resp": {"status_code": 1004, "status_msg": heard},
        });
        (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
    };
    match answers {
        Answers::Error(status) => error(status, json!(status)),
        Answers::Codes(status) => error(status, json!(heard)),
        Answers::Page(status) => (
            StatusCode::from_u16(status).unwrap(),
            [("content-type", "text/html")],
            format!("<html><body>{heard}</body></html>"),
        )
            .into_response(),
        Answers::Redirect => {
            let word: String = heard.chars().filter(char::is_ascii_graphic).take(4000).collect();
            let mut response = StatusCode::FOUND.into_response();
            let to = HeaderValue::from_str(&format!("http://127.0.0.1:9/{word}")).unwrap();
            response.headers_mut().insert("location", to);
            response
        }
        Answers::Truly | Answers::Nonsense => {
            let body =
                json!({"ok": true, "result": heard, "code": 200, "data": heard, "id": [heard], "msg": heard});
            axum::Json(body).into_response()
        }
    }
}
