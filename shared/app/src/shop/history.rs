//! What was bought and what became of it: its lines, its buttons, and whether money is to go back.

use domain::id::Nonce;
use domain::money::Amount;
use domain::payment::{Record, State};
use domain::purchase::{Purchase, Renewal, Stage};
use domain::time::Timestamp;
use domain::window::Zone;
use store::Bought;
use telegram::html;
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup};

use super::{goods, pay_or_look, price};
use crate::buttons::Button;
use crate::cards::{Card, keyboard};
use crate::show;
use crate::texts::Say;

/// Payments with a button to give them back.
const REFUNDS_SHOWN: usize = 3;
/// Subscriptions with a button of their own.
const SUBSCRIPTIONS_SHOWN: usize = 3;
/// Open purchases with buttons of their own.
const OPEN_SHOWN: usize = 3;

/// Where in a long history somebody is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    /// Which page it is, from 0, the newest.
    pub(crate) page: u16,
    /// There is an older one.
    pub(crate) older: bool,
}

impl Pages {
    fn row(self, say: Say) -> Vec<Option<InlineKeyboardButton>> {
        let newer = self.page.checked_sub(1).map(Button::HistoryPage);
        let older = self
            .older
            .then(|| Button::HistoryPage(self.page.saturating_add(1)));
        let newer = newer.and_then(|button| button.labelled(say.text("button-newer")));
        let older = older.and_then(|button| button.labelled(say.text("button-older")));
        vec![newer, older]
    }
}

/// A line of the history; `None` for a purchase that was paid, whose payment has a line of its own, or that nobody paid.
pub(crate) fn history_line(say: Say, bought: &Bought, zone: &Zone, now: Timestamp) -> Option<String> {
    let (at, title, amount, what, state, number) = match bought {
        Bought::Purchase(paid) if paid.renewal.is_some() => {
            return Some(renewal_line(say, paid, paid.renewal?));
        }
        Bought::Purchase(open) => {
            let open = (open.stage == Stage::Open && open.is_payable(now)).then_some(open)?;
            let (price, state) = (open.offer.price, say.text("history-open"));
            (
                open.opened_at,
                &open.title,
                price,
                &open.offer.goods,
                state,
                String::new(),
            )
        }
        Bought::Payment(record) => {
            let state = payment_state(say, record)?;
            let number = format!(" · № <code>{}</code>", html::escape(&record.id().id));
            (
                record.payment.created_at,
                &record.title,
                record.amount,
                &record.goods,
                state,
                number,
            )
        }
    };
    Some(say.with(
        "history-line",
        [
            ("moment", show::moment(say, at, zone, now).into()),
            ("title", html::escape(title).into_owned().into()),
            ("price", price(amount).into()),
            ("goods", goods(say, what).into()),
            ("state", state.into()),
            ("number", number.into()),
        ],
    ))
}

/// Whether it is a subscription whose next payments come by themselves, or are still tried.
pub(crate) fn renews(bought: &Bought) -> bool {
    let renewal = match bought {
        Bought::Purchase(purchase) => purchase.renewal,
        Bought::Payment(_) => None,
    };
    matches!(renewal, Some(Renewal::Active | Renewal::Failed))
}

/// A subscription, whose payments have lines of their own.
fn renewal_line(say: Say, paid: &Purchase, renewal: Renewal) -> String {
    let title = html::escape(&paid.title).into_owned();
    say.with(
        "history-renewal",
        [
            ("title", title.into()),
            ("price", price(paid.offer.price).into()),
            ("state", renewal_state(say, renewal).into()),
        ],
    )
}

/// How it stands with the next payments of a subscription.
fn renewal_state(say: Say, renewal: Renewal) -> String {
    match renewal {
        Renewal::Active => say.text("history-renews"),
        Renewal::Canceled => say.text("history-renews-no-more"),
        Renewal::Failed => say.text("history-renewal-failed"),
    }
}

