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
    pub(crate) fn parameters(&self, bot_url: String) -> [(&'static str, String); 5] {
        [
            ("YooKassaApiUrl", self.played.yookassa.api_url()),
            ("YooKassaShopId", secret::PLAYED_SHOP.to_owned()),
            // They call from this machine.
            ("YooKassaMoreNetworks", "127.0.0.1/32".to_owned()),
            ("StripeApiUrl", self.played.stripe.api_url()),
            ("ReturnUrl", bot_url),
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Uri;
    use axum::routing::any;
    use serde_json::{Value, json};
    use tokio::sync::mpsc;

    use super::*;
    use crate::options::Port;

    /// A function URL that says which paths were called.
    async fn function(servers: &mut JoinSet<()>) -> (String, mpsc::UnboundedReceiver<String>) {
        let (says, hears) = mpsc::unbounded_channel();
        let door = Door::open(Port::Any).await.unwrap();
        let url = format!("{}/", door.url);
        let note = move |uri: Uri| async move { says.send(uri.path().to_owned()).unwrap_or_default() };
        door.serve(Router::new().fallback(any(note)), servers);
        (url, hears)
    }

    async fn opened(request: reqwest::RequestBuilder) -> String {
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    #[tokio::test]
    async fn the_keys_of_the_secret_let_in_and_each_rail_calls_its_own_path() {
        let mut servers = JoinSet::new();
        let rails = Rails::open(&Options::new("")).await.unwrap();
        let played = rails.played.clone();
        let [(_, yookassa), (_, shop), _, (_, stripe), (_, back)] =
            rails.parameters("http://127.0.0.1:8787/the_bot".to_owned());
        rails.serve(&mut servers);
        let (url, mut called) = function(&mut servers).await;
        played.notify(&url);
        let http = reqwest::Client::new();
        let order = json!({"amount": {"value": "1.00", "currency": "RUB"}, "capture": true});
        let request = http
            .post(format!("{yookassa}/payments"))
            .header("Idempotence-Key", "1");
        let request = request
            .basic_auth(shop, Some(secret::PLAYED_YOOKASSA_KEY))
            .json(&order);
        played.yookassa.pay(&opened(request).await).unwrap();
        assert_eq!(called.recv().await.as_deref(), Some("/yookassa"));
        let order = [
            ("mode", "payment"),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][price_data][unit_amount]", "100"),
            ("line_items[0][price_data][product_data][name]", "Pro"),
            ("success_url", back.as_str()),
        ];
        let request = http.post(format!("{stripe}/checkout/sessions"));
        let request = request.bearer_auth(secret::PLAYED_STRIPE_KEY).form(&order);
        played.stripe.pay(&opened(request).await).unwrap();
        assert_eq!(called.recv().await.as_deref(), Some("/stripe"));
    }
}
