//! `POST /v1/moderations`: what is in words, or in a photo, as somebody writes it there. A photo's words stand in its bytes.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{ChatModel, ChatTrouble, JsonBody, bearer, trouble};

/// The largest request: a photo of the largest size that the real service takes, in base64.
pub(super) const BODY_BYTES_MAX: usize = 28 * 1024 * 1024;

/// What the real model has an opinion of (platform.openai.com, moderation).
const CATEGORIES: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

/// One request as it was understood, for a test to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRequest {
    /// The model asked for.
    pub model: String,
    /// The words to be looked at.
    pub words: String,
    /// Pictures to be looked at.
    pub pictures: usize,
    /// The status it was answered with; 0 if it was not.
    pub status: u16,
}

/// What a word brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckPlay {
    /// The check flags this category.
    Flags(&'static str),
    /// It is nearly sure of this category, and does not flag it.
    Doubts(&'static str),
    /// It fails.
    Fails(ChatTrouble),
    /// It never answers.
    Silent,
}

/// A word that a person can write into a prompt.
#[derive(Clone, Copy, Debug)]
pub struct CheckWord {
    /// As it is written.
    pub word: &'static str,
    /// What it brings about.
    pub play: CheckPlay,
    /// The same for a person.
    pub meaning: &'static str,
}

const fn word(word: &'static str, play: CheckPlay, meaning: &'static str) -> CheckWord {
    CheckWord { word, play, meaning }
}

/// All the words. None is the beginning of another.
pub const CHECK_WORDS: &[CheckWord] = &[
    word(
        "#flag-sexual",
        CheckPlay::Flags("sexual"),
        "the check flags it as sexual",
    ),
    word(
        "#flag-minors",
        CheckPlay::Flags("sexual/minors"),
        "the check flags it as sexual with minors",
    ),
    word(
        "#flag-violence",
        CheckPlay::Flags("violence"),
        "the check flags it as violent",
    ),
    word(
        "#doubt-violence",
        CheckPlay::Doubts("violence"),
        "the check is 45 % sure that it is violent",
    ),
    word(
        "#check-429",
        CheckPlay::Fails(ChatTrouble::RateLimited),
        "the check is asked too often",
    ),
    word(
        "#check-401",
        CheckPlay::Fails(ChatTrouble::BadKey),
        "the check's key is refused",
    ),
    word(
        "#check-500",
        CheckPlay::Fails(ChatTrouble::ServerError),
        "the check fails",
    ),
    word(
        "#check-cut",
        CheckPlay::Fails(ChatTrouble::Cut),
        "the check's answer is lost",
    ),
    word("#check-slow", CheckPlay::Silent, "the check does not answer"),
];

/// What is to be looked at.
#[derive(Default)]
struct Seen {
    words: String,
    /// The bytes of the pictures.
    pictures: Vec<Vec<u8>>,
}

impl Seen {
    /// Reads an input: a text, texts, or parts. The name of what is wrong otherwise.
    fn read(input: &Value) -> Result<Self, &'static str> {
        let mut seen = Self::default();
        if let Some(text) = input.as_str() {
            text.clone_into(&mut seen.words);
            return Ok(seen);
        }
        for part in input.as_array().ok_or("input")? {
            match (part.as_str(), part["type"].as_str()) {
                (Some(text), _) => seen.words.push_str(text),
                (None, Some("text")) => seen.words.push_str(part["text"].as_str().ok_or("input.text")?),
                (None, Some("image_url")) => {
                    let url = part["image_url"]["url"].as_str().ok_or("input.image_url")?;
                    seen.pictures.push(picture(url)?);
                }
                _ => return Err("input.type"),
            }
        }
        Ok(seen)
    }

    fn has(&self, word: &str) -> bool {
        let in_picture = |bytes: &Vec<u8>| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        self.words.contains(word) || self.pictures.iter().any(in_picture)
    }

    fn plays(&self) -> impl Iterator<Item = CheckPlay> + '_ {
        let words = CHECK_WORDS.iter().filter(|word| self.has(word.word));
        words.map(|word| word.play)
    }
}

