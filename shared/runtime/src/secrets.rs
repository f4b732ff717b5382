//! The one secret, a JSON object in Secrets Manager, read at a cold start. Its values never reach a log: nothing here
//! derives `Debug`, and no error quotes it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::veil::{self, Veil};
use crate::{Aws, Error};

/// The values. Keys that a deployment does not need may be missing; whoever needs one says so.
#[derive(Clone, Default, Deserialize)]
pub struct Secrets {
    /// BotFather's token.
    #[serde(default)]
    telegram_bot_token: String,
    /// What Telegram repeats in the header of every update.
    #[serde(default)]
    telegram_webhook_secret: String,
    /// KIE.AI's key for signing callbacks, if one was made.
    #[serde(default)]
    kie_webhook_hmac_key: String,
    /// Our own key for callback addresses.
    #[serde(default)]
    callback_mac_key: String,
    /// `YooKassa`'s secret key, if things are sold through it.
    #[serde(default)]
    yookassa_secret_key: String,
    /// Stripe's secret key, if things are sold through it.
    #[serde(default)]
    stripe_secret_key: String,
    /// What Stripe signs its events with.
    #[serde(default)]
    stripe_webhook_secret: String,
    /// The rest: among it the providers' keys, each `<provider>_api_key`, a text or a key file's JSON.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
    #[serde(skip)]
    arn: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

/// The shortest key or token that is believed to be one; an empty or toy value would authenticate everybody.
const SECRET_BYTES_MIN: usize = 16;

impl Secrets {
    /// Reads the secret.
    pub async fn read(aws: &Aws, arn: &str) -> Result<Self, Error> {
        let answer = aws
            .secrets_manager()
            .get_secret_value()
            .secret_id(arn)
            .send()
            .await;
        let answer = answer.map_err(|source| Error::Secret {
            arn: arn.to_owned(),
            source: Box::new(source),
        })?;
        let secrets = Self::parse(answer.secret_string().unwrap_or_default(), arn)?;
        if let Some(veil) = secrets.veil() {
            veil::wear(veil);
        }
        Ok(secrets)
    }

    /// Reads the secret's text.
    pub fn parse(text: &str, arn: &str) -> Result<Self, Error> {
        // serde's own message may quote what it did not understand.
        let shape = |why: &str| Error::SecretShape {
            arn: arn.to_owned(),
            why: why.to_owned(),
        };
        let mut secrets: Self = serde_json::from_str(text).map_err(|_| shape("it does not parse"))?;
        // A key that is a file of its own may stand there as it is.
        for value in secrets.others.values_mut() {
            if value.is_object() {
                *value = Value::String(value.to_string());
            }
        }
        Ok(Self {
            arn: arn.to_owned(),
            ..secrets
        })
    }

    /// BotFather's token.
    pub fn telegram_bot_token(&self) -> Result<&str, Error> {
        self.need("telegram_bot_token", &self.telegram_bot_token)
    }

    /// What Telegram repeats in the header of every update.
    pub fn telegram_webhook_secret(&self) -> Result<&str, Error> {
        self.need("telegram_webhook_secret", &self.telegram_webhook_secret)
    }

    /// A provider's API key; `None` if there is none, or only a toy.
    pub fn provider_key(&self, provider: &str) -> Option<&str> {
        real(self.others.get(&format!("{provider}_api_key"))?.as_str()?)
    }

    /// KIE.AI's key for signing callbacks; `None` if there is none.
    pub fn kie_webhook_hmac_key(&self) -> Option<&str> {
        Some(self.kie_webhook_hmac_key.as_str()).filter(|key| !key.is_empty())
    }

    /// `YooKassa`'s secret key; `None` if there is none, or only a toy.
    pub fn yookassa_secret_key(&self) -> Option<&str> {
        real(&self.yookassa_secret_key)
    }

    /// Stripe's secret key; `None` if there is none, or only a toy.
    pub fn stripe_secret_key(&self) -> Option<&str> {
        real(&self.stripe_secret_key)
    }

    /// What Stripe signs its events with; `None` if there is nothing, or only a toy.
    pub fn stripe_webhook_secret(&self) -> Option<&str> {
        real(&self.stripe_webhook_secret)
    }

    /// Our own key for callback addresses.
    pub fn callback_mac_key(&self) -> Result<&str, Error> {
        self.need("callback_mac_key", &self.callback_mac_key)
    }

    /// How logs name customers and orders, and what never stands in them; `None` where there is no key to do it with.
    pub fn veil(&self) -> Option<Veil> {
        let key = real(&self.callback_mac_key).or_else(|| real(&self.telegram_bot_token))?;
        let others = self.others.values().filter_map(Value::as_str);
        let parts = others.clone().flat_map(parts);
        let all = [
            &self.telegram_bot_token,
            &self.telegram_webhook_secret,
            &self.kie_webhook_hmac_key,
            &self.callback_mac_key,
            &self.yookassa_secret_key,
            &self.stripe_secret_key,
            &self.stripe_webhook_secret,
        ];
        let all = all.into_iter().map(String::as_str).chain(others);
        Some(Veil::new(
            key.as_bytes(),
            all.filter_map(real).map(str::to_owned).chain(parts).collect(),
        ))
    }

