//! `/invite`: a link of one's own, and what both get for it.

use domain::id::{Nonce, UserId};
use domain::money::Credits;
use domain::rewards::{Deed, Invitation, Invites, Referral};
use domain::time::Millis;
use limits_flags::Snapshot;
use store::Written;
use telegram::html;
use telegram::methods::Reply;

use super::visit::Visit;
use super::{Desk, Error};
use crate::cashier::Cashier;
use crate::{links, show};

/// What an invitation's link carries before its code.
const LINK: &str = "ref_";
/// What a promo code's link carries before the code.
pub(super) const PROMO: &str = "promo_";
/// How soon it is looked whether an order that was placed counts.
const ORDER_LOOKED_AT: Millis = Millis::from_mins(10);

/// The code of an invitation in what a link carries.
pub(super) fn code_in(carried: &str) -> Option<Nonce> {
    carried.strip_prefix(LINK).and_then(Nonce::parse)
}

impl Desk {
    /// By whose link somebody comes who was not here before.
    pub(super) async fn inviter(
        &self,
        link: Option<&Nonce>,
        snapshot: &Snapshot,
    ) -> Result<Option<UserId>, Error> {
        let (Some(code), Some(cashier)) = (link, &self.cashier) else {
            return Ok(None);
        };
        if snapshot.rewards.referral.is_none() {
            return Ok(None);
        }
        Ok(cashier.payments.inviter(code).await?)
    }
}

impl Visit<'_> {
    /// `/invite`.
    pub(super) async fn invite(&self) -> Result<Reply, Error> {
        let (Some(referral), Some(cashier)) = (&self.snapshot.rewards.referral, &self.desk.cashier) else {
            return Ok(self.send(self.say.text("invite-off")).into());
        };
        let Some(bot) = links::bot(&cashier.return_url) else {
            tracing::error!(name: "bot_link_unknown", "nobody can invite: RETURN_URL does not name the bot");
            return Ok(self.send(self.say.text("invite-off")).into());
        };
        let invites = self.invites(cashier).await?;
        let link = format!("{bot}?start={LINK}{}", invites.code.as_str());
        Ok(self.send(self.invite_text(referral, &invites, &link)).into())
    }

    /// What this customer's invitations have come to, with a link made now if there was none.
    async fn invites(&self, cashier: &Cashier) -> Result<Invites, Error> {
        let user = self.account.user;
        if let Some(invites) = cashier.payments.invites(user).await? {
            return Ok(invites);
        }
        let new = Invites::new(user, self.desk.env.nonce());
        match cashier.payments.open_invites(&new, self.deadline).await? {
            Written::Yes => Ok(new),
            // Another update of the same customer was faster.
            Written::Overtaken => Ok(cashier.payments.invites(user).await?.unwrap_or(new)),
        }
    }

    fn invite_text(&self, referral: &Referral, invites: &Invites, link: &str) -> String {
        let say = self.say;
        let (month, all) = invites.left(referral, self.now);
        let friend = if referral.friend > Credits::ZERO {
            let friend = show::credits(say, referral.friend);
            say.with("invite-friend-gets", [("credits", friend.into())])
        } else {
            String::new()
        };
        let deed = deed(referral);
        say.with(
            "invite",
            [
                ("link", html::escape(link).into_owned().into()),
                ("deed", deed.into()),
                ("credits", show::credits(say, referral.inviter).into()),
                ("friend", friend.into()),
                ("month", month.into()),
                ("all", all.into()),
                ("rewarded", invites.in_all.into()),
            ],
        )
    }

    /// What somebody is told who has just come by a link.
    pub(super) fn invited(&self) -> Option<String> {
        let referral = self.snapshot.rewards.referral.as_ref()?;
        self.account
            .invited_by
            .filter(|_| referral.friend > Credits::ZERO)?;
        let credits = show::credits(self.say, referral.friend);
        let values = [("credits", credits.into()), ("deed", deed(referral).into())];
        Some(self.say.with("start-invited", values))
    }

    /// An order is about to be placed by somebody who was invited: where orders count, it is looked at afterwards. It is
    /// noted before the order, so that no order goes by; what nothing came of is looked at in vain.
    pub(super) async fn note_invitation(&self) -> Result<(), Error> {
        let (Some(cashier), Some(_)) = (&self.desk.cashier, self.account.invited_by) else {
            return Ok(());
        };
        let referral = self.snapshot.rewards.referral.as_ref();
        if referral.is_none_or(|referral| referral.deed != Deed::Order) {
            return Ok(());
        }
        let invitation = Invitation {
            friend: self.account.user,
            due_at: Some(self.now.after(ORDER_LOOKED_AT)),
        };
        Ok(cashier
            .payments
            .put_invitation(&invitation, self.deadline)
            .await?)
    }
}

fn deed(referral: &Referral) -> &'static str {
    match referral.deed {
        Deed::Purchase => "purchase",
        Deed::Order => "order",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_a_code() {
        let nonce = Nonce::from_random([4; domain::id::NONCE_CHARS]);
        assert_eq!(code_in(&format!("ref_{}", nonce.as_str())), Some(nonce));
        for carried in ["", "ref_", "ref_1001", "promo_CAT"] {
            assert_eq!(code_in(carried), None, "{carried}");
        }
    }
}
