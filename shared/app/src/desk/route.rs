//! Which update goes where.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use table::Deadline;
use telegram::methods::{AnswerCallbackQuery, Reply, SendMessage};
use telegram::types::{CallbackQuery, ChatMemberUpdated, Message, Update, UpdateKind};

use super::compose::First;
use super::urgent::Handled;
use super::visit::Visit;
use super::welcome::{help, help_instead, unknown_command};
use super::{Desk, Error};
use super::{again, invite};
use crate::buttons::Button;
use crate::texts::{Locale, Say};

/// An update that fails for so long after it was written holds up everything else that its customer writes.
const GIVEN_UP_AFTER: Millis = Millis::from_mins(15);

impl Desk {
    /// Whether an update that has failed again is to be given up: Telegram would repeat it for a day and hold everything
    /// else back that the same customer writes. A pressed button has no date, and Telegram drops it after 150 s by itself.
    pub fn gives_up(&self, update: &Update) -> bool {
        let date = match &update.kind {
            // Money is never given up: it is told again until it is taken down.
            UpdateKind::Message(message) if message.is_about_money() => 0,
            UpdateKind::Message(message) => message.date,
            UpdateKind::MyChatMember(change) => change.date,
            _ => 0,
        };
        let written = Timestamp(date.saturating_mul(1000));
        date > 0 && self.env.now().since(written) > GIVEN_UP_AFTER
    }

    /// Answers an update. `None` where there is nothing to say.
    pub async fn answer(&self, update: &Update, deadline: Deadline) -> Result<Option<Reply>, Error> {
        match &update.kind {
            UpdateKind::Message(message) => self.message(message, deadline).await,
            UpdateKind::CallbackQuery(query) => self.button(query, deadline).await,
            UpdateKind::MyChatMember(change) => self.member(change, deadline).await,
            UpdateKind::PreCheckoutQuery(query) => Ok(Some(self.checkout(query).await)),
            UpdateKind::Subscription(changed) => self.subscription(changed, deadline).await,
            UpdateKind::Other { .. } => Ok(None),
            UpdateKind::Unreadable { name, why } => {
                tracing::error!(
                    name: "update_unreadable",
                    update_id = update.update_id,
                    name,
                    why,
                    "an update cannot be read and is dropped"
                );
                Ok(None)
            }
        }
    }

    /// What to say when an update could not be handled and never will be.
    pub fn apologize(update: &Update) -> Option<Reply> {
        match &update.kind {
            UpdateKind::Message(message) if message.chat.is_private() => {
                let say = Say::in_(Locale::of(message.from.as_ref()?.language_code.as_deref()));
                Some(SendMessage::html(message.chat.id, say.text("trouble")).into())
            }
            UpdateKind::CallbackQuery(query) => {
                let say = Say::in_(Locale::of(query.from.language_code.as_deref()));
                Some(AnswerCallbackQuery::alert(&query.id, say.text("trouble")).into())
            }
            _ => None,
        }
    }

