//! A value in deterministic CBOR, straight into the hash.
//!
//! Source: RFC 8949, 4.2.1 (shortest form, map keys in the order of their encodings), and flagd's decision record
//! "Harden Hashing Consistency And Add Support For Non-string Attributes in Fractional Evaluation": a number without a
//! fraction is an integer within -2^63..2^64-1, and both zeros are the integer 0.

use serde_json::{Map, Value};

use super::murmur::Murmur;
use super::number::{Num, exact_single, whole_signed, whole_unsigned};
use super::value::{Made, Val};

/// Major types.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

pub(super) fn value(hash: &mut Murmur, value: &Val<'_>) {
    match value {
        Val::Null => hash.byte(0xf6),
        Val::Bool(bool) => hash.byte(0xf4 + u8::from(*bool)),
        Val::Num(number) => self::number(hash, *number),
        Val::Text(text) => self::text(hash, text),
        Val::Json(value) => json(hash, value),
        Val::Made(made) => match &**made {
            Made::Text(text) => self::text(hash, text),
            Made::Json(value) => json(hash, value),
            Made::List(items) => {
                array_head(hash, items.len());
                for item in items {
                    self::value(hash, item);
                }
            }
        },
    }
}

#[inline]
pub(super) fn text(hash: &mut Murmur, text: &str) {
    text_head(hash, text.len());
    hash.bytes(text.as_bytes());
}

/// Before the bytes of a text that comes in pieces.
#[inline]
pub(super) fn text_head(hash: &mut Murmur, bytes: usize) {
    head(hash, TEXT, wide(bytes));
}

#[inline]
pub(super) fn array_head(hash: &mut Murmur, items: usize) {
    head(hash, ARRAY, wide(items));
}

fn json(hash: &mut Murmur, value: &Value) {
    match value {
        Value::Array(items) => {
            array_head(hash, items.len());
            for item in items {
                json(hash, item);
            }
        }
        Value::Object(members) => object(hash, members),
        scalar => self::value(hash, &Val::borrow(scalar)),
    }
}

/// The encodings of keys begin with their length, so shorter keys come first.
fn object(hash: &mut Murmur, members: &Map<String, Value>) {
    head(hash, MAP, wide(members.len()));
    let mut ordered: Vec<_> = members.iter().collect();
    ordered.sort_unstable_by_key(|(key, _)| (key.len(), *key));
    for (key, member) in ordered {
        text(hash, key);
        json(hash, member);
    }
}

fn number(hash: &mut Murmur, number: Num) {
    match number {
        Num::Int(whole) => integer(hash, whole),
        Num::Float(float) => match (whole_unsigned(float), whole_signed(float)) {
            (Some(whole), _) => head(hash, UNSIGNED, whole),
            (None, Some(whole)) => integer(hash, whole),
            (None, None) => self::float(hash, float),
        },
    }
}

fn integer(hash: &mut Murmur, whole: i64) {
    match u64::try_from(whole) {
        Ok(whole) => head(hash, UNSIGNED, whole),
        // -1 - n, which is what flipping every bit of a two's complement gives.
        Err(_) => head(hash, NEGATIVE, u64::from_le_bytes((!whole).to_le_bytes())),
    }
}

#[inline]
fn head(hash: &mut Murmur, major: u8, argument: u64) {
    match u8::try_from(argument) {
        Ok(byte) if byte < 24 => hash.byte((major << 5) + byte),
        _ => long_head(hash, major << 5, argument),
    }
}

fn long_head(hash: &mut Murmur, major: u8, argument: u64) {
    if let Ok(byte) = u8::try_from(argument) {
        hash.byte(major + 24);
        hash.byte(byte);
    } else if let Ok(two) = u16::try_from(argument) {
        hash.byte(major + 25);
        hash.bytes(&two.to_be_bytes());
    } else if let Ok(four) = u32::try_from(argument) {
        hash.byte(major + 26);
        hash.bytes(&four.to_be_bytes());
    } else {
        hash.byte(major + 27);
        hash.bytes(&argument.to_be_bytes());
    }
}

