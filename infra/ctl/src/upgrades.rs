//! Requests for features, decided.

use domain::id::UserId;
use limits_flags::upgrade::{self, Asked, Decided, Request};
use serde_json::{Value, json};
use table::Deadline;

use crate::arguments::Upgrades;
use crate::registry::PATIENCE;
use crate::show::time;
use crate::standing::body;
use crate::{Error, Report};

/// Carries a command out.
pub(crate) async fn upgrades(command: &Upgrades) -> Result<Report, Error> {
    match command {
        Upgrades::List {
            user,
            limit,
            after,
            target,
        } => {
            let office = target.find().await?.office()?;
            let (requests, next) = match user {
                Some(user) => (upgrade::of_user(&office, UserId(*user)).await?, None),
                None => upgrade::open(&office, *limit, after.as_deref()).await?,
            };
            Ok(listed(&requests, next.as_deref()))
        }
        Upgrades::Ask {
            user,
            feature,
            note,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let deadline = Deadline::after(PATIENCE);
            asked(upgrade::ask(&office, UserId(*user), feature, note, &by, deadline).await?)
        }
        Upgrades::Approve {
            user,
            feature,
            value,
            until,
            said,
            target,
        } => {
            let (by, value) = (said.by()?, body(value)?);
            let until = until.map(|until| until.moment(by.at));
            let office = target.find().await?.office()?;
            let user = UserId(*user);
            let deadline = Deadline::after(PATIENCE);
            let decided = upgrade::approve(&office, user, feature, &value, until, &by, deadline).await?;
            told(decided, user, feature)
        }
        Upgrades::Deny {
            user,
            feature,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let user = UserId(*user);
            let decided = upgrade::deny(&office, user, feature, &by, Deadline::after(PATIENCE)).await?;
            told(decided, user, feature)
        }
    }
}

fn asked(asked: Asked) -> Result<Report, Error> {
    let (request, noted) = match asked {
        Asked::Noted(request) => (request, true),
        Asked::Before(request) => (request, false),
        Asked::TooMany => {
            let why = format!(
                "{} requests of this customer wait already; decide some first",
                upgrade::OPEN_MAX
            );
            return Err(Error::Refused(why));
        }
    };
    let text = if noted {
        line(&request)
    } else {
        format!("asked for before: {}", line(&request))
    };
    Ok(Report::new(
        text,
        json!({"noted": noted, "request": as_json(&request)}),
    ))
}

/// Deciding again is no error if the same was said; it is, if the other.
fn told(decided: Decided, user: UserId, feature: &str) -> Result<Report, Error> {
    let (request, done) = match decided {
        Decided::Done(request) => (request, true),
        Decided::Before(request) => (request, false),
        Decided::NoRequest => {
            return Err(Error::NotFound(format!(
                "user {user} has not asked for {feature}"
            )));
        }
    };
    let text = if done {
        line(&request)
    } else {
        format!("decided before, nothing was written: {}", line(&request))
    };
    let json = json!({"decided": done, "request": as_json(&request)});
    Ok(Report::verdict(done, text, json))
}

fn listed(requests: &[Request], next: Option<&str>) -> Report {
    let mut text = requests.iter().map(line).collect::<Vec<_>>().join("\n");
    if requests.is_empty() {
        "no requests".clone_into(&mut text);
    }
    if let Some(next) = next {
        text = format!("{text}\nmore: --after '{next}'");
    }
    let requests: Vec<Value> = requests.iter().map(as_json).collect();
    Report::new(text, json!({"requests": requests, "next": next}))
}

fn line(request: &Request) -> String {
    let note = if request.note.is_empty() {
        String::new()
    } else {
        format!("  {:?}", request.note)
    };
    let decided = request.decided.as_ref();
    let decided = decided.map_or_else(String::new, |by| {
        format!(" by {} on {} ({})", by.who, time(by.at), by.why)
    });
    let (asked_at, status) = (time(request.asked_at), request.status.as_str());
    format!(
        "{asked_at}  {}  {}  {status}{decided}{note}",
        request.user, request.feature
    )
}

fn as_json(request: &Request) -> Value {
    let decided = request.decided.as_ref();
    json!({
        "user": request.user.0,
        "feature": request.feature,
        "status": request.status.as_str(),
        "asked_at_ms": request.asked_at.0,
        "note": request.note,
        "decided": decided.map(|by| json!({"who": by.who, "why": by.why, "at_ms": by.at.0})),
    })
}
