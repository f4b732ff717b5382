//! What videos cost, as an operator writes it.

use domain::catalog::Price;
use domain::money::Credits;
use domain::video::Quality;
use serde::{Deserialize, Serialize};

/// A duration with its price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PriceRow {
    /// Seconds of video; none where what is made has no length to choose.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seconds: u32,
    /// Credits that it costs.
    pub credits: u32,
    /// Tokens as which limits count it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// What the provider is expected to charge, in millionths of a US dollar.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub micro_usd: u64,
    /// Features that a customer needs for this length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// The same in the higher quality; without it there is no choice, and the provider makes what it usually makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<HighRow>,
}

/// What a length costs in the higher quality.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HighRow {
    /// Credits that it costs.
    pub credits: u32,
    /// Tokens as which limits count it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// What it is expected to cost us, whoever renders it, in millionths of a US dollar: `model_costs` say what the standard
    /// quality costs.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub micro_usd: u64,
    /// Features that a customer needs for it, beside those of the length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

impl PriceRow {
    /// The same length as a row of its own, in the higher quality.
    pub fn in_high(&self) -> Option<Self> {
        let high = self.high.as_ref()?;
        Some(Self {
            seconds: self.seconds,
            credits: high.credits,
            tokens: high.tokens,
            micro_usd: high.micro_usd,
            requires: self.requires.iter().chain(&high.requires).cloned().collect(),
            high: None,
        })
    }
}

// serde hands over a reference to what stands in the row.
fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

impl From<&PriceRow> for Price {
    fn from(row: &PriceRow) -> Self {
        Self {
            duration_s: row.seconds,
            credits: Credits(row.credits),
            tokens: row.tokens,
            micro_usd: row.micro_usd,
            micro_usd_elsewhere: 0,
            requires: row.requires.clone(),
            quality: Quality::Standard,
            high: row.in_high().map(|high| {
                Box::new(Self {
                    quality: Quality::High,
                    ..Self::from(&high)
                })
            }),
        }
    }
}
