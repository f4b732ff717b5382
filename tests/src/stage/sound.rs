//! What must hold at the end of every test: the invariants I1 to I15 of `ARCHITECTURE.md`, and that nobody complains.

use std::collections::BTreeMap;

use domain::audit::{Books, violations};
use domain::id::Fence;
use domain::job::{Job, Settlement, Stage as JobStage};
use domain::limit::{Limit, Mode, Whose};
use domain::payment::{Rail, State};
use domain::time::{Millis, Timestamp};
use limits_flags::{Rows, Snapshot};
use played_telegram::{Call, ChatMessage, Via};

use super::renders::Render;
use super::{OPERATOR, Pardon, Stage, clients};

/// The longest that a lease can last: the worker's time-out in the template, and what clocks and requests may add.
const LEASE: Millis = Millis::from_secs(120 + 40);

impl Stage {
    /// The tables add up.
    pub async fn books(&self) -> Books {
        let mut books = self.store.read_books().await.unwrap();
        clients::payments(&self.aws, "Operator")
            .read_into(&mut books)
            .await
            .unwrap();
        let found = violations(&books);
        assert!(found.is_empty(), "{}", lines(&found));
        books
    }

    /// Everything that must hold.
    pub async fn assert_sound(&self) {
        self.answered().await;
        let books = self.books().await;
        let mut found = self.complaints();
        for job in &books.jobs {
            found.extend(self.wrong_with_video_of(job));
            found.extend(self.wrong_with_renders_of(job));
            found.extend(self.ordered_too_late(job));
        }
        found.extend(self.too_many_videos(&books.jobs));
        found.extend(self.credited_without_money(&books));
        found.extend(self.limits_passed(&books));
        assert!(found.is_empty(), "{}", lines(&found));
    }

    fn complaints(&self) -> Vec<String> {
        let refused = self.aws.refusals();
        let refused = refused.iter().map(|refusal| format!("{refusal:?}"));
        let rails = [self.yookassa.desk().complaints(), self.stripe.desk().complaints()].concat();
        let complaints = [
            self.telegram.complaints(),
            self.kie.complaints(),
            self.kling.complaints(),
            self.google.complaints(),
            self.vertex.complaints(),
            rails,
        ]
        .concat();
        complaints.into_iter().chain(refused).collect()
    }

    /// I11: what stands as credited is money that the rail really has.
    fn credited_without_money(&self, books: &Books) -> Vec<String> {
        let (roubles, dollars) = (self.yookassa.cash(), self.stripe.cash());
        let payments = books.sales.iter().flat_map(|sales| &sales.payments);
        let credited = payments.filter(|record| record.payment.state == State::Credited);
        let unpaid = credited.filter(|record| {
            let id = record.id();
            let cash = match id.rail {
                Rail::Stars => return false,
                Rail::YooKassa => roubles.get(&id.id),
                Rail::Stripe => dollars.get(&id.id),
            };
            cash.is_none_or(|cash| cash.left() <= 0)
        });
        unpaid
            .map(|record| format!("I11: {} is credited, and the rail has no such money", record.id()))
            .collect()
    }

    /// I5, I6: charged if and only if the video was shown or kept.
    fn wrong_with_video_of(&self, job: &Job) -> Option<String> {
        if job.order.makes.is_words() {
            return self.wrong_with_words_of(job);
        }
        let place = job.place;
        let messages = self.telegram.chat_with_deleted(place.chat.0);
        let message = messages.iter().find(|it| it.message_id == place.message.0);
        let shown = message.is_some_and(|it| it.ever_shown().any(is_outcome));
        match (job.stage, job.settled()) {
            (JobStage::Delivered, _) if !shown => {
                Some(format!("I5: {} is delivered, and nothing is to be seen", job.id))
            }
            (JobStage::Parked, _) if job.file.is_none() => Some(format!("I5: {} is parked nowhere", job.id)),
            (_, Some(Settlement::Release)) if shown && !self.is_pardoned(&Pardon::SeenAndGivenBack) => {
                Some(format!("I6: {} was seen and given back", job.id))
            }
            _ => None,
        }
    }

    /// I5 of words: charged only if they were to be read.
    fn wrong_with_words_of(&self, job: &Job) -> Option<String> {
        if job.stage != JobStage::Delivered {
            return None;
        }
        let words = job.answer.as_ref().map(|answer| answer.text.as_str())?;
        let chat = self.telegram.chat_with_deleted(job.place.chat.0);
        let place = chat.iter().find(|it| it.message_id == job.place.message.0);
        let read = place.is_some_and(|it| it.ever_shown().any(|shown| shown.text.contains(words)));
        (!read).then(|| format!("I5: {} is delivered, and its words were never shown", job.id))
    }

