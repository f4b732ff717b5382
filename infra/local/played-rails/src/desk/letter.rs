//! One notification on its way.

/// One attempt to bring a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// The headers that the rail adds: a signature.
    pub headers: Vec<(String, String)>,
    /// How the receiver answered; `None` if it did not.
    pub status: Option<u16>,
}

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way, or will be tried again.
    Waiting,
    /// It was taken.
    Taken,
    /// A fault has swallowed it.
    Lost,
    /// Nobody had said where to.
    Nowhere,
    /// It was tried for as long as the rail tries.
    GivenUp,
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its place in the order in which they were written, from 0.
    pub number: usize,
    /// The event: `payment.succeeded`.
    pub event: String,
    /// What it is about: a payment, a refund, a session.
    pub about: String,
    /// As it is sent.
    pub body: String,
    /// Not the rail's own.
    pub is_forged: bool,
    /// What became of it.
    pub fate: Fate,
    /// Every attempt, oldest first.
    pub tries: Vec<Try>,
    pub(super) due_ms: i64,
    pub(super) first_ms: i64,
    /// Letters that are due together leave in this order.
    pub(super) place: usize,
    /// It waits for the one that follows it.
    pub(super) after_next: bool,
    pub(super) copies: usize,
    /// Somebody is bringing it at this moment.
    pub(super) is_out: bool,
}
