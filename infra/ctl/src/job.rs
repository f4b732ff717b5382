//! One order with everything that has happened to it.

use std::fmt::Write as _;

use domain::id::JobId;
use domain::job::{Job, Order, Settlement};
use runtime::Veil;
use serde_json::{Value, json};

use crate::arguments::Bot;
use crate::show::{count, span, time};
use crate::target::Place;
use crate::{Error, Report};

/// Shows an order. The prompt is the customer's own business: only its length is shown.
pub(crate) async fn job(id: &str, bot: &Bot) -> Result<Report, Error> {
    let place = bot.target.find().await?;
    let parsed = match JobId::parse(id) {
        Some(parsed) => parsed,
        // What the logs say is read with a key, which nothing else needs.
        None if id.starts_with('x') => {
            let unsealed = veil(&place, bot).await?.unsealed(id);
            unsealed.ok_or_else(|| no_name(id))?
        }
        None => return Err(no_name(id)),
    };
    let store = place.store()?;
    let job = store.jobs().get(&parsed).await?;
    let job = job.ok_or_else(|| Error::NotFound(format!("there is no order {id}")))?;
    Ok(Report::new(text(&job), as_json(&job)))
}

/// What the logs call an order and its customer.
pub(crate) async fn log_name(id: &str, bot: &Bot) -> Result<Report, Error> {
    let job = JobId::parse(id).ok_or_else(|| no_name(id))?;
    let veil = veil(&bot.target.find().await?, bot).await?;
    let (name, user) = (veil.job(&job), veil.user(job.user));
    let text = format!("job   {name}\nuser  {user}");
    Ok(Report::new(text, json!({"job": name, "user": user})))
}

async fn veil(place: &Place, bot: &Bot) -> Result<Veil, Error> {
    let veil = place.secrets(bot).await?.veil();
    veil.ok_or_else(|| Error::Usage("the secret has no callback_mac_key".to_owned()))
}

fn no_name(id: &str) -> Error {
    Error::Usage(format!(
        "{id:?} is no order's id: it should look like 700001-abcdefgh23456789, or be what the log of this deployment says"
    ))
}

fn money(job: &Job) -> &'static str {
    match job.settled() {
        None => "held",
        Some(Settlement::Capture) => "captured",
        Some(Settlement::Release) => "released",
    }
}

fn text(job: &Job) -> String {
    let order = &job.order;
    let from = if order.image.is_some() { "a photo" } else { "words" };
    let lines = [
        format!("{}  {}", job.id, job.stage.as_str()),
        format!(
            "  order      {} ({} {}), from {from}, {}, {} s, a prompt of {} characters, {}",
            order.model.0,
            order.provider,
            order.family,
            order.aspect.as_str(),
            order.duration_s,
            order.prompt.chars().count(),
            order.locale
        ),
        format!("  or by      {}", others(order)),
        format!("  cost       {}, {}", count(job.cost.0, "credit"), money(job)),
        format!(
            "  message    {} in chat {}",
            job.place.message.0, job.place.chat.0
        ),
        format!(
            "  accepted   {}, is submitted until {}, settled by {}",
            time(job.created_at),
            time(job.give_up_at),
            time(job.settle_at)
        ),
        format!(
            "  wakes      {}",
            job.due_at.map_or_else(|| "never again".to_owned(), time)
        ),
        format!(
            "  tries      {}, {} of them lost, {}",
            count(job.fence.0, "submission"),
            job.losses,
            count(job.delivery_tries, "delivery")
        ),
        format!(
            "  task       {}",
            job.task.as_ref().map_or("none", |task| task.0.as_str())
        ),
        format!(
            "  failure    {}",
            job.failure.map_or("none", |failure| failure.as_str())
        ),
        format!(
            "  trace      {}",
            trace(job).unwrap_or_else(|| "not recorded".to_owned())
        ),
        "  timeline".to_owned(),
    ];
    let mut text = lines.join("\n");
    for mark in &job.timeline {
        let _ = write!(
            text,
            "\n    {}  {:<4} {:<11} submission {}, after {}",
            time(mark.at),
            mark.rule.as_str(),
            mark.stage.as_str(),
            mark.fence.0,
            span(mark.at.since(job.created_at))
        );
    }
    text
}

/// Where its spans are.
fn trace(job: &Job) -> Option<String> {
    let link = trace::Link::parse(job.trace.as_deref()?)?;
    Some(link.root().to_owned())
}

/// Who else could render it, the next to be asked first.
fn others(order: &Order) -> String {
    let named = order.others.iter();
    let named = named.map(|way| format!("{} {}", way.provider, way.family));
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        "nobody else".to_owned()
    } else {
        named.join(", then ")
    }
}

fn as_json(job: &Job) -> Value {
    let order = &job.order;
    let timeline: Vec<Value> = job
        .timeline
        .iter()
        .map(|mark| {
            json!({"rule": mark.rule.as_str(), "stage": mark.stage.as_str(), "fence": mark.fence.0, "at_ms": mark.at.0})
        })
        .collect();
    json!({
        "job": job.id.to_string(),
        "stage": job.stage.as_str(),
        "model": order.model.0,
        "provider": order.provider,
        "family": order.family,
        "others": order.others.iter().map(|way| json!({"provider": way.provider, "family": way.family})).collect::<Vec<_>>(),
        "passed": job.passed.map(domain::job::Passed::as_str),
        "photo": order.image.is_some(),
        "aspect": order.aspect.as_str(),
        "duration_s": order.duration_s,
        "prompt_chars": order.prompt.chars().count(),
        "credits": job.cost.0,
        "money": money(job),
        "due_at_ms": job.due_at.map(|at| at.0),
        "fence": job.fence.0,
        "losses": job.losses,
        "deliveries": job.delivery_tries,
        "task": job.task.as_ref().map(|task| &task.0),
        "failure": job.failure.map(domain::job::Failure::as_str),
        "trace": trace(job),
        "timeline": timeline,
    })
}
