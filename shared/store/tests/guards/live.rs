//! The places of a customer's streams: whoever comes or goes at the same time undoes nothing of the other's.

use domain::id::{NONCE_CHARS, Nonce};
use domain::live::{Place, Places, STREAM_MAX};
use store::Live;

use super::bench::{NOW, Scene, USER, soon};

fn live(scene: &Scene) -> Live {
    let (accounts, usage) = (scene.tables.accounts.clone(), scene.tables.usage.clone());
    // Nobody looks at the settings here.
    Live::new(scene.db.clone(), accounts, usage, String::new())
}

fn place(number: u8) -> Place {
    Place {
        stream: Nonce::from_random([number; NONCE_CHARS]),
        until: NOW.after(STREAM_MAX),
    }
}

/// Takes a place, having seen these.
async fn enter(scene: &Scene, seen: &Places, number: u8) -> Places {
    let (live, place) = (live(scene), place(number));
    let entered = live.enter(USER, seen.clone(), &place, NOW, soon());
    entered.await.unwrap()
}

#[tokio::test]
async fn whoever_comes_at_the_same_time_takes_no_place_from_the_other() {
    let scene = Scene::new().await;
    let nobody = Places::default();
    let first = enter(&scene, &nobody, 1).await;
    let second = enter(&scene, &nobody, 2).await;
    assert_eq!((first.revision, first.taken), (1, vec![place(1)]));
    assert_eq!((second.revision, &second.taken), (2, &vec![place(1), place(2)]));
    // And whoever goes, having seen less, leaves the other's.
    let (live, gone) = (live(&scene), place(1).stream);
    for _ in 0..2 {
        live.leave(USER, second.clone(), &gone, soon()).await.unwrap();
    }
    let third = enter(&scene, &nobody, 3).await;
    assert_eq!((third.revision, third.taken), (4, vec![place(2), place(3)]));
}
