//! Can the provider render what the settings sell? Every order that a customer could make of a row is asked for in the
//! provider's typed form, exactly as the worker will; so this check cannot drift from what it checks.

use std::collections::BTreeSet;

use domain::video::Aspect;
use limits_flags::{Document, ModelRow, Problem};
use providers::kie::registry::{Family, TaskOrder, Unsupported};

/// The one provider that there is.
const PROVIDER: &str = "kie";

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

fn reasons(row: &ModelRow) -> impl Iterator<Item = String> + use<> {
    let found = if row.provider != PROVIDER {
        BTreeSet::from([format!(
            "the provider {:?} is unknown; there is {PROVIDER}",
            row.provider
        )])
    } else if let Some(family) = Family::parse(&row.family) {
        refusals(row, family)
    } else {
        let known = Family::ALL.map(Family::as_str).join(", ");
        BTreeSet::from([format!(
            "the family {:?} is unknown; there are {known}",
            row.family
        )])
    };
    found.into_iter()
}

fn refusals(row: &ModelRow, family: Family) -> BTreeSet<String> {
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
        let refused = orders(row, family, with_photo).filter_map(|order| order.request().err());
        found.extend(refused.map(|why| spoken(why, family, with_photo)));
    }
    found
}

/// Every order that a customer could make: each duration in each shape, with the shortest and with the longest prompt.
fn orders(row: &ModelRow, family: Family, with_photo: bool) -> impl Iterator<Item = TaskOrder> {
    let prompts = [row.prompt_chars_min, row.prompt_chars_max];
    prompts
        .into_iter()
        .flat_map(move |chars| orders_of(row, family, with_photo, chars))
}

fn orders_of(
    row: &ModelRow,
    family: Family,
    with_photo: bool,
    chars: u32,
) -> impl Iterator<Item = TaskOrder> {
    let prompt = "x".repeat(usize::try_from(chars).unwrap_or(usize::MAX));
    let shapes: Vec<Aspect> = row
        .aspects
        .iter()
        .filter_map(|text| Aspect::parse(text))
        .collect();
    row.prices.iter().flat_map(move |price| {
        let prompt = prompt.clone();
        shapes.clone().into_iter().map(move |aspect| TaskOrder {
            family,
            prompt: prompt.clone(),
            first_frame: with_photo.then(|| "https://example.com/photo.jpg".to_owned()),
            aspect,
            duration_s: price.seconds,
            quality: None,
            sound: family.caps().sound,
            callback_url: "https://example.com/".to_owned(),
        })
    })
}

fn spoken(why: Unsupported, family: Family, with_photo: bool) -> String {
    let caps = family.caps();
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
        Unsupported::Retired => format!("{why}; say `enabled: false`"),
        Unsupported::Text => format!("{why}; say `text: false`"),
        Unsupported::Image => format!("{why}; say `image: false`"),
        Unsupported::Sound => why.to_string(),
    }
}
