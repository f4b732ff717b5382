//! Why an order of a customer's would be taken or refused, as T1 asks: step by step, and in its order. Nothing is counted.

use std::sync::Arc;

use app::heard::{self, Heard};
use axum::extract::{Path, State};
use domain::admission::{amount, limits_touched, places};
use domain::catalog::{Model, Price};
use domain::id::ModelId;
use domain::limit::{Limit, Usage, Whose};
use domain::moderation::Unanswered;
use domain::money::Credits;
use domain::time::Timestamp;
use domain::video::Quality;
use limits_flags::features::Entitlements;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::user;
use crate::Api;
use crate::auth::Viewer;
use crate::body::{Asked, is_name};
use crate::features::Window;
use crate::features::shown::measure;
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

/// The longest that may be asked about: a day.
const SECONDS_MAX: u32 = 86_400;

/// What is ordered.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct What {
    /// How long, in seconds; the model's shortest length without.
    #[param(maximum = 86_400)]
    seconds: Option<u32>,
    /// From a photo.
    #[serde(default)]
    #[param(required = false)]
    photo: bool,
    /// In the higher quality.
    #[serde(default)]
    #[param(required = false)]
    high: bool,
}

impl What {
    fn quality(&self) -> Quality {
        if self.high {
            Quality::High
        } else {
            Quality::Standard
        }
    }
}

/// Whether an order would be taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderExplained {
    user: String,
    model: String,
    seconds: u32,
    /// It would be taken now, as far as the words of a draft do not stand in the way.
    would_be_taken: bool,
    /// Who pays: `credits`, or `plan:unlimited_1day`.
    paid_by: String,
    /// What it would cost, in credits.
    cost: u32,
    /// What is asked, in order: the first that does not pass is what the customer is refused for.
    steps: Vec<Gate>,
    /// What this customer's orders were refused for within the last week, of any model, the latest first.
    refusals: Vec<Before>,
}

/// An order that was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderRefused)]
pub(crate) struct Before {
    /// Why, and behind a colon which limit, feature or category: `limit:videos`, `flagged:violence`, `credits` …
    #[schema(example = "limit:videos")]
    why: String,
    model: String,
    /// When, for the last time.
    #[schema(format = DateTime)]
    at: String,
}

/// Something that an order has to pass.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = OrderStep)]
pub(crate) struct Gate {
    /// What is asked: `takes_orders`, `not_suspended`, `on_sale`, `length`, `feature`, `no_debt`, `open_orders`, `limit`,
    /// `credits`, or `check`: what a provider's check has said of the customer's draft, where the settings have one asked.
    step: &'static str,
    passes: bool,
    /// Of a feature or a limit: which. Of a check that refuses: the category.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Of a feature: why it is the customer's, or not: `granted`, `tier_too_low` … Of a check: `words` or `photo`, whichever it
    /// refuses; `no_draft` where there is nothing to ask it about; `not_asked` where it is asked when the draft is confirmed, and
    /// without an answer the order goes on; `not_asked_strict` where it is refused then.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Of a feature: the lowest tier that would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs_tier: Option<String>,
    /// What is used of a limit, how many orders are open, what is owed, or which credits there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    /// What may be used, how many may be open, or which credits it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u64>,
    /// Of a limit: what is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<&'static str>,
    /// `hour`, `day`, `week` or `month` by the clock, `sliding` for the time just past, `open` for what is open at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<&'static str>,
    /// How many seconds of the time just past.
    #[serde(skip_serializing_if = "Option::is_none")]
    window_s: Option<i64>,
    /// All customers share it; then these are the numbers of one of its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<bool>,
    /// When it passes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// Whether a customer's order for a model would be taken, and what stands in its way.
#[utoipa::path(get, path = "/admin/explain/{user}/orders/{model}", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$"),
        ("model" = String, Path, description = "The model", pattern = "^[a-z0-9.-]{1,24}$"), What),
    responses((status = 200, description = "Every step", body = OrderExplained), NotThere, Unreadable, Denials))]
pub(crate) async fn explain_order(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Path((whose, name)): Path<(String, String)>,
    Asked(what): Asked<What>,
) -> Result<Json<OrderExplained>, Refusal> {
    if what.seconds.is_some_and(|seconds| seconds > SECONDS_MAX) {
        return Err(Refusal::Malformed(format!("`seconds` is at most {SECONDS_MAX}")));
    }
    let id = user(&whose)?;
    let mut seen = api.see_customer(id).await?;
    seen.target = Some(whose.clone());
    seen.as_in_chat();
    // As the customer's next order would find it: what came free pays a debt first.
    seen.balance = seen.balance.repaid();
    let model = ModelId(name);
    if !is_name(&model.0) || seen.snapshot.model(&model).is_none() {
        let known = seen.snapshot.models.iter().map(|model| model.id.0.as_str());
        return Err(Refusal::NotFound(limits_flags::unknown("model", &model.0, known)));
    }
    api.count_order(&mut seen, id, &model).await?;
    let unknown = || Refusal::NotFound(format!("there is no model `{}`", model.0));
    let model = seen.snapshot.model(&model).ok_or_else(unknown)?;
    let check = check(&api, &seen, model).await?;
    let refusals = api.store.refusals(id, seen.now).await?;
    let refusals = refusals.into_iter().filter_map(|refused| {
        Some(Before {
            at: refused.at.rfc3339()?,
            why: refused.why,
            model: refused.model.0,
        })
    });
    Ok(Json(OrderExplained {
        refusals: refusals.collect(),
        ..explained(&seen, whose, (model, check), &what)
    }))
}

