//! What every request stands on.

use std::sync::{Arc, OnceLock};

use app::Env;
use app::broadcast::Announcer;
use app::cashier::{Cashier, Desk};
use domain::time::Timestamp;
use limits_flags::{Office, Settings, VERSION_ATTRIBUTE, access, version_key};
use queue::DeadLetters;
use store::{BroadcastTables, Broadcasts, Requests, Store, Tables};
use table::{Db, Item, Keys, Row};

use crate::auth::init_data::BotKey;
use crate::cors::Origins;
use crate::live::Streams;
use crate::me::Media;
use crate::problem::Refusal;
use crate::rate::Rates;
use crate::web::Page;

/// The tables, the settings, and the time.
pub struct Ground {
    /// `DynamoDB`.
    pub db: Db,
    /// The tables' names.
    pub tables: Tables,
    /// The name of the table of changes.
    pub audit: String,
    /// The name of the table of broadcasts.
    pub broadcasts: String,
    /// The doorbells that failed too often.
    pub letters: DeadLetters,
    /// The settings, kept over requests.
    pub settings: Settings,
    /// What moves money.
    pub cashier: Cashier,
    /// Time and dice.
    pub env: Env,
    /// Where the bot's chat opens, such as `https://t.me/your_bot`: for whoever opens the Mini App outside Telegram.
    pub bot_url: String,
    /// Where pages hear of changes, with a closing slash; empty where they do not.
    pub live_url: String,
}

/// What every request stands on.
pub struct Api {
    pub(crate) db: Db,
    pub(crate) office: Office,
    pub(crate) store: Store,
    pub(crate) requests: Requests,
    pub(crate) settings: Settings,
    pub(crate) desk: Desk,
    pub(crate) announcer: Announcer,
    pub(crate) letters: DeadLetters,
    pub(crate) env: Env,
    pub(crate) bot: BotKey,
    pub(crate) rates: Rates,
    pub(crate) media: Media,
    pub(crate) origins: Origins,
    /// Made when it is first asked for: most invocations are no page's.
    page: OnceLock<Page>,
    pub(crate) bot_url: String,
    pub(crate) streams: Streams,
}

impl Api {
    /// An API over these tables, for the bot with this token.
    pub fn new(ground: Ground, bot_token: &str, origins: Origins) -> Arc<Self> {
        Self::with_rates(ground, bot_token, origins, Rates::default())
    }

    /// The same, with other bounds on how often one may ask.
    pub fn with_rates(ground: Ground, bot_token: &str, origins: Origins, rates: Rates) -> Arc<Self> {
        let desk = Desk {
            cashier: ground.cashier,
            audit: ground.audit.clone(),
        };
        let tables = BroadcastTables {
            broadcasts: ground.broadcasts,
            accounts: ground.tables.accounts.clone(),
        };
        let announcer = Announcer {
            broadcasts: Broadcasts::new(ground.db.clone(), tables),
            audit: ground.audit.clone(),
            env: ground.env.clone(),
        };
        let office = Office {
            db: ground.db.clone(),
            settings: ground.settings.table().to_owned(),
            accounts: ground.tables.accounts.clone(),
            audit: ground.audit,
            check: app::on_sale::inexpressible,
        };
        Arc::new(Self {
            office,
            requests: Requests::new(ground.db.clone(), ground.tables.requests.clone()),
            store: Store::new(ground.db.clone(), ground.tables),
            db: ground.db,
            settings: ground.settings,
            desk,
            announcer,
            letters: ground.letters,
            env: ground.env,
            bot: BotKey::of(bot_token),
            rates,
            media: Media::default(),
            origins,
            page: OnceLock::new(),
            bot_url: ground.bot_url,
            streams: Streams::of(bot_token, ground.live_url),
        })
    }

    /// The Mini App's page.
    pub(crate) fn page(&self) -> &Page {
        self.page
            .get_or_init(|| Page::of(&self.bot_url, self.streams.origin()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// A row of access, and the settings' version, in one read of what was last written: a revocation holds at once.
    pub(crate) async fn access(&self, sort: &str) -> Result<(Option<Item>, u64), Refusal> {
        let keys = Keys {
            table: self.settings.table().to_owned(),
            keys: vec![access::primary_key(sort), version_key()],
            consistent: true,
        };
        let mut found = self.db.batch_get(vec![keys]).await?;
        let items = found.remove(self.settings.table()).unwrap_or_default();
        let (mut row, mut version) = (None, 0);
        for item in items {
            if Row(&item).s_opt("sk") == Some(sort) {
                row = Some(item);
            } else {
                version = Row(&item).n(VERSION_ATTRIBUTE).unwrap_or(0);
            }
        }
        Ok((row, version))
    }
}
