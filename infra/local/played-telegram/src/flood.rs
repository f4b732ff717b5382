//! Flood limits: one token bucket per chat and one for all chats together.

use std::collections::HashMap;

use crate::config::FloodLimits;
use crate::error::ApiError;

#[derive(Debug, Default)]
pub(crate) struct Flood {
    chats: HashMap<i64, Bucket>,
    overall: Option<Bucket>,
}

/// Holds thousandths of a message, so that a refill of a few milliseconds counts.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    millis: i64,
    at_ms: i64,
}

/// A rate as "one message every `each_ms`", and how many may be saved up.
#[derive(Debug, Clone, Copy)]
struct Rate {
    each_ms: i64,
    burst: i64,
}

impl Flood {
    /// Takes one message's room, or says after how many seconds there will be some.
    pub(crate) fn take(&mut self, limits: &FloodLimits, chat_id: i64, now_ms: i64) -> Result<(), ApiError> {
        let chat_rate = if chat_id < 0 {
            Rate::new(limits.per_group_per_min, 60_000, limits.per_group_per_min)
        } else {
            Rate::new(limits.per_chat_per_s, 1_000, limits.per_chat_burst)
        };
        let overall_rate = Rate::new(limits.overall_per_s, 1_000, limits.overall_per_s);
        let chat = self
            .chats
            .entry(chat_id)
            .or_insert_with(|| Bucket::full(chat_rate, now_ms));
        let overall = self
            .overall
            .get_or_insert_with(|| Bucket::full(overall_rate, now_ms));
        chat.refill(chat_rate, now_ms);
        overall.refill(overall_rate, now_ms);
        let wait_ms = chat.wait_ms(chat_rate).max(overall.wait_ms(overall_rate));
        if wait_ms > 0 {
            return Err(ApiError::too_many(
                u32::try_from((wait_ms + 999) / 1_000).unwrap_or(u32::MAX),
            ));
        }
        chat.millis -= 1_000;
        overall.millis -= 1_000;
        Ok(())
    }
}

impl Rate {
    fn new(messages: u32, in_ms: i64, burst: u32) -> Self {
        Self {
            each_ms: in_ms / i64::from(messages.max(1)),
            burst: i64::from(burst.max(1)),
        }
    }
}

impl Bucket {
    fn full(rate: Rate, now_ms: i64) -> Self {
        Self {
            millis: rate.burst * 1_000,
            at_ms: now_ms,
        }
    }

    fn refill(&mut self, rate: Rate, now_ms: i64) {
        let gained = (now_ms - self.at_ms).max(0) * 1_000 / rate.each_ms.max(1);
        if gained > 0 {
            self.millis = (self.millis + gained).min(rate.burst * 1_000);
            self.at_ms = now_ms;
        }
    }

    fn wait_ms(&self, rate: Rate) -> i64 {
        (1_000 - self.millis).max(0) * rate.each_ms / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_burst_passes_then_one_a_second() {
        let (mut flood, limits) = (Flood::default(), FloodLimits::default());
        let passed = (0..20).filter(|_| flood.take(&limits, 1, 0).is_ok()).count();
        assert_eq!(passed, 5);
        assert!(flood.take(&limits, 1, 1_000).is_ok());
        assert_eq!(flood.take(&limits, 1, 1_500).unwrap_err(), ApiError::too_many(1));
        assert!(flood.take(&limits, 2, 1_500).is_ok());
    }

    #[test]
    fn all_chats_together_get_thirty_a_second() {
        let (mut flood, limits) = (Flood::default(), FloodLimits::default());
        let passed = (1..100)
            .filter(|chat| flood.take(&limits, *chat, 0).is_ok())
            .count();
        assert_eq!(passed, 30);
    }

    #[test]
    fn a_channel_gets_twenty_a_minute() {
        let (mut flood, limits) = (Flood::default(), FloodLimits::default());
        let passed = (0..100).filter(|_| flood.take(&limits, -100, 0).is_ok()).count();
        assert_eq!(passed, 20);
        assert_eq!(flood.take(&limits, -100, 0).unwrap_err(), ApiError::too_many(3));
    }
}
