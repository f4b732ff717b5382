//! Evaluations in OFREP's form: of the operator's flags, and of features, which are flags to whoever asks. Where both have
//! a name, the flag holds.

use std::collections::BTreeSet;

use domain::time::Timestamp;
use limits_flags::features::{Check, FeatureKind, Reason as Denied, Source};
use limits_flags::flags::{Context, ErrorCode, FlagSet, Reason};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::features::scarcest;
use crate::live::EventStream;
use crate::seen::Seen;

/// What the variant is called where there is no value and the caller's own default holds.
const CALLER_DEFAULT: &str = "caller-default";

/// A flag that was evaluated.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Evaluated {
    /// The flag.
    key: String,
    /// Its value: a boolean, a text, a number or an object. Absent where the caller's own default holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AnyValue>)]
    value: Option<Value>,
    /// The variant whose value it is; `caller-default` where there is no value, so that the caller's own default holds.
    #[schema(example = "on")]
    variant: String,
    /// Why, as OpenFeature says it.
    reason: ReasonName,
    /// What else there is to know: the flag's own metadata; of a feature, `limit`, `used`, `remaining`, `reset_at`.
    #[schema(value_type = std::collections::BTreeMap<String, Scalar>)]
    metadata: Map<String, Value>,
}

/// What a flag's value may be.
#[derive(ToSchema)]
#[schema(as = FlagValue)]
#[allow(
    dead_code,
    reason = "it describes the value in the document and is never made"
)]
#[serde(untagged)]
#[derive(Serialize)]
pub(crate) enum AnyValue {
    /// On or off.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// An object.
    #[schema(value_type = Object)]
    Object(Map<String, Value>),
}

/// What an entry of metadata may be.
#[derive(Serialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the value in the document and is never made"
)]
#[serde(untagged)]
pub(crate) enum Scalar {
    /// Yes or no.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

/// OpenFeature's reasons, as far as they occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = Reason)]
pub(crate) enum ReasonName {
    /// The same for everybody.
    Static,
    /// A rule chose it.
    TargetingMatch,
    /// No rule chose anything.
    Default,
    /// It is switched off.
    Disabled,
    /// It was not said.
    Unknown,
}

impl From<Reason> for ReasonName {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Static => Self::Static,
            Reason::TargetingMatch => Self::TargetingMatch,
            Reason::Default => Self::Default,
            Reason::Disabled => Self::Disabled,
            Reason::Error => Self::Unknown,
        }
    }
}

/// A flag that was not evaluated.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Failed {
    /// The flag; absent where it is about all.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Why, as OpenFeature says it.
    #[serde(rename = "errorCode")]
    code: ErrorName,
    /// Why, for a person.
    #[serde(rename = "errorDetails")]
    details: String,
}

/// OpenFeature's error codes, as far as they occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = ErrorCode)]
pub(crate) enum ErrorName {
    /// There is no such flag.
    FlagNotFound,
    /// The flag's definition cannot be read.
    ParseError,
    /// The context cannot be read.
    InvalidContext,
    /// Anything else.
    General,
}

impl Failed {
    /// A context that cannot be read.
    pub(crate) fn context(details: &str) -> Self {
        Self {
            key: None,
            code: ErrorName::InvalidContext,
            details: details.to_owned(),
        }
    }

    /// The same, of one flag.
    pub(crate) fn about(self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self
        }
    }

    /// Whether there is no such flag.
    pub(crate) fn is_unknown(&self) -> bool {
        self.code == ErrorName::FlagNotFound
    }
}

/// What came of one flag.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Evaluation {
    /// Its value.
    Value(Evaluated),
    /// Why there is none.
    Failure(Failed),
}

/// What came of all flags.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkEvaluation)]
pub(crate) struct Bulk {
    /// In the order of their keys.
    flags: Vec<Evaluation>,
    /// Where a client hears that it should ask again; absent where it has to ask by itself.
    #[serde(rename = "eventStreams", skip_serializing_if = "Vec::is_empty")]
    event_streams: Vec<EventStream>,
}

