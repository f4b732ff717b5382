//! From an event to a line.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io::Write;

use domain::id::{JobId, UserId};
use serde::Serializer as _;
use serde::ser::SerializeMap as _;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::clock::SystemClock;
use crate::veil::{self, Veil};
use app::Clock as _;

/// The field of a span that says what no line below it may repeat. It is not written itself.
pub(crate) const WITHHELD: &str = "withheld";
/// The field of Lambda's own span around an invocation, and what it is called in every line.
const REQUEST_ID: (&str, &str) = ("requestId", "request_id");
/// Fields of Lambda's span that say nothing to anybody.
const NOT_SHOWN: [&str; 2] = ["xrayTraceId", "tenantId"];
/// What an event without a name is called: a line of somebody's library.
const UNNAMED: &str = "library";

/// What lines are written on.
pub trait Paper: Send + Sync + 'static {
    /// Takes a whole line, with its end.
    fn take(&self, line: &[u8]);
}

impl<W: Write, F: Fn() -> W + Send + Sync + 'static> Paper for F {
    fn take(&self, line: &[u8]) {
        // There is nobody to tell that nobody can be told.
        let _ = self().write_all(line);
    }
}

/// Writes each event as a line.
pub(super) struct Lines<W>(W);

impl<W> Lines<W> {
    pub(super) fn new(paper: W) -> Self {
        Self(paper)
    }
}

/// Fields in the order in which they came; of two with one name the last counts.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn put(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.remove(at).1)
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field.name(), app::chain(value).into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Paper,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let (mut fields, mut withheld) = (Fields::default(), Vec::new());
        for span in context
            .event_scope(event)
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .iter()
            .rev()
        {
            let extensions = span.extensions();
            for (name, value) in extensions.get::<Fields>().iter().flat_map(|fields| &fields.0) {
                match *name {
                    WITHHELD => withheld.extend(value.as_str().map(str::to_owned)),
                    name if name == REQUEST_ID.0 => fields.put(REQUEST_ID.1, value.clone()),
                    name if NOT_SHOWN.contains(&name) => {}
                    name => fields.put(name, value.clone()),
                }
            }
        }
        event.record(&mut fields);
        let mut line = written(event, fields, &withheld, veil::current());
        line.push(b'\n');
        self.0.take(&line);
    }
}

/// A line, without its end.
fn written(event: &Event<'_>, mut fields: Fields, withheld: &[String], veil: Option<&Veil>) -> Vec<u8> {
    let metadata = event.metadata();
    let message = fields.take("message").map(|text| clean(text, withheld, veil));
    let job = fields.take("job");
    let job = job.as_ref().and_then(Value::as_str).and_then(JobId::parse);
    let user = fields.take("user").as_ref().and_then(Value::as_i64).map(UserId);
    let user = job.as_ref().map(|job| job.user).or(user);
    let named = !metadata.name().contains(' ');
    let mut line = Vec::with_capacity(512);
    let mut json = serde_json::Serializer::new(&mut line);
    // Nothing of this can fail: names are texts, and the line is in memory.
    let Ok(mut map) = json.serialize_map(None) else {
        return line;
    };
    let now = SystemClock.now().rfc3339().unwrap_or_default();
    let _ = map.serialize_entry("timestamp", &now);
    let _ = map.serialize_entry("level", metadata.level().as_str());
    let _ = map.serialize_entry("event", if named { metadata.name() } else { UNNAMED });
    let _ = map.serialize_entry("message", &message);
    if let (Some(job), Some(veil)) = (&job, veil) {
        let _ = map.serialize_entry("job", &veil.job(job));
    }
    if let (Some(user), Some(veil)) = (user, veil) {
        let _ = map.serialize_entry("user", &veil.user(user));
    }
    for (name, value) in fields.0 {
        let _ = map.serialize_entry(name, &clean(value, withheld, veil));
    }
    let _ = map.serialize_entry("target", metadata.target());
    let _ = map.end();
    line
}

/// A field's value, without what may not stand in a log.
fn clean(value: Value, withheld: &[String], veil: Option<&Veil>) -> Value {
    let Value::String(text) = value else {
        return value;
    };
    let text = withheld
        .iter()
        .fold(Cow::Borrowed(text.as_str()), |text, withheld| {
            Cow::Owned(veil::without(&text, withheld))
        });
    Value::String(veil.map_or_else(|| veil::bare(&text), |veil| veil.text(&text)))
}
