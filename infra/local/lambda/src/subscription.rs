//! Subscriptions to logs: the lines that a function wants to hear of are brought to it, packed as CloudWatch Logs packs them.
//!
//! Source: CloudWatch Logs user guide, "Log group-level subscription filters" (the event's `awslogs.data` is JSON, in gzip,
//! in base64; lines of one group and one stream come together).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::functions::Pool;
use crate::stack::{LogSource, Stack};

/// Lines that wait at most; more are lost, as CloudWatch drops what cannot be delivered.
const WAITING_MAX: usize = 20_000;
/// Lines of one event at most.
const BATCH_MAX: usize = 1_000;
/// How long lines are gathered.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// A line that somebody wants to hear of.
struct Line {
    group: String,
    text: String,
    at_ms: u64,
}

/// Where the functions' lines are listened to.
pub(crate) struct Ear {
    log_groups: BTreeMap<String, String>,
    wanted: Vec<LogSource>,
    lines: Sender<Line>,
}

/// Where what was heard comes out.
pub(crate) struct Heard(Receiver<Line>);

/// For a stack's subscriptions.
pub(crate) fn listen(stack: &Stack) -> (Ear, Heard) {
    let (lines, heard) = channel(WAITING_MAX);
    let log_groups = stack
        .functions
        .iter()
        .filter_map(|(id, function)| Some((id.clone(), function.log_group.clone()?)));
    let wanted = stack
        .functions
        .values()
        .flat_map(|function| function.logs.clone());
    let ear = Ear {
        log_groups: log_groups.collect(),
        wanted: wanted.collect(),
        lines,
    };
    (ear, Heard(heard))
}

impl Ear {
    /// A line that a function has written.
    pub(crate) fn heard(&self, function: &str, text: &str, at_ms: u64) {
        let Some(group) = self.log_groups.get(function) else {
            return;
        };
        let fields: Value = serde_json::from_str(text).unwrap_or_default();
        let is_wanted =
            |source: &LogSource| source.log_group == *group && fields[&source.field] == *source.value;
        if self.wanted.iter().any(is_wanted) {
            // A full channel is a lost line.
            let _ = self.lines.try_send(Line {
                group: group.clone(),
                text: text.to_owned(),
                at_ms,
            });
        }
    }
}

/// Brings lines to those who want them, for ever.
pub(crate) async fn bring(mut heard: Heard, stack: Stack, pools: BTreeMap<String, Arc<Pool>>) {
    let mut lines = Vec::new();
    while heard.0.recv_many(&mut lines, BATCH_MAX).await > 0 {
        if lines.len() < BATCH_MAX {
            tokio::time::sleep(GATHERED_FOR).await;
            while lines.len() < BATCH_MAX
                && let Ok(line) = heard.0.try_recv()
            {
                lines.push(line);
            }
        }
        let mut groups: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in lines.drain(..) {
            groups.entry(line.group.clone()).or_default().push(line);
        }
        for (group, lines) in groups {
            for (id, source) in subscribers(&stack, &group) {
                let Some(pool) = pools.get(id) else { continue };
                let (pool, event) = (Arc::clone(pool), event(&stack, id, source, &group, &lines));
                tokio::spawn(async move { pool.invoke(event).await });
            }
        }
    }
}

fn subscribers<'a>(stack: &'a Stack, group: &str) -> Vec<(&'a String, &'a LogSource)> {
    let sources = stack
        .functions
        .iter()
        .flat_map(|(id, function)| function.logs.iter().map(move |source| (id, source)));
    sources.filter(|(_, source)| source.log_group == group).collect()
}

fn event(stack: &Stack, id: &str, source: &LogSource, group: &str, lines: &[Line]) -> Bytes {
    let events = lines.iter().enumerate().map(|(number, line)| {
        json!({
            "id": format!("{:056}", line.at_ms.saturating_add(u64::try_from(number).unwrap_or(0))),
            "timestamp": line.at_ms,
            "message": format!("{}\n", line.text),
        })
    });
    let batch = json!({
        "messageType": "DATA_MESSAGE",
        "owner": stack.account,
        "logGroup": group,
        "logStream": "local",
        "subscriptionFilters": [format!("{}-{id}{}", stack.name, source.event)],
        "logEvents": events.collect::<Vec<_>>(),
    });
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let data = gzip
        .write_all(batch.to_string().as_bytes())
        .and_then(|()| gzip.finish());
    let data = STANDARD.encode(data.unwrap_or_default());
    Bytes::from(json!({"awslogs": {"data": data}}).to_string())
}
