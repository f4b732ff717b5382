//! Numbers as JSON and JavaScript know them: whole ones exact in 64 bits, all others as doubles.
//!
//! Whole numbers are kept apart from doubles so that an id above 2^53 is compared and bucketed exactly. A whole number
//! above `i64::MAX` becomes the nearest double.

use serde_json::Number;

/// A number in a rule or in a context.
#[derive(Clone, Copy, Debug)]
pub(super) enum Num {
    Int(i64),
    Float(f64),
}

impl Num {
    pub(super) fn read(number: &Number) -> Self {
        number
            .as_i64()
            .map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Int)
    }

    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(whole) => nearest_float(whole),
            Self::Float(float) => float,
        }
    }

    /// Neither zero nor NaN.
    pub(super) fn is_truthy(self) -> bool {
        match self {
            Self::Int(whole) => whole != 0,
            Self::Float(float) => float != 0.0 && !float.is_nan(),
        }
    }

    /// Equal as JavaScript's `===` has it: 1 and 1.0 are one number.
    #[expect(clippy::float_cmp, reason = "JSONLogic compares numbers exactly")]
    pub(super) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left == right,
            _ => self.float() == other.float(),
        }
    }

    /// The number as a whole one, if it is one within 64 signed bits.
    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Self::Int(whole) => Some(whole),
            Self::Float(float) => whole_signed(float),
        }
    }

    /// The number as JavaScript writes it: `1` and not `1.0`, an exponent from 1e21 on and below 1e-6.
    pub(super) fn text(self) -> String {
        let float = match self {
            Self::Int(whole) => return whole.to_string(),
            Self::Float(float) => float,
        };
        if float.is_infinite() {
            return if float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
        }
        let size = float.abs();
        if float == 0.0 || float.is_nan() {
            return if float.is_nan() { "NaN" } else { "0" }.to_owned();
        }
        if size >= 1e21 {
            return format!("{float:e}").replace('e', "e+");
        }
        if size < 1e-6 {
            return format!("{float:e}");
        }
        float.to_string()
    }
}

/// The nearest double to a whole number.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "rounding to the nearest double is what JSON's one number type asks for, and std has no other spelling"
)]
fn nearest_float(whole: i64) -> f64 {
    whole as f64
}

/// 2^63 and 2^64, the first doubles that do not fit.
const SIGNED_END: f64 = 9_223_372_036_854_775_808.0;
const UNSIGNED_END: f64 = 18_446_744_073_709_551_616.0;

/// A double without a fraction as a signed whole number.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "checked to be whole and within range; std has no other spelling"
)]
pub(super) fn whole_signed(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && (-SIGNED_END..SIGNED_END).contains(&float)).then_some(float as i64)
}

/// A double without a fraction, zero or more, as an unsigned whole number.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and within range; std has no other spelling"
)]
pub(super) fn whole_unsigned(float: f64) -> Option<u64> {
    (float.fract() == 0.0 && (0.0..UNSIGNED_END).contains(&float)).then_some(float as u64)
}

/// The double as a single-precision float, if nothing is lost.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "the conversion back proves that nothing was lost; std has no other spelling"
)]
pub(super) fn exact_single(float: f64) -> Option<f32> {
    let single = float as f32;
    (f64::from(single) == float).then_some(single)
}

/// A text as JavaScript's `Number(text)` reads it: blank is 0, anything else that is no number is NaN.
pub(super) fn from_text(text: &str) -> Num {
    let text = text.trim();
    if text.is_empty() {
        return Num::Int(0);
    }
    if let Ok(whole) = text.parse() {
        return Num::Int(whole);
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let whole = i64::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.starts_with(['+', '-']));
        return whole.map_or(Num::Float(f64::NAN), Num::Int);
    }
    if numeric_prefix(text) == text {
        return Num::Float(text.parse().unwrap_or(f64::NAN));
    }
    Num::Float(match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => f64::NAN,
    })
}

/// A text as JavaScript's `parseFloat(text)` reads it: as far as it is a number.
pub(super) fn from_prefix(text: &str) -> Num {
    let prefix = numeric_prefix(text.trim_start());
    if prefix.is_empty() {
        return Num::Float(f64::NAN);
    }
    from_text(prefix)
}

/// The longest start that is a decimal number; `""` if there is none.
fn numeric_prefix(text: &str) -> &str {
    let bytes = text.as_bytes();
    let digits_from = |start: usize| {
        let rest = bytes.get(start..).unwrap_or_default();
        start + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let signed = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits_from(signed);
    let mut digits = end - signed;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits_from(end + 1);
        digits += fraction - (end + 1);
        end = fraction;
    }
    if digits == 0 {
        return "";
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    text.get(..end).unwrap_or_default()
}
