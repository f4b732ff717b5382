//! What operators write: flags, settings, rows, lists of words. Whoever asks is answered, whatever stands in them.

use domain::moderation::List;
use domain::time::Timestamp;
use limits_flags::flags::{Context, FlagSet};
use limits_flags::{Document, Rows, Snapshot};
use serde_json::{Map, Value, json};

use super::{Target, lines, text};

const NOW: Timestamp = Timestamp(1_760_000_000_000);
/// Flags of one input that are asked.
const ASKED_MAX: usize = 8;

/// A flag set in flagd's format; then everything in it is asked.
pub const FLAGS: Target = Target {
    name: "flags",
    reads: "a flag set, which is then evaluated by every type",
    run: flags,
    bytes_max: 1024,
    words: &["shared/limits-flags/src/flags"],
    seeds: &[],
};

fn flags(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(set) = FlagSet::parse(text) else { return };
    let attributes = attributes();
    let plain = Context::new(NOW);
    let full = Context::new(NOW)
        .with_targeting_key("user-42")
        .with_json(&attributes);
    for key in set.keys().take(ASKED_MAX) {
        for context in [&plain, &full] {
            ask(&set, key, context);
        }
    }
}

/// Asks by each type; the same question has the same answer, and what is answered is one of the flag's variants.
fn ask(set: &FlagSet, key: &str, context: &Context<'_>) {
    let any = set.any(key, context);
    let again = set.any(key, context);
    assert_eq!((any.variant, any.reason), (again.variant, again.reason), "{key}");
    assert!(
        any.variant
            .is_none_or(|variant| set.variants(key).any(|known| known == variant))
    );
    assert_eq!(any.value.is_some(), any.variant.is_some(), "{key}");
    let none = Map::new();
    let kinds = [
        set.boolean(key, true, context).fault.is_none(),
        set.string(key, "", context).fault.is_none(),
        set.float(key, 0.0, context).fault.is_none() || set.integer(key, 0, context).fault.is_none(),
        set.object(key, &none, context).fault.is_none(),
    ];
    let fits = kinds.into_iter().filter(|fits| *fits).count();
    // A value is of one type; where there is none, or something is wrong, it is so for all.
    assert!(any.variant.is_none() || fits <= 1, "{key}");
    let _ = set.off(key);
}

fn attributes() -> Map<String, Value> {
    let all = json!({"tier": "pro", "email": "a@example.org", "version": "1.2.3", "n": 7, "list": ["a", 1, null],
        "deep": {"er": {"est": true}}});
    all.as_object().cloned().unwrap_or_default()
}

/// What a caller of OFREP says of whom it asks for.
pub const CONTEXT: Target = Target {
    name: "flag-context",
    reads: "the context that flags are asked with",
    run: context,
    bytes_max: 512,
    words: &["shared/limits-flags/src/flags/evaluate"],
    seeds: &[],
};

/// A flag for each operator.
const OPERATORS: &str = include_str!("../../operators.json");

fn context(data: &[u8]) {
    static SET: std::sync::OnceLock<FlagSet> = std::sync::OnceLock::new();
    let Ok(Value::Object(attributes)) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let set = SET.get_or_init(|| {
        let set = FlagSet::parse(OPERATORS).expect("the operators are a flag set");
        assert!(set.problems().is_empty(), "{:?}", set.problems());
        set
    });
    let key = attributes
        .get("targetingKey")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let context = Context::new(NOW).with_targeting_key(key).with_json(&attributes);
    for key in set.keys() {
        let _ = set.any(key, &context);
    }
}

/// `infra/settings.yaml`.
pub const SETTINGS: Target = Target {
    name: "settings",
    reads: "the settings, as YAML",
    run: settings,
    bytes_max: 2048,
    words: &[
        "shared/limits-flags/src/document.rs",
        "shared/limits-flags/src/document",
    ],
    seeds: &[],
};

fn settings(data: &[u8]) {
    let Some(text) = text(data) else { return };
    // As `cargo ctl settings check` reads it.
    if serde_norway::from_str::<serde_norway::Value>(text).is_err() {
        return;
    }
    let Ok(document) = serde_norway::from_str::<Document>(text) else {
        return;
    };
    let wrong = limits_flags::problems(&document).map(|found| found.len());
    let _ = app::on_sale::inexpressible(&document);
    // What is written is what was read.
    let written = serde_json::to_value(&document).expect("a document is written");
    let again: Document = serde_json::from_value(written.clone()).expect("what was written is read");
    assert_eq!(serde_json::to_value(&again).ok(), Some(written));
    assert_eq!(
        limits_flags::problems(&again).map(|found| found.len()).ok(),
        wrong.ok()
    );
}

/// A row of the settings' table, as every Lambda reads it: its name and its body.
pub const ROWS: Target = Target {
    name: "settings-row",
    reads: "a row of the settings' table",
    run: row,
    bytes_max: 768,
    words: &[
        "shared/limits-flags/src/document",
        "shared/limits-flags/src/features/rows.rs",
        "shared/limits-flags/src/rows.rs",
    ],
    seeds: &[],
};

fn row(data: &[u8]) {
    let Some(([sort], body)) = lines(data) else { return };
    let Some(body) = text(body) else { return };
    let snapshot = Snapshot::read(&[Rows::item(sort, body)], NOW);
    let context = Context::new(NOW);
    let _ = snapshot.takes_orders(&context);
    let _ = (
        snapshot.wares(),
        snapshot.missing_switches(),
        snapshot.required_somewhere(),
    );
}

/// The operator's list of words, an entry, and a text that is held against it.
pub const MODERATION: Target = Target {
    name: "moderation",
    reads: "an entry of the list of refused words, and a customer's words",
    run: moderation,
    bytes_max: 512,
    words: &[],
    seeds: &[],
};

fn moderation(data: &[u8]) {
    let Some(([entry], words)) = lines(data) else {
        return;
    };
    let Some(words) = text(words) else { return };
    let mut list = List::default();
    for (category, entry) in [("one", "оружие"), ("two", "bad word*"), ("three", entry)] {
        let _ = list.add(category, entry);
    }
    let found = list.find(words);
    assert_eq!(list.find(words), found);
    // What stands around it hides nothing.
    if found.is_some() {
        assert!(list.find(&format!("и {words} и")).is_some(), "{words}");
    }
}
