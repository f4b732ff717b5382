//! The orders that came to any of the played providers.

use domain::time::Timestamp;

use super::Stage;

/// One of them, as far as an audit may know it.
pub(crate) struct Render {
    pub(crate) id: String,
    pub(crate) callback_url: String,
    pub(crate) created_at: Timestamp,
    /// It renders still, or has ended in a video that can be delivered.
    pub(crate) is_live_or_good: bool,
}

impl Render {
    /// A parameter of its callback address.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.callback_url.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl Stage {
    /// All of them.
    pub(crate) fn renders(&self) -> Vec<Render> {
        let now_ms = self.now().0;
        let at_kie = self.kie.tasks().into_iter().map(|task| Render {
            is_live_or_good: task.is_live_or_good(),
            id: task.id,
            callback_url: task.callback_url.unwrap_or_default(),
            created_at: Timestamp(task.created_at_ms),
        });
        let at_kling = self.kling.tasks().into_iter().map(|task| Render {
            is_live_or_good: task.is_live_or_good(now_ms),
            id: task.id,
            callback_url: task.wish.callback_url.unwrap_or_default(),
            created_at: Timestamp(task.created_at_ms),
        });
        at_kie.chain(at_kling).collect()
    }
}
