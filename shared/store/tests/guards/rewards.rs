//! What is given away: each once, as often as it may be, and to whom it is for.

use domain::account::Account;
use domain::id::UserId;
use domain::ledger::Key;
use domain::money::Credits;
use domain::rewards::{Invitation, Invites, PlanDays, Promo, PromoCode};
use domain::time::{Millis, Timestamp};
use store::{Adjusted, PromoUse, PromoUsed, Reward, Written, rows};
use table::{Write, n};

use crate::bench::*;

const FRIEND: UserId = UserId(8);

fn code() -> PromoCode {
    PromoCode::read("CAT-20").unwrap()
}

fn promo() -> Promo {
    Promo {
        name: "CAT-20".to_owned(),
        credits: Credits(3),
        plan: None,
        from: None,
        until: None,
        uses_max: Some(2),
        newcomers_only: false,
        is_stopped: false,
    }
}

async fn used(scene: &Scene, user: UserId, promo: &Promo) -> PromoUsed {
    let account = scene.store.account(user).await.unwrap().unwrap();
    used_as_read(scene, &account, promo).await
}

/// The code is used by somebody on what was read of them some time ago.
async fn used_as_read(scene: &Scene, read: &Account, promo: &Promo) -> PromoUsed {
    let days = promo.plan.as_ref();
    let after = days.map(|days| days.given(&read.standing, NOW).unwrap());
    let used = PromoUse {
        user: read.user,
        code: &code(),
        promo,
        standing: after.as_ref().map(|after| (&read.standing, after)),
        now: NOW,
    };
    scene.store.use_promo(used, soon()).await.unwrap()
}

async fn open(scene: &Scene, user: UserId) {
    let opened = scene.store.open_account(user, Credits(2), "ru", NOW, soon());
    opened.await.unwrap().unwrap();
}

async fn available(scene: &Scene, user: UserId) -> u32 {
    scene
        .store
        .account(user)
        .await
        .unwrap()
        .unwrap()
        .balance
        .available
        .0
}

async fn sound(scene: &Scene) {
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books), []);
}

#[tokio::test]
async fn a_code_is_used_once_by_a_customer_and_as_often_as_it_may_be() {
    let scene = Scene::new().await;
    for user in [FRIEND, UserId(9)] {
        open(&scene, user).await;
    }
    assert_eq!(used(&scene, USER, &promo()).await, PromoUsed::Now);
    let before = scene.everything().await;
    assert_eq!(used(&scene, USER, &promo()).await, PromoUsed::Before);
    assert_eq!(scene.everything().await, before);
    assert_eq!(used(&scene, FRIEND, &promo()).await, PromoUsed::Now);
    let before = scene.everything().await;
    assert_eq!(used(&scene, UserId(9), &promo()).await, PromoUsed::UsedUp);
    assert_eq!(scene.everything().await, before);
    assert_eq!(
        (available(&scene, USER).await, available(&scene, FRIEND).await),
        (5, 5)
    );
    let all = Promo {
        uses_max: None,
        ..promo()
    };
    assert_eq!(used(&scene, UserId(9), &all).await, PromoUsed::Now);
    let uses = scene.store.promo_uses(&[&code()]).await.unwrap();
    assert_eq!((uses[&code()].uses, uses[&code()].credits), (3, 9));
    sound(&scene).await;
}

#[tokio::test]
async fn a_code_for_newcomers_is_not_for_whoever_has_ordered() {
    let scene = Scene::new().await;
    let only = Promo {
        newcomers_only: true,
        ..promo()
    };
    scene.account(|write| write.set("ordered_at", n(NOW.0))).await;
    let before = scene.everything().await;
    assert_eq!(used(&scene, USER, &only).await, PromoUsed::NotNew);
    assert_eq!(scene.everything().await, before);
    scene.account(|write| write.remove("ordered_at")).await;
    assert_eq!(used(&scene, USER, &only).await, PromoUsed::Now);
}

