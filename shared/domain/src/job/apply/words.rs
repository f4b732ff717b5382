//! Orders for words: the answer has them, and the customer goes on composing with them.

use crate::account::{Draft, Photo};
use crate::job::{Answer, Change, Failure, Job, Refused, Rule, Settlement, Stage};
use crate::time::Timestamp;

impl Job {
    /// T16. The worker that has the answer goes on to show it, so the first attempt is claimed with it.
    pub(super) fn answered(
        &self,
        answer: Answer,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Submitting])?;
        if self.order.sketch.is_none() {
            return Err(Refused::WrongStage(self.stage));
        }
        let draft = self.draft_with(&answer, now);
        let mut change = self.go(Rule::T16, Stage::Rendered, now, |job| {
            job.answer = Some(answer);
            job.delivery_tries = 1;
            job.edit_unsure = true;
            job.due_at = Some(until);
        });
        change.draft = draft;
        Ok(change)
    }

    /// What the customer goes on with after a settlement.
    pub(super) fn draft_after(
        &self,
        settlement: Settlement,
        failure: Option<Failure>,
        now: Timestamp,
    ) -> Option<Draft> {
        match settlement {
            Settlement::Capture => None,
            Settlement::Release => self.draft_back(failure, now),
        }
    }

    /// What the customer goes on with when words came to nothing: simple ones instead of better ones; where theirs were
    /// refused, or they took it back, what was there before. `None` where there is nothing to go on with.
    pub(super) fn draft_back(&self, failure: Option<Failure>, now: Timestamp) -> Option<Draft> {
        let sketch = self.order.sketch.as_ref()?;
        // The words came, and were not shown: they stand in the draft, or the customer was composing something else.
        if self.answer.is_some() {
            return None;
        }
        let own = &self.order.prompt;
        let simple = !matches!(failure, None | Some(Failure::Moderation));
        let words = if simple { &sketch.simple } else { own };
        if words.is_empty() && self.order.image.is_none() {
            return None;
        }
        let before = Some(own.clone()).filter(|own| !own.is_empty() && own != words);
        self.draft_of(words.clone(), before, now)
    }

    /// What the customer goes on with when the words came. What was heard of a wish is no description yet: it stands behind
    /// the words that it is about.
    fn draft_with(&self, answer: &Answer, now: Timestamp) -> Option<Draft> {
        let sketch = self.order.sketch.as_ref()?;
        if sketch.hears_a_wish() {
            let old = self.draft_of(self.order.prompt.clone(), None, now)?;
            return Some(old.varied(&answer.text, sketch.chars_max));
        }
        let before = Some(self.order.prompt.clone()).filter(|words| !words.is_empty());
        let draft = self.draft_of(answer.text.clone(), before, now)?;
        Some(Draft { wish: None, ..draft })
    }

    /// The draft that comes after this order; always of the same name.
    fn draft_of(&self, prompt: String, before: Option<String>, now: Timestamp) -> Option<Draft> {
        let sketch = self.order.sketch.as_ref()?;
        let photo = self.order.image.as_ref().map(|image| Photo {
            file_id: image.file_id.clone(),
            width: 0,
            height: 0,
        });
        Some(Draft {
            nonce: self.id.nonce.next(),
            revision: 1,
            prompt,
            photo,
            model: sketch.model.clone(),
            aspect: sketch.aspect,
            duration_s: sketch.duration_s,
            quality: sketch.quality,
            created_at: now,
            source: sketch.source,
            voice: None,
            before,
            wish: sketch.wish.clone(),
        })
    }

    /// What this order's words are as a draft, however it stands; `None` if there are none.
    pub fn words_as_draft(&self, now: Timestamp) -> Option<Draft> {
        match &self.answer {
            Some(answer) => self.draft_with(answer, now),
            None => self.draft_back(self.failure, now),
        }
    }
}
