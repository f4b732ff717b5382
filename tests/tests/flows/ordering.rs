//! From a wish to a delivered video, and the confirm that is tapped too often.

use std::collections::BTreeMap;

use domain::job::{Rule, Stage as JobStage};
use futures::future::join_all;
use tests::stage::{Stage, jpeg};

const ANNA: i64 = 1001;

#[tokio::test(flavor = "multi_thread")]
async fn words_become_a_video_in_the_place_of_the_card() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let card = stage.draft(ANNA, "a cat on the moon 🐈").await;
    let job = stage.confirm(&card).await;
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.message_id, card.message_id);
    assert!(shown.text().contains("in the queue"), "{}", shown.text());
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]
    );
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.message_id, card.message_id);
    assert!(shown.video().is_some(), "{}", shown.text());
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_becomes_a_video() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let job = stage.order_photo(ANNA, jpeg(801, 601), "облака плывут").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert!(stage.kie.tasks()[0].from_photo);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_racing_confirms_of_one_card_make_one_job() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a race of snails").await;
    let taps: Vec<_> = (0..64).map(|finger| card.press(finger)).collect();
    let answers = join_all(taps.iter().map(|tap| stage.update(tap))).await;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &answers {
        assert_eq!(answer.status, 200);
        *kinds
            .entry(format!("{} {}", answer.method(), answer.text()))
            .or_default() += 1;
    }
    println!("{kinds:#?}");
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.assert_sound().await;
}
