//! What is given away, as an operator writes it: promo codes, what an invitation brings, the bonus of a day.

use domain::money::Credits;
use domain::rewards::{Deed, GIVEN_DAYS_MAX, PlanDays, Promo, PromoCode, Referral};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use super::DocumentError;
use super::cost::moment;

/// The most credits that one gift brings. More is a slip of the pen.
const CREDITS_MAX: u32 = 9_999;
/// The longest that a purchase is waited for: longer than any rail gives money back by itself.
const AFTER_DAYS_MAX: u32 = 60;

/// A promo code; its name is the code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PromoRow {
    /// How many credits it brings; none where it brings days of a plan alone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub credits: u32,
    /// The plan of which it brings days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// How many days of that plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// From when on: a date, whose day begins in UTC, or a moment. Without it, at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The first moment at which it holds no more, in the same forms. Without it, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How often it can be used, by all customers together. Without it, by everybody once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// Only for those who have not ordered anything yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub newcomers_only: bool,
    /// It brings nothing any more; what it has brought stays.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stopped: bool,
    /// What it is for, for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is given beside promo codes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RewardsRow {
    /// What an invitation brings; without it, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<ReferralRow>,
    /// Credits that may be fetched once a day, while the flag `daily_bonus` is on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub daily_credits: u32,
}

/// What an invitation brings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReferralRow {
    /// Credits for whoever has invited.
    pub inviter_credits: u32,
    /// Credits for whoever has come.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub friend_credits: u32,
    /// What the friend must have done: `purchase` (without a word of it) or `order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// How many days a purchase must stand: money that goes back by then brings nobody anything.
    #[serde(default = "after_days", skip_serializing_if = "is_after_days")]
    pub after_days: u32,
    /// Invitations of one customer that are rewarded within a calendar month of Moscow.
    #[serde(default = "per_month", skip_serializing_if = "is_per_month")]
    pub per_month: u32,
    /// Invitations of one customer that are rewarded at all.
    #[serde(default = "in_all", skip_serializing_if = "is_in_all")]
    pub in_all: u32,
}

