//! What must hold: after every step what the tables show, and in the end what the outside has seen besides.

use domain::audit::{Books, violations};
use domain::id::Fence;
use domain::job::{Job, Rule, Settlement, Stage};
use domain::payment::{PaymentId, Rail, State as PaymentState};
use domain::time::{Millis, Timestamp};
use store::{Payments, Store};
use table::Db;

use crate::faults::Broken;
use crate::functions::{VAULT, payment_tables, tables};
use crate::kie::{FORGED, Task};
use crate::memory::Memory;
use crate::tables::Look;
use crate::world::{State, World};

/// The longest that a lease can last: the worker's time-out in the template, and what requests may add.
const LEASE: Millis = Millis::from_secs(120 + 40);
/// After how long an order that nobody has heard of is believed not to be there.
const HORIZON: Millis = Millis::from_mins(20);
/// How far two clocks may be apart.
const SKEW: Millis = Millis::from_secs(3);
/// For how long settings may hold that are no longer true and cannot be read anew (`limits_flags::OUTDATED_AFTER_MS`), and
/// what a reader may not see yet, and an invocation that has begun.
const STALE: Millis = Millis::from_secs(30 + 15);
/// How long an order's own moment, which is its invocation's beginning, may lie before what was read for it.
const INVOCATION: Millis = Millis::from_secs(10);

/// All that the tables say.
pub fn books(memory: Memory, now: Timestamp) -> Books {
    let db = Db::played(std::sync::Arc::new(Look::of(memory)));
    let read = async {
        let mut books = Store::new(db.clone(), tables()).read_books().await?;
        Payments::new(db, payment_tables()).read_into(&mut books).await?;
        Ok::<_, store::Error>(books)
    };
    let mut books = crate::at_once(read).expect("the tables can be read");
    books.read_at = Some(now);
    books
}

/// What the tables show that must not be.
pub fn of_tables(world: &World) -> (Books, Vec<String>) {
    let now = world.now();
    let books = books(world.state().memory.seen(), now);
    let found = violations(&books).iter().map(ToString::to_string).collect();
    (books, found)
}

/// What must hold when everything has come to rest.
pub fn at_rest(world: &World) -> Vec<String> {
    let (books, mut found) = of_tables(world);
    for job in &books.jobs {
        found.extend(unsettled(job));
        found.extend(video_of(world, job));
        found.extend(renders_of(world, job));
        found.extend(ordered_too_late(world, job));
        found.extend(ordered_while_paused(world, job));
    }
    found.extend(money(world, &books));
    found.extend(stray_videos(world, &books));
    found
}

/// Liveness: every order ends.
fn unsettled(job: &Job) -> Option<String> {
    (job.settled().is_none() || job.due_at.is_some()).then(|| {
        format!(
            "liveness: {} stands in {:?}, due {:?}, with nobody to go on",
            job.id, job.stage, job.due_at
        )
    })
}

/// I5, I6, I8: charged if and only if the video of its own submission was shown, or is kept.
fn video_of(world: &World, job: &Job) -> Option<String> {
    let state = world.state();
    let chat = state.telegram.chats.get(&job.place.chat.0)?;
    let message = chat
        .messages
        .iter()
        .find(|message| message.id == job.place.message.0);
    let ever = message.map(|message| message.ever.as_slice()).unwrap_or_default();
    let shown = ever
        .iter()
        .any(|(text, media)| media.is_some() || text.contains("<a href="));
    let task = job.task.as_ref().map(|task| task.0.as_str()).unwrap_or_default();
    let linked = format!("/{task}/");
    let is_own =
        |(text, media): &(String, Option<String>)| media.as_deref() == Some(task) || text.contains(&linked);
    let is_kept = || {
        let vault = state.telegram.chats.get(&VAULT);
        let mut kept = vault.into_iter().flat_map(|chat| &chat.messages);
        kept.any(|message| message.media.as_deref() == Some(task))
    };
    match (job.stage, job.settled()) {
        (Stage::Delivered, _) if !shown => {
            Some(format!("I5: {} is delivered, and nothing is to be seen", job.id))
        }
        (Stage::Delivered, _) if !ever.iter().any(is_own) => Some(format!(
            "I8: {} goes by {task}, and another video is shown",
            job.id
        )),
        (Stage::Parked, _) if job.file.is_none() || !is_kept() => {
            Some(format!("I5: {} is parked nowhere", job.id))
        }
        (_, Some(Settlement::Release)) if shown => Some(format!("I6: {} was seen and given back", job.id)),
        _ => None,
    }
}

