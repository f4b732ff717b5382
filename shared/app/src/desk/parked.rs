//! Videos, and whatever else was ordered, that were finished while the customer could not be reached. They are sent by Telegram's own name of the file,
//! in the webhook's answer; one is taken off the list only when the customer has seen it and presses the button below.
//!
//! An answer carries one method, so a pressed button can be answered or a video can be shown, not both. The first video
//! takes the place of the message with the button, which goes with it; for the next ones the button turns until the
//! customer's app gives up waiting, since a video that was seen must not be overwritten.

use domain::catalog::Makes;
use domain::id::{FileId, JobId, Nonce};
use domain::job::Job;
use telegram::methods::{
    EditMessageMedia, InlineKeyboardMarkup, InputFile, InputMedia, InputMediaAudio, InputMediaPhoto,
    InputMediaVideo, Reply, SendAudio, SendPhoto, SendVideo,
};

use super::Error;
use super::visit::Visit;
use crate::{cards, kinds, show};

/// Something that waits, with what is said to it.
struct Waiting {
    makes: Makes,
    file: FileId,
    caption: String,
    buttons: InlineKeyboardMarkup,
}

impl Visit<'_> {
    /// Shows the first thing that waits in the place of the message that offered it.
    pub(super) async fn show_parked(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let Some(next) = self.next_parked().await? else {
            return Ok(Self::alert(query_id, &self.say.text("nothing-parked")));
        };
        let (file, caption) = (InputFile::FileId(next.file.0), next.caption);
        let media: InputMedia = match next.makes {
            Makes::Image => InputMediaPhoto::new(file).with_caption_html(caption).into(),
            Makes::Music | Makes::Speech => InputMediaAudio::new(file).with_caption_html(caption).into(),
            Makes::Video | Makes::Prompt | Makes::Transcript => {
                InputMediaVideo::new(file).with_caption_html(caption).into()
            }
        };
        Ok(EditMessageMedia::new(self.chat, message_id, media)
            .with_buttons(next.buttons)
            .into())
    }

    /// Sends the next thing that waits, after taking the one that was seen off the list.
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
        Ok(self.send_made(next.makes, next.file, next.caption, next.buttons))
    }

    /// Something that was made, in a message of its own.
    pub(super) fn send_made(
        &self,
        makes: Makes,
        file: FileId,
        caption: String,
        buttons: InlineKeyboardMarkup,
    ) -> Reply {
        let file = InputFile::FileId(file.0);
        match makes {
            Makes::Image => SendPhoto::new(self.chat, file)
                .with_caption_html(caption)
                .with_buttons(buttons)
                .into(),
            Makes::Music | Makes::Speech => SendAudio::new(self.chat, file)
                .with_caption_html(caption)
                .with_buttons(buttons)
                .into(),
            Makes::Video | Makes::Prompt | Makes::Transcript => SendVideo::new(self.chat, file)
                .with_caption_html(caption)
                .with_buttons(buttons)
                .into(),
        }
    }

    async fn next_parked(&self) -> Result<Option<Waiting>, Error> {
        let Some(next) = self.account.parked.first() else {
            return Ok(None);
        };
        let job = self.desk.store.jobs().get(next).await?;
        let Some((job, file)) = job.and_then(|job| job.file.clone().map(|file| (job, file))) else {
            // Cannot be while the books are sound; the list must not hang on it.
            tracing::error!(name: "parked_without_file", job = %next, "a parked order has no file");
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
            [
                ("kind", kinds::value(job.order.makes)),
                ("what", what.into()),
                ("price", show::price(say, job)),
            ],
        );
        let more = self.account.parked.len() > 1;
        let makes = job.order.makes;
        let can_move = makes == Makes::Image && self.first_of(Makes::Video, true).is_some();
        Waiting {
            makes,
            file,
            caption,
            buttons: cards::parked_button(say, &job.id.nonce, more, can_move),
        }
    }
}
