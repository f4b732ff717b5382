//! Lambda may kill a function as soon as it has answered. What was counted until then is counted all the same: the real
//! binary, killed right after each of its answers.
//!
//! `KILLS=200 cargo test -p payment-webhook --test killed` does it more often.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong here fails the test, which is no Lambda"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use local_lambda::{AwsOptions, Deployment, LocalLambda, LocalOptions, Template};
use serde_json::{Value, json};

const FUNCTION: &str = "PaymentWebhookFunction";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";

type Lines = Arc<Mutex<Vec<String>>>;

/// The function alone, in the template's own wiring.
async fn start(lines: &Lines) -> LocalLambda {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let deployment = Deployment::default().with("BotSecretArn", SECRET);
    let mut stack = Template::read(&template).unwrap().stack(&deployment).unwrap();
    stack.functions.retain(|id, _| id == FUNCTION);
    let secret = json!({
        "telegram_bot_token": "123456:token-of-the-test", "telegram_webhook_secret": "a-secret-of-the-test-0123",
        "kie_api_key": "kie-key-of-the-test-0123456789", "callback_mac_key": "a-mac-key-of-the-test-0123456789",
        "stripe_secret_key": "sk_test_of_the_test_0123456789", "stripe_webhook_secret": "whsec_of_the_test_0123456789",
    });
    let lines = Arc::clone(lines);
    let options = LocalOptions {
        aws: AwsOptions {
            secrets: [(SECRET.to_owned(), secret.to_string())].into(),
            ..AwsOptions::default()
        },
        binaries: BTreeMap::from([(
            "payment-webhook".to_owned(),
            env!("CARGO_BIN_EXE_payment-webhook").into(),
        )]),
        log: Arc::new(move |_, line| lines.lock().unwrap().push(line.to_owned())),
        dies_after_answer: true,
        schedule_speed: 0,
        ..LocalOptions::default()
    };
    LocalLambda::start(stack, options).await.unwrap()
}

/// What the lines say of a metric, all together.
fn counted(lines: &Lines, metric: &str) -> u64 {
    let lines = lines.lock().unwrap();
    let documents = lines
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told = documents.filter(|document| document["_aws"].is_object());
    told.filter_map(|document| document[metric].as_u64()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_counted_before_the_answer_outlives_the_process() {
    let kills: u64 = std::env::var("KILLS").map_or(20, |kills| kills.parse().unwrap());
    let lines = Lines::default();
    let local = start(&lines).await;
    let url = format!("{}stripe", local.url(FUNCTION).unwrap());
    let http = runtime::clients::http().unwrap();
    for _ in 0..kills {
        let forged = http.post(&url).body("{}").send().await.unwrap();
        assert_eq!(forged.status(), 400, "{:?}", lines.lock().unwrap());
    }
    assert_eq!(
        local.stats(FUNCTION).unwrap().cold_starts,
        kills,
        "each was killed"
    );
    assert_eq!(counted(&lines, "ForgedNotices"), kills);
    println!("{kills} processes killed right after their answers; {kills} of {kills} counted");
    local.shutdown().await;
}