    fn need<'a>(&self, key: &str, value: &'a str) -> Result<&'a str, Error> {
        let why = || format!("`{key}` is missing or shorter than {SECRET_BYTES_MIN} characters");
        let long_enough = value.len() >= SECRET_BYTES_MIN;
        long_enough.then_some(value).ok_or_else(|| Error::SecretShape {
            arn: self.arn.clone(),
            why: why(),
        })
    }
}

/// The parts of a key that are secrets by themselves: the lines of a key file's private key, and the halves of a pair.
fn parts(key: &str) -> Vec<String> {
    let file: Option<Value> = serde_json::from_str(key).ok();
    let lines = file.as_ref().and_then(|file| file.get("private_key")?.as_str());
    let parts = match (&file, lines) {
        (_, Some(lines)) => lines.lines().filter(|line| !line.starts_with('-')).collect(),
        (None, None) => key.split(':').collect(),
        (Some(_), None) => Vec::new(),
    };
    parts.into_iter().filter_map(real).map(str::to_owned).collect()
}

/// A value that is long enough to be believed.
fn real(value: &str) -> Option<&str> {
    Some(value).filter(|value| value.len() >= SECRET_BYTES_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_toy_value_is_no_key() {
        let secrets = Secrets::parse(
            r#"{"callback_mac_key":"short","telegram_bot_token":"0123456789abcdef"}"#,
            "arn",
        )
        .unwrap();
        assert!(secrets.callback_mac_key().is_err());
        assert!(secrets.telegram_webhook_secret().is_err());
        assert_eq!(secrets.telegram_bot_token().ok(), Some("0123456789abcdef"));
        assert_eq!(secrets.kie_webhook_hmac_key(), None);
    }

    #[test]
    fn a_rail_without_a_key_is_not_there_and_a_toy_is_none() {
        let secrets = Secrets::parse(
            r#"{"yookassa_secret_key":"live_0123456789abcdef","stripe_secret_key":"sk","stripe_webhook_secret":""}"#,
            "arn",
        )
        .unwrap();
        assert_eq!(secrets.yookassa_secret_key(), Some("live_0123456789abcdef"));
        assert_eq!(
            (secrets.stripe_secret_key(), secrets.stripe_webhook_secret()),
            (None, None)
        );
    }

    #[test]
    fn a_provider_without_a_key_is_no_error() {
        let text = r#"{"kie_api_key":"0123456789abcdef","kling_api_key":"toy","luma_api_key":7}"#;
        let secrets = Secrets::parse(text, "arn").unwrap();
        assert_eq!(secrets.provider_key("kie"), Some("0123456789abcdef"));
        for without in ["kling", "luma", "nobody"] {
            assert_eq!(secrets.provider_key(without), None, "{without}");
        }
    }

    #[test]
    fn a_key_file_may_stand_there_as_it_is_or_as_a_text() {
        let file = r#"{"client_email":"a@b","private_key":"-----BEGIN-----\nabcdefghijklmnopqrstuvwx\n"}"#;
        let whole = Secrets::parse(&format!(r#"{{"vertex_api_key":{file}}}"#), "arn").unwrap();
        let text = serde_json::json!({ "vertex_api_key": file }).to_string();
        let text = Secrets::parse(&text, "arn").unwrap();
        for secrets in [whole, text] {
            let key: Value = serde_json::from_str(secrets.provider_key("vertex").unwrap()).unwrap();
            assert_eq!(key, serde_json::from_str::<Value>(file).unwrap());
        }
    }

    #[test]
    fn a_part_of_a_key_is_taken_out_of_the_log_as_the_whole_is() {
        let secrets = Secrets::parse(
            r#"{"callback_mac_key":"0123456789abcdef","klingv1_api_key":"access-of-somebody:secret-of-somebody",
            "vertex_api_key":{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\nabcdefghijklmnopqrstuvwx\nshort\n"}}"#,
            "arn",
        )
        .unwrap();
        let veil = secrets.veil().unwrap();
        for part in [
            "abcdefghijklmnopqrstuvwx",
            "secret-of-somebody",
            "access-of-somebody",
        ] {
            let shown = veil.text(&format!("no: {part}."));
            assert_eq!(shown, "no: [withheld].");
        }
        let kept = "a service_account of BEGIN PRIVATE KEY is short";
        assert_eq!(veil.text(kept), kept);
    }

    #[test]
    fn neither_errors_nor_debug_quote_the_secret() {
        let error = Secrets::parse(r#"{"telegram_bot_token":["hunter2hunter2hunter2"]}"#, "arn").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        let secrets = Secrets::parse(r#"{"kie_api_key":"hunter2hunter2hunter2"}"#, "arn").unwrap();
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }
}
