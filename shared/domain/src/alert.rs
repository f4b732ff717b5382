//! What the operator's chat is told of errors, and of alarms: one message for each kind, counted on in place, and few of them in an hour
//! whatever happens. A storm of ten thousand errors of three kinds is three messages that say how many there were.
//!
//! All that is known stands in one [`Book`]. Whoever hears of errors puts them down ([`Book::hear`]), takes what is to be
//! shown ([`Book::next`]) and says how that went ([`Book::told`]). What is taken is nobody else's until its time is up; so
//! two who hear at once do not tell twice, and what somebody took who then died is told by another.

use crate::time::{Millis, Timestamp};

/// How long errors of a kind are counted in one message; those that come later make a new one.
pub const COUNTED_FOR: Millis = Millis::from_mins(60);
/// How often a message is counted on at most. Telegram takes about 20 messages a minute in a group.
pub const EDIT_EVERY: Millis = Millis::from_mins(1);
/// How long whoever has taken something to tell may take for it.
pub const TAKEN_FOR: Millis = Millis::from_secs(30);
/// Kinds of errors with a message of their own, of those that began in one hour. The others share one. An alarm always has its
/// own: the stack has few, and each stands for what may hurt customers.
pub const MESSAGES_MAX: usize = 10;
/// Kinds of errors that are known at all. More than that at once are not counted apart.
pub const KINDS_MAX: usize = 100;
/// How soon an alarm that was quiet again makes a message of its own when it rings once more. Before that it is counted on.
pub const RINGS_APART: Millis = Millis::from_mins(15);
/// Messages that may be sent for one kind: an answer was lost, and nobody knows whether the first was shown.
pub const SENDS_MAX: u32 = 2;

/// What is the same about errors that share a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The function that wrote it, or the alarm. Empty for the message of all kinds that have none of their own.
    pub function: String,
    /// What happened.
    pub event: String,
    /// With which provider, rail or model; empty where that is not said.
    pub with: String,
}

/// An error that was heard of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Of which kind.
    pub kind: Kind,
    /// When it was written.
    pub at: Timestamp,
    /// What happened, in words.
    pub words: String,
    /// For which order, as logs name it; empty where for none.
    pub job: String,
    /// Of an alarm: whether it rings now.
    pub rings: Option<bool>,
}

/// A kind of errors, and what the operator knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Which.
    pub kind: Kind,
    /// When the first came that is counted here.
    pub since: Timestamp,
    /// When the last one came.
    pub until: Timestamp,
    /// How many there were.
    pub count: u64,
    /// What happened, in words.
    pub words: String,
    /// The last order that it happened to.
    pub job: String,
    /// Of an alarm: whether it rang the last time.
    pub rings: Option<bool>,
    /// The message that says so.
    pub message: Option<i64>,
    /// How many that message says.
    pub said: u64,
    /// When it was sent or changed, or somebody tried to.
    pub told_at: Option<Timestamp>,
    /// Until when somebody is at it.
    pub taken_until: Option<Timestamp>,
    /// Messages that were sent for it, or may have been.
    pub sends: u32,
    /// Whether it has no message of its own.
    pub is_left_out: bool,
}

/// How it went to tell the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The message stands.
    Shown(i64),
    /// The message is gone: somebody has deleted it.
    Gone,
    /// It was not told, and is to be told after so long at the soonest.
    Later(Millis),
    /// Nobody knows.
    Unknown,
}

/// All that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The kinds, in the order in which they came.
    pub groups: Vec<Group>,
}

impl Group {
    /// Whether its time of being counted is over.
    fn is_over(&self, now: Timestamp) -> bool {
        self.since.after(COUNTED_FOR) <= now
    }

    /// Whether it is the one for all kinds without a message of their own.
    pub fn is_rest(&self) -> bool {
        self.kind.function.is_empty()
    }

    /// Whether an alarm rings once more that was quiet again, and not just before.
    fn is_rung_again(&self, heard: &Heard, now: Timestamp) -> bool {
        let rings_again = self.rings == Some(false) && heard.rings == Some(true);
        rings_again && self.since.after(RINGS_APART) <= now
    }

    fn is_to_be_told(&self, now: Timestamp) -> bool {
        let waits = |since: Option<Timestamp>| since.is_some_and(|until| now < until);
        let just_told = self.message.is_some() && waits(self.told_at.map(|at| at.after(EDIT_EVERY)));
        let may_be_sent = self.message.is_some() || self.sends < SENDS_MAX;
        !self.is_left_out && self.said < self.count && may_be_sent && !just_told && !waits(self.taken_until)
    }
}

