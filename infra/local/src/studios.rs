//! The played studios: every other provider that there is, each on a port of its own, and a model for each.

use std::collections::BTreeMap;

use limits_flags::{Document, FlagRow, ModelCostRow, ModelRow};
use played_studios::{Config, Protocol, Studio, google, kling, kling_v1, luma, minimax, vertex};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::door::Door;
use crate::error::Result;
use crate::options::Port;

const PROTOCOLS: [&Protocol; 6] = [
    &kling::PROTOCOL,
    &kling_v1::PROTOCOL,
    &google::PROTOCOL,
    &vertex::PROTOCOL,
    &luma::PROTOCOL,
    &minimax::PROTOCOL,
];
/// What they render, beside what is in the operator's file.
const MODELS: &str = include_str!("../studios.yaml");

/// All of them, reachable and not yet served.
pub(crate) struct Studios(Vec<(&'static str, Studio, Door)>);

impl Studios {
    /// Takes the ports.
    pub(crate) async fn open(render_ms: i64) -> Result<Self> {
        let mut all = Vec::new();
        for protocol in PROTOCOLS {
            let door = Door::open(Port::Any).await?;
            let mut config = Config::new(&door.url, key(protocol));
            config.render_ms = render_ms;
            all.push((protocol.name, Studio::new(protocol, config), door));
        }
        Ok(Self(all))
    }

    /// Where each is, by its name.
    pub(crate) fn urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, _, door)| (*name, door.url.as_str()))
    }

    /// Them, to be looked at.
    pub(crate) fn played(&self) -> Vec<Studio> {
        self.0.iter().map(|(_, studio, _)| studio.clone()).collect()
    }

    /// A line for each: its name, its address and its key.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let line = |(name, _, door): &(&str, Studio, Door)| {
            format!("{name:<8}  {} key {}", door.url, name_of_key(name))
        };
        self.0.iter().map(line)
    }

    /// Serves them, and sends their callbacks.
    pub(crate) fn serve(self, servers: &mut JoinSet<()>) {
        for (_, studio, door) in self.0 {
            door.serve(studio.router(), servers);
            servers.spawn(studio.run());
        }
    }
}

/// Our key at a studio.
fn key(protocol: &Protocol) -> String {
    (protocol.key)(&name_of_key(protocol.name))
}

/// What our key is, or what it is called where it is a long one.
fn name_of_key(name: &str) -> String {
    format!("played-{name}-key-of-this-machine")
}

/// Puts the keys into the secret.
pub(crate) fn keys_into(secret: &mut Value) {
    for protocol in PROTOCOLS {
        secret[format!("{}_api_key", protocol.name)] = json!(key(protocol));
    }
}

#[derive(Deserialize)]
struct Rows {
    flags: BTreeMap<String, FlagRow>,
    models: BTreeMap<String, ModelRow>,
    model_costs: BTreeMap<String, ModelCostRow>,
}

/// Puts a model for each on sale. What the operator's file says of one stays.
pub(crate) fn models_into(document: &mut Document) -> std::result::Result<(), serde_norway::Error> {
    let rows: Rows = serde_norway::from_str(MODELS)?;
    for (name, model) in rows.models {
        document.models.entry(name).or_insert(model);
    }
    for (name, cost) in rows.model_costs {
        document.model_costs.entry(name).or_insert(cost);
    }
    for (name, flag) in rows.flags {
        document.flags.entry(name).or_insert(flag);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_is_a_model_for_each_studio_and_nothing_is_wrong_with_any() {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../settings.yaml");
        let shipped = std::fs::read_to_string(shipped).unwrap();
        let mut document: Document = serde_norway::from_str(&shipped).unwrap();
        models_into(&mut document).unwrap();
        let wrong = limits_flags::problems(&document).unwrap();
        assert_eq!(wrong, []);
        assert_eq!(app::on_sale::inexpressible(&document), []);
        let rendered: BTreeSet<&str> = document
            .models
            .values()
            .map(|model| model.provider.as_str())
            .collect();
        for protocol in PROTOCOLS {
            assert!(rendered.contains(protocol.name), "{}", protocol.name);
        }
        assert!(document.models.values().any(|model| !model.routes.is_empty()));
    }
}
