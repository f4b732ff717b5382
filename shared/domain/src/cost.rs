//! What an AI operation costs: what providers ask, in which unit and from when on, and how many kopecks a dollar is.
//!
//! Seed 002's `model_costs`. Money is whole millionths of a US dollar; what a provider asks for less than that (a token)
//! is said for many at once. A part of a millionth counts as a whole one, so that a cost is never told too low.

use std::collections::BTreeMap;
use std::fmt;

use crate::catalog::{Price, Route};
use crate::id::ModelId;
use crate::report::Rates;
use crate::time::{Millis, Timestamp};
use crate::video::Quality;

/// A sum in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroUsd(pub u64);

impl MicroUsd {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The same in kopecks at a rate, rounded to the nearest. It is for one sum alone: what is added up is added up
    /// [exactly](Self::exactly), because many small sums are all rounded the same way.
    pub fn kopecks(self, per_usd: u64) -> u64 {
        self.exactly(per_usd).kopecks()
    }

    /// The same at a rate, with nothing rounded.
    pub fn exactly(self, per_usd: u64) -> MicroKopecks {
        MicroKopecks(u128::from(self.0).saturating_mul(u128::from(per_usd)))
    }
}

/// A sum in millionths of a kopeck: what millionths of a dollar are at a rate, exactly, so that sums of any number of them
/// are wrong by half a kopeck at most, once they are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroKopecks(pub u128);

impl MicroKopecks {
    /// So many whole kopecks.
    pub fn whole(kopecks: u64) -> Self {
        Self(u128::from(kopecks).saturating_mul(u128::from(MILLION)))
    }

    /// Two sums together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In kopecks, rounded to the nearest.
    pub fn kopecks(self) -> u64 {
        narrow(self.0.saturating_add(500_000) / 1_000_000)
    }
}

impl fmt::Display for MicroUsd {
    /// Dollars with six digits: `0.350000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / MILLION, self.0 % MILLION)
    }
}

const MILLION: u64 = 1_000_000;

/// So many days.
pub fn days(days: u32) -> Millis {
    Millis::from_mins(i64::from(days).saturating_mul(24 * 60))
}

fn narrow(wide: u128) -> u64 {
    u64::try_from(wide).unwrap_or(u64::MAX)
}

/// What kind of operation it is (seed 002).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Text from text.
    Text,
    /// Text from a picture and words.
    TextWithImage,
    /// A picture from words.
    ImageGen,
    /// A picture from a picture.
    ImageEdit,
    /// A video.
    VideoGen,
    /// Music.
    AudioGen,
    /// Words from speech.
    Transcription,
    /// Speech from words.
    Tts,
}

impl Category {
    /// All that there are.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::TextWithImage,
        Self::ImageGen,
        Self::ImageEdit,
        Self::VideoGen,
        Self::AudioGen,
        Self::Transcription,
        Self::Tts,
    ];

    /// Its name in rows and files: `video_gen`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::TextWithImage => "text_with_image",
            Self::ImageGen => "image_gen",
            Self::ImageEdit => "image_edit",
            Self::VideoGen => "video_gen",
            Self::AudioGen => "audio_gen",
            Self::Transcription => "transcription",
            Self::Tts => "tts",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

/// What a provider counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Requests.
    Request,
    /// Seconds of what is made or listened to.
    Second,
    /// Minutes of it.
    Minute,
    /// Tokens, those that go in and those that come out.
    Token,
    /// Pictures.
    Image,
}

impl Unit {
    /// All that there are.
    pub const ALL: [Self; 5] = [
        Self::Request,
        Self::Second,
        Self::Minute,
        Self::Token,
        Self::Image,
    ];

    /// Its name in rows and files: `second`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Token => "token",
            Self::Image => "image",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == name)
    }
}

/// How much of everything an operation took; what a provider counts is among it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Requests that were accepted.
    pub requests: u64,
    /// The length of what was made or listened to.
    pub length: Millis,
    /// Tokens that went in.
    pub tokens_in: u64,
    /// Tokens that came out.
    pub tokens_out: u64,
    /// Pictures that came out.
    pub images: u64,
}

impl Took {
    /// One request for so much video. What has no length to choose is one thing: a picture, where pictures are counted.
    pub fn seconds(seconds: u32) -> Self {
        Self {
            requests: 1,
            length: Millis::from_secs(i64::from(seconds)),
            images: u64::from(seconds == 0),
            ..Self::default()
        }
    }
}

/// What is asked from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From when on.
    pub from: Timestamp,
    /// What is counted.
    pub unit: Unit,
    /// The price is that of so many units; never 0.
    pub per: u64,
    /// What that costs; of tokens, of those that go in.
    pub price: MicroUsd,
    /// What as many tokens cost that come out.
    pub price_out: MicroUsd,
}

impl Rate {
    /// Whether it says beforehand what something of this length costs. How many tokens an answer has, and how long a voice
    /// message is, no price says.
    pub fn tells(&self, duration_s: u32) -> bool {
        match self.unit {
            Unit::Token => false,
            Unit::Second | Unit::Minute => duration_s > 0,
            Unit::Request | Unit::Image => true,
        }
    }