impl Book {
    /// Puts errors down, and forgets what is over and told.
    pub fn hear(&mut self, heard: &[Heard], now: Timestamp) {
        let may_be_told = |group: &Group| group.message.is_some() || group.sends < SENDS_MAX;
        let is_untold = |group: &Group| group.said < group.count && !group.is_left_out && may_be_told(group);
        // What could not be told for as long again is not kept for ever either.
        let is_late = |group: &Group| group.since.after(COUNTED_FOR).after(COUNTED_FOR) <= now;
        let is_kept = |group: &Group| !group.is_over(now) || (is_untold(group) && !is_late(group));
        self.groups.retain(is_kept);
        for one in heard {
            self.count(one, now);
        }
    }

    /// The kinds that are no alarms.
    fn errors(&self) -> impl Iterator<Item = &Group> {
        self.groups
            .iter()
            .filter(|group| group.rings.is_none() && !group.is_rest())
    }

    fn count(&mut self, heard: &Heard, now: Timestamp) {
        let of_kind = |group: &&mut Group| group.kind == heard.kind && !group.is_over(now);
        let last = self.groups.iter_mut().rev().find(of_kind);
        if let Some(group) = last.filter(|group| !group.is_rung_again(heard, now)) {
            group.count = group.count.saturating_add(1);
            if heard.at >= group.until {
                group.rings = heard.rings;
            }
            group.until = group.until.max(heard.at);
            if !heard.job.is_empty() {
                group.job.clone_from(&heard.job);
            }
            return;
        }
        // The template bounds how many alarms there are, and nothing how many kinds of errors.
        let is_error = heard.rings.is_none();
        if is_error && self.errors().count() >= KINDS_MAX {
            // Beyond that nobody remembers which kinds there were, so they are no more than said to be there.
            return self.count_rest(heard, 0, now);
        }
        let of_their_own = self.errors().filter(|group| !group.is_left_out).count();
        let is_left_out = is_error && of_their_own >= MESSAGES_MAX;
        self.groups.push(Group {
            kind: heard.kind.clone(),
            since: now,
            until: heard.at,
            count: 1,
            words: heard.words.clone(),
            job: heard.job.clone(),
            rings: heard.rings,
            is_left_out,
            ..Group::default()
        });
        if is_left_out {
            self.count_rest(heard, 1, now);
        }
    }

    /// So many more kinds without a message of their own.
    fn count_rest(&mut self, heard: &Heard, kinds: u64, now: Timestamp) {
        let rest = self
            .groups
            .iter_mut()
            .find(|group| group.is_rest() && !group.is_over(now));
        match rest {
            Some(rest) => {
                rest.count = rest.count.saturating_add(kinds);
                rest.until = rest.until.max(heard.at);
            }
            None => self.groups.push(Group {
                since: now,
                until: heard.at,
                count: 1,
                ..Group::default()
            }),
        }
    }

    /// Takes what is to be told next; `None` if there is nothing now. It is the taker's until its time is up.
    pub fn next(&mut self, now: Timestamp) -> Option<Group> {
        let group = self.groups.iter_mut().find(|group| group.is_to_be_told(now))?;
        group.taken_until = Some(now.after(TAKEN_FOR));
        if group.message.is_none() {
            group.sends = group.sends.saturating_add(1);
        }
        Some(group.clone())
    }

    /// Puts down how it went with what was taken.
    pub fn told(&mut self, taken: &Group, told: Told, now: Timestamp) {
        let same = |group: &&mut Group| group.kind == taken.kind && group.since == taken.since;
        let Some(group) = self.groups.iter_mut().find(same) else {
            return;
        };
        group.told_at = Some(now);
        match told {
            Told::Shown(message) => {
                (group.message, group.said, group.taken_until) = (Some(message), taken.count, None);
            }
            // Whoever deleted it has read it.
            Told::Gone => (group.said, group.taken_until, group.is_left_out) = (group.count, None, true),
            Told::Later(after) => {
                group.taken_until = Some(now.after(after));
                if group.message.is_none() {
                    group.sends = group.sends.saturating_sub(1);
                }
            }
            // Once more after a while: two of one kind are better than none.
            Told::Unknown => group.taken_until = Some(now.after(EDIT_EVERY)),
        }
    }
}

#[cfg(test)]
mod tests;
