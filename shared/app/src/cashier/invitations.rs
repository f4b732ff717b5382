//! Invitations: what both get once the friend has done something real. It is looked at when a purchase is credited or an
//! order placed, and again by cleanup until it is settled; so it is neither lost nor given twice, and money that goes back
//! within its time brings nobody anything.

use domain::account::Account;
use domain::id::UserId;
use domain::money::Credits;
use domain::payment::Record;
use domain::rewards::{Deeds, Invitation, Referral};
use domain::time::{Millis, Timestamp};
use store::{Bought, Reward, Written};
use table::{Deadline, Write};
use telegram::methods::SendMessage;

use super::{Cashier, Error};
use crate::show;
use crate::texts::{Locale, Say};

/// How soon a purchase that has just been credited is looked at.
const LOOKED_AT: Millis = Millis::from_mins(1);
/// How long an invitation waits that could not be looked at.
const PUT_OFF: Millis = Millis::from_mins(5);
/// When it is looked for rules again where there are none.
const PAUSED: Millis = Millis::from_mins(24 * 60);
/// How often a reward is tried because others were faster.
const TRIES_MAX: u32 = 4;
/// The longest that Telegram is waited for.
const TELL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// What has to be left after it.
const RESERVE: std::time::Duration = std::time::Duration::from_millis(1500);

impl Cashier {
    /// What is to be written with a purchase that is credited, if somebody waits for it.
    pub(super) fn looked_at_soon(&self, account: &Account) -> Option<Write> {
        account.invited_by?;
        let due_at = Some(self.env.now().after(LOOKED_AT));
        let friend = account.user;
        Some(self.payments.invitation_write(&Invitation { friend, due_at }))
    }

    /// An invitation that could not be looked at is looked at later.
    pub(super) async fn put_invitation_off(
        &self,
        invitation: &Invitation,
        deadline: Deadline,
    ) -> Result<(), Error> {
        self.look_again(invitation, Some(self.env.now().after(PUT_OFF)), deadline)
            .await
    }

    /// Looks at an invitation: gives what it brings, or plans when it is to be looked at next.
    pub(super) async fn sweep_invitation(
        &self,
        invitation: &Invitation,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let (now, friend) = (self.env.now(), invitation.friend);
        let settings = self.settings.fresh(now).await?;
        for _ in 0..TRIES_MAX {
            let account = self.account(friend).await?;
            let Some(inviter) = account.invited_by else {
                return self.look_again(invitation, None, deadline).await;
            };
            // Rules that are taken out for an hour take nobody's reward away.
            let Some(referral) = &settings.rewards.referral else {
                return self
                    .look_again(invitation, Some(now.after(PAUSED)), deadline)
                    .await;
            };
            match self.deeds(referral, &account, now).await? {
                Deeds::None => return self.look_again(invitation, None, deadline).await,
                Deeds::Awaited(at) => return self.look_again(invitation, Some(at), deadline).await,
                Deeds::Done => {}
            }
            let reward = self.reward_of(&account, inviter, referral).await?;
            if self.payments.reward(&reward, deadline).await? == Written::Yes {
                self.tell_of(&reward, &account, deadline).await;
                return Ok(());
            }
        }
        Err(Error::Busy)
    }

    /// When it is looked at next. Whoever has planned a look since it was due knows more than this one: theirs stays.
    async fn look_again(
        &self,
        invitation: &Invitation,
        due_at: Option<Timestamp>,
        deadline: Deadline,
    ) -> Result<(), Error> {
        self.payments.look_again(invitation, due_at, deadline).await?;
        Ok(())
    }

    async fn deeds(&self, referral: &Referral, account: &Account, now: Timestamp) -> Result<Deeds, Error> {
        let bought = self.payments.all_bought(account.user).await?;
        let paid: Vec<&Record> = bought
            .iter()
            .filter_map(|row| match row {
                Bought::Payment(record) => Some(&**record),
                Bought::Purchase(_) => None,
            })
            .collect();
        Ok(referral.deeds(account, paid, now))
    }

    /// What is given: to the inviter only as often as the rules say, and not if they have gone.
    async fn reward_of<'a>(
        &self,
        friend: &'a Account,
        inviter: UserId,
        referral: &Referral,
    ) -> Result<Reward<'a>, Error> {
        let now = self.env.now();
        let gone = self.account(inviter).await?.is_erased();
        let before = self.payments.invites(inviter).await?.filter(|_| !gone);
        let next = before.and_then(|before| before.rewarded(referral, now));
        Ok(Reward {
            friend,
            inviter,
            to_friend: referral.friend,
            to_inviter: next.map(|invites| (referral.inviter, invites)),
            now,
        })
    }

    /// Both are told, once and as far as that goes: what they were given stands in their account in any case.
    async fn tell_of(&self, reward: &Reward<'_>, friend: &Account, deadline: Deadline) {
        let given = reward.to_inviter.as_ref().map(|(credits, _)| *credits);
        let (inviter, to_inviter) = (reward.inviter, given.unwrap_or_default());
        let (friends, inviters) = (reward.to_friend.0, to_inviter.0);
        tracing::info!(name: "invitation_rewarded", user = friend.user.0, friends, inviters, "an invitation is rewarded");
        if reward.to_friend > Credits::ZERO {
            self.tell_given(friend, "invited-given", reward.to_friend, deadline)
                .await;
        }
        if to_inviter > Credits::ZERO {
            match self.account(inviter).await {
                Ok(account) => {
                    self.tell_given(&account, "invite-given", to_inviter, deadline)
                        .await;
                }
                Err(error) => {
                    tracing::info!(name: "gift_not_told", error = crate::chain(&error), "somebody is not told of a gift");
                }
            }
        }
    }

    async fn tell_given(&self, account: &Account, text: &'static str, credits: Credits, deadline: Deadline) {
        let (Some(bot), Some(timeout)) = (&self.bot, deadline.for_call(TELL_TIMEOUT, RESERVE)) else {
            return;
        };
        let language = account.language.as_deref().or(account.locale.as_deref());
        let say = Say::in_(Locale::of(language));
        let words = say.with(text, [("credits", show::credits(say, credits).into())]);
        if let Err(error) = bot.call(&SendMessage::html(account.user.0, words), timeout).await {
            tracing::info!(name: "gift_not_told", error = crate::chain(&error), "somebody is not told of a gift");
        }
    }
}
