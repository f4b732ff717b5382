//! What lines of the log are called: every line that the product writes has a name, the names are those of the list, and
//! the runbook says what each means.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

use super::Findings;
use super::sources::Source;

/// What a line without a name is called: nobody writes it.
const UNNAMED: &str = "library";
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// Every line has a name that is listed, and no name is listed in vain.
pub fn named(sources: &[Source], listed: &[&str]) -> Findings {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.is_product() && !source.is_tests())
    {
        let mut lines = Lines::default();
        lines.visit_file(&source.file);
        for name in lines.0 {
            match name {
                None => found.push(format!(
                    "{}: a line of the log has no `name: \"…\"`; see shared/runtime/src/events.rs",
                    source.path
                )),
                Some(name) if !listed.contains(&name.as_str()) => found.push(format!(
                    "{}: {name} is not among shared/runtime/src/events.rs",
                    source.path
                )),
                Some(name) => {
                    seen.insert(name);
                }
            }
        }
    }
    let in_vain = listed
        .iter()
        .filter(|name| **name != UNNAMED && !seen.contains(**name));
    found.extend(in_vain.map(|name| format!("shared/runtime/src/events.rs: no line is called {name}")));
    found
}

/// The names of the lines in a file, in order; `None` for a line without one.
#[derive(Default)]
struct Lines(Vec<Option<String>>);

impl<'ast> Visit<'ast> for Lines {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| attribute.path().is_ident("cfg");
        if !module.attrs.iter().any(is_test) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let mut path = call.path.segments.iter().map(|segment| segment.ident.to_string());
        let is_line = path.next().as_deref() == Some("tracing")
            && path.next().is_some_and(|level| LEVELS.contains(&level.as_str()));
        if is_line {
            self.0.push(name(call.tokens.clone()));
        }
        syn::visit::visit_macro(self, call);
    }
}

/// `name: "…"` at the beginning of a line's fields.
fn name(tokens: TokenStream) -> Option<String> {
    let mut tokens = tokens.into_iter();
    match (tokens.next()?, tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(word), TokenTree::Punct(colon), TokenTree::Literal(name))
            if word == "name" && colon.as_char() == ':' =>
        {
            Some(name.to_string().trim_matches('"').to_owned())
        }
        _ => None,
    }
}

/// Every name stands in the runbook's table, once; and no other does.
pub fn explained(runbook: &str, listed: &[&str]) -> Findings {
    let rows = runbook
        .lines()
        .skip_while(|line| *line != "| event | what happened |")
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    let names: Vec<&str> = rows
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .flat_map(|(names, _)| names.split(", "))
        .collect();
    let wrong = |name: &&str| match names.iter().filter(|known| *known == name).count() {
        0 => Some(format!(
            "infra/README.md, \"Logs\": does not say what {name} means"
        )),
        1 => None,
        times => Some(format!("infra/README.md, \"Logs\": {name} stands {times} times")),
    };
    let gone = names.iter().filter(|name| !listed.contains(name));
    let gone = gone.map(|name| format!("infra/README.md, \"Logs\": no line is called {name}"));
    listed.iter().filter_map(wrong).chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_listed_name_is_found() {
        let text =
            "fn f() { if g() { tracing::warn!(name: \"lost\", a = 1, \"x\"); } tracing::info!(\"y\"); }
            #[cfg(test)] mod tests { fn g() { tracing::info!(\"z\"); } }";
        let source = Source::parse("shared/app/src/x.rs", text).unwrap();
        assert_eq!(
            named(&[source], &["found", "library"]),
            [
                "shared/app/src/x.rs: lost is not among shared/runtime/src/events.rs",
                "shared/app/src/x.rs: a line of the log has no `name: \"…\"`; see shared/runtime/src/events.rs",
                "shared/runtime/src/events.rs: no line is called found",
            ]
        );
    }

    #[test]
    fn a_name_that_the_runbook_does_not_explain_is_found() {
        let runbook = "| event | what happened |\n|---|---|\n| a, b | x |\n| b | y |\n\n| c | z |";
        assert_eq!(
            explained(runbook, &["b", "c"]),
            [
                "infra/README.md, \"Logs\": b stands 2 times",
                "infra/README.md, \"Logs\": does not say what c means",
                "infra/README.md, \"Logs\": no line is called a",
            ]
        );
    }
}
