//! Somebody else's opinion of words and photos, before anybody pays: the moderation endpoint of `OpenAI`, and of whoever
//! speaks the same protocol. Source: platform.openai.com/docs/api-reference/moderations and its published specification.
//!
//! It is free of charge, and asking it twice does no harm.

use std::sync::OnceLock;
use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::moderation::{Finding, Findings, OTHER, PERMILLE_MAX};
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

use crate::http::{self, Answer, Failed, or_nothing, shortened};
use crate::openai::{Refusal, address};
use crate::{Photo, Reason, registry::Access};

/// More categories than anybody has.
const CATEGORIES_MAX: usize = 60;
/// The longest name of one, in bytes.
const CATEGORY_BYTES_MAX: usize = 60;

/// What is looked at.
pub enum Exhibit<'a> {
    /// Words.
    Words(&'a str),
    /// A photo.
    Photo(&'a Photo),
}

impl fmt::Debug for Exhibit<'_> {
    /// Without the words and the photo.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Words(_) => "Words(..)",
            Self::Photo(_) => "Photo(..)",
        })
    }
}

/// There is no opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoOpinion {
    /// Why, for the log.
    pub why: String,
    /// Whether an operator has to act before there is one.
    pub needs_operator: bool,
}

impl NoOpinion {
    fn passing(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            needs_operator: false,
        }
    }
}

/// Whoever is asked. The account is opened with the first question: who is asked nothing makes no start slower.
pub struct Checker {
    open: Box<dyn Fn() -> Option<Access> + Send + Sync>,
    access: OnceLock<Option<Access>>,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    /// `open` gives the way in, if there is a key for one.
    pub fn new(open: impl Fn() -> Option<Access> + Send + Sync + 'static) -> Self {
        Self {
            open: Box::new(open),
            access: OnceLock::new(),
        }
    }

    /// Asks once.
    pub async fn ask(
        &self,
        model: &str,
        exhibit: &Exhibit<'_>,
        timeout: Duration,
    ) -> Result<Findings, NoOpinion> {
        let access = self.access.get_or_init(|| (self.open)());
        let Some(access) = access else {
            return Err(NoOpinion {
                why: "no key in the secret".to_owned(),
                needs_operator: true,
            });
        };
        let input = match exhibit {
            Exhibit::Words(words) => json!(words),
            Exhibit::Photo(photo) => json!([{"type": "image_url", "image_url": {"url": address(photo)}}]),
        };
        let request = access
            .http
            .post(format!("{}/moderations", access.base))
            .bearer_auth(&access.key)
            .json(&json!({"model": model, "input": input}));
        answered(http::send(request, timeout).await)
    }
}

/// A name for the same words, or the same file, looked at by the same model; nobody can read them in it.
pub fn fingerprint(model: &str, kind: &str, what: &str) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in [model, kind, what] {
        digest.update(part.len().to_string().as_bytes());
        digest.update(b":");
        digest.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(digest.finish().as_ref())
}

/// An answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    #[serde(deserialize_with = "or_nothing")]
    results: Vec<Opinion>,
    error: Option<Refusal>,
}

/// What it says of one input.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Opinion {
    flagged: Option<bool>,
    /// A category that a model does not know may be `null`.
    #[serde(deserialize_with = "or_nothing")]
    categories: Map<String, Value>,
    #[serde(deserialize_with = "or_nothing")]
    category_scores: Map<String, Value>,
}

fn answered(answer: Result<Answer<Said>, Failed>) -> Result<Findings, NoOpinion> {
    let answer = answer.map_err(|failed| NoOpinion::passing(failed.into_why()))?;
    let status = answer.status;
    match &answer.envelope {
        Some(Said {
            error: Some(error), ..
        }) => Err(NoOpinion {
            why: format!("{status}: {}", shortened(error.message())),
            needs_operator: error.reason(status).is_some_and(Reason::needs_operator),
        }),
        Some(said) if status == 200 => {
            found(&said.results).ok_or_else(|| NoOpinion::passing("an answer without an opinion"))
        }
        _ => Err(NoOpinion {
            why: answer.strange(),
            needs_operator: answer.turned_away().is_some_and(Reason::needs_operator),
        }),
    }
}

/// All that is said of what was sent; `None` where nothing is.
fn found(opinions: &[Opinion]) -> Option<Findings> {
    let mut findings = Findings::default();
    let mut said = !opinions.is_empty();
    for opinion in opinions {
        said &= opinion.flagged.is_some();
        for (category, score) in named(&opinion.category_scores) {
            let permille = score.as_number().map_or(0, permille);
            let finding = finding(&mut findings, category);
            finding.permille = finding.permille.max(permille);
        }
        let flagged = named(&opinion.categories).filter(|(_, flagged)| flagged.as_bool() == Some(true));
        let mut by_category = false;
        for (category, _) in flagged {
            finding(&mut findings, category).flagged = true;
            by_category = true;
        }
        if opinion.flagged == Some(true) && !by_category {
            finding(&mut findings, OTHER).flagged = true;
        }
    }
    said.then_some(findings)
}

