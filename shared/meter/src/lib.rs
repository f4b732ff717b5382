//! Every metric: its name, its unit, its dimensions, and the one function that counts it.
//!
//! What is counted goes to whatever recorder the process has: in a Lambda the one of the runtime crate, which writes it to
//! the log in CloudWatch's embedded metric format before each response; anywhere else to none, at the price of a look at
//! a static.
//!
//! A dimension's values come from the settings or from enums, never from customers: every combination is a metric that
//! CloudWatch bills. `CloudWatch` does not add up over dimensions, so what an alarm looks at as a whole is counted once more
//! without them ([`Metric::summed`]).

mod catalogue;

pub use catalogue::{METRICS, Metric, Unit};

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use catalogue as of;

/// After so many values the recorder is asked to put them aside. That of the Lambdas holds a hundred of a metric and loses
/// the others; the difference is for whoever measures at the same moment.
const VALUES_MAX: u32 = 64;
/// Values since that was last done.
static VALUES: AtomicU32 = AtomicU32::new(0);
static RELIEF: OnceLock<fn()> = OnceLock::new();

/// Tells the recorder every metric's unit; after it was installed.
pub fn describe() {
    for metric in METRICS {
        let unit = match metric.unit {
            Unit::Count | Unit::MicroUsd | Unit::Credits | Unit::State => metrics::Unit::Count,
            Unit::Seconds => metrics::Unit::Seconds,
            Unit::Milliseconds => metrics::Unit::Milliseconds,
            Unit::Percent => metrics::Unit::Percent,
        };
        metrics::describe_counter!(metric.name, unit, metric.what);
    }
}

/// An order is over: delivered, parked, failed or canceled.
pub fn job_settled(model: &str, outcome: &str) {
    count(&of::JOBS_SETTLED, &[model, outcome], 1);
}

/// An order is over that its customer neither took back nor asked for in vain: it came to what was ordered, or to nothing.
pub fn job_succeeded(success: bool) {
    value(&of::JOB_SUCCESS, &[], if success { 100 } else { 0 });
}

/// An order was given up because its time was up.
pub fn job_given_up(model: &str) {
    count(&of::JOBS_GIVEN_UP, &[model], 1);
}

/// A video was delivered so many milliseconds after its order was accepted.
pub fn time_to_video(model: &str, ms: u64) {
    value(&of::TIME_TO_VIDEO, &[model], ms);
}

/// What an order cost us, in millionths of a US dollar.
pub fn cost(model: &str, micro_usd: u64) {
    count(&of::COST, &[model], micro_usd);
}

/// An order was attended to so many seconds after it was due.
pub fn queue_age(seconds: u64) {
    value(&of::QUEUE_AGE, &[], seconds);
}

/// An open order was accepted so many seconds ago: each that a worker attends to, and the oldest that cleanup finds due; 0 if
/// that finds none.
pub fn oldest_open_job(seconds: u64) {
    value(&of::OLDEST_OPEN_JOB, &[], seconds);
}

/// An order or a use was refused because a limit is used up.
pub fn limit_refused(limit: &str) {
    count(&of::LIMIT_REFUSALS, &[limit], 1);
}

/// A check was asked about a draft before anybody paid: `passed`, `refused`, or `unanswered`.
pub fn order_checked(outcome: &str) {
    count(&of::ORDERS_CHECKED, &[outcome], 1);
}

/// So many percent of a limit that all customers share are used.
pub fn shared_limit_used(limit: &str, percent: u64) {
    value(&of::SHARED_LIMIT_USED, &[limit], percent);
}

/// Somebody was refused for want of a feature.
pub fn feature_denied(feature: &str) {
    count(&of::FEATURE_DENIALS, &[feature], 1);
}

/// Why nobody could tell what a customer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gating {
    /// The settings could not be read.
    Unread,
    /// The settings' rows are not those of their version.
    Mixed,
    /// A row could not be read and was left out, or a switch is missing.
    Misread,
    /// A flag or a feature could not be evaluated.
    Unevaluated,
}

