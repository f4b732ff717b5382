//! All that was written, by every function, since the test began.

use std::io;
use std::io::Write as _;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use local_lambda::Rays;
use runtime::Secrets;
use serde_json::{Value, json};
use tests::marks::Marks;
use tests::stage::{
    CHAT_KEY, GOOGLE_KEY, KIE_HMAC_KEY, KIE_KEY, KLING_KEY, MAC_KEY, STRIPE_KEY, STRIPE_SECRET, TOKEN,
    WEBHOOK_SECRET, YOOKASSA_KEY,
};

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static BEGUN: Once = Once::new();
static RAYS: OnceLock<Rays> = OnceLock::new();

struct Page;

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was told of traces.
pub(crate) fn rays() -> &'static Rays {
    RAYS.get_or_init(Rays::default)
}

/// The daemon, who takes what X-Ray would take and writes down all of it.
struct Daemon;

impl trace::Ground for Daemon {
    fn now_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_micros()).unwrap()
    }

    fn named(&self, job: &str) -> Option<String> {
        runtime::rays::named(job)
    }

    fn take(&self, datagram: &[u8]) {
        rays().heard(datagram);
        let lines = [datagram, b"\n"].concat();
        Page.write_all(&lines).unwrap();
    }
}

/// Begins to write down what the functions write.
pub(crate) fn hear() {
    BEGUN.call_once(|| {
        let secret = json!({
            "telegram_bot_token": TOKEN, "telegram_webhook_secret": WEBHOOK_SECRET, "callback_mac_key": MAC_KEY,
            "kie_api_key": KIE_KEY, "kling_api_key": KLING_KEY, "google_api_key": GOOGLE_KEY, "openai_api_key": CHAT_KEY, "kie_webhook_hmac_key": KIE_HMAC_KEY,
            "yookassa_secret_key": YOOKASSA_KEY, "stripe_secret_key": STRIPE_KEY,
            "stripe_webhook_secret": STRIPE_SECRET,
        });
        let secrets = Secrets::parse(&secret.to_string(), "the stage's").unwrap();
        runtime::veil::wear(secrets.veil().unwrap());
        runtime::emf::start("marked");
        let lines = runtime::telemetry::lines("info", || Page);
        tracing::subscriber::set_global_default(runtime::telemetry::traced(lines, Daemon)).unwrap();
    });
}

/// All that was written, metrics too.
pub(crate) fn written() -> String {
    runtime::emf::write(Page);
    let bytes = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    String::from_utf8(bytes).unwrap()
}

/// The lines of one name that were written up to now.
pub(crate) fn lines(event: &str) -> Vec<Value> {
    let written = written();
    let lines = written.lines().filter_map(|line| serde_json::from_str(line).ok());
    lines.filter(|line: &Value| line["event"] == event).collect()
}

/// Nothing marked was written, and something was: lines of these names.
#[track_caller]
pub(crate) fn is_clean(marks: &Marks, events: &[&str]) {
    let written = written();
    let leaks: Vec<String> = written
        .lines()
        .filter_map(|line| {
            let found = marks.found(line);
            (!found.is_empty()).then(|| format!("{found:?}: {line}"))
        })
        .collect();
    assert!(leaks.is_empty(), "\n{}\n", leaks.join("\n"));
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for event in events {
        let count = lines.iter().filter(|line| line["event"] == **event).count();
        assert!(count > 0, "nothing wrote {event}");
    }
    assert!(!lines.is_empty() && marks.count() > 0);
}
