//! The buttons of a draft card, but for the one that orders.

use domain::account::{Choice, Draft};
use domain::catalog::Model;
use domain::id::{JobId, ModelId, Nonce};
use domain::video::{Aspect, Quality};
use store::Drafted;
use telegram::methods::{EditMessageText, Reply};

use super::Error;
use super::visit::Visit;
use crate::{cards, kinds, show};

impl Visit<'_> {
    /// The models to choose from.
    pub(super) fn show_models(&self, nonce: &Nonce, message_id: i64, query_id: &str) -> Reply {
        let Some(draft) = self.draft(nonce) else {
            return self.stale(query_id);
        };
        self.edit_card(message_id, cards::models(&self.view(draft, &[])))
    }

    /// Back to the card.
    pub(super) fn show_card(&self, nonce: &Nonce, message_id: i64, query_id: &str) -> Reply {
        let Some(draft) = self.draft(nonce) else {
            return self.stale(query_id);
        };
        self.redraw(draft, message_id)
    }

    /// The card anew, and that its price is another one now: nothing was ordered.
    pub(super) fn show_repriced(&self, nonce: &Nonce, message_id: i64, query_id: &str) -> Reply {
        let Some(draft) = self.draft(nonce) else {
            return self.stale(query_id);
        };
        let usages = self.usages_of(draft);
        let mut card = cards::draft(&self.view(draft, &usages));
        card.text = format!("{}\n\n{}", self.say.text("card-repriced"), card.text);
        self.edit_card(message_id, card)
    }

    pub(super) fn redraw(&self, draft: &Draft, message_id: i64) -> Reply {
        let usages = self.usages_of(draft);
        self.edit_card(message_id, cards::draft(&self.view(draft, &usages)))
    }

    /// Another model, of whatever kind; length, quality and shape are kept where it offers them.
    pub(super) async fn choose_model(
        &self,
        nonce: &Nonce,
        model: ModelId,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        let offered = self
            .snapshot
            .model(&model)
            .filter(|model| !model.makes.is_words() && model.takes(draft.photo.is_some()));
        let Some(model) = offered else {
            let kind = kinds::of(&self.snapshot, draft);
            let why = show::not_made(&self.snapshot, kind, draft.photo.is_some());
            return Ok(Self::alert(query_id, &self.say.text(why)));
        };
        let after = made_by(model, draft, &Choice::of(draft));
        self.change(draft, after, message_id, query_id).await
    }

    /// Another length.
    pub(super) async fn choose_duration(
        &self,
        nonce: &Nonce,
        seconds: u32,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        let model = self.snapshot.model(&draft.model);
        let made = model
            .filter(|model| model.price(seconds, Quality::Standard).is_some())
            .map(|model| (seconds, model.quality_or_standard(seconds, draft.quality)));
        let (duration_s, quality) = made.unwrap_or((draft.duration_s, draft.quality));
        self.change(
            draft,
            Draft {
                duration_s,
                quality,
                ..draft.clone()
            },
            message_id,
            query_id,
        )
        .await
    }

    /// Another shape.
    pub(super) async fn choose_aspect(
        &self,
        nonce: &Nonce,
        aspect: Aspect,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        let offered = self
            .snapshot
            .model(&draft.model)
            .is_some_and(|model| model.aspects.contains(&aspect));
        let aspect = if offered { aspect } else { draft.aspect };
        self.change(
            draft,
            Draft {
                aspect,
                ..draft.clone()
            },
            message_id,
            query_id,
        )
        .await
    }

    /// Another quality.
    pub(super) async fn choose_quality(
        &self,
        nonce: &Nonce,
        quality: Quality,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        let model = self.snapshot.model(&draft.model);
        let quality = model.map_or(draft.quality, |model| {
            model.quality_or_standard(draft.duration_s, quality)
        });
        let after = Draft {
            quality,
            ..draft.clone()
        };
        self.change(draft, after, message_id, query_id).await
    }

    /// Throws the draft away.
    pub(super) async fn drop_draft(
        &self,
        nonce: &Nonce,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.dropped(message_id, query_id));
        };
        let store = &self.desk.store;
        Ok(
            match store.drop_draft(self.account.user, draft, self.deadline).await? {
                Drafted::Moved(Some(stands)) if stands.nonce == draft.nonce => {
                    self.redraw(&stands, message_id)
                }
                // Perhaps because it was ordered, on another device and after this one had read.
                Drafted::Moved(_) if self.is_ordered(nonce).await? => {
                    Self::alert(query_id, &self.say.text("already-started"))
                }
                Drafted::Written | Drafted::Moved(_) => self.dropped(message_id, query_id),
            },
        )
    }

    async fn is_ordered(&self, nonce: &Nonce) -> Result<bool, Error> {
        let id = JobId {
            user: self.account.user,
            nonce: nonce.clone(),
        };
        Ok(self.desk.store.jobs().get(&id).await?.is_some())
    }

    /// There is no such draft any more, and its card goes too: dropped just now, or by a first try of this very update
    /// whose answer was lost, or long replaced. Only what was ordered stays.
    fn dropped(&self, message_id: i64, query_id: &str) -> Reply {
        if self.job.is_some() {
            return self.stale(query_id);
        }
        EditMessageText::html(self.chat, message_id, self.say.text("draft-dropped")).into()
    }

    /// Writes a changed draft and redraws its card. A change that changes nothing is not written; its card is redrawn all
    /// the same, for prices and limits may have moved.
    pub(super) async fn change(
        &self,
        before: &Draft,
        mut after: Draft,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        if after != *before {
            after.revision = before.revision.saturating_add(1);
            let store = &self.desk.store;
            if let Drafted::Moved(stands) = store
                .edit_draft(self.account.user, before, &after, self.deadline)
                .await?
            {
                return Ok(self.moved(before, stands.as_deref(), message_id, query_id));
            }
        }
        Ok(self.redraw(&after, message_id))
    }

    /// The draft has moved since it was read, perhaps by a first try of this very write: its card shows what stands. If
    /// it has gone, no press of this card will ever help.
    fn moved(&self, read: &Draft, stands: Option<&Draft>, message_id: i64, query_id: &str) -> Reply {
        match stands.filter(|draft| draft.nonce == read.nonce) {
            Some(draft) => self.redraw(draft, message_id),
            None => self.stale(query_id),
        }
    }

    /// The card is of a draft that is no more: ordered already, or replaced.
    pub(super) fn stale(&self, query_id: &str) -> Reply {
        let text = if self.job.is_some() {
            "already-started"
        } else {
            "draft-stale"
        };
        Self::alert(query_id, &self.say.text(text))
    }
}

/// A draft for another model: of what was chosen, whatever it offers. The shape of a photo stays.
pub(super) fn made_by(model: &Model, draft: &Draft, choice: &Choice) -> Draft {
    let (duration_s, quality) = model.nearest(choice.duration_s, choice.quality);
    let offered = model
        .aspects
        .iter()
        .copied()
        .find(|aspect| *aspect == choice.aspect);
    let aspect = offered.or_else(|| model.aspects.first().copied());
    Draft {
        model: model.id.clone(),
        duration_s,
        quality,
        aspect: aspect.filter(|_| draft.photo.is_none()).unwrap_or(draft.aspect),
        ..draft.clone()
    }
}
