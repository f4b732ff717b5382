//! `editMessageMedia`: another file in a message's place; a text may become a video, a photo, music or a file.

use std::sync::Arc;

use serde_json::Value;

use super::edit::{edit, shown, target};
use super::load_media::load;
use crate::error::ApiError;
use crate::markup::Markup;
use crate::model::MediaKind;
use crate::params::Params;
use crate::server::Server;
use crate::text::Text;

pub(super) async fn play(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    let media = params
        .value("media")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let media = Params::from_json(media);
    let kind = match media.text("type") {
        Some("photo") => MediaKind::Photo,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        Some("document") => MediaKind::Document,
        _ => return Err(ApiError::bad_request("no animations are played here")),
    };
    let caption = Text::caption(&media)?;
    let markup = Markup::read(params)?;
    server.read(|state| target(server, state, params))?;
    let file = load(server, params, kind, "media", media.text("media")).await?;
    edit(server, params, |_| Ok(shown(caption, Some(file), markup)))
}
