//! The Mini App and the browser client: files of `web/`, built into the binary. The operator's panel is beside it (`panel`).
//!
//! The page itself is asked for anew each time; what it names lies under a path with the hash of all that is in it, and so
//! never changes and is kept for ever. `client.js` has an unhashed name as well, for pages elsewhere.

mod panel;

use std::sync::{Arc, LazyLock};

use app::page::texts;
use app::texts::{Locale, Say};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use limits_flags::access::hex;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::Api;
use crate::etag;
use crate::problem::Refusal;

/// What the page may load and who may show it: our own files, Telegram's one script, the stream of changes (`{{live}}`), and
/// Telegram's web clients.
const POLICY: &str = "default-src 'none'; script-src 'self' https://telegram.org; style-src 'self'; \
    connect-src 'self'{{live}}; img-src 'self' data: blob:; media-src blob:; \
    base-uri 'none'; form-action 'none'; \
    frame-ancestors https://web.telegram.org https://webk.telegram.org https://webz.telegram.org";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASKED_ANEW: &str = "no-cache";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// Letters of a hash that stand in a path.
const HASH_CHARS: usize = 16;
/// Where the page is.
const APP: &str = "/app/";

/// A file as it is sent.
struct File {
    name: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

macro_rules! file {
    ($name:literal, $kind:expr) => {
        File {
            name: $name,
            kind: $kind,
            plain: include_bytes!(concat!(env!("OUT_DIR"), "/", $name)),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }
    };
}

use file;

/// The page's scripts and styles: all there are in `web`.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/app.rs"));

/// The texts, which are no file: they stand in the catalogues with all others.
const TEXTS: &str = "texts.js";
static CATALOGUES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let in_language = |locale| -> Value {
        let texts = texts(locale).map(|(id, text)| (id.to_owned(), Value::String(text)));
        Value::Object(texts.collect())
    };
    let all: Map<String, Value> = [Locale::Ru, Locale::En]
        .map(|locale| (locale.as_str().to_owned(), in_language(locale)))
        .into_iter()
        .collect();
    format!("export default {};\n", Value::Object(all)).into_bytes()
});

/// The hash of everything under it.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let files = FILES.iter().map(|file| file.plain);
    let all: Vec<&[u8]> = files.chain([CATALOGUES.as_slice()]).collect();
    hash(&all.concat())
});

fn hash(bytes: &[u8]) -> String {
    let mut letters = hex(digest(&SHA256, bytes).as_ref());
    letters.truncate(HASH_CHARS);
    letters
}

/// The page, with the names of its files and the bot's address in it.
pub(crate) struct Page {
    html: String,
    tag: String,
    policy: String,
}

impl Page {
    /// `live` is where changes are heard of: an origin, or empty.
    pub(crate) fn of(bot_url: &str, live: &str) -> Self {
        let html = include_str!("../web/index.html")
            .replace("{{assets}}", &format!("{APP}assets/{}", *HASH))
            .replace("{{bot}}", &attribute(bot_url))
            .replace("{{noscript-ru}}", &Say::in_(Locale::Ru).text("web-noscript"))
            .replace("{{noscript-en}}", &Say::in_(Locale::En).text("web-noscript"));
        let tag = format!("\"{}\"", hash(html.as_bytes()));
        let live = if live.is_empty() {
            String::new()
        } else {
            format!(" {live}")
        };
        Self {
            html,
            tag,
            policy: POLICY.replace("{{live}}", &live),
        }
    }
}

/// Escaped for an attribute in double quotes.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// The paths of the page and its files. They are nobody's secret: nothing of a customer is in them.
pub(crate) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/app", get(async || found(APP)))
        .route(APP, get(page))
        .route("/app/client.js", get(client))
        .route("/app/assets/{hash}/{name}", get(asset))
        .merge(panel::routes())
}

fn found(at: &'static str) -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, at)]).into_response()
}

async fn page(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let page = api.page();
    framed(&headers, &page.html, &page.tag, &page.policy)
}

/// A page, with what it may load and who may show it.
fn framed(headers: &HeaderMap, html: &str, tag: &str, policy: &str) -> Response {
    let body = Body::Plain(html.as_bytes().to_vec());
    let mut response = unless_known(headers, tag, HTML, body);
    // Without a policy it must not be shown at all.
    let policy = HeaderValue::try_from(policy);
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    let referrer = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(REFERRER_POLICY, referrer);
    response
}

/// For pages elsewhere: the client and the elements of this version.
async fn client(headers: HeaderMap) -> Response {
    let at = format!("{APP}assets/{}", *HASH);
    let script = format!("export * from \"{at}/client.js\";\nexport * from \"{at}/elements.js\";\n");
    unless_known(
        &headers,
        &format!("\"{}\"", *HASH),
        SCRIPT,
        Body::Plain(script.into_bytes()),
    )
}

