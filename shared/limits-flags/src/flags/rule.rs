//! A targeting rule after it was compiled: a tree of operators whose names, paths and constants are settled.

use serde_json::Value;

use super::fractional::Fractional;

/// A rule or a part of one.
#[derive(Debug)]
pub(super) enum Rule {
    /// Anything that is not logic, whole arrays of constants among it.
    Literal(Value),
    /// An array with logic in it.
    List(Box<[Rule]>),
    Var(Var),
    /// A `var` whose path is itself a rule.
    VarAt {
        path: Box<Rule>,
        default: Option<Box<Rule>>,
    },
    If(Box<[Rule]>),
    And(Box<[Rule]>),
    Or(Box<[Rule]>),
    Not(Box<Rule>),
    Truthy(Box<Rule>),
    Compare(Comparison, Box<[Rule]>),
    Arithmetic(Arithmetic, Box<[Rule]>),
    Text(TextOperator, Box<[Rule]>),
    Each(Each, Box<[Rule; 2]>),
    Reduce(Box<[Rule; 3]>),
    Merge(Box<[Rule]>),
    Missing(Box<[Rule]>),
    MissingSome(Box<[Rule; 2]>),
    SemVer(Box<[Rule]>),
    Fractional(Box<Fractional>),
}

/// Where a `var` looks, settled when it was compiled.
#[derive(Debug)]
pub(super) struct Var {
    /// What the first name means outside of `map`, `filter` and the like.
    pub(super) root: Root,
    /// Every name of the dotted path.
    pub(super) path: Box<[Box<str>]>,
    pub(super) default: Option<Box<Rule>>,
}

/// What the first name of a path means at the top of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// The empty path: all there is.
    Whole,
    /// `$flagd` and everything below it that is not named here.
    Flagd,
    FlagKey,
    Seconds,
    TargetingKey,
    Attribute,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextOperator {
    In,
    Cat,
    Substr,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    Map,
    Filter,
    All,
    None,
    Some,
}

impl Var {
    pub(super) fn new(path: &str, default: Option<Box<Rule>>) -> Self {
        let path: Box<[Box<str>]> = path
            .split('.')
            .filter(|_| !path.is_empty())
            .map(Box::from)
            .collect();
        let names: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let root = match names.as_slice() {
            [] => Root::Whole,
            ["$flagd", "flagKey"] => Root::FlagKey,
            ["$flagd", "timestamp"] => Root::Seconds,
            ["$flagd", ..] => Root::Flagd,
            ["targetingKey", ..] => Root::TargetingKey,
            _ => Root::Attribute,
        };
        Self { root, path, default }
    }
}

impl Rule {
    /// Whether the rule is a constant or a plain look-up, so that evaluating it twice costs next to nothing.
    pub(super) fn is_cheap(&self) -> bool {
        match self {
            Self::Literal(value) => !value.is_array() && !value.is_object(),
            Self::Var(var) => {
                !matches!(var.root, Root::Whole | Root::Flagd)
                    && var.default.as_ref().is_none_or(|rule| rule.is_cheap())
            }
            _ => false,
        }
    }

    /// The variants that the rule names outright as its outcome, so that a misspelt one is found when it is written.
    pub(super) fn outcomes<'r>(&'r self, found: &mut Vec<&'r Value>) {
        match self {
            Self::Literal(value) if !value.is_null() => found.push(value),
            Self::If(parts) => {
                let last = parts.len().saturating_sub(1);
                for (place, part) in parts.iter().enumerate() {
                    if place % 2 == 1 || place == last {
                        part.outcomes(found);
                    }
                }
            }
            Self::Fractional(fractional) => fractional.outcomes(found),
            _ => {}
        }
    }
}