    /// I7, I8: at most one live or good render for a job, and the delivered one is of its latest submission.
    fn wrong_with_renders_of(&self, job: &Job) -> Option<String> {
        let id = job.id.to_string();
        let tasks = self.renders();
        let own: Vec<&Render> = tasks.iter().filter(|task| task.is_of(job)).collect();
        let good = own.iter().filter(|task| task.is_live_or_good).count();
        if good > 1 && !self.is_pardoned(&Pardon::SecondRender) {
            return Some(format!("I7: {good} live or good renders for {id}"));
        }
        let task = job.task.as_ref()?;
        let named = own.iter().find(|it| it.id == task.0);
        if named.is_some_and(|it| it.callback_url.is_empty()) {
            return None;
        }
        let fence = named.and_then(|it| it.parameter("fence"));
        let expected = job.fence.0.to_string();
        (fence != Some(expected.as_str())).then(|| {
            let other = fence.map_or("of another job".to_owned(), |it| format!("of submission {it}"));
            format!("I8: submission {expected} of {id} goes by a task {other}")
        })
    }

    /// I15: every order came to the provider between its claim and what ended the claim, and within the lease.
    fn ordered_too_late(&self, job: &Job) -> Vec<String> {
        let id = job.id.to_string();
        let tasks = self.renders();
        let own = tasks.iter().filter(|task| task.parameter("job") == Some(&id));
        let late = own.filter(|task| {
            let fence = task.parameter("fence").and_then(|it| it.parse().ok());
            !fence.is_some_and(|fence| was_claimed(job, Fence(fence), task.created_at))
        });
        late.map(|task| format!("I15: {id} was ordered as {} outside of a claim", task.id))
            .collect()
    }

    /// I9: a video is shown in the place of its job's progress, and in no second message. A parked one is shown where
    /// the customer asks for it.
    fn too_many_videos(&self, jobs: &[Job]) -> Vec<String> {
        let users = self.telegram.users().into_iter().map(|user| user.id);
        // The operator orders nothing there: what stands in that chat are the charts of reports.
        let customers = users.filter(|user| *user != OPERATOR);
        let over = customers.filter_map(|user| {
            let own = |message: &ChatMessage| {
                let mut places = jobs.iter().map(|job| job.place);
                places.any(|place| place.chat.0 == user && place.message.0 == message.message_id)
            };
            let chat = self.telegram.chat_with_deleted(user);
            let stray = chat
                .iter()
                .filter(|message| shows_video(message) && !own(message))
                .count();
            let asked_for = self.videos_asked_for_by(user);
            (stray > asked_for)
                .then(|| format!("I9: {stray} stray videos in chat {user}, {asked_for} were asked for"))
        });
        over.collect()
    }

    /// Parked videos, which go out in the webhook's answer when the customer asks for them: the first takes the place of
    /// the message that offered it. And samples of models, which say so at the beginning of their caption.
    fn videos_asked_for_by(&self, user: i64) -> usize {
        let calls = self.telegram.calls();
        let sent = calls.iter().filter(|call| {
            ["sendVideo", "sendPhoto", "sendAudio", "editMessageMedia"].contains(&call.method.as_str())
                && (call.via == Via::WebhookAnswer || is_sample(call))
                && call.params.int("chat_id") == Some(user)
        });
        sent.count()
    }

    /// I13: no window holds more than its limit allows.
    fn limits_passed(&self, books: &Books) -> Vec<String> {
        let limits = self.limits();
        let over = books.usage.iter().filter_map(|((user, row), count)| {
            let limit = limits.get(row.split('#').next()?)?;
            let max = match limit.whose {
                Whose::Each => limit.max,
                Whose::All { shards } => limit.max / u64::from(shards),
            };
            (limit.mode == Mode::Hard && count.used > max)
                .then(|| format!("I13: user {user} has {} of {max} in {row}", count.used))
        });
        over.collect()
    }

    /// Every limit of the settings at the beginning, by its name.
    fn limits(&self) -> BTreeMap<String, Limit> {
        let rows = Rows::of(&self.setting.settings).unwrap();
        let items: Vec<_> = rows.0.iter().map(|(sort, body)| Rows::item(sort, body)).collect();
        let read = Snapshot::read(&items, Timestamp(0));
        let own = read.models.iter();
        let own = own.flat_map(|model| model.limits.iter().chain(model.unlimited.iter().flatten()));
        let all = read.rules.limits.iter().chain(own);
        all.map(|limit| (limit.id.clone(), limit.clone())).collect()
    }
}

/// Whether a call sends what a model is shown by.
fn is_sample(call: &Call) -> bool {
    let caption = call.params.text("caption");
    caption.is_some_and(|caption| caption.starts_with('▶'))
}

/// Whether somebody held the claim with this number then.
fn was_claimed(job: &Job, fence: Fence, at: Timestamp) -> bool {
    let mut marks = job.timeline.iter().skip_while(|mark| mark.fence != fence);
    let Some(claim) = marks.next() else { return false };
    let end = marks.next().map_or(Timestamp(i64::MAX), |mark| mark.at);
    (claim.at..=end.min(claim.at.after(LEASE))).contains(&at)
}

fn shows_video(message: &ChatMessage) -> bool {
    message.from_bot && message.ever_shown().any(|shown| shown.media.is_some())
}

/// What was ordered, or the link to something that is too large.
fn is_outcome(shown: &played_telegram::Shown) -> bool {
    shown.media.is_some() || shown.raw.contains("<a href=")
}

fn lines(found: &[impl ToString]) -> String {
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
