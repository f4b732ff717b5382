//! Environment variables: what a function reads is what the template gives it, no more and no less. Each function says
//! in its `lib.rs` what it reads, as `pub const ENVIRONMENT: &[&str]`, and reads nothing else.

use std::collections::BTreeSet;

use super::Findings;
use super::functions::binary;
use super::sources::Source;
use super::template::{Resource, Template};

/// The one place that reads the process's environment.
const READER: &str = "shared/runtime/";

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
    let Some(read) = sources
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
    let missing = read
        .difference(&given)
        .map(|name| format!("{package}: reads {name}, which the template does not give it"));
    let unread = given
        .difference(&read)
        .map(|name| format!("{}: {name} is given, but {path} does not read it", function.name));
    missing.chain(unread).collect()
}

/// The names in a file's `ENVIRONMENT`.
fn declared(source: &Source) -> Option<BTreeSet<String>> {
    let constant = source.file.items.iter().find_map(|item| match item {
        syn::Item::Const(constant) if constant.ident == "ENVIRONMENT" => Some(&*constant.expr),
        _ => None,
    })?;
    let syn::Expr::Reference(reference) = constant else {
        return None;
    };
    let syn::Expr::Array(array) = &*reference.expr else {
        return None;
    };
    array.elems.iter().map(text).collect()
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

    fn found(code: &str) -> Findings {
        let source = Source::parse("functions/cleanup/src/lib.rs", code).unwrap();
        equal(&Template::parse(TEMPLATE).unwrap(), &[source])
    }

    #[test]
    fn equal_lists_agree() {
        assert_eq!(
            found(r#"pub const ENVIRONMENT: &[&str] = &["JOBS_TABLE", "LOG_LEVEL"];"#),
            Findings::new()
        );
    }

    #[test]
    fn a_name_on_one_side_only_is_found_either_way() {
        assert_eq!(
            found(r#"pub const ENVIRONMENT: &[&str] = &["JOBS_TABLE", "LOG_LEVEL", "SECRET_ARN"];"#).len(),
            1
        );
        assert_eq!(
            found(r#"pub const ENVIRONMENT: &[&str] = &["LOG_LEVEL"];"#).len(),
            1
        );
        assert_eq!(found("").len(), 1);
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
