//! The stored forms. Every row carries `schema`, so that a later version can tell what it reads.

use domain::account::{Account, Balance, Place};
use domain::catalog::Makes;
use domain::contact::Contact;
use domain::id::{ChatId, Fence, FileId, JobId, MessageId, ModelId, TaskId, UserId};
use domain::job::{Failure, Image, Job, Mark, Order, RenderedFile, Rule, Stage};
use domain::limit::{Count, Counted};
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use domain::video::Aspect;
use table::{AttributeValue, Item, Malformed, Row, list, n, s};

mod broadcasts;
mod drafts;
mod entries;
mod invitations;
mod movements;
mod opened;
mod payments;
mod requests;
mod silenced;
mod uses;
mod ways;
mod words;

pub(crate) use broadcasts::{
    OPEN, PERSON, all as all_broadcasts, broadcast_item, broadcast_key, intent_item, intent_key, progress,
    read_broadcast, read_person, wished,
};
pub use drafts::{choice_map, draft_map};
use drafts::{read_choice, read_draft};
pub(crate) use entries::GIVEN_DAY;
pub use entries::{entry_item, read_entry};
pub use invitations::{
    invitation_item, invitation_key, invites_item, invites_key, link_item, link_key, read_invites, read_link,
};
pub(crate) use invitations::{invited, is_about_invitations};
pub(crate) use movements::{MOVEMENT, money_day};
pub use movements::{movement_item, read_movement};
pub use opened::new_account_item;
pub(crate) use payments::day;
pub use payments::{
    cursor_key, payment_item, payment_key, purchase_item, purchase_key, read_payment, read_purchase,
};
pub(crate) use requests::{began, day_part, request_attributes, request_name};
pub use requests::{read_request, request_item, request_key};
pub(crate) use silenced::{says_something, silenced};
pub(crate) use uses::{COUNTED, RELEASED, WINDOWS, use_attributes, use_id, windows};
pub use uses::{read_use, use_key};

/// The version of every row written here.
pub const SCHEMA: i64 = 1;

/// The key of an account.
pub fn account_key(user: UserId) -> Item {
    Item::from([("user_id".to_owned(), n(user.0))])
}

/// The key of a job.
pub fn job_key(job: &JobId) -> Item {
    Item::from([("job_id".to_owned(), s(job.to_string()))])
}

/// The key of a row of counters; that of what all use together has an owner below 0.
pub fn usage_key(owner: UserId, row: &str) -> Item {
    Item::from([("user_id".to_owned(), n(owner.0)), ("window".to_owned(), s(row))])
}

/// Whose the notes are that stand among the counters: customers' numbers are above it, and those of what all use together
/// below.
pub const NOBODY: UserId = UserId(0);

/// The key of a note.
pub(crate) fn note_key(name: String) -> Item {
    Item::from([
        ("user_id".to_owned(), n(NOBODY.0)),
        ("window".to_owned(), s(name)),
    ])
}

/// Whether a row among the counters is a note, which counts nothing that anybody uses.
pub(crate) fn is_note(item: &Item) -> bool {
    Row(item).n("user_id") == Ok(NOBODY.0)
}

/// The attribute that counts a step of a sliding window, by when it began.
pub(crate) fn step_attribute(began: i64) -> String {
    format!("{STEP}{began}")
}

/// What the attribute of a step begins with.
const STEP: &str = "s";

/// The name of a row of counters, and what it has counted.
pub fn read_count(item: &Item) -> Result<(String, Count), Malformed> {
    let row = Row(item);
    let step = |(name, value): (&String, &AttributeValue)| {
        let began = name.strip_prefix(STEP)?.parse::<i64>().ok()?;
        let used = value.as_n().ok()?.parse::<i64>().ok()?;
        // Below 0 is what was given back to a step that was forgotten.
        Some((began, u64::try_from(used).unwrap_or(0)))
    };
    let count = Count {
        used: row.n_or_zero("used")?,
        steps: item.iter().filter_map(step).collect(),
        revision: row.n_or_zero("revision")?,
    };
    Ok((row.s("window")?.to_owned(), count))
}

