//! Doorbells that failed too often: what lies there, and ringing it once more.
//!
//! Whoever looks has them to themselves for the moment and puts them back, so two who look at once each see a part. How many
//! are received by one request is bounded, and so is the time: what that leaves is for the next request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use app::redrive::{self, job};
use axum::extract::State;
use domain::id::JobId;
use domain::job::{Failure, Job};
use domain::time::Timestamp;
use limits_flags::audit::Entry;
use queue::{BATCH, Depth, Letter};
use serde::{Deserialize, Serialize};
use table::Deadline;
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::{Editor, Viewer};
use crate::body::{Asked, Body, Until};
use crate::openapi::{Bodies, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Letters that one request looks at, or rings, at most.
const LETTERS_MAX: usize = 50;
/// Letters that are looked through for one of them.
const SEARCHED_MAX: usize = 200;
/// What has to be left for ringing another: its requests, and the answer.
const RING_WITH: Duration = queue::RING_DEAD_TIMEOUT.saturating_add(Duration::from_millis(500));
/// The longest that a row of the audit may take.
const NOTE_TIMEOUT: Duration = Duration::from_secs(1);
/// What has to be left before anything is noted: what stands there was rung.
const NOTE_WITH: Duration = NOTE_TIMEOUT.saturating_add(RING_WITH);
/// What has to be left for receiving more, where it is only to be looked at and put back.
const LOOK_WITH: Duration = queue::RECEIVE_TIMEOUT.saturating_add(queue::REQUEST_TIMEOUT);
/// The same, where it is to be noted and rung.
const RECEIVE_WITH: Duration = queue::RECEIVE_TIMEOUT.saturating_add(NOTE_WITH);

/// How many are looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Most {
    /// Letters at most; 0 asks only how many there are.
    #[param(minimum = 0, maximum = 50, default = 20)]
    limit: Option<usize>,
}

/// What lies in the dead-letter queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetters {
    /// How many anybody can see, about: SQS is some seconds behind.
    waiting: u64,
    /// How many somebody is looking at, about.
    taken: u64,
    /// There was no time to look for more: ask again.
    is_cut: bool,
    /// The first of them that SQS gave; it keeps no order.
    letters: Vec<DeadLetter>,
}

/// A doorbell that failed too often.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// SQS's name of it.
    id: String,
    /// The order that it rang for; absent where it is no doorbell.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    /// Why it was rung: `accepted`, `due`, `callback`, `cleanup` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// Where the order stands now; absent where there is none of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "DELIVERED")]
    stage: Option<&'static str>,
    /// The order is over: ringing for it changes nothing.
    is_over: bool,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
}

/// Which are to be rung.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Only this one, by SQS's name of it; without it, as many as one request rings.
    #[serde(default)]
    #[schema(pattern = "^[!-~]{1,100}$")]
    id: Option<String>,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// What was rung.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLettersRung)]
pub(crate) struct Rings {
    /// How many.
    rung: usize,
    /// There may be others: ask again.
    more: bool,
    /// The queue stopped answering on the way. What was not rung lies there as before, or is seen again in a minute.
    broke_off: bool,
}

/// Doorbells that failed too often, with where their orders stand. Why they failed says the worker's log.
#[utoipa::path(get, path = "/admin/dead-letters", tag = "admin", params(Most),
    responses((status = 200, description = "Some of them, and how many there are", body = DeadLetters), Unreadable, Denials))]
pub(crate) async fn list_dead_letters(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(most): Asked<Most>,
    Until(deadline): Until,
) -> Result<Json<DeadLetters>, Refusal> {
    let limit = most.limit.unwrap_or(20);
    if limit > LETTERS_MAX {
        return Err(Refusal::Malformed(format!("`limit` is 0 to {LETTERS_MAX}")));
    }
    let Depth { waiting, taken } = api.letters.depth().await?;
    let (letters, is_cut) = receive(&api, limit, (deadline, LOOK_WITH), |_| false).await?;
    let jobs = stand(&api, &letters).await;
    api.letters.put_back(&letters).await;
    let jobs = jobs?;
    Ok(Json(DeadLetters {
        waiting,
        taken,
        is_cut,
        letters: letters
            .iter()
            .map(|letter| DeadLetter::of(letter, &jobs))
            .collect(),
    }))
}

/// Rings doorbells once more that failed too often: one, or as many as one request can. An order that is over is not changed
/// by it.
#[utoipa::path(post, path = "/admin/dead-letters/ring", tag = "admin", request_body = Which,
    responses((status = 200, description = "They ring", body = Rings), Bodies, NotThere, Denials))]
