//! What somebody else's check has said of a draft before. Nobody is asked for it.

use domain::account::Draft;
use domain::moderation::{CheckRule, Checked, Judged, Subject, Unanswered};
use domain::time::Timestamp;
use providers::checks::fingerprint;
use store::{Error, Store};

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No check is asked here.
    NoCheck,
    /// It lets the draft pass, or there is nothing in it to look at.
    Passes,
    /// It refuses the draft.
    Refused {
        /// For what of it.
        subject: Subject,
        /// The category, as customers are told of it.
        category: &'static str,
    },
    /// It was not asked yet about all of it; it is when the draft is confirmed.
    NotAsked {
        /// What happens where it does not answer then.
        unanswered: Unanswered,
    },
}

/// What is known of a draft now.
pub async fn of_draft(
    store: &Store,
    rule: Option<&CheckRule>,
    draft: &Draft,
    now: Timestamp,
) -> Result<Heard, Error> {
    let Some(rule) = rule else {
        return Ok(Heard::NoCheck);
    };
    let prints = prints(rule, draft);
    let names: Vec<String> = prints.iter().map(|(_, print)| print.clone()).collect();
    if names.is_empty() {
        return Ok(Heard::Passes);
    }
    let mut known = store.opinions(&names, now).await?;
    let all = prints.len();
    let said: Vec<Checked> = prints
        .into_iter()
        .filter_map(|(subject, print)| Some((subject, Some(known.remove(&print)?))))
        .collect();
    Ok(match rule.judge(&said) {
        Judged::Refused { subject, category } => Heard::Refused { subject, category },
        Judged::Passes | Judged::Unchecked if said.len() < all => Heard::NotAsked {
            unanswered: rule.unanswered,
        },
        Judged::Passes | Judged::Unchecked => Heard::Passes,
    })
}

/// What of a draft is looked at, each with its fingerprint. A voice message is nothing yet: its words are looked at when they
/// were heard and are ordered.
pub(crate) fn prints(rule: &CheckRule, draft: &Draft) -> Vec<(Subject, String)> {
    let print = |subject: Subject, what: &str| (subject, fingerprint(&rule.model, subject.as_str(), what));
    let words = (!draft.prompt.is_empty()).then(|| print(Subject::Words, &draft.prompt));
    let photo = draft.photo.as_ref();
    let photo = photo.map(|photo| print(Subject::Photo, &photo.file_id));
    words.into_iter().chain(photo).collect()
}
