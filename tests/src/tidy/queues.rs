//! Queues and what they feed. The numbers are AWS's: see the SQS quotas and "Using Lambda with Amazon SQS".

use serde_norway::Value;

use super::Findings;
use super::alarms::watches;
use super::template::{Resource, Template, list, pointed_to, texts};

const QUEUE: &str = "AWS::SQS::Queue";

/// SQS refuses more. One would send the first stumble to the dead-letter queue.
const RECEIVES: std::ops::RangeInclusive<u64> = 2..=1000;

/// A larger batch needs a window, or Lambda refuses the mapping.
const BATCH_WITHOUT_WINDOW_MAX: u64 = 10;

/// Lambda's advice: throttled batches then return before their messages count as received too often.
const VISIBILITY_PER_TIMEOUT: u64 = 6;

/// KIE.AI takes 20 new generation requests in 10 seconds for an account and refuses more with 429.
/// <https://docs.kie.ai/>
const PROVIDER_ORDERS_MAX: u64 = 20;

/// SQS's own defaults, in seconds.
const RETENTION_S_DEFAULT: u64 = 345_600;
const VISIBILITY_S_DEFAULT: u64 = 30;

/// Every queue gives up on a poison message, into a queue that outlives it and has an alarm.
pub fn redriven(template: &Template) -> Findings {
    let dead_letters: Vec<&str> = template.of_type(QUEUE).filter_map(dead_letter_queue).collect();
    let working = template
        .of_type(QUEUE)
        .filter(|queue| !dead_letters.contains(&queue.name));
    working.flat_map(|queue| redrive(template, queue)).collect()
}

fn dead_letter_queue(queue: Resource<'_>) -> Option<&str> {
    queue
        .property(&["RedrivePolicy", "deadLetterTargetArn"])
        .and_then(pointed_to)
}

fn redrive(template: &Template, queue: Resource<'_>) -> Findings {
    let Some(dead) = dead_letter_queue(queue).and_then(|name| template.resource(name)) else {
        return vec![format!("{}: no dead-letter queue of the template", queue.name)];
    };
    let receives = number(queue, &["RedrivePolicy", "maxReceiveCount"], 0);
    let retention = |queue| number(queue, &["MessageRetentionPeriod"], RETENTION_S_DEFAULT);
    let alarmed = template
        .of_type("AWS::CloudWatch::Alarm")
        .any(|alarm| watches(alarm, "ApproximateNumberOfMessagesVisible", dead.name));
    [
        (!RECEIVES.contains(&receives)).then(|| format!("{}: maxReceiveCount must be 2 to 1000", queue.name)),
        // A moved message keeps its first date, so an equal retention could drop it on arrival.
        (retention(dead) <= retention(queue))
            .then(|| format!("{}: must keep messages longer than {}", dead.name, queue.name)),
        (!alarmed).then(|| format!("{}: no alarm on its depth", dead.name)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every SQS event reports the failed messages one by one, and waits for a batch that is larger than a receive.
pub fn delivered_in_batches(template: &Template) -> Findings {
    template
        .functions()
        .flat_map(|function| {
            function
                .events("SQS")
                .flat_map(move |(name, event)| batch(function, name, event))
        })
        .collect()
}

fn batch(function: Resource<'_>, name: &str, event: &Value) -> Findings {
    let reports = list(event.get("FunctionResponseTypes"));
    let partial = reports
        .iter()
        .any(|one| one.as_str() == Some("ReportBatchItemFailures"));
    let size = event
        .get("BatchSize")
        .and_then(Value::as_u64)
        .unwrap_or(BATCH_WITHOUT_WINDOW_MAX);
    let window_s = event
        .get("MaximumBatchingWindowInSeconds")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let place = format!("{}.{name}", function.name);
    [
        (!partial)
            .then(|| format!("{place}: without ReportBatchItemFailures one bad message fails its batch")),
        (size > BATCH_WITHOUT_WINDOW_MAX && window_s == 0)
            .then(|| format!("{place}: a batch over 10 needs a window")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The largest number of orders that may reach the provider at once, if every worker has only orders in hand, is what it
/// takes. Written for the template's defaults; whoever raises the concurrency has asked the provider for more.
pub fn within_what_the_provider_takes(template: &Template) -> Findings {
    let at_once = |event: &Value| {
        let size = event.get("BatchSize")?.as_u64()?;
        let workers = pointed_to(event.get("ScalingConfig")?.get("MaximumConcurrency")?)?;
        let workers = template.at(&["Parameters", workers, "Default"])?.as_u64()?;
        Some(size.saturating_mul(workers))
    };
    let fast = template.functions().flat_map(|function| {
        function
            .events("SQS")
            .filter(|(_, event)| at_once(event).is_none_or(|orders| orders > PROVIDER_ORDERS_MAX))
            .map(move |(name, _)| {
                format!(
                    "{}.{name}: BatchSize x MaximumConcurrency must be at most {PROVIDER_ORDERS_MAX}",
                    function.name
                )
            })
    });
    fast.collect()
}

/// A message stays hidden for six time-outs of the function it feeds.
pub fn visible_late_enough(template: &Template) -> Findings {
    let fed = template
        .functions()
        .flat_map(|function| sources(template, function).map(move |queue| (queue, function)));
    fed.filter_map(|(queue, function)| {
        let needed_s = template
            .timeout_s(function)
            .saturating_mul(VISIBILITY_PER_TIMEOUT);
        let visibility_s = number(queue, &["VisibilityTimeout"], VISIBILITY_S_DEFAULT);
        (visibility_s < needed_s).then(|| {
            format!(
                "{}: VisibilityTimeout {visibility_s} is under 6 x {}'s Timeout",
                queue.name, function.name
            )
        })
    })
    .collect()
}

/// A function that may send to the queue which feeds it says `RecursiveLoop: Allow`, or Lambda stops it after 16 hops.
pub fn allowed_to_ring_themselves(template: &Template) -> Findings {
    let recursive = template
        .functions()
        .filter(|function| sources(template, *function).any(|queue| sends_to(*function, queue.name)));
    let stopped = recursive
        .filter(|function| function.property(&["RecursiveLoop"]).and_then(Value::as_str) != Some("Allow"));
    stopped
        .map(|function| {
            format!(
                "{}: feeds its own queue, so it needs RecursiveLoop: Allow",
                function.name
            )
        })
        .collect()
}

/// The queues of the template that feed a function.
fn sources<'a>(template: &'a Template, function: Resource<'a>) -> impl Iterator<Item = Resource<'a>> {
    let names = function
        .events("SQS")
        .filter_map(|(_, event)| event.get("Queue").and_then(pointed_to));
    names.filter_map(|name| template.resource(name))
}

fn sends_to(function: Resource<'_>, queue: &str) -> bool {
    function.statements().any(|statement| {
        list(statement.get("Action"))
            .iter()
            .any(|action| texts(action).contains(&"sqs:SendMessage"))
            && list(statement.get("Resource"))
                .iter()
                .any(|resource| pointed_to(resource) == Some(queue))
    })
}

fn number(resource: Resource<'_>, path: &[&str], default: u64) -> u64 {
    resource.property(path).and_then(Value::as_u64).unwrap_or(default)
}
