//! What Telegram sends, and what customers write and press.

use domain::id::UserId;
use domain::rewards::PromoCode;
use telegram::html;
use telegram::types::UpdateKind;
use telegram::{Update, stars};

use super::{Target, text};

/// What the seeds have a customer say.
const WITHHELD: &str = "WITHHELD";
/// The most that a button's data may have.
const BUTTON_BYTES_MAX: usize = 64;

/// An update as it is put before the webhook.
pub const UPDATE: Target = Target {
    name: "update",
    reads: "an update of Telegram's",
    run: update,
    bytes_max: 1024,
    words: &["shared/telegram/src/types"],
    seeds: &["shared/telegram/fixtures"],
};

fn update(data: &[u8]) {
    let Ok(update) = serde_json::from_slice::<Update>(data) else {
        return;
    };
    match &update.kind {
        // It stands in the log.
        UpdateKind::Unreadable { why, .. } => assert!(!why.contains(WITHHELD), "{why}"),
        UpdateKind::Message(message) => {
            let payer = UserId(message.from.as_ref().map_or(0, |from| from.id));
            let paid = message.successful_payment.as_ref();
            let back = message.refunded_payment.as_ref();
            let is_money = message.is_about_money();
            assert_eq!(is_money, paid.is_some() || back.is_some());
            let paid = paid.and_then(|paid| stars::paid(paid, payer));
            assert!(paid.is_none_or(|truth| truth.refunded == 0 && !truth.id.id.is_empty()));
            let back = back.and_then(|back| stars::refunded(back, payer));
            assert!(back.is_none_or(|truth| truth.refunded == truth.amount.minor));
        }
        UpdateKind::MyChatMember(change) => assert!(!(change.is_blocked() && change.has_come())),
        UpdateKind::CallbackQuery(_)
        | UpdateKind::PreCheckoutQuery(_)
        | UpdateKind::Subscription(_)
        | UpdateKind::Other { .. } => {}
    }
}

/// A button's data, as it comes back from a client.
pub const BUTTON: Target = Target {
    name: "button",
    reads: "the data of a button that was pressed",
    run: button,
    bytes_max: BUTTON_BYTES_MAX,
    words: &[
        "shared/app/src/buttons.rs",
        "shared/domain/src/catalog",
        "shared/domain/src/video.rs",
    ],
    seeds: &[],
};

fn button(data: &[u8]) {
    let Some(again) = text(data).and_then(app::fuzzed::button) else {
        return;
    };
    // What it means is written in one way, which means the same, and fits into a button.
    assert_eq!(app::fuzzed::button(&again).as_ref(), Some(&again));
    assert!(again.len() <= BUTTON_BYTES_MAX, "{again}");
}

/// What is typed: commands, start links, codes, zones, words for a service.
pub const COMMAND: Target = Target {
    name: "command",
    reads: "a text: commands of both chats, start parameters, promo codes, time zones, contacts",
    run: command,
    bytes_max: 256,
    words: &[
        "shared/app/src/desk/urgent/command.rs",
        "shared/app/src/desk/zone.rs",
        "shared/app/src/links.rs",
    ],
    seeds: &[],
};

fn command(data: &[u8]) {
    let Some(text) = text(data) else { return };
    app::fuzzed::command(text);
    app::fuzzed::again(text);
    assert!(app::fuzzed::zone(text).is_none_or(|minutes| minutes.abs() <= 24 * 60));
    if let Some(code) = PromoCode::read(text) {
        assert_eq!(PromoCode::read(code.as_str()), Some(code));
    }
    if let Some(contact) = domain::contact::Contact::parse(text) {
        assert_eq!(
            domain::contact::Contact::parse(contact.as_str()),
            Some(contact.clone())
        );
        assert_ne!(contact.masked(), contact.as_str());
    }
    for chars_max in [0, 1, 20, 4000] {
        let most = usize::try_from(chars_max).unwrap_or(0);
        let taken = domain::words::taken(text, chars_max);
        assert!(taken.is_none_or(|taken| taken.chars().count() <= most));
        let varied = domain::words::varied(text, text, chars_max);
        assert!(varied.chars().count() <= most.max(0));
    }
}

/// What an operator marks up, and what is cut to fit.
pub const MARKUP: Target = Target {
    name: "markup",
    reads: "the markup of a broadcast, and whatever text is escaped and cut",
    run: markup,
    bytes_max: 512,
    words: &["shared/telegram/src/html"],
    seeds: &[],
};

fn markup(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let escaped = html::escape(text);
    assert!(!escaped.contains('<') && !escaped.contains('>'));
    assert_eq!(html::plain(&escaped), text);
    for chars_max in [0, 1, 7, 100] {
        assert!(html::truncate(text, chars_max).chars().count() <= chars_max);
    }
}
