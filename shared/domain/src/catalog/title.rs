//! What customers read, in the product's languages.

/// A text in Russian and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

impl Title {
    /// The same for every language.
    pub fn same(text: &str) -> Self {
        Self {
            ru: text.to_owned(),
            en: text.to_owned(),
        }
    }

    /// The text for a locale such as `ru` or `ru-RU`; English for any that is not Russian. Where one language has none, the
    /// other's stands for it: a customer who reads a foreign word is better off than one who reads nothing.
    pub fn in_locale(&self, locale: &str) -> &str {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let (own, other) = if language.eq_ignore_ascii_case("ru") {
            (&self.ru, &self.en)
        } else {
            (&self.en, &self.ru)
        };
        if own.is_empty() { other } else { own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_ones_own_language_and_in_the_other_where_there_is_none() {
        let both = Title {
            ru: "Про".to_owned(),
            en: "Pro".to_owned(),
        };
        let told = ["ru", "ru-RU", "RU_ru", "en", "de", ""].map(|locale| both.in_locale(locale));
        assert_eq!(told, ["Про", "Про", "Про", "Pro", "Pro", "Pro"]);
        let russian = Title {
            en: String::new(),
            ..both.clone()
        };
        assert_eq!((russian.in_locale("en"), russian.in_locale("ru")), ("Про", "Про"));
        let english = Title {
            ru: String::new(),
            ..both
        };
        assert_eq!((english.in_locale("en"), english.in_locale("ru")), ("Pro", "Pro"));
    }
}
