//! How a request over HTTP leaves, once, and in which of three ways it may stay unanswered. The same for every adapter.

#[cfg(feature = "played")]
pub mod played;

use std::error::Error as _;

use reqwest::{RequestBuilder, Response};

/// In which way a request was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It surely had no effect: there was no connection, or no request could be made.
    NotSent,
    /// It may have had its effect: no answer came in time.
    TimedOut,
    /// It may have had its effect: the connection broke.
    Broken,
}

/// A request was not answered, or its answer broke off. Never says the address, which may hold a token.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{why}")]
pub struct Unanswered {
    /// In which way.
    pub silence: Silence,
    /// What happened instead, for the log.
    pub why: String,
}

/// Sends a request once. Its own timeout covers everything up to the last byte of the answer.
pub async fn send(request: RequestBuilder) -> Result<Response, Unanswered> {
    #[cfg(feature = "played")]
    if let Some(outside) = played::outside() {
        return outside.carried(request).await;
    }
    Ok(request.send().await?)
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let silence = if error.is_connect() || error.is_builder() {
            Silence::NotSent
        } else if error.is_timeout() {
            Silence::TimedOut
        } else {
            Silence::Broken
        };
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            why = format!("{why}: {cause}");
            source = cause.source();
        }
        Self { silence, why }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn sent_to(url: &str) -> Unanswered {
        // The other test may have been faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(url).timeout(Duration::from_secs(5));
        send(request).await.unwrap_err()
    }

    #[tokio::test]
    async fn whoever_has_no_connection_has_sent_nothing_and_says_no_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let refused = sent_to(&format!("http://{address}/bot123:token/x")).await;
        assert_eq!(refused.silence, Silence::NotSent);
        assert!(!refused.why.contains("token"), "{refused}");
        assert_eq!(sent_to("no address").await.silence, Silence::NotSent);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_may_have_carried_the_request() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/bot123:token/x", listener.local_addr().unwrap());
        let closes = async { drop(listener.accept().await.unwrap()) };
        let (broken, ()) = tokio::join!(sent_to(&url), closes);
        assert_eq!(broken.silence, Silence::Broken);
        assert!(!broken.why.contains("token"), "{broken}");
    }
}