    /// What an operation costs that took this much.
    pub fn cost(&self, took: &Took) -> MicroUsd {
        let length = u128::from(took.length.0.unsigned_abs());
        let priced = |amount: u128, price: MicroUsd| amount.saturating_mul(u128::from(price.0));
        let (sum, scale) = match self.unit {
            Unit::Request => (priced(took.requests.into(), self.price), 1),
            Unit::Image => (priced(took.images.into(), self.price), 1),
            Unit::Second => (priced(length, self.price), 1_000),
            Unit::Minute => (priced(length, self.price), 60_000),
            Unit::Token => {
                let goes_in = priced(took.tokens_in.into(), self.price);
                (
                    goes_in.saturating_add(priced(took.tokens_out.into(), self.price_out)),
                    1,
                )
            }
        };
        MicroUsd(narrow(
            sum.div_ceil(u128::from(self.per.max(1)).saturating_mul(scale)),
        ))
    }
}

/// What one model's operations cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCost {
    /// Who asks it.
    pub provider: String,
    /// What the model is used for.
    pub category: Category,
    /// What is asked, by when it begins, the earliest first.
    pub rates: Vec<Rate>,
}

/// Everything about costs, as an operator keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// What the models' operations cost.
    pub models: BTreeMap<ModelId, ModelCost>,
    /// Kopecks for a dollar, by when the rate begins, the earliest first.
    pub kopecks_per_usd: Vec<(Timestamp, u64)>,
    /// Kopecks for one of Telegram's Stars, the same way: what of it reaches the operator.
    pub kopecks_per_star: Vec<(Timestamp, u64)>,
    /// What a unit costs in which a provider's own answers count, by provider: KIE's credits.
    pub billed_units: BTreeMap<String, MicroUsd>,
    /// How many characters of a prompt the log keeps; 0 keeps none.
    pub prompt_chars: u32,
    /// How long the log keeps a row.
    pub kept: Millis,
}

impl Costs {
    /// Characters of a prompt that are kept where nothing is said: enough to know it again.
    pub const PROMPT_CHARS: u32 = 200;
    /// Days for which a row is kept where nothing is said: a year and a month, to compare with.
    pub const KEPT_DAYS: u32 = 400;

    /// What is asked for a model's operations at a time.
    pub fn rate(&self, model: &ModelId, at: Timestamp) -> Option<&Rate> {
        let mut rates = self.models.get(model)?.rates.iter();
        rates.rfind(|rate| rate.from <= at)
    }

    /// Kopecks for a dollar at a time.
    pub fn exchange(&self, at: Timestamp) -> Option<u64> {
        at_that_time(&self.kopecks_per_usd, at)
    }

    /// What other money is in kopecks at a time.
    pub fn rates(&self, at: Timestamp) -> Rates {
        Rates {
            per_usd: self.exchange(at),
            per_star: at_that_time(&self.kopecks_per_star, at),
        }
    }

    /// What is asked for each token, where that is what is counted: how many there will be, only the answer says.
    pub fn token_rate(&self, model: &ModelId, at: Timestamp) -> Option<Rate> {
        self.rate(model, at)
            .filter(|rate| rate.unit == Unit::Token)
            .copied()
    }

    /// What a video of a price is expected to cost: what the model's rate makes of its length; without one, or where
    /// it says nothing beforehand, what stands at the price itself. Rates are those of the standard quality.
    pub fn expected(&self, model: &ModelId, price: &Price, at: Timestamp) -> Option<MicroUsd> {
        if price.quality == Quality::High {
            return said(price);
        }
        let by_rate = self.rate(model, at).filter(|rate| rate.tells(price.duration_s));
        let by_rate = by_rate.map(|rate| rate.cost(&Took::seconds(price.duration_s)));
        by_rate.or(said(price))
    }

    /// What a video of a price is expected to cost by another route of its model. In the higher quality it is what stands at
    /// the price, whoever renders it.
    pub fn expected_by(&self, route: &Route, price: &Price, at: Timestamp) -> Option<MicroUsd> {
        if price.quality == Quality::High {
            return said(price);
        }
        let rate = self.rate(route.cost.as_ref()?, at);
        let rate = rate.filter(|rate| rate.tells(price.duration_s))?;
        Some(rate.cost(&Took::seconds(price.duration_s)))
    }
}

/// What stands at a price, where anything does.
fn said(price: &Price) -> Option<MicroUsd> {
    Some(MicroUsd(price.micro_usd)).filter(|said| said.0 > 0)
}

