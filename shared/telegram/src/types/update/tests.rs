use super::*;

fn update(fixture: &str) -> Update {
    serde_json::from_str(fixture).unwrap()
}

fn message(fixture: &str) -> Message {
    match update(fixture).kind {
        UpdateKind::Message(message) => *message,
        other => panic!("not a message: {other:?}"),
    }
}

#[test]
fn a_text_message_is_read_with_its_author() {
    let read = message(include_str!("../../../fixtures/message_text.json"));
    assert_eq!(
        (read.message_id, read.date, read.chat.id),
        (41, 1_760_000_000, 777_000_123)
    );
    assert!(read.chat.is_private() && read.is_accessible());
    assert_eq!(read.text.as_deref(), Some("/start ref_7"));
    let from = read.from.unwrap();
    assert_eq!((from.id, from.is_bot), (777_000_123, false));
    assert_eq!(
        (from.first_name.as_str(), from.language_code.as_deref()),
        ("Ёж & <Co>", Some("ru"))
    );
}

#[test]
fn the_largest_photo_is_found_whatever_the_order() {
    let read = message(include_str!("../../../fixtures/message_photo_album.json"));
    let largest = read.largest_photo().unwrap();
    assert_eq!(
        (largest.file_id.as_str(), largest.file_size),
        ("AgACAgIAAxkBAAIBlarge", Some(163_542))
    );
    assert_eq!(read.caption.as_deref(), Some("кот летит над городом 🐈"));
    assert_eq!(read.media_group_id.as_deref(), Some("13700000000000001"));
}

#[test]
fn a_picture_sent_as_a_file_is_a_document() {
    let document = message(include_str!("../../../fixtures/message_document.json"))
        .document
        .unwrap();
    assert_eq!(document.mime_type.as_deref(), Some("image/png"));
    assert_eq!(
        (document.file_id.as_str(), document.file_size),
        ("BQACAgIAAxkBAAIBdoc", Some(2_400_123))
    );
}

#[test]
fn voice_and_video_are_read() {
    let fixture = include_str!("../../../fixtures/message_voice_and_video.json");
    let updates: Vec<Update> = serde_json::from_str(fixture).unwrap();
    let [UpdateKind::Message(voice), UpdateKind::Message(video)] = [&updates[0].kind, &updates[1].kind]
    else {
        panic!("not messages: {updates:?}");
    };
    assert_eq!(voice.voice.as_ref().map(|voice| voice.duration), Some(4));
    let video = video.video.as_ref().unwrap();
    assert_eq!(
        (video.width, video.height, video.duration, video.file_size),
        (720, 1280, 5, Some(1 << 20))
    );
}

#[test]
fn a_group_that_became_a_supergroup_names_its_new_id() {
    let read = message(include_str!("../../../fixtures/message_migrated.json"));
    assert_eq!(
        (read.chat.id, read.migrate_to_chat_id),
        (-4001, Some(-1_001_000_004_001))
    );
    assert!(!read.chat.is_private());
}

#[test]
fn fields_of_a_later_api_are_skipped() {
    let read = message(include_str!("../../../fixtures/message_of_a_later_api.json"));
    assert_eq!((read.message_id, read.from, read.text), (47, None, None));
}

#[test]
fn a_message_without_any_field_still_parses() {
    let read = message(include_str!("../../../fixtures/message_without_fields.json"));
    assert_eq!(read, Message::default());
    assert!(!read.is_accessible() && read.largest_photo().is_none());
}

#[test]
fn an_unreadable_message_keeps_its_update_id_and_tells_nothing_of_its_text() {
    let read = update(include_str!("../../../fixtures/message_unreadable.json"));
    assert_eq!(read.update_id, 812_300_009);
    let UpdateKind::Unreadable { name, why } = read.kind else {
        panic!("read: {:?}", read.kind)
    };
    assert_eq!(name, "message");
    assert!(why.starts_with("expected") && !why.contains("prompt"), "{why}");
}

#[test]
fn a_pressed_button_brings_its_data_and_its_message() {
    let read = update(include_str!("../../../fixtures/callback_query.json"));
    let UpdateKind::CallbackQuery(query) = read.kind else {
        panic!("read: {:?}", read.kind)
    };
    assert_eq!(
        (query.id.as_str(), query.data.as_deref()),
        ("3337190000000000001", Some("g:01J9"))
    );
    assert_eq!(query.from.language_code.as_deref(), Some("pt-br"));
    let carrier = query.message.unwrap();
    assert!(carrier.is_accessible());
    assert_eq!((carrier.message_id, carrier.chat.id), (50, 777_000_123));
}

#[test]
fn a_button_on_an_old_message_still_names_it() {
    let read = update(include_str!("../../../fixtures/callback_query_inaccessible.json"));
    let UpdateKind::CallbackQuery(query) = read.kind else {
        panic!("read: {:?}", read.kind)
    };
    let carrier = query.message.unwrap();
    assert!(!carrier.is_accessible());
    assert_eq!((carrier.message_id, carrier.chat.id), (12, 777_000_123));
}

#[test]
fn a_user_who_blocked_the_bot_is_recognised() {
    let read = update(include_str!("../../../fixtures/my_chat_member_blocked.json"));
    let UpdateKind::MyChatMember(change) = read.kind else {
        panic!("read: {:?}", read.kind)
    };
    assert_eq!(
        (change.chat.id, change.date, change.is_blocked()),
        (777_000_123, 1_760_000_070, true)
    );
    let member = ChatMember {
        status: "member".into(),
    };
    assert!(
        !ChatMemberUpdated {
            new_chat_member: member,
            ..*change
        }
        .is_blocked()
    );
}

mod payments;

#[test]
fn an_unknown_kind_is_named_and_an_empty_update_is_not_an_error() {
    let read = update(include_str!("../../../fixtures/unknown_kind.json"));
    assert_eq!(
        read.kind,
        UpdateKind::Other {
            name: "stopped_message_generation".into()
        }
    );
    let empty = update(r#"{"update_id":1}"#);
    assert_eq!(empty.kind, UpdateKind::Other { name: String::new() });
}

#[test]
fn what_is_no_update_is_an_error() {
    assert!(serde_json::from_str::<Update>(r#"{"message":{}}"#).is_err());
    assert!(serde_json::from_str::<Update>("[]").is_err());
}
