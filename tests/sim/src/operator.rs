//! The operator: closes the shop now and then, or leaves a provider alone, and opens again; and by Telegram gives credits and
//! money, and bans.

use std::sync::Arc;
use std::time::Duration;

use domain::id::UserId;
use limits_flags::access::{self, AdminRow, Role};
use limits_flags::edit::EditError;
use limits_flags::{ApplyError, By, Office, throws};
use serde_json::json;
use table::{Db, Deadline, Write};

use crate::faults::Fault;
use crate::functions::{OPERATOR, office};
use crate::world::{State, World, wait};

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
        for fault in [
            Fault::CreditsGranted,
            Fault::CustomerBanned,
            Fault::OrderGivenBack,
            Fault::PaymentGivenBack,
        ] {
            let command = command(&mut world.state(), fault);
            if let Some(command) = command.filter(|_| world.strikes(fault)) {
                confirmed(&world, &command).await;
            }
        }
    }
}

/// Makes whoever sits in the operator's chat an owner.
pub async fn admit(office: &Office) {
    let row = AdminRow {
        role: Role::Owner,
        name: String::new(),
    };
    let item = access::item(&access::admin(UserId(OPERATOR)), &row).expect("a row");
    let write = Write::put("access", &office.settings, item);
    let deadline = Deadline::after(Duration::from_secs(20));
    office.db.write(write, deadline).await.expect("written");
}

/// What the operator asks for by Telegram; nothing where there is nobody or nothing to do it to.
fn command(state: &mut State, fault: Fault) -> Option<String> {
    let customers: Vec<i64> = state
        .telegram
        .chats
        .keys()
        .copied()
        .filter(|user| *user < OPERATOR && *user > 0)
        .collect();
    let customer = state.dice.choice(customers)?;
    match fault {
        Fault::CreditsGranted => Some(format!(
            "/grant {customer} {} for the trouble",
            state.dice.u32(1..4)
        )),
        // An hour is long over when all has come to rest.
        Fault::CustomerBanned if state.dice.bool() => Some(format!("/ban {customer} 1h strange words")),
        Fault::CustomerBanned => Some(format!("/unban {customer} it was nothing")),
        Fault::OrderGivenBack => {
            let orders: Vec<String> = state
                .kie
                .tasks
                .values()
                .filter_map(crate::kie::Task::order)
                .collect();
            let order = state.dice.choice(orders)?;
            Some(format!("/refund {order} they did not like it"))
        }
        _ => {
            let stars = state
                .telegram
                .charges
                .iter()
                .map(|charge| format!("stars#{}", charge.id));
            let roubles = state.yookassa.payments.values().filter(|payment| payment.paid);
            let roubles = roubles.map(|payment| format!("yookassa#{}", payment.id));
            let dollars = state
                .stripe
                .arrived()
                .into_iter()
                .map(|id| format!("stripe#{id}"));
            let payments: Vec<String> = stars.chain(roubles).chain(dollars).collect();
            let payment = state.dice.choice(payments)?;
            Some(format!("/refund {payment} they have asked for it"))
        }
    }
}

/// Asks for something in the operator's chat and confirms what is asked back.
async fn confirmed(world: &World, command: &str) {
    let now_ms = world.now().0;
    world.note(|| format!("operator: {command}"));
    world.state().telegram.say(OPERATOR, command, now_ms);
    world.has_news();
    wait(Duration::from_secs(15)).await;
    let now_ms = world.now().0;
    world.state().telegram.press_newest(OPERATOR, "op:", now_ms);
    world.has_news();
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
