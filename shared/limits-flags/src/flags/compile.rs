//! From a rule's JSON to a tree of operators: names, constants, paths and `$ref`s are settled once, when a set is loaded.

use serde_json::{Map, Value};

use super::fractional::{self, FractionalVersion};
use super::problem::FlagProblem;
use super::rule::{Arithmetic, Comparison, Each, Rule, TextOperator, Var};

/// How deep rules may be nested, `$ref`s counted in. Evaluation recurses as deep.
const DEPTH_MAX: usize = 64;

/// How many operators and constants one rule may have, `$ref`s counted in.
const PARTS_MAX: usize = 10_000;

/// What rules of one set have in common.
#[derive(Clone, Copy)]
pub(super) struct Shared<'s> {
    /// The rules that `$ref` may name.
    pub(super) evaluators: &'s Map<String, Value>,
    /// How `fractional` hashes, or why that cannot be known.
    pub(super) fractional: Result<FractionalVersion, &'s str>,
}

/// One rule being compiled.
pub(super) struct Compiler<'s> {
    shared: Shared<'s>,
    /// Where in the document we are.
    path: Vec<String>,
    /// The evaluators being put in place, so that none contains itself.
    open: Vec<&'s str>,
    depth: usize,
    parts: usize,
    /// What is odd but does no harm to the rest of the rule.
    pub(super) warnings: Vec<FlagProblem>,
}

impl<'s> Compiler<'s> {
    pub(super) fn new(shared: Shared<'s>, path: Vec<String>) -> Self {
        Self {
            shared,
            path,
            open: Vec::new(),
            depth: 0,
            parts: 0,
            warnings: Vec::new(),
        }
    }

    pub(super) fn fractional_version(&self) -> Result<FractionalVersion, FlagProblem> {
        self.shared.fractional.map_err(|why| self.problem(why))
    }

    pub(super) fn problem(&self, why: impl Into<String>) -> FlagProblem {
        FlagProblem {
            path: self.path.join("."),
            why: why.into(),
            taken_out: true,
        }
    }

    pub(super) fn warn(&mut self, why: &str) {
        let problem = FlagProblem {
            taken_out: false,
            ..self.problem(why)
        };
        self.warnings.push(problem);
    }

    /// Compiles a part, and remembers where it is.
    pub(super) fn at(&mut self, place: &str, value: &'s Value) -> Result<Rule, FlagProblem> {
        self.path.push(place.to_owned());
        let rule = self.rule(value)?;
        self.path.pop();
        Ok(rule)
    }

    pub(super) fn rule(&mut self, value: &'s Value) -> Result<Rule, FlagProblem> {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(self.problem(format!("the rule has more than {PARTS_MAX} parts")));
        }
        if self.depth >= DEPTH_MAX {
            return Err(self.problem(format!("the rule is nested more than {DEPTH_MAX} deep")));
        }
        self.depth += 1;
        let rule = match value {
            Value::Array(items) => self.list(items)?,
            Value::Object(members) => match single(members) {
                Some((name, argument)) => self.operation(name, argument)?,
                None => Rule::Literal(value.clone()),
            },
            scalar => Rule::Literal(scalar.clone()),
        };
        self.depth -= 1;
        Ok(rule)
    }

    /// An array of constants stays one constant, so that looking into it makes nothing new.
    fn list(&mut self, items: &'s [Value]) -> Result<Rule, FlagProblem> {
        let rules = self.all(items)?;
        let constants = rules.iter().all(|rule| matches!(rule, Rule::Literal(_)));
        Ok(if constants {
            Rule::Literal(Value::Array(items.to_vec()))
        } else {
            Rule::List(rules)
        })
    }

    pub(super) fn all(&mut self, items: &'s [Value]) -> Result<Box<[Rule]>, FlagProblem> {
        let places = items.iter().enumerate();
        places
            .map(|(place, item)| self.at(&place.to_string(), item))
            .collect()
    }

    fn operation(&mut self, name: &'s str, argument: &'s Value) -> Result<Rule, FlagProblem> {
        self.path.push(name.to_owned());
        let arguments = match argument {
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let rule = match name {
            "$ref" => self.reference(argument)?,
            "var" => self.var(arguments)?,
            "fractional" => Rule::Fractional(Box::new(fractional::compile(self, arguments)?)),
            _ => {
                let rules = self.all(arguments)?;
                operator(name, rules).ok_or_else(|| self.problem(format!("there is no operator `{name}`")))?
            }
        };
        self.path.pop();
        Ok(rule)
    }

    fn reference(&mut self, argument: &'s Value) -> Result<Rule, FlagProblem> {
        let known = argument
            .as_str()
            .and_then(|name| self.shared.evaluators.get_key_value(name));
        let Some((name, evaluator)) = known else {
            return Err(self.problem(format!("`$evaluators` has no {argument}")));
        };
        if self.open.contains(&name.as_str()) {
            return Err(self.problem(format!("the evaluator `{name}` contains itself")));
        }
        self.open.push(name);
        let rule = self.at(name, evaluator)?;
        self.open.pop();
        Ok(rule)
    }

    fn var(&mut self, arguments: &'s [Value]) -> Result<Rule, FlagProblem> {
        let default = match arguments.get(1) {
            Some(default) => Some(Box::new(self.at("1", default)?)),
            None => None,
        };
        Ok(match arguments.first() {
            None | Some(Value::Null) => Rule::Var(Var::new("", default)),
            Some(Value::String(path)) => Rule::Var(Var::new(path, default)),
            Some(Value::Number(place)) => Rule::Var(Var::new(&place.to_string(), default)),
            Some(path) => Rule::VarAt {
                path: Box::new(self.at("0", path)?),
                default,
            },
        })
    }
}

