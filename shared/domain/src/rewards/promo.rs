//! Promo codes: how one is read, and whether it holds.

use std::fmt;

use super::{NoDays, PlanDays};
use crate::account::Account;
use crate::money::Credits;
use crate::standing::Standing;
use crate::time::Timestamp;

/// The fewest letters of a code: fewer are guessed.
pub const CODE_CHARS_MIN: usize = 3;
/// The most letters of a code, so that it stands in a link.
pub const CODE_CHARS_MAX: usize = 32;

/// A promo code as it looks: whoever types it on a phone hits a Cyrillic letter for a Latin one, a nought for an O, a space or
/// no hyphen. So capitals and small letters are the same, and so are letters that look alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromoCode(String);

impl PromoCode {
    /// Reads what somebody has typed; `None` if no code looks so.
    pub fn read(typed: &str) -> Option<Self> {
        let mut code = String::new();
        for letter in typed.trim().chars().flat_map(char::to_uppercase) {
            match seen(letter) {
                Seen::Letter(letter) => code.push(letter),
                Seen::Nothing => {}
                Seen::Other => return None,
            }
        }
        let fits = (CODE_CHARS_MIN..=CODE_CHARS_MAX).contains(&code.len());
        fits.then_some(Self(code))
    }

    /// The letters as they are compared: not as the operator wrote them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PromoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a capital letter is to whoever reads.
enum Seen {
    Letter(char),
    Nothing,
    Other,
}

fn seen(letter: char) -> Seen {
    Seen::Letter(match letter {
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' | 'Ё' => 'E',
        'Н' => 'H',
        'Ј' => 'J',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Ѕ' => 'S',
        'Т' => 'T',
        'У' | 'Ү' => 'Y',
        'Х' => 'X',
        'З' => '3',
        'О' | 'O' => '0',
        'І' | 'Ї' | 'I' | 'L' => '1',
        letter if letter.is_ascii_uppercase() || letter.is_ascii_digit() => letter,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' => return Seen::Nothing,
        letter if letter.is_whitespace() => return Seen::Nothing,
        _ => return Seen::Other,
    })
}

/// What a code brings, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promo {
    /// The code as the operator wrote it, for links and lists.
    pub name: String,
    /// How many credits; with days of a plan there may be none.
    pub credits: Credits,
    /// Days of which plan, if of any.
    pub plan: Option<PlanDays>,
    /// The first moment at which it holds; `None` from ever.
    pub from: Option<Timestamp>,
    /// The first moment at which it holds no more; `None` for ever.
    pub until: Option<Timestamp>,
    /// How often it can be used, by all customers together; `None` without end.
    pub uses_max: Option<u32>,
    /// Only for those who have not ordered anything yet.
    pub newcomers_only: bool,
    /// The operator has ended it.
    pub is_stopped: bool,
}

/// Why a code brings nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPromo {
    /// It begins later.
    NotYet(Timestamp),
    /// It is over, or was ended.
    Over,
    /// It is for those who have not ordered anything yet.
    NotNew,
    /// The plan of which it brings days cannot be had now; it can be later.
    NoDays(NoDays),
    /// The customer owes so many credits, more than the code brings: nothing can be ordered, and the days would go by for nothing.
    Debt(Credits),
}

impl Promo {
    /// Whether it holds for this customer now, and the standing with the days of a plan in it, where it brings some.
    /// `is_had` says of its plan whether anybody can have it still. How often it was used, and whether by this customer, the
    /// tables say.
    pub fn holds(
        &self,
        account: &Account,
        is_had: impl FnOnce(&str) -> bool,
        now: Timestamp,
    ) -> Result<Option<Standing>, NoPromo> {
        // A plan that was withdrawn or deleted is given to nobody, whatever a code says of it.
        let is_gone = self.plan.as_ref().is_some_and(|days| !is_had(&days.plan));
        if is_gone || self.is_stopped || self.until.is_some_and(|until| until <= now) {
            return Err(NoPromo::Over);
        }
        if let Some(from) = self.from.filter(|from| now < *from) {
            return Err(NoPromo::NotYet(from));
        }
        if self.newcomers_only && !is_new(account) {
            return Err(NoPromo::NotNew);
        }
        let Some(days) = &self.plan else {
            return Ok(None);
        };
        let debt = account.balance.debt;
        if debt > self.credits {
            return Err(NoPromo::Debt(debt));
        }
        let given = days.given(&account.standing, now);
        given.map(Some).map_err(NoPromo::NoDays)
    }
}

