//! What operations cost and what is left: by model, by what paid for them, and by customers whose plans cost too much.

use domain::id::ModelId;
use domain::report::{Bearer, Business, CreditPrice, Tally};
use telegram::html;

use super::super::figures::{count, difference, roubles};
use super::money::sums;
use super::{briefly, known, listed};
use crate::texts::Say;

/// What is left of what credits paid.
fn margin(say: Say, business: &Business, by_credits: &Tally) -> String {
    known(say, business.margin(by_credits).map(difference))
}

/// The models. A margin is of what credits paid for alone; what plans paid for has its cost here, and brings something as a
/// plan.
pub(super) fn models(say: Say, business: &Business) -> String {
    let sums = &business.sums;
    let line = |(model, tally): &(&ModelId, &Tally)| {
        let by_credits = sums.by_credits.get(*model);
        let by_plans = sums.by_plans.get(*model);
        let mut said = vec![
            ("model", html::escape(&model.0).into_owned().into()),
            ("count", count(tally.requests).into()),
            ("cost", briefly(say, tally).into()),
        ];
        if let Some(by_credits) = by_credits {
            said.push(("margin", margin(say, business, by_credits).into()));
            said.push(("credits", count(by_credits.requests).into()));
        }
        if let Some(by_plans) = by_plans {
            said.push(("plans", count(by_plans.requests).into()));
            said.push(("plans-cost", briefly(say, by_plans).into()));
        }
        let id = match (by_credits, by_plans) {
            (_, None) => "report-model",
            (None, Some(_)) => "report-model-plans",
            (Some(_), Some(_)) => "report-model-both",
        };
        say.with(id, said)
    };
    listed(say, say.text("report-models"), &sums.dearest(), line)
}

/// What a credit brings, and what was made for credits.
fn credits(say: Say, business: &Business) -> Vec<String> {
    let (price, made) = (&business.credit, business.sums.plans.get(&None));
    let brings = (made.is_some() || price.given > 0).then(|| {
        say.with(
            "report-credit",
            [
                ("price", known(say, business.worth(1).map(roubles)).into()),
                ("days", count(CreditPrice::DAYS.into()).into()),
                ("paid", sums(&price.paid).into()),
                ("given", count(price.given).into()),
                ("free", count(price.free).into()),
            ],
        )
    });
    let made = made.map(|tally| {
        say.with(
            "report-by-credits",
            [
                ("count", count(tally.requests).into()),
                ("credits", count(tally.credits).into()),
                ("cost", briefly(say, tally).into()),
                ("margin", margin(say, business, tally).into()),
            ],
        )
    });
    brings.into_iter().chain(made).collect()
}

/// What paid for operations: credits, and each plan.
pub(super) fn plans(say: Say, business: &Business) -> String {
    let line = |plan: &&str| {
        let made = business.sums.plans.get(&Some((*plan).to_owned()));
        let with_credits = business.credit.plans.contains(*plan);
        let made = made.copied().unwrap_or_default();
        let sold = business.takings.plans.get(*plan).map(sums);
        let brought = sums(&business.plan_brought(plan));
        let margin = known(say, business.plan_margin(plan).map(difference));
        let id = if with_credits && made.requests == 0 {
            "report-by-plan-with-credits"
        } else {
            "report-by-plan"
        };
        say.with(
            id,
            [
                ("plan", html::escape(plan).into_owned().into()),
                ("count", count(made.requests).into()),
                ("brought", brought.into()),
                ("sold", sold.unwrap_or_else(|| "0".to_owned()).into()),
                ("cost", briefly(say, &made).into()),
                ("margin", margin.into()),
            ],
        )
    };
    let mut head = vec![say.text("report-plans")];
    head.extend(credits(say, business));
    let plans = business.plans();
    if plans.is_empty() && head.len() == 1 {
        return String::new();
    }
    if plans.is_empty() {
        return head.join("\n");
    }
    head.push(say.text("report-plans-bring"));
    listed(say, head.join("\n"), &plans, line)
}

/// Customers whose plans cost more than they bring.
pub(super) fn losses(say: Say, business: &Business) -> String {
    if business.sums.unlimited.is_empty() {
        return String::new();
    }
    let losses = business.losses();
    let line = |(bearer, loss): &(Bearer, u64)| {
        say.with(
            "report-loss",
            [
                ("user", bearer.user.to_string().into()),
                ("plan", html::escape(&bearer.plan).into_owned().into()),
                ("cost", briefly(say, &bearer.tally).into()),
                ("brought", sums(&bearer.brought).into()),
                ("loss", roubles(*loss).into()),
            ],
        )
    };
    let number = |number: usize| count(u64::try_from(number).unwrap_or(u64::MAX));
    let head = say.with("report-losses", [("count", number(losses.len()).into())]);
    let mut lines = vec![listed(say, head.clone(), &losses, line)];
    if losses.is_empty() {
        lines = vec![head];
    }
    let unjudged = business.unjudged();
    if unjudged > 0 {
        lines.push(say.with("report-unjudged", [("count", number(unjudged).into())]));
    }
    lines.join("\n")
}
