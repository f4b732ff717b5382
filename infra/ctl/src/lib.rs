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

use arguments::{Command, SecretCommand, SettingsCommand, WebhookCommand};
use holders::losing;

/// Carries a command out. What is too long to be held as a whole is written to `out` as it is read; the report is the rest.
pub async fn run(arguments: &Arguments, out: &mut dyn std::io::Write) -> Result<Report, Error> {
    match &arguments.command {
        // Large, and so not a part of every other command's way.
        Command::Settings(command) => Box::pin(settings(command)).await,
        Command::Flags(command) => flags::flags(command).await,
        Command::Evaluators(command) => registry::rows("evaluator", command).await,
        Command::Features(command) => registry::rows("feature", command).await,
        Command::Tiers(command) => standing::held("tier", command).await,
        Command::Addons(command) => standing::held("addon", command).await,
        Command::Components(command) => registry::rows("component", command).await,
        Command::Overrides(command) => standing::overrides(command).await,
        Command::Limits(command) => limits::limits(command).await,
        Command::Models(command) => prices::models(command).await,
        Command::Prices(command) => prices::prices(command).await,
        Command::Packs(command) => registry::rows("pack", command).await,
        Command::Selling(command) => selling::selling(command).await,
        Command::ModelCosts(command) => registry::rows("model_cost", command).await,
        Command::Costs(command) => single::single(&fields::COSTS, command).await,
        Command::Moderation(command) => single::single(&fields::MODERATION, command).await,
        Command::Promos(command) => Box::pin(promos::promos(command)).await,
        Command::Rewards(command) => single::single(&fields::REWARDS, command).await,
        Command::Plans(command) => standing::held("plan", command).await,
        Command::Roles(command) => standing::roles(command).await,
        Command::Strikes(command) => standing::strikes(command).await,
        Command::Country(command) => standing::country(command).await,
        Command::Upgrades(command) => upgrades::upgrades(command).await,
        Command::Broadcast(command) => broadcast::broadcast(command).await,
        Command::Keys(command) => access::keys(command).await,
        Command::Admins(command) => access::admins(command).await,
        Command::Explain(command) => explain::explain(command).await,
        Command::Log(command) => log::log(command).await,
        Command::Webhook(command) => webhook(command).await,
        Command::Audit { target } => audit::audit(target).await,
        Command::Jobs(command) => jobs::jobs(command).await,
        Command::Job {
            job,
            log_name: false,
            bot,
        } => job::job(job, bot).await,
        Command::Job { job, bot, .. } => job::log_name(job, bot).await,
        Command::Account { user, target } => account::account(*user, target).await,
        Command::Payments(command) => payments::payments(command).await,
        Command::Requests(command) => requests::requests(command, arguments.json, out).await,
        Command::Report(asked) => daily::report(asked).await,
        Command::Grant(grant) => grant::grant(grant).await,
        Command::Redrive(command) => redrive::redrive(command).await,
        Command::Secret(SecretCommand::Template) => secret::template(),
    }
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