    async fn message(&self, message: &Message, deadline: Deadline) -> Result<Option<Reply>, Error> {
        // That Stars went back is told by a message of the bot's own.
        if message.chat.is_private() && message.is_about_money() {
            return Box::pin(self.money(message, deadline)).await;
        }
        // Before what is replied to customers: a command below a question is no answer to it.
        if let Handled::Ours(reply) = Box::pin(self.urgent(message, deadline)).await? {
            return Ok(reply);
        }
        if let Some(reply) = Box::pin(self.operator_said(message, deadline)).await? {
            return Ok(Some(reply));
        }
        let Some(from) = message.from.as_ref().filter(|from| !from.is_bot && from.id > 0) else {
            return Ok(None);
        };
        let say = Say::in_(Locale::of(from.language_code.as_deref()));
        let text = message.text.as_deref().unwrap_or_default().trim();
        if !message.chat.is_private() {
            return self.spoken_to_among_others(message, say, deadline).await;
        }
        if !message.has_content() {
            return Ok(None);
        }
        let command = command(text);
        let started = command.as_deref() == Some("start");
        let link = invite::code_in(arguments(text)).filter(|_| started);
        let user = UserId(from.id);
        let order = again::order_of(user, arguments(text)).filter(|_| started);
        let asked = (order.as_ref(), link.as_ref());
        let visit = self.visit_by(asked, user, message.chat.id, say, deadline);
        let mut visit = match visit.await {
            Ok(visit) => visit,
            // Help there is even where nobody can be looked up.
            Err(error) if command.as_deref() == Some("help") => {
                tracing::warn!(name: "help_without_account", error = crate::chain(&error), "help is given in the language of Telegram");
                return Ok(Some(help(message.chat.id, say, false)));
            }
            Err(error) => return Err(error),
        };
        if let Some(reply) = Box::pin(visit.asked(message, command.is_some())).await? {
            return Ok(Some(reply));
        }
        let reply = match command.as_deref() {
            Some("start") => Box::pin(visit.started(arguments(text))).await?,
            Some("promo") => Box::pin(visit.promo(arguments(text))).await?,
            Some("invite") => visit.invite().await?,
            Some("bonus") => visit.bonus().await?,
            Some("delete_my_data") => Box::pin(visit.delete_my_data()).await?,
            Some("help") => help(message.chat.id, visit.say, visit.bonus_is_on()),
            Some("language") => visit.languages(),
            Some("notifications") => visit.news_choice(),
            Some("cabinet" | "balance") => visit.cabinet(),
            Some("buy") => visit.shop(),
            Some("orders" | "gallery") => visit.orders().await?,
            Some("history") => visit.history().await?,
            Some("receipt") => visit.receipts().await?,
            Some("terms") => visit.terms(),
            Some("paysupport") => visit.pay_support(),
            Some("support") => Box::pin(visit.support(arguments(text))).await?,
            Some("timezone") => visit.time_zone(arguments(text)).await?,
            Some(_) => unknown_command(message.chat.id, visit.say),
            None => match visit.contact(text).await? {
                Some(reply) => reply,
                None => visit.compose(message).await?,
            },
        };
        Ok(Some(reply))
    }

    async fn button(&self, query: &CallbackQuery, deadline: Deadline) -> Result<Option<Reply>, Error> {
        if let Handled::Ours(reply) = Box::pin(self.urgent_press(query, deadline)).await? {
            return Ok(reply);
        }
        let say = Say::in_(Locale::of(query.from.language_code.as_deref()));
        let Some(button) = query.data.as_deref().and_then(Button::parse) else {
            let say = self.chosen_say(query, say).await;
            return Ok(Some(
                AnswerCallbackQuery::alert(&query.id, say.text("draft-stale")).into(),
            ));
        };
        let Some(message) = query.message.as_ref().filter(|_| query.from.id > 0) else {
            return Ok(Some(
                AnswerCallbackQuery::alert(&query.id, say.text("draft-stale")).into(),
            ));
        };
        if !message.chat.is_private() {
            return Ok(Some(Self::pressed_among_others(query, say)));
        }
        let user = UserId(query.from.id);
        let job = button.job(user);
        let visit = self
            .visit(user, message.chat.id, say, job.as_ref(), deadline)
            .await?;
        let pressed = Box::pin(visit.press(button, message.message_id, &query.id));
        pressed.await.map(Some)
    }

    /// The language that whoever pressed has chosen, where that is known; nobody waits long for it, and no account is opened.
    async fn chosen_say(&self, query: &CallbackQuery, otherwise: Say) -> Say {
        let is_private = query
            .message
            .as_ref()
            .is_some_and(|message| message.chat.is_private());
        if query.from.id <= 0 || !is_private {
            return otherwise;
        }
        match self.store.account(UserId(query.from.id)).await {
            Ok(account) => account
                .and_then(|account| account.language)
                .map_or(otherwise, |language| Say::of(&language)),
            Err(error) => {
                tracing::info!(name: "language_unknown", error = crate::chain(&error), "an old button is answered in the language of Telegram");
                otherwise
            }
        }
    }

    async fn member(&self, change: &ChatMemberUpdated, deadline: Deadline) -> Result<Option<Reply>, Error> {
        if !change.chat.is_private() {
            return self.brought(change, deadline).await;
        }
        if change.from.id > 0 {
            self.store
                .set_blocked(UserId(change.from.id), change.is_blocked(), deadline)
                .await?;
        }
        Ok(None)
    }
}

