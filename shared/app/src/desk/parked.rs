//! Videos that were finished while the customer could not be reached. They are sent by Telegram's own name of the file,
//! in the webhook's answer; one is taken off the list only when the customer has seen it and presses the button below.
//!
//! An answer carries one method, so a pressed button can be answered or a video can be shown, not both. The first video
//! takes the place of the message with the button, which goes with it; for the next ones the button turns until the
//! customer's app gives up waiting, since a video that was seen must not be overwritten.

use domain::id::{FileId, JobId, Nonce};
use domain::job::Job;
use telegram::methods::{
    EditMessageMedia, InlineKeyboardMarkup, InputFile, InputMediaVideo, Reply, SendVideo,
};

use super::Error;
use super::visit::Visit;
use crate::{cards, show};

/// A video that waits, with what is said to it.
struct Waiting {
    file: FileId,
    caption: String,
    buttons: InlineKeyboardMarkup,
}

impl Visit<'_> {
    /// Shows the first waiting video in the place of the message that offered it.
    pub(super) async fn show_parked(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let Some(next) = self.next_parked().await? else {
            return Ok(Self::alert(query_id, &self.say.text("nothing-parked")));
        };
        let video = InputMediaVideo::new(InputFile::FileId(next.file.0)).with_caption_html(next.caption);
        Ok(EditMessageMedia::new(self.chat, message_id, video)
            .with_buttons(next.buttons)
            .into())
    }

    /// Sends the next waiting video, after taking the one that was seen off the list.
    pub(super) async fn send_next_parked(mut self, seen: Nonce, query_id: &str) -> Result<Reply, Error> {
        let job = JobId {
            user: self.account.user,
            nonce: seen,
        };
        if self.account.parked.remove(&job) {
            self.desk.store.unpark(&job, self.deadline).await?;
        }
        let Some(next) = self.next_parked().await? else {
            return Ok(Self::alert(query_id, &self.say.text("nothing-parked")));
        };
        Ok(SendVideo::new(self.chat, InputFile::FileId(next.file.0))
            .with_caption_html(next.caption)
            .with_buttons(next.buttons)
            .into())
    }

    async fn next_parked(&self) -> Result<Option<Waiting>, Error> {
        let Some(next) = self.account.parked.first() else {
            return Ok(None);
        };
        let job = self.desk.store.jobs().get(next).await?;
        let Some((job, file)) = job.and_then(|job| job.file.clone().map(|file| (job, file))) else {
            // Cannot be while the books are sound; the list must not hang on it.
            tracing::error!(name: "parked_without_file", job = %next, "a parked video has no file");
            self.desk.store.unpark(next, self.deadline).await?;
            return Ok(None);
        };
        Ok(Some(self.waiting(&job, file)))
    }

    fn waiting(&self, job: &Job, file: FileId) -> Waiting {
        let say = self.say;
        let what = show::order(say, Some(&self.snapshot), &job.order);
        let caption = say.with(
            "parked-caption",
            [("what", what.into()), ("price", show::price(say, job))],
        );
        let more = self.account.parked.len() > 1;
        Waiting {
            file,
            caption,
            buttons: cards::parked_button(say, &job.id.nonce, more),
        }
    }
}
