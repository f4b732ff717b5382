//! What a customer can do who has too few credits for a draft.

use domain::account::{Account, Draft};
use domain::admission::check_words;
use domain::catalog::{Model, Price};
use domain::money::Credits;
use limits_flags::Snapshot;

use crate::kinds;
use crate::show;
use crate::texts::Say;

/// What helps now: a shorter video of the same model, or another model, as far as the balance allows; else that credits
/// set aside may come back; else the shop, where there is one. Plain words, to be escaped where there is markup.
pub(crate) fn way_out(
    say: Say,
    snapshot: &Snapshot,
    account: &Account,
    draft: &Draft,
    sells: bool,
) -> String {
    let balance = account.balance;
    if let Some((model, price)) = affordable(snapshot, draft, balance.available) {
        let seconds = || say.with("seconds", [("count", price.duration_s.into())]);
        let length = model.makes.has_lengths().then(seconds);
        // What is affordable may be the very model and length that is not, in the other quality.
        let quality = price.high.as_ref().map(|_| show::quality(say, price.quality));
        let parts = [Some(model.title.clone()), length, quality];
        let what = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        return say.with(
            "way-out-cheaper",
            [
                ("what", what.into()),
                ("price", show::credits(say, price.credits).into()),
            ],
        );
    }
    if balance.held > Credits::ZERO {
        let held = show::credits(say, balance.held);
        return say.with("way-out-held", [("held", held.into())]);
    }
    say.text(if sells { "way-out-shop" } else { "way-out-none" })
}

/// The longest video of the draft's own model that can be paid for, else the first of the others.
fn affordable<'a>(
    snapshot: &'a Snapshot,
    draft: &Draft,
    available: Credits,
) -> Option<(&'a Model, &'a Price)> {
    let with_photo = draft.photo.is_some();
    let own = snapshot.model(&draft.model);
    let own = own.into_iter().filter(|model| model.takes(with_photo));
    own.chain(snapshot.offered(kinds::of(snapshot, draft), with_photo))
        .filter(|model| check_words(draft, model).is_ok())
        .find_map(|model| Some((model, model.longest_for(available)?)))
}