/// A picture's bytes; one at an address is not fetched.
fn picture(url: &str) -> Result<Vec<u8>, &'static str> {
    if url.starts_with("https://") {
        return Ok(Vec::new());
    }
    let data = url
        .strip_prefix("data:image/")
        .and_then(|data| data.split_once(";base64,"));
    let (_, data) = data.ok_or("input.image_url")?;
    STANDARD.decode(data).map_err(|_| "input.image_url")
}

pub(super) async fn moderations(
    State(chat): State<ChatModel>,
    headers: HeaderMap,
    body: JsonBody,
) -> Response {
    if bearer(&headers) != Some(chat.0.api_key.as_str()) {
        return ChatTrouble::BadKey.answer();
    }
    let Ok(Json(body)) = body else {
        return trouble::missing("body");
    };
    let seen = match Seen::read(&body["input"]) {
        Ok(seen) => seen,
        Err(missing) => return trouble::missing(missing),
    };
    let model = body["model"]
        .as_str()
        .unwrap_or("omni-moderation-latest")
        .to_owned();
    let play = seen
        .plays()
        .find(|play| matches!(play, CheckPlay::Fails(_) | CheckPlay::Silent));
    let answer = match play {
        Some(CheckPlay::Silent) => None,
        Some(CheckPlay::Fails(trouble)) => Some(trouble.answer()),
        _ => Some(Json(opinion(&seen, &model)).into_response()),
    };
    let cut = play == Some(CheckPlay::Fails(ChatTrouble::Cut));
    let status = answer
        .as_ref()
        .filter(|_| !cut)
        .map_or(0, |answer| answer.status().as_u16());
    chat.book().checks.push(CheckRequest {
        model,
        words: seen.words,
        pictures: seen.pictures.len(),
        status,
    });
    match answer {
        Some(answer) => answer,
        None => std::future::pending().await,
    }
}

fn opinion(seen: &Seen, model: &str) -> Value {
    let plays: Vec<CheckPlay> = seen.plays().collect();
    let flagged = |category: &'static str| plays.contains(&CheckPlay::Flags(category));
    let score = |category: &'static str| match category {
        _ if flagged(category) => 0.9312,
        _ if plays.contains(&CheckPlay::Doubts(category)) => 0.45,
        _ => 2.3e-6,
    };
    let types = if seen.pictures.is_empty() { "text" } else { "image" };
    let by = |value: &dyn Fn(&'static str) -> Value| -> Map<String, Value> {
        CATEGORIES
            .iter()
            .map(|category| ((*category).to_owned(), value(category)))
            .collect()
    };
    json!({
        "id": "modr-played",
        "model": model,
        "results": [{
            "flagged": CATEGORIES.iter().any(|category| flagged(category)),
            "categories": by(&|category| json!(flagged(category))),
            "category_scores": by(&|category| json!(score(category))),
            "category_applied_input_types": by(&|_| json!([types])),
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_word() {
        let readme = include_str!("../../README.md");
        for word in CHECK_WORDS {
            let row = format!("| `{}` | {} |", word.word, word.meaning);
            assert!(readme.contains(&row), "README.md lacks {row}");
        }
    }

    #[test]
    fn words_and_pictures_are_looked_at_and_what_is_neither_is_refused() {
        let flagged = |input: Value| {
            let opinion = opinion(&Seen::read(&input).unwrap(), "m");
            opinion["results"][0]["flagged"].as_bool().unwrap()
        };
        let data = |bytes: &[u8]| format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes));
        let image = |url: String| json!([{"type": "image_url", "image_url": {"url": url}}]);
        assert!(!flagged(json!("a cat")));
        assert!(flagged(json!("a cat #flag-sexual")));
        assert!(flagged(json!(["a", "#flag-violence"])));
        assert!(flagged(image(data(b"\xff\xd8\xff#flag-minors"))));
        assert!(!flagged(image(data(b"\xff\xd8\xff"))));
        for wrong in [
            json!(null),
            json!([{"type": "image_url", "image_url": {"url": "ftp://x"}}]),
            json!([{}]),
        ] {
            assert!(Seen::read(&wrong).is_err(), "{wrong}");
        }
    }
}
