//! `/delete_my_data`: all that is known of a customer goes, but for the numbers of which the books are made. It is said
//! before what goes, what stays and why, and what is lost.

use domain::id::UserId;
use domain::money::Credits;
use domain::payment::State;
use domain::time::Millis;
use store::Bought;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::{Card, keyboard};
use crate::show;

/// So long a press may be one that was answered before.
const JUST_NOW: Millis = Millis::from_mins(15);

impl Visit<'_> {
    /// `/delete_my_data`.
    pub(super) async fn delete_my_data(&self) -> Result<Reply, Error> {
        let card = match self.hindrance().await? {
            Some(why) => Card {
                text: why,
                buttons: keyboard([]),
            },
            None => self.erase_card(),
        };
        Ok(self.send_card(card))
    }

    /// The customer means it, and has seen that so many credits are lost, and what their standing was at this revision: a
    /// plan that came later was on no card.
    pub(super) async fn erase(
        self,
        (shown, revision): (Credits, u64),
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        if let Some(why) = self.hindrance().await? {
            let card = Card {
                text: why,
                buttons: keyboard([]),
            };
            return Ok(self.edit_card(message_id, card));
        }
        // The answer to a first press was lost.
        if self.was_erased_just_now(revision) {
            return Ok(self.edit_card(message_id, self.begun_card()));
        }
        if (self.account.balance.available, self.account.standing.revision) != (shown, revision) {
            return Ok(self.edit_card(message_id, self.erase_card()));
        }
        let (store, account) = (&self.desk.store, &self.account);
        if !store.erase_account(account, self.now, self.deadline).await? {
            return Ok(Self::alert(query_id, &self.say.text("erase-overtaken")));
        }
        tracing::info!(name: "erasure_begun", user = account.user.0, credits = shown.0, "a customer has everything deleted");
        Ok(self.edit_card(message_id, self.begun_card()))
    }

    fn begun_card(&self) -> Card {
        Card {
            text: self.say.text("erase-begun"),
            buttons: keyboard([]),
        }
    }

    /// Whether it was this very card that deleted everything.
    fn was_erased_just_now(&self, revision: u64) -> bool {
        let ours = revision.saturating_add(1) == self.account.standing.revision;
        let at = self.account.erased_at.filter(|_| ours);
        at.is_some_and(|at| self.now.since(at) < JUST_NOW)
    }

    /// Why nothing can be deleted now: something is open, or money is on its way.
    async fn hindrance(&self) -> Result<Option<String>, Error> {
        let (balance, say) = (self.account.balance, self.say);
        let open = !self.account.active_jobs.is_empty() || balance.held > Credits::ZERO;
        if open {
            return Ok(Some(say.text("erase-open-order")));
        }
        let Some(cashier) = &self.desk.cashier else {
            return Ok(None);
        };
        let user: UserId = self.account.user;
        if let Some(plan) = cashier.renewing_plan(user, None).await? {
            let plan = self.buyer().plan_title(&plan);
            return Ok(Some(say.with("erase-renews", [("plan", plan.into())])));
        }
        let bought = cashier.payments.all_bought(user).await?;
        let moves = |row: &Bought| match row {
            Bought::Payment(record) => {
                matches!(record.payment.state, State::New | State::Held | State::RefundHeld)
            }
            Bought::Purchase(_) => false,
        };
        let moves = balance.aside > Credits::ZERO || bought.iter().any(moves);
        Ok(moves.then(|| say.text("erase-money-moves")))
    }

    fn erase_card(&self) -> Card {
        let (say, credits) = (self.say, self.account.balance.available);
        let lost = (credits > Credits::ZERO).then(|| {
            let credits = show::credits(say, credits);
            say.with("erase-credits-lost", [("credits", credits.into())])
        });
        let plan = self.plan().map(|plan| {
            let plan = self.buyer().plan_title(&plan.key);
            say.with("erase-plan-lost", [("plan", plan.into())])
        });
        let parts = [Some(say.text("erase-ask")), lost, plan];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        Card {
            text: text.join("\n\n"),
            buttons: keyboard([
                vec![
                    Button::Erase(credits, self.account.standing.revision).labelled(say.text("button-erase")),
                ],
                vec![Button::Cabinet.labelled(say.text("button-erase-not"))],
            ]),
        }
    }
}
