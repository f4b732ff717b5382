//! Whether everything can still come to an end: the whole graph is gone through once more, and from its settled states
//! back. Stateright's own `eventually` sees paths only up to where they meet one that was gone before; this sees every
//! state.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use stateright::Model;

/// The whole of a model, as numbers.
#[derive(Debug)]
pub struct Graph {
    /// How many states there are.
    pub states: usize,
    /// How many steps lead from one to another.
    pub steps: usize,
    /// How many states there are from which no way leads to a settled one.
    pub stuck: usize,
    /// The way to one of those.
    pub way: Option<String>,
}

struct Found {
    /// From where it was found first, and by which of the steps there.
    by: Option<(u32, u32)>,
    settled: bool,
}

/// Goes through all states. `settled` says which are an end that is good.
pub fn explore<M: Model>(model: &M, settled: impl Fn(&M::State) -> bool) -> Graph
where
    M::State: Hash,
    M::Action: std::fmt::Debug,
{
    let mut places: HashMap<u64, u32> = HashMap::new();
    let mut found: Vec<Found> = Vec::new();
    let mut steps: Vec<(u32, u32)> = Vec::new();
    let mut ahead: Vec<(u32, M::State)> = Vec::new();
    for state in model.init_states() {
        let place = number(found.len());
        places.insert(print(&state), place);
        found.push(Found {
            by: None,
            settled: settled(&state),
        });
        ahead.push((place, state));
    }
    let mut actions = Vec::new();
    while let Some((from, state)) = ahead.pop() {
        model.actions(&state, &mut actions);
        for (step, action) in actions.drain(..).enumerate() {
            let Some(next) = model.next_state(&state, action) else {
                continue;
            };
            let fresh = number(found.len());
            let to = *places.entry(print(&next)).or_insert(fresh);
            steps.push((from, to));
            if to == fresh {
                found.push(Found {
                    by: Some((from, number(step))),
                    settled: settled(&next),
                });
                ahead.push((to, next));
            }
        }
    }
    let can_end = backward(&found, &steps);
    let mut stuck = (0..found.len()).filter(|place| !is_set(&can_end, *place));
    let first = stuck.next();
    Graph {
        states: found.len(),
        steps: steps.len(),
        stuck: usize::from(first.is_some()).saturating_add(stuck.count()),
        way: first.map(|place| way_to(model, &found, place)),
    }
}

/// Which states a settled one can be reached from.
fn backward(found: &[Found], steps: &[(u32, u32)]) -> Vec<bool> {
    // The steps by where they lead to: where each state's begin, and then from where they come.
    let mut begins = vec![0_usize; found.len().saturating_add(1)];
    for (_, to) in steps {
        if let Some(count) = begins.get_mut(index(*to).saturating_add(1)) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0_usize;
    for count in &mut begins {
        sum = sum.saturating_add(*count);
        *count = sum;
    }
    let mut next = begins.clone();
    let mut from = vec![0_u32; steps.len()];
    for (source, to) in steps {
        if let Some(place) = next.get_mut(index(*to)) {
            if let Some(at) = from.get_mut(*place) {
                *at = *source;
            }
            *place = place.saturating_add(1);
        }
    }
    let mut can_end: Vec<bool> = found.iter().map(|state| state.settled).collect();
    let mut ahead: Vec<usize> = (0..found.len())
        .filter(|place| is_set(&can_end, *place))
        .collect();
    while let Some(place) = ahead.pop() {
        let ends = begins.get(place.saturating_add(1)).copied().unwrap_or(0);
        let begin = begins.get(place).copied().unwrap_or(0);
        for source in from.get(begin..ends).unwrap_or_default() {
            let source = index(*source);
            if let Some(can) = can_end.get_mut(source).filter(|can| !**can) {
                *can = true;
                ahead.push(source);
            }
        }
    }
    can_end
}

/// How a state was come to, step by step.
fn way_to<M: Model>(model: &M, found: &[Found], mut place: usize) -> String
where
    M::Action: std::fmt::Debug,
{
    let mut steps = Vec::new();
    while let Some((from, step)) = found.get(place).and_then(|found| found.by) {
        steps.push(step);
        place = index(from);
    }
    let mut text = String::new();
    let Some(mut state) = model.init_states().into_iter().nth(place) else {
        return text;
    };
    for step in steps.into_iter().rev() {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let mut steps = actions.into_iter().skip(index(step));
        let Some(action) = steps.next() else { break };
        text = format!("{text}{action:?}\n");
        let Some(next) = model.next_state(&state, action) else {
            break;
        };
        state = next;
    }
    text
}

fn print(state: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn is_set(flags: &[bool], place: usize) -> bool {
    flags.get(place).copied().unwrap_or_default()
}