pub(crate) async fn ring_dead_letters(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Until(deadline): Until,
    Body(which): Body<Which>,
) -> Result<Json<Rings>, Refusal> {
    let by = api.by(&operator, &which.reason)?;
    let most = which.id.as_ref().map_or(LETTERS_MAX, |_| SEARCHED_MAX);
    let wanted = |letter: &Letter| which.id.as_ref().is_none_or(|id| *id == letter.id);
    let is_found = |letter: &Letter| which.id.is_some() && wanted(letter);
    let (received, is_cut) = receive(&api, most, (deadline, RECEIVE_WITH), is_found).await?;
    let is_full = which.id.is_none() && (is_cut || received.len() >= LETTERS_MAX);
    let (wanted, others): (Vec<_>, Vec<_>) = received.into_iter().partition(wanted);
    api.letters.put_back(&others).await;
    let nothing = |more| Rings {
        rung: 0,
        more,
        broke_off: more,
    };
    if wanted.is_empty() {
        let Some(id) = which.id.filter(|_| !is_cut) else {
            return Ok(Json(nothing(is_cut)));
        };
        return Err(Refusal::NotFound(format!(
            "`{id}` does not lie there, or somebody is looking at it: then try again in a minute"
        )));
    }
    if deadline.remaining() < NOTE_WITH {
        api.letters.put_back(&wanted).await;
        return Ok(Json(nothing(true)));
    }
    // Who did it stands there before it is done: what is rung cannot be taken back.
    if let Err(error) = note(&api, &redrive::rings(&wanted, &by), deadline).await {
        api.letters.put_back(&wanted).await;
        return Err(error);
    }
    let (rung, silent) = redrive::ring(&api.letters, &wanted, (deadline, RING_WITH)).await;
    if let Some(error) = silent {
        Refusal::from(error).tell();
    }
    let left = wanted.get(rung..).unwrap_or_default();
    if !left.is_empty() {
        api.letters.put_back(left).await;
        // And what of it was not, after all.
        let after_all = redrive::broke_off(&wanted, rung, &by, api.now());
        if let Err(error) = note(&api, &after_all, deadline).await {
            error.tell();
        }
    }
    Ok(Json(Rings {
        rung,
        more: is_full || !left.is_empty(),
        broke_off: !left.is_empty(),
    }))
}

/// Receives up to so many, for as long as there is time, or until one is the last that is wanted. What was received before it
/// broke off is put back. And whether there was no time to look for more.
async fn receive(
    api: &Api,
    most: usize,
    (deadline, with): (Deadline, Duration),
    is_last: impl Fn(&Letter) -> bool,
) -> Result<(Vec<Letter>, bool), Refusal> {
    let mut all: Vec<Letter> = Vec::new();
    while all.len() < most {
        if deadline.remaining() < with {
            return Ok((all, true));
        }
        let left = most.saturating_sub(all.len()).min(BATCH);
        match api.letters.take(left).await {
            Ok(some) if some.is_empty() => break,
            Ok(some) => {
                let is_over = some.iter().any(&is_last);
                all.extend(some);
                if is_over {
                    break;
                }
            }
            Err(error) => {
                api.letters.put_back(&all).await;
                return Err(error.into());
            }
        }
    }
    Ok((all, false))
}

async fn note(api: &Api, entry: &Entry, deadline: Deadline) -> Result<(), Refusal> {
    let write = entry.write(&api.office.audit);
    api.db.write(write, deadline.within(NOTE_TIMEOUT)).await?;
    Ok(())
}

/// The orders that letters ring for, as they stand.
async fn stand(api: &Api, letters: &[Letter]) -> Result<BTreeMap<JobId, Job>, Refusal> {
    let mut ids: Vec<JobId> = letters.iter().filter_map(job).collect();
    ids.sort_unstable();
    ids.dedup();
    let jobs = api.store.jobs().get_many(&ids).await?;
    Ok(jobs.into_iter().map(|job| (job.id.clone(), job)).collect())
}

impl DeadLetter {
    fn of(letter: &Letter, jobs: &BTreeMap<JobId, Job>) -> Self {
        let id = job(letter);
        let stands = id.as_ref().and_then(|id| jobs.get(id));
        Self {
            id: letter.id.clone(),
            hint: letter.doorbell().map(|bell| bell.hint.as_str()),
            sent_at: letter.sent_at.and_then(Timestamp::rfc3339),
            stage: stands.map(|job| job.stage.as_str()),
            is_over: stands.is_some_and(|job| job.settled().is_some()),
            failure: stands.and_then(|job| job.failure).map(Failure::as_str),
            job: id.map(|id| id.to_string()),
        }
    }
}

impl From<queue::Error> for Refusal {
    fn from(error: queue::Error) -> Self {
        Self::QueueAway(Box::new(error))
    }
}
