//! A customer's account: the balance, what is held, and what is being composed.

use std::collections::BTreeSet;

use crate::contact::Contact;
use crate::id::{JobId, MessageId, ModelId, Nonce, UserId};
use crate::money::Credits;
use crate::payment::Record;
use crate::standing::Standing;
use crate::time::Timestamp;
use crate::video::{Aspect, Quality};

/// The sums of an account. `available + held + aside + captured + clawed + forfeited = granted + debt`, always (invariant I1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// To be spent.
    pub available: Credits,
    /// Set aside for open jobs.
    pub held: Credits,
    /// Set aside while money is given back for them.
    pub aside: Credits,
    /// Spent on delivered videos, since ever.
    pub captured: Credits,
    /// Gone with money that went back, since ever.
    pub clawed: Credits,
    /// Given up by the customer together with all that was known of them, since ever.
    pub forfeited: Credits,
    /// Given, since ever: bonuses and purchases.
    pub granted: Credits,
    /// Spent, and then the money went back. The next that is given pays it first, and nothing is ordered before.
    pub debt: Credits,
}

impl Balance {
    /// Whether the sums agree.
    pub fn is_sound(self) -> bool {
        let there = [
            self.available,
            self.held,
            self.aside,
            self.captured,
            self.clawed,
            self.forfeited,
        ];
        let there = there.into_iter().try_fold(Credits::ZERO, Credits::plus);
        there.is_some() && there == self.granted.plus(self.debt)
    }

    /// With debt paid from what is available, as far as that goes: credits may have come free after a debt was made.
    #[must_use]
    pub fn repaid(self) -> Self {
        let paid = self.available.min(self.debt);
        Self {
            available: self.available.minus(paid).unwrap_or_default(),
            debt: self.debt.minus(paid).unwrap_or_default(),
            ..self
        }
    }
}

/// A customer's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub user: UserId,
    /// The money.
    pub balance: Balance,
    /// The open jobs; their number is capped.
    pub active_jobs: BTreeSet<JobId>,
    /// Finished videos that could not be sent and wait for the next visit.
    pub parked: BTreeSet<JobId>,
    /// What the customer is composing.
    pub draft: Option<Draft>,
    /// The customer has blocked the bot, as far as we know.
    pub blocked: bool,
    /// The customer wants no broadcasts.
    pub muted: bool,
    /// The customer wants to see nothing of an order but what comes of it.
    pub quiet: bool,
    /// What the latest video was ordered with: the next draft begins with it.
    pub last: Option<Choice>,
    /// The language that the customer is told of things in that come by themselves, as `ru`: that in which the account was
    /// opened, or that which was chosen since.
    pub locale: Option<String>,
    /// The language that the customer has chosen, whatever their Telegram speaks.
    pub language: Option<String>,
    /// In whose time this customer is told of times, as they wrote it.
    pub zone: Option<String>,
    /// Where receipts go, where the law wants them.
    pub contact: Option<Contact>,
    /// What the customer was about to buy when they were asked where its receipt should go: the button's data.
    pub buying: Option<String>,
    /// Until when what the customer writes is a question to the operator.
    pub asking: Option<Timestamp>,
    /// What this customer may do that others may not.
    pub standing: Standing,
    /// Whose link opened the account, as long as nobody was rewarded for it.
    pub invited_by: Option<UserId>,
    /// When the customer last had all that was known of them deleted.
    pub erased_at: Option<Timestamp>,
    /// When the customer last ordered something, whatever it makes and whoever pays for it.
    pub ordered_at: Option<Timestamp>,
    /// When money of the customer was last taken, whatever became of it.
    pub paid_at: Option<Timestamp>,
}

/// What the customer is composing: one order, not yet confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What its card is called; a new card gets a new one.
    pub nonce: Nonce,
    /// Grows with every change, so that a tap on Generate confirms just what the card showed.
    pub revision: u32,
    /// The words, as the customer wrote them.
    pub prompt: String,
    /// The photo, if one was sent.
    pub photo: Option<Photo>,
    /// The chosen model.
    pub model: ModelId,
    /// The chosen shape.
    pub aspect: Aspect,
    /// The chosen length in seconds.
    pub duration_s: u32,
    /// The chosen quality: the standard one where the model has no choice of it.
    pub quality: Quality,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The customer's message that it was made of: the same message again is the same draft. `None` if a button made it.
    pub source: Option<MessageId>,
    /// A voice message whose words are to be these; until then it cannot be ordered.
    pub voice: Option<Voice>,
    /// The words before they were made better.
    pub before: Option<String>,
    /// What is to be different from something that was made of these words before: it stands at their end. Empty while the
    /// customer is asked for it.
    pub wish: Option<String>,
}

