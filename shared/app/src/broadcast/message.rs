//! The message of a broadcast: whether Telegram will take it, and how it is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::broadcast::{Segment, Wording};
use domain::id::UserId;
use telegram::html::{is_https, shown};
use telegram::limits::{CAPTION_CHARS_MAX, TEXT_CHARS_MAX};
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup, InputFile, SendMessage, SendPhoto};

use crate::buttons::Button;
use crate::cards::keyboard;
use crate::texts::Say;

/// The languages that texts may be in: those that the bot speaks.
pub const LANGUAGES: [&str; 2] = ["ru", "en"];
/// The longest text with its markup, in bytes.
const TEXT_BYTES_MAX: usize = 16_384;
/// The longest words on a button, in characters.
const LABEL_CHARS_MAX: usize = 64;
/// The longest address, in bytes.
const URL_BYTES_MAX: usize = 2_048;

/// What is wrong with a broadcast.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// What.
    pub what: String,
    /// Where, as a JSON pointer.
    pub pointer: String,
}

fn fault(pointer: impl Into<String>, what: impl Into<String>) -> Fault {
    Fault {
        what: what.into(),
        pointer: pointer.into(),
    }
}

/// Whether a broadcast can be sent as it is, and its segment can be asked for.
pub fn check(wording: &Wording, segment: &Segment) -> Result<(), Fault> {
    if wording.texts.is_empty() {
        return Err(fault("/texts", "a text in at least one language"));
    }
    let chars_max = wording
        .photo
        .as_ref()
        .map_or(TEXT_CHARS_MAX, |_| CAPTION_CHARS_MAX);
    for (language, text) in &wording.texts {
        let at = format!("/texts/{language}");
        known(language, &at)?;
        let shown = shown(text).map_err(|wrong| fault(&at, wrong.to_string()))?;
        if shown.is_blank || shown.chars > chars_max || text.len() > TEXT_BYTES_MAX {
            let what = format!(
                "1 to {chars_max} characters, without the markup; these are {}",
                shown.chars
            );
            return Err(fault(&at, what));
        }
    }
    if wording.photo.as_deref().is_some_and(|photo| !is_photo(photo)) {
        return Err(fault(
            "/photo",
            "an address of https, or Telegram's name of a file",
        ));
    }
    if let Some(link) = &wording.link {
        if !is_https(&link.url) || link.url.len() > URL_BYTES_MAX {
            return Err(fault("/link/url", "an address of https"));
        }
        labels(&link.labels, wording)?;
    }
    asked(segment)
}

fn known(language: &str, at: &str) -> Result<(), Fault> {
    let known = LANGUAGES.contains(&language);
    known
        .then_some(())
        .ok_or_else(|| fault(at, format!("the bot speaks {}", LANGUAGES.join(" and "))))
}

fn labels(labels: &BTreeMap<String, String>, wording: &Wording) -> Result<(), Fault> {
    for language in wording.texts.keys() {
        let at = format!("/link/labels/{language}");
        let label = labels.get(language).map_or("", |label| label.trim());
        if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX {
            let what = format!("1 to {LABEL_CHARS_MAX} characters for each language that there is a text in");
            return Err(fault(at, what));
        }
    }
    Ok(())
}

/// Telegram's names of files are letters of base64 for addresses; how long they are it does not say.
fn is_photo(photo: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_name = (10..=256).contains(&photo.len()) && photo.bytes().all(name);
    is_name || (is_https(photo) && photo.len() <= URL_BYTES_MAX)
}

fn asked(segment: &Segment) -> Result<(), Fault> {
    if segment.users.len() > Segment::USERS_MAX || segment.users.iter().any(|user| user.0 <= 0) {
        let what = format!("at most {} numbers of users", Segment::USERS_MAX);
        return Err(fault("/segment/users", what));
    }
    if let Some(language) = &segment.language {
        known(language, "/segment/language")?;
    }
    for (name, days) in [
        ("active_days", segment.active_days),
        ("inactive_days", segment.inactive_days),
    ] {
        if days.is_some_and(|days| !(1..=Segment::DAYS_MAX).contains(&days)) {
            let what = format!("1 to {} days", Segment::DAYS_MAX);
            return Err(fault(format!("/segment/{name}"), what));
        }
    }
    if let (Some(min), Some(max)) = (segment.credits_min, segment.credits_max)
        && min > max
    {
        return Err(fault(
            "/segment/credits_max",
            "nobody has fewer than so many and more",
        ));
    }
    Ok(())
}

