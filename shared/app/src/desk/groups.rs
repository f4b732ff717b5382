//! Chats of several people, and channels: the bot works in private chats, so where it is spoken to, or was just brought to, it
//! says so once a day and leads there. Nobody gets an account by it, nothing is charged, and nothing of anybody's is shown
//! where others read along.

use domain::id::UserId;
use table::Deadline;
use telegram::methods::{
    AnswerCallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Reply, SendMessage,
};
use telegram::types::{CallbackQuery, Chat, ChatMemberUpdated, Message};

use super::{Desk, Error};
use crate::links;
use crate::texts::{Locale, Say};

/// Answers in one chat in a day (UTC).
const ANSWERS_MAX: u32 = 1;
/// What an answer is counted as.
const ANSWER: &str = "group";
/// What the link to the private chat carries, so that it begins with a welcome.
const START: &str = "start=group";

impl Desk {
    /// What is said to somebody who speaks to the bot where others read along. `None` if they speak to somebody else, or it
    /// was said today.
    pub(super) async fn spoken_to_among_others(
        &self,
        message: &Message,
        say: Say,
        deadline: Deadline,
    ) -> Result<Option<Reply>, Error> {
        let words = message.text.as_deref().or(message.caption.as_deref());
        if !self.is_spoken_to(words.unwrap_or_default().trim()) {
            return Ok(None);
        }
        let answer = self
            .answer_in(&message.chat, "group-answer", say, deadline)
            .await?;
        Ok(answer.map(|answer| answer.in_reply_to(message.message_id).into()))
    }

    /// What is said where the bot was just brought to. Where it was taken away, or may do something else than before: nothing.
    pub(super) async fn brought(
        &self,
        change: &ChatMemberUpdated,
        deadline: Deadline,
    ) -> Result<Option<Reply>, Error> {
        if !change.has_come() {
            return Ok(None);
        }
        let say = Say::in_(Locale::of(change.from.language_code.as_deref()));
        let hello = self.answer_in(&change.chat, "group-hello", say, deadline).await?;
        Ok(hello.map(Into::into))
    }

    /// A button that was pressed where others read along: whatever it is of, it is not answered there.
    pub(super) fn pressed_among_others(query: &CallbackQuery, say: Say) -> Reply {
        AnswerCallbackQuery::alert(&query.id, say.text("group-button")).into()
    }

    /// A message with the way to the private chat, if none was sent there today. The operator's own chat needs none.
    async fn answer_in(
        &self,
        chat: &Chat,
        text: &str,
        say: Say,
        deadline: Deadline,
    ) -> Result<Option<SendMessage>, Error> {
        let operators = self.helpdesk.as_ref().is_some_and(|help| help.chat == chat.id);
        if operators || !chat.is_group() {
            return Ok(None);
        }
        let (store, now) = (&self.store, self.env.now());
        if !store
            .take_turn(UserId(chat.id), ANSWER, ANSWERS_MAX, now, deadline)
            .await?
        {
            return Ok(None);
        }
        let message = SendMessage::html(chat.id, say.text(text));
        Ok(Some(match self.link() {
            Some(link) => {
                let button =
                    InlineKeyboardButton::url(say.text("group-button-open"), format!("{link}?{START}"));
                message.with_buttons(InlineKeyboardMarkup::new([vec![button]]))
            }
            None => message,
        }))
    }

    /// The bot's own link, where it is known.
    fn link(&self) -> Option<&str> {
        links::bot(&self.cashier.as_ref()?.return_url)
    }

    /// Whether words are for the bot: a command that names no other one, or its name.
    pub(super) fn is_spoken_to(&self, words: &str) -> bool {
        let name = self.link().and_then(|link| link.rsplit('/').next());
        is_for(words, name.unwrap_or_default())
    }
}

/// Whether words are for the bot of that name; empty if nobody knows it.
fn is_for(words: &str, name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if let Some(command) = words.strip_prefix('/') {
        let word = command.split(char::is_whitespace).next().unwrap_or_default();
        let (word, named) = match word.split_once('@') {
            Some((word, named)) => (word, Some(named)),
            None => (word, None),
        };
        let is_command = !word.is_empty() && word.chars().all(letter);
        return is_command && named.is_none_or(|named| name.is_empty() || named.eq_ignore_ascii_case(name));
    }
    let mut mentions = words.split('@').skip(1);
    !name.is_empty()
        && mentions.any(|after| {
            let mentioned = after.split(|it| !letter(it)).next().unwrap_or_default();
            mentioned.eq_ignore_ascii_case(name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bot_is_spoken_to_by_a_command_or_by_its_name() {
        for words in [
            "/start",
            "/start@The_Bot",
            "/buy@the_bot now",
            "hey @the_bot!",
            "@THE_BOT a cat",
        ] {
            assert!(is_for(words, "the_bot"), "{words}");
        }
        for words in [
            "",
            "hello all",
            "/start@other_bot",
            "/",
            "/ start",
            "/usr/bin",
            "@the_bot_fan",
            "me@the-bot",
            "the_bot",
        ] {
            assert!(!is_for(words, "the_bot"), "{words}");
        }
        assert!(is_for("/start@who_knows", "") && !is_for("@ hello", ""));
    }
}
