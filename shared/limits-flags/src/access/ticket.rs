//! Tickets for the stream of changes: whoever has signed in at the features API is given an address with one in it.
//!
//! A browser's `EventSource` sends no header, so what lets it in stands in the address, as OFREP's decision 0008 has it.
//! A ticket lets nobody do anything but hear that something of one customer's has changed, and for two hours at most.

use domain::id::UserId;
use domain::live::{Ticket, ticket_ends};
use domain::time::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq as _;

use super::hex;

/// What the key is made for, so that nothing else that is signed with the same token is ever a ticket.
const PURPOSE: &[u8] = b"neurocards stream ticket";
/// More than any ticket has: a number of 52 bits, a moment in seconds and 64 digits.
const CHARS_MAX: usize = 100;

/// The key that tickets are signed with. Only its own kind prints it: not at all.
pub struct TicketKey(hmac::Key);

/// A ticket that does not hold: not signed by us, or too old. Neither says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this ticket does not hold; ask for the page's data anew")]
pub struct NoTicket;

impl TicketKey {
    /// The key of the bot with this token.
    pub fn of(bot_token: &str) -> Self {
        let outer = hmac::Key::new(hmac::HMAC_SHA256, PURPOSE);
        let key = hmac::sign(&outer, bot_token.as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }

    /// A ticket for a customer's streams, the same within an hour.
    pub fn write(&self, user: UserId, now: Timestamp) -> String {
        let said = format!("{user}.{}", ticket_ends(now).seconds());
        format!("{said}.{}", self.sign(&said))
    }

    /// Whose streams it is for, if we signed it and it holds.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<Ticket, NoTicket> {
        if text.len() > CHARS_MAX {
            return Err(NoTicket);
        }
        let (said, mac) = text.rsplit_once('.').ok_or(NoTicket)?;
        if !bool::from(self.sign(said).as_bytes().ct_eq(mac.as_bytes())) {
            return Err(NoTicket);
        }
        let (user, until) = said.split_once('.').ok_or(NoTicket)?;
        let (user, until) = (user.parse(), until.parse());
        let ticket = Ticket {
            user: UserId(user.map_err(|_| NoTicket)?),
            until: Timestamp::from_seconds(until.map_err(|_| NoTicket)?),
        };
        (now < ticket.until).then_some(ticket).ok_or(NoTicket)
    }

    fn sign(&self, said: &str) -> String {
        hex(hmac::sign(&self.0, said.as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_251_600_000);

    fn key() -> TicketKey {
        TicketKey::of("123456789:TEST-token-for-vectors")
    }

    #[test]
    fn a_ticket_says_whose_streams_and_until_when() {
        let ticket = key().write(UserId(700_001), NOW);
        let read = key().read(&ticket, NOW).unwrap();
        assert_eq!((read.user, read.until), (UserId(700_001), ticket_ends(NOW)));
        assert_eq!(key().write(UserId(700_001), Timestamp(NOW.0 + 1)), ticket);
    }

    #[test]
    fn a_ticket_holds_to_its_end_and_not_beyond() {
        let ticket = key().write(UserId(7), NOW);
        let end = ticket_ends(NOW);
        assert!(key().read(&ticket, Timestamp(end.0 - 1)).is_ok());
        assert_eq!(key().read(&ticket, end), Err(NoTicket));
    }

    #[test]
    fn what_we_did_not_sign_is_no_ticket() {
        let ticket = key().write(UserId(7), NOW);
        let (said, mac) = ticket.rsplit_once('.').unwrap();
        let later = ticket_ends(NOW).seconds() + 3600;
        for forged in [
            format!("8{}", ticket.get(1..).unwrap()),
            format!("7.{later}.{mac}"),
            format!("{said}.{}", "0".repeat(64)),
            format!("{said}."),
            said.to_owned(),
            String::new(),
            "x".repeat(1000),
        ] {
            assert_eq!(key().read(&forged, NOW), Err(NoTicket), "{forged}");
        }
        let other = TicketKey::of("987654321:another-bots-token");
        assert_eq!(other.read(&ticket, NOW), Err(NoTicket));
    }
}
