//! `/promo CODE`, and the link that says it.

use domain::ledger::Key;
use domain::money::Credits;
use domain::rewards::{NoDays, NoPromo, Promo, PromoCode};
use store::{PromoUse, PromoUsed};
use telegram::html;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::show;

/// Wrong codes of one customer in a day (UTC): whoever guesses has as many guesses.
const WRONG_MAX: u32 = 10;
/// What a wrong code is counted as.
const WRONG: &str = "promo";
/// How often a code is tried while something else changes the same customer's standing.
const TRIES_MAX: u32 = 3;

impl Visit<'_> {
    /// `/promo`, `/promo welcome`.
    pub(super) async fn promo(&mut self, typed: &str) -> Result<Reply, Error> {
        if typed.is_empty() {
            return Ok(self.send(self.say.text("promo-ask")).into());
        }
        let text = self.promo_told(typed).await?;
        Ok(self.send(text).into())
    }

    /// What becomes of a code, in words.
    pub(super) async fn promo_told(&mut self, typed: &str) -> Result<String, Error> {
        let (desk, user) = (self.desk, self.account.user);
        let store = &desk.store;
        if !store
            .take_turn(user, WRONG, WRONG_MAX, self.now, self.deadline)
            .await?
        {
            return Ok(self.say.text("promo-too-often"));
        }
        let code = PromoCode::read(typed);
        let snapshot = self.snapshot.clone();
        let known = code.and_then(|code| Some((snapshot.rewards.promo(&code)?, code)));
        let Some((promo, code)) = known else {
            tracing::info!(name: "promo_unknown", user = user.0, "a promo code that there is not");
            return Ok(self.say.text("promo-unknown"));
        };
        store.give_turn_back(user, WRONG, self.now, self.deadline).await?;
        let mut outcome = self.promo_tried(promo, &code).await?;
        for _ in 1..TRIES_MAX {
            if !matches!(outcome, Ok(PromoUsed::Overtaken)) {
                break;
            }
            self.read_again().await?;
            outcome = self.promo_tried(promo, &code).await?;
        }
        match outcome {
            Ok(outcome) => self.promo_used(promo, outcome).await,
            Err(why) => Ok(self.no_promo(why)),
        }
    }

    /// What becomes of a code for the customer as they were read; `Err` is why it brings them nothing.
    async fn promo_tried(
        &self,
        promo: &Promo,
        code: &PromoCode,
    ) -> Result<Result<PromoUsed, NoPromo>, Error> {
        let is_had = |key: &str| {
            let mut plans = self.snapshot.plans.iter();
            plans.any(|plan| plan.key == key && !plan.is_withdrawn)
        };
        let after = match promo.holds(&self.account, is_had, self.now) {
            Ok(after) => after,
            // Whoever has used it is not told to wait until it can be had.
            Err(why) => {
                let key = Key::Promo(code.clone());
                let used = self.desk.store.entry(self.account.user, &key).await?.is_some();
                return Ok(if used { Ok(PromoUsed::Before) } else { Err(why) });
            }
        };
        let used = PromoUse {
            user: self.account.user,
            code,
            promo,
            standing: after.as_ref().map(|after| (&self.account.standing, after)),
            now: self.now,
        };
        Ok(Ok(self.desk.store.use_promo(used, self.deadline).await?))
    }

    async fn promo_used(&mut self, promo: &Promo, outcome: PromoUsed) -> Result<String, Error> {
        let user = self.account.user.0;
        Ok(match outcome {
            PromoUsed::Now => {
                let credits = promo.credits.0;
                let days = promo.plan.as_ref().map_or(0, |given| given.days);
                tracing::info!(name: "credits_given", user, credits, days, why = "promo", "what a code brings is given");
                self.read_again().await?;
                self.promo_given(promo)
            }
            PromoUsed::Before => self.promo_before(),
            PromoUsed::UsedUp => self.say.text("promo-used-up"),
            PromoUsed::NotNew => self.no_promo(NoPromo::NotNew),
            PromoUsed::Overtaken => self.say.text("promo-busy"),
            PromoUsed::TooMuch => {
                tracing::error!(name: "gift_too_large", user, "an account cannot count what is given to it");
                self.say.text("trouble")
            }
        })
    }

    fn promo_given(&self, promo: &Promo) -> String {
        let say = self.say;
        let credits = show::credits(say, promo.credits);
        let code = [("code", promo.name.as_str().into())];
        let credits = [
            ("credits", credits.into()),
            ("available", self.available().into()),
        ];
        let until = self.account.standing.plan.as_ref().and_then(|plan| plan.until);
        let Some((days, until)) = promo.plan.as_ref().zip(until) else {
            return say.with("promo-given", code.into_iter().chain(credits));
        };
        let more = if promo.credits > Credits::ZERO {
            say.with("promo-days-and-credits", credits)
        } else {
            String::new()
        };
        let values = [
            ("plan", self.plan_called(&days.plan).into()),
            ("days", say.with("days", [("count", days.days.into())]).into()),
            (
                "moment",
                show::until(say, until, &self.own_zone(), self.now).into(),
            ),
            ("more", more.into()),
        ];
        say.with("promo-days-given", code.into_iter().chain(values))
    }

    /// What customers call a plan, with markup.
    fn plan_called(&self, key: &str) -> String {
        let plan = self.snapshot.plans.iter().find(|plan| plan.key == key);
        let title = plan.map_or(key, |plan| plan.title.in_locale(self.say.locale().as_str()));
        html::escape(title).into_owned()
    }

    fn promo_before(&self) -> String {
        let available = [("available", self.available().into())];
        self.say.with("promo-before", available)
    }

    fn no_promo(&self, why: NoPromo) -> String {
        match why {
            NoPromo::Over => self.say.text("promo-over"),
            NoPromo::NotNew => self.say.text("promo-not-new"),
            NoPromo::NotYet(from) => {
                let moment = show::moment(self.say, from, &self.own_zone(), self.now);
                self.say.with("promo-not-yet", [("moment", moment.into())])
            }
            NoPromo::NoDays(NoDays::Endless(plan)) => {
                let plan = [("plan", self.plan_called(&plan).into())];
                self.say.with("promo-plan-endless", plan)
            }
            NoPromo::NoDays(NoDays::Running { plan, until }) => {
                let until = show::until(self.say, until, &self.own_zone(), self.now);
                let values = [("plan", self.plan_called(&plan).into()), ("moment", until.into())];
                self.say.with("promo-plan-runs", values)
            }
            NoPromo::Debt(debt) => {
                let debt = [("debt", show::credits(self.say, debt).into())];
                self.say.with("promo-debt", debt)
            }
        }
    }

    /// What there is to be spent, in words.
    pub(super) fn available(&self) -> String {
        show::credits(self.say, self.account.balance.available)
    }
}
