//! What Vertex AI alone has: tokens, which run out.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures::future::join_all;
use played_studios::vertex::{PROTOCOL, account, stranger};
use played_studios::{Config, Studio, Trouble};
use providers::files::{Files, Verdict};
use providers::{Create, LookUp, Providers, Reason};

use crate::stage::{KEY, LONG, RENDER_MS, account as opened, door, http, serve, ticking};

const HOUR_MS: i64 = 3_600_000;

/// Stands in front of the studio.
#[derive(Clone, Default)]
struct Front {
    /// How often a token was asked for.
    tokens: Arc<AtomicUsize>,
    /// So many requests for files are answered as if the token had run out.
    refused: Arc<AtomicUsize>,
}

async fn front(State(front): State<Front>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/token" {
        front.tokens.fetch_add(1, Ordering::SeqCst);
    }
    let one_less = |left: usize| left.checked_sub(1);
    let of_files = request.uri().path().starts_with("/storage/");
    let refuse = || {
        front
            .refused
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
    };
    if of_files && refuse().is_ok() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

struct World {
    base: String,
    studio: Studio,
    front: Front,
    clock: Arc<AtomicI64>,
    providers: Providers,
}

impl World {
    fn pass_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    fn asked_for(&self) -> usize {
        self.front.tokens.load(Ordering::SeqCst)
    }

    async fn submit(&self) -> Create {
        let provider = self.providers.get("vertex").unwrap();
        let stage = crate::studios::stage(&PROTOCOL, "veo-3.1-generate-001").await;
        provider.submit(&stage.order("1-a-1"), LONG).await
    }

    async fn task(&self) -> String {
        match self.submit().await {
            Create::Accepted { task_id } => task_id,
            other => panic!("{other:?}"),
        }
    }

    async fn look_up(&self, id: &str) -> LookUp {
        let family = "veo-3.1-generate-001";
        let task = providers::TaskRef { family, id };
        let provider = self.providers.get("vertex").unwrap();
        provider.look_up(task, LONG).await.outcome
    }

    async fn url(&self, id: &str) -> String {
        match self.look_up(id).await {
            LookUp::Succeeded { urls } => urls[0].clone(),
            other => panic!("{other:?}"),
        }
    }
}

async fn world() -> World {
    let (listener, base) = door().await;
    let clock = Arc::new(AtomicI64::new(1_760_000_000_000));
    let config = Config {
        clock: ticking(&clock),
        render_ms: RENDER_MS,
        ..Config::new(&base, account(KEY))
    };
    let (studio, in_front) = (Studio::new(&PROTOCOL, config), Front::default());
    let router = studio.router();
    serve(
        listener,
        router.layer(from_fn_with_state(in_front.clone(), front)),
    );
    let providers = opened("vertex", &base, &account(KEY), &clock);
    World {
        base,
        studio,
        front: in_front,
        clock,
        providers,
    }
}

#[tokio::test]
async fn whoever_comes_at_once_waits_for_one_token_which_is_kept_until_shortly_before_its_end() {
    let world = world().await;
    let task = world.task().await;
    assert_eq!(world.asked_for(), 1);
    world.pass_ms(HOUR_MS - 301_000);
    world.url(&task).await;
    assert_eq!(world.asked_for(), 1, "it holds for five minutes more");
    world.pass_ms(2_000);
    let looked = join_all((0..8).map(|_| world.look_up(&task))).await;
    assert!(
        looked.iter().all(|it| matches!(it, LookUp::Succeeded { .. })),
        "{looked:?}"
    );
    assert_eq!(world.asked_for(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_before_its_time_is_renewed_once_and_the_order_is_one() {
    let world = world().await;
    world.studio.inject(Trouble::SignedOut, 1);
    world.task().await;
    assert_eq!((world.asked_for(), world.studio.tasks().len()), (2, 1));
    world.studio.inject(Trouble::SignedOut, 2);
    let refused = world.submit().await;
    let bad_key = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::BadKey,
            code: 401,
            ..
        }
    );
    assert!(bad_key, "{refused:?}");
    assert_eq!((world.asked_for(), world.studio.tasks().len()), (3, 1));
}

#[tokio::test]
async fn a_file_is_opened_by_a_token_of_now_and_renewed_once() {
    let world = world().await;
    let task = world.task().await;
    world.pass_ms(RENDER_MS);
    let url = world.url(&task).await;
    let files = Files::new(http()).opened_by(world.providers.passes());
    let look = async || files.check(&url, domain::catalog::Makes::Video, LONG).await;
    world.pass_ms(HOUR_MS);
    assert!(matches!(look().await, Verdict::Playable(_)));
    assert_eq!(world.asked_for(), 2, "the first has run out");
    world.front.refused.store(1, Ordering::SeqCst);
    assert!(matches!(look().await, Verdict::Playable(_)));
    assert_eq!(world.asked_for(), 3);
    world.front.refused.store(2, Ordering::SeqCst);
    assert_eq!(look().await, Verdict::Refused);
    assert_eq!(world.asked_for(), 4);
    assert_eq!(world.studio.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn what_another_key_has_signed_and_what_a_wrong_clock_has_dated_opens_nothing() {
    let world = world().await;
    let order = crate::studios::stage(&PROTOCOL, "veo-3.1-generate-001")
        .await
        .order("1-a-1");
    let behind = Arc::new(AtomicI64::new(1_760_000_000_000 - HOUR_MS));
    let ahead = Arc::new(AtomicI64::new(1_760_000_000_000 + HOUR_MS));
    for (key, clock, why) in [
        (stranger(KEY), &world.clock, "Invalid JWT Signature"),
        (account(KEY), &behind, "short-lived"),
        (account(KEY), &ahead, "short-lived"),
    ] {
        let providers = opened("vertex", &world.base, &key, clock);
        let refused = providers.get("vertex").unwrap().submit(&order, LONG).await;
        let Create::Rejected {
            reason: Reason::BadKey,
            code: 400,
            message,
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert!(message.contains(why), "{message}");
    }
    assert_eq!(world.studio.tasks().len(), 0);
}

#[tokio::test]
async fn an_operation_is_not_known_for_ever() {
    let world = world().await;
    let task = world.task().await;
    world.pass_ms(2 * 24 * HOUR_MS);
    assert_eq!(world.look_up(&task).await, LookUp::Absent);
}
