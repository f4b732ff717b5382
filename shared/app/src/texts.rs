//! The catalogues of texts. No customer reads a word that does not stand in `texts/*.ftl`.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language that the bot speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// Russian.
    Ru,
    /// English.
    En,
}

/// Telegram language codes whose speakers are, most of them, better served in Russian than in English.
const RUSSIAN: [&str; 8] = ["ru", "be", "kk", "ky", "uz", "tg", "tt", "ba"];

impl Locale {
    /// The language for a Telegram `language_code` (an IETF tag). Without one: Russian, which most customers speak.
    pub fn of(language_code: Option<&str>) -> Self {
        let Some(code) = language_code else {
            return Self::Ru;
        };
        let language = code
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if RUSSIAN.contains(&language.as_str()) {
            Self::Ru
        } else {
            Self::En
        }
    }

    /// The name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

static RU: LazyLock<Bundle> = LazyLock::new(|| bundle("ru", include_str!("../texts/ru.ftl")));
static EN: LazyLock<Bundle> = LazyLock::new(|| bundle("en", include_str!("../texts/en.ftl")));

/// Reads a catalogue. A message that does not parse is left out; the tests see to it that there is none.
fn bundle(language: &str, source: &str) -> Bundle {
    let language = language.parse().unwrap_or_else(|_| LanguageIdentifier::default());
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The marks for mixed directions of writing would stand around every number in a Telegram message.
    bundle.set_use_isolating(false);
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
    if let Err(errors) = bundle.add_resource(resource) {
        tracing::error!(name: "text_broken", ?errors, "a text stands twice in a catalogue");
    }
    bundle
}

/// A value in a text.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// A number, which also chooses the plural.
    N(u32),
    /// Words that stand as they are; must be escaped before.
    S(Cow<'a, str>),
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::N(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::S(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::S(Cow::Owned(text))
    }
}

/// Says things in one language.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    locale: Locale,
}

impl Say {
    /// In this language.
    pub fn in_(locale: Locale) -> Self {
        Self { locale }
    }

    /// In the language of a stored order.
    pub fn of(locale: &str) -> Self {
        Self::in_(Locale::of(Some(locale)))
    }

    /// Which language it is.
    pub fn locale(self) -> Locale {
        self.locale
    }

    /// A text without values.
    pub fn text(self, id: &str) -> String {
        self.with(id, [])
    }

    /// A text with values.
    pub fn with<'v>(self, id: &str, values: impl IntoIterator<Item = (&'static str, Value<'v>)>) -> String {
        self.find(id, values).unwrap_or_else(|| {
            tracing::error!(name: "text_broken", id, locale = self.locale.as_str(), "a text is missing");
            id.to_owned()
        })
    }

    /// A text that may be missing, such as an operator's own limit.
    pub fn find<'v>(
        self,
        id: &str,
        values: impl IntoIterator<Item = (&'static str, Value<'v>)>,
    ) -> Option<String> {
        let bundle = match self.locale {
            Locale::Ru => &*RU,
            Locale::En => &*EN,
        };
        let pattern = bundle.get_message(id)?.value()?;
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(
                name,
                match value {
                    Value::N(number) => FluentValue::from(number),
                    Value::S(text) => FluentValue::from(text),
                },
            );
        }
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(&args), &mut errors)
            .into_owned();
        if !errors.is_empty() {
            tracing::error!(name: "text_broken", id, ?errors, "a text lacks a value");
        }
        Some(text)
    }
}

/// What the button beside the text field says to everybody: that which most customers speak.
pub fn menu_button() -> String {
    menu_button_in(Locale::of(None))
}

/// The same in a language of somebody's own.
pub(crate) fn menu_button_in(locale: Locale) -> String {
    Say::in_(locale).text("web-title")
}

