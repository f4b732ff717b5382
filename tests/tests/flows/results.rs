//! RUNNING → RENDERED: a success is believed only when there is a file that plays.

use domain::id::JobId;
use domain::job::{Failure, Rule, Stage as JobStage};
use domain::time::{Millis, Timestamp};
use played_kie::Trouble;
use played_telegram::{ApiError, Fault, Happens, Params};
use tests::stage::{Pardon, Stage};

use crate::{ANNA, ordered};

#[tokio::test(flavor = "multi_thread")]
async fn a_success_without_a_video_is_a_failure() {
    for word in [
        "#nofile",
        "#noresult",
        "#badresult",
        "#html",
        "#empty",
        "#truncated",
    ] {
        let (stage, job) = ordered(&format!("a promise {word}")).await;
        stage.run_until_settled().await;
        let settled = stage.job(&job).await;
        assert_eq!(
            (settled.stage, settled.failure),
            (JobStage::Failed, Some(Failure::NoFile)),
            "{word}"
        );
        assert_eq!(stage.kie.tasks().len(), 3, "{word}: it is tried three times");
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0), "{word}");
        assert!(stage.message_of(&job).await.video().is_none());
        stage.assert_sound().await;
    }
}

/// What an order's line of the log says that it cost, in millionths of a dollar.
async fn cost_of(stage: &Stage, job: &JobId) -> Option<u64> {
    let lines = stage.books().await.log.unwrap();
    let line = lines.into_iter().find(|line| line.id == job.to_string());
    line.unwrap().cost.map(|cost| cost.micro_usd.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_bills_for_nothing_stands_in_the_log() {
    let (stage, good) = ordered("a promise kept").await;
    stage.run_until_settled().await;
    let one = cost_of(&stage, &good).await.unwrap();
    assert!(one > 0);
    for (word, times) in [("#nofile", 3), ("#html", 3), ("#moderation", 0)] {
        let (stage, job) = ordered(&format!("a promise {word}")).await;
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
        let expected = (times > 0).then_some(times * one);
        assert_eq!(cost_of(&stage, &job).await, expected, "{word}");
        stage.assert_sound().await;
    }
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::NoFile, "", 1);
    let job = stage.order(ANNA, "second wind").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(cost_of(&stage, &job).await, Some(2 * one));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_once_is_made_again_and_charged_once() {
    for trouble in [Trouble::Failed, Trouble::NoFile, Trouble::Html, Trouble::Empty] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        stage.kie.inject(trouble, "", 1);
        let job = stage.order(ANNA, "second wind").await;
        stage.run_until_stage(&job, JobStage::Running).await;
        stage.run_until_stage(&job, JobStage::Queued).await;
        assert!(
            stage.message_of(&job).await.text().contains("trying again"),
            "{trouble:?}"
        );
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered, "{trouble:?}");
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moderation_after_the_acceptance_is_told_and_not_tried_again() {
    let (stage, job) = ordered("something rude #moderation").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::Moderation))
    );
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_has_run_out_is_replaced_by_a_fresh_one() {
    let (stage, job) = ordered("late to the party #expired").await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_before_it_was_seen_is_made_again_and_in_the_end_given_back() {
    let (stage, job) = ordered("ashes #gone").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::FileGone))
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

/// A job that is rendered, and whose first delivery met this.
async fn rendered(delivery: Happens) -> (Stage, JobId) {
    let stage = Stage::with(|setting| setting.settings.rules.settle_max_s = 86_400 * 20).await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "in the drawer").await;
    stage.telegram.fault(Fault::next("editMessageMedia", delivery));
    stage.run_until_stage(&job, JobStage::Rendered).await;
    (stage, job)
}

