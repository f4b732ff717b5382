//! What a day's models cost, and by whose word.

use limits_flags::Document;
use reckoning::{Made, Prices};
use serde_json::json;

use super::{DAY_MS, HOUR_MS, MOSCOW_MS, Stage, clock};
use crate::error::{Error, Result};

/// The rates that the reckoning knows, what models cost, and a limit that some come up against. One model is dearer from
/// noon on, and of one, [`super::plan::OF_UNKNOWN_COST`], nobody says what it costs.
pub(super) fn settings(document: &mut Document) {
    let rates = json!({
        "rub_per_usd": [{"rate": "80.00"}], "rub_per_star": [{"rate": "1.04"}], "billed_units": {"kie": "0.005"},
    });
    document.costs = serde_json::from_value(rates).ok();
    // They are applied in the hour before the day.
    let day = ((clock::now_ms() + MOSCOW_MS).div_euclid(DAY_MS) + 1) * DAY_MS - MOSCOW_MS;
    let noon = domain::time::Timestamp(day + 12 * HOUR_MS).rfc3339();
    for (model, provider) in [
        ("played-kling", "kling"),
        ("played-omni", "google"),
        ("played-minimax", "minimax"),
    ] {
        let mut rates = vec![json!({"unit": "second", "usd": "0.05"})];
        if provider == "google" {
            rates.push(json!({"unit": "second", "usd": "0.08", "from": noon}));
        }
        let row = json!({"provider": provider, "category": "video_gen", "rates": rates});
        if let Ok(row) = serde_json::from_value(row) {
            document.model_costs.insert(model.to_owned(), row);
        }
    }
    if let Some(limit) = document
        .models
        .get_mut("voice")
        .and_then(|model| model.limit.as_mut())
    {
        limit.max = 3;
    }
}

impl Stage {
    /// What the settings' rows say that models cost, and what the played KIE.AI has billed.
    pub(super) async fn prices(&self) -> Result<Prices> {
        let aws = self.cloud.local().aws();
        aws.table_name("SettingsTable")?;
        let name = |table: &str| aws.table_name(table).unwrap_or_default().to_owned();
        let kie = self.cloud.kie();
        let kie = kie.ok_or_else(|| Error::Day("KIE.AI is not played".to_owned()))?;
        let made = kie.tasks().into_iter().filter_map(|task| {
            let job = task.callback_parameter("job")?.to_owned();
            let billed = task.billed;
            (task.state == played_kie::State::Success).then_some(Made { job, billed })
        });
        Ok(Prices::read(&self.db, name, made.collect()).await)
    }
}
