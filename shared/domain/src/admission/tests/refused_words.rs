//! What stands in the operator's list, and who ordered it too often.

use super::*;

/// A scene in which this word is refused.
fn refusing(word: &str) -> Scene {
    let mut scene = Scene::new();
    scene.moderation.list.add("ours", word).unwrap();
    scene
}

#[test]
fn what_stands_in_the_list_is_refused_before_anything_is_counted() {
    let scene = refusing("туман*");
    let refused = Refusal::Moderated {
        category: "ours".to_owned(),
    };
    assert_eq!(scene.admit(), Err(refused.clone()));
    assert_eq!(admit_words(&scene, &improver(&scene)), Err(refused));
    assert!(refusing("туманный").admit().is_ok());
}

#[test]
fn whoever_waits_for_what_was_refused_orders_nothing_before_the_end() {
    let mut scene = Scene::new();
    let end = Timestamp(NOW.0.saturating_add(1));
    scene.account.standing.strikes.until = Some(end);
    let refused = Refusal::Suspended { until: end };
    assert_eq!(scene.admit(), Err(refused.clone()));
    assert_eq!(admit_words(&scene, &improver(&scene)), Err(refused));
    scene.account.standing.strikes.until = Some(NOW);
    assert!(scene.admit().is_ok());
}
