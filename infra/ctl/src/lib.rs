//! The operator's command line, `cargo ctl`: settings, the webhook, the books.
//!
//! Every command is a function from [`arguments`] to a [`Report`], which is text for people and JSON for programs; what may be
//! too long for one is written on the way. Where
//! the tables are comes from a stack's outputs, from a running `cargo dev`, or from flags: see [`target`].

pub mod arguments;
pub mod error;
pub mod fields;
pub mod report;
mod requests;
pub mod target;

mod access;
mod account;
mod audit;
mod broadcast;
mod daily;
mod explain;
mod flags;
mod grant;
mod holders;
mod job;
mod jobs;
mod limits;
mod log;
mod payments;
mod prices;
mod promos;
mod redrive;
mod registry;
mod sample;
mod secret;
mod selling;
mod settings;
mod show;
mod single;
mod standing;
mod upgrades;
mod webhook;

pub use arguments::Arguments;
pub use error::{Error, Kind};
pub use report::Report;

use std::pin::Pin;

use arguments::{Command, SecretCommand, SettingsCommand, WebhookCommand};
use holders::losing;

/// Carries a command out. What is too long to be held as a whole is written to `out` as it is read; the report is the rest.
pub async fn run(arguments: &Arguments, out: &mut dyn std::io::Write) -> Result<Report, Error> {
    match &arguments.command {
        Command::Settings(command) => later(|| settings(command)).await,
        Command::Flags(command) => later(|| flags::flags(command)).await,
        Command::Evaluators(command) => later(|| registry::rows("evaluator", command)).await,
        Command::Features(command) => later(|| registry::rows("feature", command)).await,
        Command::Tiers(command) => later(|| standing::held("tier", command)).await,
        Command::Addons(command) => later(|| standing::held("addon", command)).await,
        Command::Components(command) => later(|| registry::rows("component", command)).await,
        Command::Overrides(command) => later(|| standing::overrides(command)).await,
        Command::Limits(command) => later(|| limits::limits(command)).await,
        Command::Models(command) => later(|| prices::models(command)).await,
        Command::Prices(command) => later(|| prices::prices(command)).await,
        Command::Packs(command) => later(|| registry::rows("pack", command)).await,
        Command::Selling(command) => later(|| selling::selling(command)).await,
        Command::ModelCosts(command) => later(|| registry::rows("model_cost", command)).await,
        Command::Costs(command) => later(|| single::single(&fields::COSTS, command)).await,
        Command::Moderation(command) => later(|| single::single(&fields::MODERATION, command)).await,
        Command::Promos(command) => later(|| promos::promos(command)).await,
        Command::Rewards(command) => later(|| single::single(&fields::REWARDS, command)).await,
        Command::Plans(command) => later(|| standing::held("plan", command)).await,
        Command::Roles(command) => later(|| standing::roles(command)).await,
        Command::Strikes(command) => later(|| standing::strikes(command)).await,
        Command::Country(command) => later(|| standing::country(command)).await,
        Command::Upgrades(command) => later(|| upgrades::upgrades(command)).await,
        Command::Broadcast(command) => later(|| broadcast::broadcast(command)).await,
        Command::Keys(command) => later(|| access::keys(command)).await,
        Command::Admins(command) => later(|| access::admins(command)).await,
        Command::Explain(command) => later(|| explain::explain(command)).await,
        Command::Log(command) => later(|| log::log(command)).await,
        Command::Webhook(command) => later(|| webhook(command)).await,
        Command::Audit { target } => later(|| audit::audit(target)).await,
        Command::Jobs(command) => later(|| jobs::jobs(command)).await,
        Command::Job {
            job,
            log_name: false,
            bot,
        } => later(|| job::job(job, bot)).await,
        Command::Job { job, bot, .. } => later(|| job::log_name(job, bot)).await,
        Command::Account { user, target } => later(|| account::account(*user, target)).await,
        Command::Payments(command) => later(|| payments::payments(command)).await,
        Command::Requests(command) => later(move || requests::requests(command, arguments.json, out)).await,
        Command::Report(asked) => later(|| daily::report(asked)).await,
        Command::Grant(grant) => later(|| grant::grant(grant)).await,
        Command::Redrive(command) => later(|| redrive::redrive(command)).await,
        Command::Secret(SecretCommand::Template) => secret::template(),
    }
}

/// A command's way, made where it takes no room in every other command's: none of them is small.
#[inline(never)]
fn later<'a, F>(make: impl FnOnce() -> F) -> Pin<Box<dyn Future<Output = Result<Report, Error>> + 'a>>
where
    F: Future<Output = Result<Report, Error>> + 'a,
{
    Box::pin(make())
}

async fn settings(command: &SettingsCommand) -> Result<Report, Error> {
    match command {
        SettingsCommand::Check { file } => settings::check(file),
        SettingsCommand::Fields => Ok(fields::all()),
        SettingsCommand::Plan { file, target } => settings::plan(file, target).await,
        SettingsCommand::Apply {
            file,
            holders_lose_it,
            said,
            target,
        } => settings::apply(file, losing(*holders_lose_it), said, target).await,
        SettingsCommand::Diff {
            file,
            from,
            to,
            target,
        } => settings::diff(file.as_deref(), *from, *to, target).await,
        SettingsCommand::Export { version, target } => settings::show(*version, target).await,
        SettingsCommand::History {
            limit,
            up_to,
            after,
            target,
        } => {
            let up_to = after.map_or(*up_to, |after| Some(after.saturating_sub(1)));
            settings::history(*limit, up_to, target).await
        }
        SettingsCommand::Rollback {
            version,
            plan,
            holders_lose_it,
            said,
            target,
        } => {
            let losing = (!plan).then(|| losing(*holders_lose_it));
            settings::rollback(*version, losing, said, target).await
        }
    }
}

async fn webhook(command: &WebhookCommand) -> Result<Report, Error> {
    match command {
        WebhookCommand::Set(set) => webhook::set(set).await,
        WebhookCommand::Show(bot) => webhook::show(bot).await,
        WebhookCommand::Delete { bot, drop_waiting } => webhook::delete(bot, *drop_waiting).await,
    }
}
