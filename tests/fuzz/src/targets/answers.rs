//! What providers answer when they are asked, and a check of words. An input is the answer, by the
//! way of the adapter that asks.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use domain::time::Timestamp;
use domain::video::Aspect;
use providers::checks::{Checker, Exhibit};
use providers::registry::{Access, row};
use providers::{About, Ask, Create, Found, LookUp, Photo, Provider, TaskRef, VideoOrder};

use super::Target;
use crate::outside::{Script, TIMEOUT, answered, client};

/// What no answer may bring into a log: our keys, and what a customer wrote.
pub(super) const SECRETS: [&str; 3] = ["KEY-OF-NOBODY", "WORDS-OF-A-CUSTOMER", "MAC-OF-AN-ADDRESS"];
pub(super) const NOW: Timestamp = Timestamp(1_760_000_000_000);

macro_rules! provider {
    ($constant:ident, $provider:literal, $name:literal, $reads:literal, $family:literal, $words:expr) => {
        /// The answers of this provider.
        pub const $constant: Target = Target {
            name: $name,
            reads: $reads,
            run: |data| asked(data, $provider, $family),
            bytes_max: 1024,
            words: $words,
            seeds: &[],
        };
    };
}

provider!(
    KIE,
    "kie",
    "kie",
    "answers of KIE.AI",
    "kling-3.0",
    &["shared/providers/src/kie"]
);
provider!(
    KLING,
    "kling",
    "kling",
    "answers of Kling",
    "kling-3.0",
    &["shared/providers/src/kling.rs"]
);
provider!(
    KLING_V1,
    "klingv1",
    "klingv1",
    "answers of Kling's first API",
    "kling-v2-5-turbo",
    &["shared/providers/src/kling"]
);
provider!(
    GOOGLE,
    "google",
    "google",
    "answers of Gemini",
    "gemini-omni-1.2-flash",
    &["shared/providers/src/google.rs"]
);
provider!(
    VERTEX,
    "vertex",
    "vertex",
    "answers of Vertex AI",
    "veo-3.1-generate-001",
    &["shared/providers/src/vertex.rs", "shared/providers/src/vertex"]
);
provider!(
    LUMA,
    "luma",
    "luma",
    "answers of Luma",
    "ray-3.2",
    &["shared/providers/src/luma.rs"]
);
provider!(
    MINIMAX,
    "minimax",
    "minimax",
    "answers of MiniMax",
    "MiniMax-H3",
    &["shared/providers/src/minimax.rs"]
);
provider!(
    OPENAI,
    "openai",
    "openai",
    "answers of OpenAI",
    "chat/any",
    &["shared/providers/src/openai.rs"]
);

/// The key file of a service account that nobody has.
fn key(provider: &str) -> String {
    let pem = include_str!("../../../../infra/local/played-studios/keys/account.pem");
    match provider {
        "vertex" => serde_json::json!({
            "client_email": "bot@played-project.iam.gserviceaccount.com", "private_key": pem,
            "private_key_id": "1", "project_id": "played-project", "bucket": "played-videos/veo",
        })
        .to_string(),
        "klingv1" => format!("{0}:{0}", SECRETS[0]),
        _ => SECRETS[0].to_owned(),
    }
}

fn access(provider: &str) -> Access {
    Access {
        http: client(),
        base: format!("https://{provider}.example.org"),
        uploads: Some("https://uploads.example.org".to_owned()),
        key: key(provider),
        now: Arc::new(|| NOW),
    }
}

fn order(family: &str, photo: bool) -> VideoOrder {
    VideoOrder {
        family: family.to_owned(),
        prompt: SECRETS[1].to_owned(),
        first_frame: photo.then(|| Photo::Bytes {
            mime: "image/jpeg".to_owned(),
            bytes: Bytes::from_static(b"\xff\xd8\xff\xd9"),
        }),
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        sound: false,
        callback_url: format!("https://callbacks.example.org/?mac={}", SECRETS[2]),
        name: "42-23456789abcdefgh-3".to_owned(),
    }
}

