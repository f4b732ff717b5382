//! Invitations: whose link it is, when one is to be looked at, and what both get for it in one transaction.

use domain::account::Account;
use domain::id::{Nonce, UserId};
use domain::ledger::Key;
use domain::money::Credits;
use domain::rewards::{Invitation, Invites};
use domain::time::Timestamp;
use table::{Condition, Deadline, Token, Write, n};

use super::{Payments, as_read};
use crate::error::Error;
use crate::written::{Written, written};
use crate::{op, rows};

const FRIEND: &str = "friend";
const INVITER: &str = "inviter";
const INVITES: &str = "invites";
const LINK: &str = "link";
const INVITATION: &str = "invitation";

/// What is given for an invitation.
#[derive(Clone, Debug)]
pub struct Reward<'a> {
    /// Who was invited, as read.
    pub friend: &'a Account,
    /// By whom.
    pub inviter: UserId,
    /// What the friend gets.
    pub to_friend: Credits,
    /// What the inviter gets, with what their invitations have come to by it; nothing where there were enough.
    pub to_inviter: Option<(Credits, Invites)>,
    /// When.
    pub now: Timestamp,
}

impl Payments {
    /// What somebody's invitations have come to; `None` before they have asked for their link.
    pub async fn invites(&self, user: UserId) -> Result<Option<Invites>, Error> {
        let item = self
            .db
            .get(&self.tables.payments, rows::invites_key(user), true)
            .await?;
        Ok(item.as_ref().map(rows::read_invites).transpose()?)
    }

    /// Writes down whose link it is: once for a customer. `Overtaken` if there is one already.
    pub async fn open_invites(&self, invites: &Invites, deadline: Deadline) -> Result<Written, Error> {
        let first = Invites {
            revision: 1,
            ..invites.clone()
        };
        let link = rows::link_item(&first.code, first.user);
        let writes = vec![
            self.invites_write(&first),
            Write::put(LINK, &self.tables.payments, link).when(Condition::Absent("id")),
        ];
        let token = Token::of(&format!("link {} {}", first.user, op::mark()));
        written(self.db.transact(&token, writes, deadline).await)
    }

    /// Whose link it is.
    pub async fn inviter(&self, code: &Nonce) -> Result<Option<UserId>, Error> {
        let item = self
            .db
            .get(&self.tables.payments, rows::link_key(code), true)
            .await?;
        Ok(item.as_ref().map(rows::read_link).transpose()?)
    }

    /// Notes when an invitation is to be looked at next.
    pub async fn put_invitation(&self, invitation: &Invitation, deadline: Deadline) -> Result<(), Error> {
        let write = self.invitation_write(invitation);
        Ok(self.db.write(write, deadline).await?)
    }

    /// Plans when an invitation is to be looked at after this, or that it need not be. `Overtaken` if somebody has planned
    /// a look meanwhile, about what happened meanwhile: that one stays.
    pub async fn look_again(
        &self,
        looked_at: &Invitation,
        due_at: Option<Timestamp>,
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let next = Invitation { due_at, ..*looked_at };
        let due_at = looked_at.due_at.unwrap_or_default();
        let write = self
            .invitation_write(&next)
            .when(Condition::Equals("due_at", n(due_at.0)));
        written(self.db.write(write, deadline).await)
    }

    /// The same, to be written with something else.
    pub fn invitation_write(&self, invitation: &Invitation) -> Write {
        let item = rows::invitation_item(invitation);
        Write::put(INVITATION, &self.tables.payments, item)
    }

    /// Gives what an invitation brings, once for ever: the friend's account says whose link opened it, and says so no more.
    pub async fn reward(&self, reward: &Reward<'_>, deadline: Deadline) -> Result<Written, Error> {
        let (till, friend) = (self.tables.till(), reward.friend.user);
        let mut writes = vec![
            till.account(FRIEND, friend, reward.to_friend)
                .when(Condition::Equals("invited_by", n(reward.inviter.0)))
                .remove("invited_by"),
            till.entry(friend, (&Key::Invited, reward.to_friend), reward.now),
            self.invitation_write(&Invitation { friend, due_at: None }),
        ];
        if let Some((credits, invites)) = &reward.to_inviter {
            let key = Key::Invite(friend);
            writes.push(till.account(INVITER, reward.inviter, *credits));
            writes.push(till.entry(reward.inviter, (&key, *credits), reward.now));
            writes.push(self.invites_write(invites));
        }
        let token = Token::of(&format!("invited {friend} {}", op::mark()));
        written(self.db.transact(&token, writes, deadline).await)
    }

    fn invites_write(&self, invites: &Invites) -> Write {
        let item = rows::invites_item(invites);
        Write::put(INVITES, &self.tables.payments, item).when(as_read("revision", invites.revision))
    }
}