fn after_days() -> u32 {
    3
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_after_days(days: &u32) -> bool {
    *days == after_days()
}

fn per_month() -> u32 {
    10
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_per_month(number: &u32) -> bool {
    *number == per_month()
}

fn in_all() -> u32 {
    100
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_in_all(number: &u32) -> bool {
    *number == in_all()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

fn gift(field: &'static str, credits: u32) -> Result<Credits, DocumentError> {
    let fits = credits <= CREDITS_MAX;
    let senseless = DocumentError::Senseless(field, "at most 9999 credits can be meant");
    fits.then_some(Credits(credits)).ok_or(senseless)
}

impl PromoRow {
    /// The promo that this row means, under its code as it is compared.
    pub fn read(&self, name: &str) -> Result<(PromoCode, Promo), DocumentError> {
        let link = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let code = PromoCode::read(name).filter(|_| link && name.len() <= NAME_BYTES_MAX);
        let code = code.ok_or_else(|| DocumentError::PromoName(name.to_owned()))?;
        let plan = self.plan_days()?;
        if self.credits == 0 && plan.is_none() {
            return Err(DocumentError::Senseless("credits", "0 is given to nobody"));
        }
        if self.uses == Some(0) {
            return Err(DocumentError::Senseless(
                "uses",
                "0 is nobody's: say `stopped: true`",
            ));
        }
        let from = self.from.as_deref().map(moment).transpose()?;
        let until = self.until.as_deref().map(moment).transpose()?;
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            return Err(DocumentError::Senseless("until", "it ends before it begins"));
        }
        let promo = Promo {
            name: name.to_owned(),
            credits: gift("credits", self.credits)?,
            plan,
            from,
            until,
            uses_max: self.uses,
            newcomers_only: self.newcomers_only,
            is_stopped: self.stopped,
        };
        Ok((code, promo))
    }

    fn plan_days(&self) -> Result<Option<PlanDays>, DocumentError> {
        let senseless = |why| Err(DocumentError::Senseless("days", why));
        match (&self.plan, self.days) {
            (None, None) => Ok(None),
            (Some(_), None) => senseless("say how many days of `plan` it brings"),
            (None, Some(_)) => senseless("say of which `plan`"),
            (Some(_), Some(days)) if !(1..=GIVEN_DAYS_MAX).contains(&days) => {
                senseless("1 to 366 days can be meant")
            }
            (Some(plan), Some(days)) => Ok(Some(PlanDays {
                plan: plan.clone(),
                days,
            })),
        }
    }
}

/// The longest name of a code: with `promo_` before it, what a link to the bot can carry.
const NAME_BYTES_MAX: usize = 48;

impl RewardsRow {
    /// What the row means: what an invitation brings, and what a day does.
    pub fn read(&self) -> Result<(Option<Referral>, Credits), DocumentError> {
        let referral = self.referral.as_ref().map(ReferralRow::read).transpose()?;
        Ok((referral, gift("daily_credits", self.daily_credits)?))
    }
}

impl ReferralRow {
    fn read(&self) -> Result<Referral, DocumentError> {
        let deed = match self.on.as_deref() {
            None | Some("purchase") => Deed::Purchase,
            Some("order") => Deed::Order,
            Some(other) => {
                let known = "purchase, order".to_owned();
                return Err(DocumentError::Unknown("on", other.to_owned(), known));
            }
        };
        if self.after_days > AFTER_DAYS_MAX {
            return Err(DocumentError::Senseless(
                "after_days",
                "0 to 60 days can be meant",
            ));
        }
        Ok(Referral {
            inviter: gift("inviter_credits", self.inviter_credits)?,
            friend: gift("friend_credits", self.friend_credits)?,
            deed,
            after: Millis::from_mins(i64::from(self.after_days).saturating_mul(24 * 60)),
            per_month: self.per_month,
            in_all: self.in_all,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    fn promo(name: &str, json: &str) -> Result<(PromoCode, Promo), String> {
        let row: PromoRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read(name).map_err(|error| error.to_string())
    }

    fn rewards(json: &str) -> Result<(Option<Referral>, Credits), String> {
        let row: RewardsRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read().map_err(|error| error.to_string())
    }

    #[test]
    fn a_code_is_what_its_row_says() {
        let row = r#"{"credits":3,"from":"2026-12-01","until":"2026-12-31T21:00:00Z","uses":100,"newcomers_only":true}"#;
        let (code, promo) = promo("New-Year", row).unwrap();
        assert_eq!(code, PromoCode::read("newyear").unwrap());
        assert_eq!(promo.from, Timestamp::parse_rfc3339("2026-12-01T00:00:00Z"));
        assert_eq!((promo.credits, promo.uses_max), (Credits(3), Some(100)));
        assert!(promo.newcomers_only && !promo.is_stopped);
        let written: PromoRow = serde_json::from_str(row).unwrap();
        let read: serde_json::Value = serde_json::from_str(row).unwrap();
        assert_eq!(serde_json::to_value(&written).unwrap(), read);
    }

    #[test]
    fn a_code_may_bring_days_of_a_plan_alone_or_with_credits() {
        let week = PlanDays {
            plan: "week".to_owned(),
            days: 7,
        };
        for (row, credits) in [
            (r#"{"plan":"week","days":7}"#, 0),
            (r#"{"credits":2,"plan":"week","days":7}"#, 2),
        ] {
            let (_, promo) = promo("CAT", row).unwrap();
            assert_eq!(
                (promo.plan.as_ref(), promo.credits),
                (Some(&week), Credits(credits))
            );
            let written: PromoRow = serde_json::from_str(row).unwrap();
            let read: serde_json::Value = serde_json::from_str(row).unwrap();
            assert_eq!(serde_json::to_value(&written).unwrap(), read);
        }
    }

    #[test]
    fn a_code_that_nobody_can_type_or_that_brings_nothing_is_refused() {
        for name in ["", "ab", "a.b.c", "a b c", "кот20", &"A".repeat(33)] {
            let why = promo(name, r#"{"credits":1}"#).unwrap_err();
            assert!(why.contains("letters"), "{name}: {why}");
        }
        for row in [
            r#"{"credits":0}"#,
            r#"{"credits":1,"uses":0}"#,
            "{}",
            r#"{"credits":1,"plan":"week"}"#,
            r#"{"credits":1,"days":7}"#,
            r#"{"plan":"week","days":0}"#,
            r#"{"plan":"week","days":367}"#,
            r#"{"credits":10000}"#,
            r#"{"credits":1,"from":"tomorrow"}"#,
            r#"{"credits":1,"from":"2026-12-02","until":"2026-12-02"}"#,
        ] {
            assert!(promo("CAT", row).is_err(), "{row}");
        }
    }

    #[test]
    fn what_an_invitation_brings_and_what_is_usual_of_it() {
        assert_eq!(rewards("{}").unwrap(), (None, Credits::ZERO));
        let (referral, daily) = rewards(r#"{"referral":{"inviter_credits":2},"daily_credits":1}"#).unwrap();
        let referral = referral.unwrap();
        assert_eq!(daily, Credits(1));
        assert_eq!((referral.deed, referral.friend), (Deed::Purchase, Credits::ZERO));
        assert_eq!((referral.per_month, referral.in_all), (10, 100));
        assert_eq!(referral.after, Millis::from_mins(3 * 24 * 60));
        for row in [
            r#"{"referral":{"inviter_credits":2,"on":"click"}}"#,
            r#"{"referral":{"inviter_credits":2,"after_days":61}}"#,
            r#"{"referral":{"inviter_credits":10000}}"#,
            r#"{"daily_credits":10000}"#,
        ] {
            assert!(rewards(row).is_err(), "{row}");
        }
    }
}
