//! The video providers that the operator has accounts at.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::Clock as _;
use providers::Providers;
use providers::checks::Checker;
use providers::registry::{Access, ROWS, Row};

use crate::clock::SystemClock;
use crate::{Error, Secrets, clients};

/// A provider's key; `None` if it is not in the secret, or is none, of which an operator is told: nobody is to be sold what
/// cannot be ordered with it.
fn key<'a>(row: &Row, secrets: &'a Secrets) -> Option<&'a str> {
    let key = secrets.provider_key(row.name)?;
    let fault = (row.fault_of_key)(key);
    if let Some(why) = fault {
        tracing::error!(name: "provider_without_key", provider = row.name, why, "the key in the secret is none; nothing is ordered with it");
    }
    fault.is_none().then_some(key)
}

/// The providers whose keys are in the secret.
pub fn keyed(secrets: &Secrets) -> impl Iterator<Item = String> + '_ {
    let keyed = ROWS.iter().filter(|row| key(row, secrets).is_some());
    keyed.map(|row| row.name.to_owned())
}

/// An account at each provider whose key is in the secret. One without a key is no error: its models are not rendered.
/// `places` are [`Config::provider_urls`](crate::Config::provider_urls).
pub fn providers(places: &BTreeMap<String, String>, secrets: &Secrets) -> Result<Providers, Error> {
    let http = clients::http_without_pool()?;
    let access = |row: &Row| {
        let place = |name: &str| places.get(name).cloned();
        if secrets.provider_key(row.name).is_none() {
            tracing::info!(name: "provider_without_key", provider = row.name, "no key in the secret; it renders nothing");
        }
        let key = key(row, secrets)?;
        Some(Access {
            http: http.clone(),
            base: place(row.name).unwrap_or_else(|| row.base.to_owned()),
            uploads: place(&format!("{}-uploads", row.name)),
            key: key.to_owned(),
            now: Arc::new(|| SystemClock.now()),
        })
    };
    Ok(Providers::open(access))
}

/// Whoever looks at words and photos before anybody pays: the account for words. `places` are
/// [`Config::listed_urls`](crate::Config::listed_urls).
pub fn checker(places: &BTreeMap<String, String>, secrets: &Secrets) -> Checker {
    let row = &providers::openai::ROW;
    let key = key(row, secrets).map(str::to_owned);
    let base = places
        .get(row.name)
        .cloned()
        .unwrap_or_else(|| row.base.to_owned());
    Checker::new(move || {
        Some(Access {
            http: clients::http().ok()?,
            base: base.clone(),
            uploads: None,
            key: key.clone()?,
            now: Arc::new(|| SystemClock.now()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_none_sells_nothing() {
        let named = |json: &str| keyed(&Secrets::parse(json, "arn").unwrap()).collect::<Vec<_>>();
        let good = r#"{"klingv1_api_key":"0123456789abcdef:0123456789abcdef"}"#;
        assert_eq!(named(good), ["klingv1"]);
        let halves = r#"{"klingv1_api_key":"0123456789abcdef","luma_api_key":"0123456789abcdef"}"#;
        assert_eq!(named(halves), ["luma"]);
        assert_eq!(
            named(r#"{"vertex_api_key":"{\"client_email\":\"0123456789abcdef\"}"}"#),
            Vec::<String>::new()
        );
    }
}
