//! Access tokens of a Google service account. Source: developers.google.com/identity/protocols/oauth2/service-account
//! (HTTP/REST), and google-auth, which Google's own libraries use.
//!
//! A token is asked for with a JWT that the account's private key signs, holds for an hour, and is kept in memory until
//! shortly before. It is never written down, nor shown in anything that may be logged.

use std::fmt;
use std::time::Duration;

use domain::time::{Millis, Timestamp};
use reqwest::Client;
use reqwest::header::HeaderValue;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::http::{self, Failed, shortened};
use crate::jwt;
use crate::registry::Now;

/// Where tokens are given out; a JWT is for this place and for no other, wherever it is sent.
pub(super) const TOKEN_PLACE: &str = "https://oauth2.googleapis.com/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// How long a JWT holds; Google takes up to an hour. It is used at once.
const JWT_SECONDS: i64 = 600;
/// A clock that is ahead of Google's by less than this does no harm.
const SKEW_SECONDS: i64 = 10;
/// A token is not used any more so long before its end: longer than any call with it takes.
const RENEWED_BEFORE: Millis = Millis::from_mins(5);

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum NoToken {
    /// The key is not accepted, or is none. An operator has to act.
    Refused {
        /// The HTTP status; 0 if nobody was asked.
        code: u16,
        /// Google's words for it, or ours.
        why: String,
    },
    /// Nobody knows; later there may be one.
    NotNow {
        /// What came instead of an answer.
        why: String,
        /// Seconds, where Google says.
        retry_after_s: Option<u32>,
    },
}

/// Who signs.
pub(super) struct Signer {
    pub(super) email: String,
    pub(super) key_id: Option<String>,
    pub(super) key: RsaKeyPair,
}

impl Signer {
    /// The key of a PEM (PKCS #8), as it stands in a key file.
    pub(super) fn key(pem: &str) -> Option<RsaKeyPair> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
        RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()
    }

    /// What a token is asked for with.
    fn assertion(&self, now: Timestamp) -> Option<String> {
        let header = match &self.key_id {
            Some(key_id) => json!({"alg": "RS256", "typ": "JWT", "kid": key_id}),
            None => json!({"alg": "RS256", "typ": "JWT"}),
        };
        let issued = now.seconds().saturating_sub(SKEW_SECONDS);
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": TOKEN_PLACE,
            "iat": issued,
            "exp": issued.saturating_add(JWT_SECONDS),
        });
        jwt::signed(&header, &claims, |text| {
            let mut signature = vec![0; self.key.public().modulus_len()];
            let random = SystemRandom::new();
            self.key
                .sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                .ok()?;
            Some(signature)
        })
    }
}

/// An account's tokens.
pub(crate) struct Tokens {
    pub(super) http: Client,
    /// Where they are asked for.
    pub(super) place: String,
    pub(super) signer: Signer,
    pub(super) now: Now,
    pub(super) held: Mutex<Option<Held>>,
}

/// A token, as a request's header says it.
pub(super) struct Held {
    bearer: HeaderValue,
    until: Timestamp,
}

impl fmt::Debug for Tokens {
    /// Without the key and the tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// What the token endpoint says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    access_token: Option<String>,
    expires_in: Option<i64>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Tokens {
    /// The header that shows a token that holds for some minutes more. Whoever comes while one is asked for waits for it,
    /// so that one is asked for at a time.
    pub(crate) async fn bearer(&self, timeout: Duration) -> Result<HeaderValue, NoToken> {
        let held_or_new = async {
            let mut held = self.held.lock().await;
            let until = (self.now)().after(RENEWED_BEFORE);
            let good = held.as_ref().filter(|held| until < held.until);
            if let Some(good) = good {
                return Ok(good.bearer.clone());
            }
            let new = self.ask(timeout).await?;
            let bearer = new.bearer.clone();
            *held = Some(new);
            Ok(bearer)
        };
        let late = NoToken::NotNow {
            why: "no access token in time".to_owned(),
            retry_after_s: None,
        };
        tokio::time::timeout(timeout, held_or_new)
            .await
            .unwrap_or(Err(late))
    }

    /// Lets go of a token that was refused before its time. One that has taken its place meanwhile stays.
    pub(crate) async fn forget(&self, refused: &HeaderValue) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|held| held.bearer == *refused) {
            *held = None;
        }
    }

    async fn ask(&self, timeout: Duration) -> Result<Held, NoToken> {
        let asked = (self.now)();
        let unsigned = || NoToken::Refused {
            code: 0,
            why: "the private key signs nothing".to_owned(),
        };
        let assertion = self.signer.assertion(asked).ok_or_else(unsigned)?;
        let form = [("grant_type", GRANT), ("assertion", assertion.as_str())];
        let request = self.http.post(&self.place).form(&form);
        read(http::send(request, timeout).await, asked)
    }
}

fn read(answer: Result<http::Answer<Told>, Failed>, asked: Timestamp) -> Result<Held, NoToken> {
    let not_now = |why, retry_after_s| NoToken::NotNow { why, retry_after_s };
    let answer = answer.map_err(|failed| not_now(failed.into_why(), None))?;
    let (strange, code, retry_after_s) = (answer.strange(), answer.status, answer.retry_after_s);
    let told = answer.envelope.ok_or_else(|| not_now(strange, retry_after_s))?;
    if let (200, Some(token)) = (code, told.access_token) {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut bearer = bearer.map_err(|_| not_now("a token that no header holds".to_owned(), None))?;
        bearer.set_sensitive(true);
        let holds = Millis::from_secs(told.expires_in.unwrap_or_default().clamp(0, 24 * 3600));
        let until = asked.after(holds);
        return Ok(Held { bearer, until });
    }
    let error = told.error.unwrap_or_default();
    let why = shortened(&format!(
        "{error}: {}",
        told.error_description.unwrap_or_default()
    ));
    match code {
        // `invalid_grant` is an account that is gone, a key that is not its own any more, or a clock that is wrong.
        400 | 401 | 403 if !error.is_empty() => Err(NoToken::Refused { code, why }),
        _ => Err(not_now(format!("{code} {why}"), retry_after_s)),
    }
}