impl Draft {
    /// How long the words are, in characters.
    pub fn prompt_chars(&self) -> u32 {
        u32::try_from(self.prompt.chars().count()).unwrap_or(u32::MAX)
    }

    /// Whether the customer is asked what is to be different.
    pub fn awaits_a_wish(&self) -> bool {
        self.wish.as_ref().is_some_and(String::is_empty)
    }

    /// The same with what is to be different, for a model that takes so many characters. The old words stay at hand.
    #[must_use]
    pub fn varied(&self, wish: &str, chars_max: u32) -> Self {
        let wish = wish.trim();
        Self {
            prompt: crate::words::varied(&self.prompt, wish, chars_max),
            before: Some(self.prompt.clone()).filter(|words| !words.is_empty()),
            wish: Some(wish.to_owned()),
            ..self.clone()
        }
    }

    /// Whether an order of this one would be an order of the other.
    pub fn describes_the_same(&self, other: &Self) -> bool {
        fn file(draft: &Draft) -> Option<&str> {
            draft.photo.as_ref().map(|photo| photo.file_id.as_str())
        }
        fn chosen(draft: &Draft) -> (&str, &ModelId, Aspect, (u32, Quality), &Option<Voice>) {
            let (model, voice) = (&draft.model, &draft.voice);
            let made = (draft.duration_s, draft.quality);
            (&draft.prompt, model, draft.aspect, made, voice)
        }
        file(self) == file(other) && chosen(self) == chosen(other) && self.wish == other.wish
    }
}

/// What of a draft is a matter of taste, and so holds for the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The model.
    pub model: ModelId,
    /// The shape.
    pub aspect: Aspect,
    /// The length in seconds.
    pub duration_s: u32,
    /// The quality.
    pub quality: Quality,
}

impl Choice {
    /// What was chosen for a draft.
    pub fn of(draft: &Draft) -> Self {
        Self {
            model: draft.model.clone(),
            aspect: draft.aspect,
            duration_s: draft.duration_s,
            quality: draft.quality,
        }
    }
}

impl Account {
    /// Whether the customer has had everything deleted, and has begun nothing since.
    pub fn is_erased(&self) -> bool {
        let begun = self.ordered_at.max(self.paid_at);
        self.erased_at
            .is_some_and(|erased| begun.is_none_or(|begun| begun <= erased))
            && self.draft.is_none()
    }

    /// Whether the customer has given up what a payment had brought, with everything else.
    pub fn has_given_up(&self, record: &Record) -> bool {
        self.erased_at.is_some_and(|at| record.given_at() <= at)
    }

    /// The credits that can be set aside while the money of a payment is given back.
    pub fn available_for(&self, record: &Record) -> Credits {
        let Balance {
            available, forfeited, ..
        } = self.balance;
        if self.has_given_up(record) {
            available.plus(forfeited).unwrap_or(available)
        } else {
            available
        }
    }

    /// What the next draft begins with: what the present one has, or else what the latest video was ordered with.
    pub fn choice(&self) -> Option<Choice> {
        self.draft.as_ref().map(Choice::of).or_else(|| self.last.clone())
    }
}

/// A voice message that the customer sent: Telegram's file, not yet downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Telegram's name of the file.
    pub file_id: String,
    /// How long it is, in seconds.
    pub duration_s: u32,
}

/// A photo that the customer sent: Telegram's file, not yet downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Telegram's name of the file.
    pub file_id: String,
    /// Its pixels across, 0 if unknown.
    pub width: u32,
    /// Its pixels down, 0 if unknown.
    pub height: u32,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The chat.
    pub chat: crate::id::ChatId,
    /// The message within it.
    pub message: MessageId,
}

impl Account {
    /// An account as it is before anything has happened.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            balance: Balance::default(),
            active_jobs: BTreeSet::new(),
            parked: BTreeSet::new(),
            draft: None,
            blocked: false,
            muted: false,
            quiet: false,
            last: None,
            locale: None,
            language: None,
            zone: None,
            contact: None,
            buying: None,
            asking: None,
            standing: Standing::default(),
            invited_by: None,
            erased_at: None,
            ordered_at: None,
            paid_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_had_everything_deleted_is_gone_until_they_order_or_buy_something() {
        let mut account = Account::new(UserId(7));
        assert!(!account.is_erased());
        // What was ordered and bought before stays noted.
        account.ordered_at = Some(Timestamp(40));
        account.paid_at = Some(Timestamp(30));
        account.erased_at = Some(Timestamp(50));
        assert!(account.is_erased());
        let ordered = Account {
            ordered_at: Some(Timestamp(51)),
            ..account.clone()
        };
        let bought = Account {
            paid_at: Some(Timestamp(51)),
            ..account.clone()
        };
        assert_eq!((ordered.is_erased(), bought.is_erased()), (false, false));
    }
}