/// A number that is never so large.
pub(crate) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An account as read.
pub fn read_account(item: &Item) -> Result<Account, Malformed> {
    let row = Row(item);
    let jobs = |attribute: &'static str| {
        let ids = row
            .set(attribute)
            .iter()
            .map(|id| JobId::parse(id).ok_or(Malformed { attribute }));
        ids.collect::<Result<_, _>>()
    };
    Ok(Account {
        user: UserId(row.n("user_id")?),
        balance: Balance {
            available: Credits(row.n_or_zero("available")?),
            held: Credits(row.n_or_zero("held")?),
            aside: Credits(row.n_or_zero("aside")?),
            captured: Credits(row.n_or_zero("captured")?),
            clawed: Credits(row.n_or_zero("clawed")?),
            forfeited: Credits(row.n_or_zero("forfeited")?),
            granted: Credits(row.n_or_zero("granted")?),
            debt: Credits(row.n_or_zero("debt")?),
        },
        active_jobs: jobs("active")?,
        parked: jobs("parked")?,
        draft: row.map("draft").map(read_draft).transpose()?,
        blocked: row.flag("blocked"),
        muted: row.flag("muted"),
        quiet: row.flag("quiet"),
        last: row.map("last").and_then(read_choice),
        locale: row.s_opt("locale").map(str::to_owned),
        language: row.s_opt("language").map(str::to_owned),
        zone: row.s_opt("zone").map(str::to_owned),
        contact: row.s_opt("contact").and_then(Contact::parse),
        buying: row.s_opt("buying").map(str::to_owned),
        asking: row.n_opt("asking_until")?.map(Timestamp),
        standing: limits_flags::standing::read(item)?,
        invited_by: row.n_opt("invited_by")?.map(UserId),
        erased_at: row.n_opt("erased_at")?.map(Timestamp),
        ordered_at: row.n_opt("ordered_at")?.map(Timestamp),
        paid_at: row.n_opt("paid_at")?.map(Timestamp),
    })
}

/// A whole job as an item.
pub fn job_item(job: &Job) -> Item {
    let mut item = order_item(job);
    item.extend(
        state(job)
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))),
    );
    item.insert(
        "timeline".to_owned(),
        list(job.timeline.iter().map(|mark| s(mark_text(*mark)))),
    );
    item
}

/// What never changes in a job.
fn order_item(job: &Job) -> Item {
    let order = &job.order;
    let windows = list(job.windows.iter().map(|counted| s(counted.to_string())));
    let mut members = job_key(&job.id);
    let fixed = [
        ("user_id", n(job.id.user.0)),
        ("schema", n(SCHEMA)),
        ("model", s(order.model.0.clone())),
        ("makes", s(order.makes.as_str())),
        ("prompt", s(order.prompt.clone())),
        ("aspect", s(order.aspect.as_str())),
        ("duration_s", n(order.duration_s)),
        ("locale", s(order.locale.clone())),
        ("typical_ms", n(order.typical.0)),
        ("render_max_ms", n(order.render_max.0)),
        ("cost", n(job.cost.0)),
        ("windows", windows),
        ("created_at", n(job.created_at.0)),
        ("give_up_at", n(job.give_up_at.0)),
        ("settle_at", n(job.settle_at.0)),
    ];
    members.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    if let Some(image) = &order.image {
        members.insert("image".to_owned(), s(image.file_id.clone()));
    }
    if let Some(quality) = order.quality {
        members.insert("quality".to_owned(), s(quality.as_str()));
    }
    if let Some(plan) = &order.plan {
        members.insert("plan".to_owned(), s(plan.clone()));
    }
    if order.quiet {
        members.insert("quiet".to_owned(), AttributeValue::Bool(true));
    }
    if let Some(trace) = &job.trace {
        members.insert("trace".to_owned(), s(trace.clone()));
    }
    if let Some(sketch) = &order.sketch {
        members.insert("sketch".to_owned(), words::sketch_map(sketch));
    }
    members
}

