//! Moments and spans, in milliseconds since 1970-01-01 UTC. Nothing here asks what time it is.

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A span of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Timestamp {
    /// This moment, later by a span.
    #[must_use]
    pub fn after(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long after an earlier moment this one is; negative if it is before it.
    pub fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }

    /// The moment so many seconds after 1970 began.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// In UTC as RFC 3339 writes it: `2026-11-22T10:00:00Z`; `None` for a year that it cannot write.
    pub fn rfc3339(self) -> Option<String> {
        let at = jiff::Timestamp::from_millisecond(self.0).ok()?;
        Some(at.to_string())
    }

    /// Reads a moment as RFC 3339 writes it; `None` if it is none. What is finer than a millisecond is cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let at: jiff::Timestamp = text.parse().ok()?;
        Some(Self(at.as_millisecond()))
    }

    /// Whole seconds since 1970, as DynamoDB's time to live and signatures want them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A number of seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// A number of minutes.
    pub const fn from_mins(minutes: i64) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// The span as a number of seconds, rounded up, at least 0.
    pub fn secs_ceil(self) -> i64 {
        self.0.max(0).saturating_add(999).div_euclid(1000)
    }

    /// This span and another.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This many thousandths of the span.
    #[must_use]
    pub fn permille(self, thousandths: u32) -> Self {
        Self(self.0.saturating_mul(i64::from(thousandths)).div_euclid(1000))
    }
}

/// A roll of the dice between 0 and 999, made outside and handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u32);

impl Jitter {
    /// A span between half and the whole of `full`, so that what failed together is not tried again together.
    pub fn spread(self, full: Millis) -> Millis {
        full.permille(500)
            .plus(full.permille(500).permille(self.0.min(999)))
    }
}
