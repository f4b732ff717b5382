//! What is on sale, in plain words, for whoever shows it elsewhere than in the chat.

use domain::catalog::{Ware, WareId};
use domain::money::Amount;
use domain::payment::Rail;
use domain::purchase::Purchase;
use domain::standing::Standing;
use limits_flags::Snapshot;
use telegram::html;

use super::Customer;
use crate::shop;
use crate::texts::Say;

/// What stands before a line of a list in a message.
const BULLET: &str = "• ";

/// A thing on sale as one customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Its name.
    pub id: WareId,
    /// What it is called.
    pub title: String,
    /// A sentence about it.
    pub description: Option<String>,
    /// What a payment for it brings, in a few words.
    pub goods: String,
    /// What it unlocks, a line each.
    pub brings: Vec<String>,
    /// The standing after it was paid; `None` where that changes nothing, or it cannot begin.
    pub standing: Option<Standing>,
    /// What it costs, in the order in which the rails are offered.
    pub prices: Vec<Priced>,
}

/// A way to pay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The rail.
    pub rail: Rail,
    /// The price.
    pub amount: Amount,
    /// The same as people read it.
    pub text: String,
    /// Paid again every month by itself.
    pub renews: bool,
    /// Why it is not sold to this customer so, if it is not.
    pub hindered: Option<String>,
    /// What they have to know before they pay.
    pub note: Option<String>,
}

impl Customer<'_> {
    /// What is on sale to this customer; nothing where nothing can be paid.
    ///
    /// # Errors
    /// The tables, where it is asked which of the customer's plans renew by themselves.
    pub async fn offered(&self) -> Result<Vec<Offered>, store::Error> {
        let rails = self.rails();
        let wares = self.snapshot.wares();
        // One plan's answer is that of all: it is about the customer, not about what they want.
        let renewing = match wares.iter().find(|ware| ware.term.is_some()) {
            Some(plan) if !rails.is_empty() => self.renewing(plan).await?,
            _ => None,
        };
        let offered = wares
            .iter()
            .map(|ware| self.shown(ware, &rails, renewing.as_deref()));
        Ok(offered.filter(|ware| !ware.prices.is_empty()).collect())
    }

    fn shown(&self, ware: &Ware, rails: &[Rail], renewing: Option<&str>) -> Offered {
        let locale = self.say.locale().as_str();
        let renewing = renewing.filter(|_| ware.term.is_some());
        let prices = rails.iter().filter_map(|rail| {
            let amount = ware.prices.on(*rail)?;
            let hindered = self.hindered(ware, *rail, renewing);
            let note = self.begun_told(ware, *rail).filter(|_| hindered.is_none());
            Some(Priced {
                rail: *rail,
                amount,
                text: shop::price(amount),
                renews: ware.renews_on(*rail),
                hindered: hindered.map(|why| html::plain(&why)),
                note: note.map(|note| html::plain(&note)),
            })
        });
        let brings = shop::brings(self.say, self.snapshot, ware);
        let brings = brings.iter().map(|line| html::plain(line));
        Offered {
            id: ware.id.clone(),
            title: ware.title.in_locale(locale).to_owned(),
            description: ware
                .description
                .as_ref()
                .map(|text| text.in_locale(locale).to_owned()),
            goods: shop::goods(self.say, &ware.goods()),
            brings: brings
                .map(|line| line.strip_prefix(BULLET).unwrap_or(&line).to_owned())
                .collect(),
            standing: rails.first().and_then(|rail| self.standing_with(ware, *rail)),
            prices: prices.collect(),
        }
    }
}

/// What a customer has to agree to, in plain words.
pub fn terms(locale: &str, snapshot: &Snapshot) -> String {
    html::plain(&super::terms(Say::of(locale), snapshot))
}

/// What a purchase brings, and its price, as people read them.
pub fn purchase(purchase: &Purchase) -> (String, String) {
    let goods = shop::goods(Say::of(&purchase.locale), &purchase.offer.goods);
    (goods, shop::price(purchase.offer.price))
}
