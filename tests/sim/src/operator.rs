//! The operator: closes the shop now and then, or leaves a provider alone, and opens again.

use std::sync::Arc;
use std::time::Duration;

use limits_flags::edit::EditError;
use limits_flags::{ApplyError, By, Office, throws};
use serde_json::json;
use table::{Db, Deadline};

use crate::faults::Fault;
use crate::functions::office;
use crate::world::{World, wait};

/// A day at the switches.
pub async fn live(world: World) {
    let office = office(Db::played(Arc::new(world.clone())));
    loop {
        wait(Duration::from_secs(20)).await;
        if world.strikes(Fault::OrdersPaused) {
            let thrown = throw(&world, &office, "flag#new_jobs", false).await;
            if thrown {
                let from = world.now();
                world.state().paused.push((from, None));
            }
            let span = world.state().dice.u64(5..180);
            wait(Duration::from_secs(span)).await;
            let until = world.now();
            if thrown {
                if let Some(last) = world.state().paused.last_mut() {
                    last.1 = Some(until);
                }
                throw(&world, &office, "flag#new_jobs", true).await;
            }
        }
        if world.strikes(Fault::ProviderPaused) {
            throw(&world, &office, "flag#provider-kie", false).await;
            let span = world.state().dice.u64(5..180);
            wait(Duration::from_secs(span)).await;
            throw(&world, &office, "flag#provider-kie", true).await;
        }
    }
}

/// Throws a switch, however often it takes: an answer that was lost is found out by asking again.
async fn throw(world: &World, office: &Office, row: &str, on: bool) -> bool {
    let was = json!({ "enabled": !on }).to_string();
    for _ in 0..40 {
        let by = By::new("the operator", "the simulation", world.now());
        let Some(by) = by else { return false };
        let deadline = Deadline::after(Duration::from_secs(20));
        let thrown = throws::throw(office, row, (&was, on), &by, deadline).await;
        world.note(|| format!("operator: {row} {on}: {}", thrown.is_ok()));
        // There is no other operator: whoever was overtaken was so by their own change, whose answer was lost.
        if matches!(
            thrown,
            Ok(_) | Err(EditError::Apply(ApplyError::Overtaken { .. }))
        ) {
            return true;
        }
        wait(Duration::from_secs(1)).await;
    }
    false
}
