//! Signed tokens, as the played services look at them.

use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

/// Header and claims of a JWT whose signature is that of this key (PKCS #8, PEM).
pub(crate) fn signed_by_rsa(jwt: &str, pem: &str) -> Option<(Value, Value)> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    let der = STANDARD.decode(lines.collect::<String>()).ok()?;
    let key = RsaKeyPair::from_pkcs8(&der).ok()?;
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref());
    read(jwt, |text, signature| public.verify(text, signature).is_ok())
}

/// The same with a secret that both sides know.
pub(crate) fn signed_by_secret(jwt: &str, secret: &str) -> Option<(Value, Value)> {
    let key = key(secret);
    read(jwt, |text, signature| hmac::verify(&key, text, signature).is_ok())
}

fn read(jwt: &str, is_signed: impl Fn(&[u8], &[u8]) -> bool) -> Option<(Value, Value)> {
    let (text, signature) = jwt.rsplit_once('.')?;
    let (head, claims) = text.split_once('.')?;
    let part = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    is_signed(text.as_bytes(), &signature).then_some((part(head)?, part(claims)?))
}

/// A text that only we can have written.
pub(crate) fn sealed(text: &str, secret: &str) -> String {
    let seal = hmac::sign(&key(secret), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// That text.
pub(crate) fn unsealed<'t>(sealed: &'t str, secret: &str) -> Option<&'t str> {
    let (text, seal) = sealed.split_once('.')?;
    let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
    hmac::verify(&key(secret), text.as_bytes(), &seal)
        .is_ok()
        .then_some(text)
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}
