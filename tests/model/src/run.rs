//! One configuration, gone through, and what was found.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stateright::{Checker, Expectation, HasDiscoveries, Model, Path};

use crate::graph::explore;

/// What a configuration came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The configuration.
    pub name: &'static str,
    /// States that were come to, as often as they were.
    pub generated: usize,
    /// How many different ones.
    pub states: usize,
    /// The longest way to one.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// What must hold, or must happen, by how many names.
    pub properties: usize,
    /// What does not hold, or does not happen, each with the way there.
    pub wrong: Vec<String>,
    /// From how many states no way leads to the end of everything.
    pub stuck: usize,
}

impl Report {
    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty()
    }

    /// As it is printed.
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "generated": self.generated,
            "states": self.states,
            "depth": self.depth,
            "seconds": self.took.as_secs(),
            "properties": self.properties,
            "stuck": self.stuck,
            "wrong": self.wrong.len(),
        })
    }
}

/// Goes through all states of a model, and back from its ends.
pub fn check<M>(name: &'static str, model: &M, threads: usize, settled: impl Fn(&M::State) -> bool) -> Report
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Debug + Hash + Clone + PartialEq + Send + Sync + 'static,
    M::Action: Debug + Clone + PartialEq,
{
    let began = Instant::now();
    let properties = model.properties();
    let checker = model.clone().checker().threads(threads).spawn_dfs().join();
    let mut wrong = Vec::new();
    let discoveries = checker.discoveries();
    for property in &properties {
        match (&property.expectation, discoveries.get(property.name)) {
            (Expectation::Sometimes, None) => wrong.push(format!("never: {}", property.name)),
            (Expectation::Always | Expectation::Eventually, Some(path)) => {
                wrong.push(format!("{}:\n{}", property.name, way(path)));
            }
            _ => {}
        }
    }
    let graph = explore(model, settled);
    if let Some(way) = &graph.way {
        wrong.push(format!("{} states lead to no end:\n{way}", graph.stuck));
    }
    // The same states twice over, by two ways of going through them.
    if wrong.is_empty() && graph.states != checker.unique_state_count() {
        let states = checker.unique_state_count();
        wrong.push(format!(
            "{states} states, and {} on the second time",
            graph.states
        ));
    }
    Report {
        name,
        generated: checker.state_count(),
        states: graph.states,
        depth: checker.max_depth(),
        took: began.elapsed(),
        properties: properties.len(),
        wrong,
        stuck: graph.stuck,
    }
}

/// The first thing that is wrong with a model, by the shortest way to it, and the name of what it breaks.
pub fn first_fault<M>(model: M) -> Option<(&'static str, String)>
where
    M: Model + Send + Sync + 'static,
    M::State: Debug + Hash + Clone + PartialEq + Send + Sync + 'static,
    M::Action: Debug + Clone + PartialEq,
{
    let checker = model
        .checker()
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let mut always = checker.model().properties().into_iter();
    let broken = always
        .find(|property| property.expectation == Expectation::Always && found.contains_key(property.name))?;
    Some((broken.name, found.get(broken.name).map(way)?))
}

/// The steps, one a line.
fn way<S, A>(path: &Path<S, A>) -> String
where
    S: Clone + PartialEq,
    A: Clone + Debug + PartialEq,
{
    let steps = path.clone().into_vec().into_iter();
    let lines = steps.filter_map(|(_, action)| action.map(|action| format!("  {action:?}")));
    lines.collect::<Vec<_>>().join("\n")
}