/// The commands of the bot's menu with their descriptions, for `setMyCommands`.
pub fn commands(locale: Locale) -> [(&'static str, String); 14] {
    let say = Say::in_(locale);
    [
        ("start", say.text("command-start")),
        ("cabinet", say.text("command-cabinet")),
        ("buy", say.text("command-buy")),
        ("orders", say.text("command-orders")),
        ("history", say.text("command-history")),
        ("invite", say.text("command-invite")),
        ("promo", say.text("command-promo")),
        ("timezone", say.text("command-timezone")),
        ("language", say.text("command-language")),
        ("notifications", say.text("command-notifications")),
        ("help", say.text("command-help")),
        ("support", say.text("command-support")),
        ("paysupport", say.text("command-paysupport")),
        ("terms", say.text("command-terms")),
    ]
}

/// The commands of one customer's own menu. `/bonus` is among them while it brings something.
pub(crate) fn commands_of(locale: Locale, bonus: bool) -> Vec<(&'static str, String)> {
    let mut commands = commands(locale).to_vec();
    if bonus {
        let behind_promo = commands.iter().position(|(command, _)| *command == "timezone");
        let line = ("bonus", Say::in_(locale).text("command-bonus"));
        commands.insert(behind_promo.unwrap_or(commands.len()), line);
    }
    commands
}

/// The commands of the operator's chat, for `setMyCommands`.
pub fn operator_commands(locale: Locale) -> [(&'static str, String); 14] {
    let say = Say::in_(locale);
    [
        ("operator", say.text("urgent-menu-operator")),
        ("status", say.text("urgent-menu-status")),
        ("find", say.text("urgent-menu-find")),
        ("why", say.text("urgent-menu-why")),
        ("flag", say.text("urgent-menu-flag")),
        ("pause", say.text("urgent-menu-pause")),
        ("resume", say.text("urgent-menu-resume")),
        ("refund", say.text("urgent-menu-refund")),
        ("grant", say.text("urgent-menu-grant")),
        ("ban", say.text("urgent-menu-ban")),
        ("unban", say.text("urgent-menu-unban")),
        ("ring", say.text("urgent-menu-ring")),
        ("stop", say.text("urgent-menu-stop")),
        ("undo", say.text("urgent-menu-undo")),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every message of a catalogue with the variables that it names.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let resource = FluentResource::try_new(source.to_owned()).expect("a catalogue that parses");
        let mut found = BTreeMap::new();
        for (index, _) in resource.entries().enumerate() {
            let entry = resource.get_entry(index).unwrap();
            let text = format!("{entry:?}");
            if let Some(name) = text
                .split("id: Identifier { name: \"")
                .nth(1)
                .filter(|_| text.starts_with("Message"))
            {
                let variables = text
                    .split("VariableReference { id: Identifier { name: \"")
                    .skip(1);
                let variables = variables
                    .map(|rest| rest.split('"').next().unwrap().to_owned())
                    .collect();
                found.insert(name.split('"').next().unwrap().to_owned(), variables);
            }
        }
        found
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_values() {
        let (ru, en) = (
            messages(include_str!("../texts/ru.ftl")),
            messages(include_str!("../texts/en.ftl")),
        );
        assert!(ru.len() > 60, "{} messages", ru.len());
        assert_eq!(ru, en);
    }

    /// The sources of this crate and of the functions, one of which has words of its own.
    fn sources() -> String {
        fn read(folder: &std::path::Path, into: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    read(&path, into);
                } else {
                    into.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut text = String::new();
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        read(&here.join("src"), &mut text);
        read(&here.join("../../functions/alerts/src"), &mut text);
        text
    }

    /// The texts that code says by their name, also where rustfmt broke the line before it.
    fn said(code: &str) -> Vec<&str> {
        // Put together here, or this list would be found as well: `code` is every file of the crate.
        ["text", "with", "find"]
            .map(|call| format!("say.{call}("))
            .iter()
            .flat_map(|call| code.split(call.as_str()).skip(1).collect::<Vec<_>>())
            .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
            .filter(|id| !id.is_empty())
            .collect()
    }

    #[test]
    fn a_name_on_the_next_line_is_a_name() {
        let code = "say.text(\"one\"), say.with(\n        \"two\",\n        [x]), say.find(id)";
        assert_eq!(said(code), ["one", "two"]);
    }

    #[test]
    fn every_text_is_used_and_every_used_text_is_there() {
        let code = sources();
        let catalogue = messages(include_str!("../texts/en.ftl"));
        let unused: Vec<_> = catalogue
            .keys()
            .filter(|id| {
                !code.contains(&format!("\"{id}\""))
                    && !id.starts_with("failed-")
                    && !id.starts_with("limit-")
                    && !id.starts_with("denied-")
                    && !id.starts_with("report-kind-")
                    && !id.starts_with("report-why-")
            })
            .collect();
        assert!(unused.is_empty(), "never said: {unused:?}");
        let failures = domain::job::Failure::ALL.map(domain::job::Failure::as_str);
        let categories = domain::cost::Category::ALL.map(domain::cost::Category::as_str);
        let failed = failures.map(|failure| format!("failed-{failure}"));
        let why = failures.map(|failure| format!("report-why-{failure}"));
        let kinds = categories.map(|category| format!("report-kind-{category}"));
        let by_code = [&failed[..], &why, &kinds].concat();
        for id in by_code {
            assert!(catalogue.contains_key(&id), "missing: {id}");
        }
        for id in said(&code) {
            assert!(id.contains('{') || catalogue.contains_key(id), "missing: {id}");
        }
    }

    #[test]
    fn russian_counts_as_russians_do() {
        let say = Say::in_(Locale::Ru);
        let words: Vec<_> = [1, 2, 5, 11, 21, 22, 112]
            .map(|count: u32| say.with("credits", [("count", count.into())]))
            .into();
        assert_eq!(
            words,
            [
                "1 кредит",
                "2 кредита",
                "5 кредитов",
                "11 кредитов",
                "21 кредит",
                "22 кредита",
                "112 кредитов"
            ]
        );
    }

    #[test]
    fn the_language_follows_the_telegram_client() {
        assert_eq!(Locale::of(Some("ru")), Locale::Ru);
        assert_eq!(Locale::of(Some("ru-RU")), Locale::Ru);
        assert_eq!(Locale::of(Some("KK")), Locale::Ru);
        assert_eq!(Locale::of(Some("de")), Locale::En);
        assert_eq!(Locale::of(None), Locale::Ru);
    }
}