/// A file under its hash. One of another version is not here any more: the page that named it loads itself anew.
async fn asset(
    Path((wanted, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if wanted == *HASH && name == TEXTS {
        return Ok(kept(&headers, &wanted, SCRIPT, Body::Plain(CATALOGUES.clone())));
    }
    let file = FILES.iter().find(|file| file.name == name && wanted == *HASH);
    asset_of(file, &wanted, &headers)
}

/// A file, in the form that is taken.
fn asset_of(file: Option<&File>, hash: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
    let unknown =
        || Refusal::NotFound("there is no such file in this version; load the page again".to_owned());
    let file = file.ok_or_else(unknown)?;
    let body = if takes_gzip(headers) {
        Body::Gzip(file.gzip)
    } else {
        Body::Plain(file.plain.to_vec())
    };
    Ok(kept(headers, hash, file.kind, body))
}

/// What never changes under its hash.
fn kept(headers: &HeaderMap, hash: &str, kind: &'static str, body: Body) -> Response {
    let mut response = unless_known(headers, &format!("\"{hash}\""), kind, body);
    let keep = HeaderValue::from_static(FOR_EVER);
    response.headers_mut().insert(CACHE_CONTROL, keep);
    response
}

/// Whether compressed bytes may be sent.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split(',');
    accepted.any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim() == "gzip" && weight.trim() != "q=0"
    })
}

enum Body {
    Plain(Vec<u8>),
    Gzip(&'static [u8]),
}

/// The body with its tag, or 304 for whoever has it.
fn unless_known(headers: &HeaderMap, tag: &str, kind: &'static str, body: Body) -> Response {
    let mut response = if etag::has(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match body {
            Body::Plain(bytes) => bytes.into_response(),
            Body::Gzip(bytes) => {
                let mut response = bytes.into_response();
                let coding = HeaderValue::from_static("gzip");
                response.headers_mut().insert(CONTENT_ENCODING, coding);
                response
            }
        }
    };
    let fixed: [(HeaderName, &'static str); 4] = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, ASKED_ANEW),
        (VARY, "accept-encoding, origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let all = response.headers_mut();
    for (name, value) in fixed {
        all.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        all.insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_its_attribute() {
        let page = Page::of("https://t.me/a\"><script>", "");
        assert!(
            page.html.contains("https://t.me/a&quot;>&lt;script>"),
            "{}",
            page.html
        );
        assert!(!page.html.contains("{{"), "{}", page.html);
    }

    #[test]
    fn a_page_may_listen_where_there_is_something_to_hear_and_nowhere_else() {
        let policy = |live| Page::of("https://t.me/a", live).policy;
        assert!(policy("").contains("connect-src 'self'; "), "{}", policy(""));
        let live = policy("https://live.example.org");
        assert!(
            live.contains("connect-src 'self' https://live.example.org; "),
            "{live}"
        );
    }

    #[test]
    fn only_whoever_takes_compressed_bytes_gets_them() {
        let takes = |accepted: &str| {
            takes_gzip(&HeaderMap::from_iter([(
                ACCEPT_ENCODING,
                accepted.parse().unwrap(),
            )]))
        };
        assert!(takes("gzip") && takes("br, gzip;q=0.8") && takes("deflate, gzip"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("x-gzip"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    /// How many imports the scripts among these have, and those that lead to none of them.
    pub(super) fn imports(files: &[&File], beside: &[&str]) -> (usize, Vec<String>) {
        let served = |wanted: &str| files.iter().any(|file| file.name == wanted) || beside.contains(&wanted);
        let (mut count, mut lost) = (0, Vec::new());
        for file in files.iter().filter(|file| file.kind == SCRIPT) {
            let text = std::str::from_utf8(file.plain).unwrap();
            // What a script names at its beginning, and what it fetches when it is wanted.
            let named = ["from \"", "import(\"", "part(\""].map(|before| text.split(before).skip(1));
            for rest in named.into_iter().flatten() {
                let import = rest.split('"').next().unwrap_or_default();
                let mut at: Vec<&str> = file.name.split('/').collect();
                at.pop();
                for part in import.split('/') {
                    match part {
                        "." => {}
                        ".." => drop(at.pop()),
                        part => at.push(part),
                    }
                }
                count += 1;
                if !served(&at.join("/")) {
                    lost.push(format!("{}: {import}", file.name));
                }
            }
        }
        (count, lost)
    }

    #[test]
    fn every_file_that_a_file_imports_is_served() {
        let mut files: Vec<&File> = FILES.iter().collect();
        let (count, lost) = imports(&files, &[TEXTS]);
        assert_eq!(lost, [""; 0]);
        assert!(count > 20, "{count}");
        files.retain(|file| file.name != "gallery.js");
        assert_eq!(imports(&files, &[TEXTS]).1, ["cabinet.js: ./gallery.js"]);
        for name in ["cabinet.js", "cabinet.css"] {
            assert!(FILES.iter().any(|file| file.name == name), "{name}");
        }
    }

    #[test]
    fn a_compressed_file_is_the_smaller_one_and_of_todays_files() {
        for file in FILES {
            assert!(file.gzip.starts_with(&[0x1f, 0x8b]), "{}", file.name);
            assert!(file.gzip.len() < file.plain.len(), "{}", file.name);
        }
    }
}
