//! Words for a draft: better ones, those that a photo asks for, and those of a voice message. They are ordered as a video
//! is; the draft comes back with them.

use domain::account::{Draft, Place, Voice};
use domain::admission::{Admission, ForWords, Refusal, Request, admit, amount, limits_touched};
use domain::catalog::{Makes, Model};
use domain::id::{JobId, MessageId, Nonce};
use domain::limit::Usage;
use domain::money::Credits;
use domain::video::Quality;
use telegram::methods::{EditMessageText, Reply};
use telegram::types::Message;

use super::Error;
use super::compose::First;
use super::visit::Visit;
use crate::words_card;

/// The longest voice message that is taken: a description is said in half a minute, and whoever talks for longer gets words
/// that no model takes.
pub(super) const VOICE_SECONDS_MAX: u32 = 120;
/// The largest: two minutes of the best sound that Telegram records have less than a tenth of it.
const VOICE_BYTES_MAX: u64 = 10_000_000;
/// What a draft's model takes, if nobody knows the model any more.
pub(super) const CHARS_MAX: u32 = 1000;

/// What makes words has neither a length to choose nor a quality.
const NO_CHOICE: (u32, Quality) = (0, Quality::Standard);

impl Visit<'_> {
    /// What makes words for a draft, if anything on offer does.
    fn maker_of_words(&self, draft: &Draft) -> Option<&Model> {
        if draft.voice.is_none() {
            // The words of a song or a speech are sung and spoken as they are, and a picture has no camera that moves.
            let model = self.snapshot.model(&draft.model);
            if model.is_some_and(|model| model.makes != Makes::Video) {
                return None;
            }
            return self.snapshot.offered(Makes::Prompt, draft.photo.is_some()).next();
        }
        let hears = |model: &&Model| model.enabled && model.makes == Makes::Transcript;
        self.snapshot.models.iter().find(hears)
    }

    /// What words for a draft would cost; `None` where nobody makes them, or the customer may have no more of them now.
    pub(super) fn words_price(&self, draft: &Draft) -> Option<Credits> {
        if draft.voice.is_none() && draft.prompt.is_empty() && draft.photo.is_none() {
            return None;
        }
        let model = self.maker_of_words(draft)?;
        // A voice message is nothing else; why it is not listened to is said when the button is pressed.
        let refused = || {
            self.denied_of(model, 0, false).is_some()
                || self.usages_of_words(model).iter().any(Usage::forbids)
        };
        if !self.takes_orders() || draft.voice.is_none() && refused() {
            return None;
        }
        let price = model.price(NO_CHOICE.0, NO_CHOICE.1)?;
        let covered = self
            .payer(model, NO_CHOICE)
            .plan
            .is_some_and(|plan| plan.covers(model));
        Some(if covered { Credits::ZERO } else { price })
    }

    fn usages_of_words(&self, model: &Model) -> Vec<Usage> {
        let price = model.prices.first();
        let features = self.limits_of_features(model, 0, false).unwrap_or_default();
        let plan = self.payer(model, NO_CHOICE).plan;
        let touched = limits_touched(&self.snapshot.rules, Some(model), plan, &features);
        touched
            .map(|limit| self.usage(limit, amount(limit.measure, price)))
            .collect()
    }

    /// Decides whether words for a draft are ordered.
    pub(super) fn decide_words(
        &self,
        draft: &Draft,
        revision: u32,
        place: Place,
    ) -> Result<Admission, Refusal> {
        let model = self.maker_of_words(draft).ok_or(Refusal::ModelUnavailable)?;
        let described = self.snapshot.model(&draft.model);
        let chars_max = described.map_or(CHARS_MAX, |model| model.prompt_chars_max);
        let simple = words_card::simple_words(self.say, draft, chars_max);
        let usages = self.usages_of_words(model);
        admit(&Request {
            account: &self.account,
            nonce: &draft.nonce,
            revision,
            model: None,
            words: Some(ForWords {
                model,
                simple: &simple,
                chars_max,
            }),
            new_jobs: self.takes_orders(),
            rules: &self.snapshot.rules,
            moderation: &self.snapshot.moderation,
            plan: self.payer(model, NO_CHOICE).plan,
            denied: self.denied_of(model, 0, false),
            costs: &self.snapshot.costs,
            usages: &usages,
            place,
            locale: self.say.locale().as_str(),
            now: self.now,
        })
    }

    /// The words that were there before.
    pub(super) async fn as_it_was(
        &self,
        nonce: &Nonce,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(draft) = self.draft(nonce) else {
            return Ok(self.stale(query_id));
        };
        let mut after = draft.clone();
        if let Some(before) = after.before.take() {
            after.prompt = before;
            after.wish = None;
        }
        self.change(draft, after, message_id, query_id).await
    }

    /// Makes a draft of words that came while something else was composed.
    pub(super) async fn use_words(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let draft = self.job.as_ref().and_then(|job| job.words_as_draft(self.now));
        let Some(draft) = draft else {
            return Ok(Self::alert(query_id, &self.say.text("draft-stale")));
        };
        // The same press again, perhaps long after.
        if let Some(stands) = self.draft(&draft.nonce) {
            return Ok(self.redraw(stands, message_id));
        }
        let id = JobId {
            user: self.account.user,
            nonce: draft.nonce.clone(),
        };
        if self.desk.store.jobs().get(&id).await?.is_some() {
            return Ok(Self::alert(query_id, &self.say.text("already-started")));
        }
        let store = &self.desk.store;
        if !store.put_draft(self.account.user, &draft, self.deadline).await? {
            return Ok(Self::alert(query_id, &self.say.text("trouble")));
        }
        Ok(self.redraw(&draft, message_id))
    }

    /// A voice message becomes a draft whose words are still to be heard.
    pub(super) async fn listen_to(&self, message: &Message) -> Result<Option<Reply>, Error> {
        let Some(voice) = &message.voice else {
            return Ok(None);
        };
        let say = self.say;
        if voice.duration > VOICE_SECONDS_MAX || voice.file_size.unwrap_or(0) > VOICE_BYTES_MAX {
            let minutes = [("minutes", (VOICE_SECONDS_MAX / 60).into())];
            return Ok(Some(self.send(say.with("voice-too-long", minutes)).into()));
        }
        if !self.takes_orders() {
            return Ok(Some(self.send(say.text("paused")).into()));
        }
        let source = (message.message_id > 0).then_some(MessageId(message.message_id));
        let voice = Voice {
            file_id: voice.file_id.clone(),
            duration_s: voice.duration.max(1),
        };
        if let Some(awaits) = self.awaits_a_wish() {
            return self.hear(&self.answered_by(awaits, Some(voice), source)).await;
        }
        let photo = self.photo_before();
        let Some(model) = self.model_for(photo.is_some()) else {
            let why = crate::show::not_made(&self.snapshot, Makes::Video, photo.is_some());
            return Ok(Some(self.send(say.text(why)).into()));
        };
        let words = message.caption.as_deref().unwrap_or_default().trim();
        let draft = Draft {
            voice: Some(voice),
            source,
            ..self.new_draft(words.to_owned(), photo, model)
        };
        self.hear(&draft).await
    }

    async fn hear(&self, draft: &Draft) -> Result<Option<Reply>, Error> {
        if self.maker_of_words(draft).is_none() {
            return Ok(Some(self.send(self.say.text("voice-not-offered")).into()));
        }
        self.put(draft, First::Card).await.map(Some)
    }

    /// That words are asked for, in the place of the card.
    pub(super) fn words_asked(&self, job: &domain::job::Job, message_id: i64) -> Reply {
        EditMessageText::html(self.chat, message_id, words_card::asked(self.say, job)).into()
    }
}
