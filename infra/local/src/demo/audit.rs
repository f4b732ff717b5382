//! What must hold at the end: on the tables, on the played servers, and between them.

use std::collections::BTreeMap;

use domain::audit::{Books, violations};
use domain::job::{Job, Settlement, Stage as JobStage};
use played_kie::TaskView;
use played_telegram::ChatMessage;

use super::cast::{Member, Part};
use super::settle::{is_settled, ringing};
use super::{Measured, Stage, report};
use crate::cloud::{DEAD_DOORBELLS, DOORBELLS};
use crate::error::{Error, Result};
use crate::outside::VAULTS;

impl Stage {
    /// Reads the tables once more.
    pub(super) async fn books(&self) -> Result<Books> {
        let books = self.cloud.store().read_books().await;
        books.map_err(Error::broken("reading the tables"))
    }

    /// Everything that is wrong, each with the invariant that it breaks.
    pub(super) async fn violations(&self, books: &Books, measured: Measured) -> Result<Vec<String>> {
        let mut found: Vec<String> = violations(books).iter().map(ToString::to_string).collect();
        for member in &self.members {
            found.extend(orders_of(member, books));
        }
        let tasks = self.kie.tasks();
        for job in &books.jobs {
            found.extend(self.video_of(job));
            if job.order.provider == "kie" {
                found.extend(renders_of(job, &tasks));
            } else {
                found.extend(self.studio_renders_of(job));
            }
        }
        found.extend(self.complaints());
        found.extend(self.left_over(books).await?);
        found.extend(self.crashes());
        found.extend(too_dear(measured));
        Ok(found)
    }

    /// I5, I6, I9: a video stands in the chat, or is kept in a vault, if and only if it was charged; and only once.
    fn video_of(&self, job: &Job) -> Vec<String> {
        let chat = self.telegram.chat_with_deleted(job.id.user.0);
        let ever_shown = chat.iter().filter(|message| showed_video(message)).count();
        let stands = chat
            .iter()
            .filter(|it| !it.deleted && it.from_bot && it.now.media.is_some())
            .count();
        let kept = VAULTS.iter().flat_map(|vault| self.telegram.chat(*vault));
        let name = job.id.to_string();
        let kept = kept
            .filter(|it| it.now.media.is_some() && it.text() == name)
            .count();
        let mut found = Vec::new();
        if ever_shown > 1 {
            found.push(format!("I9: job {name} was shown in {ever_shown} messages"));
        }
        let charged = job.settled() == Some(Settlement::Capture);
        let right = match job.stage {
            JobStage::Delivered => (stands, kept) == (1, 0),
            JobStage::Parked => stands == 0 && kept >= 1,
            _ => (ever_shown, kept) == (0, 0),
        };
        if !right {
            let invariant = if charged { "I5" } else { "I6" };
            found.push(format!(
                "{invariant}: job {name} is {}: {stands} in the chat, {kept} kept, {ever_shown} ever shown",
                job.stage.as_str()
            ));
        }
        found
    }

    /// I7 and I8 of what the studios render. Some of them are told no name of ours, and no two users have the same words.
    fn studio_renders_of(&self, job: &Job) -> Vec<String> {
        let studios = self.cloud.studios().iter();
        let good: Vec<String> = studios
            .flat_map(|studio| {
                let now_ms = studio.now_ms();
                let good = studio.tasks().into_iter();
                good.filter(move |task| task.is_live_or_good(now_ms))
            })
            .filter(|task| task.wish.prompt == job.order.prompt)
            .map(|task| task.id)
            .collect();
        let mut found = Vec::new();
        if good.len() > 1 {
            found.push(format!("I7: job {} has {} good renders", job.id, good.len()));
        }
        let own = job.task.as_ref().is_some_and(|task| good.contains(&task.0));
        if job.settled() == Some(Settlement::Capture) && !own {
            found.push(format!("I8: job {} was charged for no render of its own", job.id));
        }
        found
    }

