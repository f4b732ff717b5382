//! Environment variables: what a function reads is what the template gives it, no more and no less. Each function says
//! in its `lib.rs` what it reads, as `pub const ENVIRONMENT: &[&str]`, and reads just that: by name, or by a method of the
//! runtime crate in which the name stands (`config.tables()`).

use std::collections::{BTreeMap, BTreeSet};

use std::ops::RangeInclusive;

use syn::spanned::Spanned;

use super::Findings;
use super::functions::binary;
use super::sources::Source;
use super::template::{Resource, Template};

/// The one place that reads the process's environment.
const READER: &str = "shared/runtime/";

/// Where cargo lets a build script write: read while building, never while running.
const OF_CARGO: &str = "OUT_DIR";

/// Code and template agree, both ways, for every function.
pub fn equal(template: &Template, sources: &[Source]) -> Findings {
    let of_functions = template
        .functions()
        .filter_map(|function| Some((function, binary(function)?)));
    of_functions
        .flat_map(|(function, package)| compare(template, function, package, sources))
        .collect()
}

fn compare(template: &Template, function: Resource<'_>, package: &str, sources: &[Source]) -> Findings {
    let path = format!("functions/{package}/src/lib.rs");
    let Some(listed) = sources
        .iter()
        .find(|source| source.path == path)
        .and_then(declared)
    else {
        return vec![format!(
            "{path}: no `pub const ENVIRONMENT: &[&str]` says what it reads"
        )];
    };
    let given: BTreeSet<String> = template
        .environment(function)
        .map(|(name, _)| name.to_owned())
        .collect();
    let read = read_by(package, sources);
    let missing = listed
        .difference(&given)
        .map(|name| format!("{package}: lists {name}, which the template does not give it"));
    let unlisted = given
        .difference(&listed)
        .map(|name| format!("{}: {name} is given, but {path} does not list it", function.name));
    let unread = listed
        .difference(&read)
        .map(|name| format!("{path}: lists {name}, and nothing reads it"));
    let undeclared = read
        .difference(&listed)
        .map(|name| format!("{path}: {name} is read and not listed"));
    missing.chain(unlisted).chain(unread).chain(undeclared).collect()
}

/// The variables that a function's code names, and those that stand in the methods of the runtime crate that it calls.
fn read_by(package: &str, sources: &[Source]) -> BTreeSet<String> {
    let directory = format!("functions/{package}/src/");
    let readers = readers(sources);
    let own = sources
        .iter()
        .filter(|source| source.path.starts_with(&directory));
    own.flat_map(|source| {
        let walk = source.walk();
        let list = list(source).map_or(0..=0, lines);
        let named = walk.strings.into_iter().filter(|(_, line)| !list.contains(line));
        let called = walk.methods.into_iter().filter_map(|name| readers.get(&name));
        let named = named.map(|(text, _)| text);
        let named = named.filter(|text| is_variable(text) && text != OF_CARGO);
        named.chain(called.flatten().cloned()).collect::<Vec<_>>()
    })
    .collect()
}

/// The methods of the runtime crate that read variables, with the names that stand in them.
fn readers(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut readers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path.starts_with(READER)) {
        let walk = source.walk();
        for (name, first, last) in walk.functions {
            let inside = walk
                .strings
                .iter()
                .filter(|(_, line)| (first..=last).contains(line));
            let variables = inside.map(|(text, _)| text).filter(|text| is_variable(text));
            readers.entry(name).or_default().extend(variables.cloned());
        }
    }
    readers
}

/// `LIKE_THIS`.
fn is_variable(text: &str) -> bool {
    text.contains('_')
        && text
            .chars()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_')
}

/// The names in a file's `ENVIRONMENT`.
fn declared(source: &Source) -> Option<BTreeSet<String>> {
    let syn::Expr::Reference(reference) = &*list(source)?.expr else {
        return None;
    };
    let syn::Expr::Array(array) = &*reference.expr else {
        return None;
    };
    array.elems.iter().map(text).collect()
}

fn list(source: &Source) -> Option<&syn::ItemConst> {
    source.file.items.iter().find_map(|item| match item {
        syn::Item::Const(constant) if constant.ident == "ENVIRONMENT" => Some(constant),
        _ => None,
    })
}

fn lines(constant: &syn::ItemConst) -> RangeInclusive<usize> {
    constant.span().start().line..=constant.span().end().line
}

