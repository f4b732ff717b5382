//! Before anybody pays, somebody else looks at the words and the photo, where the operator wants that. It is asked when the
//! draft is confirmed, and the same words or photo once a day: what it has said is kept under their fingerprint.

use std::time::Duration;

use domain::account::{Draft, Photo};
use domain::id::Nonce;
use domain::moderation::{CheckRule, Checked, Findings, Judged, Subject};
use providers::Photo as Picture;
use providers::checks::{Checker, Exhibit, NoOpinion};
use telegram::methods::{GetFile, Reply};

use super::Error;
use super::visit::Visit;
use crate::heard::{self, Heard, prints};
use crate::workshop::picture_kind;
use crate::{cards, moderation};

/// The longest that an opinion of words is waited for: somebody looks at the button.
const WORDS_MAX: Duration = Duration::from_secs(2);
/// The same of a photo, whose bytes go along.
const PHOTO_MAX: Duration = Duration::from_secs(3);
/// The longest that Telegram is waited for when it tells where a photo is.
const FIND_MAX: Duration = Duration::from_secs(1);
/// The longest that a photo's way from Telegram may take.
const LOAD_MAX: Duration = Duration::from_secs(2);
/// What is kept of the time for the order itself, or for saying why there is none.
const RESERVE: Duration = Duration::from_millis(2_500);
/// The largest photo that is looked at; larger ones are no photos here.
const PHOTO_BYTES_MAX: u64 = 10_000_000;

/// What the check is asked with.
#[derive(Debug)]
pub struct Inspector {
    /// The Bot API, for photos.
    pub bot: telegram::Client,
    /// Whoever is asked.
    pub checker: Checker,
}

/// What came of a check.
struct Inspected {
    judged: Judged,
    /// Nobody was asked for it: all of it was known.
    remembered: bool,
}

