//! `/bonus`: credits that may be fetched once a day, while the operator's flag is on.

use domain::money::Credits;
use domain::rewards::bonus_day;
use limits_flags::DAILY_BONUS;
use store::Adjusted;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::show;

impl Visit<'_> {
    /// Whether `/bonus` brings this customer anything.
    pub(super) fn bonus_is_on(&self) -> bool {
        let is_on = self.asking(|context| self.snapshot.switch(DAILY_BONUS, false, context));
        is_on && self.snapshot.rewards.daily > Credits::ZERO
    }

    /// `/bonus`.
    pub(super) async fn bonus(&mut self) -> Result<Reply, Error> {
        let credits = self.snapshot.rewards.daily;
        if !self.bonus_is_on() {
            return Ok(self.send(self.say.text("bonus-off")).into());
        }
        let (user, day) = (self.account.user, bonus_day(self.now));
        let given = self
            .desk
            .store
            .give_bonus(user, day.starts_at, credits, self.now, self.deadline)
            .await?;
        let text = match given {
            Adjusted::Given => {
                tracing::info!(name: "credits_given", user = user.0, credits = credits.0, why = "bonus", "credits are given");
                self.read_again().await?;
                "bonus-given"
            }
            Adjusted::GivenBefore => "bonus-before",
            Adjusted::TooMuch => {
                tracing::error!(name: "gift_too_large", user = user.0, "an account cannot count what is given to it");
                return Ok(self.send(self.say.text("trouble")).into());
            }
        };
        let moment = show::moment(self.say, day.ends_at, &self.own_zone(), self.now);
        let values = [
            ("credits", show::credits(self.say, credits).into()),
            ("available", self.available().into()),
            ("moment", moment.into()),
        ];
        Ok(self.send(self.say.with(text, values)).into())
    }
}