fn text(element: &syn::Expr) -> Option<String> {
    match element {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// No product code but the runtime crate reads the environment by itself.
pub fn read_in_one_place(sources: &[Source]) -> Findings {
    let product = sources
        .iter()
        .filter(|source| source.is_product() && !source.path.starts_with(READER));
    let reads = product.flat_map(|source| {
        source
            .walk()
            .paths
            .into_iter()
            .map(move |(path, line)| (source, path, line))
    });
    reads
        .filter(|(_, path, _)| reads_environment(path))
        .map(|(source, path, line)| {
            format!(
                "{}:{line}: {path} reads the environment; {READER} does",
                source.path
            )
        })
        .collect()
}

fn reads_environment(path: &str) -> bool {
    ["var", "var_os", "vars", "vars_os"]
        .iter()
        .any(|read| path == format!("env::{read}") || path == format!("std::env::{read}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Globals: {Function: {Environment: {Variables: {LOG_LEVEL: info}}}}
Resources:
  CleanupFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: cleanup}}
    Properties: {Environment: {Variables: {JOBS_TABLE: !Ref JobsTable}}}
";

    const RUNTIME: &str = r#"impl Aws { fn jobs(&self) { self.get("JOBS_TABLE"); } }"#;

    /// What is found in a function that lists these names and does this.
    fn found(names: &str, code: &str) -> Findings {
        let code = format!("pub const ENVIRONMENT: &[&str] = &[\n{names}\n];\nfn start() {{ {code} }}");
        let source = Source::parse("functions/cleanup/src/lib.rs", &code).unwrap();
        let runtime = Source::parse("shared/runtime/src/aws.rs", RUNTIME).unwrap();
        equal(&Template::parse(TEMPLATE).unwrap(), &[source, runtime])
    }

    const BOTH: &str = r#""JOBS_TABLE", "LOG_LEVEL""#;

    #[test]
    fn equal_lists_agree() {
        let by_name = r#"config.get("LOG_LEVEL"); config.get("JOBS_TABLE");"#;
        assert_eq!(found(BOTH, by_name), Findings::new());
        assert_eq!(
            found(BOTH, r#"config.get("LOG_LEVEL"); aws.jobs();"#),
            Findings::new()
        );
    }

    #[test]
    fn a_name_on_one_side_only_is_found_either_way() {
        let code = r#"config.get("LOG_LEVEL"); aws.jobs(); config.get("SECRET_ARN");"#;
        let more = format!("{BOTH}, \"SECRET_ARN\"");
        assert!(found(&more, code)[0].contains("SECRET_ARN, which the template does not give"));
        let less = found(r#""LOG_LEVEL""#, r#"config.get("LOG_LEVEL");"#);
        assert!(less[0].contains("JOBS_TABLE is given"), "{less:?}");
        let nothing = Source::parse("functions/cleanup/src/lib.rs", "").unwrap();
        assert_eq!(equal(&Template::parse(TEMPLATE).unwrap(), &[nothing]).len(), 1);
    }

    #[test]
    fn a_name_that_is_listed_and_not_read_or_read_and_not_listed_is_found() {
        let unread = found(BOTH, r#"config.get("LOG_LEVEL");"#);
        assert_eq!(unread.len(), 1);
        assert!(
            unread[0].contains("lists JOBS_TABLE, and nothing reads it"),
            "{unread:?}"
        );
        let undeclared = found(
            BOTH,
            r#"config.get("LOG_LEVEL"); aws.jobs(); config.get("VAULT_ID");"#,
        );
        assert_eq!(undeclared.len(), 1);
        assert!(
            undeclared[0].contains("VAULT_ID is read and not listed"),
            "{undeclared:?}"
        );
    }

    #[test]
    fn reading_the_environment_elsewhere_is_found_in_each_of_its_forms() {
        let read = |code| read_in_one_place(&[Source::parse("shared/app/src/x.rs", code).unwrap()]);
        assert_eq!(read(r#"fn f() { let _ = std::env::var("X"); }"#).len(), 1);
        assert_eq!(
            read(r#"use std::env; fn f() { let _ = env::var_os("X"); }"#).len(),
            1
        );
        assert_eq!(
            read(r#"use std::env::{args, var}; fn f() { let _ = var("X"); }"#).len(),
            1
        );
        assert_eq!(
            read(r#"#[cfg(test)] mod tests { fn f() { let _ = std::env::var("X"); } }"#).len(),
            0
        );
    }
}
