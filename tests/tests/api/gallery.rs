//! What was made, in the Mini App: its owner's alone, piece by piece, and to the chat once more.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use domain::catalog::Makes;
use domain::id::JobId;
use domain::time::Millis;
use limits_flags::access::Scope;
use played_telegram::{ApiError, Fault, Happens, MediaKind};
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage, TOKEN};

use crate::{ANNA, BORIS};

/// Where what cannot be shown is kept.
const VAULT: i64 = -1_001_000_000_001;
const PIECE: usize = 4 << 20;

async fn stage() -> Stage {
    let stage = Stage::with(|setting| setting.gift(90)).await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    stage
}

async fn made(stage: &Stage, user: i64, prompt: &str) -> JobId {
    let job = stage.order(user, prompt).await;
    stage.run_until_settled().await;
    job
}

async fn made_of_kind(stage: &Stage, makes: Makes, prompt: &str) -> JobId {
    stage.draft(ANNA, prompt).await;
    let nonce = stage.card(ANNA).nonce();
    let kind = format!("ki:{}:{}", nonce.as_str(), makes.as_str());
    assert_eq!(stage.press_newest(ANNA, &kind).await, None);
    let job = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    job
}

fn path(job: &JobId) -> String {
    format!("/me/orders/{}/file", job.nonce.as_str())
}

async fn ask(stage: &Stage, ask: Ask, user: i64) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(5));
    stage.ask(ask.user(stage, user)).await
}

async fn piece(stage: &Stage, job: &JobId, range: &str) -> Said {
    ask(stage, Ask::get(&path(job)).header("range", range), ANNA).await
}

async fn send(stage: &Stage, user: i64, job: &JobId) -> Said {
    let path = format!("/me/orders/{}/send", job.nonce.as_str());
    ask(stage, Ask::post(&path), user).await
}

/// The bytes as Telegram has them.
async fn kept(stage: &Stage, job: &JobId) -> Vec<u8> {
    let file = stage.job(job).await.file.unwrap();
    stage.telegram.file(&file.0).unwrap().bytes.to_vec()
}

fn downloads(stage: &Stage) -> usize {
    stage.telegram.call_counts().get("getFile").copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_comes_at_once_for_its_owner_and_says_nothing_of_where_it_lies() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    let said = ask(&stage, Ask::get(&path(&job)), ANNA).await;
    assert_eq!((said.status, said.header("content-type")), (200, "video/mp4"));
    assert_eq!(said.bytes, kept(&stage, &job).await);
    assert!(
        said.header("cache-control").starts_with("private"),
        "{}",
        said.header("cache-control")
    );
    assert_eq!(
        (
            said.header("x-content-type-options"),
            said.header("accept-ranges")
        ),
        ("nosniff", "bytes")
    );
    let file = stage.job(&job).await.file.unwrap().0;
    let headers = format!("{:?}", said.headers);
    assert!(!headers.contains(&file) && !headers.contains(TOKEN), "{headers}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_order_is_as_little_there_as_none() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    let none = JobId {
        nonce: job.nonce.next(),
        ..job.clone()
    };
    let failed = made(&stage, ANNA, "no fox #moderation").await;
    let words = |said: Said| (said.status, said.text);
    let unknown = words(ask(&stage, Ask::get(&path(&none)), ANNA).await);
    assert_eq!(unknown.0, 404);
    let before = downloads(&stage);
    assert_eq!(words(ask(&stage, Ask::get(&path(&job)), BORIS).await), unknown);
    assert_eq!(words(ask(&stage, Ask::get(&path(&failed)), ANNA).await), unknown);
    assert_eq!(words(send(&stage, BORIS, &job).await), unknown);
    assert_eq!(downloads(&stage), before, "Telegram is not asked either");
    assert_eq!(
        stage
            .telegram
            .chat(BORIS)
            .iter()
            .filter(|message| message.video().is_some())
            .count(),
        0
    );
    let key = stage.new_key(1, &[Scope::Evaluate, Scope::AdminRead], None).await;
    for path in [path(&job), "/me/gallery".to_owned()] {
        assert_eq!(stage.ask(Ask::get(&path)).await.status, 401, "{path}");
        assert_eq!(stage.ask(Ask::get(&path).key(&key)).await.status, 403, "{path}");
    }
}

