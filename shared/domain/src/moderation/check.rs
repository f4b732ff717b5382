//! What somebody else's check says of words or of a photo, and what follows from it. Whose check that is, and how it is
//! asked, is not known here.

use std::collections::{BTreeMap, BTreeSet};

/// What is refused wherever it is flagged: no setting allows it.
pub const NEVER_ALLOWED: &str = "sexual/minors";
/// Of whatever is flagged without a category.
pub const OTHER: &str = "other";
/// The most that a score can be.
pub const PERMILLE_MAX: u16 = 1000;

/// How what a check says is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRule {
    /// The model that looks at it, as its provider calls it.
    pub model: String,
    /// From which score on a category is refused, in thousandths, instead of where the check flags it.
    pub at_permille: BTreeMap<String, u16>,
    /// Categories that are not refused.
    pub allowed: BTreeSet<String>,
    /// What happens where the check does not answer.
    pub unanswered: Unanswered,
}

/// What happens to an order that nobody has looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unanswered {
    /// It goes on: whoever renders it looks at it, too.
    #[default]
    GoOn,
    /// It is refused.
    Refuse,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The words of a draft.
    Words,
    /// Its photo.
    Photo,
}

impl Subject {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Photo => "photo",
        }
    }
}

/// What a check says of one thing, by its own categories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub BTreeMap<String, Finding>);

/// What it says of one category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Whether it would refuse it.
    pub flagged: bool,
    /// How sure it is, in thousandths.
    pub permille: u16,
}

/// What is known of one thing: what a check has said, or that it has not.
pub type Checked = (Subject, Option<Findings>);

/// Whether an order goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It does.
    Passes,
    /// It is refused for what was found.
    Refused {
        /// In what.
        subject: Subject,
        /// The category, as customers are told of it: `minors`, `sexual`, `violence`, `hate`, `self_harm`, `illicit`, or
        /// [`OTHER`].
        category: &'static str,
    },
    /// It is refused because nobody has looked at it.
    Unchecked,
}

impl CheckRule {
    /// Whether an order goes on, by what is known of its parts. What is found in one of them refuses it, whatever is not known
    /// of another.
    pub fn judge(&self, checked: &[Checked]) -> Judged {
        let found = checked.iter().find_map(|(subject, findings)| {
            let category = told(self.refuses(findings.as_ref()?)?);
            let subject = *subject;
            Some(Judged::Refused { subject, category })
        });
        let unknown = checked.iter().any(|(_, findings)| findings.is_none());
        match found {
            Some(refused) => refused,
            None if unknown && self.unanswered == Unanswered::Refuse => Judged::Unchecked,
            None => Judged::Passes,
        }
    }

    /// The category for which something is refused; what concerns children before all others, then the surest.
    fn refuses<'f>(&self, findings: &'f Findings) -> Option<&'f str> {
        let refused = findings
            .0
            .iter()
            .filter(|(category, finding)| self.is_refused(category, **finding));
        let worst = refused.max_by_key(|(category, finding)| (*category == NEVER_ALLOWED, finding.permille));
        worst.map(|(category, _)| category.as_str())
    }

    fn is_refused(&self, category: &str, finding: Finding) -> bool {
        let at = self.at_permille.get(category);
        let by_score = at.is_some_and(|at| finding.permille >= *at);
        if category == NEVER_ALLOWED {
            // A score may refuse more of it, and nothing less.
            return finding.flagged || by_score;
        }
        !self.allowed.contains(category) && if at.is_some() { by_score } else { finding.flagged }
    }
}

/// What customers are told of a check's category.
fn told(category: &str) -> &'static str {
    if category == NEVER_ALLOWED {
        return "minors";
    }
    match category.split('/').next().unwrap_or_default() {
        "sexual" => "sexual",
        "violence" => "violence",
        "hate" | "harassment" => "hate",
        "self-harm" => "self_harm",
        "illicit" => "illicit",
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> CheckRule {
        CheckRule {
            model: "m".to_owned(),
            at_permille: BTreeMap::new(),
            allowed: BTreeSet::new(),
            unanswered: Unanswered::GoOn,
        }
    }

    fn found(findings: &[(&str, bool, u16)]) -> Findings {
        let each = findings.iter().map(|(category, flagged, permille)| {
            let (flagged, permille) = (*flagged, *permille);
            ((*category).to_owned(), Finding { flagged, permille })
        });
        Findings(each.collect())
    }

    fn judged(rule: &CheckRule, findings: &[(&str, bool, u16)]) -> Option<&'static str> {
        match rule.judge(&[(Subject::Words, Some(found(findings)))]) {
            Judged::Refused { category, .. } => Some(category),
            Judged::Passes => None,
            Judged::Unchecked => panic!("it was checked"),
        }
    }

    #[test]
    fn what_is_flagged_is_refused_and_children_come_first() {
        assert_eq!(judged(&rule(), &[("violence", false, 990)]), None);
        assert_eq!(
            judged(&rule(), &[("violence", true, 10), ("sexual", true, 900)]),
            Some("sexual")
        );
        assert_eq!(
            judged(&rule(), &[("sexual", true, 990), (NEVER_ALLOWED, true, 10)]),
            Some("minors")
        );
        for (category, expected) in [
            ("violence/graphic", "violence"),
            ("harassment/threatening", "hate"),
            ("self-harm/intent", "self_harm"),
            ("illicit/violent", "illicit"),
            ("something-new", OTHER),
        ] {
            assert_eq!(judged(&rule(), &[(category, true, 1)]), Some(expected));
        }
    }

    #[test]
    fn a_score_stands_in_the_place_of_the_flag_and_what_is_allowed_passes() {
        let strict = CheckRule {
            at_permille: [("violence".to_owned(), 800)].into(),
            allowed: ["sexual".to_owned()].into(),
            ..rule()
        };
        assert_eq!(judged(&strict, &[("violence", true, 799)]), None);
        assert_eq!(judged(&strict, &[("violence", false, 800)]), Some("violence"));
        assert_eq!(judged(&strict, &[("sexual", true, 1000)]), None);
    }

    #[test]
    fn what_concerns_children_is_refused_whatever_the_settings_say() {
        let lax = CheckRule {
            at_permille: [(NEVER_ALLOWED.to_owned(), 900)].into(),
            allowed: [NEVER_ALLOWED.to_owned()].into(),
            ..rule()
        };
        assert_eq!(judged(&lax, &[(NEVER_ALLOWED, true, 5)]), Some("minors"));
        assert_eq!(judged(&lax, &[(NEVER_ALLOWED, false, 900)]), Some("minors"));
        assert_eq!(judged(&lax, &[(NEVER_ALLOWED, false, 899)]), None);
    }

    #[test]
    fn silence_goes_on_or_refuses_and_what_is_found_beside_it_refuses_in_any_case() {
        let refusing = CheckRule {
            unanswered: Unanswered::Refuse,
            ..rule()
        };
        let silence = (Subject::Photo, None);
        let clean = (Subject::Words, Some(Findings::default()));
        let flagged = (Subject::Words, Some(found(&[("hate", true, 9)])));
        for (rule, of_silence) in [(rule(), Judged::Passes), (refusing, Judged::Unchecked)] {
            assert_eq!(rule.judge(&[clean.clone(), silence.clone()]), of_silence);
            assert_eq!(rule.judge(std::slice::from_ref(&clean)), Judged::Passes);
            let refused = Judged::Refused {
                subject: Subject::Words,
                category: "hate",
            };
            assert_eq!(rule.judge(&[silence.clone(), flagged.clone()]), refused);
        }
        assert_eq!(rule().judge(&[]), Judged::Passes);
    }
}