impl Bulk {
    /// Evaluates every flag and every feature.
    pub(crate) fn of(seen: &Seen, context: &Context<'_>, event_streams: Vec<EventStream>) -> Self {
        let flags = seen.snapshot.flags.keys();
        let features = seen.snapshot.registry.features().map(|(key, _)| key);
        let keys: BTreeSet<&str> = flags.chain(features).collect();
        let flags = keys.into_iter().map(|key| evaluate(seen, key, context));
        Self {
            flags: flags.collect(),
            event_streams,
        }
    }
}

/// Evaluates a flag, or a feature.
pub(crate) fn evaluate(seen: &Seen, key: &str, context: &Context<'_>) -> Evaluation {
    let evaluation = flag(&seen.snapshot.flags, key, context);
    let unknown = matches!(&evaluation, Evaluation::Failure(failed) if failed.is_unknown());
    if unknown && seen.snapshot.registry.feature(key).is_some() {
        return feature(seen, key);
    }
    evaluation
}

/// Evaluates one flag. One that is switched off says its off value, if it has one, because a client that has never seen it
/// would not know what off means; otherwise the caller's default holds.
fn flag(set: &FlagSet, key: &str, context: &Context<'_>) -> Evaluation {
    let resolution = set.any(key, context);
    if let Some(fault) = &resolution.fault {
        if fault.code != ErrorCode::FlagNotFound {
            meter::gating_failed(meter::Gating::Unevaluated);
        }
        return Evaluation::Failure(Failed {
            key: Some(key.to_owned()),
            code: code(fault.code),
            details: fault.message.clone().into_owned(),
        });
    }
    let off = || {
        let disabled = resolution.reason == Reason::Disabled;
        disabled.then(|| set.off(key)).flatten()
    };
    let said = resolution
        .variant
        .and_then(|variant| Some((variant, resolution.value?)))
        .or_else(off);
    Evaluation::Value(Evaluated {
        key: key.to_owned(),
        value: said.map(|(_, value)| value.clone()),
        variant: match said {
            Some((variant, _)) => variant.to_owned(),
            None => callers_default(set, key),
        },
        reason: resolution.reason.into(),
        metadata: resolution.metadata.clone(),
    })
}

/// What the variant is called where the caller's own default holds: a name that none of the flag's variants has.
fn callers_default(set: &FlagSet, key: &str) -> String {
    let mut name = CALLER_DEFAULT.to_owned();
    while set.variants(key).any(|variant| variant == name) {
        name.push('_');
    }
    name
}

/// Evaluates one feature: its value if it is granted and has one, else whether it is granted. A feature of another kind
/// that is not granted has no value; the caller's default holds. Its variant says which of them.
fn feature(seen: &Seen, key: &str) -> Evaluation {
    seen.entitled(|entitled| {
        // What is used up is off, as in every other list.
        let check = entitled.check_with_usage(key, |limit| Some(seen.usage(limit, 1)));
        let has_value = check.has_access && check.value.is_some();
        let is_config = seen
            .snapshot
            .registry
            .feature(key)
            .is_some_and(|row| row.kind == FeatureKind::Config);
        let value = match check.value {
            Some(value) if check.has_access => Some(value.clone()),
            _ if is_config => None,
            _ => Some(check.has_access.into()),
        };
        let variant = match (has_value, check.has_access) {
            (true, _) => "value",
            (false, _) if is_config => CALLER_DEFAULT,
            (false, true) => "on",
            (false, false) => "off",
        };
        Evaluation::Value(Evaluated {
            key: key.to_owned(),
            value,
            variant: variant.to_owned(),
            reason: reason(&check),
            metadata: metadata(seen, &check),
        })
    })
}

/// What is switched off for everybody is disabled, and what no layer says anything of is the default; the rest follows
/// from who asks.
fn reason(check: &Check<'_>) -> ReasonName {
    match (check.reason, check.source) {
        (Denied::Inactive | Denied::Misconfigured, _) => ReasonName::Disabled,
        (Denied::Granted, Source::Default) => ReasonName::Default,
        _ => ReasonName::TargetingMatch,
    }
}

