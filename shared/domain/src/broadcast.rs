//! An operator's message to many customers: what it says, to whom, how fast, and how far it is.
//!
//! It promises each customer at most one message. So whoever sends writes down first whom they are about to write to, and
//! what was begun and whose end nobody knows is counted as unsure and never begun again.

mod segment;
mod step;

use std::collections::BTreeMap;

use crate::id::{Nonce, UserId};
use crate::time::{Millis, Timestamp};

pub use segment::{Person, Segment, Tariff, Unreached};
pub use step::{Claim, Outcome, Step, quiet_until};

/// Messages a second, where nothing else is said. Telegram takes 30 from a bot, and deliveries need some of them.
pub const PER_SECOND: u32 = 20;
/// Messages a second at most.
pub const PER_SECOND_MAX: u32 = 25;
/// How long the count of whom a broadcast would reach may be confirmed: later it says too little.
pub const RECKONED_FOR: Millis = Millis::from_mins(24 * 60);
/// How long after its start a broadcast may be taken up again. Whom it was sent to is written down for longer
/// ([`INTENT_KEPT`]), so nobody is forgotten as long as it can go on.
pub const RESUMED_WITHIN: Millis = Millis::from_mins(30 * 24 * 60);
/// How long it stays written down whom a broadcast was sent to.
pub const INTENT_KEPT: Millis = Millis::from_mins(90 * 24 * 60);
/// How long a step is whoever's who has begun it; longer than any run of the function may last.
pub const LEASE: Millis = Millis::from_secs(75);
/// From one step to the next.
pub const BETWEEN_STEPS: Millis = Millis::from_secs(1);
/// The longest that Telegram's wish to be left alone is followed.
pub const RETRY_AFTER_MAX: Millis = Millis::from_mins(60);
/// Refusals of the message itself within one step, with nobody reached, after which a broadcast stops by itself.
pub const REFUSALS_MAX: u32 = 3;

/// What a broadcast is called: when it was made, and letters that nobody guesses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BroadcastId(String);

impl BroadcastId {
    /// The name of one that is made now.
    pub fn new(now: Timestamp, nonce: &Nonce) -> Self {
        let letters: String = nonce.as_str().chars().take(ID_LETTERS).collect();
        Self(format!("{:013}-{letters}", now.0.max(0)))
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, letters) = text.split_once('-')?;
        let digits = at.len() == ID_DIGITS && at.bytes().all(|byte| byte.is_ascii_digit());
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let lettered = letters.len() == ID_LETTERS && letters.bytes().all(named);
        (digits && lettered).then(|| Self(text.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits of a name's time.
const ID_DIGITS: usize = 13;
/// Letters behind them.
const ID_LETTERS: usize = 6;

/// What a broadcast says. Texts are by language, as `ru`; who speaks a language that there is no text in is not written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// In Telegram's HTML.
    pub texts: BTreeMap<String, String>,
    /// A photo above them: Telegram's name of a file, or a public address.
    pub photo: Option<String>,
    /// A button below.
    pub link: Option<Link>,
}

/// A button that opens an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// What stands on it, by language.
    pub labels: BTreeMap<String, String>,
}

/// Where a broadcast stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made, and nobody was written to.
    Draft,
    /// Customers are written to.
    Running,
    /// It waits to be taken up again, or for ever.
    Stopped,
    /// Everybody was gone through.
    Done,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Running, Self::Stopped, Self::Done];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What came of the customers that were gone through. Each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Telegram has taken the message.
    pub sent: u64,
    /// Telegram said that they have blocked the bot, or are gone.
    pub blocked: u64,
    /// Nobody knows whether the message reached them; they are not written to again.
    pub unsure: u64,
    /// Telegram refused the message for another reason.
    pub refused: u64,
    /// Not written to: they want no broadcasts.
    pub muted: u64,
    /// Not written to: they had blocked the bot before.
    pub gone: u64,
    /// Not written to: there is no text in their language.
    pub wordless: u64,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sent: self.sent.saturating_add(other.sent),
            blocked: self.blocked.saturating_add(other.blocked),
            unsure: self.unsure.saturating_add(other.unsure),
            refused: self.refused.saturating_add(other.refused),
            muted: self.muted.saturating_add(other.muted),
            gone: self.gone.saturating_add(other.gone),
            wordless: self.wordless.saturating_add(other.wordless),
        }
    }

    /// One more that is not written to.
    pub fn pass_over(&mut self, why: Unreached) {
        let count = match why {
            Unreached::Muted => &mut self.muted,
            Unreached::Gone => &mut self.gone,
            Unreached::Wordless => &mut self.wordless,
        };
        *count = count.saturating_add(1);
    }
}

/// A dry run: who would be written to. It may take several goes, and says how far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reckoning {
    /// Customers that would be written to.
    pub recipients: u64,
    /// Customers of the segment that would not be, by why.
    pub passed: Counts,
    /// Accounts that were looked at.
    pub looked_at: u64,
    /// Whom the go before ended with; `None` at the beginning.
    pub cursor: Option<UserId>,
    /// When the last account was looked at; `None` while there are more.
    pub finished_at: Option<Timestamp>,
}

impl Reckoning {
    /// Takes an account in.
    pub fn add(&mut self, broadcast: &Broadcast, person: &Person, now: Timestamp) {
        self.looked_at = self.looked_at.saturating_add(1);
        self.cursor = Some(person.user);
        if !broadcast.segment.holds(person, now) {
            return;
        }
        match person.reached_by(&broadcast.wording) {
            Ok(_) => self.recipients = self.recipients.saturating_add(1),
            Err(why) => self.passed.pass_over(why),
        }
    }
}

