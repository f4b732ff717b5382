//! The one secret that the functions read, begun for the operator.

use providers::registry::ROWS;
use serde_json::{Value, json};

use crate::{Error, Report};

/// Bytes of each key: as many as HMAC-SHA-256 uses.
const KEY_BYTES: usize = 32;

/// The secret's JSON: our own two keys are made here, what Telegram, the video providers and the payment rails give is left empty, which no function
/// takes for a key.
pub(crate) fn template() -> Result<Report, Error> {
    let mut secret = json!({
        "telegram_bot_token": "",
        "telegram_webhook_secret": key()?,
        "kie_webhook_hmac_key": "",
        "callback_mac_key": key()?,
        "yookassa_secret_key": "",
        "stripe_secret_key": "",
        "stripe_webhook_secret": "",
    });
    for provider in ROWS {
        secret[format!("{}_api_key", provider.name)] = json!("");
    }
    Ok(Report::new(pretty(&secret), secret))
}

fn pretty(secret: &Value) -> String {
    format!("{secret:#}")
}

/// Random, in hexadecimal: letters that Telegram allows in a header's secret.
fn key() -> Result<String, Error> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Machine(Box::new(error)))?;
    Ok(bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::Secrets;

    #[test]
    fn the_template_wants_filling_in_and_holds_good_keys() {
        let first = Secrets::parse(&template().unwrap().text, "it").unwrap();
        let second = Secrets::parse(&template().unwrap().text, "it").unwrap();
        assert!(first.telegram_bot_token().is_err());
        let text = template().unwrap().text;
        for provider in ROWS {
            assert!(text.contains(&format!("\"{}_api_key\": \"\"", provider.name)));
            assert_eq!(first.provider_key(provider.name), None);
        }
        assert_eq!(first.kie_webhook_hmac_key(), None);
        assert_eq!(
            (first.yookassa_secret_key(), first.stripe_secret_key()),
            (None, None)
        );
        let keys = [
            first.callback_mac_key().unwrap(),
            first.telegram_webhook_secret().unwrap(),
            second.callback_mac_key().unwrap(),
        ];
        assert_eq!(keys.map(str::len), [2 * KEY_BYTES; 3]);
        assert!(keys[0] != keys[1] && keys[0] != keys[2]);
    }
}
