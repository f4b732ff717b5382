//! What of a plan's time came from another plan's rest, so that money for that other plan can take it along.

use super::{Rest, Term};
use crate::standing::Exchanged;
use crate::time::Millis;

/// What is to be remembered when the rest of a plan becomes `bonus` of another: the plan's own rest, and what had become its
/// own before, each with its part of the new time.
pub(super) fn carried(before: &[Exchanged], rest: &Rest<'_>, into: &str, bonus: Millis) -> Vec<Exchanged> {
    let (mut left, mut given, mut after) = (rest.left, bonus, Vec::new());
    // Days that went by were the plan's own: what was exchanged is used last.
    for part in before {
        let had = part.time.min(left);
        let time = portion(bonus, had, rest.left);
        left = less(left, had);
        given = less(given, time);
        let of = portion(part.rest, had, part.time);
        add(&mut after, &part.plan, of, time);
    }
    add(&mut after, rest.plan, left, given);
    // What comes back into its own plan is that plan's time like any other.
    after.retain(|part| part.plan != into && part.time > Millis::ZERO);
    after
}

/// Takes what a term of an exchanged plan has become out of what is remembered, and says how much that is.
pub(super) fn taken(exchanged: &mut Vec<Exchanged>, term: &Term) -> Millis {
    let Some(part) = exchanged.iter_mut().find(|part| part.plan == term.plan) else {
        return Millis::ZERO;
    };
    let of = part.rest.min(term.span());
    let time = portion(part.time, of, part.rest);
    part.rest = less(part.rest, of);
    part.time = less(part.time, time);
    exchanged.retain(|part| part.rest > Millis::ZERO && part.time > Millis::ZERO);
    time
}

/// How much of a plan's time came from others.
pub(super) fn time(exchanged: &[Exchanged]) -> Millis {
    Millis(
        exchanged
            .iter()
            .fold(0_i64, |sum, part| sum.saturating_add(part.time.0)),
    )
}

/// What is left of a plan is only what came from others: it is the plan's again whose place was taken last, and those before
/// it are remembered as parts of that.
pub(super) fn reverted(exchanged: &mut Vec<Exchanged>, left: Millis) -> Option<(String, Millis)> {
    let last = exchanged.pop()?;
    let back = |time: Millis| portion(time, last.rest, last.time);
    let time = back(left);
    for part in exchanged.iter_mut() {
        part.time = back(part.time);
    }
    exchanged.retain(|part| part.time > Millis::ZERO);
    Some((last.plan, time))
}

/// Remembers that so much of a plan has become so much time.
pub(super) fn add(exchanged: &mut Vec<Exchanged>, plan: &str, rest: Millis, time: Millis) {
    if let Some(part) = exchanged.iter_mut().find(|part| part.plan == plan) {
        part.rest = Millis(part.rest.0.saturating_add(rest.0));
        part.time = Millis(part.time.0.saturating_add(time.0));
        return;
    }
    exchanged.push(Exchanged {
        plan: plan.to_owned(),
        rest,
        time,
    });
}

fn less(whole: Millis, part: Millis) -> Millis {
    Millis(whole.0.saturating_sub(part.0).max(0))
}

/// `whole * part / of`, rounded down; all of it if `of` is nothing.
fn portion(whole: Millis, part: Millis, of: Millis) -> Millis {
    let product = i128::from(whole.0).saturating_mul(i128::from(part.0));
    let portion = product
        .checked_div(i128::from(of.0))
        .unwrap_or(i128::from(whole.0));
    i64::try_from(portion).map_or(whole, Millis)
}
