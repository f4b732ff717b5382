//! Stripe's events: signed, doubled, late and in any order. What they are about is believed after the signature; how it
//! stands is asked all the same.

use ring::hmac;
use serde_json::Value;

use super::read::text;

/// How old a signature may be, in seconds, and how far ahead of us its clock.
pub const TOLERANCE_S: i64 = 300;
/// Signatures of one header that are looked at: two while a secret is rolled.
const SIGNATURES_MAX: usize = 8;

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A Checkout session, by its name.
    Session(String),
    /// A payment intent, by its name.
    Payment(String),
}

impl Notice {
    /// Reads an event; `None` if it is about nothing that we wait for.
    pub fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let object = body.pointer("/data/object")?;
        let kind = text(&body, "/type")?;
        if kind.starts_with("checkout.session.") {
            return text(object, "/id").map(|id| Self::Session(id.to_owned()));
        }
        // A charge, a refund and a dispute each name their payment intent.
        let about = ["charge.", "refund.", "payment_intent."];
        about
            .iter()
            .any(|prefix| kind.starts_with(prefix))
            .then_some(())?;
        let payment = match text(object, "/object")? {
            "payment_intent" => text(object, "/id")?,
            _ => text(object, "/payment_intent")?,
        };
        Some(Self::Payment(payment.to_owned()))
    }
}

/// The header `Stripe-Signature`.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    header: &'a str,
}

impl<'a> Signature<'a> {
    /// A header as it came.
    pub fn new(header: &'a str) -> Self {
        Self { header }
    }

    /// Whether one of its `v1` signatures is of this very body, made with this secret, and recent. Takes the same time
    /// wherever a signature differs. `now_s` is unix seconds.
    pub fn is_of(self, body: &[u8], secret: &str, now_s: i64) -> bool {
        let pairs = || self.header.split(',').filter_map(|pair| pair.split_once('='));
        let stated = || pairs().filter(|(name, _)| *name == "t").map(|(_, at)| at);
        // Said twice, it would be anybody's guess which of them was signed.
        let (Some(at), None) = (stated().next(), stated().nth(1)) else {
            return false;
        };
        let near = at.parse::<i64>().ok().and_then(|at| now_s.checked_sub(at));
        if secret.is_empty() || near.is_none_or(|age| age.unsigned_abs() > TOLERANCE_S.unsigned_abs()) {
            return false;
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [at.as_bytes(), b".", body].concat();
        pairs()
            .filter(|(name, _)| *name == "v1")
            .take(SIGNATURES_MAX)
            .filter_map(|(_, hex)| unhex(hex))
            .any(|signature| hmac::verify(&key, &signed, &signature).is_ok())
    }
}

/// Reads 64 hexadecimal digits in small letters, as Stripe writes them.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    };
    let bytes: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (out, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        let (high, low) = (digit(*pair.first()?)?, digit(*pair.get(1)?)?);
        *out = high << 4 | low;
    }
    Some(out)
}
