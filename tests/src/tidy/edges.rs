//! Which crate may see which. Dependencies point down only; adapters never see each other; the servers that play the
//! outside world share no type with the product, so that a misreading of a protocol cannot agree with itself.

use super::Findings;
use super::project::{Dependency, Package, Workspace};

/// Everything below the use cases.
const BELOW_APP: &[&str] = &[
    "domain",
    "meter",
    "table",
    "limits-flags",
    "store",
    "queue",
    "telegram",
    "providers",
    "payments",
    "chart",
    "trace",
];

/// What each library may depend on, from the bottom up.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("meter", &[]),
    ("trace", &[]),
    ("wire", &[]),
    ("table", &["domain"]),
    ("limits-flags", &["domain", "meter", "table"]),
    ("store", &["domain", "table", "limits-flags"]),
    ("queue", &["domain", "trace"]),
    ("telegram", &["domain", "wire"]),
    ("providers", &["domain", "wire"]),
    ("payments", &["domain", "wire"]),
    ("chart", &[]),
    ("app", BELOW_APP),
    ("runtime", ABOVE_STORE),
];

/// The runtime puts the use cases' clients together from configuration and secrets.
const ABOVE_STORE: &[&str] = &[
    "app",
    "domain",
    "meter",
    "table",
    "limits-flags",
    "store",
    "queue",
    "telegram",
    "providers",
    "payments",
    "trace",
];

/// What a Lambda may depend on: the use cases and what starts them, and the words both speak.
const FUNCTION: &[&str] = &[
    "app",
    "runtime",
    "domain",
    "meter",
    "table",
    "limits-flags",
    "store",
    "queue",
    "telegram",
    "providers",
    "payments",
    "trace",
];

/// The local cloud and its played servers. Only the runner that puts it all together looks into the product's tables.
const LOCAL: &[(&str, &[&str])] = &[
    ("local-lambda", &[]),
    ("played-telegram", &[]),
    ("played-kie", &[]),
    // Only for its short real videos.
    ("played-studios", &["played-kie"]),
    ("played-rails", &[]),
    ("one-request", &[]),
    // What the others are measured beside.
    ("hello-function", &[]),
    ("bench", &["local-cloud", "local-lambda", "played-telegram"]),
    // Goes through what the decisions can come to, and sees nothing but them.
    ("model", &["domain"]),
    // Reads rows as they lie there, and draws with the same pen.
    ("reckoning", &["chart", "table"]),
    (
        "local-cloud",
        &[
            "local-lambda",
            "played-telegram",
            "played-kie",
            "played-studios",
            "played-rails",
            "reckoning",
            "chart",
            "domain",
            "table",
            "limits-flags",
            "store",
            "app",
            "telegram",
            // Only for their choice of features: what it builds and runs is compiled once.
            "broadcast",
            "cleanup",
            "daily-report",
            "features-api",
            "live",
            "payment-webhook",
            "provider-callback",
            "telegram-webhook",
            "video-worker",
        ],
    ),
    (
        "ctl",
        &[
            "app",
            "domain",
            "table",
            "limits-flags",
            "store",
            "queue",
            "telegram",
            "providers",
            "runtime",
            "trace",
        ],
    ),
];

/// What a library's tests may use besides: the real protocols, played.
const TEST_SUPPORT: &[&str] = &[
    "local-lambda",
    "played-telegram",
    "played-kie",
    "played-studios",
    "played-rails",
    "one-request",
];

/// Crates of others that stay at the edge, and who may hold them. `domain` decides; it neither waits nor stores.
const EDGE_CRATES: &[(&str, &[&str])] = &[
    (
        "reqwest",
        &["wire", "telegram", "providers", "payments", "runtime"],
    ),
    ("aws-sdk-dynamodb", &["table", "limits-flags", "store", "runtime"]),
    ("aws-sdk-sqs", &["queue", "runtime"]),
    ("aws-sdk-secretsmanager", &["runtime"]),
    ("aws-config", &["runtime"]),
    ("metrics", &["meter"]),
    ("metrics_cloudwatch_embedded", &["runtime"]),
    (
        "lambda_runtime",
        &[
            "runtime",
            "telegram-webhook",
            "video-worker",
            "provider-callback",
            "cleanup",
            "daily-report",
            "alerts",
            "broadcast",
        ],
    ),
    (
        "tokio",
        &[
            "wire",
            "table",
            "store",
            "queue",
            "telegram",
            "providers",
            "app",
            "runtime",
            "limits-flags",
            "telegram-webhook",
            "video-worker",
            "provider-callback",
            "payment-webhook",
            "cleanup",
            "daily-report",
            "features-api",
            "live",
            "alerts",
            "broadcast",
        ],
    ),
];

/// Every dependency that points up or sideways.
pub fn point_down(workspace: &Workspace) -> Findings {
    workspace
        .packages
        .iter()
        .flat_map(|package| package_points_down(workspace, package))
        .collect()
}

fn package_points_down(workspace: &Workspace, package: &Package) -> Findings {
    let Some(allowed) = allowed(package) else {
        return vec![format!(
            "{}: a new crate; say in tests/src/tidy/edges.rs what it may depend on",
            package.name
        )];
    };
    let ours = |dependency: &&Dependency| workspace.packages.iter().any(|one| one.name == dependency.name);
    package
        .dependencies
        .iter()
        .filter(ours)
        .filter(|dependency| !may_use(&allowed, dependency))
        .map(|dependency| {
            format!(
                "{} may not depend on {}: dependencies point down only",
                package.name, dependency.name
            )
        })
        .collect()
}

