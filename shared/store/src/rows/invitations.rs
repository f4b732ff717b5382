//! Invitations: whose link it is, what somebody's have come to, and what is to be looked at. They stand among purchases and
//! payments, for they follow from them, and under no customer's name in its indexes.

use domain::id::{Nonce, UserId};
use domain::rewards::{Invitation, Invites};
use domain::time::Timestamp;
use table::{Item, Malformed, Row, n, s};

use super::SCHEMA;
use super::payments::{due, key, with};

/// What the name of an invitation begins with.
const INVITATION: &str = "invite#";
/// The kinds of rows here, which are neither purchases nor payments.
const KINDS: [&str; 3] = ["invites", "link", "invitation"];

/// The key of what somebody's invitations have come to.
pub fn invites_key(user: UserId) -> Item {
    key(format!("invites#{user}"))
}

/// The key of a link.
pub fn link_key(code: &Nonce) -> Item {
    key(format!("link#{}", code.as_str()))
}

/// The key of an invitation.
pub fn invitation_key(friend: UserId) -> Item {
    key(format!("{INVITATION}{friend}"))
}

/// Who was invited, if that is the name of an invitation.
pub(crate) fn invited(id: &str) -> Option<UserId> {
    let friend = id.strip_prefix(INVITATION)?.parse().ok()?;
    Some(UserId(friend))
}

/// Whether a row is about invitations.
pub(crate) fn is_about_invitations(item: &Item) -> bool {
    Row(item).s_opt("kind").is_some_and(|kind| KINDS.contains(&kind))
}

/// What somebody's invitations have come to, as an item.
pub fn invites_item(invites: &Invites) -> Item {
    with(
        invites_key(invites.user),
        [
            ("kind", Some(s("invites"))),
            ("schema", Some(n(SCHEMA))),
            ("inviter", Some(n(invites.user.0))),
            ("code", Some(s(invites.code.as_str()))),
            ("in_all", Some(n(invites.in_all))),
            ("month", Some(n(invites.month.0))),
            ("in_month", Some(n(invites.in_month))),
            ("revision", Some(n(invites.revision))),
        ],
    )
}

/// The same as read.
pub fn read_invites(item: &Item) -> Result<Invites, Malformed> {
    let row = Row(item);
    Ok(Invites {
        user: UserId(row.n("inviter")?),
        code: Nonce::parse(row.s("code")?).ok_or(Malformed { attribute: "code" })?,
        in_all: row.n_or_zero("in_all")?,
        month: Timestamp(row.n_or_zero("month")?),
        in_month: row.n_or_zero("in_month")?,
        revision: row.n("revision")?,
    })
}

/// A link as an item.
pub fn link_item(code: &Nonce, inviter: UserId) -> Item {
    with(
        link_key(code),
        [
            ("kind", Some(s("link"))),
            ("schema", Some(n(SCHEMA))),
            ("inviter", Some(n(inviter.0))),
        ],
    )
}

/// Whose link it is.
pub fn read_link(item: &Item) -> Result<UserId, Malformed> {
    Row(item).n("inviter").map(UserId)
}

/// An invitation as an item.
pub fn invitation_item(invitation: &Invitation) -> Item {
    let item = with(
        invitation_key(invitation.friend),
        [("kind", Some(s("invitation"))), ("schema", Some(n(SCHEMA)))],
    );
    with(item, due(invitation.due_at, invitation.shard()))
}
