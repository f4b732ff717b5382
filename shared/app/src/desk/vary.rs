//! The same once more, but for something: a draft like an order that was made before, whose words the next message changes.

use domain::account::{Draft, Voice};
use domain::catalog::Makes;
use domain::id::MessageId;
use telegram::methods::Reply;

use super::Error;
use super::compose::{First, PHOTO_WAITS};
use super::visit::Visit;
use super::words::CHARS_MAX;

impl Visit<'_> {
    /// Asks what is to be different. Until the answer comes, the draft is the old order's: its model, settings and photo.
    pub(super) async fn vary(&self, query_id: &str) -> Result<Reply, Error> {
        let alert = |text: &str| Ok(Self::alert(query_id, &self.say.text(text)));
        let job = self.job.as_ref();
        let job = job.filter(|job| job.order.makes == Makes::Video && job.order.can_be_repeated());
        let Some(job) = job else {
            return alert("vary-gone");
        };
        if !self.takes_orders() {
            return alert("paused");
        }
        let like_it = match self.like(&job.order) {
            Ok(draft) => draft,
            Err(why) => return alert(why),
        };
        // What comes next is the answer to this, and no question to the operator.
        if self.account.asking.is_some() {
            self.stop_asking().await?;
        }
        let draft = Draft {
            wish: Some(String::new()),
            ..like_it
        };
        self.put_once(&draft, First::Card).await
    }

    /// The draft whose customer was asked what is to be different, unless that was long ago.
    pub(super) fn awaits_a_wish(&self) -> Option<&Draft> {
        let draft = self.account.draft.as_ref()?;
        let fresh = self.now.since(draft.created_at) <= PHOTO_WAITS;
        (fresh && draft.awaits_a_wish()).then_some(draft)
    }

    /// What was written is what is to be different. `None` where nobody was asked for it.
    pub(super) async fn take_wish(
        &self,
        wish: &str,
        source: Option<MessageId>,
    ) -> Result<Option<Reply>, Error> {
        let Some(awaits) = self.awaits_a_wish() else {
            return Ok(None);
        };
        if !self.takes_orders() {
            return Ok(Some(self.send(self.say.text("paused")).into()));
        }
        let model = self.snapshot.model(&awaits.model);
        let chars_max = model.map_or(CHARS_MAX, |model| model.prompt_chars_max);
        let draft = self.answered_by(awaits, None, source).varied(wish, chars_max);
        self.put(&draft, First::Card).await.map(Some)
    }

    /// The draft whose voice message says what is to be different.
    pub(super) fn answered_by(
        &self,
        awaits: &Draft,
        voice: Option<Voice>,
        source: Option<MessageId>,
    ) -> Draft {
        Draft {
            nonce: self.desk.env.nonce(),
            revision: 1,
            created_at: self.now,
            source,
            voice,
            ..awaits.clone()
        }
    }
}
