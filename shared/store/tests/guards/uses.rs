//! The guards of uses without an order: counted once for their name, given back once, to where they came from.

use domain::id::UserId;
use domain::limit::{Bound, Counted, Reservation};
use domain::time::Millis;
use domain::uses::{USE_ID_BYTES, Use, UseId};
use store::{GivenBack, Using, rows};
use table::{Write, n};

use crate::bench::*;

/// A use that is counted there.
fn noted(number: u8, counters: &[&str]) -> Use {
    Use {
        id: UseId::of([number; USE_ID_BYTES]),
        user: USER,
        feature: "chat".into(),
        amount: 2,
        by: "key#site".into(),
        counted: counters.iter().map(|key| Counted::parse(key).unwrap()).collect(),
        at: NOW,
        released_at: None,
        answer: "{}".into(),
    }
}

fn how(noted: &Use, bound: Bound) -> Vec<Reservation> {
    let one = |counted: &Counted| Reservation {
        counted: counted.clone(),
        bound,
        forgotten: vec![],
        ends_at: NOW.after(Millis::from_mins(60)),
    };
    noted.counted.iter().map(one).collect()
}

const EVERYWHERE: [&str; 4] = ["chat#1*2", "slow#~30*2", "open#open*2", "all#1@3*2"];

impl Scene {
    async fn uses(&self, noted: &Use, bound: Bound) -> Using {
        let using = self.store.count_use(noted, &how(noted, bound), soon()).await;
        using.unwrap()
    }

    async fn gives_back(&self, noted: &Use) -> GivenBack {
        self.store.release_use(noted, NOW, soon()).await.unwrap()
    }

    /// What is counted on each of them, in its order.
    async fn sums(&self) -> [u64; 4] {
        let books = self.store.read_books().await.unwrap();
        assert_eq!(domain::audit::violations(&books), vec![]);
        EVERYWHERE.map(|key| {
            let counted = Counted::parse(key).unwrap().key;
            let row = (counted.owner(USER), counted.row().to_owned());
            let count = books.usage.get(&row).cloned().unwrap_or_default();
            count.used + count.steps.values().sum::<u64>()
        })
    }

    async fn count_at(&self, owner: UserId, row: &str, used: i64) {
        let key = rows::usage_key(owner, row);
        let write = Write::update("test", &self.tables.usage, key).set("used", n(used));
        self.db.write(write, soon()).await.unwrap();
    }
}

#[tokio::test]
async fn a_use_is_counted_once_for_its_name_on_every_counter() {
    let scene = Scene::new().await;
    let first = noted(1, &EVERYWHERE);
    assert_eq!(scene.uses(&first, Bound::Free).await, Using::Counted);
    assert_eq!(scene.sums().await, [2; 4]);
    let before = scene.everything().await;
    let again = Use {
        amount: 9,
        ..noted(1, &["chat#1*9"])
    };
    let told = scene.uses(&again, Bound::Free).await;
    assert_eq!(
        told,
        Using::Before(Box::new(first.clone())),
        "the truth comes with it"
    );
    assert_eq!(scene.everything().await, before);
    assert_eq!(scene.store.find_use(&first.id).await.unwrap(), Some(first));
    assert_eq!(
        scene.uses(&noted(2, &EVERYWHERE), Bound::Free).await,
        Using::Counted
    );
    assert_eq!(scene.sums().await, [4; 4]);
}

