//! Text for the HTML parse mode.

mod markup;

use std::borrow::Cow;

pub use markup::{Fault, Shown, is_https, shown};

/// Escapes user text for the HTML parse mode. Telegram knows only these three entities (and `&quot;`, which only
/// attributes need).
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '>', '&']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for symbol in text.chars() {
        match symbol {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// A text for the HTML parse mode as its reader sees it: for whoever shows it elsewhere than in a message.
pub fn plain(markup: &str) -> String {
    let mut parts = markup.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('>').map_or("", |(_, behind)| behind));
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Shortens plain text to at most `chars_max` characters, the last one an ellipsis if anything was cut. Cut before
/// escaping: the limits count what the reader sees, and a cut entity would be refused as broken markup.
///
/// A character joined to the one before it (a skin tone, a variation, the next member of a family) is not left
/// without it.
pub fn truncate(text: &str, chars_max: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(chars_max) else {
        return Cow::Borrowed(text);
    };
    let Some((cut, _)) = text[..end].char_indices().next_back() else {
        return Cow::Borrowed("");
    };
    let kept = whole_symbols(&text[..cut], &text[cut..]);
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// Drops the symbol at the end of `kept` that continues in `rest`.
fn whole_symbols<'t>(kept: &'t str, rest: &str) -> &'t str {
    let mut kept = kept;
    let mut next = rest.chars().next();
    while let (Some(last), Some(following)) = (kept.chars().next_back(), next) {
        if !is_joined(last, following) {
            break;
        }
        kept = &kept[..kept.len() - last.len_utf8()];
        next = Some(last);
    }
    kept
}

/// Joiners, variation selectors, combining marks and skin tones belong to what stands before them; so does what
/// follows a joiner.
fn is_joined(last: char, following: char) -> bool {
    last == '\u{200D}'
        || matches!(following, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{0300}'..='\u{036F}' | '\u{20E3}'
            | '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_special_characters_are_escaped_and_nothing_else() {
        assert_eq!(escape("a<b>&\"'я"), "a&lt;b&gt;&amp;\"'я");
        assert!(matches!(escape("кот 🐈"), Cow::Borrowed("кот 🐈")));
    }

    #[test]
    fn what_was_escaped_and_marked_up_is_plain_again() {
        let words = "1 < 2 & <b>\"3\"</b> &lt; кот";
        let marked = format!(
            "<b>{}</b> <a href=\"https://example.org/?a&amp;b\">тут</a>",
            escape(words)
        );
        assert_eq!(plain(&marked), format!("{words} тут"));
        assert_eq!(plain(""), "");
    }

    #[test]
    fn text_within_the_limit_stays_as_it_is() {
        assert!(matches!(truncate("кот", 3), Cow::Borrowed("кот")));
        assert_eq!(truncate("", 0), "");
        assert_eq!(truncate("x", 0), "");
    }

    #[test]
    fn longer_text_is_cut_at_characters_and_marked() {
        assert_eq!(truncate("котик", 3), "ко…");
        assert_eq!(truncate("a b c", 3), "a…");
        assert_eq!(truncate(&"ж".repeat(5000), 4096).chars().count(), 4096);
    }

    #[test]
    fn a_joined_symbol_is_kept_whole_or_left_out() {
        let family = "ab👨\u{200D}👩\u{200D}👧xyz";
        for chars_max in 4..8 {
            assert_eq!(truncate(family, chars_max), "ab…", "{chars_max}");
        }
        assert_eq!(truncate(family, 8), "ab👨\u{200D}👩\u{200D}👧…");
        assert_eq!(truncate("a👍\u{1F3FD}bc", 3), "a…");
        assert_eq!(truncate("e\u{0301}tude", 2), "…");
    }
}
