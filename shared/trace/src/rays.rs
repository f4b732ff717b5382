//! From a span to a document.

use std::collections::BTreeMap;
use std::fmt::Debug;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::document::{Document, Harm, Kind};
use crate::link::id;
use crate::{Link, here};

/// The field of Lambda's own span around an invocation that holds the trace header.
const LAMBDA: &str = "xrayTraceId";
/// What the target of every span of ours begins with.
const OURS: &str = "trace::spans";
/// What a line of somebody's library is called.
const UNNAMED: &str = "library";

/// Where documents go, and what they are made with.
pub trait Ground: Send + Sync + 'static {
    /// The time, in microseconds since 1970.
    fn now_us(&self) -> i64;

    /// An order as logs name it; `None` as long as nobody can tell.
    fn named(&self, job: &str) -> Option<String>;

    /// Takes a datagram for the daemon. It neither waits nor fails.
    fn take(&self, datagram: &[u8]);
}

/// Makes a document of every span of [`crate::spans`] that ends in a trace that is recorded.
#[derive(Debug)]
pub struct Rays<G> {
    ground: G,
}

/// What is known of a span of ours.
#[derive(Debug)]
struct Ray {
    id: u64,
    start_us: i64,
    name: String,
    is_remote: bool,
    /// A function's work on an order: the trace is the order's own, once it is known.
    is_order: bool,
    link: Option<Link>,
    rung: Option<Link>,
    sent_ms: Option<i64>,
    harm: Option<(Harm, &'static str)>,
    texts: BTreeMap<&'static str, String>,
}

/// What is known of Lambda's span: the trace of the invocation.
#[derive(Debug)]
struct Invocation(Option<Link>);

/// Whether a span or an event concerns traces.
pub fn is_for_traces(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        return metadata.target() == OURS || metadata.fields().field(LAMBDA).is_some();
    }
    *metadata.level() <= Level::WARN
}

impl<G: Ground> Rays<G> {
    /// Over a ground.
    pub fn new(ground: G) -> Self {
        Self { ground }
    }

    /// Tells of a function's work on an order: of the doorbell's time in the queue, where there was one, and of the work.
    fn tell_of_order(&self, ray: &Ray, end_us: i64) {
        let Some(link) = &ray.link else { return };
        // The message may say what it follows from, but not to which trace it belongs.
        let rung = ray.rung.as_ref().filter(|rung| rung.root() == link.root());
        let mut parent = rung.unwrap_or(link).parent().to_owned();
        if let Some(sent_ms) = ray.sent_ms {
            let doorbell = fresh();
            let waited = Document {
                root: link.root(),
                parent: parent.clone(),
                span: doorbell,
                name: "doorbell",
                start_us: sent_ms.saturating_mul(1_000),
                end_us: ray.start_us,
                kind: Kind::Queue,
                harm: None,
                texts: &BTreeMap::new(),
            };
            self.ground.take(&waited.datagram());
            parent = id(doorbell);
        }
        self.tell(ray, link.root(), parent, end_us, Kind::Segment);
    }

    fn tell(&self, ray: &Ray, root: &str, parent: String, end_us: i64, kind: Kind) {
        let mut texts = ray.texts.clone();
        if let Some(job) = texts.remove("job")
            && let Some(named) = self.ground.named(&job)
        {
            texts.insert("job", named);
        }
        let document = Document {
            root,
            parent,
            span: ray.id,
            name: &ray.name,
            start_us: ray.start_us,
            end_us,
            kind,
            harm: ray.harm,
            texts: &texts,
        };
        self.ground.take(&document.datagram());
    }
}

impl<S, G> Layer<S> for Rays<G>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    G: Ground,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if span.metadata().target() != OURS {
            let mut header = Header::default();
            attributes.record(&mut header);
            let link = header.0.as_deref().and_then(Link::parse);
            span.extensions_mut().insert(Invocation(link));
            return;
        }
        let mut ray = Ray {
            id: fresh(),
            start_us: self.ground.now_us(),
            name: String::new(),
            is_remote: false,
            is_order: span.metadata().name() == "order",
            link: None,
            rung: None,
            sent_ms: None,
            harm: None,
            texts: BTreeMap::new(),
        };
        attributes.record(&mut ray);
        span.extensions_mut().insert(ray);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        let Some(ray) = extensions.get_mut::<Ray>() else {
            return;
        };
        values.record(ray);
        if let Some(link) = ray.link.as_ref().filter(|_| ray.is_order) {
            here::learned(id.into_u64(), &link.at(ray.id));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let name = event.metadata().name();
        let name = if name.contains(' ') { UNNAMED } else { name };
        let harm = if *event.metadata().level() == Level::ERROR {
            Harm::Fault
        } else {
            Harm::Error
        };
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(ray) = span.extensions_mut().get_mut::<Ray>()
                && ray.harm.is_none_or(|(known, _)| known < harm)
            {
                ray.harm = Some((harm, name));
            }
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            here::entered(id.into_u64(), link_of(&span));
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        here::left(id.into_u64());
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let above = above(&span).and_then(|above| link_of(&above));
        let Some(ray) = span.extensions_mut().remove::<Ray>() else {
            return;
        };
        let end_us = self.ground.now_us();
        if ray.is_order {
            self.tell_of_order(&ray, end_us);
        } else if let Some(above) = above {
            let kind = if ray.is_remote { Kind::Remote } else { Kind::Part };
            self.tell(&ray, above.root(), above.parent().to_owned(), end_us, kind);
        }
    }
}

/// Whether something is known of a span at all.
fn is_known<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> bool {
    let extensions = span.extensions();
    extensions.get::<Ray>().is_some() || extensions.get::<Invocation>().is_some()
}

/// The next span above of which something is known.
fn above<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<SpanRef<'a, R>> {
    span.scope().skip(1).find(is_known)
}

/// What follows from a span follows from this.
fn link_of<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<Link> {
    let id = {
        let extensions = span.extensions();
        let Some(ray) = extensions.get::<Ray>() else {
            return extensions.get::<Invocation>()?.0.clone();
        };
        if ray.is_order {
            return ray.link.as_ref().map(|link| link.at(ray.id));
        }
        ray.id
    };
    Some(link_of(&above(span)?)?.at(id))
}

/// A span's id. Ids need not be hard to guess, only different.
fn fresh() -> u64 {
    fastrand::u64(1..)
}

/// Lambda's header, of all that stands in its span.
#[derive(Default)]
struct Header(Option<String>);

impl Visit for Header {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == LAMBDA {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Visit for Ray {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "service" => value.clone_into(&mut self.name),
            "link" => self.link = Link::parse(value),
            "rung" => self.rung = Link::parse(value),
            name => {
                self.texts.insert(name, value.to_owned());
            }
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "sent_ms" {
            self.sent_ms = Some(value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.texts.insert(field.name(), value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "remote" {
            self.is_remote = value;
        }
    }

    /// What somebody else may have put into words is not told.
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

#[cfg(test)]
mod tests;