/// A parameter of a callback's address.
/// What an address says under a name.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// I7, I8: at most one live or good render for a job, and the delivered one is of its latest submission.
fn renders_of(world: &World, job: &Job) -> Option<String> {
    let state = world.state();
    let id = job.id.to_string();
    let own = state
        .kie
        .tasks
        .values()
        .filter(|task| parameter(&task.callback_url, "job").as_deref() == Some(&id));
    let own: Vec<_> = own.collect();
    let fence_of = |task: &Task| parameter(&task.callback_url, "fence").and_then(|fence| fence.parse().ok());
    let mut good: Vec<(i64, Option<u32>)> = own
        .iter()
        .filter(|task| task.is_live_or_good())
        .map(|task| (task.created_ms, fence_of(task)))
        .collect();
    good.sort_unstable();
    // Whose answer and reports were all lost is believed not to be there, in the end (T7); and only then.
    let was_given_up = |fence: Option<u32>| {
        let mut marks = job.timeline.iter();
        marks.any(|mark| mark.rule == Rule::T7 && Some(mark.fence.0) == fence)
    };
    let too_many = good
        .windows(2)
        .any(|pair| pair[1].0 - pair[0].0 < HORIZON.0 - SKEW.0 || !was_given_up(pair[0].1));
    if too_many {
        return Some(format!("I7: {} live or good renders for {id}", good.len()));
    }
    let task = job.task.as_ref()?;
    if task.0 == FORGED {
        return Some(format!("I8: {id} goes by a name that somebody else has made up"));
    }
    let named = own.iter().find(|it| it.id == task.0);
    let fence = named.and_then(|it| parameter(&it.callback_url, "fence"));
    let expected = job.fence.0.to_string();
    (fence.as_deref() != Some(&expected))
        .then(|| format!("I8: submission {expected} of {id} goes by a task of {fence:?}"))
}

/// I15: every order came to the provider between its claim and what ended the claim, and within the lease; but for what
/// clocks may differ.
fn ordered_too_late(world: &World, job: &Job) -> Option<String> {
    let state = world.state();
    let id = job.id.to_string();
    let own = state.kie.tasks.values();
    let mut own = own.filter(|task| parameter(&task.callback_url, "job").as_deref() == Some(&id));
    let late = own.find(|task| {
        let fence = parameter(&task.callback_url, "fence").and_then(|fence| fence.parse().ok());
        let at = Timestamp(task.created_ms);
        !fence.is_some_and(|fence| was_claimed(job, Fence(fence), at))
    })?;
    Some(format!("I15: {id} was ordered as {} outside of a claim", late.id))
}

fn was_claimed(job: &Job, fence: Fence, at: Timestamp) -> bool {
    let mut marks = job.timeline.iter().skip_while(|mark| mark.fence != fence);
    let Some(claim) = marks.next() else { return false };
    let end = marks.next().map_or(Timestamp(i64::MAX - SKEW.0), |mark| mark.at);
    let until = end.min(claim.at.after(LEASE)).after(SKEW);
    claim.at.0 - SKEW.0 <= at.0 && at <= until
}

/// I16: while no new orders are to be taken, none is, after the settings can have been read anew.
fn ordered_while_paused(world: &World, job: &Job) -> Option<String> {
    let state = world.state();
    let mut paused = state.paused.iter();
    let within = paused.any(|(from, until)| {
        job.created_at > from.after(STALE)
            && until.is_none_or(|until| job.created_at.after(INVOCATION) < until)
    });
    within.then(|| format!("I16: {} was taken while no orders were", job.id))
}