/// A day passes, and two weeks.
async fn pass_days(stage: &Stage, job: &domain::id::JobId, days: i64) {
    let now = stage.now();
    let due = stage.job(job).await.due_at.unwrap();
    stage.clock.set(Timestamp(due.0.max(now.0 + days * 86_400_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_ran_out_while_telegram_was_away_is_replaced_at_the_delivery() {
    let (stage, job) = rendered(Happens::Refused(ApiError::restart())).await;
    pass_days(&stage, &job, 2).await;
    stage.ring(&job).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_at_the_delivery_is_given_back_when_surely_nothing_was_shown() {
    let (stage, job) = rendered(Happens::CutBefore).await;
    pass_days(&stage, &job, 15).await;
    stage.ring(&job).await;
    assert_eq!(stage.rules_of(&job).await.last(), Some(&Rule::T11));
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_at_the_delivery_is_charged_when_the_probe_shows_that_it_stands_there() {
    let (stage, job) = rendered(Happens::CutAfter).await;
    assert!(stage.message_of(&job).await.video().is_some());
    pass_days(&stage, &job, 15).await;
    stage.ring(&job).await;
    assert_eq!(stage.rules_of(&job).await.last(), Some(&Rule::T10));
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_20_mb_it_goes_through_us_and_over_50_mb_as_a_link() {
    let (stage, job) = ordered("a whale #big").await;
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.video().unwrap().source, played_telegram::Source::Upload);
    stage.assert_sound().await;

    let (stage, job) = ordered("a continent #huge").await;
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert!(
        shown.text().contains("too large for Telegram"),
        "{}",
        shown.text()
    );
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_is_fetched_by_telegram_itself() {
    let (stage, job) = ordered("a mouse #tail").await;
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert!(matches!(
        shown.video().unwrap().source,
        played_telegram::Source::Url(_)
    ));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_say_how_it_stands_is_asked_again() {
    for trouble in [Trouble::LookupDown, Trouble::LookupLimited, Trouble::LookupCut] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        stage.kie.inject(trouble, "", 2);
        let job = stage.order(ANNA, "silence").await;
        stage.run_until_settled().await;
        assert_soon_after_the_render(&stage, &job, trouble).await;
        assert_eq!(stage.kie.tasks().len(), 1, "{trouble:?}");
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered, "{trouble:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_host_that_fails_for_a_while_is_asked_again() {
    for trouble in [Trouble::DownloadDown, Trouble::DownloadCut] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        stage.kie.inject(trouble, "", 2);
        let job = stage.order(ANNA, "hiccups").await;
        stage.run_until_settled().await;
        assert_soon_after_the_render(&stage, &job, trouble).await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered, "{trouble:?}");
        stage.pass(Millis::from_mins(1));
        stage.assert_sound().await;
    }
}

/// A hiccup after the callback costs seconds, not the wait for a callback that has come already.
async fn assert_soon_after_the_render(stage: &Stage, job: &JobId, trouble: Trouble) {
    let took = stage.now().since(stage.job(job).await.created_at);
    assert!(took <= Millis::from_secs(60 + 20), "{trouble:?}: {took:?}");
}

/// A link is shown, or not, and the answer is lost.
async fn link_in_doubt(lost: Happens) -> (Stage, JobId) {
    let (stage, job) = ordered("a planet #huge").await;
    let is_the_link = |params: &Params| params.text("text").is_some_and(|text| text.contains("too large"));
    stage
        .telegram
        .fault(Fault::next("editMessageText", lost).when(is_the_link));
    stage.run_until_stage(&job, JobStage::Rendered).await;
    assert_eq!(stage.telegram.faults_left(), 0);
    (stage, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_answer_is_lost_is_shown_again_and_charged_once() {
    for lost in [Happens::CutAfter, Happens::CutBefore] {
        let (stage, job) = link_in_doubt(lost).await;
        stage.run_until_settled().await;
        assert!(stage.message_of(&job).await.text().contains("too large"));
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_answer_is_lost_and_whose_file_cannot_be_had_any_more_is_given_back() {
    for (lost, seen) in [(Happens::CutAfter, true), (Happens::CutBefore, false)] {
        let (stage, job) = link_in_doubt(lost).await;
        stage.kie.inject(Trouble::DownloadDown, "", 1_000);
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        if seen {
            stage.pardon(Pardon::SeenAndGivenBack);
        }
        stage.assert_sound().await;
    }
}
