//! Signed JSON Web Tokens (RFC 7515, 7519), as far as providers want their callers to make them: a header, claims, and a
//! signature over both.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A token of these two parts. `None` if it cannot be signed.
pub(crate) fn signed(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Option<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(text.as_bytes())?);
    Some(format!("{text}.{signature}"))
}
