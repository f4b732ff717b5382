//! Reports of the end.

use played_kie::{Forged, Signature, State, Trouble};

use crate::stage::{RENDER_MS, Stage, kling};

#[tokio::test]
async fn the_end_is_reported_once_and_signed() {
    let stage = Stage::new().await;
    let task_id = stage.accepted("a cat").await;
    assert_eq!(stage.kie.tick().await, 0, "not before the end");
    stage.pass_ms(RENDER_MS);
    assert_eq!(stage.kie.tick().await, 1);
    assert_eq!(stage.kie.tick().await, 0);
    let got = stage.receiver.got.lock().unwrap().clone();
    assert_eq!(got[0].body["code"], 200);
    assert_eq!(got[0].body["data"]["taskId"], task_id.as_str());
    assert_eq!(got[0].body["data"]["state"], "success");
    assert_eq!(got[0].headers["X-Webhook-Timestamp"], "1760000010");
    assert!(got[0].headers.contains_key("X-Webhook-Signature"));
    assert!(stage.kie.tasks()[0].callback_accepted);
}

#[tokio::test]
async fn a_refused_report_is_repeated_a_few_times() {
    let stage = Stage::new().await;
    stage.accepted("a cat #fail").await;
    stage.receiver.answers.lock().unwrap().extend([500; 9]);
    let mut sent = 0;
    for _ in 0..100 {
        stage.pass_ms(RENDER_MS);
        sent += stage.kie.tick().await;
    }
    assert_eq!(sent, 4);
    assert_eq!(stage.receiver.got.lock().unwrap()[3].body["code"], 501);
    assert!(!stage.kie.tasks()[0].callback_accepted);
}

#[tokio::test]
async fn reports_can_be_withheld_doubled_and_early() {
    let stage = Stage::new().await;
    stage.accepted("a cat #nocallback").await;
    stage.accepted("a dog #twice").await;
    stage.pass_ms(RENDER_MS);
    assert_eq!(stage.kie.tick().await, 2);
    stage.kie.inject(Trouble::Early, "fox", 1);
    stage.accepted("a fox").await;
    let got = stage.receiver.got.lock().unwrap().clone();
    assert_eq!(got.len(), 3, "the fox's report came before the answer");
    assert_eq!(got[0].body, got[1].body);
    assert!(stage.kie.injected().is_empty());
}

#[tokio::test]
async fn a_forged_report_can_carry_a_right_signature() {
    let stage = Stage::new().await;
    let answer = stage.create("kling-3.0/video", kling("a cat")).await;
    let task_id = answer["data"]["taskId"].as_str().unwrap();
    let urls = ["http://evil.example/a.mp4"];
    let mut forged = Forged {
        callback_url: &stage.receiver_url,
        task_id,
        state: State::Success,
        result_urls: &urls,
        signature: Signature::Right,
    };
    assert_eq!(stage.kie.forge_callback(&forged).await, Some(200));
    forged.signature = Signature::Missing;
    assert_eq!(stage.kie.forge_callback(&forged).await, Some(200));
    let got = stage.receiver.got.lock().unwrap().clone();
    assert!(got[0].headers.contains_key("X-Webhook-Signature"));
    assert!(!got[1].headers.contains_key("X-Webhook-Signature"));
    assert_eq!(
        stage.lookup(task_id).await["data"]["state"],
        "waiting",
        "the truth is another"
    );
}

#[tokio::test]
async fn left_to_itself_the_account_reports_without_being_asked() {
    let stage = Stage::new().await;
    stage.accepted("a cat").await;
    let running = tokio::spawn(stage.kie.clone().run());
    stage.pass_ms(RENDER_MS);
    let reported = async {
        while !stage.kie.tasks()[0].callback_accepted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), reported)
        .await
        .unwrap();
    running.abort();
    assert_eq!(stage.kie.tasks()[0].callback_parameter("job"), Some("1"));
}
