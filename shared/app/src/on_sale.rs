//! Can the provider render what the settings sell? Every order that a customer could make of a row is asked for in the
//! provider's typed form, exactly as the worker will; so this check cannot drift from what it checks.

use std::collections::BTreeSet;

use domain::video::{Aspect, Quality};
use limits_flags::{Document, ModelRow, Problem};
use providers::registry::{ROWS, Row, row};
use providers::{Form, Photo, Unsupported, VideoOrder};

/// Whether this program can order of a provider of that name.
pub fn is_provider(name: &str) -> bool {
    row(name).is_some()
}

/// Every model on sale that nobody would render as sold, a problem for each reason.
pub fn inexpressible(document: &Document) -> Vec<Problem> {
    let on_sale = document.models.iter().filter(|(_, row)| row.enabled);
    let problem = |name: &str, why| Problem {
        row: format!("model#{name}"),
        why,
    };
    on_sale
        .flat_map(|(name, row)| reasons(row).map(move |why| problem(name, why)))
        .collect()
}

/// Where in a model's row it says who renders it: what is to be done about a mistake depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the row itself, which says what is sold.
    First,
    /// Among its `routes`, each of which is to take whatever the model sells.
    Beside,
}

impl Place {
    /// What an operator does about what nobody could order.
    fn never(self, first: &str) -> &str {
        match self {
            Self::First => first,
            Self::Beside => "no order could ever take this route: take it out",
        }
    }

    /// What an operator does about orders of one kind, which would pass a route by.
    fn partly(self, first: &str) -> String {
        match self {
            Self::First => first.to_owned(),
            Self::Beside => format!("take this route out, or {first}"),
        }
    }
}

/// Of the first route, and of each other with its name.
fn reasons(sold: &ModelRow) -> impl Iterator<Item = String> + use<> {
    let first = by(sold, &sold.provider, &sold.family, Place::First);
    let others = sold.routes.iter().flat_map(|route| {
        let found = by(sold, &route.provider, &route.family, Place::Beside).into_iter();
        found.map(|why| format!("routes: {} {}: {why}", route.provider, route.family))
    });
    let others: Vec<String> = others.collect();
    first.into_iter().chain(others)
}

fn by(sold: &ModelRow, provider: &str, family: &str, place: Place) -> BTreeSet<String> {
    if let Some(known) = row(provider) {
        return of_provider(sold, known, family, place);
    }
    let there_are = listed(ROWS.iter().map(|row| row.name));
    BTreeSet::from([format!(
        "the provider {provider:?} is unknown; there is {there_are}"
    )])
}

fn of_provider(sold: &ModelRow, provider: &Row, family: &str, place: Place) -> BTreeSet<String> {
    let Some(form) = provider.form(family) else {
        return BTreeSet::from([format!(
            "the family {family:?} is unknown; there are {}",
            listed(provider.forms.iter().map(|form| form.name))
        )]);
    };
    // A form for any model is told which one by what follows it; an order without that is refused by the provider.
    if family.trim() == form.name && form.name.ends_with('/') {
        return BTreeSet::from([format!(
            "the family {family:?} names no model; say which one behind the slash: `{}<its name at {}>`",
            form.name, provider.name
        )]);
    }
    refusals(sold, provider, form, place)
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn refusals(row: &ModelRow, provider: &Row, form: &Form, place: Place) -> BTreeSet<String> {
    let sold = row.makes().unwrap_or_default();
    if sold != form.makes {
        let (made, sold) = (form.makes.as_str(), sold.as_str());
        let first = format!("say `makes: {made}`");
        return BTreeSet::from([format!(
            "the family makes {made}, and the row says {sold}; {}",
            place.never(&first)
        )]);
    }
    let forms = [(row.text, false), (row.image, true)];
    let forms: Vec<bool> = forms
        .into_iter()
        .filter_map(|(sold, with_photo)| sold.then_some(with_photo))
        .collect();
    if forms.is_empty() {
        return BTreeSet::from(["it takes neither words (text) nor a photo (image)".to_owned()]);
    }
    let mut found = BTreeSet::new();
    for with_photo in forms {
        let refused = orders(row, form, with_photo).filter_map(|order| provider.check(&order).err());
        found.extend(refused.map(|why| spoken(why, form, with_photo, place)));
    }
    found
}

/// Every order that a customer could make: each duration in each shape, with the shortest and with the longest prompt.
fn orders<'a>(
    row: &'a ModelRow,
    form: &'a Form,
    with_photo: bool,
) -> impl Iterator<Item = VideoOrder> + use<'a> {
    let prompts = [row.prompt_chars_min, row.prompt_chars_max];
    prompts
        .into_iter()
        .flat_map(move |chars| orders_of(row, form, with_photo, chars))
}

fn orders_of<'a>(
    row: &'a ModelRow,
    form: &'a Form,
    with_photo: bool,
    chars: u32,
) -> impl Iterator<Item = VideoOrder> + use<'a> {
    let prompt = "x".repeat(usize::try_from(chars).unwrap_or(usize::MAX));
    let shapes = row.aspects.iter().filter_map(|text| Aspect::parse(text));
    // What has no shape is ordered in any.
    let any = (!form.makes.has_shapes()).then_some(Aspect::Portrait);
    let shapes: Vec<Aspect> = shapes.chain(any).collect();
    row.prices.iter().flat_map(move |price| {
        let prompt = prompt.clone();
        // Without a choice it is what the form usually makes; with one, both are asked for by name.
        let chosen = price.high.iter().flat_map(|_| Quality::ALL.map(Some));
        let qualities: Vec<Option<Quality>> = price
            .high
            .is_none()
            .then_some(None)
            .into_iter()
            .chain(chosen)
            .collect();
        let shapes = shapes.clone().into_iter();
        let made = shapes.flat_map(move |aspect| {
            qualities
                .clone()
                .into_iter()
                .map(move |quality| (aspect, quality))
        });
        made.map(move |(aspect, quality)| VideoOrder {
            family: form.name.to_owned(),
            prompt: prompt.clone(),
            first_frame: with_photo.then(|| Photo::Link("https://example.com/photo.jpg".to_owned())),
            aspect,
            duration_s: price.seconds,
            quality,
            sound: form.caps.sound,
            callback_url: "https://example.com/".to_owned(),
            name: "1-a-1".to_owned(),
        })
    })
}

fn spoken(why: Unsupported, form: &Form, with_photo: bool, place: Place) -> String {
    let caps = form.caps;
    let (form, durations) = if with_photo {
        ("from a photo", caps.durations_image_s)
    } else {
        ("from words", caps.durations_text_s)
    };
    match why {
        Unsupported::Duration { .. } => format!("{form}: {why}; it renders {durations:?} s"),
        Unsupported::Aspect { .. } => {
            let shapes: Vec<&str> = caps.aspects_text.iter().map(|aspect| aspect.as_str()).collect();
            format!("{form}: {why}; it renders {}", shapes.join(", "))
        }
        Unsupported::Prompt { .. } => {
            let (min, max) = (caps.prompt_chars_min, caps.prompt_chars_max);
            format!("prompt_chars_min or prompt_chars_max: {why}; it takes {min} to {max}")
        }
        Unsupported::Retired => format!("{why}; {}", place.never("say `enabled: false`")),
        Unsupported::Text => format!("{why}; {}", place.partly("say `text: false`")),
        Unsupported::Image => format!("{why}; {}", place.partly("say `image: false`")),
        Unsupported::Quality => format!("prices: high: {form}: {why}; take `high` out"),
        Unsupported::Sound | Unsupported::Family => why.to_string(),
    }
}