#[tokio::test]
async fn a_use_for_which_one_counter_has_no_room_is_neither_counted_nor_noted() {
    let scene = Scene::new().await;
    scene.count_at(USER, "chat#1", 4).await;
    let before = scene.everything().await;
    let use_ = noted(1, &EVERYWHERE);
    assert_eq!(scene.uses(&use_, Bound::AtMost(3)).await, Using::Full);
    assert_eq!(scene.everything().await, before);
    assert_eq!(scene.store.find_use(&use_.id).await.unwrap(), None);
    assert_eq!(scene.gives_back(&use_).await, GivenBack::Unknown);
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_use_is_given_back_once_to_the_counters_that_it_came_from() {
    let scene = Scene::new().await;
    let (first, second) = (noted(1, &EVERYWHERE), noted(2, &EVERYWHERE));
    for use_ in [&first, &second] {
        assert_eq!(scene.uses(use_, Bound::Free).await, Using::Counted);
    }
    assert_eq!(scene.gives_back(&first).await, GivenBack::Now);
    assert_eq!(scene.sums().await, [2; 4]);
    let before = scene.everything().await;
    let released = Use {
        released_at: Some(NOW),
        ..first.clone()
    };
    let again = scene.gives_back(&first).await;
    assert_eq!(again, GivenBack::Before(Box::new(released)));
    assert_eq!(scene.everything().await, before);
    let told = scene.uses(&first, Bound::Free).await;
    assert!(
        matches!(told, Using::Before(_)),
        "and is not counted again: {told:?}"
    );
    assert_eq!(scene.gives_back(&second).await, GivenBack::Now);
    assert_eq!(scene.sums().await, [0; 4]);
}

#[tokio::test]
async fn what_is_over_frees_what_is_open_once_and_gives_back_only_the_rest() {
    let scene = Scene::new().await;
    let (first, second) = (noted(1, &EVERYWHERE), noted(2, &EVERYWHERE));
    for use_ in [&first, &second] {
        assert_eq!(scene.uses(use_, Bound::Free).await, Using::Counted);
    }
    let before = scene.sums().await;
    let end = async |use_: &Use| scene.store.end_use(use_, NOW, soon()).await.unwrap();
    // Twice on what was read before the first.
    end(&first).await;
    let ended = scene.sums().await;
    assert_eq!(ended.iter().sum::<u64>(), before.iter().sum::<u64>() - 2);
    end(&first).await;
    assert_eq!(scene.sums().await, ended);
    // And given back, on what was read before it was over.
    assert_eq!(scene.gives_back(&first).await, GivenBack::Now);
    let rest = scene.sums().await;
    assert_eq!(rest, [2; 4]);
    // What was given back is not over as well.
    let all = noted(1, &EVERYWHERE);
    end(&all).await;
    assert_eq!(scene.sums().await, [2; 4]);
    assert_eq!(scene.gives_back(&second).await, GivenBack::Now);
    end(&second).await;
    assert_eq!(scene.sums().await, [0; 4]);
}

#[tokio::test]
async fn a_counter_that_has_aged_out_keeps_no_other_from_having_its_use_back() {
    let scene = Scene::new().await;
    let use_ = noted(1, &EVERYWHERE);
    assert_eq!(scene.uses(&use_, Bound::Free).await, Using::Counted);
    let aged = Write::delete_item("test", &scene.tables.usage, rows::usage_key(USER, "chat#1"));
    scene.db.write(aged, soon()).await.unwrap();
    assert_eq!(scene.gives_back(&use_).await, GivenBack::Now);
    assert_eq!(scene.sums().await, [0; 4]);
    assert!(matches!(scene.gives_back(&use_).await, GivenBack::Before(_)));
}

#[tokio::test]
async fn what_is_open_is_known_until_it_is_given_back_and_the_rest_for_a_time() {
    let scene = Scene::new().await;
    let ages = async |use_: &Use| {
        let row = scene
            .db
            .get(&scene.tables.usage, rows::use_key(&use_.id), true)
            .await;
        let row = row.unwrap().unwrap();
        row.get("expires_at")
            .map(|at| at.as_n().unwrap().parse::<i64>().unwrap() - NOW.seconds())
    };
    let (open, plain) = (noted(1, &["open#open*2"]), noted(2, &["chat#1*2"]));
    for use_ in [&open, &plain] {
        assert_eq!(scene.uses(use_, Bound::Free).await, Using::Counted);
    }
    let day = 24 * 3600;
    assert_eq!(ages(&open).await, None);
    assert_eq!(ages(&plain).await, Some(3600 + 38 * day));
    scene.gives_back(&open).await;
    assert_eq!(ages(&open).await, Some(35 * day));
}
