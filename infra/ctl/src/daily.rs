//! The operator's report of a day or a week, from the tables: the same that the bot sends every morning.

use app::report::{Reporter, chart, not_over, text, zone};
use app::texts::{Locale, Say};
use domain::report::{Business, CreditPrice, Flow, Period, Span};
use domain::time::Timestamp;
use limits_flags::Settings;
use serde_json::{Map, Value, json};

use crate::arguments::DailyReport;
use crate::requests::shown;
use crate::{Error, Report};

/// Gathers it and says it; with a picture, where one is wanted.
pub(crate) async fn report(asked: &DailyReport) -> Result<Report, Error> {
    let env = runtime::env();
    let period = period(asked, env.now())?;
    let place = asked.target.find().await?;
    let reporter = Reporter {
        requests: place.requests()?,
        payments: place.payments()?,
        notes: place.store()?.notes(),
        settings: Settings::new(place.db(), place.output("SettingsTable")?.to_owned()),
        env,
    };
    let over = period.until <= reporter.env.now();
    let business = reporter.gather(period).await?;
    let say = Say::in_(Locale::of(Some(&asked.language)));
    if let Some(file) = &asked.picture {
        let drawn = chart(say, &business).png();
        let drawn = drawn.map_err(|error| Error::Usage(format!("the picture cannot be drawn: {error}")))?;
        std::fs::write(file, drawn)
            .map_err(|error| Error::Usage(format!("{} cannot be written: {error}", file.display())))?;
    }
    let mut words = plain(&text(say, &business));
    if !over {
        words.push_str("\n\n! ");
        words.push_str(&not_over(say));
    }
    Ok(Report::verdict(
        business.is_whole(),
        words,
        as_json(&business, over),
    ))
}

fn period(asked: &DailyReport, now: Timestamp) -> Result<Period, Error> {
    let span = if asked.week { Span::Week } else { Span::Day };
    let period = match &asked.day {
        Some(day) => Period::of(span, &zone(), day),
        None => Period::ended(span, &zone(), now),
    };
    period.ok_or_else(|| {
        let day = asked.day.as_deref().unwrap_or_default();
        Error::Usage(format!("{day:?} is no day such as 2026-11-22"))
    })
}

/// Without the marks of HTML.
fn plain(html: &str) -> String {
    let marks = [
        ("<b>", ""),
        ("</b>", ""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    marks
        .iter()
        .fold(html.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

fn as_json(business: &Business, over: bool) -> Value {
    let (period, sums, takings) = (&business.period, &business.sums, &business.takings);
    let flow =
        |flow: &Flow| json!({"times": flow.times, "sum": flow.sum, "of_earlier_payments": flow.earlier});
    let tills: Vec<Value> = takings
        .tills
        .iter()
        .map(|((rail, currency), till)| {
            json!({"rail": rail.as_str(), "currency": currency.code(), "came": flow(&till.came),
                "accepted": flow(&till.accepted), "refunded": flow(&till.refunded),
                "charged_back": flow(&till.charged_back), "ours_again": flow(&till.again)})
        })
        .collect();
    let models: Vec<Value> = sums
        .dearest()
        .iter()
        .map(|(model, tally)| {
            let mut row = shown::as_json(tally);
            let by_credits = sums.by_credits.get(*model);
            row["model"] = json!(model.0);
            row["by_credits"] = json!(by_credits.map(shown::as_json));
            row["by_plans"] = json!(sums.by_plans.get(*model).map(shown::as_json));
            row["margin_kopecks"] = json!(by_credits.map(|tally| business.margin(tally)));
            row
        })
        .collect();
    let plan = |plan: &str| {
        json!({"brings_kopecks": business.rates.sum(&business.plan_brought(plan)),
            "margin_kopecks": business.plan_margin(plan), "with_credits": business.credit.plans.contains(plan)})
    };
    let plans = business.plans().into_iter();
    let plans: Map<String, Value> = plans.map(|name| (name.to_owned(), plan(name))).collect();
    let losses: Vec<Value> = business
        .losses()
        .iter()
        .map(|(bearer, loss)| json!({"user": bearer.user.0, "plan": bearer.plan, "loss_kopecks": loss}))
        .collect();
    let credit = json!({"days": CreditPrice::DAYS, "paid_kopecks": business.rates.sum(&business.credit.paid),
        "given": business.credit.given, "given_for_nothing": business.credit.free});
    json!({
        "span": period.span.as_str(), "first": period.first, "last": period.last, "over": over,
        "revenue_kopecks": business.revenue(), "tills": tills, "going_back": takings.going_back,
        "held": takings.held, "test": takings.test, "all": shown::as_json(&sums.all), "errors": sums.errors,
        "models": models, "credit": credit, "plans": plans, "losses": losses, "refused": business.refused,
        "orphans": business.orphans, "unreadable": business.unreadable,
        "unread_payments": business.unread_payments,
    })
}