    /// What the real servers would have refused or passed over in silence.
    fn complaints(&self) -> Vec<String> {
        let telegram = self
            .telegram
            .complaints()
            .into_iter()
            .map(|it| format!("Telegram: {it}"));
        let kie = self
            .kie
            .complaints()
            .into_iter()
            .map(|it| format!("KIE.AI: {it}"));
        let refusals = self.cloud.local().aws().refusals();
        let policies = refusals
            .iter()
            .map(|it| format!("template.yaml: refused by a policy: {it:?}"));
        let studios = self.cloud.studios().iter();
        let studios = studios.flat_map(played_studios::Studio::complaints);
        let rays = self.cloud.local().rays().refused().into_iter();
        let rays = rays.map(|it| format!("X-Ray: {it}"));
        telegram
            .chain(kie)
            .chain(studios)
            .chain(policies)
            .chain(rays)
            .collect()
    }

    /// I17: nothing is left to be done.
    async fn left_over(&self, books: &Books) -> Result<Vec<String>> {
        let open = books.jobs.iter().filter(|job| !is_settled(job));
        let mut found: Vec<_> = open
            .map(|job| format!("I17: job {} is still {}", job.id, job.stage.as_str()))
            .collect();
        for queue in [DOORBELLS, DEAD_DOORBELLS] {
            let messages = ringing(self.cloud.local().aws().depth(queue).await?);
            if messages > 0 {
                found.push(format!("I17: {messages} messages are left in {queue}"));
            }
        }
        let updates = self.telegram.updates_waiting();
        if updates > 0 {
            found.push(format!("I17: {updates} updates were not taken"));
        }
        Ok(found)
    }

    /// Only the worker that was killed may have failed.
    fn crashes(&self) -> Option<String> {
        let stats = self.cloud.local().all_stats();
        let failed: BTreeMap<_, _> = stats
            .iter()
            .filter(|(_, it)| it.errors > 0)
            .map(|(id, it)| (id.as_str(), it.errors))
            .collect();
        let killed = self
            .members
            .iter()
            .filter(|it| it.part == Part::WorkerKilled)
            .count();
        let expected = u64::try_from(killed).unwrap_or_default();
        (failed != BTreeMap::from([(crate::cloud::WORKER, expected)]))
            .then(|| format!("invocations failed: {failed:?}; only one worker was killed"))
    }
}

/// Everybody ordered once, however often the update came.
fn orders_of(member: &Member, books: &Books) -> Option<String> {
    let jobs = books
        .jobs
        .iter()
        .filter(|job| job.id.user.0 == member.user)
        .count();
    (jobs != 1).then(|| format!("I10: {} ordered once and has {jobs} jobs", member.name))
}

/// What one interaction may cost: two round trips to the tables and one message to confirm, one read for the cabinet,
/// and no call to Telegram for either.
fn too_dear(Measured { cabinet, confirm }: Measured) -> Vec<String> {
    let mut found = Vec::new();
    if confirm.dynamodb_requests > 2 || confirm.sqs_requests > 1 || confirm.telegram_calls > 0 {
        found.push(format!("the answer to Create took {confirm:?}"));
    }
    if cabinet.dynamodb_requests > 1 || cabinet.sqs_requests > 0 || cabinet.telegram_calls > 0 {
        found.push(format!("the answer to /cabinet took {cabinet:?}"));
    }
    found
}

fn showed_video(message: &ChatMessage) -> bool {
    message.from_bot && message.ever_shown().any(|shown| shown.media.is_some())
}

/// I7: at most one render that is still at work or came out well; I8: and a charged job was judged by its own.
fn renders_of(job: &Job, tasks: &[TaskView]) -> Vec<String> {
    let mine = report::tasks_of(job, tasks);
    let good: Vec<_> = mine.iter().filter(|task| task.is_live_or_good()).collect();
    let mut found = Vec::new();
    if good.len() > 1 {
        found.push(format!("I7: job {} has {} good renders", job.id, good.len()));
    }
    let charged = job.settled() == Some(Settlement::Capture);
    let own = good
        .iter()
        .any(|task| report::asked_for(task, "fence") == Some(job.fence.0.to_string()));
    if charged && !own {
        found.push(format!(
            "I8: job {} was charged, and its last submission has no good render",
            job.id
        ));
    }
    found
}
