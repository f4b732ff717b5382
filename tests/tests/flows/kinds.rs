//! What is no video: pictures, changed photos, songs and speech, each an order like any other.

use domain::catalog::Makes;
use domain::id::JobId;
use domain::job::{Failure, Stage as JobStage};
use domain::time::Millis;
use played_kie::Trouble;
use played_telegram::{Fault, Happens, MediaKind};
use tests::stage::{Card, Setting, Stage, jpeg, press};

use crate::{ANNA, VAULT};

const SOUNDS: [Makes; 2] = [Makes::Music, Makes::Speech];
const KINDS: [Makes; 3] = [Makes::Image, Makes::Music, Makes::Speech];

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage
}

/// The card of a draft, turned to this kind.
async fn card_of(stage: &Stage, makes: Makes) -> Card {
    let nonce = stage.card(ANNA).nonce();
    let kind = format!("ki:{}:{}", nonce.as_str(), makes.as_str());
    assert_eq!(stage.press_newest(ANNA, &kind).await, None);
    stage.card(ANNA)
}

async fn order_of(stage: &Stage, makes: Makes, prompt: &str) -> JobId {
    stage.draft(ANNA, prompt).await;
    let card = card_of(stage, makes).await;
    stage.confirm(&card).await
}

fn shown_as(makes: Makes) -> MediaKind {
    match makes {
        Makes::Image => MediaKind::Photo,
        _ => MediaKind::Audio,
    }
}

/// The noun by which a customer is told of it.
fn noun(makes: Makes) -> &'static str {
    match makes {
        Makes::Image => "picture",
        Makes::Music => "song",
        _ => "recording",
    }
}

