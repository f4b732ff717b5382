//! Credits, in which videos are paid, and the money that credits are bought with. Never a float, never below zero.

use std::fmt;

/// A number of credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credits(pub u32);

impl Credits {
    /// None at all: what an unlimited plan pays.
    pub const ZERO: Self = Self(0);

    /// The sum, or `None` past four thousand million.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` if it would be negative.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A currency that somebody takes of our customers, by its code in ISO 4217; Stars have Telegram's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Russian roubles, in kopecks.
    Rub,
    /// US dollars, in cents.
    Usd,
    /// Telegram Stars, which have no smaller unit.
    Xtr,
}

impl Currency {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Rub, Self::Usd, Self::Xtr];

    /// Its code: `RUB`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rub => "RUB",
            Self::Usd => "USD",
            Self::Xtr => "XTR",
        }
    }

    /// Reads a code, in capitals or not: Stripe writes small letters.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code().eq_ignore_ascii_case(code))
    }

    /// Digits after the point.
    fn digits(self) -> usize {
        match self {
            Self::Rub | Self::Usd => 2,
            Self::Xtr => 0,
        }
    }
}

/// So much money, in the smallest unit of its currency: 19900 kopecks, 250 Stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// How many of the smallest unit.
    pub minor: u64,
    /// Of what.
    pub currency: Currency,
}

impl Amount {
    /// As a decimal, with all the digits that its currency has: `199.00`.
    pub fn decimal(self) -> String {
        let digits = self.currency.digits();
        let text = format!("{:0width$}", self.minor, width = digits.saturating_add(1));
        match text.split_at_checked(text.len().saturating_sub(digits)) {
            Some((whole, part)) if digits > 0 => format!("{whole}.{part}"),
            _ => text,
        }
    }

    /// Reads a decimal with at most the digits that the currency has; `None` if it is none, is negative or would not fit.
    pub fn parse_decimal(text: &str, currency: Currency) -> Option<Self> {
        let digits = currency.digits();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = !whole.is_empty() && is_number(whole) && is_number(part) && part.len() <= digits;
        well_formed.then_some(())?;
        let minor = format!("{whole}{part:0<digits$}").parse().ok()?;
        Some(Self { minor, currency })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_with_the_digits_of_their_currency() {
        let told = |minor, currency| Amount { minor, currency }.to_string();
        assert_eq!(told(19_900, Currency::Rub), "199.00 RUB");
        assert_eq!(told(5, Currency::Usd), "0.05 USD");
        assert_eq!(told(0, Currency::Rub), "0.00 RUB");
        assert_eq!(told(250, Currency::Xtr), "250 XTR");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".5",
            "-1.00",
            "+1",
            "1.001",
            "1,00",
            " 1",
            "1e3",
            "99999999999999999999.00",
        ] {
            assert_eq!(Amount::parse_decimal(text, Currency::Rub), None, "{text}");
        }
        assert_eq!(Amount::parse_decimal("1.0", Currency::Xtr), None);
        let rub = |text| Amount::parse_decimal(text, Currency::Rub).map(|amount| amount.minor);
        assert_eq!(
            (rub("199"), rub("199.9"), rub("199.90"), rub("007.01")),
            (Some(19_900), Some(19_990), Some(19_990), Some(701))
        );
    }

    proptest! {
        #[test]
        fn a_decimal_reads_back_as_written(minor in any::<u64>(), of in 0_usize..3) {
            let amount = Amount { minor, currency: Currency::ALL[of] };
            prop_assert_eq!(Amount::parse_decimal(&amount.decimal(), amount.currency), Some(amount));
        }
    }
}
