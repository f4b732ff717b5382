//! SQS: a standard queue, which delivers at least once and in no order.

use std::time::Duration;

/// How long a message that is being worked on is hidden: what the template says.
pub const HIDDEN: Duration = Duration::from_mins(12);
/// How often a message is shown before it goes to those that failed too often.
pub const SHOWN_MAX: u32 = 5;

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: u64,
    pub body: String,
    /// From when on it is shown.
    pub from: Duration,
    pub shown: u32,
    /// Which showing's receipt deletes it.
    pub receipt: u64,
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct Bell {
    pub messages: Vec<Message>,
    pub dead: Vec<Message>,
    next: u64,
}

impl Bell {
    /// Lays a message in.
    pub fn put(&mut self, body: String, from: Duration) {
        self.next += 1;
        self.messages.push(Message {
            id: self.next,
            body,
            from,
            shown: 0,
            receipt: 0,
        });
    }

    /// Shows up to ten messages, in no order, and hides them.
    pub fn show(&mut self, now: Duration, hidden: Duration, dice: &mut fastrand::Rng) -> Vec<Message> {
        let mut places: Vec<usize> = (0..self.messages.len())
            .filter(|at| self.messages[*at].from <= now)
            .collect();
        dice.shuffle(&mut places);
        let many = dice.usize(1..=10);
        places.truncate(many);
        let mut shown = Vec::new();
        for at in places {
            self.next += 1;
            let next = self.next;
            let message = &mut self.messages[at];
            message.from = now + hidden;
            message.shown += 1;
            message.receipt = next;
            shown.push(message.clone());
        }
        let spent = |message: &Message| message.shown > SHOWN_MAX;
        self.dead
            .extend(self.messages.iter().filter(|message| spent(message)).cloned());
        self.messages.retain(|message| !spent(message));
        shown.retain(|message| !spent(message));
        shown
    }

    /// Deletes a message, if it was not shown to somebody else meanwhile.
    pub fn delete(&mut self, receipt: u64) {
        self.messages.retain(|message| message.receipt != receipt);
    }
}
