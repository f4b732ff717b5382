//! The progress message. Its edits are a courtesy: if one fails, the order goes on, and the last edit makes it good. Who wants
//! to see nothing but what comes of an order is spared them.

use std::time::Duration;

use domain::job::Job;
use domain::time::Millis;
use limits_flags::Snapshot;
use table::Deadline;
use telegram::methods::{EditMessageText, InlineKeyboardMarkup};

use super::{RESERVE, Workshop};
use crate::texts::Say;
use crate::{cards, kinds, line, show, words_card};

/// The longest that a courtesy may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// For how long an order is new.
const JUST_NOW: Millis = Millis::from_secs(30);
/// Bytes in a megabyte as people count them.
const MEGABYTE: u64 = 1_000_000;

impl Workshop {
    /// The provider is at it.
    pub(super) async fn show_rendering(&self, job: &Job, deadline: Deadline) {
        let text = self.rendering_text(job);
        self.show(job, text, None, deadline).await;
    }

    /// Nobody was asked yet, because the provider is left alone for a while: whoever has just ordered learns that they wait, and
    /// for how many. Later looks at an order that nobody was asked for change nothing that it says.
    pub(super) async fn show_left_alone(&self, job: &Job, deadline: Deadline) {
        let just_now = self.env.now().since(job.created_at) < JUST_NOW;
        if just_now && job.timeline.len() == 1 && !job.order.makes.is_words() {
            self.show_delayed(job, deadline).await;
        }
    }

    /// The provider did not take it yet; it can still be canceled.
    pub(super) async fn show_delayed(&self, job: &Job, deadline: Deadline) {
        if job.order.quiet {
            return;
        }
        let say = Say::of(&job.order.locale);
        let (what, price) = (self.what(job), show::price(say, job));
        let give_up = self.with_settings(|snapshot| {
            snapshot.map(|known| show::give_up_by(say, &known.rules, job, self.env.now()))
        });
        let values = [
            ("what", what.into()),
            ("price", price),
            ("known", if give_up.is_some() { "yes" } else { "no" }.into()),
            ("give-up", give_up.unwrap_or_default().into()),
        ];
        let text = [
            Some(say.with("delayed", values)),
            line::told(say, self.store.jobs(), job).await,
            Some(say.with(
                "delayed-wait",
                [
                    ("kind", kinds::value(job.order.makes)),
                    ("minutes", show::minutes(job.order.typical).into()),
                ],
            )),
        ];
        let text: Vec<String> = text.into_iter().flatten().collect();
        self.show(
            job,
            text.join("\n\n"),
            Some(cards::cancel_button(say, &job.id.nonce)),
            deadline,
        )
        .await;
    }

    /// An attempt came to nothing; it can be canceled until the next begins.
    pub(super) async fn show_retrying(&self, job: &Job, deadline: Deadline) {
        if job.order.quiet {
            return;
        }
        let say = Say::of(&job.order.locale);
        let text = [
            Some(say.with("retrying", [("what", self.what(job).into())])),
            line::told(say, self.store.jobs(), job).await,
        ];
        let text: Vec<String> = text.into_iter().flatten().collect();
        self.show(
            job,
            text.join("\n\n"),
            Some(cards::cancel_button(say, &job.id.nonce)),
            deadline,
        )
        .await;
    }

    async fn show(&self, job: &Job, text: String, buttons: Option<InlineKeyboardMarkup>, deadline: Deadline) {
        if job.order.quiet {
            return;
        }
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return;
        };
        let edit = EditMessageText::html(job.place.chat.0, job.place.message.0, text);
        let edit = EditMessageText {
            reply_markup: buttons,
            ..edit
        };
        match self.telegram.call(&edit, timeout).await {
            Ok(_) | Err(telegram::Error::NotModified) => {}
            Err(error) => {
                tracing::info!(name: "progress_not_shown", job = %job.id, error = crate::chain(&error), "the progress could not be shown");
            }
        }
    }

    pub(super) fn rendering_text(&self, job: &Job) -> String {
        let say = Say::of(&job.order.locale);
        if job.order.makes.is_words() {
            return words_card::asked(say, job);
        }
        say.with(
            "rendering",
            [
                ("kind", kinds::value(job.order.makes)),
                ("what", self.what(job).into()),
                ("price", show::price(say, job)),
                ("wait", show::usual_wait(say, &job.order).into()),
            ],
        )
    }

    /// What stands below the video, or whatever was ordered.
    pub(super) fn caption(&self, job: &Job) -> String {
        let say = Say::of(&job.order.locale);
        say.with(
            "delivered",
            [("what", self.what(job).into()), ("price", show::price(say, job))],
        )
    }

    pub(super) fn link_text(job: &Job, url: &str, bytes: u64) -> String {
        let say = Say::of(&job.order.locale);
        let megabytes = u32::try_from(bytes.div_ceil(MEGABYTE)).unwrap_or(u32::MAX);
        let url = telegram::html::escape(url).into_owned();
        say.with(
            "delivered-link",
            [
                ("kind", kinds::value(job.order.makes)),
                ("megabytes", megabytes.into()),
                ("url", url.into()),
                ("price", show::price(say, job)),
            ],
        )
    }

    /// The order in words, with the model's title if the settings are known.
    pub(super) fn what(&self, job: &Job) -> String {
        let say = Say::of(&job.order.locale);
        self.with_settings(|snapshot| show::order(say, snapshot, &job.order))
    }

    pub(super) fn with_settings<T>(&self, read: impl FnOnce(Option<&Snapshot>) -> T) -> T {
        read(self.settings.peek().as_deref())
    }
}
