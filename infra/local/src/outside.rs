//! The outside world: Telegram, the providers, the chat model and the rails that customers pay on, played unless the real
//! ones are wanted.

use axum::Router;
use played_kie::{ChatModel, PlayedKie};
use played_telegram::PlayedTelegram;
use tokio::task::JoinSet;

use crate::door::Door;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::rails::{PlayedRails, Rails};
use crate::secret;
use crate::studios::Studios;

/// The vault channels of the played Telegram.
pub const VAULTS: [i64; 2] = [-1_001_000_000_001, -1_001_000_000_002];

/// The operator's channel of the played Telegram.
pub(crate) const OPERATOR: i64 = -1_001_000_000_003;

/// Open pages that are told of changes: fewer than the processes that a function may have here.
const STREAMS: u32 = 6;

/// The outside world, reachable but not yet served.
pub(crate) struct Outside {
    pub(crate) page: Door,
    kie_door: Option<Door>,
    pub(crate) telegram: Option<PlayedTelegram>,
    pub(crate) kie: Option<PlayedKie>,
    pub(crate) chat: Option<ChatModel>,
    pub(crate) studios: Option<Studios>,
    rails: Option<Rails>,
    /// The template's parameters that say where it is.
    pub(crate) parameters: Vec<(&'static str, String)>,
}

impl Outside {
    /// Takes the ports and makes the played servers.
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let page = Door::open(options.page).await?;
        let mut outside = Self {
            page,
            kie_door: None,
            telegram: None,
            kie: None,
            chat: None,
            studios: None,
            rails: None,
            parameters: vec![("LiveStreams", STREAMS.to_string())],
        };
        outside.place_telegram(options)?;
        if options.kie_key.is_none() {
            let chat = outside.place_kie(options).await?;
            let studios = Studios::open(options.render_ms).await?;
            // One parameter has them all: whoever is left out of it is looked for at its real address.
            let urls = studios.urls().chain([("openai", chat.as_str())]);
            let urls: Vec<String> = urls.map(|(name, url)| format!("{name}={url}")).collect();
            outside.parameters.push(("ProviderUrls", urls.join(",")));
            outside.studios = Some(studios);
        }
        // Nobody but this machine could reach their pages: customers of the real Telegram are offered Stars alone.
        if options.telegram.is_none() {
            let rails = Rails::open(options).await?;
            let bot = outside.telegram.as_ref().map(PlayedTelegram::bot_url);
            outside
                .parameters
                .extend(rails.parameters(bot.unwrap_or_default()));
            outside.rails = Some(rails);
        }
        Ok(outside)
    }

    fn place_telegram(&mut self, options: &Options) -> Result<()> {
        if let Some(real) = &options.telegram {
            self.parameters.push(("TelegramApiUrl", real.api_url.clone()));
            self.parameters
                .push(("VaultChatIds", real.vault_chat_ids.clone()));
            return Ok(());
        }
        let mut config = played_telegram::Config::new(secret::PLAYED_TOKEN, &self.page.url);
        if options.is_busy {
            config.flood = None;
        }
        let telegram = PlayedTelegram::new(config).map_err(Error::broken("starting the played Telegram"))?;
        self.parameters.push(("TelegramApiUrl", self.page.url.clone()));
        telegram.create_channel(OPERATOR, "Operator", true);
        self.parameters.push(("OperatorChatId", OPERATOR.to_string()));
        if options.vaults {
            for (number, vault) in (1..).zip(VAULTS) {
                telegram.create_channel(vault, &format!("Vault {number}"), true);
            }
            let ids = VAULTS.map(|vault| vault.to_string()).join(",");
            self.parameters.push(("VaultChatIds", ids));
        }
        self.telegram = Some(telegram);
        Ok(())
    }

    /// Where the chat model's API is, which listens there, too.
    async fn place_kie(&mut self, options: &Options) -> Result<String> {
        let door = Door::open(options.kie).await?;
        let mut config = played_kie::Config::new(&door.url);
        secret::PLAYED_KIE_KEY.clone_into(&mut config.api_key);
        config.webhook_hmac_key = Some(secret::PLAYED_KIE_HMAC_KEY.to_owned());
        config.render_ms = options.render_ms;
        if options.is_busy {
            config.creates_per_window = usize::MAX;
            config.credits = i64::MAX;
        }
        self.chat = Some(ChatModel::new(secret::PLAYED_CHAT_KEY, config.clock.clone()));
        self.kie = Some(PlayedKie::new(config));
        self.parameters.push(("KieApiUrl", door.url.clone()));
        self.parameters.push(("KieUploadUrl", door.url.clone()));
        let chat = format!("{}/v1", door.url);
        self.kie_door = Some(door);
        Ok(chat)
    }

    /// Where the played provider listens.
    pub(crate) fn kie_url(&self) -> Option<&str> {
        self.kie_door.as_ref().map(|door| door.url.as_str())
    }

    /// The played rails, if there are any.
    pub(crate) fn rails(&self) -> Option<&PlayedRails> {
        self.rails.as_ref().map(|rails| &rails.played)
    }

    /// Serves everything. `console` is served beside the page.
    pub(crate) fn serve(self, console: Router, servers: &mut JoinSet<()>) {
        let page = match &self.telegram {
            Some(telegram) => telegram.router().merge(console),
            None => console,
        };
        self.page.serve(page, servers);
        if let (Some(door), Some(kie)) = (self.kie_door, &self.kie) {
            let chat = self.chat.as_ref().map(ChatModel::router).unwrap_or_default();
            door.serve(kie.router().merge(chat), servers);
            servers.spawn(kie.clone().run());
        }
        if let Some(studios) = self.studios {
            studios.serve(servers);
        }
        if let Some(rails) = self.rails {
            rails.serve(servers);
        }
    }
}
