//! Every provider that a studio plays.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use futures::FutureExt as _;
use played_studios::{Config, Protocol, Studio, Trouble};
use providers::files::Files;

use crate::stage::{
    Calling, KEY, Mishap, RENDER_MS, Stage, account, door, http, known, receiver, serve, ticking,
};

pub(crate) async fn stage(protocol: &'static Protocol, family: &'static str) -> Stage {
    let (listener, base) = door().await;
    let clock = Arc::new(AtomicI64::new(1_760_000_000_000));
    let studio = Studio::new(
        protocol,
        Config {
            clock: ticking(&clock),
            render_ms: RENDER_MS,
            ..Config::new(&base, (protocol.key)(KEY))
        },
    );
    serve(listener, studio.router());
    let (calls, receiver) = receiver().await;
    let (wrongs, orders, troubles, callbacks) = (studio.clone(), studio.clone(), studio.clone(), studio);
    let calls_back = protocol.report.is_some();
    let key = (protocol.key)(KEY);
    let providers = account(protocol.name, &base, &key, &clock);
    let files = Files::new(http()).opened_by(providers.passes());
    Stage {
        row: known(protocol.name),
        providers,
        stranger: account(
            protocol.name,
            &base,
            &(protocol.key)("SECRET-key-of-nobody"),
            &clock,
        ),
        key,
        family,
        retired: retired(protocol.name),
        files,
        complaints: Box::new(move || wrongs.complaints()),
        accepted: Box::new(move || orders.tasks().len()),
        cause: Box::new(move |mishap| troubles.inject(trouble(mishap), 1)),
        call: calls_back.then(|| calling(callbacks)),
        calls,
        receiver,
        clock,
    }
}

fn calling(studio: Studio) -> Calling {
    Box::new(move || {
        let studio = studio.clone();
        async move { studio.tick().await }.boxed()
    })
}

/// A family that is known to be gone.
fn retired(provider: &str) -> Option<&'static str> {
    let mut forms = known(provider).forms.iter();
    forms.find(|form| form.retired).map(|form| form.name)
}

fn trouble(mishap: Mishap) -> Trouble {
    match mishap {
        Mishap::Busy => Trouble::Busy,
        Mishap::Unpaid => Trouble::Unpaid,
        Mishap::Retired => Trouble::Retired,
        Mishap::Lost => Trouble::Lost,
        Mishap::Cut => Trouble::Cut,
        Mishap::Unavailable => Trouble::Unavailable,
        Mishap::BadGateway => Trouble::BadGateway,
        Mishap::Failed => Trouble::Failed,
        Mishap::Moderated => Trouble::Moderated,
        Mishap::NoFile => Trouble::NoFile,
        Mishap::Expired => Trouble::Expired,
        Mishap::LookUpDown => Trouble::LookUpDown,
        Mishap::LookUpBusy => Trouble::LookUpBusy,
    }
}