/// Sends it to a customer, in their language. The button below it works for ever: it says all that it means.
pub(super) async fn send(
    bot: &telegram::Client,
    wording: &Wording,
    (user, language, text): (UserId, &str, &str),
    timeout: Duration,
) -> Result<(), telegram::Error> {
    let buttons = buttons(wording, language);
    match &wording.photo {
        None => {
            let message = SendMessage::html(user.0, text).with_buttons(buttons);
            bot.call(&message, timeout).await.map(drop)
        }
        Some(photo) => {
            let file = if is_https(photo) {
                InputFile::Url(photo.clone())
            } else {
                InputFile::FileId(photo.clone())
            };
            let message = SendPhoto::new(user.0, file)
                .with_caption_html(text)
                .with_buttons(buttons);
            bot.call(&message, timeout).await.map(drop)
        }
    }
}

fn buttons(wording: &Wording, language: &str) -> InlineKeyboardMarkup {
    let link = wording.link.as_ref().and_then(|link| {
        let label = link.labels.get(language)?;
        Some(InlineKeyboardButton::url(label, &link.url))
    });
    let mute = Button::Mute.labelled(Say::of(language).text("broadcast-mute-button"));
    keyboard([vec![link], vec![mute]])
}

#[cfg(test)]
mod tests {
    use domain::broadcast::Link;

    use super::*;

    fn wording(text: &str) -> Wording {
        Wording {
            texts: [("ru".to_owned(), text.to_owned())].into(),
            ..Wording::default()
        }
    }

    fn wrong(wording: &Wording) -> Option<String> {
        let fault = check(wording, &Segment::default()).err();
        fault.map(|fault| fault.pointer)
    }

    #[test]
    fn what_telegram_would_refuse_is_not_saved() {
        assert_eq!(wrong(&wording("<b>Привет</b>")), None);
        assert_eq!(wrong(&wording("<b>Привет")).as_deref(), Some("/texts/ru"));
        assert_eq!(wrong(&wording(" <b></b> ")).as_deref(), Some("/texts/ru"));
        assert_eq!(wrong(&Wording::default()).as_deref(), Some("/texts"));
        assert_eq!(wrong(&wording(&"я".repeat(4096))), None);
        assert_eq!(wrong(&wording(&"я".repeat(4097))).as_deref(), Some("/texts/ru"));
        let german = [("de".to_owned(), "Hallo".to_owned())].into();
        let german = Wording {
            texts: german,
            ..Wording::default()
        };
        assert_eq!(wrong(&german).as_deref(), Some("/texts/de"));
    }

    #[test]
    fn a_photo_shortens_the_text_and_is_a_file_or_an_address() {
        let with = |photo: &str, chars: usize| Wording {
            photo: Some(photo.to_owned()),
            ..wording(&"я".repeat(chars))
        };
        assert_eq!(wrong(&with("AgACAgIAAxkBAAI", 1024)), None);
        assert_eq!(wrong(&with("https://example.org/a.jpg", 1)), None);
        assert_eq!(
            wrong(&with("AgACAgIAAxkBAAI", 1025)).as_deref(),
            Some("/texts/ru")
        );
        for photo in ["http://example.org/a.jpg", "attach://x", "short"] {
            assert_eq!(wrong(&with(photo, 1)).as_deref(), Some("/photo"), "{photo}");
        }
    }

    #[test]
    fn a_link_leads_to_https_and_says_where_in_every_language() {
        let with = |url: &str, language: &str| Wording {
            link: Some(Link {
                url: url.to_owned(),
                labels: [(language.to_owned(), "Сюда".to_owned())].into(),
            }),
            ..wording("Привет")
        };
        assert_eq!(wrong(&with("https://example.org", "ru")), None);
        assert_eq!(
            wrong(&with("http://example.org", "ru")).as_deref(),
            Some("/link/url")
        );
        assert_eq!(
            wrong(&with("https://example.org", "en")).as_deref(),
            Some("/link/labels/ru")
        );
    }

    #[test]
    fn a_segment_asks_for_what_there_can_be() {
        let wrong = |segment: Segment| check(&wording("x"), &segment).err().map(|fault| fault.pointer);
        let all = Segment::default;
        assert_eq!(wrong(all()), None);
        let language = Some("de".to_owned());
        assert_eq!(
            wrong(Segment { language, ..all() }).as_deref(),
            Some("/segment/language")
        );
        let active_days = Some(0);
        assert_eq!(
            wrong(Segment { active_days, ..all() }).as_deref(),
            Some("/segment/active_days")
        );
        let users = (1..=1001).map(UserId).collect();
        assert_eq!(
            wrong(Segment { users, ..all() }).as_deref(),
            Some("/segment/users")
        );
        let (credits_min, credits_max) = (Some(2), Some(1));
        let none = Segment {
            credits_min,
            credits_max,
            ..all()
        };
        assert_eq!(wrong(none).as_deref(), Some("/segment/credits_max"));
    }
}
