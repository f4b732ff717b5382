//! `/promo CODE`, and the link that says it.

use domain::rewards::{NoPromo, Promo, PromoCode};
use store::PromoUsed;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::show;

/// Wrong codes of one customer in a day (UTC): whoever guesses has as many guesses.
const WRONG_MAX: u32 = 10;
/// What a wrong code is counted as.
const WRONG: &str = "promo";

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
        if let Err(why) = promo.holds(&self.account, self.now) {
            return Ok(self.no_promo(why));
        }
        let outcome = store
            .use_promo(user, (&code, promo), self.now, self.deadline)
            .await?;
        self.promo_used(promo, outcome).await
    }

    async fn promo_used(&mut self, promo: &Promo, outcome: PromoUsed) -> Result<String, Error> {
        let user = self.account.user.0;
        Ok(match outcome {
            PromoUsed::Now => {
                let credits = promo.credits.0;
                tracing::info!(name: "credits_given", user, credits, why = "promo", "credits are given");
                self.read_again().await?;
                let values = [
                    ("code", promo.name.as_str().into()),
                    ("credits", show::credits(self.say, promo.credits).into()),
                    ("available", self.available().into()),
                ];
                self.say.with("promo-given", values)
            }
            PromoUsed::Before => self.promo_before(),
            PromoUsed::UsedUp => self.say.text("promo-used-up"),
            PromoUsed::NotNew => self.no_promo(NoPromo::NotNew),
            PromoUsed::TooMuch => {
                tracing::error!(name: "gift_too_large", user, "an account cannot count what is given to it");
                self.say.text("trouble")
            }
        })
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
        }
    }

    /// What there is to be spent, in words.
    pub(super) fn available(&self) -> String {
        show::credits(self.say, self.account.balance.available)
    }
}
