//! The models and what their `input` may hold, as docs.kie.ai lists it per model.
//!
//! The real service ignores a misnamed field in silence and renders something else; here it is ignored too, but it
//! is written down as a complaint, so that a test can insist that there was none.

use serde_json::{Map, Value};

mod catalogue;
mod shape;

use catalogue::MODELS;
use shape::Shape;

/// One model.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    fields: &'static [Field],
    rule: Rule,
}

/// One field of a model's input.
#[derive(Debug)]
struct Field {
    name: &'static str,
    shape: Shape,
    must: bool,
}

/// What the fields owe each other.
#[derive(Debug, PartialEq, Eq)]
enum Rule {
    Nothing,
    /// The aspect is taken from the photo; without one it must be given.
    AspectUnlessImages,
    /// First and last frame, or references, never both.
    FramesOrReferences,
    /// At least one reference.
    SomeReference,
}

/// What is wrong with an input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// The refusal's code and text, if it is refused.
    pub(crate) refusal: Option<(u16, String)>,
    /// Everything a careful caller would not have sent.
    pub(crate) complaints: Vec<String>,
}

/// The names of every model that renders.
pub fn model_names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}

/// The model of this name.
pub(crate) fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// Suno's model, which is no task of the market: its fields stand beside the callback's address.
pub(crate) fn suno() -> &'static Model {
    &catalogue::SUNO
}

/// Whether it is one of the models that `OpenAI` shut down on 2026-09-24.
pub(crate) fn paused(name: &str) -> bool {
    name.starts_with("sora-2")
}

impl Model {
    /// Whether the clip keeps the photo's shape whatever aspect is asked for.
    pub(crate) fn keeps_photo_shape(&self) -> bool {
        self.name.starts_with("kling")
    }

    /// A clip's length where the order does not say.
    pub(crate) fn default_seconds(&self) -> u32 {
        if self.name.starts_with("hailuo") { 6 } else { 5 }
    }

    /// Looks at every field, given and missing.
    pub(crate) fn check(&self, input: &Map<String, Value>) -> Findings {
        let mut findings = Findings::default();
        for field in self.fields {
            self.check_field(field, input, &mut findings);
        }
        for name in input
            .keys()
            .filter(|name| !self.fields.iter().any(|field| field.name == *name))
        {
            findings.complain(self.name, &format!("`{name}` is no field of this model"));
        }
        self.check_rule(input, &mut findings);
        findings
    }

    fn check_field(&self, field: &Field, input: &Map<String, Value>, findings: &mut Findings) {
        let Some(value) = given(input, field.name) else {
            if field.must {
                findings.refuse(self.name, 500, format!("This field is required: {}", field.name));
            }
            return;
        };
        if let Err(wrong) = field.shape.check(value) {
            findings.refuse(self.name, 422, format!("{} {wrong}", field.name));
        }
    }

    fn check_rule(&self, input: &Map<String, Value>, findings: &mut Findings) {
        let any = |prefix: &str| {
            input
                .keys()
                .any(|name| name.starts_with(prefix) && given(input, name).is_some())
        };
        let references = any("reference_");
        let frames = any("first_frame_url") || any("last_frame_url");
        match self.rule {
            Rule::AspectUnlessImages if !any("image_urls") && !any("aspect_ratio") => {
                findings.refuse(self.name, 500, "This field is required: aspect_ratio".to_owned());
            }
            Rule::FramesOrReferences if frames && references => {
                findings.refuse(
                    self.name,
                    422,
                    "frames and references exclude each other".to_owned(),
                );
            }
            Rule::SomeReference if !references => {
                findings.refuse(self.name, 422, "at least one reference is needed".to_owned());
            }
            _ => {}
        }
    }

    /// Every picture URL in the input, in the order of the fields.
    pub(crate) fn image_urls<'a>(&self, input: &'a Map<String, Value>) -> Vec<&'a str> {
        let pictures = |field: &&Field| matches!(field.shape, Shape::Image | Shape::Images { .. });
        self.fields
            .iter()
            .filter(pictures)
            .flat_map(|field| texts(input.get(field.name)))
            .collect()
    }
}

impl Findings {
    fn complain(&mut self, model: &str, what: &str) {
        self.complaints.push(format!("{model}: {what}"));
    }

    fn refuse(&mut self, model: &str, code: u16, text: String) {
        self.complain(model, &text);
        self.refusal.get_or_insert((code, text));
    }
}

/// A field's value, unless it is as good as missing.
fn given<'a>(input: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let empty =
        |value: &Value| value.is_null() || value.as_str() == Some("") || value == &Value::Array(Vec::new());
    input.get(name).filter(|value| !empty(value))
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
