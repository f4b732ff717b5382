//! RENDERED → DELIVERED: what Telegram may do to the last edit.

use domain::job::Stage as JobStage;
use played_telegram::{ApiError, Fault, Happens};
use tests::stage::Stage;

const ANNA: i64 = 1001;

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_429_is_waited_for() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a queue").await;
    stage.telegram.fault(Fault::next(
        "editMessageMedia",
        Happens::Refused(ApiError::too_many(40)),
    ));
    let before = stage.now();
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert!(stage.now().since(before).0 >= 100_000);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_answer_is_lost_is_repeated_and_charged_once() {
    for lost in [Happens::CutAfter, Happens::FailedAfter, Happens::CutBefore] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        let job = stage.order(ANNA, "an echo").await;
        stage.telegram.fault(Fault::next("editMessageMedia", lost));
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}
