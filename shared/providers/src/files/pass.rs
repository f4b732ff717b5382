//! What opens the files of a provider that gives them out to its account alone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response, Url};

use super::Verdict;
use crate::vertex::{NoToken, Tokens};

/// A header for one host, and for no other: neither one that a file's address is made to look like, nor one that it leads on to.
#[derive(Clone)]
pub struct Pass {
    http: Client,
    place: Url,
    /// How the path of each of those files begins.
    below: String,
    header: HeaderName,
    key: Key,
}

/// What the header says.
#[derive(Clone)]
enum Key {
    Fixed(HeaderValue),
    /// It runs out, and is asked for anew.
    Token(Arc<Tokens>),
}

impl fmt::Debug for Pass {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("place", &self.place.as_str())
            .finish_non_exhaustive()
    }
}

impl Pass {
    /// For the host at `base`. `http` must follow no redirects: it would show the key to whoever they lead to. `None` if
    /// these make no request.
    pub(crate) fn new(http: Client, base: &str, header: &'static str, key: &str) -> Option<Self> {
        let mut key = HeaderValue::from_str(key).ok()?;
        key.set_sensitive(true);
        Some(Self {
            http,
            place: Url::parse(base).ok()?,
            below: "/".to_owned(),
            header: HeaderName::from_static(header),
            key: Key::Fixed(key),
        })
    }

    /// The same for files below this address, which a token opens.
    pub(crate) fn by_token(http: Client, place: &str, tokens: Arc<Tokens>) -> Option<Self> {
        let place = Url::parse(place).ok()?;
        Some(Self {
            http,
            below: place.path().to_owned(),
            place,
            header: AUTHORIZATION,
            key: Key::Token(tokens),
        })
    }

    /// Whether a file is one of those.
    pub(super) fn opens(&self, url: &str) -> bool {
        let ours = |url: Url| url.origin() == self.place.origin() && url.path().starts_with(&self.below);
        Url::parse(url).is_ok_and(ours)
    }

    /// What the header says now, or what it means for a file that nobody knows.
    pub(super) async fn key(&self, timeout: Duration) -> Result<HeaderValue, Verdict> {
        match &self.key {
            Key::Fixed(key) => Ok(key.clone()),
            Key::Token(tokens) => tokens.bearer(timeout).await.map_err(|no| match no {
                NoToken::Refused { code, why } => Verdict::Barred { code, why },
                NoToken::NotNow { why, .. } => Verdict::NoAnswer(why),
            }),
        }
    }

    /// Lets go of what was refused; whether there may be another.
    pub(super) async fn is_renewed(&self, refused: &HeaderValue) -> bool {
        match &self.key {
            Key::Fixed(_) => false,
            Key::Token(tokens) => {
                tokens.forget(refused).await;
                true
            }
        }
    }

    /// A request that shows the key.
    pub(super) fn get(&self, url: &str, key: &HeaderValue) -> reqwest::RequestBuilder {
        self.http.get(url).header(&self.header, key)
    }
}

/// Where an answer leads on to.
pub(super) fn led_on(answer: &Response) -> Option<Url> {
    let to = answer.headers().get(LOCATION)?.to_str().ok()?;
    let to = answer.url().join(to).ok()?;
    (answer.status().is_redirection() && matches!(to.scheme(), "https" | "http")).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_for_one_host_whatever_an_address_looks_like() {
        one_request::choose_crypto();
        let pass = Pass::new(Client::new(), "https://files.example/v1", "x-key", "SECRET").unwrap();
        assert!(pass.opens("https://files.example/a.mp4") && pass.opens("https://files.example:443/a"));
        for other in [
            "http://files.example/a.mp4",
            "https://files.example:8443/a.mp4",
            "https://files.example.evil/a.mp4",
            "https://files.example@evil/a.mp4",
            "https://evil/https://files.example/a.mp4",
            "no address",
        ] {
            assert!(!pass.opens(other), "{other}");
        }
        assert!(!format!("{pass:?}").contains("SECRET"));
        assert!(Pass::new(Client::new(), "https://x", "x-key", "a\nb").is_none());
    }
}