/// What there is to know of a feature, in scalars: of several limits, the one with the least left.
fn metadata(seen: &Seen, check: &Check<'_>) -> Map<String, Value> {
    let mut metadata = Map::from_iter([
        ("reason".to_owned(), check.reason.as_str().into()),
        ("source".to_owned(), check.source.to_string().into()),
    ]);
    if let Some(usage) = scarcest(seen, check.limits) {
        let told = [
            ("limit", usage.max),
            ("used", usage.used),
            ("remaining", usage.left()),
        ];
        metadata.extend(told.map(|(name, value)| (name.to_owned(), value.into())));
        let reset = usage.resets_at.and_then(Timestamp::rfc3339);
        metadata.extend(reset.map(|at| ("reset_at".to_owned(), at.into())));
    }
    let tier = check.unlocked_by.tier.map(Value::from);
    metadata.extend(tier.map(|tier| ("unlocked_by".to_owned(), tier)));
    metadata
}

/// OFREP knows no mismatch of types, for a client does not say which type it wants.
fn code(code: ErrorCode) -> ErrorName {
    match code {
        ErrorCode::FlagNotFound => ErrorName::FlagNotFound,
        ErrorCode::ParseError => ErrorName::ParseError,
        ErrorCode::TypeMismatch | ErrorCode::General => ErrorName::General,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set() -> FlagSet {
        FlagSet::read(&json!({"flags": {
            "on": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
            "closed": {"state": "DISABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
            "no": {"state": "DISABLED", "variants": {"yes": true, "no": false}, "defaultVariant": "yes"},
            "theme": {"state": "DISABLED", "variants": {"red": "r", "blue": "b"}, "defaultVariant": "red"},
            "sly": {"state": "DISABLED", "variants": {"caller-default": "s"}, "defaultVariant": "caller-default"},
            "open": {"state": "ENABLED", "variants": {"red": "r"}, "metadata": {"owner": "design"}},
            "broken": {"state": "ENABLED"},
            "astray": {"state": "ENABLED", "variants": {"a": 1}, "targeting": {"var": "where"}},
        }}))
        .unwrap()
    }

    fn said(key: &str, context: &Map<String, Value>) -> Value {
        let at = Context::new(Timestamp(0)).with_json(context);
        serde_json::to_value(flag(&set(), key, &at)).unwrap()
    }

    #[test]
    fn an_evaluation_has_ofreps_form() {
        assert_eq!(
            said("on", &Map::new()),
            json!({"key": "on", "value": true, "variant": "on", "reason": "STATIC", "metadata": {}})
        );
    }

    #[test]
    fn a_flag_that_is_switched_off_says_its_off_value() {
        let off = |key: &str, variant: &str| json!({"key": key, "value": false, "variant": variant, "reason": "DISABLED", "metadata": {}});
        assert_eq!(said("closed", &Map::new()), off("closed", "off"));
        assert_eq!(said("no", &Map::new()), off("no", "no"));
        // There is nothing that means off, so the caller knows best.
        assert_eq!(
            said("theme", &Map::new()),
            json!({"key": "theme", "variant": "caller-default", "reason": "DISABLED", "metadata": {}})
        );
        assert_eq!(said("sly", &Map::new())["variant"], "caller-default_");
    }

    #[test]
    fn without_a_default_variant_the_callers_default_holds() {
        assert_eq!(
            said("open", &Map::new()),
            json!({"key": "open", "variant": "caller-default", "reason": "DEFAULT", "metadata": {"owner": "design"}})
        );
    }

    #[test]
    fn what_cannot_be_evaluated_says_why_in_openfeatures_codes() {
        let astray = Map::from_iter([("where".to_owned(), json!("nowhere"))]);
        let codes = [
            ("none", Map::new(), "FLAG_NOT_FOUND"),
            ("broken", Map::new(), "PARSE_ERROR"),
            ("astray", astray, "GENERAL"),
        ];
        for (key, context, code) in codes {
            let said = said(key, &context);
            assert_eq!(
                (&said["key"], &said["errorCode"]),
                (&json!(key), &json!(code)),
                "{said}"
            );
            assert!(said["errorDetails"].is_string());
        }
    }
}