/// All pieces of a file, one after the other.
async fn pieces(stage: &Stage, job: &JobId) -> (Vec<u8>, usize) {
    let (mut all, mut count, mut tag) = (Vec::new(), 0, String::new());
    loop {
        let range = format!("bytes={}-{}", all.len(), all.len() + PIECE - 1);
        let mut next = Ask::get(&path(job)).header("range", &range);
        if !tag.is_empty() {
            next = next.header("if-range", &tag);
        }
        let said = ask(stage, next, ANNA).await;
        assert_eq!(said.status, 206, "{}", said.text);
        let place = said.header("content-range").to_owned();
        let last = all.len() + said.bytes.len() - 1;
        let begins = format!("bytes {}-{last}/", all.len());
        let total: usize = place
            .strip_prefix(&begins)
            .unwrap_or_else(|| panic!("{place}"))
            .parse()
            .unwrap();
        said.header("etag").clone_into(&mut tag);
        all.extend(said.bytes);
        count += 1;
        if all.len() >= total {
            return (all, count);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_comes_in_pieces_whether_or_not_telegrams_server_knows_of_parts() {
    let stage = stage().await;
    let job = made_of_kind(&stage, Makes::Image, "a big fox #big").await;
    let whole = kept(&stage, &job).await;
    assert!(whole.len() > PIECE, "{}", whole.len());
    for only_whole in [false, true] {
        stage.telegram.sends_only_whole_files(only_whole);
        let before = downloads(&stage);
        let (all, count) = pieces(&stage, &job).await;
        assert!(all == whole, "{only_whole}");
        assert_eq!(count, whole.len().div_ceil(PIECE));
        assert!(downloads(&stage) - before <= 1, "where it lies is asked once");
    }
    let at_once = ask(&stage, Ask::get(&path(&job)), ANNA).await;
    assert_eq!(
        (at_once.status, &at_once.body["reason"]),
        (409, &json!("wants_range"))
    );
    let longer = piece(&stage, &job, "bytes=0-99999999").await;
    assert_eq!((longer.status, longer.bytes.len()), (206, PIECE));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_another_file_or_behind_its_end_is_not_given() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    let whole = kept(&stage, &job).await;
    let part = piece(&stage, &job, "bytes=10-19").await;
    assert_eq!((part.status, &part.bytes[..]), (206, &whole[10..20]));
    let behind = piece(&stage, &job, &format!("bytes={}-", whole.len())).await;
    assert_eq!(
        (behind.status, behind.header("content-range")),
        (416, format!("bytes */{}", whole.len()).as_str())
    );
    let other = Ask::get(&path(&job))
        .header("range", "bytes=10-19")
        .header("if-range", "\"another\"");
    let other = ask(&stage, other, ANNA).await;
    assert_eq!(
        (other.status, other.bytes.len()),
        (200, whole.len()),
        "the whole begins anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_has_run_out_is_asked_for_anew() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    assert_eq!(piece(&stage, &job, "bytes=0-9").await.status, 206);
    stage.telegram.file_paths_run_out();
    let said = piece(&stage, &job, "bytes=10-19").await;
    assert_eq!((said.status, said.bytes.len()), (206, 10), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_bots_may_not_read_is_sent_to_the_chat_instead() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a big fox #big").await;
    let said = piece(&stage, &job, "bytes=0-9").await;
    assert_eq!(
        (said.status, &said.body["reason"]),
        (409, &json!("file_too_big")),
        "{said:?}"
    );
    assert!(
        said.body["message"].as_str().unwrap().contains("20 MB"),
        "{said:?}"
    );
    let before = stage.telegram.chat(ANNA).len();
    assert_eq!(send(&stage, ANNA, &job).await.status, 200);
    let chat = stage.telegram.chat(ANNA);
    assert_eq!(chat.len(), before + 1);
    assert!(chat.last().unwrap().video().is_some() && chat.last().unwrap().button("ag:").is_some());
    assert_eq!(stage.balance(ANNA).await.2, 1, "it costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_has_no_more_and_what_it_only_does_not_say_now_are_told_apart() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    let gone = ApiError::bad_request("wrong file_id or the file is temporarily unavailable");
    stage
        .telegram
        .fault(Fault::next("getFile", Happens::Refused(gone)));
    let said = piece(&stage, &job, "bytes=0-9").await;
    assert_eq!(
        (said.status, &said.body["reason"]),
        (409, &json!("file_gone")),
        "{said:?}"
    );
    stage.telegram.fault(Fault::next("getFile", Happens::CutBefore));
    let said = piece(&stage, &job, "bytes=0-9").await;
    assert_eq!((said.status, said.header("retry-after")), (503, "1"), "{said:?}");
    assert!(!said.text.contains(TOKEN), "{said:?}");
    assert_eq!(piece(&stage, &job, "bytes=0-9").await.status, 206);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_more_pieces_than_there_are_for_a_day() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    let range = || {
        Ask::get(&path(&job))
            .header("range", "bytes=0-0")
            .user(&stage, ANNA)
    };
    let mut said = Vec::new();
    for _ in 0..41 {
        said.push(stage.ask(range()).await.status);
    }
    assert_eq!((said[39], said[40]), (206, 429), "{said:?}");
    stage.pass(Millis::from_secs(60));
    assert_eq!(stage.ask(range()).await.status, 206);
    let mut refused = None;
    for count in 42..=1_201 {
        stage.pass(Millis::from_secs(1));
        let said = stage.ask(range()).await;
        if said.status != 206 {
            refused = Some((count, said));
            break;
        }
    }
    let (count, said) = refused.unwrap();
    assert_eq!(
        (count, said.status, &said.body["reason"]),
        (1_201, 409, &json!("too_many_today"))
    );
    stage.pass(Millis::from_mins(24 * 60));
    assert_eq!(stage.ask(range()).await.status, 206, "tomorrow again");
}

async fn gallery(stage: &Stage, user: i64, cursor: &str) -> Said {
    let cursor = cursor.replace('#', "%23");
    let path = if cursor.is_empty() {
        "/me/gallery".to_owned()
    } else {
        format!("/me/gallery?cursor={cursor}")
    };
    ask(stage, Ask::get(&path), user).await
}

fn ids(said: &Said) -> Vec<String> {
    let items = said.body["items"]
        .as_array()
        .unwrap_or_else(|| panic!("{said:?}"));
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gallery_has_what_was_made_newest_first_and_nothing_else() {
    let stage = stage().await;
    let fox = made(&stage, ANNA, "a fox").await;
    made(&stage, ANNA, "no fox #moderation").await;
    made(&stage, BORIS, "an owl").await;
    let picture = made_of_kind(&stage, Makes::Image, "a picture of a fox").await;
    let song = made_of_kind(&stage, Makes::Music, "a song of a fox").await;
    stage.order(ANNA, "under way").await;
    let said = gallery(&stage, ANNA, "").await;
    let expected = [&song, &picture, &fox].map(|job| job.nonce.as_str().to_owned());
    assert_eq!(ids(&said), expected, "{said:?}");
    let items = said.body["items"].as_array().unwrap();
    let kinds: Vec<&Value> = items.iter().map(|item| &item["makes"]).collect();
    assert_eq!(kinds, ["music", "image", "video"]);
    let video = &items[2];
    let again = format!("https://t.me/neurocards_bot?start=again_{}", fox.nonce.as_str());
    assert_eq!(video["again"], json!(again));
    assert_eq!(
        (&video["title"], &video["words"]),
        (&json!("Kling 3.0"), &json!("a fox"))
    );
    assert!(video["price"].as_u64().unwrap() > 0 && video["duration_s"].as_u64().unwrap() > 0);
    assert_eq!(
        (&video["waits"], &items[0]["aspect"]),
        (&json!(false), &Value::Null)
    );
    assert!(
        !said.text.contains("owl") && !said.text.contains("AAC"),
        "{}",
        said.text
    );
    for (job, kind) in [(&picture, "image/jpeg"), (&song, "audio/mpeg")] {
        let file = ask(&stage, Ask::get(&path(job)), ANNA).await;
        assert_eq!((file.status, file.header("content-type")), (200, kind));
        assert_eq!(send(&stage, ANNA, job).await.status, 200);
    }
    let kinds: Vec<MediaKind> = stage
        .telegram
        .chat(ANNA)
        .iter()
        .rev()
        .take(2)
        .map(|message| message.now.media.as_ref().unwrap().kind)
        .collect();
    assert_eq!(kinds, [MediaKind::Audio, MediaKind::Photo]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_gallery_have_each_thing_once_and_a_cursor_opens_nobody_elses() {
    let stage = Stage::with(|setting| {
        setting.gift(900);
        setting.settings.limits.clear();
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let mut all = Vec::new();
    for number in 0..14 {
        stage.pass(Millis::from_secs(61));
        all.insert(
            0,
            made(&stage, ANNA, &format!("fox {number}"))
                .await
                .nonce
                .as_str()
                .to_owned(),
        );
    }
    let first = gallery(&stage, ANNA, "").await;
    let cursor = first.body["next"].as_str().unwrap_or_else(|| panic!("{first:?}"));
    let second = gallery(&stage, ANNA, cursor).await;
    assert_eq!([ids(&first), ids(&second)].concat(), all);
    assert_eq!((ids(&first).len(), &second.body["next"]), (12, &Value::Null));
    assert_eq!(gallery(&stage, BORIS, cursor).await.body, json!({"items": []}));
    assert_eq!(gallery(&stage, ANNA, "nonsense").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_customer_is_in_the_gallery_and_waits_no_more_once_it_was_sent() {
    let stage = Stage::with(|setting| setting.vaults = vec![VAULT]).await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "see you later").await;
    stage.telegram.block(ANNA).unwrap();
    stage.answered().await;
    stage.run_until_settled().await;
    let said = gallery(&stage, ANNA, "").await;
    assert_eq!(
        (said.status, &said.body["items"][0]["waits"]),
        (200, &json!(true)),
        "{said:?}"
    );
    assert_eq!(ask(&stage, Ask::get(&path(&job)), ANNA).await.status, 200);
    let refused = send(&stage, ANNA, &job).await;
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (409, &json!("chat_unreachable"))
    );
    assert_eq!(stage.account(ANNA).await.parked.len(), 1);
    stage.telegram.unblock(ANNA).unwrap();
    stage.answered().await;
    assert_eq!(send(&stage, ANNA, &job).await.status, 200);
    assert!(stage.account(ANNA).await.parked.is_empty());
    assert_eq!(
        gallery(&stage, ANNA, "").await.body["items"][0]["waits"],
        json!(false)
    );
    let books = stage.balance(ANNA).await;
    assert_eq!(books.2, 1, "it is paid once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_telegrams_is_no_success() {
    let stage = stage().await;
    let job = made(&stage, ANNA, "a fox").await;
    stage.telegram.fault(Fault::next("sendVideo", Happens::CutAfter));
    let said = send(&stage, ANNA, &job).await;
    assert_eq!(said.status, 503, "{said:?}");
}
