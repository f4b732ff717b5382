//! What the functions' processes hold, as the system says (Linux only).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What they held at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// How far the soak was, in hundredths.
    pub(super) share: u64,
    /// By the binary's name, of the process that held most: KB at that moment.
    pub(super) rss_kb: BTreeMap<String, u64>,
    /// The same of this process: tables, queues, chats and files that are never forgotten.
    pub(super) own_kb: u64,
}

impl Mark {
    /// Takes it now.
    pub(super) fn now(share: u64) -> Self {
        let own = std::process::id();
        let mut rss_kb = BTreeMap::new();
        for process in children(own) {
            let path = format!("/proc/{process}");
            let Some(name) = fs::read_link(format!("{path}/exe"))
                .ok()
                .as_deref()
                .and_then(name_of)
            else {
                continue;
            };
            let held = rss_of(&path);
            let most = rss_kb.entry(name).or_insert(0);
            *most = held.max(*most);
        }
        Self {
            share,
            rss_kb,
            own_kb: rss_of("/proc/self"),
        }
    }

    /// Whether no function holds more than it did then, but for what an allocator keeps: a tenth, or 2 MB.
    pub(super) fn is_flat_since(&self, then: &Self) -> bool {
        self.rss_kb.iter().all(|(name, now)| {
            let before = then.rss_kb.get(name);
            before.is_none_or(|before| *now <= before + (before / 10).max(2_048))
        })
    }
}

fn name_of(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

/// The processes that a process has started.
fn children(of: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|process| parent(*process) == Some(of)).collect()
}

fn parent(process: u32) -> Option<u32> {
    field(&format!("/proc/{process}"), "PPid:")
}

fn rss_of(path: &str) -> u64 {
    field(path, "VmRSS:").unwrap_or(0)
}

fn field<T: std::str::FromStr>(path: &str, name: &str) -> Option<T> {
    let status = fs::read_to_string(format!("{path}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kb: u64) -> Mark {
        Mark {
            rss_kb: BTreeMap::from([("worker".to_owned(), kb)]),
            ..Mark::default()
        }
    }

    #[test]
    fn what_grows_is_not_flat() {
        assert!(mark(40_000).is_flat_since(&mark(40_000)));
        assert!(mark(43_000).is_flat_since(&mark(40_000)));
        assert!(!mark(45_000).is_flat_since(&mark(40_000)));
        assert!(mark(12_000).is_flat_since(&mark(10_000)));
        assert!(!mark(12_100).is_flat_since(&mark(10_000)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_was_started_here_is_seen() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let seen = children(std::process::id()).contains(&child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(seen);
        assert!(Mark::now(0).own_kb > 0);
    }
}
