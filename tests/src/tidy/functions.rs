//! Functions: built from a package of ours, logging with an end.

use std::collections::BTreeMap;

use serde_norway::Value;

use super::Findings;
use super::project::Workspace;
use super::sources::Source;
use super::template::{Resource, Template, list, pointed_to};

/// Without the transform, CloudFormation knows no `AWS::Serverless::Function`; no linter sees it missing.
pub fn transformed(template: &Template) -> Findings {
    let transforms = list(template.at(&["Transform"]));
    let present = transforms
        .iter()
        .any(|one| one.as_str() == Some("AWS::Serverless-2016-10-31"));
    if present {
        Findings::new()
    } else {
        vec!["the template lacks Transform: AWS::Serverless-2016-10-31".into()]
    }
}

/// The binary that a function runs.
pub fn binary(function: Resource<'_>) -> Option<&str> {
    function
        .attribute(&["Metadata", "BuildProperties", "Binary"])
        .and_then(Value::as_str)
}

/// The directory in which `sam build` calls cargo.
fn directory(function: Resource<'_>) -> Option<&str> {
    function.property(&["CodeUri"]).and_then(Value::as_str)
}

/// `sam build` finds every function's binary, and no two share one (they would overwrite each other). It builds in the
/// package's own directory: from the root, cargo would unite the features that any tool of the workspace asks for.
pub fn built_by_cargo_lambda(template: &Template) -> Findings {
    let mut found = Findings::new();
    let mut owners = BTreeMap::new();
    for function in template.functions() {
        let method = function
            .attribute(&["Metadata", "BuildMethod"])
            .and_then(Value::as_str);
        if method != Some("rust-cargolambda") {
            found.push(format!("{}: BuildMethod must be rust-cargolambda", function.name));
        }
        let Some(binary) = binary(function) else {
            found.push(format!("{}: BuildProperties names no Binary", function.name));
            continue;
        };
        if directory(function) != Some(&format!("functions/{binary}")) {
            found.push(format!("{}: CodeUri must be functions/{binary}", function.name));
        }
        if let Some(other) = owners.insert(binary, function.name) {
            found.push(format!(
                "{}: {other} runs the binary {binary} already",
                function.name
            ));
        }
    }
    found
}

/// Every function of the template is a package under `functions/` with a binary of that name, and the reverse.
pub fn built_by_a_package(template: &Template, workspace: &Workspace) -> Findings {
    let packages: Vec<&str> = workspace
        .packages
        .iter()
        .filter(|package| package.is_function() && package.binaries().any(|binary| binary == package.name))
        .map(|package| package.name.as_str())
        .collect();
    let wired: Vec<&str> = template.functions().filter_map(binary).collect();
    let unbuilt = wired.iter().filter(|binary| !packages.contains(binary));
    let unwired = workspace
        .packages
        .iter()
        .filter(|one| one.is_function() && !wired.contains(&one.name.as_str()));
    unbuilt
        .map(|binary| format!("template.yaml: no package under functions/ builds the binary {binary}"))
        .chain(
            unwired.map(|package| format!("{}: no function of template.yaml runs it", package.directory())),
        )
        .collect()
}

/// Every function holds what it does to its time (`table::Deadline::hold`): what is forgotten there waits without an end.
pub fn held_to_their_time(workspace: &Workspace, sources: &[Source]) -> Findings {
    let functions = workspace.packages.iter().filter(|package| package.is_function());
    let forgotten = functions.filter(|package| {
        let own = format!("{}/src/", package.directory());
        let mut sources = sources.iter().filter(|source| source.path.starts_with(&own));
        !sources.any(|source| source.text.contains("deadline.hold("))
    });
    forgotten
        .map(|package| {
            format!(
                "{}: nothing in it calls `deadline.hold(...)`",
                package.directory()
            )
        })
        .collect()
}

/// Every function writes to a log group of the template, and every log group forgets.
pub fn logged_with_an_end(template: &Template) -> Findings {
    let group = |function: &Resource<'_>| {
        let name = function
            .property(&["LoggingConfig", "LogGroup"])
            .and_then(pointed_to)?;
        template
            .resource(name)
            .filter(|resource| resource.kind() == "AWS::Logs::LogGroup")
    };
    let silent = template.functions().filter(|function| group(function).is_none());
    let endless = template
        .of_type("AWS::Logs::LogGroup")
        .filter(|group| group.property(&["RetentionInDays"]).is_none());
    silent
        .map(|function| {
            format!(
                "{}: LoggingConfig names no log group of the template",
                function.name
            )
        })
        .chain(endless.map(|group| format!("{}: logs are kept for ever without RetentionInDays", group.name)))
        .collect()
}