fn named(by_category: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let fits = |(category, _): &(&String, &Value)| category.len() <= CATEGORY_BYTES_MAX;
    by_category.iter().filter(fits).take(CATEGORIES_MAX)
}

fn finding<'f>(findings: &'f mut Findings, category: &str) -> &'f mut Finding {
    findings.0.entry(category.to_owned()).or_default()
}

/// A score in thousandths. What is so small that it is written with an exponent is none.
fn permille(score: &Number) -> u16 {
    let millionths = http::millionths(&score.to_string()).unwrap_or(0);
    u16::try_from(millionths / 1_000).map_or(PERMILLE_MAX, |permille| permille.min(PERMILLE_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Result<Findings, NoOpinion> {
        answered(Ok(Answer {
            status,
            retry_after_s: None,
            envelope: serde_json::from_str(body).ok(),
        }))
    }

    fn flagged(findings: &Findings) -> Vec<(&str, u16)> {
        let flagged = findings.0.iter().filter(|(_, finding)| finding.flagged);
        flagged
            .map(|(category, finding)| (category.as_str(), finding.permille))
            .collect()
    }

    #[test]
    fn an_opinion_is_read_by_category_with_how_sure_it_is() {
        let body = r#"{"id":"modr-1","model":"omni-moderation-latest","results":[{"flagged":true,
            "categories":{"sexual":true,"violence":false,"illicit":null},
            "category_scores":{"sexual":0.9312,"violence":4.1e-07,"hate":1},
            "category_applied_input_types":{"sexual":["text"]}}]}"#;
        let findings = said(200, body).unwrap();
        assert_eq!(flagged(&findings), [("sexual", 931)]);
        assert_eq!(findings.0["violence"].permille, 0);
        assert_eq!(findings.0["hate"].permille, 1000);
        assert!(!findings.0.contains_key("illicit"));
    }

    #[test]
    fn of_several_opinions_the_worst_counts_and_a_flag_without_a_category_is_one() {
        let body = r#"{"results":[{"flagged":false,"categories":{},"category_scores":{"hate":0.2}},
            {"flagged":true,"categories":{},"category_scores":{"hate":0.7}},
            {"flagged":false,"categories":{},"category_scores":{"hate":0.1}}]}"#;
        let findings = said(200, body).unwrap();
        assert_eq!(flagged(&findings), [(OTHER, 0)]);
        assert_eq!(findings.0["hate"].permille, 700);
    }

    #[test]
    fn what_is_no_opinion_is_none_and_says_whether_somebody_must_act() {
        for body in [
            "{}",
            r#"{"results":[]}"#,
            r#"{"results":[{"categories":{}}]}"#,
            "<html>",
            "[]",
        ] {
            assert!(!said(200, body).unwrap_err().needs_operator, "{body}");
        }
        let error =
            |code: &str| format!(r#"{{"error":{{"message":"no","type":"x","param":null,"code":"{code}"}}}}"#);
        for (status, code, needs_operator) in [
            (401, "invalid_api_key", true),
            (404, "model_not_found", true),
            (429, "insufficient_quota", true),
            (429, "rate_limit_exceeded", false),
            (500, "x", false),
        ] {
            let none = said(status, &error(code)).unwrap_err();
            assert_eq!(none.needs_operator, needs_operator, "{status} {code}");
        }
        assert!(said(401, "<html>").unwrap_err().needs_operator);
        let silent = answered(Err(Failed::Unanswered("no answer in time".to_owned())));
        assert_eq!(silent, Err(NoOpinion::passing("no answer in time")));
    }

    #[test]
    fn a_fingerprint_tells_model_kind_and_content_apart() {
        let all = [
            ("m", "words", "a"),
            ("n", "words", "a"),
            ("m", "photo", "a"),
            ("m", "words", "b"),
        ];
        let prints: std::collections::BTreeSet<_> = all
            .iter()
            .map(|(model, kind, what)| fingerprint(model, kind, what))
            .collect();
        assert_eq!(prints.len(), all.len());
        assert_ne!(fingerprint("m", "wo", "rds"), fingerprint("m", "word", "s"));
        assert!(!format!("{:?}", Exhibit::Words("SECRET")).contains("SECRET"));
    }

    #[tokio::test]
    async fn without_a_key_nobody_is_asked_and_somebody_must_act() {
        let checker = Checker::new(|| None);
        let none = checker
            .ask("m", &Exhibit::Words("x"), Duration::from_secs(1))
            .await;
        assert!(none.unwrap_err().needs_operator);
    }
}
