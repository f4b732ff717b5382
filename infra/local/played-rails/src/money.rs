//! Money in whole numbers of the smallest unit: kopecks, cents.

/// What has really come and gone for one payment: the figures that a ledger has to agree with. Test money, and money of
/// another shop, never comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cash {
    /// By its code, in capitals.
    pub currency: String,
    /// What the shop got.
    pub arrived: i64,
    /// What went back by refunds.
    pub returned: i64,
    /// What a bank has taken back and not given again.
    pub disputed: i64,
}

impl Cash {
    /// What the shop has of it now.
    pub fn left(&self) -> i64 {
        self.arrived - self.returned - self.disputed
    }
}

/// `199.00`.
pub(crate) fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// Reads `199`, `199.9` or `199.90`: digits with at most two after the point, as many before it as a price can have.
pub(crate) fn read_decimal(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let digits =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole, 10) && digits(part, 2)).then_some(())?;
    format!("{whole}{part:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written_and_nothing_else_is() {
        for (text, minor) in [("199.00", 19_900), ("0.05", 5), ("7", 700), ("7.5", 750)] {
            assert_eq!(read_decimal(text), Some(minor));
        }
        assert_eq!(decimal(19_905), "199.05");
        for text in ["", ".5", "5.", "1.001", "-1", "1e3", "1,00", " 1", "12345678901"] {
            assert_eq!(read_decimal(text), None, "{text}");
        }
    }
}