/// The crates of ours that a package may use, or `None` for a package that nobody has placed yet.
fn allowed(package: &Package) -> Option<Allowed> {
    let listed = LIBRARIES
        .iter()
        .chain(LOCAL)
        .find(|(name, _)| *name == package.name)
        .map(|(_, allowed)| *allowed);
    match listed {
        Some(crates) => Some(Allowed::These(crates)),
        None if package.is_function() => Some(Allowed::These(FUNCTION)),
        None if ["tests", "sim"].contains(&package.name.as_str()) => Some(Allowed::All),
        None => None,
    }
}

enum Allowed {
    All,
    These(&'static [&'static str]),
}

fn may_use(allowed: &Allowed, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    let in_tests = dependency.kind.as_deref() == Some("dev");
    match allowed {
        Allowed::All => true,
        Allowed::These(crates) => crates.contains(&name) || (in_tests && TEST_SUPPORT.contains(&name)),
    }
}

/// Features that are for tests alone: an outside that is played within the process, and private parts for a fuzzer.
const FOR_TESTS: [&str; 2] = ["played", "fuzzed"];

/// Everybody but the simulation who asks for one of those. (`tests/fuzz` has a workspace of its own.)
pub fn play_nothing(workspace: &Workspace) -> Findings {
    let others = workspace.packages.iter().filter(|package| package.name != "sim");
    others.flat_map(package_plays_nothing).collect()
}

fn package_plays_nothing(package: &Package) -> Findings {
    let asks = |dependency: &Dependency| {
        let mut features = dependency.features.iter();
        let feature = features.find(|feature| FOR_TESTS.contains(&feature.as_str()))?;
        Some(format!(
            "{} asks {} for the feature `{feature}`, which is for tests only",
            package.name, dependency.name
        ))
    };
    package.dependencies.iter().filter_map(asks).collect()
}

/// Every product crate that holds a crate which belongs at an edge it is not.
pub fn keep_the_edge(workspace: &Workspace) -> Findings {
    let product = workspace
        .packages
        .iter()
        .filter(|package| package.is_function() || package.directory().starts_with("shared/"));
    product.flat_map(package_keeps_the_edge).collect()
}

fn package_keeps_the_edge(package: &Package) -> Findings {
    let shipped = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.is_none());
    shipped
        .filter(|dependency| {
            EDGE_CRATES
                .iter()
                .any(|(name, holders)| *name == dependency.name && !holders.contains(&package.name.as_str()))
        })
        .map(|dependency| {
            format!(
                "{} may not hold {}: it belongs to a crate at the edge",
                package.name, dependency.name
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::project::root;

    fn workspace(members: &[(&str, &str, &[&str])]) -> Workspace {
        let packages = members.iter().map(|(directory, name, dependencies)| Package {
            name: (*name).into(),
            manifest_path: root().join(directory).join(name).join("Cargo.toml"),
            dependencies: dependencies.iter().map(|name| dependency(name)).collect(),
            targets: Vec::new(),
        });
        Workspace {
            packages: packages.collect(),
        }
    }

    /// `dev:store` is a dependency of the tests, `table+played` one with a feature.
    fn dependency(name: &str) -> Dependency {
        let (name, features) = name.split_once('+').unwrap_or((name, ""));
        let (kind, name) = name
            .strip_prefix("dev:")
            .map_or((None, name), |name| (Some("dev".into()), name));
        Dependency {
            name: name.into(),
            kind,
            features: features.split_whitespace().map(str::to_owned).collect(),
            path: None,
        }
    }

    #[test]
    fn a_dependency_that_points_up_is_found() {
        let found = point_down(&workspace(&[
            ("shared", "domain", &["store"]),
            ("shared", "store", &["domain"]),
        ]));
        assert_eq!(
            found,
            ["domain may not depend on store: dependencies point down only"]
        );
    }

    #[test]
    fn adapters_that_see_each_other_are_found_even_in_tests() {
        let found = point_down(&workspace(&[
            ("shared", "telegram", &["dev:queue"]),
            ("shared", "queue", &[]),
        ]));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_played_server_that_borrows_a_product_type_is_found() {
        let found = point_down(&workspace(&[
            ("infra/local", "played-kie", &["domain"]),
            ("shared", "domain", &[]),
        ]));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn tests_may_use_a_played_server() {
        let members: &[(&str, &str, &[&str])] = &[
            ("shared", "telegram", &["dev:played-telegram"]),
            ("infra/local", "played-telegram", &[]),
        ];
        assert_eq!(point_down(&workspace(members)), Findings::new());
    }

    #[test]
    fn a_function_that_plays_its_outside_is_found() {
        let found = play_nothing(&workspace(&[
            ("functions", "cleanup", &["table+played"]),
            ("functions", "live", &["app+fuzzed"]),
            ("tests", "sim", &["table+played", "queue+played"]),
        ]));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_crate_that_nobody_placed_is_found() {
        let found = point_down(&workspace(&[("shared", "helpers", &[])]));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_domain_that_speaks_http_is_found() {
        let found = keep_the_edge(&workspace(&[("shared", "domain", &["reqwest", "tokio"])]));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
