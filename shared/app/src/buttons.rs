//! What a button means. Its data is at most 64 bytes, and comes back from a client: data to check.

use domain::catalog::{Makes, WareId};
use domain::id::{JobId, ModelId, NONCE_CHARS, Nonce, UserId};
use domain::money::Credits;
use domain::payment::Rail;
use domain::time::Timestamp;
use domain::video::{Aspect, Quality};
use telegram::methods::InlineKeyboardButton;

use crate::texts::Locale;

/// What a button means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    /// Show the cabinet.
    Cabinet,
    /// Show the help.
    Help,
    /// Show the models to choose from.
    Models(Nonce),
    /// Back to the card.
    Card(Nonce),
    /// Take this model.
    Model(Nonce, ModelId),
    /// Send what this model is shown by.
    Sample(ModelId),
    /// Make this of it.
    Kind(Nonce, Makes),
    /// Make a video of the picture that this order brought.
    Film(Nonce),
    /// Take this length, in seconds.
    Duration(Nonce, u32),
    /// Take this shape.
    Aspect(Nonce, Aspect),
    /// Take this quality.
    Quality(Nonce, Quality),
    /// Order what the card shows in this revision, at the price that it shows.
    Create(Nonce, u32, Credits),
    /// Order words for the draft that the card shows in this revision, at the price that it shows.
    Words(Nonce, u32, Credits),
    /// The words that were there before better ones came.
    AsItWas(Nonce),
    /// Make a draft of the words that came of this order.
    UseWords(Nonce),
    /// Throw the draft away.
    Drop(Nonce),
    /// Cancel the order made from this draft.
    Cancel(Nonce),
    /// A new draft like this order.
    Again(Nonce),
    /// The same, but for something that is asked for.
    Vary(Nonce),
    /// The same, but with another model: they are shown to choose from.
    Other(Nonce),
    /// Send something that waits.
    Parked,
    /// This waiting thing has come; send the next.
    ParkedNext(Nonce),
    /// Show what is on sale.
    Shop,
    /// What comes next is a question to the operator.
    Support,
    /// That the words of this draft are refused is a mistake.
    Appeal(Nonce),
    /// Show one thing on sale.
    Ware(WareId),
    /// Buy it: on this card, by this rail.
    Buy(Nonce, Rail, WareId),
    /// I have paid what was chosen on this card.
    Paid(Nonce),
    /// Speak this language; none for that of the customer's Telegram.
    Language(Option<Locale>),
    /// Broadcasts are wanted, or not: on the card that asks.
    News(bool),
    /// Nothing of an order but what comes of it, or how it goes as well: on the card that asks.
    Quiet(bool),
    /// No broadcasts from now on: below one.
    Mute,
    /// Show what was ordered.
    Orders,
    /// Show what was ordered before this one, which began then.
    OrdersBefore(Nonce, Timestamp),
    /// Show what became of this order.
    Order(Nonce),
    /// Send what came of this order once more.
    ShowAgain(Nonce),
    /// Show what was bought.
    History,
    /// Show an older page of it.
    HistoryPage(u16),
    /// The money for what was chosen on this card back; to be asked about first, or meant.
    GiveBack(Nonce, bool),
    /// The next payments of this subscription are wanted, or not.
    Renew(Nonce, bool),
    /// Delete all that is known of the customer, who was shown that so many credits are lost, and what their standing (so
    /// their plan) was at this revision.
    Erase(Credits, u64),
}

