//! Sends a report: its words, then its picture, each once.
//!
//! A report is claimed once it is made, for as long as it takes to send it, and each part is noted before and after it is
//! sent. Whoever comes again, because the schedule repeats itself or a run has broken off, goes on where it was; two at once
//! send one. Where Telegram has not
//! answered, nobody knows whether a part arrived. A report that is missing is worse than one that stands there twice, so it
//! is sent once more, not again and again, and says that it is a repetition.

use std::time::Duration;

use domain::report::{Business, Period, Span};
use domain::time::Millis;
use store::{Claim, Claimant, Claimed, Part};
use table::Deadline;
use telegram::Upload;
use telegram::methods::{InputFile, SendMessage, SendPhoto};

use super::words::title;
use super::{Reporter, chart, messages, zone};
use crate::texts::Say;

/// How often a part is sent at most where Telegram does not say whether it arrived.
const TRIES_MAX: u32 = 2;
/// The longest that Telegram is waited for.
const TEXT_TIMEOUT: Duration = Duration::from_secs(20);
const CHART_TIMEOUT: Duration = Duration::from_secs(40);
/// What is kept of the time to note how a call went.
const RESERVE: Duration = Duration::from_secs(5);
/// How long the sending may take: both calls, and what is noted of them.
const SENDING: Duration = Duration::from_secs(75);
/// How long a claim holds: longer than the sending by what clocks may differ, and shorter than the two minutes that Lambda
/// waits before its last try, so that a run that has died takes nobody's report away.
const LEASE: Millis = Millis::from_secs(85);

/// Where a report goes.
#[derive(Clone, Debug)]
pub struct Post {
    /// The bot.
    pub bot: telegram::Client,
    /// The operator's chat.
    pub chat: i64,
    /// Their language.
    pub say: Say,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is sent.
    Sent,
    /// It was sent before.
    Before,
}

/// Why a report was not sent. Whoever comes again goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The tables did not answer.
    #[error("the report could not be gathered or noted")]
    Tables(#[from] store::Error),
    /// Somebody else is at it.
    #[error("somebody else is sending this report")]
    Busy,
    /// Telegram did not take it.
    #[error("Telegram did not take the report")]
    Telegram(#[from] telegram::Error),
    /// The picture could not be drawn.
    #[error("the picture could not be drawn")]
    Picture(#[from] chart::Error),
    /// There was no time left to ask Telegram.
    #[error("no time was left to send it")]
    NoTime,
}

impl Reporter {
    /// Sends the report of a time, unless it was sent.
    pub async fn send(&self, post: &Post, period: &Period, deadline: Deadline) -> Result<Outcome, Failed> {
        if self.notes.was_sent(period).await? {
            return Ok(Outcome::Before);
        }
        let business = self.gather(period.clone()).await?;
        let (deadline, now) = (deadline.within(SENDING), self.env.now());
        let name = self.env.nonce();
        let by = Claimant {
            name: name.as_str(),
            now,
            until: now.after(LEASE),
        };
        let claimed = match self.notes.claim(period, by, deadline).await? {
            Claim::Ours(claimed) => claimed,
            Claim::Busy => return Err(Failed::Busy),
            Claim::Done => return Ok(Outcome::Before),
        };
        let sent = self.send_parts(post, &business, &claimed, deadline).await;
        // What cannot be noted now is known when the claim ends.
        if let Err(error) = self.notes.leave(&claimed, sent.is_ok(), deadline).await {
            tracing::warn!(name: "report_claim_stays", error = crate::chain(&error), "a report's claim stays until it ends");
        }
        sent.map(|()| Outcome::Sent)
    }

    async fn send_parts(
        &self,
        post: &Post,
        business: &Business,
        claimed: &Claimed,
        deadline: Deadline,
    ) -> Result<(), Failed> {
        self.note_usual(business, deadline).await;
        // What is known by now may be more than at the first try, and be cut elsewhere.
        let words = match claimed.words() {
            Some(words) => words.to_vec(),
            None => messages(post.say, business),
        };
        if claimed.words().is_none() && !self.notes.keep_words(claimed, &words, deadline).await? {
            return Err(Failed::Busy);
        }
        for (part, words) in Part::WORDS.into_iter().zip(words) {
            self.send_part(
                (claimed, part),
                deadline,
                async |again| {
                    let time = deadline.for_call(TEXT_TIMEOUT, RESERVE).ok_or(Failed::NoTime)?;
                    let message = SendMessage::html(post.chat, format!("{again}{words}"));
                    Ok(post.bot.call(&message, time).await?.message_id)
                },
                post.say,
            )
            .await?;
        }
        self.send_part(
            (claimed, Part::Chart),
            deadline,
            async |again| {
                let time = deadline.for_call(CHART_TIMEOUT, RESERVE).ok_or(Failed::NoTime)?;
                let (photo, picture) = picture(post, business, &again)?;
                Ok(post.bot.send_by_upload(&photo, picture, time).await?.message_id)
            },
            post.say,
        )
        .await
    }

    /// What was measured is told to customers from now on. A report does not depend on it.
    async fn note_usual(&self, business: &Business, deadline: Deadline) {
        // A week, or a day of long ago, is not how long it takes now.
        let yesterday = Period::ended(Span::Day, &zone(), self.env.now());
        let is_new = yesterday.is_some_and(|day| day == business.period);
        let usual = business.sums.usual();
        if usual.is_empty() || !is_new {
            return;
        }
        if let Err(error) = self.notes.put_usual(&usual, self.env.now(), deadline).await {
            tracing::warn!(name: "usual_times_unwritten", error = crate::chain(&error), "how long things take is not noted");
        }
    }

    /// Sends a part, unless it is known to be there, and notes what is known of it before and afterwards.
    async fn send_part(
        &self,
        (claimed, part): (&Claimed, Part),
        deadline: Deadline,
        send: impl AsyncFnOnce(String) -> Result<i64, Failed>,
        say: Say,
    ) -> Result<(), Failed> {
        let sending = claimed.sending(part);
        if sending.message.is_some() {
            return Ok(());
        }
        if sending.tries >= TRIES_MAX {
            tracing::error!(
                name: "report_part_unknown",
                ?part,
                "nobody knows whether a part of the report arrived; it is not sent again"
            );
            return Ok(());
        }
        let tries = sending.tries.saturating_add(1);
        if !self.notes.sends(claimed, part, tries, deadline).await? {
            return Err(Failed::Busy);
        }
        let again = if sending.tries > 0 {
            say.text("report-again") + "\n\n"
        } else {
            String::new()
        };
        match send(again).await {
            Ok(message) => Ok(self.notes.sent(claimed, part, message, deadline).await?),
            Err(failed) => {
                // A definite no was no try: the next one is the first.
                if !matches!(failed, Failed::Telegram(telegram::Error::Unknown { .. })) {
                    self.notes.sends(claimed, part, sending.tries, deadline).await?;
                }
                Err(failed)
            }
        }
    }
}

/// The picture, and the call that sends it.
fn picture(post: &Post, business: &Business, again: &str) -> Result<(SendPhoto, Upload), Failed> {
    let file = chart(post.say, business).png()?;
    let caption = format!("{again}{}", title(post.say, business));
    let photo = SendPhoto::new(post.chat, InputFile::Attached(String::new())).with_caption_html(caption);
    Ok((photo, Upload::bytes(file, "report.png").of_type("image/png")))
}
