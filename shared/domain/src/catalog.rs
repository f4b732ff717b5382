//! What is for sale: models, their prices, and the limits that hold for them; packs of credits and plans, and how they are
//! sold. The numbers are rows that an operator edits; this is only their meaning.

mod makes;
mod plan;
mod route;
mod sample;
mod selling;
mod title;
mod ware;

pub use makes::Makes;
pub use plan::Plan;
pub use route::Route;
pub use sample::{Sample, SampleFile};
pub use selling::Selling;
pub use title::Title;
pub use ware::{Pack, Prices, WARE_KEY_BYTES_MAX, Ware, WareId};

use crate::id::ModelId;
use crate::limit::Limit;
use crate::money::Credits;
use crate::time::Millis;
use crate::video::{Aspect, Quality};

/// One model that customers can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Our name of it, which stands in buttons: at most [`MODEL_ID_BYTES_MAX`] bytes.
    pub id: ModelId,
    /// What customers read.
    pub title: String,
    /// What it makes.
    pub makes: Makes,
    /// Who renders it.
    pub provider: String,
    /// Which of the provider's typed request forms it takes.
    pub family: String,
    /// Who else renders it, in the order in which they are asked where the one above cannot.
    pub others: Vec<Route>,
    /// Off: not offered, and refused before anybody is charged (a retired model stays as such a row).
    pub enabled: bool,
    /// Takes an order that is words alone.
    pub text: bool,
    /// Takes an order with a photo.
    pub image: bool,
    /// The durations on offer with their prices, shortest first.
    pub prices: Vec<Price>,
    /// The aspects on offer, the default first. With a photo, some models follow the photo instead.
    pub aspects: Vec<Aspect>,
    /// The shortest prompt that the model takes, in characters. A photo without words is given words of ours.
    pub prompt_chars_min: u32,
    /// The longest prompt that the model takes, in characters.
    pub prompt_chars_max: u32,
    /// How long a render usually takes, for the customer to know.
    pub typical: Millis,
    /// How long after its start a render is first asked about, if no callback came before.
    pub poll_after: Millis,
    /// How long a render can take at most. After this, the absence of a sign is believed.
    pub render_max: Millis,
    /// Limits of its own, for those who pay for each video.
    pub limits: Vec<Limit>,
    /// What holds instead for those whose plan has no price for each video; `None` if no such plan covers it.
    pub unlimited: Option<Vec<Limit>>,
    /// Features that a customer needs for it.
    pub requires: Vec<String>,
    /// What it is shown by.
    pub sample: Option<Sample>,
}

/// The longest name of a model, in bytes, so that a button with a nonce and a model stays below Telegram's 64.
pub const MODEL_ID_BYTES_MAX: usize = 24;

/// One duration on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Length of the video in seconds; 0 where what is made has no length to choose.
    pub duration_s: u32,
    /// What it costs.
    pub credits: Credits,
    /// As how many tokens it is counted where a limit counts tokens.
    pub tokens: u64,
    /// What the provider is expected to charge, in millionths of a US dollar.
    pub micro_usd: u64,
    /// The most that another route of the model is expected to ask instead.
    pub micro_usd_elsewhere: u64,
    /// Features that a customer needs for this length, beside the model's.
    pub requires: Vec<String>,
    /// The quality that it is the price of.
    pub quality: Quality,
    /// The same length in the higher quality, where there is a choice.
    pub high: Option<Box<Price>>,
}

impl Price {
    /// A length at a price, counted as no tokens, and needing nothing.
    pub fn new(duration_s: u32, credits: Credits) -> Self {
        Self {
            duration_s,
            credits,
            tokens: 0,
            micro_usd: 0,
            micro_usd_elsewhere: 0,
            requires: Vec::new(),
            quality: Quality::Standard,
            high: None,
        }
    }

    /// The price of a quality, if it is on offer.
    pub fn of(&self, quality: Quality) -> Option<&Self> {
        match quality {
            Quality::Standard => Some(self),
            Quality::High => self.high.as_deref(),
        }
    }
}

/// What holds for every order, whatever the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Credits given to a newcomer, once for ever.
    pub signup_credits: Credits,
    /// Open jobs that one user may have.
    pub active_jobs_max: u32,
    /// Limits over all models.
    pub limits: Vec<Limit>,
    /// How long an order may wait for its (first or repeated) submission before it is given up and released.
    pub wait_max: Millis,
    /// When an order is settled whatever happened, counted from its acceptance.
    pub settle_max: Millis,
}

impl Model {
    /// The price of a duration in a quality, if that is on offer.
    pub fn price(&self, duration_s: u32, quality: Quality) -> Option<Credits> {
        self.price_row(duration_s, quality).map(|price| price.credits)
    }

    /// Everything about a duration in a quality, if that is on offer.
    pub fn price_row(&self, duration_s: u32, quality: Quality) -> Option<&Price> {
        let mut prices = self.prices.iter();
        prices.find(|price| price.duration_s == duration_s)?.of(quality)
    }

    /// The quality that is ordered by name; `None` where there is no choice, and the provider makes what it usually makes.
    pub fn chosen(&self, duration_s: u32, quality: Quality) -> Option<Quality> {
        self.price_row(duration_s, Quality::High).map(|_| quality)
    }

    /// The same quality where this length has it, else the standard one.
    pub fn quality_or_standard(&self, duration_s: u32, quality: Quality) -> Quality {
        let offered = self.price_row(duration_s, quality).is_some();
        if offered { quality } else { Quality::Standard }
    }

    /// The same length in the same quality where it makes them, else its first length and the standard quality.
    pub fn nearest(&self, duration_s: u32, quality: Quality) -> (u32, Quality) {
        let is_made = self.price_row(duration_s, Quality::Standard).is_some();
        let first = self.prices.first().filter(|_| !is_made);
        let duration_s = first.map_or(duration_s, |price| price.duration_s);
        (duration_s, self.quality_or_standard(duration_s, quality))
    }

    /// The longest video that can be had for so many credits.
    pub fn longest_for(&self, available: Credits) -> Option<&Price> {
        let affordable = self.prices.iter().filter(|price| price.credits <= available);
        affordable.max_by_key(|price| price.duration_s)
    }

    /// What it asks for this length in this quality and shape, if it renders that. With a photo, the shape is the photo's;
    /// what is heard has none.
    pub fn offer(&self, made: (u32, Quality), aspect: Aspect, with_photo: bool) -> Option<&Price> {
        let shaped = with_photo || !self.makes.has_shapes() || self.aspects.contains(&aspect);
        self.price_row(made.0, made.1).filter(|_| shaped)
    }

    /// Everybody who renders it, the first to be asked first.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(|route| route.provider.as_str());
        std::iter::once(self.provider.as_str()).chain(others)
    }

    /// Whether a provider is one of those who may render it.
    pub fn may_go_to(&self, provider: &str) -> bool {
        self.provider == provider || self.others.iter().any(|route| route.provider == provider)
    }

    /// Whether it takes such an order at all.
    pub fn takes(&self, with_photo: bool) -> bool {
        self.enabled && if with_photo { self.image } else { self.text }
    }
}
