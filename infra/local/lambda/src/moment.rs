//! The local cloud's clock: it plays Lambda, so it is the one that knows the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};

/// Epoch milliseconds.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    whole_ms(since)
}

/// A duration's milliseconds.
pub(crate) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-21T20:00:00Z`.
pub(crate) fn rfc3339(at_ms: u64) -> String {
    utc(at_ms).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `21/Nov/2026:20:00:00 +0000`, as function URLs write it.
pub(crate) fn common_log(at_ms: u64) -> String {
    utc(at_ms).format("%d/%b/%Y:%H:%M:%S %z").to_string()
}

fn utc(at_ms: u64) -> DateTime<Utc> {
    let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    Utc.timestamp_millis_opt(at_ms).single().unwrap_or_default()
}
