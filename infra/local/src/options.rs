//! How the local cloud runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limits_flags::Document;
use local_lambda::{LogSink, Storage};

use crate::error::{Error, Result};

/// Where the page is opened unless said otherwise.
pub const PAGE_PORT: u16 = 8787;
/// A played render's time unless said otherwise: long enough to watch the stages, short enough not to wait.
pub const RENDER_MS: i64 = 8_000;

/// Which port a server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one or none.
    Exactly(u16),
    /// This one, or the next that is free.
    From(u16),
    /// Any.
    Any,
}

/// The real Telegram.
#[derive(Clone)]
pub struct RealTelegram {
    /// BotFather's token.
    pub token: String,
    /// Channels in which videos are parked, comma separated; may be empty.
    pub vault_chat_ids: String,
    /// The Bot API server.
    pub api_url: String,
    /// Whether a webhook that the bot has may be taken away, so that a deployed bot falls silent.
    pub take_webhook: bool,
}

/// How the local cloud runs.
#[derive(Clone)]
pub struct Options {
    /// The directory of `template.yaml` and of the cargo workspace.
    pub workspace: PathBuf,
    /// The cargo profile of the functions, `dev` or `release`.
    pub profile: String,
    /// Where the functions' binaries are, by name, if they are built already.
    pub binaries: Option<BTreeMap<String, PathBuf>>,
    /// Where tables are kept.
    pub storage: Storage,
    /// The port of the page and of the played Bot API.
    pub page: Port,
    /// The port of the played provider.
    pub kie: Port,
    /// The port of the played YooKassa.
    pub yookassa: Port,
    /// The port of the played Stripe.
    pub stripe: Port,
    /// The real Telegram instead of the played one.
    pub telegram: Option<RealTelegram>,
    /// The key of the real provider instead of the played one.
    pub kie_key: Option<String>,
    /// How long a played render takes, in ms.
    pub render_ms: i64,
    /// Whether the played Telegram has two vault channels.
    pub vaults: bool,
    /// How much faster schedules run.
    pub schedule_speed: u32,
    /// The doorbell queue's visibility timeout in seconds, instead of the template's.
    pub doorbell_visibility_s: Option<u32>,
    /// Variables that every function gets beside the template's.
    pub environment: BTreeMap<String, String>,
    /// What is changed in the operator's settings before they are applied.
    pub settings: Option<fn(&mut Document)>,
    /// The outside world puts up with any traffic: no flood limits, as many orders a second as one likes, and an
    /// account that is never empty.
    pub is_busy: bool,
    /// Kills every process of a function as soon as it has answered, as Lambda may.
    pub dies_after_answer: bool,
    /// Where the functions' output goes.
    pub log: LogSink,
}

impl Options {
    /// A newcomer's first run, in a workspace.
    pub fn new(workspace: impl Into<PathBuf>) -> Self {
        Self {
            workspace: workspace.into(),
            profile: "dev".to_owned(),
            binaries: None,
            storage: Storage::Memory,
            page: Port::From(PAGE_PORT),
            kie: Port::Any,
            yookassa: Port::Any,
            stripe: Port::Any,
            telegram: None,
            kie_key: None,
            render_ms: RENDER_MS,
            vaults: true,
            schedule_speed: 1,
            doorbell_visibility_s: None,
            environment: BTreeMap::new(),
            settings: None,
            is_busy: false,
            dies_after_answer: false,
            log: Arc::new(|_, _| {}),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("workspace", &self.workspace)
            .field("page", &self.page)
            .field("real_telegram", &self.telegram.is_some())
            .field("real_kie", &self.kie_key.is_some())
            .finish_non_exhaustive()
    }
}

/// The workspace that a directory lies in: the nearest one above that has a template.
pub fn workspace_of(directory: &Path) -> Result<PathBuf> {
    let mut above = directory.ancestors();
    let found = above.find(|it| it.join("template.yaml").is_file());
    found.map(Path::to_owned).ok_or(Error::NoTemplate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_from_within() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let workspace = workspace_of(&here.join("src")).unwrap();
        assert_eq!(here.strip_prefix(&workspace).unwrap(), Path::new("infra/local"));
        assert!(matches!(workspace_of(Path::new("/")), Err(Error::NoTemplate)));
    }
}
