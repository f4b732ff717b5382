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

    /// Starts logs, metrics and traces.
    pub fn telemetry(&self) -> Result<(), Error> {
        // Lambda's own variable, which no template sets; where it is missing nobody wants to know.
        #[allow(clippy::disallowed_methods, reason = "this is where configuration is read")]
        let daemon = std::env::var(crate::rays::DAEMON).ok();
        let daemon = daemon.as_deref().and_then(crate::rays::Daemon::at);
        crate::telemetry::start(self.get("LOG_LEVEL")?, daemon);
        crate::emf::start(self.get("METRICS_NAMESPACE")?);
        Ok(())
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

    /// Where providers are, by their names, and where they take files, by `<name>-uploads`. Whoever is not among them is
    /// where its row says.
    pub fn provider_urls(&self) -> Result<BTreeMap<String, String>, Error> {
        let mut places = listed(self.get("PROVIDER_URLS")?)?;
        places.insert("kie".to_owned(), self.get("KIE_API_URL")?.to_owned());
        places.insert("kie-uploads".to_owned(), self.get("KIE_UPLOAD_URL")?.to_owned());
        Ok(places)
    }

    /// Of those, the ones that the operator has listed.
    pub fn listed_urls(&self) -> Result<BTreeMap<String, String>, Error> {
        listed(self.get("PROVIDER_URLS")?)
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

/// Names with their addresses, separated by commas.
fn listed(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let malformed = || Error::Malformed {
        name: "PROVIDER_URLS".to_owned(),
        expected: "a list of name=address, separated by commas",
    };
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let listed = pairs.map(|pair| {
        let (name, url) = pair.split_once('=').ok_or_else(malformed)?;
        let url = url.trim_end_matches('/');
        let is_url = url.starts_with("https://") || url.starts_with("http://");
        is_url
            .then(|| (name.to_owned(), url.to_owned()))
            .ok_or_else(malformed)
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(listed: &str) -> Result<BTreeMap<String, String>, Error> {
        let given = [
            ("PROVIDER_URLS", listed),
            ("KIE_API_URL", "https://kie"),
            ("KIE_UPLOAD_URL", "https://up"),
        ];
        Config(given.map(|(name, value)| (name, value.to_owned())).into()).provider_urls()
    }

    #[test]
    fn providers_may_be_told_where_they_are() {
        let usual = places("").unwrap();
        assert_eq!(
            (usual["kie"].as_str(), usual["kie-uploads"].as_str()),
            ("https://kie", "https://up")
        );
        assert_eq!(usual.len(), 2);
        let moved = places("kling=http://127.0.0.1:7/, luma=https://l").unwrap();
        assert_eq!(
            (moved["kling"].as_str(), moved["luma"].as_str()),
            ("http://127.0.0.1:7", "https://l")
        );
        for wrong in ["kling", "kling=", "kling=ftp://x"] {
            assert!(matches!(places(wrong), Err(Error::Malformed { .. })), "{wrong}");
        }
    }
}
