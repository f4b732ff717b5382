//! The balance.

use serde_json::Value;

use crate::stage::{KEY, Stage};

#[tokio::test]
async fn only_what_does_not_fail_is_paid() {
    let stage = Stage::new().await;
    stage.accepted("a cat").await;
    stage.accepted("a cat #fail").await;
    let url = format!("{}/api/v1/chat/credit", stage.base);
    let answer = stage.client.get(url).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["data"], 950);
    assert_eq!(stage.kie.credits(), 950);
}
