//! Videos that were finished while the customer could not be reached. They are sent by Telegram's own name of the file,
//! in the webhook's answer; one is taken off the list only when the customer has seen it and presses the button below.

use domain::id::{JobId, Nonce};
use telegram::methods::{InputFile, Reply, SendVideo};

use super::Error;
use super::visit::Visit;
use crate::{cards, show};

impl Visit<'_> {
    /// Sends a waiting video, after taking the one that was seen off the list.
    pub(super) async fn send_parked(mut self, seen: Option<Nonce>, query_id: &str) -> Result<Reply, Error> {
        if let Some(nonce) = seen {
            let job = JobId {
                user: self.account.user,
                nonce,
            };
            if self.account.parked.remove(&job) {
                self.desk.store.unpark(&job, self.deadline).await?;
            }
        }
        let say = self.say;
        let Some(next) = self.account.parked.first() else {
            return Ok(Self::alert(query_id, say.text("nothing-parked")));
        };
        let more = self.account.parked.len() > 1;
        let job = self.desk.store.jobs().get(next).await?;
        let Some((job, file)) = job.and_then(|job| job.file.clone().map(|file| (job, file))) else {
            // Cannot be while the books are sound; the list must not hang on it.
            tracing::error!(job = %next, "a parked video has no file");
            self.desk.store.unpark(next, self.deadline).await?;
            return Ok(Self::alert(query_id, say.text("nothing-parked")));
        };
        let what = show::order(say, Some(&self.snapshot), &job.order);
        let caption = say.with(
            "parked-caption",
            [("what", what.into()), ("price", show::price(say, &job))],
        );
        let buttons = cards::parked_button(say, &job.id.nonce, more);
        Ok(SendVideo::new(self.chat, InputFile::FileId(file.0))
            .with_caption_html(caption)
            .with_buttons(buttons)
            .into())
    }
}
