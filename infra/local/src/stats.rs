//! What the functions did and asked for, in numbers.

use std::collections::BTreeMap;
use std::fmt;

use local_lambda::watch::State;
use local_lambda::{Depth, FunctionStats, LocalLambda, Service};
use serde_json::{Value, json};

use crate::error::Result;

/// One function's numbers.
#[derive(Debug, Clone, Default)]
pub struct FunctionLine {
    /// Invocations, errors, times.
    pub stats: FunctionStats,
    /// Requests by service and operation, as `DynamoDB TransactWriteItems`.
    pub requests: BTreeMap<String, u64>,
}

/// The numbers of a moment.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// By the function's logical id.
    pub functions: BTreeMap<String, FunctionLine>,
    /// By the queue's logical id.
    pub queues: BTreeMap<String, Depth>,
    /// The template's alarms that ring.
    pub ringing: Vec<String>,
    /// Every metric of the functions' own with its last value.
    pub metrics: BTreeMap<String, f64>,
    /// Requests that a function's policy refused: mistakes in the template.
    pub refusals: Vec<String>,
}

impl Stats {
    /// Takes the numbers now.
    pub async fn of(local: &LocalLambda) -> Result<Self> {
        let mut stats = Self::default();
        for (id, function) in local.all_stats() {
            stats.functions.entry(id).or_default().stats = function;
        }
        for ((service, caller, operation), count) in local.aws().counts().entries {
            if let Some(line) = stats.functions.get_mut(&caller) {
                let name = format!("{} {operation}", service_name(service));
                line.requests.insert(name, count.requests);
            }
        }
        for id in local.stack().queues.keys() {
            stats.queues.insert(id.clone(), local.aws().depth(id).await?);
        }
        let alarms = local.alarms().await?.into_iter();
        let ringing = alarms.filter(|(_, state)| *state == State::Alarm);
        stats.ringing = ringing.map(|(id, _)| id).collect();
        let metrics = local.metrics().await?.latest().into_iter();
        let own = metrics.filter(|(series, _)| !series.namespace.starts_with("AWS/"));
        stats.metrics = own
            .map(|(series, point)| (series.to_string(), point.value))
            .collect();
        let refusals = local.aws().refusals();
        stats.refusals = refusals.iter().map(|refusal| format!("{refusal:?}")).collect();
        Ok(stats)
    }

    /// The numbers for a machine.
    pub fn json(&self) -> Value {
        let functions = self.functions.iter().map(|(id, line)| {
            let FunctionLine { stats, requests } = line;
            let told = json!({
                "invocations": stats.invocations, "errors": stats.errors, "timeouts": stats.timeouts,
                "throttles": stats.throttles, "cold_starts": stats.cold_starts, "billed_ms": stats.billed_ms,
                "init_ms": stats.init_ms, "rss_max_kb": stats.rss_max_kb, "requests": requests,
            });
            (id.clone(), told)
        });
        let queues = self.queues.iter().map(|(id, depth)| {
            let told =
                json!({"visible": depth.visible, "in_flight": depth.in_flight, "delayed": depth.delayed});
            (id.clone(), told)
        });
        json!({
            "functions": functions.collect::<serde_json::Map<_, _>>(),
            "queues": queues.collect::<serde_json::Map<_, _>>(),
            "ringing": self.ringing,
            "metrics": self.metrics,
            "refusals": self.refusals,
        })
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<26}{:>12}{:>8}{:>8}{:>14}{:>12}",
            "function", "invocations", "errors", "cold", "ms a call", "memory KB"
        )?;
        for (id, FunctionLine { stats, .. }) in &self.functions {
            let each_ms = stats.billed_ms.checked_div(stats.invocations).unwrap_or_default();
            writeln!(
                f,
                "{id:<26}{:>12}{:>8}{:>8}{each_ms:>14}{:>12}",
                stats.invocations, stats.errors, stats.cold_starts, stats.rss_max_kb
            )?;
        }
        writeln!(f, "\n{:<26}{:<38}{:>10}", "function", "request", "count")?;
        for (id, FunctionLine { requests, .. }) in &self.functions {
            for (name, count) in requests {
                writeln!(f, "{id:<26}{name:<38}{count:>10}")?;
            }
        }
        writeln!(
            f,
            "\n{:<26}{:>12}{:>12}{:>12}",
            "queue", "visible", "in flight", "delayed"
        )?;
        for (id, depth) in &self.queues {
            writeln!(
                f,
                "{id:<26}{:>12}{:>12}{:>12}",
                depth.visible, depth.in_flight, depth.delayed
            )?;
        }
        writeln!(f, "\n{:<64}{:>10}", "metric", "last")?;
        for (name, value) in &self.metrics {
            writeln!(f, "{name:<64}{value:>10}")?;
        }
        for alarm in &self.ringing {
            writeln!(f, "rings: {alarm}")?;
        }
        for refusal in &self.refusals {
            writeln!(f, "refused by the template's policy: {refusal}")?;
        }
        Ok(())
    }
}

fn service_name(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "DynamoDB",
        Service::Sqs => "SQS",
        Service::SecretsManager => "Secrets Manager",
    }
}