/// What holds at a time, of what begins one after the other.
fn at_that_time(rates: &[(Timestamp, u64)], at: Timestamp) -> Option<u64> {
    let mut rates = rates.iter();
    rates.rfind(|(from, _)| *from <= at).map(|(_, rate)| *rate)
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            models: BTreeMap::new(),
            kopecks_per_usd: Vec::new(),
            kopecks_per_star: Vec::new(),
            billed_units: BTreeMap::new(),
            prompt_chars: Self::PROMPT_CHARS,
            kept: days(Self::KEPT_DAYS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(unit: Unit, per: u64, price: u64, price_out: u64) -> Rate {
        Rate {
            from: Timestamp(0),
            unit,
            per,
            price: MicroUsd(price),
            price_out: MicroUsd(price_out),
        }
    }

    #[test]
    fn every_unit_costs_what_it_says_and_a_part_of_a_millionth_is_a_whole_one() {
        let took = Took {
            requests: 2,
            length: Millis(61_500),
            tokens_in: 1_234,
            tokens_out: 567,
            images: 3,
        };
        for (rate, cost) in [
            (rate(Unit::Request, 1, 30_000, 0), 60_000),
            (rate(Unit::Image, 1, 45_000, 0), 135_000),
            (rate(Unit::Second, 1, 70_000, 0), 4_305_000),
            (rate(Unit::Minute, 1, 6_000, 0), 6_150),
            // 1234 × 0.25 + 567 × 2 = 1442.5
            (rate(Unit::Token, 1_000_000, 250_000, 2_000_000), 1_443),
            (rate(Unit::Request, 1_000, 1, 0), 1),
            (rate(Unit::Image, 1, 0, 0), 0),
        ] {
            assert_eq!(rate.cost(&took), MicroUsd(cost), "{rate:?}");
        }
    }

    #[test]
    fn what_has_no_length_is_one_picture() {
        let one = rate(Unit::Image, 1, 45_000, 0);
        assert_eq!(one.cost(&Took::seconds(0)), MicroUsd(45_000));
        assert_eq!(one.cost(&Took::seconds(5)), MicroUsd(0));
    }

    #[test]
    fn kopecks_are_rounded_to_the_nearest() {
        for (micro_usd, per_usd, kopecks) in [
            (1_000_000, 8_000, 8_000),
            (350_000, 8_123, 2_843),
            (62, 8_000, 0),
            (63, 8_000, 1),
            (u64::MAX, u64::MAX, u64::MAX),
        ] {
            assert_eq!(MicroUsd(micro_usd).kopecks(per_usd), kopecks, "{micro_usd}");
        }
        assert_eq!(MicroUsd(1_350_070).to_string(), "1.350070");
        assert_eq!(
            MicroKopecks::whole(7).and(MicroUsd(63).exactly(8_000)).kopecks(),
            8
        );
    }

    #[test]
    fn a_rate_holds_from_its_time_on_and_until_the_next() {
        let model = ModelId("kling".to_owned());
        let at = |from: i64, price: u64| Rate {
            from: Timestamp(from),
            ..rate(Unit::Second, 1, price, 0)
        };
        let costs = Costs {
            models: BTreeMap::from([(
                model.clone(),
                ModelCost {
                    provider: "kie".to_owned(),
                    category: Category::VideoGen,
                    rates: vec![at(100, 10), at(200, 20)],
                },
            )]),
            kopecks_per_usd: vec![(Timestamp(100), 8_000), (Timestamp(200), 9_000)],
            kopecks_per_star: vec![(Timestamp(150), 104)],
            ..Costs::default()
        };
        let of = |when: i64| costs.rate(&model, Timestamp(when)).map(|rate| rate.price.0);
        assert_eq!(
            [of(99), of(100), of(199), of(200)],
            [None, Some(10), Some(10), Some(20)]
        );
        let rub = |when: i64| costs.exchange(Timestamp(when));
        assert_eq!([rub(99), rub(199), rub(200)], [None, Some(8_000), Some(9_000)]);
        assert_eq!(costs.rate(&ModelId("veo".to_owned()), Timestamp(200)), None);

        let both = |when: i64| {
            (
                costs.rates(Timestamp(when)).per_usd,
                costs.rates(Timestamp(when)).per_star,
            )
        };
        assert_eq!(
            [both(149), both(200)],
            [(Some(8_000), None), (Some(9_000), Some(104))]
        );

        let mut five = Price::new(5, crate::money::Credits(1));
        let expected = |price: &Price, when: i64| costs.expected(&model, price, Timestamp(when));
        assert_eq!(expected(&five, 150), Some(MicroUsd(50)));
        assert_eq!(expected(&five, 99), None, "unknown is not nothing");
        five.micro_usd = 77;
        assert_eq!(
            [99, 150].map(|when| expected(&five, when)),
            [Some(MicroUsd(77)), Some(MicroUsd(50))]
        );
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        assert!(
            Category::ALL
                .into_iter()
                .all(|category| Category::parse(category.as_str()) == Some(category))
        );
        assert!(
            Unit::ALL
                .into_iter()
                .all(|unit| Unit::parse(unit.as_str()) == Some(unit))
        );
        assert_eq!((Category::parse("video"), Unit::parse("hour")), (None, None));
    }
}
