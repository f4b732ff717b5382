//! Who asks.
//!
//! - A **user** opened the bot's Mini App: `Authorization: tma <init data>`.
//! - An **operator** is such a user with a row `admin#<id>`.
//! - A **machine** sends a key: `Authorization: Bearer nc_<id>_<secret>`, or `X-API-Key`.
//!
//! A key's and an operator's row are read with every request, so that whoever is struck off is out at once; the same read
//! brings the settings' version.

pub mod init_data;
mod operator;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::id::UserId;
use domain::time::Timestamp;
use http::header::AUTHORIZATION;
use http::request::Parts;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use limits_flags::access::{self, KeyRow, Presented, Scope};

use crate::Api;
use crate::problem::Refusal;
use init_data::Visitor;
pub(crate) use operator::{Editor, Operator, Owner, Viewer};

/// The header of keys beside `Authorization`.
const API_KEY: &str = "x-api-key";

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A user of the Mini App.
    User(Visitor),
    /// A machine.
    Machine(Machine),
}

/// A machine with a key that holds.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its key's name.
    pub key: String,
    /// What the key is good for.
    pub row: KeyRow,
    /// The settings' version, read beside the key.
    pub version: u64,
}

/// What was sent to say who asks.
enum Sent<'a> {
    InitData(&'a str),
    Key(&'a str),
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        // A guard in front of the handler has asked already.
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let now = api.now();
        let caller = match identify(parts, api, now).await {
            // Guessing is as limited as asking, by where it comes from: it costs a read.
            Err(Refusal::Unauthorized(why)) => {
                take(api, &format!("ip#{}", source(parts)), now)?;
                return Err(Refusal::Unauthorized(why));
            }
            other => other?,
        };
        if let Self::User(visitor) = &caller {
            tracing::Span::current().record("user", visitor.id.0);
        }
        take(api, &caller.name(), now)?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

async fn identify(parts: &Parts, api: &Api, now: Timestamp) -> Result<Caller, Refusal> {
    match sent(parts)? {
        Sent::InitData(text) => {
            let visitor = api.bot.verify(text, now);
            let visitor = visitor.map_err(|why| Refusal::Unauthorized(why.to_string()))?;
            Ok(Caller::User(visitor))
        }
        Sent::Key(text) => api.machine(text, now).await.map(Caller::Machine),
    }
}

fn take(api: &Api, caller: &str, now: Timestamp) -> Result<(), Refusal> {
    let taken = api.rates.take(caller, now);
    taken.map_err(|retry_after_s| Refusal::TooMany { retry_after_s })
}

fn sent(parts: &Parts) -> Result<Sent<'_>, Refusal> {
    let header = |name: &str| parts.headers.get(name).map(http::HeaderValue::to_str);
    let unreadable = |_| Refusal::Unauthorized("the header with the credentials cannot be read".to_owned());
    let nobody = "send `Authorization: tma <init data>`, `Authorization: Bearer <key>` or `X-API-Key: <key>`";
    let Some(authorization) = header(AUTHORIZATION.as_str()).transpose().map_err(unreadable)? else {
        let key = header(API_KEY).transpose().map_err(unreadable)?;
        return key
            .map(Sent::Key)
            .ok_or_else(|| Refusal::Unauthorized(nobody.to_owned()));
    };
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "tma" => Ok(Sent::InitData(rest.trim())),
        "bearer" => Ok(Sent::Key(rest.trim())),
        _ => Err(Refusal::Unauthorized(nobody.to_owned())),
    }
}

/// Where a request comes from, as Lambda saw it: no header of the caller's.
fn source(parts: &Parts) -> String {
    match parts.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    }
    .unwrap_or_default()
}

impl Api {
    async fn machine(&self, text: &str, now: Timestamp) -> Result<Machine, Refusal> {
        // The same words whatever is wrong: nobody learns which keys there are.
        let unknown = || Refusal::Unauthorized("there is no such key, or it holds no more".to_owned());
        let presented = Presented::parse(text).ok_or_else(unknown)?;
        let (row, version) = self.access(&access::key(presented.id)).await?;
        let row: KeyRow = match row {
            Some(row) => access::read(&row).map_err(|error| Refusal::Broken(Box::new(error)))?,
            None => return Err(unknown()),
        };
        if !row.verify(presented, now) {
            return Err(unknown());
        }
        Ok(Machine {
            key: presented.id.to_owned(),
            row,
            version,
        })
    }
}

