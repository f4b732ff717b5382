//! On a draft card: what holds the order back, and what is on sale that would let it through.

use telegram::methods::InlineKeyboardButton;

use super::DraftView;
use crate::buttons::Button;
use crate::{quota, shop};

/// That a limit of the customer's own would refuse the order now, and what helps. Plain words.
pub(super) fn line(view: &DraftView<'_>) -> Option<String> {
    let refusing = view.usages.iter().find(|usage| usage.forbids());
    let usage = refusing.filter(|usage| quota::is_shown(&usage.limit))?;
    let plan = view.way_up.as_ref();
    let plan = plan.map(|ware| ware.title.in_locale(view.say.locale().as_str()));
    let help = quota::help(view.say, view.snapshot, usage, (plan, None));
    Some(view.say.with("card-used-up", [("help", help.into())]))
}

/// The button that leads to the plan.
pub(super) fn row(view: &DraftView<'_>) -> Option<Vec<Option<InlineKeyboardButton>>> {
    let ware = view.way_up.as_ref()?;
    let title = ware.title.in_locale(view.say.locale().as_str());
    let price = shop::first_price(view.snapshot, ware).map(shop::price)?;
    let words = view
        .say
        .with("button-way-up", [("plan", title.into()), ("price", price.into())]);
    Some(vec![Button::Ware(ware.id.clone()).labelled(words)])
}