/// A broadcast as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// What it is called.
    pub id: BroadcastId,
    /// What it says.
    pub wording: Wording,
    /// To whom.
    pub segment: Segment,
    /// Messages a second at most.
    pub per_second: u32,
    /// Who made it, by the name that the audit lists.
    pub by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Grows with every change that an operator makes.
    pub revision: u64,
    /// The latest dry run.
    pub reckoning: Option<Reckoning>,
    /// When customers were first written to.
    pub started_at: Option<Timestamp>,
    /// How many it was to reach when it was started.
    pub expected: Option<u64>,
    /// What came of those that were gone through.
    pub counts: Counts,
    /// Whom the walk through the accounts has come to; `None` at the beginning.
    pub cursor: Option<UserId>,
    /// Whether it has come to the end.
    pub walked: bool,
    /// Customers that the walk has passed and that surely have no message yet: the next to be written to.
    pub owed: Vec<UserId>,
    /// Messages a second at present: fewer after Telegram has asked to be left alone.
    pub pace: u32,
    /// Grows with every step, so that two that run at once do not undo each other's.
    pub fence: u64,
    /// Until when a step is somebody's.
    pub lease_until: Option<Timestamp>,
    /// When the next step may be.
    pub due_at: Timestamp,
    /// When it last went on.
    pub progressed_at: Timestamp,
    /// Why it stopped by itself.
    pub halted: Option<Halt>,
}

/// Why a broadcast stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Telegram refuses the message itself, whoever it is for.
    Refused,
    /// Telegram does not take the bot's token.
    NoToken,
}

impl Halt {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NoToken => "no_token",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Refused, Self::NoToken]
            .into_iter()
            .find(|halt| halt.as_str() == word)
    }
}

/// Why an operator's wish does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It takes another state.
    NotNow(State),
    /// There is no finished dry run, or it is too old.
    NotReckoned,
    /// The dry run has found another number of recipients.
    OtherCount(u64),
    /// It would reach nobody.
    Nobody,
    /// It was started too long ago.
    TooLate,
}

impl Broadcast {
    /// One that was just made.
    pub fn new(
        id: BroadcastId,
        (wording, segment, per_second): (Wording, Segment, u32),
        by: &str,
        now: Timestamp,
    ) -> Self {
        let per_second = per_second.clamp(1, PER_SECOND_MAX);
        Self {
            id,
            wording,
            segment,
            per_second,
            by: by.to_owned(),
            created_at: now,
            state: State::Draft,
            revision: 1,
            reckoning: None,
            started_at: None,
            expected: None,
            counts: Counts::default(),
            cursor: None,
            walked: false,
            owed: Vec::new(),
            pace: per_second,
            fence: 0,
            lease_until: None,
            due_at: now,
            progressed_at: now,
            halted: None,
        }
    }

    /// With a dry run that has come further.
    pub fn reckoned(&self, reckoning: Reckoning) -> Result<Self, Unfit> {
        self.is(State::Draft)?;
        Ok(Self {
            reckoning: Some(reckoning),
            revision: self.revision.saturating_add(1),
            ..self.clone()
        })
    }

    /// Tried out by somebody, before it is started.
    pub fn tested(&self) -> Result<Self, Unfit> {
        self.is(State::Draft)?;
        Ok(Self {
            revision: self.revision.saturating_add(1),
            ..self.clone()
        })
    }

    /// Started, by somebody who names how many the dry run has found.
    pub fn started(&self, recipients: u64, now: Timestamp) -> Result<Self, Unfit> {
        self.is(State::Draft)?;
        let reckoning = self.reckoning.as_ref().ok_or(Unfit::NotReckoned)?;
        let finished = reckoning.finished_at.ok_or(Unfit::NotReckoned)?;
        if now.since(finished) > RECKONED_FOR {
            return Err(Unfit::NotReckoned);
        }
        if reckoning.recipients != recipients {
            return Err(Unfit::OtherCount(reckoning.recipients));
        }
        if recipients == 0 {
            return Err(Unfit::Nobody);
        }
        Ok(Self {
            started_at: Some(now),
            expected: Some(recipients),
            ..self.running(now)
        })
    }

    /// Stopped. What is on its way at this moment arrives.
    pub fn stopped(&self) -> Result<Self, Unfit> {
        self.is(State::Running)?;
        Ok(Self {
            state: State::Stopped,
            revision: self.revision.saturating_add(1),
            ..self.clone()
        })
    }

    /// Taken up again, where it was.
    pub fn resumed(&self, now: Timestamp) -> Result<Self, Unfit> {
        self.is(State::Stopped)?;
        let started = self.started_at.unwrap_or(self.created_at);
        if now.since(started) > RESUMED_WITHIN {
            return Err(Unfit::TooLate);
        }
        Ok(Self {
            halted: None,
            ..self.running(now)
        })
    }

    fn running(&self, now: Timestamp) -> Self {
        Self {
            state: State::Running,
            revision: self.revision.saturating_add(1),
            due_at: now,
            progressed_at: now,
            ..self.clone()
        }
    }

    fn is(&self, wanted: State) -> Result<(), Unfit> {
        (self.state == wanted)
            .then_some(())
            .ok_or(Unfit::NotNow(self.state))
    }
}

#[cfg(test)]
mod tests;