impl Caller {
    /// What a caller is called in limits and in the audit.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::User(visitor) => format!("user#{}", visitor.id),
            Self::Machine(machine) => access::key(&machine.key),
        }
    }

    /// The user that this is.
    pub(crate) fn user(&self) -> Result<&Visitor, Refusal> {
        match self {
            Self::User(visitor) => Ok(visitor),
            Self::Machine(_) => {
                let why = "this is for users: open the Mini App, and send its init data";
                Err(Refusal::Forbidden(why.to_owned()))
            }
        }
    }

    /// Whom this caller may evaluate for: a user himself alone, a machine with the scope `evaluate` anybody.
    pub(crate) fn target(&self, key: Option<&str>) -> Result<Option<String>, Refusal> {
        match self {
            Self::User(visitor) => {
                let own = visitor.id.to_string();
                if key.is_some_and(|key| key != own) {
                    let why =
                        "a user may ask only for himself: the targetingKey or `user` must be his own id";
                    return Err(Refusal::Forbidden(why.to_owned()));
                }
                Ok(Some(own))
            }
            Self::Machine(machine) if machine.row.allows(Scope::Evaluate) => Ok(key.map(str::to_owned)),
            Self::Machine(_) => Err(Refusal::Forbidden(
                "this key lacks the scope `evaluate`".to_owned(),
            )),
        }
    }
}

/// The user whom a targeting key names, if it is a user's number as we write it.
pub(crate) fn customer(key: &str) -> Option<UserId> {
    let number: i64 = key.parse().ok()?;
    (number > 0 && number.to_string() == key).then_some(UserId(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request = headers
            .iter()
            .fold(http::Request::get("/"), |request, (name, value)| {
                request.header(*name, *value)
            });
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn credentials_are_read_from_either_header_whatever_the_case_of_their_scheme() {
        let init = |headers: &[(&str, &str)]| match sent(&parts(headers)) {
            Ok(Sent::InitData(text)) => format!("tma {text}"),
            Ok(Sent::Key(text)) => format!("key {text}"),
            Err(_) => "nobody".to_owned(),
        };
        assert_eq!(init(&[("authorization", "tma a=b")]), "tma a=b");
        assert_eq!(init(&[("authorization", "TMA a=b")]), "tma a=b");
        assert_eq!(init(&[("authorization", "Bearer k")]), "key k");
        assert_eq!(init(&[("x-api-key", "k")]), "key k");
        assert_eq!(
            init(&[("authorization", "Basic k"), ("x-api-key", "k")]),
            "nobody"
        );
        assert_eq!(init(&[]), "nobody");
    }

    #[test]
    fn a_user_evaluates_only_for_himself() {
        let anna = Caller::User(Visitor {
            id: UserId(7),
            locale: None,
        });
        assert_eq!(anna.target(None).unwrap().as_deref(), Some("7"));
        assert_eq!(anna.target(Some("7")).unwrap().as_deref(), Some("7"));
        for other in ["8", "07", "", "x"] {
            assert!(
                matches!(anna.target(Some(other)), Err(Refusal::Forbidden(_))),
                "{other}"
            );
        }
    }

    #[test]
    fn a_machine_evaluates_for_anybody_if_its_key_is_good_for_that() {
        let machine = |scopes: &[Scope]| {
            let row = KeyRow {
                name: "site".to_owned(),
                hash: String::new(),
                scopes: scopes.to_vec(),
                created_at: 0,
                expires_at: None,
            };
            Caller::Machine(Machine {
                key: "k".to_owned(),
                row,
                version: 0,
            })
        };
        let good = machine(&[Scope::Evaluate]);
        assert_eq!(good.target(Some("8")).unwrap().as_deref(), Some("8"));
        assert_eq!(good.target(None).unwrap(), None);
        let other = machine(&[Scope::AdminRead, Scope::AdminWrite]);
        assert!(matches!(other.target(Some("8")), Err(Refusal::Forbidden(_))));
    }

    #[test]
    fn only_a_number_as_we_write_it_names_a_customer() {
        assert_eq!(customer("7"), Some(UserId(7)));
        for other in ["0", "-7", "07", "+7", "7a", "", "99999999999999999999"] {
            assert_eq!(customer(other), None, "{other}");
        }
    }
}