/// Nothing was ordered yet, of whatever kind: neither with credits nor on a plan.
fn is_new(account: &Account) -> bool {
    account.ordered_at.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;

    fn code(typed: &str) -> Option<String> {
        PromoCode::read(typed).map(|code| code.to_string())
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code_ = code("SALE-2O");
        assert_eq!(code_.as_deref(), Some("SA1E20"));
        for typed in ["sale20", "SALE 20", "  Sale_20 ", "ѕАlЕ–2О", "saIe2o", "SA1E20"] {
            assert_eq!(code(typed), code_, "{typed}");
        }
        assert_ne!(code("SALE21"), code_);
        assert_eq!(code("КОТ"), code("KOT"));
        assert_eq!(code("кот"), code("k0t"));
    }

    #[test]
    fn what_no_code_looks_like_is_none() {
        let long = "A".repeat(CODE_CHARS_MAX);
        assert!(code(&long).is_some());
        for typed in [
            "",
            "  ",
            "ab",
            "- -",
            "жук",
            "a.b.c",
            "abc/",
            "кот🐈",
            &format!("{long}A"),
        ] {
            assert_eq!(code(typed), None, "{typed}");
        }
    }

    fn promo() -> Promo {
        Promo {
            name: "CAT".to_owned(),
            credits: Credits(3),
            plan: None,
            from: Some(Timestamp(10)),
            until: Some(Timestamp(20)),
            uses_max: None,
            newcomers_only: false,
            is_stopped: false,
        }
    }

    #[test]
    fn a_code_holds_from_its_beginning_up_to_its_end_unless_it_is_stopped() {
        let account = Account::new(UserId(7));
        let at = |now| promo().holds(&account, |_| true, Timestamp(now));
        assert_eq!(at(9), Err(NoPromo::NotYet(Timestamp(10))));
        assert_eq!((at(10), at(19)), (Ok(None), Ok(None)));
        assert_eq!(at(20), Err(NoPromo::Over));
        let stopped = Promo {
            is_stopped: true,
            ..promo()
        };
        assert_eq!(
            stopped.holds(&account, |_| true, Timestamp(15)),
            Err(NoPromo::Over)
        );
    }

    #[test]
    fn a_code_for_newcomers_is_not_for_whoever_has_ordered() {
        let only = Promo {
            newcomers_only: true,
            ..promo()
        };
        let now = Timestamp(15);
        let mut account = Account::new(UserId(7));
        assert_eq!(only.holds(&account, |_| true, now), Ok(None));
        // A picture on a plan costs no credits and leaves no choice for the next video.
        account.ordered_at = Some(Timestamp(14));
        assert_eq!(only.holds(&account, |_| true, now), Err(NoPromo::NotNew));
        assert_eq!(promo().holds(&account, |_| true, now), Ok(None));
    }

    #[test]
    fn a_code_brings_days_of_a_plan_unless_they_would_go_by_for_nothing() {
        let week = Promo {
            plan: Some(PlanDays {
                plan: "week".to_owned(),
                days: 7,
            }),
            ..promo()
        };
        let now = Timestamp(15);
        let mut account = Account::new(UserId(7));
        let given = week.holds(&account, |_| true, now).unwrap().unwrap();
        assert_eq!((given.plan_at(now), given.revision), (Some("week"), 1));
        account.balance.debt = Credits(3);
        assert!(
            week.holds(&account, |_| true, now).is_ok(),
            "its own credits pay that"
        );
        account.balance.debt = Credits(4);
        assert_eq!(
            week.holds(&account, |_| true, now),
            Err(NoPromo::Debt(Credits(4)))
        );
        assert_eq!(promo().holds(&account, |_| true, now), Ok(None));
        account.balance.debt = Credits::ZERO;
        account.standing.plan = Some(crate::standing::Held {
            key: "month".to_owned(),
            until: None,
        });
        let endless = NoDays::Endless("month".to_owned());
        assert_eq!(week.holds(&account, |_| true, now), Err(NoPromo::NoDays(endless)));
        let gone = |plan: &str| plan != "week";
        let over = week.holds(&account, gone, now);
        assert_eq!(
            over,
            Err(NoPromo::Over),
            "nobody is told to wait for what is gone"
        );
        assert_eq!(week.holds(&account, |_| true, Timestamp(20)), Err(NoPromo::Over));
    }
}
