//! The environment, read once. A function declares which variables it reads (`ENVIRONMENT` in its `lib.rs`), and
//! `tests/tidy` holds that list against the template, both ways.

use std::collections::BTreeMap;

use store::Tables;

use crate::Error;

/// The variables that a function declares.
#[derive(Clone, Debug)]
pub struct Config(BTreeMap<&'static str, String>);

impl Config {
    /// Reads them all. One that is missing is reported now, not at the first event that needs it.
    pub fn read(names: &[&'static str]) -> Result<Self, Error> {
        #[allow(clippy::disallowed_methods, reason = "this is where configuration is read")]
        let value = |name: &&'static str| {
            std::env::var(name)
                .map(|value| (*name, value))
                .map_err(|_| Error::Missing((*name).to_owned()))
        };
        names.iter().map(value).collect::<Result<_, _>>().map(Self)
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Error::Undeclared(name.to_owned()))
    }

    /// The names of the tables with money in them.
    pub fn tables(&self) -> Result<Tables, Error> {
        let table = |name: &str| self.get(name).map(str::to_owned);
        Ok(Tables {
            accounts: table("ACCOUNTS_TABLE")?,
            ledger: table("LEDGER_TABLE")?,
            usage: table("USAGE_TABLE")?,
            jobs: table("JOBS_TABLE")?,
            requests: table("AI_REQUESTS_TABLE")?,
        })
    }

    /// A list of chats, separated by commas; may be empty.
    pub fn chats(&self, name: &str) -> Result<Vec<i64>, Error> {
        let chats = self
            .get(name)?
            .split(',')
            .map(str::trim)
            .filter(|chat| !chat.is_empty());
        let malformed = || Error::Malformed {
            name: name.to_owned(),
            expected: "a list of chat numbers",
        };
        chats.map(|chat| chat.parse().map_err(|_| malformed())).collect()
    }
}
