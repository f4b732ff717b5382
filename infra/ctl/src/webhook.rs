//! Where Telegram delivers its updates.

use std::time::Duration;

use app::Clock as _;
use app::texts::{self, Locale};
use domain::time::Timestamp;
use runtime::Secrets;
use serde_json::json;
use telegram::Client;
use telegram::methods::{
    BotCommand, CommandScope, DeleteWebhook, GetWebhookInfo, SetChatMenuButton, SetMyCommands,
    SetWebhook as Call, WebhookInfo,
};

use crate::arguments::{Bot, SetWebhook};
use crate::show::{span, time};
use crate::target::Place;
use crate::{Error, Report};

/// Telegram answers in a second or not at all.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Registers the webhook and fills the bot's menus.
pub(crate) async fn set(set: &SetWebhook) -> Result<Report, Error> {
    let place = set.bot.target.find().await?;
    let secrets = place.secrets(&set.bot).await?;
    let client = client(&set.bot, &place, &secrets)?;
    let url = place.output("WebhookUrl")?;
    let header = secrets.telegram_webhook_secret().map_err(Error::unusable)?;
    let call = Call {
        allowed_updates: kinds(),
        max_connections: Some(set.max_connections),
        drop_pending_updates: set.drop_waiting.then_some(true),
        ..Call::new(url, header)
    };
    client.call(&call, TIMEOUT).await?;
    for menu in menus() {
        client.call(&menu, TIMEOUT).await?;
    }
    if let Some(menu) = operators(&place) {
        client.call(&menu, TIMEOUT).await?;
    }
    let cabinet = set_menu_button(&client, &place).await?;
    let text = format!(
        "Telegram delivers {} to {url}, at most {} at a time; the menus are filled{}",
        call.allowed_updates.join(", "),
        set.max_connections,
        cabinet.as_ref().map_or_else(String::new, |url| format!(
            ", and the button beside the text field opens {url}"
        ))
    );
    let json = json!({"url": url, "allowed_updates": call.allowed_updates, "max_connections": set.max_connections, "cabinet": cabinet});
    Ok(Report::new(text, json))
}

/// Lets the button beside the text field open the cabinet, where the stack says where its page is. Telegram takes https alone:
/// the played one is told by `cargo dev` itself.
async fn set_menu_button(client: &Client, place: &Place) -> Result<Option<String>, Error> {
    let api = place.output("FeaturesApiUrl").ok();
    let Some(api) = api.filter(|url| url.starts_with("https://")) else {
        return Ok(None);
    };
    let cabinet = format!("{api}app/");
    let button = SetChatMenuButton::opening(&cabinet, texts::menu_button());
    client.call(&button, TIMEOUT).await?;
    Ok(Some(cabinet))
}

/// Shows how the delivery goes.
pub(crate) async fn show(bot: &Bot) -> Result<Report, Error> {
    let place = bot.target.find().await?;
    let secrets = place.secrets(bot).await?;
    let client = client(bot, &place, &secrets)?;
    let info = client.call(&GetWebhookInfo {}, TIMEOUT).await?;
    let problem = problem(&info, place.output("WebhookUrl").ok());
    Ok(report(&info, problem.as_deref(), runtime::SystemClock.now()))
}

/// Stops the delivery.
pub(crate) async fn delete(bot: &Bot, drop_waiting: bool) -> Result<Report, Error> {
    let place = bot.target.find().await?;
    let secrets = place.secrets(bot).await?;
    let call = DeleteWebhook {
        drop_pending_updates: drop_waiting.then_some(true),
    };
    client(bot, &place, &secrets)?.call(&call, TIMEOUT).await?;
    let text = "Telegram delivers nothing more; updates wait there for up to 24 hours";
    Ok(Report::new(text, json!({"url": null})))
}

/// The commands for everybody in English, and for those whose language is Russian in Russian.
fn menus() -> [SetMyCommands; 2] {
    let menu = |locale, language_code: Option<&str>| SetMyCommands {
        commands: texts::commands(locale)
            .into_iter()
            .map(|(command, description)| BotCommand {
                command: command.to_owned(),
                description,
            })
            .collect(),
        language_code: language_code.map(str::to_owned),
        scope: None,
    };
    [menu(Locale::En, None), menu(Locale::Ru, Some("ru"))]
}

/// The commands of the operator's chat, where there is one: in its language, whatever its people speak.
fn operators(place: &Place) -> Option<SetMyCommands> {
    let chat_id = place.output("OperatorChatId").ok()?.parse().ok()?;
    let language = place.output("OperatorLanguage").ok();
    let commands = texts::operator_commands(Locale::of(language));
    let command = |(command, description): (&str, String)| BotCommand {
        command: command.to_owned(),
        description,
    };
    Some(SetMyCommands {
        commands: commands.into_iter().map(command).collect(),
        language_code: None,
        scope: Some(CommandScope::Chat { chat_id }),
    })
}

pub(crate) fn client(bot: &Bot, place: &Place, secrets: &Secrets) -> Result<Client, Error> {
    let http = runtime::clients::http().map_err(|error| Error::Machine(Box::new(error)))?;
    let token = secrets.telegram_bot_token().map_err(Error::unusable)?;
    Ok(Client::new(http, place.telegram(bot), token))
}

/// The kinds of updates that the bot reads.
fn kinds() -> Vec<String> {
    Call::new("", "").allowed_updates
}

/// What is wrong with the webhook, if anything is.
fn problem(info: &WebhookInfo, wanted: Option<&str>) -> Option<String> {
    let kinds = kinds();
    match wanted {
        _ if info.url.is_empty() => Some("there is no webhook: `cargo ctl webhook set`".to_owned()),
        Some(wanted) if wanted != info.url => Some(format!("the stack's address is {wanted}")),
        _ if !kinds.iter().all(|kind| info.allowed_updates.contains(kind)) => {
            Some(format!("the bot also wants {}", kinds.join(", ")))
        }
        _ => None,
    }
}

fn report(info: &WebhookInfo, problem: Option<&str>, now: Timestamp) -> Report {
    let failed_at = info
        .last_error_date
        .map(|seconds| Timestamp(seconds.saturating_mul(1000)));
    let last_error = match (&info.last_error_message, failed_at) {
        (Some(message), Some(at)) => format!("{message} ({}, {} ago)", time(at), span(now.since(at))),
        (Some(message), None) => message.clone(),
        (None, _) => "none".to_owned(),
    };
    let url = if info.url.is_empty() { "none" } else { &info.url };
    let mut lines = vec![
        format!("last error   {last_error}"),
        format!("address      {url}"),
        format!("waiting      {} updates", info.pending_update_count),
        format!("at a time    {}", info.max_connections.unwrap_or(40)),
        format!("kinds        {}", crate::show::list(info.allowed_updates.clone())),
    ];
    lines.extend(problem.map(|problem| format!("wrong        {problem}")));
    let json = json!({
        "url": info.url,
        "waiting": info.pending_update_count,
        "last_error": info.last_error_message,
        "last_error_at_s": info.last_error_date,
        "max_connections": info.max_connections,
        "allowed_updates": info.allowed_updates,
        "problem": problem,
    });
    Report::verdict(problem.is_none(), lines.join("\n"), json)
}
