//! The texts of the Mini App and of the browser client's elements: the page puts the values in, where `{name}` stands.

use crate::texts::{Locale, Say, Value};

/// Each text with its values.
const TEXTS: &[(&str, &[&str])] = &[
    ("web-title", &[]),
    ("web-noscript", &[]),
    ("web-loading", &[]),
    ("web-refresh", &[]),
    ("web-try-again", &[]),
    ("web-close", &[]),
    ("web-balance", &[]),
    ("web-held", &["held"]),
    ("web-debt", &["debt"]),
    ("web-active", &["active", "max"]),
    ("web-plan", &[]),
    ("web-no-plan", &[]),
    ("web-tier", &[]),
    ("web-until", &["moment"]),
    ("web-awaited", &["moment"]),
    ("web-limits", &[]),
    ("web-no-limits", &[]),
    ("web-left", &["left", "limit"]),
    ("web-resets", &["time"]),
    ("web-when-done", &[]),
    ("web-days", &["days", "hours"]),
    ("web-hours", &["hours", "minutes"]),
    ("web-minutes", &["minutes"]),
    ("web-soon", &[]),
    ("web-features", &[]),
    ("web-open", &[]),
    ("web-locked", &[]),
    ("web-used-up", &[]),
    ("web-opens-tier", &["tier"]),
    ("web-opens-addon", &["addon"]),
    ("web-opens-nothing", &[]),
    ("web-upgrade", &[]),
    ("web-upgrade-title", &["feature"]),
    ("web-banner", &["features"]),
    ("web-model", &[]),
    ("web-no-models", &[]),
    ("web-price-from", &["name", "credits"]),
    ("web-no-tier", &[]),
    ("web-orders", &[]),
    ("web-no-orders", &[]),
    ("web-older", &[]),
    ("web-credits", &["credits"]),
    ("web-by-plan", &[]),
    ("web-credits-back", &[]),
    ("web-status-pending", &[]),
    ("web-status-completed", &[]),
    ("web-status-failed", &[]),
    ("web-status-canceled", &[]),
    ("web-in-chat", &[]),
    ("web-status-queued", &[]),
    ("web-cancel-order", &[]),
    ("web-cancel-title", &[]),
    ("web-cancel-back", &["credits"]),
    ("web-cancel-free", &[]),
    ("web-cancel-yes", &[]),
    ("web-cancel-keep", &[]),
    ("web-canceling", &[]),
    ("web-canceled", &["credits", "available"]),
    ("web-canceled-free", &[]),
    ("web-cancel-unsure", &[]),
    ("web-to-chat", &[]),
    ("web-outside-title", &[]),
    ("web-outside", &[]),
    ("web-outside-bot", &[]),
    ("web-newcomer", &[]),
    ("web-failed-network", &[]),
    ("web-failed-unauthorized", &[]),
    ("web-failed-busy", &["seconds"]),
    ("web-failed-server", &[]),
    ("web-failed-refused", &[]),
    ("web-as-of", &["moment"]),
    ("web-live", &[]),
    ("web-not-live", &["moment"]),
    ("web-nav", &[]),
    ("web-tab-cabinet", &[]),
    ("web-tab-gallery", &[]),
    ("web-tab-shop", &[]),
    ("web-no-gallery", &[]),
    ("web-more", &[]),
    ("web-makes-video", &[]),
    ("web-makes-image", &[]),
    ("web-makes-music", &[]),
    ("web-makes-speech", &[]),
    ("web-play", &["what"]),
    ("web-seconds", &["seconds"]),
    ("web-waits", &[]),
    ("web-fetching", &["percent"]),
    ("web-send-again", &[]),
    ("web-again", &[]),
    ("web-sent-again", &[]),
    ("web-cannot-play", &[]),
    ("web-file-too-big", &[]),
    ("web-file-gone", &[]),
    ("web-file-enough", &[]),
    ("web-send-unreachable", &[]),
    ("web-shop-none", &[]),
    ("web-plans", &[]),
    ("web-packs", &[]),
    ("web-your-plan", &["plan"]),
    ("web-opens", &["features"]),
    ("web-choose", &["title"]),
    ("web-buy", &[]),
    ("web-from-price", &["price"]),
    ("web-see-plan", &["plan"]),
    ("web-pay-by-stars", &["price"]),
    ("web-pay-by-yookassa", &["price"]),
    ("web-pay-by-stripe", &["price"]),
    ("web-monthly", &[]),
    ("web-agree", &[]),
    ("web-terms", &[]),
    ("web-terms-whole", &[]),
    ("web-receipt-to", &["contact"]),
    ("web-receipt-where", &[]),
    ("web-receipt-label", &[]),
    ("web-opening", &[]),
    ("web-pay-now", &["price"]),
    ("web-i-have-paid", &[]),
    ("web-pay-other", &[]),
    ("web-bought-waiting", &["title", "price", "moment"]),
    ("web-bought-underway", &[]),
    ("web-bought-paid", &["title", "goods"]),
    ("web-bought-held", &[]),
    ("web-bought-over", &[]),
    ("web-nothing-yet", &[]),
    ("web-rail-silent", &[]),
    ("web-look-silent", &[]),
    ("web-not-sold", &[]),
    ("web-too-many-open", &[]),
    ("web-rail-refuses", &[]),
];

/// Every text of the page in a language, by name; a value is left as `{name}`.
pub fn texts(locale: Locale) -> impl Iterator<Item = (&'static str, String)> {
    let say = Say::in_(locale);
    TEXTS.iter().map(move |(id, values)| {
        let values = values
            .iter()
            .map(|name| (*name, Value::from(format!("{{{name}}}"))));
        (*id, say.with(id, values))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of what is to be put into a text.
    fn places(text: &str) -> Vec<&str> {
        let parts = text.split('{').skip(1);
        let mut names: Vec<&str> = parts.filter_map(|part| Some(part.split_once('}')?.0)).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_text_of_the_page_stands_in_both_languages_with_the_same_places() {
        for ((id, ru), (_, en)) in texts(Locale::Ru).zip(texts(Locale::En)) {
            assert_ne!(ru, id, "is missing in Russian");
            assert_ne!(en, id, "is missing in English");
            assert_eq!(places(&ru), places(&en), "{id}");
            assert!(!ru.contains('$') && !en.contains('$'), "{id}: {ru} {en}");
        }
    }

    #[test]
    fn no_text_of_the_page_is_left_out_of_its_list() {
        let listed: Vec<&str> = TEXTS.iter().map(|(id, _)| *id).collect();
        let catalogue = include_str!("../texts/en.ftl");
        let written = catalogue.lines().filter(|line| line.starts_with("web-"));
        for line in written {
            let id = line.split(' ').next().unwrap_or_default();
            assert!(listed.contains(&id), "{id} never reaches the page");
        }
    }
}