/// What is known from a provider's check of the draft that would be ordered; `None` where none is asked.
async fn check(api: &Api, seen: &Seen, model: &Model) -> Result<Option<Gate>, Refusal> {
    let draft = seen.account.as_ref().and_then(|account| account.draft.as_ref());
    let draft = draft.filter(|draft| draft.model == model.id || model.makes.is_words());
    let rule = seen.snapshot.moderation.check.as_ref();
    let Some(draft) = draft else {
        return Ok(rule.map(|_| Gate::check(true, "no_draft")));
    };
    Ok(match heard::of_draft(&api.store, rule, draft, seen.now).await? {
        Heard::NoCheck => None,
        Heard::Passes => Some(Gate::of("check", true)),
        Heard::NotAsked { unanswered } => Some(Gate::check(
            true,
            match unanswered {
                Unanswered::GoOn => "not_asked",
                Unanswered::Refuse => "not_asked_strict",
            },
        )),
        Heard::Refused { subject, category } => Some(Gate {
            key: Some(category.to_owned()),
            ..Gate::check(false, subject.as_str())
        }),
    })
}

fn explained(
    seen: &Seen,
    user: String,
    (model, check): (&Model, Option<Gate>),
    what: &What,
) -> OrderExplained {
    let price = match what.seconds {
        Some(seconds) => model.price_row(seconds, what.quality()),
        None => model.prices.first().and_then(|price| price.of(what.quality())),
    };
    let plan = price.and_then(|price| seen.payer(model, price, 1).plan);
    let plan = plan.filter(|plan| plan.covers(model));
    let credits = price.map_or(Credits::ZERO, |price| price.credits);
    let cost = if plan.is_some() { Credits::ZERO } else { credits };
    let mut steps = who_orders(seen);
    steps.push(Gate::of("on_sale", model.enabled && model.takes(what.photo)));
    steps.push(Gate::of("length", price.is_some()));
    seen.entitled(|entitled| {
        let seconds = price.map_or(0, |price| price.duration_s);
        let required = seen
            .snapshot
            .required(Some(model), (seconds, what.quality()), what.photo);
        steps.extend(required.iter().map(|feature| Gate::feature(entitled, feature)));
        steps.extend(what_is_free(seen, model));
        let limits = entitled.require_all(required.iter().copied()).unwrap_or_default();
        let limits: Vec<Limit> = limits.into_iter().cloned().collect();
        let touched = limits_touched(&seen.snapshot.rules, Some(model), plan, &limits);
        steps.extend(touched.map(|limit| Gate::limit(&seen.usage(limit, amount(limit.measure, price)))));
    });
    let available = seen.balance.available;
    steps.push(Gate {
        used: Some(available.0.into()),
        max: Some(cost.0.into()),
        ..Gate::of("credits", available >= cost)
    });
    steps.extend(check);
    OrderExplained {
        user,
        model: model.id.0.clone(),
        seconds: price.map_or(what.seconds.unwrap_or(0), |price: &Price| price.duration_s),
        would_be_taken: seen.is_known && steps.iter().all(|step| step.passes),
        paid_by: plan.map_or_else(|| "credits".to_owned(), |plan| format!("plan:{}", plan.key)),
        cost: cost.0,
        steps,
        refusals: Vec::new(),
    }
}

/// Whether orders are taken at all, and of this customer.
fn who_orders(seen: &Seen) -> Vec<Gate> {
    let paused = seen.standing.strikes.paused_at(seen.now);
    vec![
        Gate::of("account", seen.is_known),
        Gate::of("takes_orders", seen.takes_orders()),
        Gate {
            until: paused.and_then(Timestamp::rfc3339),
            ..Gate::of("not_suspended", paused.is_none())
        },
    ]
}

/// Whether nothing is owed, and there is a free place.
fn what_is_free(seen: &Seen, model: &Model) -> [Gate; 2] {
    let (debt, max) = (
        seen.balance.debt,
        places(&seen.snapshot.rules, model.makes.is_words()),
    );
    let open = u64::try_from(seen.active).unwrap_or(u64::MAX);
    [
        Gate {
            used: Some(debt.0.into()),
            ..Gate::of("no_debt", debt == Credits::ZERO)
        },
        Gate {
            used: Some(open),
            max: Some(max.into()),
            ..Gate::of("open_orders", open < u64::from(max))
        },
    ]
}

impl Gate {
    fn of(step: &'static str, passes: bool) -> Self {
        Self {
            step,
            passes,
            ..Self::default()
        }
    }

    fn check(passes: bool, reason: &'static str) -> Self {
        Self {
            reason: Some(reason),
            ..Self::of("check", passes)
        }
    }

    fn feature(entitled: &Entitlements<'_>, feature: &str) -> Self {
        let required = entitled.require(feature);
        let denial = required.as_ref().err();
        Self {
            key: Some(feature.to_owned()),
            reason: Some(denial.map_or("granted", |denial| denial.reason.as_str())),
            needs_tier: denial.and_then(|denial| denial.needs_tier.clone()),
            ..Self::of("feature", denial.is_none())
        }
    }

    fn limit(usage: &Usage) -> Self {
        let limit = &usage.limit;
        let Window { window, window_s } = Window::of(&limit.span);
        Self {
            key: Some(limit.id.clone()),
            used: Some(usage.used),
            max: Some(usage.max),
            measure: Some(measure(limit.measure)),
            window: Some(window),
            window_s,
            shared: (limit.whose != Whose::Each).then_some(true),
            until: usage.resets_at.and_then(Timestamp::rfc3339),
            ..Self::of("limit", !usage.forbids())
        }
    }
}
