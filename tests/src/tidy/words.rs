//! Every text that a user reads stands in a catalogue file, in all languages; none stands in the code.

use super::Findings;
use super::sources::Source;

/// String literals of the product in Cyrillic letters: a text that escaped the catalogue.
pub fn in_the_catalogue(sources: &[Source]) -> Findings {
    sources
        .iter()
        .filter(|source| source.is_product())
        .flat_map(escaped)
        .collect()
}

fn escaped(source: &Source) -> Findings {
    let strings = source
        .walk()
        .strings
        .into_iter()
        .filter(|(text, _)| text.chars().any(is_cyrillic));
    strings
        .map(|(text, line)| format!("{}:{line}: {text:?} belongs in the catalogue", source.path))
        .collect()
}

/// The blocks Cyrillic and Cyrillic Supplement.
fn is_cyrillic(letter: char) -> bool {
    ('\u{0400}'..='\u{052f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Findings {
        in_the_catalogue(&[Source::parse(path, text).unwrap()])
    }

    #[test]
    fn a_text_in_the_code_is_found_even_inside_a_macro() {
        assert_eq!(
            found("shared/app/src/start.rs", r#"const HELLO: &str = "Привет";"#).len(),
            1
        );
        assert_eq!(
            found(
                "shared/app/src/start.rs",
                r#"fn f() { let _ = format!("Ещё {}", 1); }"#
            )
            .len(),
            1
        );
    }

    #[test]
    fn tests_tools_and_documentation_may_write_it() {
        assert_eq!(
            found(
                "shared/app/src/x.rs",
                "#[cfg(test)]\nmod tests { const A: &str = \"Да\"; }"
            ),
            Findings::new()
        );
        assert_eq!(
            found("shared/app/src/x.rs", "/// «Да»\nfn f() {}"),
            Findings::new()
        );
        assert_eq!(
            found("infra/local/src/x.rs", r#"const A: &str = "Да";"#),
            Findings::new()
        );
    }
}
