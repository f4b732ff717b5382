//! Who may ask the HTTP API for more than an own answer: machines' keys and administrators.

use domain::id::UserId;
use domain::time::Timestamp;
use limits_flags::access::{ID_BYTES, KeyRow, NewKey, SECRET_BYTES, Scope};
use limits_flags::keyring;
use serde_json::{Value, json};
use table::Deadline;

use crate::arguments::{Admins, Keys};
use crate::registry::PATIENCE;
use crate::show::time;
use crate::{Error, Report};

/// Carries a command about keys out.
pub(crate) async fn keys(command: &Keys) -> Result<Report, Error> {
    match command {
        Keys::Create {
            name,
            scope,
            expires,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let scopes: Vec<Scope> = scope.iter().map(|word| Scope::from(*word)).collect();
            let ends = expires.map(|expires| expires.moment(by.at));
            if name.trim().is_empty() {
                return Err(Error::Usage(
                    "a key needs a name, to be told from the others".to_owned(),
                ));
            }
            if ends.is_some_and(|ends| ends <= by.at) {
                return Err(Error::Usage("--expires: that is over already".to_owned()));
            }
            let key = NewKey::of(
                random::<ID_BYTES>()?,
                random::<SECRET_BYTES>()?,
                name,
                &scopes,
                by.at,
                ends,
            );
            keyring::keep(&office, &key, &by, Deadline::after(PATIENCE)).await?;
            let text = format!(
                "{}\nThis is shown once and stored nowhere; its id is {}",
                key.text, key.id
            );
            let json = json!({"id": key.id, "key": key.text, "name": name, "scopes": scopes, "expires_at_ms": ends.map(|end| end.0)});
            Ok(Report::new(text, json))
        }
        Keys::List { target } => {
            let keys = keyring::read(&target.find().await?.office()?).await?.keys;
            let lines: Vec<String> = keys.iter().map(|(id, row)| line(id, row)).collect();
            let keys: Vec<Value> = keys.iter().map(|(id, row)| as_json(id, row)).collect();
            Ok(Report::new(or_none(&lines, "keys"), json!({"keys": keys})))
        }
        Keys::Revoke { id, said, target } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let row = keyring::revoke(&office, id, &by, Deadline::after(PATIENCE)).await?;
            Ok(Report::new(
                format!("revoked  {}", line(id, &row)),
                json!({"revoked": as_json(id, &row)}),
            ))
        }
    }
}

/// Carries a command about administrators out.
pub(crate) async fn admins(command: &Admins) -> Result<Report, Error> {
    match command {
        Admins::Set {
            user,
            role,
            name,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let deadline = Deadline::after(PATIENCE);
            keyring::appoint(&office, UserId(*user), (*role).into(), name, &by, deadline).await?;
            let word = json!(limits_flags::access::Role::from(*role));
            let text = format!("user {user} is {}", word.as_str().unwrap_or_default());
            Ok(Report::new(
                text,
                json!({"user": user, "role": word, "name": name}),
            ))
        }
        Admins::List { target } => {
            let admins = keyring::read(&target.find().await?.office()?).await?.admins;
            let word = |row: &limits_flags::access::AdminRow| json!(row.role);
            let line = |(id, row): &(String, limits_flags::access::AdminRow)| {
                let line = format!("{id}  {}  {}", word(row).as_str().unwrap_or_default(), row.name);
                line.trim_end().to_owned()
            };
            let lines: Vec<String> = admins.iter().map(line).collect();
            let entry = |(id, row): &(String, limits_flags::access::AdminRow)| json!({"user": id.parse::<i64>().ok(), "role": row.role, "name": row.name});
            let admins: Vec<Value> = admins.iter().map(entry).collect();
            Ok(Report::new(
                or_none(&lines, "administrators"),
                json!({"admins": admins}),
            ))
        }
        Admins::Remove { user, said, target } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let row = keyring::dismiss(&office, UserId(*user), &by, Deadline::after(PATIENCE)).await?;
            let json = json!({"removed": {"user": user, "role": row.role, "name": row.name}});
            Ok(Report::new(
                format!("user {user} is no administrator any more"),
                json,
            ))
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Machine(Box::new(error)))?;
    Ok(bytes)
}

fn line(id: &str, row: &KeyRow) -> String {
    let ends = row
        .expires_at
        .map_or_else(String::new, |end| format!("  until {}", time(Timestamp(end))));
    let scopes = row
        .scopes
        .iter()
        .map(|scope| json!(scope).as_str().unwrap_or_default().to_owned());
    let scopes = scopes.collect::<Vec<_>>().join(" ");
    format!(
        "{id}  {}  {scopes}  since {}{ends}",
        row.name,
        time(Timestamp(row.created_at))
    )
}

fn as_json(id: &str, row: &KeyRow) -> Value {
    json!({"id": id, "name": row.name, "scopes": row.scopes, "created_at_ms": row.created_at, "expires_at_ms": row.expires_at})
}

fn or_none(lines: &[String], what: &str) -> String {
    if lines.is_empty() {
        format!("no {what}")
    } else {
        lines.join("\n")
    }
}