/// Two days of a plan, and nothing else, for one customer.
fn days() -> Promo {
    Promo {
        credits: Credits::ZERO,
        plan: Some(PlanDays {
            plan: "week".to_owned(),
            days: 2,
        }),
        uses_max: Some(1),
        ..promo()
    }
}

#[tokio::test]
async fn days_of_a_plan_are_given_once_and_to_as_many_as_may_have_them() {
    let scene = Scene::new().await;
    open(&scene, FRIEND).await;
    assert_eq!(used(&scene, USER, &days()).await, PromoUsed::Now);
    let account = scene.store.account(USER).await.unwrap().unwrap();
    let plan = account.standing.plan.clone().unwrap();
    let two_days = Millis::from_mins(2 * 24 * 60);
    assert_eq!(
        (plan.key.as_str(), plan.until),
        ("week", Some(NOW.after(two_days)))
    );
    assert_eq!(
        (account.standing.revision, account.balance.available),
        (1, Credits(2))
    );
    let (ledger, all) = scene.store.ledger(USER, 10).await.unwrap();
    let entry = ledger.iter().find(|(entry, _)| entry.key == Key::Promo(code()));
    let (entry, why) = entry.unwrap();
    assert_eq!(
        (entry.amount, why.as_deref(), all),
        (Credits::ZERO, Some("2 days of week"), true)
    );
    let before = scene.everything().await;
    assert_eq!(used(&scene, USER, &days()).await, PromoUsed::Before);
    assert_eq!(used(&scene, FRIEND, &days()).await, PromoUsed::UsedUp);
    assert_eq!(scene.everything().await, before);
    let uses = scene.store.promo_uses(&[&code()]).await.unwrap();
    assert_eq!((uses[&code()].uses, uses[&code()].credits), (1, 0));
    sound(&scene).await;
}

#[tokio::test]
async fn the_last_use_of_a_code_for_days_is_one_customers() {
    let scene = Scene::new().await;
    let (boris, vera) = (UserId(20), UserId(21));
    for user in [boris, vera] {
        open(&scene, user).await;
    }
    let days = days();
    let (one, two, three) = tokio::join!(
        used(&scene, USER, &days),
        used(&scene, boris, &days),
        used(&scene, vera, &days)
    );
    let outcomes = [one, two, three];
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!(
        (count(PromoUsed::Now), count(PromoUsed::UsedUp)),
        (1, 2),
        "{outcomes:?}"
    );
    sound(&scene).await;
}

#[tokio::test]
async fn days_are_added_to_the_standing_that_was_read_or_not_at_all() {
    let scene = Scene::new().await;
    let read = scene.store.account(USER).await.unwrap().unwrap();
    let other = Promo {
        name: "DOG".to_owned(),
        ..days()
    };
    scene.account(|write| write.set("standing_revision", n(1))).await;
    let before = scene.everything().await;
    assert_eq!(used_as_read(&scene, &read, &other).await, PromoUsed::Overtaken);
    assert_eq!(scene.everything().await, before);
    assert_eq!(used(&scene, USER, &other).await, PromoUsed::Now);
    let account = scene.store.account(USER).await.unwrap().unwrap();
    assert_eq!(account.standing.revision, 2);
}

#[tokio::test]
async fn credits_beside_days_come_with_them_or_neither_does() {
    let scene = Scene::new().await;
    let both = Promo {
        credits: Credits(3),
        ..days()
    };
    scene.account(|write| write.set("granted", n(u32::MAX - 2))).await;
    let before = scene.everything().await;
    assert_eq!(used(&scene, USER, &both).await, PromoUsed::TooMuch);
    assert_eq!(scene.everything().await, before);
    scene.account(|write| write.set("granted", n(2))).await;
    assert_eq!(used(&scene, USER, &both).await, PromoUsed::Now);
    assert_eq!(available(&scene, USER).await, 5);
    sound(&scene).await;
}

