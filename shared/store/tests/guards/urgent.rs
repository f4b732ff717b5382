//! What was asked for in the operator's chat, and opinions of words.

use domain::moderation::{Finding, Findings};
use domain::time::Millis;
use store::{Stands, Urgent};

use super::bench::{NOW, Scene, USER, soon};

const NAME: &str = "-100#7";

fn urgent(command: &str) -> Urgent {
    Urgent {
        by: USER,
        command: command.to_owned(),
        was: Some("{}".to_owned()),
        until: NOW.after(Millis::from_mins(5)),
    }
}

#[tokio::test]
async fn what_is_asked_for_stays_as_it_was_first_asked() {
    let scene = Scene::new().await;
    let store = &scene.store;
    assert_eq!(store.urgent(NAME).await.unwrap(), None);
    for command in ["/flag a on x", "/flag b on x"] {
        store.ask_urgently(NAME, &urgent(command), soon()).await.unwrap();
    }
    let stands = Some((urgent("/flag a on x"), Stands::Open));
    assert_eq!(store.urgent(NAME).await.unwrap(), stands);
    // What was taken on is not asked for anew either.
    assert!(store.take_urgent(NAME, USER, soon()).await.unwrap());
    store
        .ask_urgently(NAME, &urgent("/flag a on x"), soon())
        .await
        .unwrap();
    assert!(!store.take_urgent(NAME, USER, soon()).await.unwrap());
}

#[tokio::test]
async fn only_whoever_asked_takes_it_on_and_only_once() {
    let scene = Scene::new().await;
    let store = &scene.store;
    let other = domain::id::UserId(USER.0 + 1);
    assert!(
        !store.take_urgent(NAME, USER, soon()).await.unwrap(),
        "nothing was asked for"
    );
    store
        .ask_urgently(NAME, &urgent("/undo x"), soon())
        .await
        .unwrap();
    assert!(!store.take_urgent(NAME, other, soon()).await.unwrap());
    assert!(store.take_urgent(NAME, USER, soon()).await.unwrap());
    assert!(!store.take_urgent(NAME, USER, soon()).await.unwrap());
    let stands = store.urgent(NAME).await.unwrap().map(|(_, stands)| stands);
    assert_eq!(stands, Some(Stands::Taken));
    store.end_urgent(NAME, "done", soon()).await.unwrap();
    let stands = store.urgent(NAME).await.unwrap().map(|(_, stands)| stands);
    assert_eq!(stands, Some(Stands::Over("done".to_owned())));
}

#[tokio::test]
async fn an_opinion_is_kept_for_a_day_and_says_what_it_said() {
    let scene = Scene::new().await;
    let finding = |flagged, permille| Finding { flagged, permille };
    let findings = [
        ("sexual".to_owned(), finding(true, 931)),
        ("hate".to_owned(), finding(false, 2)),
    ];
    let findings = Findings(findings.into());
    let prints = ["a".to_owned(), "b".to_owned()];
    let store = &scene.store;
    store.keep_opinion("a", &findings, NOW, soon()).await.unwrap();
    let known = store.opinions(&prints, NOW).await.unwrap();
    assert_eq!(known, [("a".to_owned(), findings)].into());
    let tomorrow = NOW.after(Millis::from_mins(24 * 60));
    assert!(store.opinions(&prints, tomorrow).await.unwrap().is_empty());
}
