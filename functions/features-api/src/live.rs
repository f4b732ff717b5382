//! Where a page hears that something has changed, in OFREP's form: the address of the stream with a ticket in it.
//!
//! Source: github.com/open-feature/protocol, decision 0008 and `eventStream` in `service/openapi.yaml`. The stream itself
//! is the function `live`; its tickets let nobody ask anything here.

use domain::id::UserId;
use domain::time::Timestamp;
use limits_flags::access::ticket::TicketKey;
use serde::Serialize;
use utoipa::ToSchema;

/// After how many seconds out of sight a page stops listening: each open stream is paid for.
const INACTIVITY_S: u32 = 60;

/// A stream that says when to ask again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventStream {
    /// How it is heard: server-sent events.
    #[serde(rename = "type")]
    #[schema(example = "sse")]
    kind: &'static str,
    /// Its address, for this customer and for two hours at most. Whoever has it hears that something has changed.
    url: String,
    /// After how many seconds out of sight a page should stop listening.
    #[serde(rename = "inactivityDelaySec")]
    #[schema(minimum = 1, example = 60)]
    inactivity_delay_s: u32,
}

/// What addresses of streams are made of.
pub(crate) struct Streams {
    key: TicketKey,
    url: String,
}

impl Streams {
    /// For the bot with this token; `url` is empty where there are no streams.
    pub(crate) fn of(bot_token: &str, url: String) -> Self {
        Self {
            key: TicketKey::of(bot_token),
            url,
        }
    }

    /// A customer's, the same within an hour; nothing where there are none.
    pub(crate) fn of_user(&self, user: UserId, now: Timestamp) -> Vec<EventStream> {
        if self.url.is_empty() {
            return Vec::new();
        }
        vec![EventStream {
            kind: "sse",
            url: format!("{}?ticket={}", self.url, self.key.write(user, now)),
            inactivity_delay_s: INACTIVITY_S,
        }]
    }

    /// Where they are, as a page's policy names it; empty where there are none.
    pub(crate) fn origin(&self) -> &str {
        self.url.trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456789:TEST-token-for-vectors";
    const NOW: Timestamp = Timestamp(1_795_251_600_000);

    #[test]
    fn an_address_has_a_ticket_that_the_stream_believes() {
        let streams = Streams::of(TOKEN, "https://live.example.org/".to_owned());
        let url = streams.of_user(UserId(7), NOW).remove(0).url;
        let ticket = url.strip_prefix("https://live.example.org/?ticket=").unwrap();
        let read = TicketKey::of(TOKEN).read(ticket, NOW).unwrap();
        assert_eq!(read.user, UserId(7));
        assert_eq!(streams.origin(), "https://live.example.org");
    }

    #[test]
    fn where_there_are_no_streams_nobody_is_sent_to_one() {
        let none = Streams::of(TOKEN, String::new());
        assert!(none.of_user(UserId(7), NOW).is_empty());
        assert_eq!(none.origin(), "");
    }
}
