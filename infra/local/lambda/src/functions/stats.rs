//! What a function did, in numbers.

/// Sums since the start. Times are wall time on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FunctionStats {
    /// Events that were run, whatever came of them.
    pub invocations: u64,
    /// Events that ended in an error, a crash or a time-out.
    pub errors: u64,
    /// Events that were cut off; they count as errors too.
    pub timeouts: u64,
    /// Events that were refused for want of concurrency.
    pub throttles: u64,
    /// Processes started.
    pub cold_starts: u64,
    /// Milliseconds from fetching an event to its answer, each at least 1.
    pub billed_ms: u64,
    /// Milliseconds from starting a process to its first request for an event.
    pub init_ms: u64,
    /// The most memory that any process held, in KB; 0 where the system does not tell.
    pub rss_max_kb: u64,
}