impl Visit<'_> {
    async fn press(self, button: Button, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        match button {
            Button::Cabinet => Ok(self.cabinet_instead(message_id)),
            Button::Help => Ok(help_instead(self.chat, message_id, self.say, self.bonus_is_on())),
            Button::Models(nonce) => Ok(self.show_models(&nonce, message_id, query_id)),
            Button::Card(nonce) => Ok(self.show_card(&nonce, message_id, query_id)),
            Button::Model(nonce, model) => self.choose_model(&nonce, model, message_id, query_id).await,
            Button::Sample(model) => Box::pin(self.sample(&model, query_id)).await,
            Button::Kind(nonce, makes) => self.choose_kind(&nonce, makes, message_id, query_id).await,
            Button::Film(_) => self.film(query_id).await,
            Button::Duration(nonce, seconds) => {
                self.choose_duration(&nonce, seconds, message_id, query_id).await
            }
            Button::Quality(nonce, quality) => {
                self.choose_quality(&nonce, quality, message_id, query_id).await
            }
            Button::Aspect(nonce, aspect) => self.choose_aspect(&nonce, aspect, message_id, query_id).await,
            Button::Create(nonce, revision, price) => {
                self.create(&nonce, (revision, price), message_id, query_id).await
            }
            Button::Words(nonce, revision, price) => {
                self.create_words(&nonce, (revision, price), message_id, query_id)
                    .await
            }
            Button::AsItWas(nonce) => self.as_it_was(&nonce, message_id, query_id).await,
            Button::UseWords(_) => self.use_words(message_id, query_id).await,
            Button::Drop(nonce) => self.drop_draft(&nonce, message_id, query_id).await,
            Button::Cancel(_) => self.cancel(message_id, query_id).await,
            Button::Again(_) => self.again(First::Card, query_id).await,
            Button::Vary(_) => Box::pin(self.vary(query_id)).await,
            Button::Other(_) => self.again(First::Models, query_id).await,
            Button::Parked => self.show_parked(message_id, query_id).await,
            Button::ParkedNext(nonce) => self.send_next_parked(nonce, query_id).await,
            Button::Shop => Ok(self.shop_instead(message_id)),
            Button::Support => Box::pin(self.support_instead(message_id, query_id)).await,
            Button::Appeal(nonce) => Box::pin(self.appeal(&nonce, query_id)).await,
            Button::Ware(ware) => self.show_ware(&ware, message_id, query_id).await,
            Button::Buy(nonce, rail, ware) => {
                Box::pin(self.buy((&nonce, rail, &ware), message_id, query_id)).await
            }
            Button::Paid(nonce) => Box::pin(self.paid(&nonce, message_id, query_id)).await,
            Button::Language(language) => self.choose_language(language, message_id).await,
            Button::News(wanted) => self.choose_news(wanted, message_id).await,
            Button::Quiet(wanted) => self.choose_quiet(wanted, message_id).await,
            Button::Mute => self.mute(query_id).await,
            Button::Orders => self.orders_instead(message_id, None, query_id).await,
            Button::OrdersBefore(nonce, at) => {
                self.orders_instead(message_id, Some((&nonce, at)), query_id)
                    .await
            }
            Button::Order(_) => Ok(Box::pin(self.receipt_of_order(message_id, query_id)).await),
            Button::ShowAgain(_) => Ok(self.show_again(query_id)),
            Button::History => self.history_instead(message_id, 0).await,
            Button::HistoryPage(page) => self.history_instead(message_id, page).await,
            Button::Erase(shown, revision) => {
                Box::pin(self.erase((shown, revision), message_id, query_id)).await
            }
            Button::GiveBack(nonce, meant) => {
                Box::pin(self.give_back(&nonce, meant, message_id, query_id)).await
            }
            Button::Renew(nonce, wanted) => self.renew(&nonce, wanted, message_id, query_id).await,
        }
    }
}

/// The command at the start of a text, in small letters: `/start`, `/Start@the_bot`, `/start promo`. A slash alone is a
/// command without a name.
fn command(text: &str) -> Option<String> {
    let word = text.strip_prefix('/')?.split([' ', '\n', '\t', '@']).next()?;
    Some(word.to_lowercase())
}

/// What follows a command, without the spaces around it.
fn arguments(text: &str) -> &str {
    text.split_once(char::is_whitespace)
        .map_or("", |(_, rest)| rest.trim())
}

/// Takes a text apart as every message is.
#[cfg(feature = "fuzzed")]
pub(super) fn read_as_command(text: &str) {
    let whole = text.trim();
    assert!(whole.ends_with(arguments(whole)));
    assert_eq!(command(whole).is_some(), whole.starts_with('/'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_with_the_bots_name_and_with_arguments() {
        for text in [
            "/start",
            "/start@neuro_bot promo",
            "/START\npromo",
            "/Start promo",
        ] {
            assert_eq!(command(text).as_deref(), Some("start"), "{text}");
        }
        assert_eq!(command("/").as_deref(), Some(""));
        assert_eq!(command("/ start").as_deref(), Some(""));
        assert_eq!(command("a /start"), None);
    }
}
