//! What an open page is told while it is open: that something has changed since it last asked, never what.
//!
//! A stream looks every [`LOOK_EVERY`] at three rows: the settings' version, the customer's account, and who else
//! streams for that customer. What it saw is [`Marks`]; they are all that a stream knows, and a page says them when it
//! comes back, so that nothing is missed between two streams.

use std::fmt;

use crate::account::Account;
use crate::id::{Nonce, UserId};
use crate::time::{Jitter, Millis, Timestamp};

/// How often a stream looks.
pub const LOOK_EVERY: Millis = Millis::from_secs(2);
/// How long a stream is at most. Lambda does not end one whose page is gone, and it is paid for: so it is short, and a page
/// that is still there comes back.
pub const STREAM_MAX: Millis = Millis::from_secs(60);
/// Streams of one customer: a phone and a desk. Whoever comes next takes the place of the one that came first, which is
/// most likely a page that is gone.
pub const STREAMS_MAX: usize = 2;
/// Letters that marks have at most: three numbers of 64 bits, and what is between them.
const MARKS_CHARS_MAX: usize = 20 + 16 + 16 + 2;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The operator's settings: flags and features.
    Flags,
    /// What the customer may do, or what is left of it.
    Limits,
    /// Credits, plan, tier, language.
    Account,
    /// Which orders are under way.
    Orders,
}

impl Reason {
    /// As a page reads it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flags => "flags",
            Self::Limits => "limits",
            Self::Account => "account",
            Self::Orders => "orders",
        }
    }
}

/// What a look saw, as numbers that are the same as long as nothing has changed that a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    settings: u64,
    account: u64,
    orders: u64,
}

impl Marks {
    /// Of what was read. What the customer is composing in the chat is no page's concern.
    pub fn of(settings_version: u64, account: Option<&Account>) -> Self {
        let Some(account) = account else {
            return Self {
                settings: settings_version,
                account: 0,
                orders: 0,
            };
        };
        let balance = account.balance;
        let orders = account.active_jobs.iter().fold(START, |sum, job| {
            mixed(mixed(sum, job.nonce.as_str().as_bytes()), b"/")
        });
        let words = [&account.language, &account.zone];
        let words = words.map(|word| word.as_deref().unwrap_or_default());
        let numbers = [balance.available.0, balance.held.0, balance.debt.0];
        let sum = mixed(START, &account.standing.revision.to_be_bytes());
        let sum = numbers
            .into_iter()
            .fold(sum, |sum, number| mixed(sum, &number.to_be_bytes()));
        let sum = words
            .into_iter()
            .fold(sum, |sum, word| mixed(mixed(sum, word.as_bytes()), b"/"));
        Self {
            settings: settings_version,
            account: sum,
            orders,
        }
    }

    /// Reads what [`Marks`] are written as; `None` of anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MARKS_CHARS_MAX {
            return None;
        }
        let mut parts = text.splitn(3, '-');
        let (settings, account, orders) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            settings: settings.parse().ok()?,
            account: u64::from_str_radix(account, 16).ok()?,
            orders: u64::from_str_radix(orders, 16).ok()?,
        })
    }

    /// What has changed since; nothing, if it is the same.
    pub fn since(&self, before: &Self) -> Vec<Reason> {
        let settings = self.settings != before.settings;
        let account = self.account != before.account;
        let orders = self.orders != before.orders;
        [
            (settings, Reason::Flags),
            (settings || account || orders, Reason::Limits),
            (account, Reason::Account),
            (orders, Reason::Orders),
        ]
        .into_iter()
        .filter_map(|(changed, reason)| changed.then_some(reason))
        .collect()
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:x}-{:x}", self.settings, self.account, self.orders)
    }
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: the same in every build, which the standard library's hash does not promise. Nothing is kept from anybody by it.
fn mixed(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A stream's place among those of its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the stream is called.
    pub stream: Nonce,
    /// When it is over at the latest, also if it died.
    pub until: Timestamp,
}

/// The streams of a customer, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Grows with every change.
    pub revision: u64,
    /// Them.
    pub taken: Vec<Place>,
}

impl Places {
    /// With one that comes; whoever is over is gone, and of too many the oldest.
    #[must_use]
    pub fn entered(&self, place: Place, now: Timestamp) -> Self {
        let alive: Vec<&Place> = self.taken.iter().filter(|one| one.until > now).collect();
        let too_many = alive.len().saturating_add(1).saturating_sub(STREAMS_MAX);
        let kept = alive.into_iter().skip(too_many).cloned();
        self.next(kept.chain([place]).collect())
    }

    /// Without one that goes; `None` if it is not there any more.
    pub fn left(&self, stream: &Nonce) -> Option<Self> {
        self.holds(stream).then(|| {
            let others = self.taken.iter().filter(|one| one.stream != *stream);
            self.next(others.cloned().collect())
        })
    }

    /// Whether a stream that entered at that revision has lost its place. What is older says nothing: a look may be a
    /// moment behind.
    pub fn has_lost(&self, stream: &Nonce, entered_at: u64) -> bool {
        self.revision > entered_at && !self.holds(stream)
    }

    fn holds(&self, stream: &Nonce) -> bool {
        self.taken.iter().any(|one| one.stream == *stream)
    }

    fn next(&self, taken: Vec<Place>) -> Self {
        Self {
            revision: self.revision.saturating_add(1),
            taken,
        }
    }
}

