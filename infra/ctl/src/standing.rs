//! What customers are given and what is taken from them.

use domain::id::UserId;
use domain::standing::{Held, Standing};
use domain::time::Timestamp;
use limits_flags::grants::{self, Change, Listed};
use limits_flags::{By, Office};
use serde_json::{Map, Value, json};
use table::Deadline;

use crate::arguments::said::now;
use crate::arguments::{Country, HeldRows, Overrides, Roles, Strikes};
use crate::registry::{self, PATIENCE};
use crate::show::time;
use crate::target::Target;
use crate::{Error, Report, holders};

/// Tiers, add-ons or plans, by the kind of their rows.
pub(crate) async fn held(kind: &'static str, command: &HeldRows) -> Result<Report, Error> {
    match command {
        HeldRows::Rows(rows) => registry::rows(kind, rows).await,
        HeldRows::Holders {
            name,
            limit,
            after,
            target,
        } => holders::list(kind, name, *limit, *after, target).await,
        HeldRows::Withdraw { name, said, target } => {
            holders::withdraw(kind, name, true, &said.by()?, target).await
        }
        HeldRows::Restore { name, said, target } => {
            holders::withdraw(kind, name, false, &said.by()?, target).await
        }
        HeldRows::Give {
            user,
            name,
            until,
            said,
            target,
        } => {
            let (key, by) = (name.clone(), said.by()?);
            let until = until.map(|until| until.moment(by.at));
            let held = Held { key, until };
            let change = match kind {
                "tier" => Change::Tier(Some(held)),
                "plan" => Change::Plan(Some(held)),
                _ => Change::AddAddon(held),
            };
            carry_out(*user, change, &by, target).await
        }
        HeldRows::Take {
            user,
            name,
            said,
            target,
        } => take(kind, *user, name, &said.by()?, target).await,
    }
}

/// Takes a tier, an add-on or a plan, if that is what the customer holds.
async fn take(kind: &str, user: i64, name: &str, by: &By, target: &Target) -> Result<Report, Error> {
    let office = target.find().await?.office()?;
    let standing = grants::read(&office, UserId(user)).await?;
    let (held, change) = match kind {
        "tier" => (standing.tier.map(|held| held.key), Change::Tier(None)),
        "plan" => (standing.plan.map(|held| held.key), Change::Plan(None)),
        _ => {
            let held = standing.addons.contains_key(name).then(|| name.to_owned());
            (held, Change::RemoveAddon(name.to_owned()))
        }
    };
    if held.as_deref() != Some(name) {
        let holds = held.map_or_else(String::new, |held| format!(" but {held}"));
        return Err(Error::NotFound(format!(
            "user {user} does not hold the {kind} {name}{holds}"
        )));
    }
    changed(&office, user, &change, by).await
}

/// Features settled for single customers.
pub(crate) async fn overrides(command: &Overrides) -> Result<Report, Error> {
    match command {
        Overrides::List {
            feature,
            user: None,
            limit,
            after,
            target,
        } => {
            let office = target.find().await?.office()?;
            let page = grants::overrides(&office, feature.as_deref(), *limit, after.as_deref()).await?;
            Ok(listed(&page.0, page.1.as_deref()))
        }
        Overrides::List {
            user: Some(user),
            target,
            ..
        } => {
            let standing = grants::read(&target.find().await?.office()?, UserId(*user)).await?;
            Ok(of_user(*user, &standing))
        }
        Overrides::Set {
            user,
            feature,
            value,
            until,
            said,
            target,
        } => {
            let by = said.by()?;
            let change = Change::SetOverride {
                feature: feature.clone(),
                body: body(value)?,
                until: until.map(|until| until.moment(by.at)),
            };
            carry_out(*user, change, &by, target).await
        }
        Overrides::Clear {
            user,
            feature,
            said,
            target,
        } => carry_out(*user, Change::ClearOverride(feature.clone()), &said.by()?, target).await,
    }
}

/// Roles of a customer.
pub(crate) async fn roles(command: &Roles) -> Result<Report, Error> {
    let (user, change, said, target) = match command {
        Roles::Add {
            user,
            role,
            said,
            target,
        } => (user, Change::AddRole(role.clone()), said, target),
        Roles::Remove {
            user,
            role,
            said,
            target,
        } => (user, Change::RemoveRole(role.clone()), said, target),
    };
    carry_out(*user, change, &said.by()?, target).await
}

/// The country of a customer.
pub(crate) async fn country(command: &Country) -> Result<Report, Error> {
    let (user, change, said, target) = match command {
        Country::Set {
            user,
            country,
            said,
            target,
        } => (user, Change::Country(Some(country.clone())), said, target),
        Country::Clear { user, said, target } => (user, Change::Country(None), said, target),
    };
    carry_out(*user, change, &said.by()?, target).await
}

