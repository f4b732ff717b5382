//! The video providers that the operator has accounts at.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::Clock as _;
use providers::Providers;
use providers::registry::{Access, ROWS, Row};

use crate::clock::SystemClock;
use crate::{Error, Secrets, clients};

/// The providers whose keys are in the secret.
pub fn keyed(secrets: &Secrets) -> impl Iterator<Item = String> + '_ {
    let keyed = ROWS.iter().filter(|row| secrets.provider_key(row.name).is_some());
    keyed.map(|row| row.name.to_owned())
}

/// An account at each provider whose key is in the secret. One without a key is no error: its models are not rendered.
/// `places` are [`Config::provider_urls`](crate::Config::provider_urls).
pub fn providers(places: &BTreeMap<String, String>, secrets: &Secrets) -> Result<Providers, Error> {
    let http = clients::http_without_pool()?;
    let access = |row: &Row| {
        let place = |name: &str| places.get(name).cloned();
        let Some(key) = secrets.provider_key(row.name) else {
            tracing::info!(name: "provider_without_key", provider = row.name, "no key in the secret; it renders nothing");
            return None;
        };
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