#[tokio::test]
async fn a_gift_never_passes_what_a_balance_can_count() {
    let scene = Scene::new().await;
    scene.account(|write| write.set("granted", n(u32::MAX - 2))).await;
    let before = scene.everything().await;
    assert_eq!(used(&scene, USER, &promo()).await, PromoUsed::TooMuch);
    let bonus = scene.store.give_bonus(USER, NOW, Credits(3), NOW, soon());
    assert_eq!(bonus.await.unwrap(), Adjusted::TooMuch);
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn the_bonus_of_a_day_is_given_once() {
    let scene = Scene::new().await;
    let give = |day: i64| {
        scene
            .store
            .give_bonus(USER, Timestamp(day), Credits(1), NOW, soon())
    };
    assert_eq!(give(1).await.unwrap(), Adjusted::Given);
    let before = scene.everything().await;
    assert_eq!(give(1).await.unwrap(), Adjusted::GivenBefore);
    assert_eq!(scene.everything().await, before);
    assert_eq!(give(2).await.unwrap(), Adjusted::Given);
    assert_eq!(available(&scene, USER).await, 4);
    sound(&scene).await;
}

/// A friend who has come by the customer's link.
async fn invited() -> (Scene, Invites) {
    let scene = Scene::new().await;
    let friend = Account {
        invited_by: Some(USER),
        ..Account::new(FRIEND)
    };
    let opened = scene
        .store
        .open_account_for(friend, Credits(2), "ru", NOW, soon());
    opened.await.unwrap().unwrap();
    let invites = Invites::new(USER, nonce(5));
    let opened = scene.payments.open_invites(&invites, soon()).await.unwrap();
    assert_eq!(opened, Written::Yes);
    let invites = scene.payments.invites(USER).await.unwrap().unwrap();
    (scene, invites)
}

async fn friend(scene: &Scene) -> Account {
    scene.store.account(FRIEND).await.unwrap().unwrap()
}

fn reward<'a>(friend: &'a Account, invites: &Invites) -> Reward<'a> {
    let next = Invites {
        in_all: invites.in_all + 1,
        revision: invites.revision + 1,
        ..invites.clone()
    };
    Reward {
        friend,
        inviter: USER,
        to_friend: Credits(1),
        to_inviter: Some((Credits(2), next)),
        now: NOW,
    }
}

