//! The operator's command line, `cargo ctl`: settings, the webhook, the books.
//!
//! Every command is a function from [`arguments`] to a [`Report`], which is text for people and JSON for programs. Where
//! the tables are comes from a stack's outputs, from a running `cargo dev`, or from flags: see [`target`].

pub mod arguments;
pub mod error;
pub mod report;
pub mod target;

mod account;
mod audit;
mod grant;
mod job;
mod secret;
mod settings;
mod show;
mod webhook;

pub use arguments::Arguments;
pub use error::Error;
pub use report::Report;

use arguments::{Command, SecretCommand, SettingsCommand, WebhookCommand};

/// Carries a command out.
pub async fn run(arguments: &Arguments) -> Result<Report, Error> {
    match &arguments.command {
        Command::Settings(command) => match command {
            SettingsCommand::Check { file } => settings::check(file),
            SettingsCommand::Plan { file, target } => settings::plan(file, target).await,
            SettingsCommand::Apply { file, target } => settings::apply(file, target).await,
            SettingsCommand::Show { target } => settings::show(target).await,
        },
        Command::Webhook(command) => match command {
            WebhookCommand::Set(set) => webhook::set(set).await,
            WebhookCommand::Show(bot) => webhook::show(bot).await,
            WebhookCommand::Delete { bot, drop_waiting } => webhook::delete(bot, *drop_waiting).await,
        },
        Command::Audit { target } => audit::audit(target).await,
        Command::Job { job, target } => job::job(job, target).await,
        Command::Account { user, target } => account::account(*user, target).await,
        Command::Grant(grant) => grant::grant(grant).await,
        Command::Secret(SecretCommand::Template) => secret::template(),
    }
}
