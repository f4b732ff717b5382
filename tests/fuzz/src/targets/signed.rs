//! What is believed because it is signed. No change of it may ever be.

use domain::id::UserId;
use domain::live::Marks;
use domain::time::Timestamp;
use features_api::auth::init_data::{BotKey, Visitor};
use limits_flags::access::ticket::TicketKey;
use limits_flags::access::{NewKey, Presented, Scope};
use providers::registry::ROWS;
use providers::ticket::{Ticket, callback_url};

use super::{Target, lines, text};

/// The bot of the vectors, for which nothing is paid by anybody.
const TOKEN: &str = "123456789:TEST-token-for-vectors";
/// When everything here was signed.
const NOW: Timestamp = Timestamp(1_760_000_000_000);
const USER: UserId = UserId(42);
/// What our own callback addresses are signed with.
const ADDRESS_KEY: &[u8] = b"callback-mac-key";
/// What KIE.AI signs with, as in its vector.
const KIE_KEY: &str = "kie-webhook-hmac-key";
const KIE_TASK: &str = "task_kling_1765180586443";

/// What a Mini App says who has opened it.
pub const INIT_DATA: Target = Target {
    name: "init-data",
    reads: "a Mini App's init data",
    run: init_data,
    bytes_max: 768,
    words: &["functions/features-api/src/auth/init_data.rs"],
    seeds: &[],
};

fn init_data(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(visitor) = BotKey::of(TOKEN).verify(text, NOW) else {
        return;
    };
    // Only what the vector says was ever signed.
    let signed = Visitor {
        id: USER,
        locale: Some("ru".to_owned()),
    };
    assert_eq!(visitor, signed, "{text}");
}

/// What lets a page into the stream of changes, and what it says when it comes back.
pub const TICKET: Target = Target {
    name: "stream",
    reads: "the ticket of a stream, and the marks of whoever comes back",
    run: ticket,
    bytes_max: 128,
    words: &[],
    seeds: &[],
};

fn ticket(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let key = TicketKey::of(TOKEN);
    if key.read(text, NOW).is_ok() {
        assert_eq!(text, key.write(USER, NOW));
    }
    if let Some(marks) = Marks::parse(text) {
        assert_eq!(Marks::parse(&marks.to_string()), Some(marks));
        assert!(marks.since(&marks).is_empty());
    }
}

/// A machine's key.
pub const KEY: Target = Target {
    name: "api-key",
    reads: "a machine's key",
    run: key,
    bytes_max: 160,
    words: &["shared/limits-flags/src/access.rs"],
    seeds: &[],
};

fn key(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Some(presented) = Presented::parse(text) else {
        return;
    };
    let known = NewKey::of([7; 8], [9; 32], "fuzzed", &[Scope::Evaluate], Timestamp(0), None);
    if known.row.verify(presented, NOW) {
        let (_, secret) = known.text.rsplit_once('_').unwrap_or_default();
        assert!(text.ends_with(secret), "{text}");
    }
}

/// A provider's callback: the address it comes to, its two headers, a line each, and its body.
pub const CALLBACK: Target = Target {
    name: "callback",
    reads: "a provider's callback, of each provider: address, headers, body",
    run: callback,
    bytes_max: 768,
    words: &[
        "shared/providers/src/kie/callback.rs",
        "shared/providers/src/kling.rs",
        "shared/providers/src/ticket.rs",
    ],
    seeds: &[],
};

fn callback(data: &[u8]) {
    let Some(([query, timestamp, signature], body)) = lines(data) else {
        return;
    };
    if let Some(ticket) = Ticket::verified(query, ADDRESS_KEY) {
        let given = Ticket {
            job: "42-23456789abcdefgh".to_owned(),
            fence: 3,
        };
        assert_eq!(ticket, given, "{query}");
        assert!(callback_url("", "kie", &ticket.job, ticket.fence, ADDRESS_KEY).len() > query.len() / 8);
    }
    for row in ROWS {
        let Some(notice) = (row.notice)(body) else {
            continue;
        };
        assert!(!notice.task_id.is_empty(), "{}", row.name);
        let signed = row.is_signed.is_some_and(|is_signed| {
            is_signed(&notice.task_id, timestamp, signature, KIE_KEY, NOW.seconds())
        });
        // One task was ever signed with that key, for one moment.
        let known = (notice.task_id.as_str(), timestamp) == (KIE_TASK, "1760000000");
        assert!(!signed || known, "{}: {timestamp} {signature}", row.name);
    }
}