impl Visit<'_> {
    /// What is said instead of taking an order that would be taken, because a check does not let it pass. Nothing is charged.
    pub(super) async fn held_back(
        &mut self,
        nonce: &Nonce,
        revision: u32,
        ids: (i64, &str),
    ) -> Result<Option<Reply>, Error> {
        let inspected = Box::pin(self.inspect(nonce)).await?;
        if inspected.judged == Judged::Passes {
            return Ok(None);
        }
        self.turn_away((nonce, revision), &inspected, ids).await.map(Some)
    }

    async fn inspect(&self, nonce: &Nonce) -> Result<Inspected, Error> {
        let passes = Inspected {
            judged: Judged::Passes,
            remembered: true,
        };
        let (Some(rule), Some(draft)) = (&self.snapshot.moderation.check, self.draft(nonce)) else {
            return Ok(passes);
        };
        let prints = prints(rule, draft);
        let names: Vec<String> = prints.iter().map(|(_, print)| print.clone()).collect();
        if names.is_empty() {
            return Ok(passes);
        }
        let mut known = self.desk.store.opinions(&names, self.now).await?;
        let unknown = prints.iter().filter(|(_, print)| !known.contains_key(print));
        let unknown: Vec<_> = unknown.cloned().collect();
        let asked = unknown
            .iter()
            .map(|(subject, _)| self.look_at(rule, draft, *subject));
        let said = futures::future::join_all(asked).await;
        for ((_, print), findings) in unknown.iter().zip(said) {
            let Some(findings) = findings else { continue };
            // It is known all the same: whoever confirms again asks again.
            let kept = self
                .desk
                .store
                .keep_opinion(print, &findings, self.now, self.deadline);
            if let Err(error) = kept.await {
                tracing::warn!(name: "opinion_unkept", error = crate::chain(&error), "what a check said is not kept");
            }
            known.insert(print.clone(), findings);
        }
        let checked: Vec<Checked> = prints
            .iter()
            .map(|(subject, print)| (*subject, known.remove(print)))
            .collect();
        let judged = rule.judge(&checked);
        if !unknown.is_empty() {
            count(&judged, &checked);
        }
        Ok(Inspected {
            judged,
            remembered: unknown.is_empty(),
        })
    }

    /// What a check that was asked before says of a draft's category and part, if it is refused by it.
    pub(super) async fn was_flagged(&self, draft: &Draft) -> Result<Option<(&'static str, Subject)>, Error> {
        Ok(match self.heard_before(draft).await? {
            Heard::Refused { subject, category } => Some((category, subject)),
            Heard::NoCheck | Heard::Passes | Heard::NotAsked { .. } => None,
        })
    }

    /// What is known of a draft from a check that was asked before.
    pub(super) async fn heard_before(&self, draft: &Draft) -> Result<Heard, Error> {
        let rule = self.snapshot.moderation.check.as_ref();
        Ok(heard::of_draft(&self.desk.store, rule, draft, self.now).await?)
    }

    /// Says that an order is refused by a check. The card says it as well, with the button that says that it is a mistake;
    /// unless the card of this very draft was drawn so before.
    async fn turn_away(
        &mut self,
        (nonce, revision): (&Nonce, u32),
        inspected: &Inspected,
        (message_id, query_id): (i64, &str),
    ) -> Result<Reply, Error> {
        let say = self.say;
        let Judged::Refused { subject, category } = &inspected.judged else {
            self.note_refused(nonce, "unchecked").await;
            return Ok(Self::alert(query_id, &say.text("refused-unchecked")));
        };
        tracing::info!(name: "order_refused", user = self.account.user.0, refusal = "Flagged", subject = subject.as_str(), category, "an order was refused");
        let before = self.account.standing.strikes.marks.len();
        Box::pin(self.strike(nonce, revision)).await?;
        self.note_refused(nonce, &format!("flagged:{category}")).await;
        let is_new = self.account.standing.strikes.marks.len() > before;
        if let Some(until) = self.account.standing.strikes.paused_at(self.now) {
            return Ok(Self::alert(query_id, &self.suspended(until)));
        }
        let why = moderation::why(say, &self.snapshot.moderation, category);
        let told = say.with(
            "refused-flagged",
            [("subject", subject.as_str().into()), ("why", why.into())],
        );
        let draft = self.draft(nonce).filter(|_| is_new || !inspected.remembered);
        let Some(draft) = draft else {
            return Ok(Self::alert(query_id, &told));
        };
        let usages = self.usages_of(draft);
        let card = cards::refused(&self.view(draft, &usages), &told);
        Ok(self.edit_card(message_id, card))
    }

    async fn look_at(&self, rule: &CheckRule, draft: &Draft, subject: Subject) -> Option<Findings> {
        let said = match (&self.desk.inspector, subject, &draft.photo) {
            (None, ..) => Err(no("no check is set up", true)),
            (Some(inspector), Subject::Words, _) => self.ask_of_words(inspector, rule, &draft.prompt).await,
            (Some(inspector), Subject::Photo, Some(photo)) => self.ask_of_photo(inspector, rule, photo).await,
            (Some(_), Subject::Photo, None) => Ok(Findings::default()),
        };
        let none = match said {
            Ok(findings) => return Some(findings),
            Err(none) => none,
        };
        if none.needs_operator {
            tracing::error!(name: "check_needs_operator", subject = subject.as_str(), why = none.why, "a check does not answer until an operator acts");
        } else {
            tracing::warn!(name: "check_unanswered", subject = subject.as_str(), why = none.why, "a check does not answer");
        }
        None
    }

    async fn ask_of_words(
        &self,
        inspector: &Inspector,
        rule: &CheckRule,
        words: &str,
    ) -> Result<Findings, NoOpinion> {
        let timeout = self.deadline.for_call(WORDS_MAX, RESERVE).ok_or_else(no_time)?;
        let exhibit = Exhibit::Words(words);
        inspector.checker.ask(&rule.model, &exhibit, timeout).await
    }

    async fn ask_of_photo(
        &self,
        inspector: &Inspector,
        rule: &CheckRule,
        photo: &Photo,
    ) -> Result<Findings, NoOpinion> {
        let picture = self.load(inspector, photo).await?;
        let timeout = self.deadline.for_call(PHOTO_MAX, RESERVE).ok_or_else(no_time)?;
        let exhibit = Exhibit::Photo(&picture);
        inspector.checker.ask(&rule.model, &exhibit, timeout).await
    }

    /// A photo's bytes. Telegram's address of it holds the bot's token, so it is told to nobody.
    async fn load(&self, inspector: &Inspector, photo: &Photo) -> Result<Picture, NoOpinion> {
        let unread = |error: telegram::Error| {
            no(
                &format!("the photo cannot be had: {}", crate::chain(&error)),
                false,
            )
        };
        let timeout = self.deadline.for_call(FIND_MAX, RESERVE).ok_or_else(no_time)?;
        let file = inspector
            .bot
            .call(&GetFile::new(photo.file_id.clone()), timeout)
            .await;
        let path = file.map_err(unread)?.file_path;
        let path = path.ok_or_else(|| no("the photo is gone", false))?;
        let timeout = self.deadline.for_call(LOAD_MAX, RESERVE).ok_or_else(no_time)?;
        let download = inspector.bot.download_file(&path, PHOTO_BYTES_MAX, timeout).await;
        let mut download = download.map_err(unread)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = download.chunk().await.map_err(unread)? {
            bytes.extend_from_slice(&chunk);
        }
        let (mime, _) = picture_kind(&bytes).ok_or_else(|| no("the photo is no picture", false))?;
        let (mime, bytes) = (mime.to_owned(), bytes.into());
        Ok(Picture::Bytes { mime, bytes })
    }
}

fn no(why: &str, needs_operator: bool) -> NoOpinion {
    NoOpinion {
        why: why.to_owned(),
        needs_operator,
    }
}

fn no_time() -> NoOpinion {
    no("no time was left to ask", false)
}

/// Counts what came of a check that was asked.
fn count(judged: &Judged, checked: &[Checked]) {
    let silent = checked.iter().any(|(_, findings)| findings.is_none());
    meter::order_checked(match judged {
        Judged::Refused { .. } => "refused",
        Judged::Unchecked | Judged::Passes if silent => "unanswered",
        Judged::Unchecked | Judged::Passes => "passed",
    });
}
