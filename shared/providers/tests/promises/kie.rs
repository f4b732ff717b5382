//! KIE.AI, played.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use futures::FutureExt as _;
use played_kie::{Config, PlayedKie, Trouble};
use providers::files::Files;

use crate::stage::{KEY, Mishap, RENDER_MS, Stage, account, door, http, known, receiver, serve, ticking};

/// An account of which this family is ordered.
pub(crate) async fn stage(family: &'static str) -> Stage {
    let (listener, base) = door().await;
    let clock = Arc::new(AtomicI64::new(1_760_000_000_000));
    let kie = PlayedKie::new(Config {
        api_key: KEY.to_owned(),
        clock: ticking(&clock),
        render_ms: RENDER_MS,
        ..Config::new(&base)
    });
    serve(listener, kie.router());
    let (calls, receiver) = receiver().await;
    let (wrongs, orders, troubles, callbacks) = (kie.clone(), kie.clone(), kie.clone(), kie);
    Stage {
        row: known("kie"),
        providers: account("kie", &base, KEY, &clock),
        stranger: account("kie", &base, "SECRET-key-of-nobody", &clock),
        key: KEY.to_owned(),
        family,
        retired: Some("sora-2"),
        files: Files::new(http()),
        complaints: Box::new(move || wrongs.complaints()),
        accepted: Box::new(move || orders.tasks().len()),
        cause: Box::new(move |mishap| troubles.inject(trouble(mishap), "", 1)),
        call: Some(Box::new(move || {
            let kie = callbacks.clone();
            async move { kie.tick().await }.boxed()
        })),
        calls,
        receiver,
        clock,
    }
}

fn trouble(mishap: Mishap) -> Trouble {
    match mishap {
        Mishap::Busy => Trouble::RateLimited,
        Mishap::Unpaid => Trouble::NoCredits,
        Mishap::Retired => Trouble::Disabled,
        Mishap::Lost => Trouble::Lost,
        Mishap::Cut => Trouble::Cut,
        Mishap::Unavailable => Trouble::Unavailable,
        Mishap::BadGateway => Trouble::BadGateway,
        Mishap::Failed => Trouble::Failed,
        Mishap::Moderated => Trouble::Moderated,
        Mishap::NoFile => Trouble::NoFile,
        Mishap::Expired => Trouble::Expired,
        Mishap::LookUpDown => Trouble::LookupDown,
        Mishap::LookUpBusy => Trouble::LookupLimited,
    }
}