/// Logic is an object with one member; any other object is a constant.
fn single(members: &Map<String, Value>) -> Option<(&String, &Value)> {
    let mut members = members.iter();
    members.next().filter(|_| members.next().is_none())
}

/// An operator over arguments that are all rules; `None` for an unknown name.
fn operator(name: &str, rules: Box<[Rule]>) -> Option<Rule> {
    if let Some(comparison) = comparison(name) {
        return Some(Rule::Compare(comparison, rules));
    }
    if let Some(arithmetic) = arithmetic(name) {
        return Some(Rule::Arithmetic(arithmetic, rules));
    }
    Some(match name {
        "if" | "?:" => Rule::If(rules),
        "and" => Rule::And(rules),
        "or" => Rule::Or(rules),
        "!" => Rule::Not(Box::new(first(rules))),
        "!!" => Rule::Truthy(Box::new(first(rules))),
        "log" => first(rules),
        "in" => Rule::Text(TextOperator::In, rules),
        "cat" => Rule::Text(TextOperator::Cat, rules),
        "substr" => Rule::Text(TextOperator::Substr, rules),
        "starts_with" => Rule::Text(TextOperator::StartsWith, rules),
        "ends_with" => Rule::Text(TextOperator::EndsWith, rules),
        "map" => Rule::Each(Each::Map, Box::new(padded(rules))),
        "filter" => Rule::Each(Each::Filter, Box::new(padded(rules))),
        "all" => Rule::Each(Each::All, Box::new(padded(rules))),
        "none" => Rule::Each(Each::None, Box::new(padded(rules))),
        "some" => Rule::Each(Each::Some, Box::new(padded(rules))),
        "reduce" => Rule::Reduce(Box::new(padded(rules))),
        "merge" => Rule::Merge(rules),
        "missing" => Rule::Missing(rules),
        "missing_some" => Rule::MissingSome(Box::new(padded(rules))),
        "sem_ver" => Rule::SemVer(rules),
        _ => return None,
    })
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "===" => Comparison::Same,
        "!==" => Comparison::NotSame,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "%" => Arithmetic::Remainder,
        "min" => Arithmetic::Min,
        "max" => Arithmetic::Max,
        _ => return None,
    })
}

fn first(rules: Box<[Rule]>) -> Rule {
    let [first] = padded(rules);
    first
}

/// Exactly as many arguments as an operator takes; missing ones are null.
fn padded<const COUNT: usize>(rules: Box<[Rule]>) -> [Rule; COUNT] {
    let mut rules = rules.into_iter();
    std::array::from_fn(|_| rules.next().unwrap_or(Rule::Literal(Value::Null)))
}
