//! Links that open the bot's chat and say what is wanted there.

use domain::id::Nonce;

/// What the link of an order that is to be made once more carries before the order's number.
const AGAIN: &str = "again_";

/// The bot's own link, if that is one: `https://t.me/the_bot`.
pub(crate) fn bot(url: &str) -> Option<&str> {
    let url = url.trim_end_matches('/');
    let (_, rest) = url.split_once("://")?;
    rest.contains('/').then_some(url)
}

/// The link that opens the chat with a draft like an order that was made before: `https://t.me/the_bot?start=again_…`. It
/// leads nobody but the order's owner anywhere. `None` where the bot's own link is not known.
pub fn again(bot_url: &str, order: &Nonce) -> Option<String> {
    Some(format!("{}?start={AGAIN}{}", bot(bot_url)?, order.as_str()))
}

/// What such a link carries behind its beginning, which should be an order's number. `None` of another link.
pub(crate) fn again_in(carried: &str) -> Option<&str> {
    carried.strip_prefix(AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_bot_with_the_orders_number() {
        let nonce = Nonce::from_random([4; domain::id::NONCE_CHARS]);
        let link = again("https://t.me/the_bot/", &nonce).unwrap();
        let carried = link.strip_prefix("https://t.me/the_bot?start=").unwrap();
        assert_eq!(again_in(carried), Some(nonce.as_str()));
        // What Telegram takes in such a link.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        assert!(carried.len() <= 64 && carried.bytes().all(fits), "{carried}");
        for other in ["", "promo_CAT", "ref_again_"] {
            assert_eq!(again_in(other), None, "{other}");
        }
        assert_eq!(bot("https://t.me/the_bot/"), Some("https://t.me/the_bot"));
        for url in ["https://t.me", "https://t.me/", "t.me/the_bot"] {
            assert_eq!(again(url, &nonce), None, "{url}");
        }
    }
}
