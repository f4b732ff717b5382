//! The rails that customers pay on, played: `YooKassa` and Stripe, each behind a door of its own.

use played_rails::{PlayedStripe, PlayedYooKassa, stripe, yookassa};
use tokio::task::JoinSet;

use crate::door::Door;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::secret;

/// Both rails, reachable but not yet served.
pub(crate) struct Rails {
    pub(crate) played: PlayedRails,
    yookassa: Door,
    stripe: Door,
}

/// Both rails. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PlayedRails {
    /// `YooKassa`.
    pub yookassa: PlayedYooKassa,
    /// Its cabinet's address.
    pub yookassa_cabinet: String,
    /// Stripe.
    pub stripe: PlayedStripe,
    /// Its dashboard's address.
    pub stripe_cabinet: String,
}

impl Rails {
    /// Takes the ports and makes the rails.
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let (yookassa, stripe) = (
            Door::open(options.yookassa).await?,
            Door::open(options.stripe).await?,
        );
        let played = PlayedRails {
            yookassa: played_yookassa(&yookassa.url)?,
            yookassa_cabinet: format!("{}/cabinet", yookassa.url),
            stripe: played_stripe(&stripe.url)?,
            stripe_cabinet: format!("{}/cabinet", stripe.url),
        };
        Ok(Self {
            played,
            yookassa,
            stripe,
        })
    }

    /// The template's parameters that say where they are, and where a customer goes from there.
    pub(crate) fn parameters(&self, page_url: &str) -> [(&'static str, String); 5] {
        [
            ("YooKassaApiUrl", self.played.yookassa.api_url()),
            ("YooKassaShopId", secret::PLAYED_SHOP.to_owned()),
            // They call from this machine.
            ("YooKassaMoreNetworks", "127.0.0.1/32".to_owned()),
            ("StripeApiUrl", self.played.stripe.api_url()),
            ("ReturnUrl", format!("{page_url}/")),
        ]
    }

    /// Serves both, and lets them bring their notifications.
    pub(crate) fn serve(self, servers: &mut JoinSet<()>) {
        self.yookassa.serve(self.played.yookassa.router(), servers);
        self.stripe.serve(self.played.stripe.router(), servers);
        servers.spawn(self.played.yookassa.run());
        servers.spawn(self.played.stripe.run());
    }
}

impl PlayedRails {
    /// Tells both where their notifications go, as an operator does in their cabinets after a deployment.
    pub(crate) fn notify(&self, function_url: &str) {
        let base = function_url.trim_end_matches('/');
        self.yookassa.desk().set_url(format!("{base}/yookassa"));
        self.stripe.desk().set_url(format!("{base}/stripe"));
    }
}

fn played_yookassa(url: &str) -> Result<PlayedYooKassa> {
    let mut config = yookassa::Config::new(url);
    secret::PLAYED_SHOP.clone_into(&mut config.shop_id);
    secret::PLAYED_YOOKASSA_KEY.clone_into(&mut config.secret_key);
    PlayedYooKassa::new(config).map_err(Error::broken("starting the played YooKassa"))
}

fn played_stripe(url: &str) -> Result<PlayedStripe> {
    let mut config = stripe::Config::new(url);
    secret::PLAYED_STRIPE_KEY.clone_into(&mut config.secret_key);
    secret::PLAYED_STRIPE_WEBHOOK_SECRET.clone_into(&mut config.webhook_secret);
    PlayedStripe::new(config).map_err(Error::broken("starting the played Stripe"))
}
