//! The provider's file on its way: what says that there is none, what says only "not now", and how slow it may be.

use domain::job::{Failure, Rule, Stage as JobStage};
use played_kie::Trouble;

use crate::{ANNA, ordered};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_turns_us_away_has_lost_no_file() {
    let (stage, job) = ordered("a bouncer").await;
    // Each look is two reads: of the first address and of a fresh one.
    stage.kie.inject(Trouble::DownloadDenied, "", 4);
    stage.run_until_settled().await;
    let rules = [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10];
    assert_eq!(stage.rules_of(&job).await, rules);
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_link_that_is_refused_because_of_us_says_nothing_about_the_file() {
    for trouble in [Trouble::LinkDenied, Trouble::LinkUnpaid] {
        let (stage, job) = ordered("an expired pass #expired").await;
        stage.kie.inject(trouble, "", 2);
        stage.run_until_settled().await;
        let rules = [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10];
        assert_eq!(stage.rules_of(&job).await, rules, "{trouble:?}");
        assert_eq!(stage.kie.tasks().len(), 1, "{trouble:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_of_a_second_is_not_the_one_that_was_ordered() {
    let (stage, job) = ordered("a blink #short").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::NoFile))
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(stage.message_of(&job).await.video().is_none());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_whose_index_stands_behind_other_boxes_is_found_to_play() {
    let (stage, job) = ordered("a long tail #big #tail").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}
