//! Whether text that a person has marked up is what Telegram takes: it refuses all of a message for one open tag.
//!
//! The tags are those of "HTML style" in the Bot API documentation; of custom emoji, which most bots may not send, nothing is
//! taken.

/// Tags without attributes.
const PLAIN: [&str; 14] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "tg-spoiler",
    "code",
    "pre",
    "blockquote",
    "span",
];
/// Entities that stand for one character.
const ENTITIES: [&str; 4] = ["lt", "gt", "amp", "quot"];
/// The longest entity, in characters: `#1114111`.
const ENTITY_CHARS_MAX: usize = 8;

/// What is wrong with marked up text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A tag begins and does not end.
    #[error("a `<` begins no tag; written as a sign it is `&lt;`")]
    NoTag,
    /// Telegram knows no such tag, or not with such attributes.
    #[error("Telegram knows no tag <{0}>")]
    UnknownTag(String),
    /// A tag was closed that is not the one opened last.
    #[error("</{0}> closes what is not open")]
    NotOpen(String),
    /// A tag is never closed.
    #[error("<{0}> is never closed")]
    NotClosed(String),
    /// A link leads somewhere else than to an address of https.
    #[error("a link must lead to https://")]
    Link,
}

/// What is shown of text in HTML.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its length in UTF-16 units, in which Telegram counts; a character written as its number may count for one too many.
    pub chars: usize,
    /// Nothing of it is more than space, which Telegram takes for nothing.
    pub is_blank: bool,
}

/// What is shown of text in HTML; or what is wrong with it.
pub fn shown(text: &str) -> Result<Shown, Fault> {
    let (mut rest, mut open) = (text, Vec::new());
    let mut shown = Shown {
        chars: 0,
        is_blank: true,
    };
    while let Some(symbol) = rest.chars().next() {
        rest = match symbol {
            '<' => {
                let (tag, after) = rest.split_at(1).1.split_once('>').ok_or(Fault::NoTag)?;
                take(tag, &mut open)?;
                after
            }
            '&' => {
                shown.chars += if rest.starts_with("&#") { 2 } else { 1 };
                shown.is_blank = false;
                after_entity(rest)
            }
            other => {
                shown.chars += other.len_utf16();
                shown.is_blank &= other.is_whitespace();
                rest.split_at(other.len_utf8()).1
            }
        };
    }
    open.pop().map_or(Ok(shown), |name| Err(Fault::NotClosed(name)))
}

/// Whether an address may stand below a message or in it.
pub fn is_https(url: &str) -> bool {
    url.strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !url.contains(|symbol: char| symbol.is_whitespace() || "\"<>".contains(symbol))
}

/// What follows an entity; what follows the sign alone if it is none.
fn after_entity(text: &str) -> &str {
    let body = text.split_at(1).1;
    let alone = body;
    let Some((name, after)) = body.split_once(';') else {
        return alone;
    };
    let number = name.strip_prefix('#').is_some_and(|number| {
        let digits = number.strip_prefix(['x', 'X']).unwrap_or(number);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let is_one = name.chars().count() <= ENTITY_CHARS_MAX && (number || ENTITIES.contains(&name));
    if is_one { after } else { alone }
}

/// Opens or closes a tag.
fn take(tag: &str, open: &mut Vec<String>) -> Result<(), Fault> {
    if let Some(name) = tag.strip_prefix('/') {
        let name = name.trim().to_ascii_lowercase();
        return match open.pop() {
            Some(last) if last == name => Ok(()),
            _ => Err(Fault::NotOpen(name)),
        };
    }
    let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let (name, attributes) = (name.to_ascii_lowercase(), attributes.trim());
    match (name.as_str(), attributes) {
        ("a", attributes) => {
            let url = attributes
                .strip_prefix("href=\"")
                .and_then(|it| it.strip_suffix('"'));
            if !url.is_some_and(is_https) {
                return Err(Fault::Link);
            }
        }
        ("span", "class=\"tg-spoiler\"") | ("blockquote", "expandable") => {}
        ("span", _) => return Err(Fault::UnknownTag(name)),
        (plain, "") if PLAIN.contains(&plain) => {}
        _ => return Err(Fault::UnknownTag(name)),
    }
    open.push(name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_telegram_takes_is_counted_as_it_is_shown() {
        for (text, chars) in [
            ("", 0),
            ("кот 🐈", 6),
            ("<b>a</b> &lt; <i>b<u>c</u></i>", 6),
            ("<a href=\"https://example.org/?a=1&amp;b\">link</a>", 4),
            ("<span class=\"tg-spoiler\">x</span><tg-spoiler>y</tg-spoiler>", 2),
            ("<blockquote expandable>q</blockquote>", 1),
            ("<PRE>x</pre>", 1),
            ("salt & pepper &#128512; &nosuch;", 25),
        ] {
            assert_eq!(shown(text).unwrap().chars, chars, "{text}");
        }
    }

    #[test]
    fn what_is_only_space_is_nothing() {
        for (text, blank) in [
            ("", true),
            (" <b> </b>\n", true),
            ("<i>x</i>", false),
            ("&amp;", false),
        ] {
            assert_eq!(shown(text).unwrap().is_blank, blank, "{text}");
        }
    }

    #[test]
    fn what_telegram_would_refuse_is_found() {
        let tag = |name: &str| name.to_owned();
        for (text, fault) in [
            ("1 < 2", Fault::NoTag),
            ("<b>a", Fault::NotClosed(tag("b"))),
            ("a</b>", Fault::NotOpen(tag("b"))),
            ("<b><i>a</b></i>", Fault::NotOpen(tag("b"))),
            ("<div>a</div>", Fault::UnknownTag(tag("div"))),
            ("<b class=\"x\">a</b>", Fault::UnknownTag(tag("b"))),
            ("<span>a</span>", Fault::UnknownTag(tag("span"))),
            (
                "<tg-emoji emoji-id=\"5\">a</tg-emoji>",
                Fault::UnknownTag(tag("tg-emoji")),
            ),
            ("<a>x</a>", Fault::Link),
            ("<a href=\"http://example.org\">x</a>", Fault::Link),
            ("<a href=\"tg://user?id=1\">x</a>", Fault::Link),
            ("<a href=\"https://\">x</a>", Fault::Link),
        ] {
            assert_eq!(shown(text), Err(fault), "{text}");
        }
    }
}
