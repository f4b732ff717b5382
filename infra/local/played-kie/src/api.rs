//! The HTTP side: the API, the upload host and the result host under one address.

mod account;
mod create;
mod envelope;
mod files;
mod gate;
mod lookup;
mod range;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

pub(crate) use envelope::cut;
pub use files::serve;

use crate::PlayedKie;

/// The largest request: an upload (docs.kie.ai: 100 MB), or the same in base64.
const BODY_BYTES_MAX: usize = 140 * 1024 * 1024;

impl PlayedKie {
    /// Every route. The API and both hosts may be told apart by the caller, but need not be.
    pub fn router(&self) -> Router {
        let guarded = Router::new()
            .route("/api/v1/jobs/createTask", post(create::create_task))
            .route("/api/v1/jobs/recordInfo", get(lookup::record_info))
            .route("/api/v1/generate", post(create::create_song))
            .route("/api/v1/generate/record-info", get(lookup::song_info))
            .route("/api/v1/chat/credit", get(account::credit))
            .route("/api/v1/common/download-url", post(account::download_url))
            .route("/api/file-stream-upload", post(upload::stream))
            .route("/api/file-base64-upload", post(upload::base64))
            .route("/api/file-url-upload", post(upload::url))
            .layer(from_fn_with_state(self.clone(), gate::admit));
        Router::new()
            .merge(guarded)
            .route("/files/{task}/{file}", get(files::result))
            .route("/temp/{until}/{task}/{file}", get(files::temporary))
            .route("/uploads/{*path}", get(files::uploaded))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .layer(from_fn(gate::named))
            .with_state(self.clone())
    }
}
