//! Tags, attributes and character references: the letters of the markup.

/// Where the tag's `>` stands, not counting those inside quotes.
pub(super) fn tag_end(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (index, character) in inside.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(index),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

pub(super) fn is_supported(name: &str, attributes: &[(String, String)]) -> bool {
    let spoiler = || {
        attributes
            .iter()
            .any(|(key, value)| key == "class" && value == "tg-spoiler")
    };
    match name {
        "b" | "strong" | "i" | "em" | "u" | "ins" | "s" | "strike" | "del" | "tg-spoiler" | "a" | "code"
        | "pre" | "blockquote" | "tg-emoji" => true,
        "span" => spoiler(),
        _ => false,
    }
}

pub(super) fn read_attributes(mut rest: &str) -> Result<Vec<(String, String)>, &'static str> {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(attributes);
        }
        let name_end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        if name.is_empty() {
            return Err("Empty attribute name in the tag");
        }
        let (value, after) = attribute_value(after.trim_start())?;
        attributes.push((name.to_ascii_lowercase(), value));
        rest = after;
    }
}

fn attribute_value(after_name: &str) -> Result<(String, &str), &'static str> {
    let Some(value) = after_name.strip_prefix('=').map(str::trim_start) else {
        return Ok((String::new(), after_name));
    };
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let end = value.find(char::is_whitespace).unwrap_or(value.len());
        let (bare, after) = value.split_at(end);
        return Ok((bare.to_owned(), after));
    };
    let (quoted, after) = value[1..].split_once(quote).ok_or("Unclosed attribute value")?;
    Ok((decode(quoted), after))
}

fn decode(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (character, bytes) = reference(rest).unwrap_or((first, first.len_utf8()));
        decoded.push(character);
        rest = rest.split_at(bytes).1;
    }
    decoded
}

/// A character reference at the beginning of the text, and its length in bytes.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.strip_prefix('&')?.find(';')?;
    let name = text.get(1..=end)?;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => number(name)?,
    };
    Some((character, end + 2))
}

fn number(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|character| *character != '\0')
}
