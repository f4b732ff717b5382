//! `/language`: in which language the bot speaks, whatever the customer's Telegram does.

use telegram::methods::{InlineKeyboardMarkup, Reply};

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::{Card, chosen, keyboard};
use crate::texts::{Locale, Say};

impl Visit<'_> {
    /// `/language`.
    pub(super) fn languages(&self) -> Reply {
        self.send_card(self.languages_card(self.say, self.account.language.as_deref()))
    }

    /// This language from now on; `None` for that of the customer's Telegram.
    pub(super) async fn choose_language(
        &self,
        language: Option<Locale>,
        message_id: i64,
    ) -> Result<Reply, Error> {
        let say = Say::in_(language.unwrap_or(self.telegrams));
        let name = language.map(Locale::as_str);
        let store = &self.desk.store;
        let noted = store.set_language(self.account.user, name, say.locale().as_str(), self.deadline);
        let (noted, ()) = futures::future::join(noted, self.speak_on_the_menu(language, say)).await;
        noted?;
        Ok(self.edit_card(message_id, self.languages_card(say, name)))
    }

    fn languages_card(&self, say: Say, known: Option<&str>) -> Card {
        let telegrams = Say::in_(self.telegrams).text("language-name");
        let text = match known {
            Some(_) => say.text("language-is"),
            None => say.with("language-telegrams", [("name", telegrams.into())]),
        };
        Card {
            text,
            buttons: buttons(say, known),
        }
    }
}

fn buttons(say: Say, known: Option<&str>) -> InlineKeyboardMarkup {
    let row = |language: Option<Locale>| {
        // Each language is called as those call it who speak it.
        let name = language.map_or_else(
            || say.text("language-as-telegram"),
            |language| Say::in_(language).text("language-name"),
        );
        let is_known = language.map(Locale::as_str) == known;
        vec![Button::Language(language).labelled(chosen(say, name, is_known))]
    };
    keyboard([row(Some(Locale::Ru)), row(Some(Locale::En)), row(None)])
}
