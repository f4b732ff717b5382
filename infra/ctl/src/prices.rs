//! Models on and off sale, and what they cost.

use domain::payment::Rail;
use limits_flags::throws;
use serde_json::{Value, json};

use crate::arguments::{Models, Prices, Switch};
use crate::registry::{self, change, row, stored};
use crate::show::count;
use crate::{Error, Report};

/// Carries a command about models out.
pub(crate) async fn models(command: &Models) -> Result<Report, Error> {
    match command {
        Models::Rows(rows) => registry::rows("model", rows).await,
        Models::Enable(model) => switch(model, true).await,
        Models::Disable(model) => switch(model, false).await,
        Models::Sample(command) => crate::sample::sample(command).await,
    }
}

async fn switch(model: &Switch, enabled: bool) -> Result<Report, Error> {
    let (by, office) = (model.said.by()?, model.target.find().await?.office()?);
    change(&office, &by, &row("model", &model.name)?, |before| {
        let row = throws::on_sale(Some(existing(before)?), enabled);
        row.map_err(|error| Error::Refused(error.to_string()))
    })
    .await
}

/// Carries a command about prices out.
pub(crate) async fn prices(command: &Prices) -> Result<Report, Error> {
    match command {
        Prices::List { target } => Ok(list(&stored(&target.find().await?.office()?).await?)),
        Prices::Set {
            model,
            seconds,
            credits,
            tokens,
            micro_usd,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let stated = [
                ("credits", Some(u64::from(*credits))),
                ("tokens", *tokens),
                ("micro_usd", *micro_usd),
            ];
            let priced = |before| repriced(before, *seconds, Some(&stated));
            change(&office, &by, &row("model", model)?, priced).await
        }
        Prices::Remove {
            model,
            seconds,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let priced = |before| repriced(before, *seconds, None);
            change(&office, &by, &row("model", model)?, priced).await
        }
    }
}

fn existing(before: Option<Value>) -> Result<Value, Error> {
    before.ok_or_else(|| Error::NotFound("there is no such model".to_owned()))
}

/// A model with a price set in its place, the shortest length first, or without one.
fn repriced(
    before: Option<Value>,
    seconds: u32,
    stated: Option<&[(&str, Option<u64>)]>,
) -> Result<Value, Error> {
    let mut row = existing(before)?;
    let prices = row["prices"].as_array().cloned().unwrap_or_default();
    let of = |price: &Value| price["seconds"].as_u64().unwrap_or_default();
    let mut others: Vec<Value> = prices
        .iter()
        .filter(|price| of(price) != u64::from(seconds))
        .cloned()
        .collect();
    match stated {
        Some(stated) => {
            let same = prices.iter().find(|price| of(price) == u64::from(seconds));
            let mut price = same.cloned().unwrap_or_else(|| json!({ "seconds": seconds }));
            for (field, number) in stated {
                if let Some(number) = number {
                    price[*field] = json!(number);
                }
            }
            others.push(price);
        }
        None if others.len() == prices.len() => {
            return Err(Error::Usage(format!("{seconds} seconds are not on sale anyway")));
        }
        None => {}
    }
    others.sort_by_key(of);
    row["prices"] = json!(others);
    Ok(row)
}

fn list(stored: &limits_flags::Stored) -> Report {
    let (mut lines, mut models) = (Vec::new(), serde_json::Map::new());
    for (name, body) in stored.of_kind("model") {
        let row = registry::parsed(body);
        let prices = row["prices"].as_array().cloned().unwrap_or_default();
        let on_sale = row["enabled"] == json!(true);
        let told = prices.iter().map(|price| {
            let credits = price["credits"].as_u64().unwrap_or_default();
            let also = [("tokens", "tokens"), ("micro_usd", "micro-USD")];
            let also = also
                .iter()
                .filter_map(|(field, unit)| Some(format!(" {} {unit}", price[*field].as_u64()?)));
            let also: String = also.collect();
            let high = price["high"]["credits"].as_u64();
            let high = high.map(|high| format!(" ({} in high quality)", count(high, "credit")));
            let high = high.unwrap_or_default();
            format!("{} s {}{also}{high}", price["seconds"], count(credits, "credit"))
        });
        let off = if on_sale { "" } else { "  (off sale)" };
        lines.push(format!("{name:20}  {}{off}", told.collect::<Vec<_>>().join(", ")));
        models.insert(name.to_owned(), json!({"enabled": on_sale, "prices": prices}));
    }
    let mut told = json!({"version": stored.version, "models": models});
    for kind in ["pack", "plan"] {
        let (of_kind, wares) = in_money(kind, stored);
        lines.extend(of_kind);
        told[format!("{kind}s")] = wares;
    }
    Report::new(lines.join("\n"), told)
}

/// What packs or plans cost, a line each; one without a price is only given.
fn in_money(kind: &str, stored: &limits_flags::Stored) -> (Vec<String>, Value) {
    let (mut lines, mut wares) = (Vec::new(), serde_json::Map::new());
    for (name, body) in stored.of_kind(kind) {
        let row = registry::parsed(body);
        let on = |rail: Rail| {
            let price = row["prices"].get(rail.as_str())?;
            let price = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
            Some(format!("{price} {}", rail.currency().code()))
        };
        let prices: Vec<String> = Rail::ALL.into_iter().filter_map(on).collect();
        let days = row["days"].as_u64().map(|days| count(days, "day"));
        let credits = row["credits"].as_u64().map(|credits| count(credits, "credit"));
        let brings: Vec<String> = [days, credits].into_iter().flatten().collect();
        let off = if row["is_withdrawn"] == json!(true) {
            "  (withdrawn)"
        } else if prices.is_empty() {
            "not sold"
        } else {
            ""
        };
        let id = format!("{kind}:{name}");
        lines.push(format!(
            "{id:24}  {}  {}{off}",
            brings.join(", "),
            prices.join(", ")
        ));
        let [prices, credits, days] = ["prices", "credits", "days"].map(|field| row[field].clone());
        wares.insert(
            name.to_owned(),
            json!({"prices": prices, "credits": credits, "days": days}),
        );
    }
    (lines, Value::Object(wares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_set_in_its_place_and_the_others_stay() {
        let row = json!({"title": "K", "prices": [{"seconds": 5, "credits": 1}, {"seconds": 15, "credits": 4, "x": 1}]});
        let prices = |seconds, credits: Option<u64>| {
            let stated = credits.map(|credits| [("credits", Some(credits))]);
            let stated = stated.as_ref().map(|stated| &stated[..]);
            repriced(Some(row.clone()), seconds, stated).map(|row| row["prices"].clone())
        };
        assert_eq!(
            prices(10, Some(2)).unwrap(),
            json!([{"seconds": 5, "credits": 1}, {"seconds": 10, "credits": 2}, {"seconds": 15, "credits": 4, "x": 1}])
        );
        assert_eq!(
            prices(15, Some(3)).unwrap()[1],
            json!({"seconds": 15, "credits": 3, "x": 1})
        );
        assert_eq!(prices(5, None).unwrap().as_array().unwrap().len(), 1);
        assert!(prices(7, None).is_err());
        assert!(repriced(None, 5, Some(&[])).is_err());
    }
}
