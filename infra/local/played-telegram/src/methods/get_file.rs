//! `getFile`: where a file can be downloaded, if it is not too big for a bot.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;

/// The largest file that a bot can download (<https://core.telegram.org/bots/api#getfile>).
const DOWNLOAD_BYTES_MAX: usize = 20 << 20;

pub(super) fn play(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let file_id = params.text("file_id").unwrap_or_default();
    let found = server.read(|state| {
        let file = state.files.file(file_id)?;
        Some((std::sync::Arc::clone(file), state.files.path_of(file)))
    });
    let (file, path) = found.ok_or_else(|| ApiError::bad_request("invalid file_id"))?;
    if file.bytes.len() > DOWNLOAD_BYTES_MAX {
        return Err(ApiError::bad_request("file is too big"));
    }
    Ok(json!({
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.bytes.len(),
        "file_path": path,
    }))
}
