//! How often each caller asked for what, and what it consumed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::Service;
use super::caller::Call;
use super::capacity::Units;

/// The counts of one caller's one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Requests that arrived, whatever came of them.
    pub requests: u64,
    /// Requests that were answered with an error, or not at all.
    pub errors: u64,
    /// Read capacity in thousandths of a unit. Refused requests report none, although AWS charges for them.
    pub read_units_milli: u64,
    /// Write capacity in thousandths of a unit.
    pub write_units_milli: u64,
}

/// Counts by service, caller and operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The key is the service, the caller (a function's logical id) and the operation.
    pub entries: BTreeMap<(Service, String, String), Count>,
}

impl Counts {
    /// The sum of the entries that `wanted` takes by service, caller and operation.
    pub fn sum(&self, wanted: impl Fn(Service, &str, &str) -> bool) -> Count {
        let entries = self
            .entries
            .iter()
            .filter(|((s, caller, op), _)| wanted(*s, caller, op));
        entries.fold(Count::default(), |sum, (_, it)| sum.plus(*it))
    }

    /// Everything that one caller asked of a service.
    pub fn of(&self, service: Service, caller: &str) -> Count {
        self.sum(|s, c, _| s == service && c == caller)
    }

    /// Everything that was asked of a service by the stack's functions; `functions` holds their logical ids.
    pub fn by_functions<'a>(
        &self,
        service: Service,
        functions: impl IntoIterator<Item = &'a String>,
    ) -> Count {
        let functions: Vec<&String> = functions.into_iter().collect();
        self.sum(|s, caller, _| s == service && functions.iter().any(|it| *it == caller))
    }

    /// What was added since an earlier snapshot.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut entries = BTreeMap::new();
        for (key, now) in &self.entries {
            let added = now.minus(earlier.entries.get(key).copied().unwrap_or_default());
            if added != Count::default() {
                entries.insert(key.clone(), added);
            }
        }
        Self { entries }
    }
}

impl Count {
    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            errors: self.errors + other.errors,
            read_units_milli: self.read_units_milli + other.read_units_milli,
            write_units_milli: self.write_units_milli + other.write_units_milli,
        }
    }

    fn minus(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            errors: self.errors.saturating_sub(earlier.errors),
            read_units_milli: self.read_units_milli.saturating_sub(earlier.read_units_milli),
            write_units_milli: self.write_units_milli.saturating_sub(earlier.write_units_milli),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counter {
    counts: Mutex<Counts>,
}

impl Counter {
    pub(crate) fn add(&self, call: &Call, failed: bool, units: Units) {
        let count = Count {
            requests: 1,
            errors: u64::from(failed),
            read_units_milli: units.read_milli,
            write_units_milli: units.write_milli,
        };
        let key = (call.service, call.caller.clone(), call.operation.clone());
        let mut counts = crate::locked(&self.counts);
        let entry = counts.entries.entry(key).or_default();
        *entry = entry.plus(count);
    }

    pub(crate) fn snapshot(&self) -> Counts {
        crate::locked(&self.counts).clone()
    }
}
