//! HTML formatting as Telegram reads it: a few tags, four named entities, everything else an error.
//!
//! Rules and texts: tdlib `MessageEntity.cpp` (`parse_html`), <https://core.telegram.org/bots/api#html-style>.

mod lexical;

use serde::Serialize;

use lexical::{is_supported, read_attributes, reference, tag_end};

/// A formatted stretch of a text. Offsets and lengths count UTF-16 code units, as in the Bot API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// `bold`, `italic`, `text_link`, `bot_command` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// The target of a `text_link`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The language of a `pre`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// The plain text and its entities, or what is wrong with the markup.
pub fn parse(html: &str) -> Result<(String, Vec<Entity>), String> {
    let mut parser = Parser {
        html,
        at: 0,
        text: String::new(),
        units: 0,
        open: Vec::new(),
        done: Vec::new(),
    };
    while let Some(next) = parser.rest().chars().next() {
        match next {
            '<' if parser.rest().starts_with("</") => parser.end_tag()?,
            '<' => parser.start_tag()?,
            '&' => parser.character_reference(),
            _ => parser.push(next, next.len_utf8()),
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            open.name
        ));
    }
    parser
        .done
        .sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok((parser.text, parser.done))
}

struct Open {
    name: String,
    offset: usize,
    text_from: usize,
    attributes: Vec<(String, String)>,
}

struct Parser<'a> {
    html: &'a str,
    at: usize,
    text: String,
    units: usize,
    open: Vec<Open>,
    done: Vec<Entity>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, character: char, source_bytes: usize) {
        self.text.push(character);
        self.units += character.len_utf16();
        self.at += source_bytes;
    }

    fn character_reference(&mut self) {
        match reference(self.rest()) {
            Some((character, bytes)) => self.push(character, bytes),
            None => self.push('&', 1),
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let inside = self.rest().get(1..).unwrap_or("");
        let close = tag_end(inside).ok_or_else(|| format!("Unclosed start tag at byte offset {begin}"))?;
        let (tag, _) = inside.split_at(close);
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let name = name.to_ascii_lowercase();
        let attributes =
            read_attributes(attributes).map_err(|what| format!("{what} at byte offset {begin}"))?;
        if !is_supported(&name, &attributes) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        self.at += close + 2;
        self.open.push(Open {
            name,
            offset: self.units,
            text_from: self.text.len(),
            attributes,
        });
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let inside = self.rest().get(2..).unwrap_or("");
        let close = inside
            .find('>')
            .ok_or_else(|| format!("Unclosed end tag at byte offset {begin}"))?;
        let name = inside.split_at(close).0.trim().to_ascii_lowercase();
        let open = self
            .open
            .pop()
            .ok_or_else(|| format!("Unexpected end tag at byte offset {begin}"))?;
        if !name.is_empty() && name != open.name {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.name
            ));
        }
        self.at += close + 3;
        self.finish(&open);
        Ok(())
    }

    fn finish(&mut self, open: &Open) {
        let length = self.units - open.offset;
        let attribute = |name: &str| {
            open.attributes
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value)
        };
        let content = self.text.get(open.text_from..).unwrap_or("");
        let (kind, url) = match open.name.as_str() {
            "b" | "strong" => ("bold", None),
            "i" | "em" => ("italic", None),
            "u" | "ins" => ("underline", None),
            "s" | "strike" | "del" => ("strikethrough", None),
            "tg-spoiler" | "span" => ("spoiler", None),
            "code" => ("code", None),
            "pre" => ("pre", None),
            "blockquote" if attribute("expandable").is_some() => ("expandable_blockquote", None),
            "blockquote" => ("blockquote", None),
            "a" => (
                "text_link",
                Some(attribute("href").map_or(content, String::as_str).to_owned()),
            ),
            _ => ("custom_emoji", None),
        };
        let language = attribute("class")
            .and_then(|class| class.strip_prefix("language-"))
            .map(str::to_owned);
        if length > 0 && !self.joins_pre(kind, open.offset, length) {
            self.done.push(Entity {
                kind: kind.into(),
                offset: open.offset,
                length,
                url,
                language,
            });
        }
    }

    /// `<pre><code class="language-x">` is one entity, a `pre` with a language.
    fn joins_pre(&mut self, kind: &str, offset: usize, length: usize) -> bool {
        let same =
            |entity: &Entity| entity.kind == "code" && entity.offset == offset && entity.length == length;
        match self.done.last_mut() {
            Some(last) if kind == "pre" && same(last) => {
                "pre".clone_into(&mut last.kind);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(html: &str) -> Vec<(String, usize, usize)> {
        parse(html)
            .unwrap()
            .1
            .into_iter()
            .map(|entity| (entity.kind, entity.offset, entity.length))
            .collect()
    }

    #[test]
    fn tags_become_entities_in_utf16_units() {
        assert_eq!(parse("🎬 <b>Готово</b>").unwrap().0, "🎬 Готово");
        assert_eq!(kinds("🎬 <b>Готово</b>"), [("bold".into(), 3, 6)]);
    }

    #[test]
    fn the_outer_entity_stands_before_the_inner() {
        assert_eq!(
            kinds("<b>a<i>b</i></b>"),
            [("bold".into(), 0, 2), ("italic".into(), 1, 1)]
        );
    }

    #[test]
    fn references_are_decoded_and_a_bare_ampersand_stays() {
        assert_eq!(
            parse("&lt;b&gt; R&D &amp; &#x41;&#66; &nbsp;").unwrap().0,
            "<b> R&D & AB &nbsp;"
        );
    }

    #[test]
    fn broken_markup_says_what_is_broken() {
        let error = |html: &str| parse(html).unwrap_err();
        assert_eq!(
            error("<b>x"),
            "Can't find end tag corresponding to start tag \"b\""
        );
        assert_eq!(error("x</b>"), "Unexpected end tag at byte offset 1");
        assert_eq!(
            error("<b>x</i>"),
            "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""
        );
        assert_eq!(
            error("<div>x</div>"),
            "Unsupported start tag \"div\" at byte offset 0"
        );
        assert_eq!(error("1 < 2"), "Unclosed start tag at byte offset 2");
        assert_eq!(error("a <3> b"), "Unsupported start tag \"3\" at byte offset 2");
    }

    #[test]
    fn links_and_code_keep_their_attributes() {
        let (_, entities) = parse("<a href=\"https://e.org/?a=1&amp;b=>\">x</a>").unwrap();
        assert_eq!(entities[0].url.as_deref(), Some("https://e.org/?a=1&b=>"));
        let (_, entities) = parse("<pre><code class=\"language-rust\">x</code></pre>").unwrap();
        assert_eq!(
            (entities[0].kind.as_str(), entities[0].language.as_deref()),
            ("pre", Some("rust"))
        );
        assert_eq!(entities.len(), 1);
    }
}