impl Button {
    /// The data.
    pub(crate) fn data(&self) -> String {
        match self {
            Self::Cabinet => "cab".to_owned(),
            Self::Help => "hlp".to_owned(),
            Self::Models(nonce) => format!("ms:{}", nonce.as_str()),
            Self::Card(nonce) => format!("cd:{}", nonce.as_str()),
            Self::Model(nonce, model) => format!("mo:{}:{}", nonce.as_str(), model.0),
            Self::Sample(model) => format!("sa:{}", model.0),
            Self::Kind(nonce, makes) => format!("ki:{}:{}", nonce.as_str(), makes.as_str()),
            Self::Film(nonce) => format!("fi:{}", nonce.as_str()),
            Self::Duration(nonce, seconds) => format!("du:{}:{seconds}", nonce.as_str()),
            Self::Aspect(nonce, aspect) => format!("as:{}:{}", nonce.as_str(), aspect.as_str()),
            Self::Quality(nonce, quality) => format!("qa:{}:{}", nonce.as_str(), quality.as_str()),
            Self::Create(nonce, revision, price) => format!("go:{}:{revision}:{}", nonce.as_str(), price.0),
            Self::Words(nonce, revision, price) => format!("wo:{}:{revision}:{}", nonce.as_str(), price.0),
            Self::AsItWas(nonce) => format!("un:{}", nonce.as_str()),
            Self::UseWords(nonce) => format!("us:{}", nonce.as_str()),
            Self::Drop(nonce) => format!("no:{}", nonce.as_str()),
            Self::Cancel(nonce) => format!("ca:{}", nonce.as_str()),
            Self::Again(nonce) => format!("ag:{}", nonce.as_str()),
            Self::Vary(nonce) => format!("va:{}", nonce.as_str()),
            Self::Other(nonce) => format!("om:{}", nonce.as_str()),
            Self::Parked => "pk".to_owned(),
            Self::ParkedNext(nonce) => format!("pn:{}", nonce.as_str()),
            Self::Shop => "shp".to_owned(),
            Self::Support => "sup".to_owned(),
            Self::Appeal(nonce) => format!("ap:{}", nonce.as_str()),
            Self::Language(language) => format!("la:{}", language.map_or("", Locale::as_str)),
            Self::News(wanted) => format!("nw:{}", u8::from(*wanted)),
            Self::Quiet(wanted) => format!("qu:{}", u8::from(*wanted)),
            Self::Mute => "mute".to_owned(),
            Self::Orders => "ord".to_owned(),
            Self::OrdersBefore(nonce, at) => format!("ob:{}:{}", nonce.as_str(), at.0),
            Self::Order(nonce) => format!("or:{}", nonce.as_str()),
            Self::ShowAgain(nonce) => format!("sh:{}", nonce.as_str()),
            Self::History => "his".to_owned(),
            Self::HistoryPage(page) => format!("hp:{page}"),
            Self::Ware(ware) => format!("wa:{ware}"),
            Self::Buy(nonce, rail, ware) => format!("by:{}:{}:{ware}", nonce.as_str(), letter(*rail)),
            Self::Paid(nonce) => format!("pd:{}", nonce.as_str()),
            Self::GiveBack(nonce, meant) => format!("gb:{}:{}", nonce.as_str(), u8::from(*meant)),
            Self::Renew(nonce, wanted) => format!("rn:{}:{}", nonce.as_str(), u8::from(*wanted)),
            Self::Erase(shown, revision) => format!("er:{}:{revision}", shown.0),
        }
    }

    /// Those that speak of nothing in particular.
    fn alone(data: &str) -> Option<Self> {
        match data {
            "cab" => Some(Self::Cabinet),
            "hlp" => Some(Self::Help),
            "pk" => Some(Self::Parked),
            "shp" => Some(Self::Shop),
            "sup" => Some(Self::Support),
            "his" => Some(Self::History),
            "ord" => Some(Self::Orders),
            "mute" => Some(Self::Mute),
            "nw:0" => Some(Self::News(false)),
            "nw:1" => Some(Self::News(true)),
            "qu:0" => Some(Self::Quiet(false)),
            "qu:1" => Some(Self::Quiet(true)),
            "la:" => Some(Self::Language(None)),
            "la:ru" => Some(Self::Language(Some(Locale::Ru))),
            "la:en" => Some(Self::Language(Some(Locale::En))),
            _ => None,
        }
    }