/// I11: what stands as credited is money that the rail really has; and all that the rail has is credited, or waits for
/// an operator.
fn money(world: &World, books: &Books) -> Vec<String> {
    let state = world.state();
    let payments: Vec<_> = books.sales.iter().flat_map(|sales| &sales.payments).collect();
    let mut found = Vec::new();
    for record in &payments {
        let id = record.id();
        let (whole, left) = at_rail(&state, id);
        let said = record.payment.state;
        let wrong = match said {
            PaymentState::Credited if left <= 0 => Some("and the rail has no such money"),
            PaymentState::Credited if u64::try_from(whole - left) != Ok(record.payment.refunded) => {
                Some("and something else went back at the rail than here")
            }
            PaymentState::Refunded | PaymentState::ChargedBack if left == whole => {
                Some("and the rail has all of the money still")
            }
            _ => None,
        };
        found.extend(wrong.map(|wrong| format!("I11: {id} is {said:?}, {wrong}")));
    }
    let known = |id: &str| {
        payments.iter().any(|record| {
            record.id().id == id && !matches!(record.payment.state, PaymentState::New | PaymentState::Void)
        })
    };
    for charge in state
        .telegram
        .charges
        .iter()
        .filter(|charge| charge.refunded_at_s.is_none())
    {
        if !known(&charge.id) {
            found.push(format!(
                "liveness: {} was paid, and nobody knows of it",
                charge.id
            ));
        }
    }
    for payment in state
        .yookassa
        .payments
        .values()
        .filter(|payment| payment.paid && payment.refunded < payment.kopecks)
    {
        if !known(&payment.id) {
            found.push(format!(
                "liveness: {} was paid, and nobody knows of it",
                payment.id
            ));
        }
    }
    for id in state.stripe.arrived() {
        if state.stripe.money(&id).1 > 0 && !known(&id) {
            found.push(format!("liveness: {id} was paid, and nobody knows of it"));
        }
    }
    found
}

/// What was paid under this name, and what of it the rail has still.
fn at_rail(state: &State, id: &PaymentId) -> (i64, i64) {
    if id.rail == Rail::Stars {
        let charge = state.telegram.charges.iter().find(|charge| charge.id == id.id);
        return charge.map_or((0, 0), |charge| {
            let is_back = charge.refunded_at_s.is_some();
            (charge.stars, if is_back { 0 } else { charge.stars })
        });
    }
    if id.rail == Rail::Stripe {
        return state.stripe.money(&id.id);
    }
    let payment = state.yookassa.payments.get(&id.id);
    let whole = payment
        .filter(|payment| payment.paid)
        .map_or(0, |payment| payment.kopecks);
    let is_gone = state.broken == Some(Broken::Rail);
    (whole, if is_gone { 0 } else { state.yookassa.left(&id.id) })
}

/// I9: a video is shown in the place of its job's progress, and in no second message, unless its customer asks for it.
fn stray_videos(world: &World, books: &Books) -> Vec<String> {
    let state = world.state();
    let mut found = Vec::new();
    // A vault is there to keep them.
    for (user, chat) in state.telegram.chats.iter().filter(|(user, _)| **user > 0) {
        let own = |id: i64| {
            books
                .jobs
                .iter()
                .any(|job| job.place.chat.0 == *user && job.place.message.0 == id)
        };
        let shows = |message: &&crate::telegram::Message| {
            message.from_bot && message.ever.iter().any(|(_, media)| media.is_some())
        };
        let stray = chat
            .messages
            .iter()
            .filter(shows)
            .filter(|message| !own(message.id) && !message.answered);
        let stray: Vec<i64> = stray.map(|message| message.id).collect();
        if !stray.is_empty() {
            found.push(format!("I9: stray videos {stray:?} in chat {user}"));
        }
    }
    found
}

/// What was reached: each stage of an order, each end, each state of a payment.
pub fn seen(books: &Books) -> std::collections::BTreeMap<String, u64> {
    let mut seen = std::collections::BTreeMap::new();
    let mut add = |what: String| *seen.entry(what).or_insert(0) += 1;
    for job in &books.jobs {
        let stages: Vec<Stage> = job.timeline.iter().map(|mark| mark.stage).collect();
        for pair in stages.windows(2) {
            add(format!("order: {:?} to {:?}", pair[0], pair[1]));
        }
        add(format!("order: ends in {:?}", job.stage));
    }
    for record in books.sales.iter().flat_map(|sales| &sales.payments) {
        add(format!(
            "payment: {:?} {:?}",
            record.id().rail,
            record.payment.state
        ));
    }
    for entry in books.ledger.values().flatten() {
        let name = format!("{:?}", entry.key);
        let name = name.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
        add(format!("ledger: {name}"));
    }
    seen
}
