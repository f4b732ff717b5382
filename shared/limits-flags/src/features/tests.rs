//! The rules of the registry, each by itself.

use std::collections::BTreeMap;

use domain::standing::{Held, Override, Standing};
use domain::time::Timestamp;

use super::*;

mod cascade;
mod explained;
mod gates;
mod guards;
mod raised;
mod reading;
mod used;
mod written;

const NOW: Timestamp = Timestamp(1_795_284_300_000);

/// Seeds 001 and 003: a chat for everybody, videos from premium on, analytics from pro on.
const SEEDS: &str = include_str!("tests/seeds.json");

/// The rows of a document, as they are stored.
fn rows(document: &str) -> Vec<(String, String)> {
    let document: BTreeMap<String, BTreeMap<String, serde_json::Value>> =
        serde_json::from_str(document).unwrap();
    let of_kind = |(kind, rows): (String, BTreeMap<String, serde_json::Value>)| {
        let kind = kind.strip_suffix('s').unwrap().to_owned();
        rows.into_iter()
            .map(move |(key, body)| (format!("{kind}#{key}"), body.to_string()))
    };
    document.into_iter().flat_map(of_kind).collect()
}

fn registry(document: &str) -> Registry {
    let rows = rows(document);
    Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())))
}

fn facts(now: Timestamp) -> Facts<'static> {
    Facts {
        user: "7294618350",
        country: Some("RU"),
        locale: "ru",
        now,
    }
}

/// What is had for ever.
fn of_tier(tier: &str) -> Standing {
    Standing {
        tier: Some(Held {
            key: tier.to_owned(),
            until: None,
        }),
        ..Standing::default()
    }
}

fn with_addon(mut standing: Standing, addon: &str, until: Option<Timestamp>) -> Standing {
    standing.addons.insert(addon.to_owned(), until);
    standing
}

fn with_override(mut standing: Standing, feature: &str, body: &str, until: Option<Timestamp>) -> Standing {
    let settled = Override {
        body: body.to_owned(),
        until,
        why: "promised".to_owned(),
    };
    standing.overrides.insert(feature.to_owned(), settled);
    standing
}