    /// Reads data; `None` if it is none of ours, or of a version that is gone.
    pub(crate) fn parse(data: &str) -> Option<Self> {
        if let Some(button) = Self::alone(data) {
            return Some(button);
        }
        if let Some(ware) = data.strip_prefix("wa:") {
            return WareId::parse(ware).map(Self::Ware);
        }
        if let Some(model) = data.strip_prefix("sa:") {
            return Some(Self::Sample(ModelId(model.to_owned())));
        }
        if let Some(page) = data.strip_prefix("hp:") {
            return page.parse().ok().map(Self::HistoryPage);
        }
        if let Some(shown) = data.strip_prefix("er:") {
            return read_erase(shown);
        }
        let (kind, rest) = data.split_once(':')?;
        let nonce = Nonce::parse(rest.get(..NONCE_CHARS)?)?;
        let value = rest.get(NONCE_CHARS..)?.strip_prefix(':');
        let alone = rest.len() == NONCE_CHARS;
        match (kind, value) {
            ("ms", None) if alone => Some(Self::Models(nonce)),
            ("cd", None) if alone => Some(Self::Card(nonce)),
            ("mo", Some(model)) => Some(Self::Model(nonce, ModelId(model.to_owned()))),
            ("ki", Some(makes)) => Some(Self::Kind(nonce, Makes::parse(makes)?)),
            ("fi", None) if alone => Some(Self::Film(nonce)),
            ("du", Some(seconds)) => Some(Self::Duration(nonce, seconds.parse().ok()?)),
            ("as", Some(aspect)) => Some(Self::Aspect(nonce, Aspect::parse(aspect)?)),
            ("qa", Some(quality)) => Some(Self::Quality(nonce, Quality::parse(quality)?)),
            ("go", Some(shown)) => {
                let (revision, price) = shown_on(shown)?;
                Some(Self::Create(nonce, revision, price))
            }
            ("wo", Some(shown)) => {
                let (revision, price) = shown_on(shown)?;
                Some(Self::Words(nonce, revision, price))
            }
            ("ap", None) if alone => Some(Self::Appeal(nonce)),
            ("un", None) if alone => Some(Self::AsItWas(nonce)),
            ("us", None) if alone => Some(Self::UseWords(nonce)),
            ("no", None) if alone => Some(Self::Drop(nonce)),
            ("ca", None) if alone => Some(Self::Cancel(nonce)),
            ("ag", None) if alone => Some(Self::Again(nonce)),
            ("va", None) if alone => Some(Self::Vary(nonce)),
            ("om", None) if alone => Some(Self::Other(nonce)),
            ("pn", None) if alone => Some(Self::ParkedNext(nonce)),
            ("ob", Some(at)) => Some(Self::OrdersBefore(nonce, Timestamp(at.parse().ok()?))),
            ("or", None) if alone => Some(Self::Order(nonce)),
            ("sh", None) if alone => Some(Self::ShowAgain(nonce)),
            ("pd", None) if alone => Some(Self::Paid(nonce)),
            ("gb", Some("0")) => Some(Self::GiveBack(nonce, false)),
            ("gb", Some("1")) => Some(Self::GiveBack(nonce, true)),
            ("rn", Some("0")) => Some(Self::Renew(nonce, false)),
            ("rn", Some("1")) => Some(Self::Renew(nonce, true)),
            ("by", Some(chosen)) => {
                let (rail, ware) = chosen.split_once(':')?;
                let rail = Rail::ALL.into_iter().find(|one| letter(*one) == rail)?;
                Some(Self::Buy(nonce, rail, WareId::parse(ware)?))
            }
            _ => None,
        }
    }

    /// The job that it speaks of, for a customer.
    pub(crate) fn job(&self, user: UserId) -> Option<JobId> {
        match self {
            Self::Models(nonce)
            | Self::Card(nonce)
            | Self::Model(nonce, _)
            | Self::Kind(nonce, _)
            | Self::Film(nonce)
            | Self::Duration(nonce, _)
            | Self::Aspect(nonce, _)
            | Self::Quality(nonce, _)
            | Self::Create(nonce, _, _)
            | Self::Words(nonce, _, _)
            | Self::AsItWas(nonce)
            | Self::UseWords(nonce)
            | Self::Drop(nonce)
            | Self::Cancel(nonce)
            | Self::Again(nonce)
            | Self::Vary(nonce)
            | Self::Other(nonce)
            | Self::Order(nonce)
            | Self::ShowAgain(nonce)
            | Self::ParkedNext(nonce) => Some(JobId {
                user,
                nonce: nonce.clone(),
            }),
            Self::Cabinet
            | Self::Help
            | Self::Parked
            | Self::Shop
            | Self::Support
            | Self::Appeal(_)
            | Self::Language(_)
            | Self::News(_)
            | Self::Quiet(_)
            | Self::Mute
            | Self::Orders
            | Self::OrdersBefore(..)
            | Self::History
            | Self::HistoryPage(_)
            | Self::Sample(_)
            | Self::Ware(_)
            | Self::Buy(..)
            | Self::Paid(_)
            | Self::GiveBack(..)
            | Self::Renew(..)
            | Self::Erase(..) => None,
        }
    }