/// Refusals of a customer's orders.
pub(crate) async fn strikes(command: &Strikes) -> Result<Report, Error> {
    let Strikes::Clear { user, said, target } = command;
    carry_out(*user, Change::ClearStrikes, &said.by()?, target).await
}

async fn carry_out(user: i64, change: Change, by: &By, target: &Target) -> Result<Report, Error> {
    changed(&target.find().await?.office()?, user, &change, by).await
}

async fn changed(office: &Office, user: i64, change: &Change, by: &By) -> Result<Report, Error> {
    let changed = grants::change(office, UserId(user), change, by, Deadline::after(PATIENCE)).await?;
    let (before, after) = (grants::told(&changed.before), grants::told(&changed.after));
    let written = changed.before != changed.after;
    let text = if written {
        format!("user {user}\n{}", differences(&before, &after).join("\n"))
    } else {
        format!("user {user}: it stands so already, nothing was written")
    };
    let revision = changed.after.revision;
    let json =
        json!({"user": user, "written": written, "revision": revision, "before": before, "after": after});
    Ok(Report::new(text, json))
}

/// A line for everything that is not as it was.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    let gone = gone.map(|(name, value)| format!("  - {name}: {}", plain(value)));
    let come = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value));
    let come = come.map(|(name, value)| match before.get(name) {
        None => format!("  + {name}: {}", plain(value)),
        Some(old) => format!("  ~ {name}: {} -> {}", plain(old), plain(value)),
    });
    gone.chain(come).collect()
}

/// What is held, and until when, in words.
fn plain(value: &Value) -> String {
    let until = value["until_ms"]
        .as_i64()
        .map(|until| format!("until {}", time(Timestamp(until))));
    let key = value["key"].as_str().map(str::to_owned);
    let settled = value.get("value").map(Value::to_string);
    let told: Vec<String> = [key, settled, until].into_iter().flatten().collect();
    match (told.is_empty(), value.is_object()) {
        (false, _) => told.join(" "),
        (true, true) => "for ever".to_owned(),
        (true, false) => value.to_string(),
    }
}

/// A customer's standing, a line each, as `account` shows it.
pub(crate) fn lines(standing: &Standing) -> Vec<String> {
    let told = grants::told(standing);
    told.iter()
        .map(|(name, value)| format!("    {name}: {}", plain(value)))
        .collect()
}

/// An override's body as typed: JSON.
pub(crate) fn body(typed: &str) -> Result<String, Error> {
    let value: Value = serde_json::from_str(typed).map_err(|error| {
        Error::Usage(format!(
            "{typed:?} is no JSON such as true or {{\"enabled\":true}}: {error}"
        ))
    })?;
    Ok(value.to_string())
}

fn listed(page: &[Listed], next: Option<&str>) -> Report {
    let lines = page.iter().map(|one| {
        let until = one
            .until
            .map_or_else(|| "for ever".to_owned(), |until| format!("until {}", time(until)));
        format!(
            "{}  {}  {until}  {} ({})",
            one.feature, one.user, one.by.who, one.by.why
        )
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if page.is_empty() {
        "no overrides".clone_into(&mut text);
    }
    if let Some(next) = next {
        text = format!("{text}\nmore: --after '{next}'");
    }
    let overrides: Vec<Value> = page
        .iter()
        .map(|one| {
            json!({"feature": one.feature, "user": one.user.0, "until_ms": one.until.map(|until| until.0),
                "who": one.by.who, "why": one.by.why, "at_ms": one.by.at.0})
        })
        .collect();
    Report::new(text, json!({"overrides": overrides, "next": next}))
}

fn of_user(user: i64, standing: &Standing) -> Report {
    let at = now();
    let mut told = grants::told(standing);
    told.retain(|name, _| name.starts_with("overrides."));
    let lines = told.iter().map(|(name, value)| {
        let over = value["until_ms"].as_i64().is_some_and(|until| until <= at.0);
        let over = if over { "  (over)" } else { "" };
        format!(
            "{}  {}{over}",
            name.trim_start_matches("overrides."),
            plain(value)
        )
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if told.is_empty() {
        "no overrides".clone_into(&mut text);
    }
    let overrides: Vec<Value> = standing
        .overrides
        .iter()
        .map(|(feature, one)| {
            json!({"feature": feature, "user": user, "value": registry::parsed(&one.body),
                "until_ms": one.until.map(|until| until.0), "why": one.why})
        })
        .collect();
    Report::new(text, json!({"overrides": overrides, "next": null}))
}
