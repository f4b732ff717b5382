//! From one kind of order to another: another one of the same draft, and a video of a picture that was made here.

use domain::account::{Choice, Draft, Photo};
use domain::catalog::{Makes, Model};
use domain::id::Nonce;
use telegram::methods::Reply;

use super::Error;
use super::compose::First;
use super::edit::made_by;
use super::visit::Visit;
use crate::{kinds, show};

impl Visit<'_> {
    /// The same words for another kind: as the latest order of that kind was made, else its first model that the customer may
    /// use.
    pub(super) async fn choose_kind(
        &self,
        nonce: &Nonce,
        makes: Makes,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        // A second press of the same button changes no model that was chosen since.
        if kinds::of(&self.snapshot, draft) == makes {
            return Ok(self.show_card(nonce, message_id, query_id));
        }
        let with_photo = draft.photo.is_some();
        let before = self.account.last.as_ref().and_then(|last| {
            let mut offered = self.snapshot.offered(makes, with_photo);
            let model = offered.find(|model| model.id == last.model)?;
            (!self.locked().contains(&model.id)).then_some((model, last.clone()))
        });
        let first = || Some((self.first_of(makes, with_photo)?, Choice::of(draft)));
        let Some((model, choice)) = before.or_else(first) else {
            let why = show::not_made(&self.snapshot, makes, with_photo);
            return Ok(Self::alert(query_id, &self.say.text(why)));
        };
        let after = made_by(model, draft, &choice);
        self.change(draft, after, message_id, query_id).await
    }

    /// A new draft of a video that begins with a picture that was made here.
    pub(super) async fn film(&self, query_id: &str) -> Result<Reply, Error> {
        let alert = |text: &str| Ok(Self::alert(query_id, &self.say.text(text)));
        let Some(job) = self.job.as_ref().filter(|job| job.order.makes == Makes::Image) else {
            return alert("draft-stale");
        };
        if !self.takes_orders() {
            return alert("paused");
        }
        let Some(file) = job.file.as_ref().filter(|file| !file.0.is_empty()) else {
            return alert("picture-not-kept");
        };
        let Some(model) = self.first_of(Makes::Video, true) else {
            return alert(show::not_made(&self.snapshot, Makes::Video, true));
        };
        let photo = Photo {
            file_id: file.0.clone(),
            width: 0,
            height: 0,
        };
        // What the picture was to show is no motion: without words, ours are taken, and the next message adds some.
        let draft = Draft {
            aspect: job.order.aspect,
            ..self.new_draft(String::new(), Some(photo), model)
        };
        self.put_once(&draft, First::Card).await
    }

    /// The first model for such an order that the customer may use; where every one is locked, the first.
    pub(super) fn first_of(&self, makes: Makes, with_photo: bool) -> Option<&Model> {
        let locked = self.locked();
        let offered = || self.snapshot.offered(makes, with_photo);
        offered()
            .find(|model| !locked.contains(&model.id))
            .or_else(|| offered().next())
    }
}
