//! What the functions write beside orders and purchases: questions and answers, rewards, a deletion, open pages, the
//! operator's panel, a report, a broadcast.

use app::broadcast::New;
use domain::broadcast::Wording;
use domain::time::Millis;
use limits_flags::access::{Role, Scope};
use local_lambda::{Effect, Fault, Service};
use serde_json::{Value, json};
use tests::stage::{Ask, LIVE, OPERATOR, Stage};
use tracing::Instrument as _;

use crate::{CUSTOMER, PROMPT, marks, marks_of, page, stage};

/// What only the customer and the operator say to each other.
const QUESTION: &str = "a-marked-question-5c1e8b about my card";
const ANSWER: &str = "a-marked-answer-5c1e8b to it";
/// What only broadcasts say.
const NEWS: &str = "a-marked-novelty-5c1e8b for everybody";
/// Who invites.
const FRIEND: i64 = 7_310_660_551;

/// The operator answers the newest question.
async fn answer(stage: &Stage) {
    let question = stage.last_text(OPERATOR);
    let place = json!({"id": OPERATOR, "type": "private"});
    let bot = json!({"id": 123_456, "is_bot": true, "first_name": "neurocards"});
    let before =
        json!({"message_id": 5, "date": 1_795_251_600, "chat": place, "from": bot, "text": question});
    let from = json!({"id": OPERATOR, "is_bot": false, "first_name": "Olga", "language_code": "ru"});
    let message = json!({"message_id": 70_000, "date": 1_795_251_600, "chat": place, "from": from,
        "reply_to_message": before, "text": ANSWER});
    let said = stage
        .update(&json!({"update_id": 830_000_000, "message": message}))
        .await;
    assert!(said.text().contains("Ответ передан"), "{said:?}");
}

/// Everything that the panel asks, and what it changes.
async fn panel(stage: &Stage, key: &limits_flags::access::NewKey, order: &str) {
    let reads = [
        "/admin/me".to_owned(),
        "/admin/jobs".to_owned(),
        format!("/admin/jobs/{order}"),
        "/admin/providers".to_owned(),
        "/admin/audit".to_owned(),
        "/admin/history".to_owned(),
        "/admin/limits/usage".to_owned(),
        "/admin/payments".to_owned(),
        "/admin/broadcasts".to_owned(),
        "/admin/settings/models".to_owned(),
        format!("/admin/accounts/{CUSTOMER}"),
        format!("/admin/accounts/{CUSTOMER}/ledger"),
        format!("/admin/users/{CUSTOMER}/requests"),
        format!("/admin/standings/{CUSTOMER}"),
        format!("/admin/explain/{CUSTOMER}/orders/kling-3.0"),
        "/admin/requests?day=2026-11-21".to_owned(),
        "/admin/requests/summary?day=2026-11-21".to_owned(),
        "/admin/figures?day=2026-11-21".to_owned(),
    ];
    for path in reads {
        stage.pass(Millis::from_secs(1));
        for ask in [Ask::get(&path).key(key), Ask::get(&path).user(stage, OPERATOR)] {
            let said = stage.ask(ask).await;
            assert!(said.status < 400, "{path}: {said:?}");
        }
    }
    stage.pass(Millis::from_secs(1));
    let gift = json!({"credits": 1, "reason": "sorry", "request": "marked-1"});
    let path = format!("/admin/accounts/{CUSTOMER}/credits");
    let said = stage
        .ask(Ask::post(&path).user(stage, OPERATOR).json(&gift))
        .await;
    assert!(said.status < 400, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_pages_reports_and_what_is_given_up_leave_nothing_marked_behind() {
    let (stage, _) = stage().await;
    for user in [OPERATOR, FRIEND, CUSTOMER] {
        stage.newcomer_who_speaks(user, "ru").await;
    }
    stage.admit(OPERATOR, Role::Owner).await;
    let key = stage
        .new_key(9, &[Scope::AdminRead, Scope::AdminWrite, Scope::Evaluate], None)
        .await;
    let mut marks = marks();
    marks.add("a question", "a-marked-question-5c1e8b");
    marks.add("its answer", "a-marked-answer-5c1e8b");
    marks.add("a broadcast", "a-marked-novelty-5c1e8b");
    marks.add("another customer", &FRIEND.to_string());
    marks.add("an API key", &key.text);
    let made = stage.order(CUSTOMER, PROMPT).await;
    stage.run_until_settled().await;
    stage.say(CUSTOMER, "/support").await;
    stage.say(CUSTOMER, QUESTION).await;
    answer(&stage).await;
    for command in [
        "/invite",
        "/bonus",
        "/promo NO-SUCH",
        "/notifications",
        "/language",
        "/orders",
        "/cabinet",
    ] {
        stage.say(CUSTOMER, command).await;
    }
    // An open page, one whose ticket is forged, and one that asks in another way.
    let ticket = stage.ticket(CUSTOMER);
    marks.add("a ticket", &ticket);
    let mut open = stage.listen(CUSTOMER).await;
    assert_eq!(open.status, 200);
    open.hear().await.unwrap();
    // Whoever sends its pieces is beyond the invocation's span, and their lines are the invocation's all the same.
    let invocation = tracing::info_span!(target: "lambda_runtime::layers::trace", "Lambda runtime invoke", requestId = "marked-stream-1");
    let mut streamed = stage.listen(CUSTOMER).instrument(invocation).await;
    streamed.hear().await.unwrap();
    let silence = Fault::new(Service::DynamoDb, Effect::InternalError).operation("BatchGetItem");
    let silence = stage.aws.faults().arm(silence.caller(LIVE).always());
    assert_eq!(streamed.hear().await, None);
    silence.disarm();
    let unread = page::lines("stream_unread");
    assert!(
        unread.iter().any(|line| line["request_id"] == "marked-stream-1"),
        "{unread:?}"
    );
    let forged = format!("ticket={ticket}x");
    assert_eq!(stage.listen_as(&forged, &[]).await.status, 401);
    panel(&stage, &key, &made.to_string()).await;
    let wording = Wording {
        texts: [("ru".to_owned(), NEWS.to_owned())].into(),
        ..Wording::default()
    };
    let new = New {
        wording,
        segment: domain::broadcast::Segment::default(),
        per_second: 20,
    };
    stage.start_broadcast(new).await;
    stage.broadcast_to_the_end().await;
    let told: Value = stage.report().await.unwrap();
    assert!(told.is_object(), "{told}");
    marks_of(&stage, &mut marks).await;
    stage.say(CUSTOMER, "/delete_my_data").await;
    assert_eq!(stage.press_newest(CUSTOMER, "er:").await, None);
    stage.minute().await;
    let expected = [
        "erasure_begun",
        "customer_erased",
        "broadcast_done",
        "report_sent",
    ];
    page::is_clean(&marks, &expected);
}
