//! What one value of a model's input may look like.

use serde_json::Value;

/// The shape of a value. Durations are numbers for some models and texts for others, so the JSON type counts.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text of so many characters.
    Text { min: usize, max: usize },
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Number { min: i64, max: i64 },
    /// A whole number, written as a text.
    NumberInText { min: i64, max: i64 },
    /// True or false.
    Flag,
    /// From 0 to 1.
    Fraction,
    /// The URL of a picture.
    Image,
    /// A list of such URLs.
    Images { min: usize, max: usize },
    /// A list of URLs of something else.
    Links { max: usize },
    /// A list of objects.
    Items,
}

impl Shape {
    /// Says what is wrong with the value.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        match self {
            Self::Text { min, max } => text(value, *min, *max),
            Self::OneOf(options) => one_of(value, options),
            Self::Number { min, max } => within(value.as_i64(), *min, *max, "a number"),
            Self::NumberInText { min, max } => within(
                value.as_str().and_then(|text| text.parse().ok()),
                *min,
                *max,
                "a number in a string",
            ),
            Self::Flag => ensure(value.is_boolean(), || "must be a boolean".to_owned()),
            Self::Fraction => {
                let fits = value.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number));
                ensure(fits, || "must be a number from 0 to 1".to_owned())
            }
            Self::Image => ensure(is_url(value), || "must be a URL".to_owned()),
            Self::Images { min, max } => list(value, *min, *max, is_url),
            Self::Links { max } => list(value, 0, *max, is_url),
            Self::Items => list(value, 0, usize::MAX, Value::is_object),
        }
    }
}

fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wrong()) }
}

fn text(value: &Value, min: usize, max: usize) -> Result<(), String> {
    let length = value.as_str().map(|text| text.chars().count());
    let fits = length.is_some_and(|length| (min..=max).contains(&length));
    ensure(fits, || format!("must be a string of {min} to {max} characters"))
}

fn one_of(value: &Value, options: &[&str]) -> Result<(), String> {
    let fits = value.as_str().is_some_and(|text| options.contains(&text));
    ensure(fits, || {
        format!(
            "is not within the range of allowed options: {}",
            options.join(", ")
        )
    })
}

fn within(number: Option<i64>, min: i64, max: i64, kind: &str) -> Result<(), String> {
    ensure(number.is_some_and(|number| (min..=max).contains(&number)), || {
        format!("must be {kind} from {min} to {max}")
    })
}

fn list(value: &Value, min: usize, max: usize, item: fn(&Value) -> bool) -> Result<(), String> {
    let fits = value
        .as_array()
        .is_some_and(|items| (min..=max).contains(&items.len()) && items.iter().all(item));
    ensure(fits, || format!("must be a list of {min} to {max} valid entries"))
}

fn is_url(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}
