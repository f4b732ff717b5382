//! `Stripe-Signature`, as stripe-python makes and reads it.

use std::sync::{Arc, Mutex, PoisonError};

use ring::hmac;

/// The header's name.
const HEADER: &str = "Stripe-Signature";

/// The secrets that sign, oldest first: two while one is rolled.
#[derive(Clone)]
pub(super) struct Secrets(Arc<Mutex<Vec<String>>>);

impl Secrets {
    pub(super) fn new(secret: &str) -> Self {
        Self(Arc::new(Mutex::new(vec![secret.to_owned()])))
    }

    pub(super) fn roll(&self, secret: &str) {
        self.with(|secrets| secrets.push(secret.to_owned()));
    }

    pub(super) fn forget_old(&self) {
        self.with(|secrets| {
            let old = secrets.len().saturating_sub(1);
            secrets.drain(..old);
        });
    }

    /// The header for a body at a time in unix seconds.
    pub(super) fn headers(&self, body: &[u8], now_s: i64) -> Vec<(String, String)> {
        let secrets = self.with(|secrets| secrets.clone());
        vec![header(&secrets, body, now_s)]
    }

    fn with<T>(&self, look: impl FnOnce(&mut Vec<String>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `t=…,v1=…`, with one signature for each secret.
pub(super) fn header(secrets: &[String], body: &[u8], now_s: i64) -> (String, String) {
    let signed = [now_s.to_string().as_bytes(), b".", body].concat();
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            format!(",v1={}", hex(hmac::sign(&key, &signed).as_ref()))
        })
        .collect();
    (HEADER.to_owned(), format!("t={now_s}{}", signatures.concat()))
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_that_stripes_own_package_makes() {
        // stripe-python 16.1.0, `WebhookSignature.generate_signature_header`.
        let body = br#"{"id":"evt_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_1","object":"checkout.session","payment_status":"paid"}}}"#;
        let secrets = ["whsec_test_secret".to_owned()];
        assert_eq!(
            header(&secrets, body, 1_760_000_000).1,
            "t=1760000000,v1=1a0227ae27e98e285d5a0ae7f09d566f2faf7117ffdfe1f8f74e3a16f68701b2"
        );
    }
}
