//! What a customer can do who has too few credits for a draft.

use domain::account::{Account, Draft};
use domain::catalog::{Model, Price};
use domain::money::Credits;
use limits_flags::Snapshot;

use crate::show;
use crate::texts::Say;

/// What helps now: a shorter video of the same model, or another model, as far as the balance allows; else that credits
/// set aside may come back; else whom to ask. Plain words, to be escaped where there is markup.
pub(crate) fn way_out(say: Say, snapshot: &Snapshot, account: &Account, draft: &Draft) -> String {
    let balance = account.balance;
    if let Some((model, price)) = affordable(snapshot, draft, balance.available) {
        let seconds = say.with("seconds", [("count", price.duration_s.into())]);
        return say.with(
            "way-out-cheaper",
            [
                ("model", model.title.as_str().into()),
                ("seconds", seconds.into()),
                ("price", show::credits(say, price.credits).into()),
            ],
        );
    }
    if balance.held > Credits::ZERO {
        let held = show::credits(say, balance.held);
        return say.with("way-out-held", [("held", held.into())]);
    }
    say.text("way-out-none")
}

/// The longest video of the draft's own model that can be paid for, else the first of the others.
fn affordable<'a>(
    snapshot: &'a Snapshot,
    draft: &Draft,
    available: Credits,
) -> Option<(&'a Model, &'a Price)> {
    let with_photo = draft.photo.is_some();
    let takes = |model: &&Model| {
        let (chars, fits) = (
            draft.prompt_chars(),
            model.prompt_chars_min..=model.prompt_chars_max,
        );
        fits.contains(&chars) || (chars == 0 && with_photo)
    };
    let longest = |model: &'a Model| {
        let within = model.prices.iter().filter(|price| price.credits <= available);
        within
            .max_by_key(|price| price.duration_s)
            .map(|price| (model, price))
    };
    let own = snapshot.model(&draft.model);
    let own = own.into_iter().filter(|model| model.takes(with_photo));
    let others = snapshot.offered(with_photo);
    own.chain(others).filter(takes).find_map(longest)
}
