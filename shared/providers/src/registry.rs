//! The providers that there are, a row each. To add one: its module, its row here, and its played server.

use std::{collections::BTreeMap, fmt, sync::Arc};

use domain::time::Timestamp;

use crate::{
    Form, Provider, Unsupported, VideoOrder, files::Pass, google, kie, kling, luma, minimax, openai, vertex,
};

/// What time it is, for what a provider wants signed anew before it runs out.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a callback says, as far as it is believed: nothing but a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The task that it is about.
    pub task_id: String,
    /// Whether it may have ended. Some providers call with every change.
    pub is_over: bool,
}

/// From the task, the timestamp, the signature, the key, and now in unix seconds.
pub type SignatureCheck = fn(&str, &str, &str, &str, i64) -> bool;

/// A provider, as far as it is known without its key.
pub struct Row {
    /// The name by which rows of settings choose it; `<name>_api_key` is its key's in the secret.
    pub name: &'static str,
    /// Where its API is, without a closing slash.
    pub base: &'static str,
    /// Its request forms.
    pub forms: &'static [Form],
    /// Whether it can be asked what became of an order by our own name of it.
    pub finds: bool,
    /// What a callback's body says.
    pub notice: fn(&[u8]) -> Option<Notice>,
    /// Whether a callback is signed, where the provider signs.
    pub is_signed: Option<SignatureCheck>,
    /// Whether it calls once a render is over. Where it does not, the first poll is what delivers.
    pub calls_back: bool,
    /// What is wrong with a key; nothing of that is quoted. A key of which this says something opens no account.
    pub fault_of_key: fn(&str) -> Option<&'static str>,
    /// An account there.
    pub open: fn(Access) -> Arc<dyn Provider>,
}

/// What it takes to reach a provider.
#[derive(Clone)]
pub struct Access {
    /// It must send a User-Agent, must follow no redirects (they would see the key), and should keep no idle connections across a freeze of the Lambda: an order written to a
    /// dead one ends as [`Create::Unknown`](crate::Create::Unknown), and its customer waits for nothing.
    pub http: reqwest::Client,
    /// Where its API is.
    pub base: String,
    /// Where files are handed over, for a provider that has another host for that.
    pub uploads: Option<String>,
    /// The account's key.
    pub key: String,
    /// The clock.
    pub now: Now,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Every provider.
pub const ROWS: &[Row] = &[
    kie::ROW,
    kling::ROW,
    kling::v1::ROW,
    google::ROW,
    vertex::ROW,
    luma::ROW,
    minimax::ROW,
    openai::ROW,
];

/// The provider of this name; `None` if there is none.
pub fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

impl Row {
    /// The request form of this name; `None` if the provider has none. A form whose name ends with a slash is for any model,
    /// whose own name follows.
    pub fn form(&self, name: &str) -> Option<&'static Form> {
        let fits =
            |form: &&Form| form.name == name || form.name.ends_with('/') && name.starts_with(form.name);
        self.forms.iter().find(fits)
    }

    /// Whether the provider could be asked for this, and if not, why.
    pub fn check(&self, order: &VideoOrder) -> Result<(), Unsupported> {
        self.form(&order.family).ok_or(Unsupported::Family)?.check(order)
    }
}

/// The request form of a provider's family; `None` if there is none.
pub fn form(provider: &str, family: &str) -> Option<&'static Form> {
    row(provider)?.form(family)
}

/// The accounts that the operator has.
#[derive(Clone, Debug, Default)]
pub struct Providers(BTreeMap<&'static str, Arc<dyn Provider>>);

impl Providers {
    /// Those for which there is a way in, with a key that is one.
    pub fn open(access: impl Fn(&Row) -> Option<Access>) -> Self {
        let opened = ROWS.iter().filter_map(|row| {
            let access = access(row).filter(|access| (row.fault_of_key)(&access.key).is_none())?;
            Some((row.name, (row.open)(access)))
        });
        Self(opened.collect())
    }

    /// The account at this provider; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<&dyn Provider> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// What opens the files of those that do not give them out to everybody.
    pub fn passes(&self) -> impl Iterator<Item = Pass> + '_ {
        self.0.values().filter_map(|provider| provider.pass())
    }

    /// The names of those that there are.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_and_their_forms_are_found_by_names_that_are_written_once() {
        for row in ROWS {
            let all = ROWS.iter().filter(|other| other.name == row.name);
            assert_eq!(all.count(), 1, "{}", row.name);
            assert!(row.base.starts_with("https://") && !row.base.ends_with('/'));
            for form in row.forms {
                assert_eq!(super::form(row.name, form.name), Some(form));
                assert!(form.retired || form.caps.text() || form.caps.image(), "{form:?}");
            }
        }
        assert_eq!(form("kie", "kling-9"), None);
        assert_eq!(form("kie", "kling-3.0-more"), None);
        assert!(form("openai", "chat/any").is_some() && form("openai", "any").is_none());
        assert!(row("whim").is_none());
    }

    #[test]
    fn a_provider_without_a_way_in_is_not_there() {
        let access = |row: &Row| {
            (row.name == "kie").then(|| Access {
                http: reqwest::Client::new(),
                base: row.base.to_owned(),
                uploads: None,
                key: "SECRET".to_owned(),
                now: Arc::new(|| Timestamp(0)),
            })
        };
        one_request::choose_crypto();
        let some = Providers::open(access);
        assert_eq!(some.names().collect::<Vec<_>>(), ["kie"]);
        assert_eq!(some.get("kie").map(Provider::name), Some("kie"));
        assert!(!format!("{some:?}").contains("SECRET"));
        assert!(Providers::default().get("kie").is_none());
    }

    #[test]
    fn a_key_that_is_none_opens_no_account() {
        one_request::choose_crypto();
        let opened = |name: &'static str, key: &str| {
            let some = Providers::open(|row| {
                (row.name == name).then(|| Access {
                    http: reqwest::Client::new(),
                    base: row.base.to_owned(),
                    uploads: None,
                    key: key.to_owned(),
                    now: Arc::new(|| Timestamp(0)),
                })
            });
            some.names().count() == 1
        };
        assert!(opened("klingv1", "access:secret"));
        for none in ["access", ":secret", "access:", ""] {
            assert!(!opened("klingv1", none), "{none}");
        }
        assert!(!opened("vertex", r#"{"client_email": "bot@p"}"#) && !opened("vertex", "hunter2"));
    }
}