/// Whether money is to go back, to be said twice.
pub(crate) fn give_back(say: Say, record: &Record, nonce: &Nonce) -> Card {
    let title = html::escape(&record.title).into_owned();
    let text = say.with(
        "refund-sure",
        [
            ("title", title.into()),
            ("price", price(record.amount).into()),
            ("goods", goods(say, &record.goods).into()),
        ],
    );
    let yes = Button::GiveBack(nonce.clone(), true).labelled(say.text("button-refund-sure"));
    let back = Button::History.labelled(say.text("button-back"));
    Card {
        text,
        buttons: keyboard([vec![yes], vec![back]]),
    }
}

/// A button for each payment that goes back for the asking.
fn refund_buttons(say: Say, bought: &[Bought], goes_back: impl Fn(&Record) -> bool) -> Rows {
    // The button names the purchase, and that its own payment: another that came for it is for a person.
    let own = |record: &Record| {
        bought.iter().any(|row| {
            let Bought::Purchase(purchase) = row else {
                return false;
            };
            purchase.paid_by.as_ref() == Some(record.id())
        })
    };
    let unused = bought.iter().filter_map(|row| match row {
        Bought::Payment(record) if own(record) => record
            .purchase
            .as_ref()
            .filter(|_| goes_back(record))
            .map(|id| (record, id)),
        Bought::Payment(_) | Bought::Purchase(_) => None,
    });
    let button = unused.take(REFUNDS_SHOWN).map(|(record, id)| {
        let price = [
            ("price", price(record.amount).into()),
            ("title", record.title.as_str().into()),
        ];
        vec![Button::GiveBack(id.nonce.clone(), false).labelled(say.with("button-refund", price))]
    });
    button.collect()
}

/// Rows of buttons.
type Rows = Vec<Vec<Option<InlineKeyboardButton>>>;

/// What can still be paid, with two buttons each: to pay it, and to ask whether it was.
fn open_buttons(say: Say, bought: &[Bought], now: Timestamp) -> Rows {
    let open = bought.iter().filter_map(|row| {
        let Bought::Purchase(open) = row else { return None };
        let is_open = open.stage == Stage::Open && open.is_payable(now);
        let (pay, paid) = pay_or_look(say, is_open.then_some(open)?);
        Some(vec![pay, paid])
    });
    open.take(OPEN_SHOWN).collect()
}

/// The buttons below the history: for what can still be paid, one for each subscription, to end it or to go on with it,
/// and one for what goes back for the asking.
pub(crate) fn history_buttons(
    say: Say,
    bought: &[Bought],
    goes_back: impl Fn(&Record) -> bool,
    (pages, now): (Pages, Timestamp),
) -> InlineKeyboardMarkup {
    let renew = bought.iter().filter_map(|row| {
        let Bought::Purchase(paid) = row else { return None };
        let title = [("title", paid.title.as_str().into())];
        let (wanted, words) = match paid.renewal? {
            Renewal::Active | Renewal::Failed => (false, say.with("button-renew-not", title)),
            Renewal::Canceled => (true, say.with("button-renew", title)),
        };
        Some(vec![
            Button::Renew(paid.id().nonce.clone(), wanted).labelled(words),
        ])
    });
    let rest = vec![
        Button::Cabinet.labelled(say.text("button-cabinet")),
        Button::Shop.labelled(say.text("button-shop")),
    ];
    let open = open_buttons(say, bought, now).into_iter();
    let refunds = refund_buttons(say, bought, goes_back);
    let renew = renew.take(SUBSCRIPTIONS_SHOWN);
    keyboard(open.chain(renew).chain(refunds).chain([pages.row(say), rest]))
}

/// What became of a payment; `None` if nothing ever came of it.
fn payment_state(say: Say, record: &Record) -> Option<String> {
    Some(match record.payment.state {
        State::New | State::Void => return None,
        State::Credited if record.payment.refunded > 0 => {
            let back = Amount {
                minor: record.payment.refunded,
                ..record.amount
            };
            say.with("history-part-refunded", [("back", price(back).into())])
        }
        State::Credited => say.text("history-credited"),
        State::Held => say.text("history-held"),
        State::RefundHeld => say.text("history-refund-held"),
        State::Refunded => say.text("history-refunded"),
        State::ChargedBack => say.text("history-charged-back"),
    })
}