/// When a stream that begins now ends: not all at the same time, though all may have begun together.
pub fn ends_at(now: Timestamp, jitter: Jitter) -> Timestamp {
    const SPREAD: Millis = Millis::from_secs(20);
    let early = Millis(SPREAD.0.saturating_sub(jitter.spread(SPREAD).0));
    now.after(Millis(STREAM_MAX.0.saturating_sub(early.0)))
}

/// How long a ticket for streams holds at least, and how long at most. It ends with an hour, so that the address with it
/// in it, which is part of answers with a tag, changes once an hour.
pub const TICKET_MIN: Millis = Millis::from_mins(60);

/// When a ticket that is given out now ends.
pub fn ticket_ends(now: Timestamp) -> Timestamp {
    let hour = TICKET_MIN.0.max(1);
    let begun = now.0.div_euclid(hour);
    Timestamp(begun.saturating_add(2).saturating_mul(hour))
}

/// Whose streams: for whoever has no account yet, too, because one may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The customer.
    pub user: UserId,
    /// The first moment at which it holds no more.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::JobId;
    use crate::money::Credits;

    fn nonce(byte: u8) -> Nonce {
        Nonce::from_random([byte; crate::id::NONCE_CHARS])
    }

    fn place(byte: u8, until: i64) -> Place {
        Place {
            stream: nonce(byte),
            until: Timestamp(until),
        }
    }

    #[test]
    fn each_change_that_a_page_shows_is_told_with_its_reason_and_no_other_is() {
        let account = Account::new(UserId(7));
        let before = Marks::of(3, Some(&account));
        let changed = |change: &dyn Fn(&mut Account)| {
            let mut account = account.clone();
            change(&mut account);
            Marks::of(3, Some(&account)).since(&before)
        };
        assert_eq!(changed(&|_| {}), []);
        assert_eq!(changed(&|it| it.asking = Some(Timestamp(1))), []);
        let of_account = [Reason::Limits, Reason::Account];
        assert_eq!(changed(&|it| it.balance.available = Credits(5)), of_account);
        assert_eq!(changed(&|it| it.balance.debt = Credits(5)), of_account);
        assert_eq!(changed(&|it| it.standing.revision = 9), of_account);
        assert_eq!(changed(&|it| it.language = Some("ru".to_owned())), of_account);
        let job = JobId {
            user: UserId(7),
            nonce: nonce(1),
        };
        assert_eq!(
            changed(&|it| it.active_jobs = [job.clone()].into()),
            [Reason::Limits, Reason::Orders]
        );
        assert_eq!(
            Marks::of(4, Some(&account)).since(&before),
            [Reason::Flags, Reason::Limits]
        );
        assert_eq!(
            Marks::of(3, None).since(&before),
            [Reason::Limits, Reason::Account, Reason::Orders]
        );
    }

    #[test]
    fn marks_are_read_as_they_are_written_and_nothing_else_is() {
        let marks = Marks::of(u64::MAX, Some(&Account::new(UserId(7))));
        assert_eq!(Marks::parse(&marks.to_string()), Some(marks));
        for other in ["", "1", "1-2", "1-2-x", "-1-2-3", "1-2-3-4", &"1".repeat(99)] {
            assert_eq!(Marks::parse(other), None, "{other}");
        }
    }

    #[test]
    fn whoever_comes_last_takes_the_place_of_whoever_came_first() {
        let (first, second) = (place(1, 100), place(2, 100));
        let both = Places::default()
            .entered(first.clone(), Timestamp(0))
            .entered(second.clone(), Timestamp(0));
        assert_eq!(both.taken, [first, second.clone()]);
        let third = both.entered(place(3, 100), Timestamp(0));
        assert_eq!(third.taken, [second, place(3, 100)]);
        assert!(third.has_lost(&nonce(1), 1));
        assert!(!third.has_lost(&nonce(2), 2) && !third.has_lost(&nonce(3), 3));
    }

    #[test]
    fn a_stream_that_is_over_leaves_its_place_to_others() {
        let both = Places::default()
            .entered(place(1, 100), Timestamp(0))
            .entered(place(2, 200), Timestamp(0));
        let later = both.entered(place(3, 300), Timestamp(100));
        assert_eq!(later.taken, [place(2, 200), place(3, 300)]);
        let left = both.left(&nonce(1)).unwrap();
        assert_eq!(left.taken, [place(2, 200)]);
        assert_eq!(left.left(&nonce(1)), None);
    }

    #[test]
    fn a_look_that_is_behind_takes_no_place_away() {
        let seen_late = Places::default();
        assert!(!seen_late.has_lost(&nonce(1), 1));
    }

    #[test]
    fn streams_that_begin_together_end_apart_and_in_time() {
        let ends = |roll| ends_at(Timestamp(0), Jitter(roll)).0;
        assert_eq!((ends(0), ends(500)), (50_000, 55_000));
        assert!(ends(999) > 59_000 && ends(999) <= STREAM_MAX.0);
    }

    #[test]
    fn a_ticket_holds_for_one_to_two_hours_and_is_the_same_within_one() {
        let hour = TICKET_MIN.0;
        assert_eq!(ticket_ends(Timestamp(hour)), ticket_ends(Timestamp(2 * hour - 1)));
        for now in [0, 1, hour - 1, hour, 5 * hour + 7] {
            let holds = ticket_ends(Timestamp(now)).0 - now;
            assert!(holds > hour && holds <= 2 * hour, "{now}: {holds}");
        }
    }
}