fn float(hash: &mut Murmur, float: f64) {
    let Some(single) = exact_single(float) else {
        hash.byte(0xfb);
        return hash.bytes(&float.to_be_bytes());
    };
    if let Some(half) = half(single) {
        hash.byte(0xf9);
        hash.bytes(&half.to_be_bytes());
    } else {
        hash.byte(0xfa);
        hash.bytes(&single.to_be_bytes());
    }
}

/// A single-precision float as the bits of a half-precision one, if nothing is lost.
fn half(single: f32) -> Option<u16> {
    let bits = single.to_bits();
    let sign = u16::try_from(bits >> 31).ok()? << 15;
    let exponent = (bits >> 23) & 0xff;
    let mantissa = bits & 0x007f_ffff;
    let kept = match exponent {
        0 if mantissa == 0 => Some(0),
        // Normal halves: the exponent moves from a bias of 127 to one of 15.
        113..=142 => (mantissa.trailing_zeros() >= 13).then_some(((exponent - 112) << 10) | (mantissa >> 13)),
        // Subnormal halves: multiples of 2^-24.
        103..=112 => {
            let full = mantissa | 0x0080_0000;
            let dropped = 126 - exponent;
            (full.trailing_zeros() >= dropped).then(|| full >> dropped)
        }
        255 => Some(0x7c00 | if mantissa == 0 { 0 } else { 0x200 }),
        _ => None,
    }?;
    Some(sign | u16::try_from(kept).ok()?)
}

#[inline]
fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::murmur::Murmur;
    use super::super::number::Num;
    use super::super::value::Val;

    fn hash_of(value: &Val<'_>) -> u32 {
        let mut hash = Murmur::default();
        super::value(&mut hash, value);
        hash.finish()
    }

    fn hash_of_hex(hex: &str) -> u32 {
        let mut hash = Murmur::default();
        for place in (0..hex.len()).step_by(2) {
            hash.byte(u8::from_str_radix(&hex[place..place + 2], 16).unwrap());
        }
        hash.finish()
    }

    #[test]
    fn values_are_encoded_as_in_the_examples_of_rfc_8949() {
        let cases: [(Value, &str); 22] = [
            (json!(0), "00"),
            (json!(23), "17"),
            (json!(24), "1818"),
            (json!(1000), "1903e8"),
            (json!(1_000_000), "1a000f4240"),
            (json!(1_000_000_000_000_i64), "1b000000e8d4a51000"),
            (json!(-1), "20"),
            (json!(-1000), "3903e7"),
            (json!(1.5), "f93e00"),
            (json!(0.000_061_035_156_25), "f90400"),
            (json!(5.960_464_477_539_063e-8), "f90001"),
            (json!(3.402_823_466_385_288_6e38), "fa7f7fffff"),
            (json!(1.1), "fb3ff199999999999a"),
            (json!(-4.1), "fbc010666666666666"),
            (json!(1.0e300), "fb7e37e43c8800759c"),
            (json!(false), "f4"),
            (json!(null), "f6"),
            (json!("\u{fc}"), "62c3bc"),
            (json!("IETF"), "6449455446"),
            (json!([1, [2, 3], [4, 5]]), "8301820203820405"),
            (json!({ "b": [2, 3], "a": 1 }), "a26161016162820203"),
            (json!(["a", { "b": "c" }]), "826161a161626163"),
        ];
        for (value, hex) in cases {
            assert_eq!(hash_of(&Val::borrow(&value)), hash_of_hex(hex), "{value}");
        }
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        for (float, hex) in [(-0.0, "00"), (1.0, "01"), (-4.0, "23"), (65_504.0, "19ffe0")] {
            assert_eq!(hash_of(&Val::Num(Num::Float(float))), hash_of_hex(hex), "{float}");
        }
        assert_eq!(
            hash_of(&Val::Num(Num::Float(f64::INFINITY))),
            hash_of_hex("f97c00")
        );
    }
}
