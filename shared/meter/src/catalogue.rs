//! The list of metrics. The alarms and the dashboard of `template.yaml` look at these and nothing else, and at each of
//! them; `tests/src/tidy/meters.rs` holds them together.

/// In what a metric is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How often something happened.
    Count,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Percent, 0 to 100 and beyond.
    Percent,
    /// Millionths of a US dollar.
    MicroUsd,
    /// A provider's own credits.
    Credits,
    /// 1 if it is so, else 0.
    State,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in `CloudWatch`.
    pub name: &'static str,
    /// In what it is measured.
    pub unit: Unit,
    /// Its dimensions, in the order in which the values are given.
    pub by: &'static [&'static str],
    /// Whether it is counted once more without its dimensions, because an alarm looks at all of it.
    pub summed: bool,
    /// What it says.
    pub what: &'static str,
}

const fn metric(name: &'static str, unit: Unit, by: &'static [&'static str], what: &'static str) -> Metric {
    Metric {
        name,
        unit,
        by,
        summed: false,
        what,
    }
}

const fn summed(name: &'static str, unit: Unit, by: &'static [&'static str], what: &'static str) -> Metric {
    Metric {
        summed: true,
        ..metric(name, unit, by, what)
    }
}

pub(crate) const JOBS_SETTLED: Metric = metric(
    "JobsSettled",
    Unit::Count,
    &["Model", "Outcome"],
    "orders that are over",
);
pub(crate) const JOB_SUCCESS: Metric = metric(
    "JobSuccess",
    Unit::Percent,
    &[],
    "100 for an order that came to what was ordered, 0 for one that did not; words are not counted",
);
pub(crate) const JOBS_GIVEN_UP: Metric = metric(
    "JobsGivenUp",
    Unit::Count,
    &["Model"],
    "orders given up for their time",
);
pub(crate) const TIME_TO_VIDEO: Metric = summed(
    "TimeToVideo",
    Unit::Milliseconds,
    &["Model"],
    "from an order's acceptance to its video",
);
pub(crate) const COST: Metric = metric("CostMicroUsd", Unit::MicroUsd, &["Model"], "what orders cost us");
pub(crate) const QUEUE_AGE: Metric = metric(
    "QueueAge",
    Unit::Seconds,
    &[],
    "from when an order is due to when it is attended to",
);
pub(crate) const OLDEST_OPEN_JOB: Metric = metric(
    "OldestOpenJob",
    Unit::Seconds,
    &[],
    "the age of the oldest open order",
);
pub(crate) const LIMIT_REFUSALS: Metric = metric(
    "LimitRefusals",
    Unit::Count,
    &["Limit"],
    "what limits have refused",
);
pub(crate) const SHARED_LIMIT_USED: Metric = summed(
    "SharedLimitUsed",
    Unit::Percent,
    &["Limit"],
    "how much of what all customers share is used",
);
pub(crate) const FEATURE_DENIALS: Metric = summed(
    "FeatureDenials",
    Unit::Count,
    &["Feature"],
    "what was refused for want of a feature",
);
pub(crate) const GATING_ERRORS: Metric = summed(
    "FeatureGatingErrors",
    Unit::Count,
    &["Kind"],
    "settings that could not be read or evaluated",
);
pub(crate) const SETTINGS_AGE: Metric = metric(
    "SettingsAge",
    Unit::Milliseconds,
    &[],
    "how old settings are that could not be renewed",
);
pub(crate) const PAYMENTS: Metric = metric(
    "Payments",
    Unit::Count,
    &["Rail", "State"],
    "what payments have become",
);
pub(crate) const HELD_PAYMENTS: Metric = metric("HeldPayments", Unit::Count, &[], "money that does not fit");
pub(crate) const CHARGED_BACK_PAYMENTS: Metric = metric(
    "ChargedBackPayments",
    Unit::Count,
    &[],
    "money that banks took back",
);
pub(crate) const FORGED_NOTICES: Metric =
    metric("ForgedNotices", Unit::Count, &[], "notices that no rail has sent");
pub(crate) const RECONCILIATION_DIFFERENCES: Metric = metric(
    "ReconciliationDifferences",
    Unit::Count,
    &[],
    "what differs between the rails' books and ours",
);
pub(crate) const QUARANTINED_UPDATES: Metric = metric(
    "QuarantinedUpdates",
    Unit::Count,
    &[],
    "updates that were given up",
);
pub(crate) const ORPHAN_RENDERS: Metric = metric(
    "OrphanRenders",
    Unit::Count,
    &[],
    "renders of submissions that were given up",
);
pub(crate) const PROVIDER_OUTCOMES: Metric = metric(
    "ProviderOutcomes",
    Unit::Count,
    &["Provider", "Outcome"],
    "what providers have answered",
);
pub(crate) const BREAKER_OPEN: Metric = metric(
    "BreakerOpen",
    Unit::State,
    &["Provider"],
    "whether a provider is left alone",
);
pub(crate) const PROVIDER_BALANCE: Metric = metric(
    "ProviderBalance",
    Unit::Credits,
    &["Provider"],
    "what is left at a provider",
);

pub(crate) const BROADCAST_MESSAGES: Metric = metric(
    "BroadcastMessages",
    Unit::Count,
    &["Outcome"],
    "customers that broadcasts have gone through",
);
pub(crate) const BROADCAST_IDLE: Metric = metric(
    "BroadcastIdle",
    Unit::Seconds,
    &[],
    "since a running broadcast last went on",
);

pub(crate) const ORDERS_CHECKED: Metric = metric(
    "OrdersChecked",
    Unit::Count,
    &["Outcome"],
    "drafts that a check was asked about before anybody paid",
);

/// Every metric.
pub const METRICS: &[Metric] = &[
    JOBS_SETTLED,
    JOB_SUCCESS,
    JOBS_GIVEN_UP,
    TIME_TO_VIDEO,
    COST,
    QUEUE_AGE,
    OLDEST_OPEN_JOB,
    LIMIT_REFUSALS,
    SHARED_LIMIT_USED,
    FEATURE_DENIALS,
    GATING_ERRORS,
    SETTINGS_AGE,
    PAYMENTS,
    HELD_PAYMENTS,
    CHARGED_BACK_PAYMENTS,
    FORGED_NOTICES,
    RECONCILIATION_DIFFERENCES,
    QUARANTINED_UPDATES,
    ORPHAN_RENDERS,
    PROVIDER_OUTCOMES,
    BREAKER_OPEN,
    PROVIDER_BALANCE,
    BROADCAST_MESSAGES,
    BROADCAST_IDLE,
    ORDERS_CHECKED,
];
