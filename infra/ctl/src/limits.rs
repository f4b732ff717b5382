//! What all customers together have used.

use app::Clock as _;
use domain::limit::{Limit, Total};
use limits_flags::{Settings, SharedLimit};
use serde_json::{Value, json};

use crate::arguments::Limits;
use crate::show::time;
use crate::target::Target;
use crate::{Error, Report, registry};

pub(crate) async fn limits(command: &Limits) -> Result<Report, Error> {
    match command {
        Limits::Rows(rows) => registry::rows("limit", rows).await,
        Limits::Usage { target } => usage(target).await,
    }
}

/// What is used of every limit that all customers share, summed over its rows.
async fn usage(target: &Target) -> Result<Report, Error> {
    let place = target.find().await?;
    let now = runtime::SystemClock.now();
    let settings = Settings::new(place.db(), place.output("SettingsTable")?.to_owned());
    let shared = settings.reload(now).await?.shared_limits();
    let limits: Vec<&Limit> = shared.iter().map(|shared| &shared.limit).collect();
    let totals = place.store()?.totals(&limits, now).await?;
    let used: Vec<(&SharedLimit, &Total)> = shared.iter().zip(&totals).collect();
    let lines: Vec<String> = used.iter().map(|(shared, total)| line(shared, total)).collect();
    let text = if lines.is_empty() {
        "no limit is shared by all customers: a limit's row says so with `shards`".to_owned()
    } else {
        lines.join("\n")
    };
    let json: Vec<Value> = used
        .iter()
        .map(|(shared, total)| as_json(shared, total))
        .collect();
    Ok(Report::new(text, json!({ "limits": json })))
}

fn line(shared: &SharedLimit, total: &Total) -> String {
    let Total {
        used,
        max,
        full_rows,
        rows,
        ..
    } = total;
    let resets = total.resets_at.map(|at| format!(", resets {}", time(at)));
    format!(
        "{} ({}): {used} of {max} used, {} %, {full_rows} of {rows} rows full{}",
        shared.limit.id,
        shared.set_by,
        total.percent(),
        resets.unwrap_or_default()
    )
}

fn as_json(shared: &SharedLimit, total: &Total) -> Value {
    json!({
        "limit_id": shared.limit.id,
        "source": shared.set_by,
        "limit": total.max,
        "used": total.used,
        "remaining": total.left(),
        "share": total.percent(),
        "rows": total.rows,
        "full_rows": total.full_rows,
        "reset_at_ms": total.resets_at.map(|at| at.0),
    })
}
