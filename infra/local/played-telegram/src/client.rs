//! The browser client (placeholder routes, filled below).
use crate::server::Server;
use axum::Router;
use std::sync::Arc;
pub(crate) fn routes() -> Router<Arc<Server>> {
    Router::new()
}