/// Asks a provider in one of its ways, and holds what comes of it against what it promises.
fn asked(data: &[u8], provider: &'static str, family: &'static str) {
    thread_local!(static OPEN: std::cell::OnceCell<Arc<dyn Provider>> = const { std::cell::OnceCell::new() });
    let open = || (row(provider).expect("it is in the registry").open)(access(provider));
    let account = OPEN.with(|account| account.get_or_init(open).clone());
    let Some(script) = Script::of(data) else { return };
    let task = TaskRef { family, id: "task-1" };
    let way = script.way % 6;
    let told = play_with_tokens(script, async move {
        match way {
            0 => created(&account.submit(&order(family, false), TIMEOUT).await),
            1 => created(&account.submit(&order(family, true), TIMEOUT).await),
            2 => looked(&account.look_up(task, TIMEOUT).await.outcome),
            3 => found(&account.find("42-23456789abcdefgh-3", TIMEOUT).await),
            4 => format!(
                "{:?}",
                account
                    .fresh_link(task, "https://files.example.org/1", TIMEOUT)
                    .await
            ),
            _ => created(&account.words(&ask(family), TIMEOUT).await),
        }
    });
    keeps(&told, data);
}

pub(super) fn play<T>(script: Script, doing: impl Future<Output = T>) -> T {
    answered(script.answering(), doing)
}

/// The same where somebody gives out tokens. That costs a signature, so it is done once, and tokens have a target of their own.
fn play_with_tokens<T>(script: Script, doing: impl Future<Output = T>) -> T {
    let mut answering = script.answering();
    let answering = move |request: &reqwest::Request| {
        if request.url().path() != "/token" {
            return answering(request);
        }
        http::Response::new(Bytes::from_static(
            br#"{"access_token":"TOKEN","expires_in":3599}"#,
        ))
    };
    answered(answering, doing)
}

/// What gives out Vertex AI's tokens.
pub const TOKEN: Target = Target {
    name: "vertex-token",
    reads: "answers of whoever gives out tokens for Vertex AI",
    run: token,
    bytes_max: 512,
    words: &["shared/providers/src/vertex/token.rs"],
    seeds: &[],
};

fn token(data: &[u8]) {
    let Some(script) = Script::of(data) else { return };
    let account = (row("vertex").expect("it is in the registry").open)(access("vertex"));
    let task = TaskRef {
        family: "veo-3.1-generate-001",
        id: "task-1",
    };
    let told = play(script, async move {
        looked(&account.look_up(task, TIMEOUT).await.outcome)
    });
    keeps(&told, data);
}

/// Nothing of ours is in it, unless the answer itself has it.
pub(super) fn keeps(told: &str, data: &[u8]) {
    for secret in SECRETS {
        let is_echo = data.windows(secret.len()).any(|here| here == secret.as_bytes());
        assert!(is_echo || !told.contains(secret), "{told}");
    }
}

fn ask(family: &str) -> Ask {
    Ask {
        family: family.to_owned(),
        about: About::Words {
            instructions: "answer".to_owned(),
            words: SECRETS[1].to_owned(),
            photo: None,
        },
    }
}

fn created(created: &Create) -> String {
    if let Create::Accepted { task_id } = created {
        assert!(!task_id.is_empty());
    }
    format!("{created:?}")
}

fn looked(looked: &LookUp) -> String {
    match looked {
        LookUp::Succeeded { urls } => assert!(!urls.is_empty()),
        LookUp::Running { progress } => {
            assert!(progress.is_none_or(|percent| percent <= 100), "{progress:?}")
        }
        _ => {}
    }
    format!("{looked:?}")
}

fn found(found: &Found) -> String {
    if let Found::Present { task_id } = found {
        assert!(!task_id.is_empty());
    }
    format!("{found:?}")
}

/// What a check says of words or of a photo.
pub const CHECK: Target = Target {
    name: "check",
    reads: "answers of somebody else's check of words and photos",
    run: check,
    bytes_max: 1024,
    words: &["shared/providers/src/checks.rs"],
    seeds: &[],
};

fn check(data: &[u8]) {
    thread_local!(static CHECKER: Arc<Checker> = Arc::new(Checker::new(|| Some(access("openai")))));
    let checker = CHECKER.with(Clone::clone);
    let Some(script) = Script::of(data) else { return };
    let asking = async move { checker.ask("omni", &Exhibit::Words(SECRETS[1]), TIMEOUT).await };
    match play(script, asking) {
        Ok(findings) => {
            for (category, finding) in &findings.0 {
                assert!(finding.permille <= 1000, "{category}");
            }
        }
        Err(none) => keeps(&none.why, data),
    }
}