/// What changes in a job, attribute by attribute; `None` where there is none. The open index sees a job as long as it
/// has a due time.
pub(crate) fn state(job: &Job) -> [(&'static str, Option<AttributeValue>); 29] {
    let order = &job.order;
    [
        ("provider", Some(s(order.provider.clone()))),
        ("family", Some(s(order.family.clone()))),
        ("poll_after_ms", Some(n(order.poll_after.0))),
        ("ways", ways::list_of(&order.others)),
        ("costing", order.costing.as_ref().map(requests::costing_map)),
        ("passed", job.passed.map(|passed| s(passed.as_str()))),
        ("stage", Some(s(job.stage.as_str()))),
        ("fence", Some(n(job.fence.0))),
        ("losses", Some(n(job.losses))),
        ("due_at", job.due_at.map(|at| n(at.0))),
        ("open_shard", job.due_at.map(|_| s(job.id.shard().to_string()))),
        ("task", job.task.as_ref().map(|task| s(task.0.clone()))),
        ("running_since", job.running_since.map(|at| n(at.0))),
        ("vain_polls", (job.vain_polls > 0).then(|| n(job.vain_polls))),
        ("result_url", job.result.as_ref().map(|file| s(file.url.clone()))),
        (
            "result_bytes",
            job.result
                .as_ref()
                .map(|file| n(i64::try_from(file.bytes).unwrap_or(i64::MAX))),
        ),
        ("billed_milli", job.billed_milli.map(|units| n(number(units)))),
        ("vain", job.vain.as_ref().map(requests::vain_map)),
        ("words", job.answer.as_ref().map(|answer| s(answer.text.clone()))),
        (
            "tokens_in",
            job.answer.as_ref().map(|answer| n(number(answer.tokens_in))),
        ),
        (
            "tokens_out",
            job.answer.as_ref().map(|answer| n(number(answer.tokens_out))),
        ),
        ("tries", Some(n(job.delivery_tries))),
        ("unsure", job.edit_unsure.then_some(AttributeValue::Bool(true))),
        ("file", job.file.as_ref().map(|file| s(file.0.clone()))),
        ("failure", job.failure.map(|failure| s(failure.as_str()))),
        ("tells", Some(n(job.tell_tries))),
        ("chat", Some(n(job.place.chat.0))),
        ("message", Some(n(job.place.message.0))),
        ("updated_at", job.timeline.last().map(|mark| n(mark.at.0))),
    ]
}

/// A line of the timeline: `T2 SUBMITTING 1 1763760000000`.
pub(crate) fn mark_text(mark: Mark) -> String {
    format!(
        "{} {} {} {}",
        mark.rule.as_str(),
        mark.stage.as_str(),
        mark.fence.0,
        mark.at.0
    )
}

fn read_mark(value: &AttributeValue) -> Option<Mark> {
    let mut words = value.as_s().ok()?.split(' ');
    let (rule, stage) = (Rule::parse(words.next()?)?, Stage::parse(words.next()?)?);
    let (fence, at) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Mark {
        rule,
        stage,
        fence: Fence(fence),
        at: Timestamp(at),
    })
}