/// What a customer may do could not be told as the settings say it.
pub fn gating_failed(gating: Gating) {
    let kind = match gating {
        Gating::Unread => "unread",
        Gating::Mixed => "mixed",
        Gating::Misread => "misread",
        Gating::Unevaluated => "unevaluated",
    };
    count(&of::GATING_ERRORS, &[kind], 1);
}

/// Settings that have changed could not be loaded; those in use are so many milliseconds old.
pub fn settings_age(ms: u64) {
    value(&of::SETTINGS_AGE, &[], ms);
}

/// A payment has changed its state.
pub fn payment_moved(rail: &str, state: &str) {
    count(&of::PAYMENTS, &[rail, state], 1);
}

/// Money came that does not fit.
pub fn payment_held() {
    count(&of::HELD_PAYMENTS, &[], 1);
}

/// A bank took money back.
pub fn payment_charged_back() {
    count(&of::CHARGED_BACK_PAYMENTS, &[], 1);
}

/// A notice of a payment that no rail has sent, or that says what is not so.
pub fn notice_forged() {
    count(&of::FORGED_NOTICES, &[], 1);
}

/// So many differences between a rail's books and ours.
pub fn books_differ(differences: u32) {
    count(&of::RECONCILIATION_DIFFERENCES, &[], u64::from(differences));
}

/// An update was given up for good.
pub fn update_quarantined() {
    count(&of::QUARANTINED_UPDATES, &[], 1);
}

/// A render came back for a submission that had been given up.
pub fn render_orphaned() {
    count(&of::ORPHAN_RENDERS, &[], 1);
}

/// What a provider's answer to an order, or about one, came to.
pub fn provider_said(provider: &str, outcome: &str) {
    count(&of::PROVIDER_OUTCOMES, &[provider, outcome], 1);
}

/// Whether a provider is left alone for a while, as an order wanted to go to it.
pub fn breaker(provider: &str, is_open: bool) {
    value(&of::BREAKER_OPEN, &[provider], u64::from(is_open));
}

/// So many customers of a broadcast were gone through, with this outcome.
pub fn broadcast_messages(outcome: &str, times: u64) {
    count(&of::BROADCAST_MESSAGES, &[outcome], times);
}

/// The broadcast that runs and has not gone on for the longest has not for so many seconds; 0 if none runs.
pub fn broadcast_idle(seconds: u64) {
    value(&of::BROADCAST_IDLE, &[], seconds);
}

/// What is left of our balance at a provider, in its credits.
pub fn provider_balance(provider: &str, credits: u64) {
    value(&of::PROVIDER_BALANCE, &[provider], credits);
}

fn count(metric: &'static Metric, values: &[&str], times: u64) {
    if times == 0 {
        return;
    }
    metrics::counter!(metric.name, &labels(metric, values)).increment(times);
    if metric.summed {
        metrics::counter!(metric.name).increment(times);
    }
}

/// The recorder has put its values aside, or begins anew.
pub fn relieved() {
    VALUES.store(0, Ordering::Relaxed);
}

/// Whom to ask to put values aside before there are more than a recorder holds; said once, as the recorder is installed.
pub fn relieve_by(relief: fn()) {
    // A second one, in a test, is the same.
    let _ = RELIEF.set(relief);
}

fn value(metric: &'static Metric, values: &[&str], value: u64) {
    if VALUES.fetch_add(1, Ordering::Relaxed) >= VALUES_MAX
        && let Some(relieve) = RELIEF.get()
    {
        relieve();
    }
    // The facade measures in floats; nothing here comes near where they become inexact.
    let value = f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    metrics::histogram!(metric.name, &labels(metric, values)).record(value);
    if metric.summed {
        metrics::histogram!(metric.name).record(value);
    }
}

fn labels(metric: &'static Metric, values: &[&str]) -> Vec<(&'static str, String)> {
    let named = metric.by.iter().zip(values);
    named.map(|(name, value)| (*name, (*value).to_owned())).collect()
}