async fn media_of(stage: &Stage, job: &JobId) -> Option<MediaKind> {
    let message = stage.message_of(job).await;
    message.now.media.as_ref().map(|media| media.kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_made_in_the_place_of_its_card_and_charged_when_it_is_there() {
    for makes in KINDS {
        let stage = stage().await;
        let job = order_of(&stage, makes, "rain over the sea").await;
        assert_eq!(stage.job(&job).await.order.makes, makes);
        assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
        let queued = stage.message_of(&job).await.text().to_owned();
        assert!(
            queued.contains(&format!("your {} is in the queue", noun(makes))),
            "{queued}"
        );
        assert!(!queued.contains(" s ·"), "it has no length: {queued}");
        stage.drain().await;
        let running = stage.message_of(&job).await.text().to_owned();
        assert!(
            running.contains(&format!("Your {} is being made", noun(makes))),
            "{running}"
        );
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        assert_eq!(media_of(&stage, &job).await, Some(shown_as(makes)));
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        let message = stage.message_of(&job).await;
        assert!(message.text().contains("rain over the sea"), "{}", message.text());
        assert_eq!(message.button("fi:").is_some(), makes == Makes::Image);
        let (message, again) = stage.newest_button(ANNA, "ag:");
        let mut nonces = Vec::new();
        for _ in 0..2 {
            assert_eq!(stage.press(ANNA, message, &again).await, None);
            nonces.push(stage.account(ANNA).await.draft.unwrap().nonce);
        }
        assert_eq!(nonces[0], nonces[1], "both cards are of the same draft");
        let job = stage.confirm(&stage.card(ANNA)).await;
        assert_eq!(
            stage.job(&job).await.order.makes,
            makes,
            "once more is the same kind"
        );
        stage.run_until_settled().await;
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_has_the_length_and_the_name_that_it_is_shown_with() {
    for makes in SOUNDS {
        let stage = stage().await;
        let job = order_of(
            &stage,
            makes,
            "One line\nand another, long enough for a few seconds",
        )
        .await;
        stage.run_until_settled().await;
        let played = i64::from(stage.kie.tasks()[0].seconds);
        let calls = stage.telegram.calls();
        let edit = calls
            .iter()
            .rfind(|call| call.method == "editMessageMedia")
            .unwrap();
        let media = edit.params.value("media").unwrap();
        assert_eq!(media["title"], "One line");
        let told = media["duration"].as_i64().unwrap();
        assert!((told - played).abs() <= 1, "{told} s of {played}");
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_changed_as_the_words_say_and_not_without_words() {
    let stage = stage().await;
    stage.send_photo(ANNA, jpeg(640, 480), "").await;
    let card = card_of(&stage, Makes::Image).await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("Change the photo") && shown.contains("What is to be changed?"),
        "{shown}"
    );
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(told.contains("Nothing was charged"), "{told}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let job = stage.order(ANNA, "make it winter").await;
    stage.run_until_settled().await;
    let order = stage.job(&job).await.order;
    assert_eq!(
        (order.makes, order.prompt.as_str()),
        (Makes::Image, "make it winter")
    );
    assert!(stage.kie.tasks()[0].from_photo);
    assert_eq!(media_of(&stage, &job).await, Some(MediaKind::Photo));
    assert!(!stage.has_button(ANNA, "ki:"), "what is made is made");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_hears_of_every_kind_that_is_on_offer() {
    let stage = stage().await;
    stage.say(ANNA, "/start").await;
    let text = stage.last_text(ANNA);
    for kind in [
        "draw pictures and change photos",
        "write songs",
        "read texts aloud",
    ] {
        assert!(text.contains(kind), "{text}");
    }
    assert!(text.contains("voice messages"), "{text}");
    let videos_alone = Stage::with(|setting| {
        let others = setting
            .settings
            .models
            .values_mut()
            .filter(|row| row.makes.is_some());
        others.for_each(|row| row.enabled = false);
    })
    .await;
    videos_alone.newcomer(ANNA).await;
    let text = videos_alone.last_text(ANNA);
    assert!(!text.contains("I also"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_no_song() {
    let stage = stage().await;
    stage.send_photo(ANNA, jpeg(640, 480), "sing it").await;
    let buttons = stage.buttons(ANNA);
    let kinds: Vec<&str> = buttons
        .iter()
        .filter(|data| data.starts_with("ki:"))
        .filter_map(|data| data.rsplit(':').next())
        .collect();
    assert_eq!(kinds, ["video", "image"]);
    // A button of another time and place.
    let card = stage.card(ANNA);
    let data = format!("ki:{}:music", card.nonce().as_str());
    let answer = stage.update(&press(ANNA, card.message_id, &data, 1)).await;
    assert_eq!(answer.method(), "answerCallbackQuery");
    assert!(answer.text().contains("Nothing was charged"), "{answer:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_without_what_was_ordered_is_a_failure() {
    let words = ["#nofile", "#html", "#empty", "#truncated", "#gone"];
    for (makes, word) in KINDS
        .into_iter()
        .flat_map(|makes| words.map(|word| (makes, word)))
    {
        // A recording that breaks off is a shorter one.
        if word == "#truncated" && makes != Makes::Image {
            continue;
        }
        let stage = stage().await;
        let job = order_of(&stage, makes, &format!("a promise {word}")).await;
        stage.run_until_settled().await;
        let settled = stage.job(&job).await;
        let failure = if word == "#gone" {
            Failure::FileGone
        } else {
            Failure::NoFile
        };
        assert_eq!(
            (settled.stage, settled.failure),
            (JobStage::Failed, Some(failure)),
            "{makes:?} {word}"
        );
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0), "{makes:?} {word}");
        let told = stage.message_of(&job).await.text().to_owned();
        assert!(
            told.contains(&format!("The {} did not work out", noun(makes))),
            "{told}"
        );
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moderation_is_told_and_not_tried_again() {
    for makes in KINDS {
        let stage = stage().await;
        let job = order_of(&stage, makes, "something rude #moderation").await;
        stage.run_until_settled().await;
        let settled = stage.job(&job).await;
        assert_eq!(
            (settled.stage, settled.failure),
            (JobStage::Failed, Some(Failure::Moderation))
        );
        assert_eq!(stage.kie.tasks().len(), 1, "{makes:?}");
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_shows_nothing_twice() {
    for makes in KINDS {
        for lost in [Happens::CutAfter, Happens::CutBefore] {
            let stage = stage().await;
            let job = order_of(&stage, makes, "an echo").await;
            stage.telegram.fault(Fault::next("editMessageMedia", lost));
            stage.run_until_settled().await;
            assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
            assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
            stage.assert_sound().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_is_lost_is_found_by_its_callback() {
    for makes in KINDS {
        let stage = stage().await;
        stage.kie.inject(Trouble::Lost, "", 1);
        let job = order_of(&stage, makes, "an echo").await;
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered, "{makes:?}");
        assert_eq!(stage.kie.tasks().len(), 1, "{makes:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_does_not_fetch_comes_another_way() {
    for (makes, word, kind) in [
        (Makes::Image, "#big", Some(MediaKind::Photo)),
        (Makes::Image, "#vast", Some(MediaKind::Document)),
        (Makes::Image, "#huge", None),
        (Makes::Music, "#big", Some(MediaKind::Audio)),
        (Makes::Speech, "#huge", None),
        (Makes::Image, "#expired", Some(MediaKind::Photo)),
        (Makes::Music, "#expired", Some(MediaKind::Audio)),
    ] {
        let stage = stage().await;
        let job = order_of(&stage, makes, &format!("large {word}")).await;
        stage.run_until_settled().await;
        assert_eq!(
            stage.stage_of(&job).await,
            JobStage::Delivered,
            "{makes:?} {word}"
        );
        assert_eq!(media_of(&stage, &job).await, kind, "{makes:?} {word}");
        let message = stage.message_of(&job).await;
        if kind.is_none() {
            assert!(message.now.raw.contains("<a href="), "{}", message.now.raw);
        }
        let as_file = kind == Some(MediaKind::Document);
        assert_eq!(
            message.text().contains("came as a file"),
            as_file,
            "{}",
            message.text()
        );
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_telegram_takes_for_no_photo_comes_as_a_file() {
    let stage = stage().await;
    let job = order_of(&stage, Makes::Image, "a strip").await;
    let refused = played_telegram::ApiError::bad_request("PHOTO_INVALID_DIMENSIONS");
    stage
        .telegram
        .fault(Fault::next("editMessageMedia", Happens::Refused(refused)));
    stage.run_until_settled().await;
    assert_eq!(media_of(&stage, &job).await, Some(MediaKind::Document));
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_blocked_the_bot_gets_it_later_as_what_it_is() {
    for makes in KINDS {
        let stage = Stage::with(|setting| setting.vaults = vec![VAULT]).await;
        stage.newcomer(ANNA).await;
        let jobs = [
            order_of(&stage, makes, "see you later").await,
            order_of(&stage, makes, "and once more").await,
        ];
        stage.telegram.block(ANNA).unwrap();
        stage.answered().await;
        stage.run_until_settled().await;
        for job in &jobs {
            assert_eq!(stage.stage_of(job).await, JobStage::Parked, "{makes:?}");
        }
        assert_eq!(stage.balance(ANNA).await, (0, 0, 2));
        stage.telegram.unblock(ANNA).unwrap();
        stage.say(ANNA, "/start").await;
        // The first takes the place of the offer; the next comes in a message of its own.
        for data in ["pk", "pn:"] {
            stage.press_newest(ANNA, data).await;
            let chat = stage.telegram.chat(ANNA);
            let shown = chat.last().unwrap();
            assert_eq!(
                shown.now.media.as_ref().map(|media| media.kind),
                Some(shown_as(makes))
            );
            assert!(
                shown.text().contains(&format!("This {} waited", noun(makes))),
                "{}",
                shown.text()
            );
        }
        stage.press_newest(ANNA, "pn:").await;
        assert!(stage.account(ANNA).await.parked.is_empty());
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_vault_the_credit_is_back() {
    for makes in KINDS {
        let stage = stage().await;
        let job = order_of(&stage, makes, "see you never").await;
        stage.telegram.block(ANNA).unwrap();
        stage.answered().await;
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_too_large_to_be_shown_again_is_given_back_rather_than_kept() {
    let stage = Stage::with(|setting| setting.vaults = vec![VAULT]).await;
    stage.newcomer(ANNA).await;
    let job = order_of(&stage, Makes::Image, "a wall #vast").await;
    stage.telegram.block(ANNA).unwrap();
    stage.answered().await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_begins_with_a_picture_that_was_made_here() {
    let stage = stage().await;
    order_of(&stage, Makes::Image, "a lighthouse").await;
    stage.run_until_settled().await;
    let (picture, film) = stage.newest_button(ANNA, "fi:");
    assert_eq!(stage.press(ANNA, picture, &film).await, None);
    // The same press much later: a photo waits an hour for its words, and this one begins to wait now.
    stage.pass(Millis::from_mins(90));
    assert_eq!(stage.press(ANNA, picture, &film).await, None);
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("New video") && shown.contains("From your photo"),
        "{shown}"
    );
    let job = stage.order(ANNA, "the light turns").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.order.makes),
        (JobStage::Delivered, Makes::Video)
    );
    assert_eq!(settled.order.prompt, "the light turns");
    assert!(stage.kie.tasks()[1].from_photo);
    assert_eq!(stage.balance(ANNA).await, (0, 0, 2));
    stage.assert_sound().await;
}

fn nothing_but_videos(setting: &mut Setting) {
    for model in setting.settings.models.values_mut() {
        model.enabled &= model.makes.is_none();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_videos_are_offered_there_is_nothing_to_choose() {
    let stage = Stage::with(nothing_but_videos).await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a quiet card").await;
    assert!(!stage.has_button(ANNA, "ki:"));
    let data = format!("ki:{}:image", card.nonce().as_str());
    let answer = stage.update(&press(ANNA, card.message_id, &data, 1)).await;
    assert!(answer.text().contains("Nothing was charged"), "{answer:?}");
    let job = stage.confirm(&card).await;
    assert_eq!(stage.job(&job).await.order.makes, Makes::Video);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_of_one_kind_are_chosen_among_themselves() {
    let stage = stage().await;
    stage.draft(ANNA, "a choice").await;
    let models = async |stage: &Stage| {
        stage.press_newest(ANNA, "ms:").await;
        let data = stage.buttons(ANNA);
        let choices = data.iter().filter(|data| data.starts_with("mo:"));
        let models: Vec<String> = choices
            .filter_map(|data| data.rsplit(':').next())
            .map(str::to_owned)
            .collect();
        stage.press_newest(ANNA, "cd:").await;
        models
    };
    let videos = models(&stage).await;
    assert!(videos.contains(&"kling-3.0".to_owned()) && !videos.contains(&"suno-v5".to_owned()));
    card_of(&stage, Makes::Music).await;
    assert_eq!(models(&stage).await, ["suno-v5"]);
    assert!(!stage.has_button(ANNA, "du:") && !stage.has_button(ANNA, "as:"));
    // And back again, with a length and a shape.
    let card = card_of(&stage, Makes::Video).await;
    assert!(stage.has_button(ANNA, "du:") && stage.has_button(ANNA, "as:"));
    let job = stage.confirm(&card).await;
    assert_eq!(stage.job(&job).await.order.duration_s, 5);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_video_needs_is_not_asked_of_a_song_and_a_songs_own_is() {
    let shut = |feature: &'static str| {
        move |setting: &mut Setting| {
            setting.settings.features.get_mut(feature).unwrap().minimum_tier = Some("pro".to_owned());
        }
    };
    let stage = Stage::with(shut("video_generation")).await;
    stage.newcomer(ANNA).await;
    let job = order_of(&stage, Makes::Music, "a song of the shut door").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;

    let stage = Stage::with(shut("music_generation")).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a song of the shut door").await;
    let card = card_of(&stage, Makes::Music).await;
    assert!(
        stage.last_text(ANNA).contains("🔒 Songs"),
        "{}",
        stage.last_text(ANNA)
    );
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(
        told.contains("Songs") && told.contains("Nothing was charged"),
        "{told}"
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_russian_each_is_called_what_it_is() {
    let names = [
        ("Картинка", "картинка"),
        ("Песня", "песня"),
        ("Озвучка", "озвучка"),
    ];
    for (makes, (title, name)) in KINDS.into_iter().zip(names) {
        let stage = Stage::new().await;
        stage.newcomer_who_speaks(ANNA, "ru").await;
        let job = order_of(&stage, makes, "дождь #moderation").await;
        let queued = stage.message_of(&job).await.text().to_owned();
        assert!(
            queued.contains(&format!("Заказ принят, {name} в очереди")),
            "{queued}"
        );
        stage.run_until_settled().await;
        let told = stage.message_of(&job).await.text().to_owned();
        assert!(told.contains(&format!("{title} не получилась")), "{told}");
        assert!(told.contains("Возвращено: 1 кредит"), "{told}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_at_another_kind_and_comes_back_finds_what_they_chose_for_their_latest_video() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    let nonce = stage.draft(ANNA, "a cat").await.nonce();
    for choice in ["du", "qa"].into_iter().zip(["10", "high"]) {
        let button = format!("{}:{}:{}", choice.0, nonce.as_str(), choice.1);
        assert_eq!(stage.press_newest(ANNA, &button).await, None);
    }
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    stage.draft(ANNA, "a dog").await;
    card_of(&stage, Makes::Image).await;
    assert!(
        !stage.last_text(ANNA).contains("10 s"),
        "{}",
        stage.last_text(ANNA)
    );
    card_of(&stage, Makes::Video).await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("10 s") && shown.contains("high quality"),
        "{shown}"
    );
}