/// The reward must be refused and change nothing.
async fn is_not_given(scene: &Scene, reward: &Reward<'_>) {
    let before = scene.everything().await;
    let given = scene.payments.reward(reward, soon()).await.unwrap();
    assert_eq!(given, Written::Overtaken);
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn an_invitation_is_rewarded_once() {
    let (scene, invites) = invited().await;
    let friend = friend(&scene).await;
    let reward = reward(&friend, &invites);
    assert_eq!(
        scene.payments.reward(&reward, soon()).await.unwrap(),
        Written::Yes
    );
    assert_eq!(
        (available(&scene, USER).await, available(&scene, FRIEND).await),
        (4, 3)
    );
    assert_eq!(scene.payments.invites(USER).await.unwrap().unwrap().in_all, 1);
    let stands = scene.store.account(FRIEND).await.unwrap().unwrap();
    assert_eq!(stands.invited_by, None);
    sound(&scene).await;
    let later = Invites {
        revision: 3,
        ..invites
    };
    is_not_given(&scene, &self::reward(&friend, &later)).await;
    let alone = Reward {
        to_inviter: None,
        ..reward
    };
    is_not_given(&scene, &alone).await;
}

#[tokio::test]
async fn an_invitation_is_rewarded_only_to_whose_link_it_was() {
    let (scene, invites) = invited().await;
    open(&scene, UserId(9)).await;
    let friend = friend(&scene).await;
    let others = Reward {
        inviter: UserId(9),
        ..reward(&friend, &invites)
    };
    is_not_given(&scene, &others).await;
}

#[tokio::test]
async fn a_look_that_was_planned_meanwhile_stays_planned() {
    let (scene, _) = invited().await;
    let planned = |due_at: Timestamp| Invitation {
        friend: FRIEND,
        due_at: Some(due_at),
    };
    let (first, later) = (planned(NOW), planned(NOW.after(Millis(5))));
    scene.payments.put_invitation(&first, soon()).await.unwrap();
    // Something is bought while the first look is on its way.
    scene.payments.put_invitation(&later, soon()).await.unwrap();
    let before = scene.everything().await;
    for next in [None, Some(NOW.after(Millis(9)))] {
        let written = scene.payments.look_again(&first, next, soon()).await;
        assert_eq!(written.unwrap(), Written::Overtaken);
        assert_eq!(scene.everything().await, before);
    }
    let written = scene.payments.look_again(&later, None, soon()).await;
    assert_eq!(written.unwrap(), Written::Yes);
    let written = scene.payments.look_again(&later, None, soon()).await;
    assert_eq!(written.unwrap(), Written::Overtaken, "nothing is due any more");
}

#[tokio::test]
async fn neither_is_rewarded_where_an_entry_stands_already() {
    for (user, key) in [(USER, Key::Invite(FRIEND)), (FRIEND, Key::Invited)] {
        let (scene, invites) = invited().await;
        let item = rows::entry_item(user, &key, Credits(0), NOW);
        let write = Write::put("test", &scene.tables.ledger, item);
        scene.db.write(write, soon()).await.unwrap();
        let friend = friend(&scene).await;
        is_not_given(&scene, &reward(&friend, &invites)).await;
    }
}

#[tokio::test]
async fn neither_is_rewarded_past_what_a_balance_can_count_or_on_an_older_count() {
    let (scene, invites) = invited().await;
    let friend = friend(&scene).await;
    let stale = Invites {
        revision: 3,
        ..invites.clone()
    };
    is_not_given(&scene, &reward(&friend, &stale)).await;
    for user in [USER, FRIEND] {
        let of = |granted: u32| {
            Write::update("test", &scene.tables.accounts, rows::account_key(user)).set("granted", n(granted))
        };
        scene.db.write(of(u32::MAX), soon()).await.unwrap();
        is_not_given(&scene, &reward(&friend, &invites)).await;
        scene.db.write(of(2), soon()).await.unwrap();
    }
    let given = scene.payments.reward(&reward(&friend, &invites), soon()).await;
    assert_eq!(given.unwrap(), Written::Yes);
}

#[tokio::test]
async fn a_customer_has_one_link_and_a_link_one_customer() {
    let (scene, invites) = invited().await;
    assert_eq!(scene.payments.inviter(&nonce(5)).await.unwrap(), Some(USER));
    assert_eq!(scene.payments.inviter(&nonce(6)).await.unwrap(), None);
    let before = scene.everything().await;
    let second = Invites::new(USER, nonce(6));
    let anothers = Invites::new(FRIEND, invites.code);
    for other in [second, anothers] {
        let opened = scene.payments.open_invites(&other, soon()).await.unwrap();
        assert_eq!(opened, Written::Overtaken);
    }
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_code_that_was_used_otherwise_than_ledgers_say_is_a_finding() {
    let (scene, invites) = invited().await;
    assert_eq!(used(&scene, USER, &promo()).await, PromoUsed::Now);
    let friend = friend(&scene).await;
    scene
        .payments
        .reward(&reward(&friend, &invites), soon())
        .await
        .unwrap();
    sound(&scene).await;
    let key = rows::usage_key(rows::NOBODY, "promo#CAT20");
    let more = Write::update("test", &scene.tables.usage, key).increase("used", 1);
    scene.db.write(more, soon()).await.unwrap();
    scene.entry(Key::Invite(UserId(404))).await;
    scene
        .account(|write| write.increase("granted", 2).increase("available", 2))
        .await;
    let books = scene.store.read_books().await.unwrap();
    let found: Vec<String> = domain::audit::violations(&books)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found.iter().any(|one| one.starts_with("I22: promo CAT20")),
        "{found:#?}"
    );
    assert!(
        found.iter().any(|one| one.contains("user 404 was not invited")),
        "{found:#?}"
    );
}
