//! `/start again_…`: the link by which a page of ours leads back to the chat, with a draft like an order that was made before.

use domain::id::{JobId, Nonce, UserId};
use telegram::methods::Reply;

use super::Error;
use super::compose::First;
use super::visit::Visit;
use crate::links;

/// The order that such a link names, if it is this customer's: an order's name begins with its owner's, so somebody else's is
/// as little there as none.
pub(super) fn order_of(user: UserId, carried: &str) -> Option<JobId> {
    let nonce = Nonce::parse(links::again_in(carried)?)?;
    Some(JobId { user, nonce })
}

impl Visit<'_> {
    /// What the link leads to; `None` if what was carried is another link.
    pub(super) async fn again_by_link(&self, carried: &str) -> Result<Option<Reply>, Error> {
        if links::again_in(carried).is_none() {
            return Ok(None);
        }
        let why = match &self.job {
            Some(job) if job.order.can_be_repeated() => match self.once_more(job, First::Card).await? {
                Ok(reply) => return Ok(Some(reply)),
                Err(why) => why,
            },
            _ => "again-gone",
        };
        let told = self.say.text(why);
        // Whoever opens the bot by a link that leads them nowhere is welcome all the same.
        if self.newcomer {
            return Ok(Some(self.welcome(Some(told))));
        }
        Ok(Some(self.send(told).into()))
    }
}
