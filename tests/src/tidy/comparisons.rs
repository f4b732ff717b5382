//! What is secret is compared in the same time wherever it differs (`ct_eq`, or a MAC's own `verify`): whoever could measure
//! how far a guess was right would find the rest letter by letter. No answer shows the difference, so no other test can.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Findings;
use super::sources::Source;

/// Names of what is secret, or proves that a secret is known, alone or after an underscore: `hash`, `webhook_secret`.
const SECRETS: [&str; 5] = ["secret", "hash", "signature", "mac", "password"];

/// Comparisons of secrets by `==` and `!=`, in the product.
pub fn in_constant_time(sources: &[Source]) -> Findings {
    let product = sources
        .iter()
        .filter(|source| source.is_product() && !source.is_tests());
    product.flat_map(hasty).collect()
}

fn hasty(source: &Source) -> Findings {
    let mut walk = Comparisons::default();
    walk.visit_file(&source.file);
    let found = walk
        .0
        .into_iter()
        .filter(|(names, _)| names.iter().any(|name| is_secret(name)));
    let told = |(_, line)| {
        let path = &source.path;
        format!("{path}:{line}: a secret is compared by == or !=; compare it by `ct_eq`")
    };
    found.map(told).collect()
}

fn is_secret(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    SECRETS.contains(&last)
}

/// Each comparison: the names in it, and its line.
#[derive(Default)]
struct Comparisons(Vec<(Vec<String>, usize)>);

impl<'ast> Visit<'ast> for Comparisons {
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if matches!(binary.op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_)) {
            let mut names = Names::default();
            names.visit_expr_binary(binary);
            self.0.push((names.0, binary.span().start().line));
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        // The unit tests below the code know every secret.
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_ident(&mut self, name: &'ast syn::Ident) {
        self.0.push(name.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Findings {
        in_constant_time(&[Source::parse(path, text).unwrap()])
    }

    const PATH: &str = "functions/x/src/lib.rs";

    #[test]
    fn a_secret_that_is_compared_letter_by_letter_is_found() {
        for hasty in [
            "fn f() { if app.secret.0 == header {} }",
            "fn f() -> bool { hash(text) != row.hash }",
            "fn f() -> bool { x && given == webhook_secret.as_bytes() }",
        ] {
            assert_eq!(found(PATH, hasty).len(), 1, "{hasty}");
        }
    }

    #[test]
    fn other_comparisons_and_tests_and_tools_may() {
        for good in [
            "fn f() -> bool { name == \"hash\" && secrets == 1 && hashed == 2 }",
            "fn f() -> bool { header.ct_eq(secret).into() }",
            "#[cfg(test)] mod tests { fn f() { let _ = a.hash == b.hash; } }",
        ] {
            assert_eq!(found(PATH, good), Findings::new(), "{good}");
        }
        let tool = "fn f() -> bool { a.hash == b.hash }";
        assert_eq!(found("infra/local/x/src/lib.rs", tool), Findings::new());
    }
}
