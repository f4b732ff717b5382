//! What a process has used: processor time to the nanosecond, and memory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

/// Processor time of a process up to now, of all its threads, also of those that have ended. `None` once it is gone.
pub(crate) fn time_of(pid: u32) -> Option<Duration> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?);
    let clock: ClockId = clock_getcpuclockid(pid).ok()?;
    clock.now().ok().map(Duration::from)
}

/// The most memory that a process has held, in KB.
pub(crate) fn peak_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Our own children that run a binary.
pub(crate) fn children_of(binary: &Path) -> Vec<u32> {
    let ours = std::process::id();
    let Ok(all) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let runs = |pid: &u32| {
        let path: Option<PathBuf> = std::fs::read_link(format!("/proc/{pid}/exe")).ok();
        path.as_deref() == Some(binary) && parent(*pid) == Some(ours)
    };
    pids.filter(runs).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("PPid:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Processor time of all our children that run a binary.
pub(crate) fn time_of_children(binary: &Path) -> Duration {
    children_of(binary).into_iter().filter_map(time_of).sum()
}

/// A part of one processor, as Lambda gives it by memory: 1,769 MB are one (Lambda developer guide, "Configure Lambda
/// function memory").
pub(crate) const MB_OF_A_PROCESSOR: u32 = 1_769;
/// How long Lambda may let a function wait until it has its share again.
const PERIOD_US: u32 = 20_000;

/// A control group in which processes get the share of so many MB. It is taken down when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    directory: PathBuf,
}

impl Share {
    /// Makes it, where this machine lets us (cgroup v1 `cpu`, as root).
    pub(crate) fn of_mb(mb: u32) -> Option<Self> {
        let directory = PathBuf::from(format!(
            "/sys/fs/cgroup/cpu/neurocards-bench-{}",
            std::process::id()
        ));
        std::fs::create_dir(&directory).ok()?;
        let share = Self { directory };
        let quota = PERIOD_US.saturating_mul(mb).checked_div(MB_OF_A_PROCESSOR)?;
        std::fs::write(share.directory.join("cpu.cfs_period_us"), PERIOD_US.to_string()).ok()?;
        std::fs::write(share.directory.join("cpu.cfs_quota_us"), quota.to_string()).ok()?;
        Some(share)
    }

    /// From now on a process has no more than that.
    pub(crate) fn hold(&self, pid: u32) -> bool {
        std::fs::write(self.directory.join("cgroup.procs"), pid.to_string()).is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Its processes are gone by then; if not, it stays, and does no harm.
        let _ = std::fs::remove_dir(&self.directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_for_whoever_works() {
        let ours = std::process::id();
        let before = time_of(ours).unwrap();
        let mut sum = 0_u64;
        while time_of(ours).unwrap() == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(time_of(ours).unwrap() > before && peak_kb(ours).unwrap() > 0);
        assert_eq!(time_of(u32::MAX), None);
    }
}
