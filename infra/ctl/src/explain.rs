//! Why somebody may or may not do something, step by step.

use app::Clock as _;
use domain::account::Account;
use domain::catalog::Model;
use domain::id::{ModelId, UserId};
use limits_flags::features::{Entitlements, Explanation, Facts, Given};
use limits_flags::{Settings, Snapshot};
use serde_json::{Value, json};
use store::rows;
use table::Row;

use crate::arguments::Explain;
use crate::target::Place;
use crate::{Error, Report};

/// Explains what a customer may do: of features, of a model, or of everything.
pub(crate) async fn explain(explain: &Explain) -> Result<Report, Error> {
    let place = explain.target.find().await?;
    let (account, locale) = customer(&place, UserId(explain.user)).await?;
    let now = runtime::SystemClock.now();
    let settings = Settings::new(place.db(), place.output("SettingsTable")?.to_owned());
    let snapshot = settings.reload(now).await?;
    let user = account.user.to_string();
    let facts = Facts {
        user: &user,
        country: None,
        locale: &locale,
        now,
    };
    let entitlements = snapshot.registry.entitlements(&account.standing, facts);
    let model = explain
        .model
        .as_deref()
        .map(|id| find(&snapshot, id))
        .transpose()?;
    let mut wanted: Vec<String> = explain.features.clone();
    if let Some(model) = model {
        let shortest = model.prices.first().map_or(0, |price| price.duration_s);
        let required = snapshot.required(Some(model), explain.seconds.unwrap_or(shortest), explain.photo);
        wanted.extend(required.into_iter().map(str::to_owned));
    } else if wanted.is_empty() {
        wanted.extend(snapshot.registry.features().map(|(key, _)| key.to_owned()));
    }
    let unknown = wanted
        .iter()
        .find(|feature| snapshot.registry.feature(feature).is_none());
    if let Some(feature) = unknown {
        // Its refusal names the nearest one.
        let refused = snapshot.registry.may_say(feature, &Given::switch(true));
        return Err(Error::NotFound(refused.err().unwrap_or_default()));
    }
    let told: Vec<Explanation<'_>> = wanted
        .iter()
        .filter_map(|feature| entitlements.explain(feature))
        .collect();
    Ok(report(explain.user, &entitlements, model, &told))
}

async fn customer(place: &Place, user: UserId) -> Result<(Account, String), Error> {
    let accounts = place.output("AccountsTable")?;
    let item = place.db().get(accounts, rows::account_key(user), true).await?;
    let item = item.ok_or_else(|| Error::NotFound(format!("user {user} has no account")))?;
    let locale = Row(&item).s_opt("locale").unwrap_or_default().to_owned();
    Ok((rows::read_account(&item)?, locale))
}

fn find<'s>(snapshot: &'s Snapshot, id: &str) -> Result<&'s Model, Error> {
    let model = snapshot.model(&ModelId(id.to_owned()));
    model.ok_or_else(|| {
        let known: Vec<&str> = snapshot.models.iter().map(|model| model.id.0.as_str()).collect();
        Error::NotFound(format!("there is no model {id}; there are {}", known.join(", ")))
    })
}

fn report(
    user: i64,
    entitlements: &Entitlements<'_>,
    model: Option<&Model>,
    told: &[Explanation<'_>],
) -> Report {
    let mut lines = vec![format!(
        "user {user}, tier {}",
        entitlements.tier().unwrap_or("none")
    )];
    if let Some(model) = model {
        let sold = if model.enabled {
            "on sale"
        } else {
            "off sale: by its own row, or by its provider's flag"
        };
        lines.push(format!("model {}: {sold}", model.id.0));
    }
    lines.extend(told.iter().map(|one| one.to_string().trim_end().to_owned()));
    let granted = told.iter().all(|one| one.check.has_access) && model.is_none_or(|model| model.enabled);
    let features: Vec<Value> = told.iter().map(|one| json!(one)).collect();
    let json = json!({
        "user": user,
        "tier": entitlements.tier(),
        "model": model.map(|model| json!({"id": model.id.0, "enabled": model.enabled, "requires": model.requires})),
        "granted": granted,
        "features": features,
    });
    Report::new(lines.join("\n"), json)
}