    /// The button with its words. Data that would not fit (an over-long model name, which the settings refuse) makes a
    /// button that only says so.
    pub(crate) fn labelled(&self, words: impl Into<String>) -> Option<InlineKeyboardButton> {
        InlineKeyboardButton::callback(words, self.data())
            .inspect_err(|error| tracing::error!(name: "button_left_out", error = crate::chain(&error), "a button is left out"))
            .ok()
    }
}

/// The revision and the price that a card showed.
fn shown_on(shown: &str) -> Option<(u32, Credits)> {
    let (revision, price) = shown.split_once(':')?;
    Some((revision.parse().ok()?, Credits(price.parse().ok()?)))
}

/// A rail in a button.
fn letter(rail: Rail) -> &'static str {
    match rail {
        Rail::Stars => "s",
        Rail::YooKassa => "y",
        Rail::Stripe => "c",
    }
}

fn read_erase(shown: &str) -> Option<Button> {
    let (credits, revision) = shown.split_once(':')?;
    Some(Button::Erase(
        Credits(credits.parse().ok()?),
        revision.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_reads_back_as_written_and_fits_into_64_bytes() {
        let nonce = || Nonce::from_random([5; NONCE_CHARS]);
        let ware = WareId::Plan("p".repeat(domain::catalog::WARE_KEY_BYTES_MAX));
        let longest = ModelId("m".repeat(domain::catalog::MODEL_ID_BYTES_MAX));
        let buttons = [
            Button::Cabinet,
            Button::Help,
            Button::Models(nonce()),
            Button::Card(nonce()),
            Button::Model(nonce(), longest),
            Button::Kind(nonce(), Makes::Transcript),
            Button::Film(nonce()),
            Button::Duration(nonce(), u32::MAX),
            Button::Aspect(nonce(), Aspect::Portrait),
            Button::Quality(nonce(), Quality::High),
            Button::Create(nonce(), u32::MAX, Credits(u32::MAX)),
            Button::Words(nonce(), u32::MAX, Credits(u32::MAX)),
            Button::AsItWas(nonce()),
            Button::UseWords(nonce()),
            Button::Drop(nonce()),
            Button::Cancel(nonce()),
            Button::Again(nonce()),
            Button::Vary(nonce()),
            Button::Other(nonce()),
            Button::Parked,
            Button::ParkedNext(nonce()),
            Button::Shop,
            Button::Support,
            Button::Appeal(nonce()),
            Button::History,
            Button::HistoryPage(u16::MAX),
            Button::Ware(ware.clone()),
            Button::Buy(nonce(), Rail::Stripe, ware),
            Button::Paid(nonce()),
            Button::GiveBack(nonce(), true),
            Button::GiveBack(nonce(), false),
            Button::Renew(nonce(), true),
            Button::Renew(nonce(), false),
            Button::News(true),
            Button::News(false),
            Button::Mute,
            Button::Erase(Credits(u32::MAX), u64::MAX),
        ];
        for button in buttons {
            assert!(button.data().len() <= 64, "{button:?}");
            assert_eq!(Button::parse(&button.data()), Some(button));
        }
    }

    #[test]
    fn data_that_is_not_ours_means_nothing() {
        for data in [
            "",
            "go",
            "go:",
            "go:short:1",
            "go:2222222222222222:x",
            "go:2222222222222222:1",
            "go:2222222222222222:1:x",
            "zz:2222222222222222",
            "no:2222222222222222x",
            "cab:1",
            "er:",
            "er:-1",
            "ki:2222222222222222:film",
            "fi:2222222222222222:1",
            "go:ёжёжёжёж:1",
        ] {
            assert_eq!(Button::parse(data), None, "{data}");
        }
    }
}