/// A job as read.
pub fn read_job(item: &Item) -> Result<Job, Malformed> {
    let row = Row(item);
    let time = |attribute: &'static str| row.n(attribute).map(Timestamp);
    let timeline = row.list("timeline").iter().map(|value| {
        read_mark(value).ok_or(Malformed {
            attribute: "timeline",
        })
    });
    let windows = row.list("windows").iter().map(|value| {
        let counted = value.as_s().ok().and_then(|text| Counted::parse(text));
        counted.ok_or(Malformed { attribute: "windows" })
    });
    let failure = |text: &str| Failure::parse(text).ok_or(Malformed { attribute: "failure" });
    Ok(Job {
        id: JobId::parse(row.s("job_id")?).ok_or(Malformed { attribute: "job_id" })?,
        order: read_order(row)?,
        cost: Credits(row.n("cost")?),
        windows: windows.collect::<Result<_, _>>()?,
        place: Place {
            chat: ChatId(row.n("chat")?),
            message: MessageId(row.n("message")?),
        },
        created_at: time("created_at")?,
        give_up_at: time("give_up_at")?,
        settle_at: time("settle_at")?,
        stage: Stage::parse(row.s("stage")?).ok_or(Malformed { attribute: "stage" })?,
        fence: Fence(row.n("fence")?),
        passed: ways::read_passed(row)?,
        losses: row.n_or_zero("losses")?,
        due_at: row.n_opt("due_at")?.map(Timestamp),
        task: row.s_opt("task").map(|task| TaskId(task.to_owned())),
        running_since: row.n_opt("running_since")?.map(Timestamp),
        vain_polls: row.n_or_zero("vain_polls")?,
        result: read_result(row)?,
        answer: words::read_answer(row)?,
        billed_milli: row.n_opt("billed_milli")?,
        vain: row.map("vain").map(requests::read_vain).transpose()?,
        delivery_tries: row.n_or_zero("tries")?,
        edit_unsure: row.flag("unsure"),
        file: row.s_opt("file").map(|file| FileId(file.to_owned())),
        failure: row.s_opt("failure").map(failure).transpose()?,
        tell_tries: row.n_or_zero("tells")?,
        trace: row.s_opt("trace").map(str::to_owned),
        timeline: timeline.collect::<Result<_, _>>()?,
    })
}

/// For orders that were accepted before it stood in their rows.
const POLL_AFTER: Millis = Millis::from_mins(11);

fn read_result(row: Row<'_>) -> Result<Option<RenderedFile>, Malformed> {
    let Some(url) = row.s_opt("result_url") else {
        return Ok(None);
    };
    Ok(Some(RenderedFile {
        url: url.to_owned(),
        bytes: row.n_or_zero("result_bytes")?,
        billed_milli: row.n_opt("billed_milli")?,
    }))
}

/// Orders that were accepted before there was anything else are for videos.
fn read_makes(row: Row<'_>) -> Result<Makes, Malformed> {
    let named = |name| Makes::parse(name).ok_or(Malformed { attribute: "makes" });
    Ok(row.s_opt("makes").map(named).transpose()?.unwrap_or_default())
}

fn read_order(row: Row<'_>) -> Result<Order, Malformed> {
    Ok(Order {
        model: ModelId(row.s("model")?.to_owned()),
        makes: read_makes(row)?,
        provider: row.s("provider")?.to_owned(),
        family: row.s("family")?.to_owned(),
        others: ways::read_all(row)?,
        prompt: row.s("prompt")?.to_owned(),
        image: row.s_opt("image").map(|file_id| Image {
            file_id: file_id.to_owned(),
        }),
        aspect: Aspect::parse(row.s("aspect")?).ok_or(Malformed { attribute: "aspect" })?,
        duration_s: row.n("duration_s")?,
        quality: drafts::read_quality(row)?,
        locale: row.s("locale")?.to_owned(),
        typical: Millis(row.n("typical_ms")?),
        poll_after: row.n_opt("poll_after_ms")?.map_or(POLL_AFTER, Millis),
        render_max: Millis(row.n("render_max_ms")?),
        sketch: row.map("sketch").map(words::read_sketch).transpose()?,
        plan: row.s_opt("plan").map(str::to_owned),
        costing: row.map("costing").map(requests::read_costing).transpose()?,
        quiet: row.flag("quiet"),
    })
}

#[cfg(test)]
mod tests;
