//! What an order wants rendered: length, shape, and the picture of its photo.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::models::Model;
use crate::product::Product;
use crate::task::Wish;
use crate::video::{Frame, Photo, Size};
use crate::{Error, PlayedKie};

/// The order's words.
pub(super) fn prompt(input: &Map<String, Value>) -> &str {
    let words = input.get("prompt").or_else(|| input.get("text"));
    words.and_then(Value::as_str).unwrap_or_default()
}

/// What is to be rendered; with a reason to fail if a picture cannot be used.
pub(super) async fn wish(
    kie: &PlayedKie,
    input: &Map<String, Value>,
    model: &Model,
) -> (Wish, Option<(String, String)>) {
    let (photo, failure) = match photo(kie, model.image_urls(input)).await {
        Ok(photo) => (photo, None),
        Err(error) => (
            None,
            Some(("422".to_owned(), format!("Failed to fetch the image: {error}"))),
        ),
    };
    let aspect = input.get("aspect_ratio").and_then(Value::as_str);
    let size = size(model, aspect, photo.as_ref());
    let wish = Wish {
        prompt: prompt(input).to_owned(),
        seconds: seconds(input, model),
        size,
        frame: frame(photo, size).await,
    };
    (wish, failure)
}

/// Fetches and decodes every picture; the first becomes the clip.
async fn photo(kie: &PlayedKie, urls: Vec<&str>) -> Result<Option<Photo>, Error> {
    let mut first = None;
    for url in urls {
        let bytes = kie.picture(url).await?;
        let decoded = tokio::task::spawn_blocking(move || Photo::decode(&bytes)).await;
        let photo = decoded.map_err(|_| Error::Unreachable)??;
        first.get_or_insert(photo);
    }
    Ok(first)
}

async fn frame(photo: Option<Photo>, size: Size) -> Option<Arc<Frame>> {
    let photo = photo?;
    tokio::task::spawn_blocking(move || Arc::new(photo.frame(size)))
        .await
        .ok()
}

/// Numbers for some models, texts for others.
fn seconds(input: &Map<String, Value>, model: &Model) -> u32 {
    let duration = input.get("duration");
    let number = duration
        .and_then(Value::as_u64)
        .and_then(|number| u32::try_from(number).ok());
    number
        .or_else(|| duration?.as_str()?.parse().ok())
        .unwrap_or_else(|| Product::of(model).seconds(prompt(input), model))
}

fn size(model: &Model, aspect: Option<&str>, photo: Option<&Photo>) -> Size {
    let aspect = aspect.filter(|_| photo.is_none() || !model.keeps_photo_shape());
    let (width, height) = match (aspect, photo) {
        (Some("9:16"), _) => (360, 640),
        (Some("1:1"), _) => (480, 480),
        (Some("4:3"), _) => (560, 420),
        (Some("3:4"), _) => (420, 560),
        (Some("21:9"), _) => (840, 360),
        (None | Some("adaptive" | "auto"), Some(photo)) => return photo.clip_size(),
        _ => (640, 360),
    };
    Size { width, height }
}
