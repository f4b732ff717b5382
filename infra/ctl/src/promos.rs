//! Promo codes: the rows of the settings, and what came of each.

use app::Clock as _;
use domain::audit::PromoUses;
use domain::rewards::{Promo, PromoCode};
use limits_flags::Settings;
use serde_json::{Value, json};

use crate::arguments::Promos;
use crate::registry::{self, change, row};
use crate::target::Target;
use crate::{Error, Report};

/// Carries a command about promo codes out.
pub(crate) async fn promos(command: &Promos) -> Result<Report, Error> {
    match command {
        Promos::Rows(rows) => registry::rows("promo", rows).await,
        Promos::Uses { target } => uses(target).await,
        Promos::Stop { name, said, target } => {
            let (row, by) = (row("promo", name)?, said.by()?);
            change(&target.find().await?.office()?, &by, &row, |before| {
                let mut promo = before.ok_or_else(|| Error::NotFound(name.clone()))?;
                promo["stopped"] = json!(true);
                Ok(promo)
            })
            .await
        }
    }
}

/// What every code that there is has given.
async fn uses(target: &Target) -> Result<Report, Error> {
    let place = target.find().await?;
    let now = runtime::SystemClock.now();
    let settings = Settings::new(place.db(), place.output("SettingsTable")?.to_owned());
    let snapshot = settings.reload(now).await?;
    let promos = &snapshot.rewards.promos;
    let codes: Vec<&PromoCode> = promos.keys().collect();
    let used = place.store()?.promo_uses(&codes).await?;
    let of = |code| used.get(code).copied().unwrap_or_default();
    let all: Vec<(&Promo, PromoUses)> = promos.iter().map(|(code, promo)| (promo, of(code))).collect();
    let lines: Vec<String> = all.iter().map(|(promo, uses)| line(promo, *uses)).collect();
    let text = if lines.is_empty() {
        "no promo".to_owned()
    } else {
        lines.join("\n")
    };
    let json: Vec<Value> = all.iter().map(|(promo, uses)| as_json(promo, *uses)).collect();
    Ok(Report::new(text, json!({ "promos": json })))
}

fn line(promo: &Promo, uses: PromoUses) -> String {
    let max = promo.uses_max.map(|max| format!(" of {max}")).unwrap_or_default();
    let stopped = if promo.is_stopped { ", stopped" } else { "" };
    let days = promo.plan.as_ref();
    let days = days.map(|given| format!(", {} days of {} each", given.days, given.plan));
    let days = days.unwrap_or_default();
    format!(
        "{}: used {}{max}, {} credits given{days}{stopped}",
        promo.name, uses.uses, uses.credits
    )
}

fn as_json(promo: &Promo, uses: PromoUses) -> Value {
    json!({
        "code": promo.name,
        "credits": promo.credits.0,
        "plan": promo.plan.as_ref().map(|given| given.plan.as_str()),
        "days": promo.plan.as_ref().map(|given| given.days),
        "used": uses.uses,
        "uses": promo.uses_max,
        "credits_given": uses.credits,
        "stopped": promo.is_stopped,
    })
}
