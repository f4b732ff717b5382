//! Marked secrets, and where they turn up: as they are, and in every form in which a program writes a text into another.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter marks turn up by chance.
const MARK_BYTES_MIN: usize = 8;

/// What nobody may find, with what each is.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<(String, Vec<String>)>);

impl Marks {
    /// One more.
    ///
    /// # Panics
    ///
    /// If it is so short that it would turn up by chance.
    pub fn add(&mut self, what: &str, mark: &str) {
        assert!(mark.len() >= MARK_BYTES_MIN, "{what} is too short to be a mark");
        self.0.push((what.to_owned(), forms(mark)));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What of them stands in a text, in whatever form.
    pub fn found(&self, text: &str) -> Vec<&str> {
        let stands = |forms: &[String]| forms.iter().any(|form| text.contains(form.as_str()));
        self.0
            .iter()
            .filter(|(_, forms)| stands(forms))
            .map(|(what, _)| what.as_str())
            .collect()
    }
}

/// A text as others write it: quoted in JSON, once and twice, in an address, in base64 wherever in a longer text it stands,
/// in hexadecimal.
fn forms(mark: &str) -> Vec<String> {
    let quoted = |text: &str| {
        let json = serde_json::Value::from(text).to_string();
        json.trim_matches('"').to_owned()
    };
    let escaped: String = mark
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let unicode: String = mark
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let mut forms = vec![mark.to_owned(), quoted(mark), quoted(&quoted(mark)), unicode];
    forms.extend([escaped.replace("%20", "+"), escaped.to_lowercase(), escaped]);
    forms.push(
        mark.bytes()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
    );
    for shift in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(b' ', shift).chain(mark.bytes()).collect();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            // The first and the last letters hang on what stands beside the mark.
            forms.push(
                text.chars()
                    .skip(if shift == 0 { 0 } else { 4 })
                    .take(mark.len())
                    .collect(),
            );
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_every_form_and_a_line_without_it_is_clean() {
        let mut marks = Marks::default();
        marks.add("the key", "s\"cret/ключ+7f3a");
        let mark = "s\"cret/ключ+7f3a";
        let wrapped = format!("shop:{mark}:end");
        let lines = [
            format!("plain {mark} text"),
            serde_json::json!({"a": mark}).to_string(),
            serde_json::json!({"a": serde_json::json!({"b": mark}).to_string()}).to_string(),
            "https://x/?q=s%22cret%2F%D0%BA%D0%BB%D1%8E%D1%87%2B7f3a".to_owned(),
            format!("Basic {}", STANDARD_NO_PAD.encode(&wrapped)),
            format!("Basic {}", STANDARD_NO_PAD.encode(format!("1{wrapped}"))),
            format!("Basic {}", URL_SAFE_NO_PAD.encode(format!("12{wrapped}"))),
        ];
        for line in lines {
            assert_eq!(marks.found(&line), ["the key"], "{line}");
        }
        assert_eq!(marks.found("s\"cret/ключ+7f3"), Vec::<&str>::new());
    }
}
