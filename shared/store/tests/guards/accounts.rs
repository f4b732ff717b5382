//! Accounts at their bounds: the largest balance, and two devices in one moment.

use domain::contact::Contact;
use domain::id::UserId;
use domain::moderation::StrikeRule;
use domain::money::Credits;
use domain::standing::Standing;
use domain::time::Millis;
use store::{Adjusted, NotAdmitted};

use crate::bench::*;

#[tokio::test]
async fn a_grant_never_passes_what_a_balance_can_count() {
    let scene = Scene::new().await;
    let room = Credits(u32::MAX - 2);
    let before = scene.everything().await;
    for too_much in [u32::MAX, u32::MAX - 1] {
        let given = scene
            .store
            .adjust(
                USER,
                &gift("r1", Credits(too_much), "a slip", NOW),
                vec![],
                soon(),
            )
            .await
            .unwrap();
        assert_eq!(given, Adjusted::TooMuch);
    }
    assert_eq!(scene.everything().await, before);
    let given = scene
        .store
        .adjust(USER, &gift("r1", room, "all", NOW), vec![], soon())
        .await;
    assert_eq!(given.unwrap(), Adjusted::Given);
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(books.accounts[0].balance.granted, Credits(u32::MAX));
    let given = scene
        .store
        .adjust(USER, &gift("r2", Credits(1), "more", NOW), vec![], soon())
        .await;
    assert_eq!(given.unwrap(), Adjusted::TooMuch);
}

#[tokio::test]
async fn two_devices_in_one_moment_and_two_languages_are_told_the_truth() {
    let scene = Scene::new().await;
    let newcomer = UserId(8);
    for (locale, opened) in [("ru", true), ("en", false)] {
        let account = scene
            .store
            .open_account(newcomer, Credits(2), locale, NOW, soon())
            .await;
        assert_eq!(account.unwrap().is_some(), opened);
    }
    scene.store.admit(&admission(), soon()).await.unwrap();
    let mut other = admission();
    other.job.order.locale = "en".into();
    let second = scene.store.admit(&other, soon()).await;
    assert!(matches!(second, Err(NotAdmitted::AlreadyAdmitted)), "{second:?}");
}

#[tokio::test]
async fn a_standing_is_put_only_in_the_place_of_the_one_that_was_read() {
    let scene = Scene::new().await;
    let read = Standing::default();
    let struck = |of: &str| read.struck(of, StrikeRule::default(), NOW).unwrap();
    let before = scene.everything().await;
    let put = scene
        .store
        .put_standing(UserId(404), &read, &struck("a"), soon())
        .await;
    assert!(!put.unwrap(), "somebody who is not there gets no account");
    assert_eq!(scene.everything().await, before);
    assert!(
        scene
            .store
            .put_standing(USER, &read, &struck("a"), soon())
            .await
            .unwrap()
    );
    let late = scene.store.put_standing(USER, &read, &struck("b"), soon()).await;
    assert!(!late.unwrap(), "what was noted in between is not lost");
    let account = scene.store.read_books().await.unwrap().accounts.remove(0);
    assert_eq!(account.standing, struck("a"));
}

#[tokio::test]
async fn so_many_turns_are_taken_in_a_day_and_one_that_came_to_nothing_is_given_back() {
    let scene = Scene::new().await;
    let take = |kind: &'static str, now| scene.store.take_turn(USER, kind, 2, now, soon());
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(take("question", NOW).await.unwrap());
    }
    assert_eq!(taken, [true, true, false]);
    assert!(take("appeal", NOW).await.unwrap(), "another kind");
    let tomorrow = NOW.after(Millis::from_mins(24 * 60));
    assert!(take("question", tomorrow).await.unwrap());
    scene
        .store
        .give_turn_back(USER, "question", NOW, soon())
        .await
        .unwrap();
    assert!(take("question", NOW).await.unwrap());
    assert!(!take("question", NOW).await.unwrap());
}

#[tokio::test]
async fn what_is_noted_of_somebody_who_is_not_there_makes_no_account() {
    let scene = Scene::new().await;
    let before = scene.everything().await;
    let (stranger, mail) = (UserId(404), Contact::parse("anna@example.org").unwrap());
    scene.store.set_contact(stranger, &mail, soon()).await.unwrap();
    scene
        .store
        .set_buying(stranger, Some("pack:pro"), soon())
        .await
        .unwrap();
    scene
        .store
        .set_language(stranger, Some("ru"), "ru", soon())
        .await
        .unwrap();
    scene.store.set_asking(stranger, Some(NOW), soon()).await.unwrap();
    assert_eq!(scene.everything().await, before);
    scene.store.set_contact(USER, &mail, soon()).await.unwrap();
    scene
        .store
        .set_buying(USER, Some("pack:pro"), soon())
        .await
        .unwrap();
    let account = scene.store.read_books().await.unwrap().accounts.remove(0);
    assert_eq!(
        (account.contact, account.buying.as_deref()),
        (Some(mail), Some("pack:pro"))
    );
}
