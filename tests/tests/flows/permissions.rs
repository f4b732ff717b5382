//! Least privilege: what a policy in the template allows is needed. The other way is checked in every flow, because the
//! local cloud refuses what no policy allows, and `assert_sound` asks for refusals.

use std::time::Duration;

use domain::id::{JobId, UserId};
use domain::job::Stage as JobStage;
use domain::time::Millis;
use limits_flags::access;
use local_lambda::{Effect, Service};
use played_kie::{Forged, Signature, Trouble};
use played_rails::Fault;
use serde_json::{Value, json};
use table::{Deadline, Keys, Token, Write};
use tests::stage::{
    API, Ask, BROADCAST, CALLBACK, CLEANUP, LIVE, OPERATOR, PAYMENTS, REPORT, Stage, WEBHOOK, WORKER,
};

use crate::{ANNA, BORIS, VAULT};

/// Somebody else.
const VERA: i64 = 1003;

/// A friend of hers.
const GALA: i64 = 1004;

/// What is allowed and not done here, and why.
const NOT_HERE: [(&str, &str); 9] = [
    // At a cold start, from the environment, which the stage has none of; the demo starts the real binaries.
    (WEBHOOK, "secretsmanager:GetSecretValue"),
    (WORKER, "secretsmanager:GetSecretValue"),
    (CALLBACK, "secretsmanager:GetSecretValue"),
    (API, "secretsmanager:GetSecretValue"),
    (PAYMENTS, "secretsmanager:GetSecretValue"),
    (CLEANUP, "secretsmanager:GetSecretValue"),
    (REPORT, "secretsmanager:GetSecretValue"),
    (LIVE, "secretsmanager:GetSecretValue"),
    (BROADCAST, "secretsmanager:GetSecretValue"),
];

/// Start, an order, a look at the account, and the order taken back.
async fn order_and_cancel(stage: &Stage) {
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "a whim").await;
    stage.say(ANNA, "/cabinet").await;
    stage.say(ANNA, "/orders").await;
    stage.press_newest(ANNA, "ca:").await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    // And one in the Mini App.
    let job = stage.order(ANNA, "another").await;
    let cancel = format!("/me/orders/{}/cancel", job.nonce.as_str());
    let said = stage.ask(Ask::post(&cancel).user(stage, ANNA)).await;
    assert_eq!((said.status, stage.balance(ANNA).await), (200, (2, 0, 0)));
}

/// Better words, a video that is delivered, one that fails, and one that is parked and fetched.
async fn deliver_fail_and_park(stage: &Stage) {
    stage.draft(ANNA, "a wish").await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    stage.order(ANNA, "a success").await;
    stage.run_until_settled().await;
    stage.order(ANNA, "a failure #moderation").await;
    stage.run_until_settled().await;
    stage.newcomer(BORIS).await;
    stage.order(BORIS, "for later").await;
    stage.telegram.block(BORIS).unwrap();
    stage.answered().await;
    stage.run_until_settled().await;
    stage.telegram.unblock(BORIS).unwrap();
    stage.say(BORIS, "/start").await;
    stage.press_newest(BORIS, "pk").await;
    stage.press_newest(BORIS, "pn:").await;
}

/// An order whose answer is lost is named by its callback; one that no worker attends to is given back by cleanup.
async fn call_back_and_clean_up(stage: &Stage) {
    stage.newcomer(VERA).await;
    stage.kie.inject(Trouble::Lost, "", 1);
    stage.order(VERA, "a bottle post").await;
    stage.run_until_settled().await;
    let lost = local_lambda::Fault::new(Service::Sqs, Effect::Swallow).operation("SendMessage");
    stage.aws.faults().arm(lost.always());
    let job = stage.order(VERA, "forgotten").await;
    until_given_back(stage, &job).await;
}

async fn until_given_back(stage: &Stage, job: &JobId) {
    for _ in 0..3 {
        stage.pass(Millis::from_mins(60));
        stage.sweep().await;
    }
    assert_eq!(stage.stage_of(job).await, JobStage::Failed);
}

/// Money that is told of, money that cleanup finds, a plan, and a look at what was bought.
async fn buy(stage: &Stage) {
    for _ in 0..2 {
        stage.pay_in_roubles(ANNA, "plan:unlimited_1day").await;
        stage.pass(Millis::from_mins(1));
        stage.yookassa.desk().inject(Fault::Lost, 1);
        stage.pay_in_roubles(ANNA, "plan:unlimited_1day").await;
        stage.minute().await;
        stage.minute().await;
    }
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    let link = stage.choose(ANNA, "pack:pro", "s").await;
    // Long enough for a warm Lambda to look whether Stars are still taken.
    stage.pass(Millis::from_mins(1));
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    stage.say(ANNA, "/history").await;
    assert_eq!(stage.payments().await.len(), 5);
}

/// A customer asks for a feature; an operator makes it and a flag, gives it, and looks at what was done.
async fn ask_the_api(stage: &Stage) {
    stage.admit(ANNA, access::Role::Owner).await;
    let limits = json!([{"max": 5, "period": "day", "anchor": "21:00", "utc_offset": "+03:00"}]);
    let chat = json!({"name": "Chat", "type": "metered", "default": {"enabled": true, "limits": limits}});
    let job = stage.jobs().await.first().unwrap().id.to_string();
    let asks = [
        Ask::of("PUT", "/admin/settings/features/chat").json(&json!({ "row": chat })),
        Ask::of("PUT", "/admin/settings/limits/all")
            .json(&json!({ "row": {"max": 1000, "period": "day", "shards": 2} })),
        Ask::of("PUT", "/admin/settings/features/hd").json(&json!({ "row": {"name": "HD"} })),
        Ask::of("PUT", "/admin/settings/flags/brief").json(&json!({"row": {"enabled": true}})),
        Ask::of("DELETE", "/admin/settings/flags/brief"),
        Ask::post("/features/hd/upgrade-requests"),
        Ask::post(&format!("/admin/upgrade-requests/{ANNA}/hd/approve")),
        Ask::post("/features/chat/uses"),
        Ask::post(&format!("/admin/standings/{ANNA}"))
            .json(&json!({"change": "set_override", "key": "hd", "value": true, "reason": "a test"})),
        Ask::get("/admin/overrides"),
        Ask::post(&format!("/admin/standings/{ANNA}"))
            .json(&json!({"change": "clear_override", "key": "hd", "reason": "a test"})),
        Ask::get("/admin/upgrade-requests"),
        Ask::get("/admin/history"),
        Ask::get("/admin/requests"),
        Ask::get(&format!("/admin/users/{ANNA}/requests")),
        Ask::get("/admin/jobs"),
        Ask::get(&format!("/admin/accounts/{ANNA}/ledger")),
        Ask::post(&format!("/admin/accounts/{ANNA}/credits"))
            .json(&json!({"credits": 1, "request": "twice", "reason": "a test"})),
        // The same name again is looked up in the ledger.
        Ask::post(&format!("/admin/accounts/{ANNA}/credits"))
            .json(&json!({"credits": 1, "request": "twice", "reason": "a test"})),
        Ask::get(&format!("/admin/jobs/{job}")),
        Ask::get("/admin/figures"),
        Ask::get("/admin/audit"),
        Ask::get("/admin/audit/entities/feature%23chat"),
        Ask::get(&format!("/admin/audit/people/user%23{ANNA}")),
        Ask::post("/ofrep/v1/evaluate/flags"),
    ];
    for ask in asks {
        let said = stage.ask(ask.user(stage, ANNA)).await;
        assert_eq!(said.status, 200, "{said:?} {:?}", stage.aws.refusals());
    }
}

/// A night's look at the rails' lists; and an operator looks at what was paid, and gives some of it back.
async fn give_back(stage: &Stage) {
    // What is fresh is not compared yet.
    stage.pass(Millis::from_mins(60));
    stage.sweep_on(&json!({"task": "reconcile"})).await;
    let payments = stage.payments().await;
    let stars = payments
        .iter()
        .find(|record| record.id().rail == domain::payment::Rail::Stars);
    let id = stars.unwrap().id().to_string().replace('#', "%23");
    let refund = format!("/admin/payments/{id}/refund");
    let asks = [
        // The settings are older than they may be without another look.
        Ask::get("/admin/figures"),
        Ask::get("/admin/payments"),
        Ask::get(&format!("/admin/payments?user={ANNA}")),
        Ask::post(&refund).json(&json!({"reason": "asked for it"})),
    ];
    for ask in asks {
        let said = stage.ask(ask.user(stage, ANNA)).await;
        assert_eq!(said.status, 200, "{said:?}");
    }
}

/// She writes in the operator's chat.
fn said(text: &str, number: i64) -> Value {
    json!({"update_id": 860_000_000 + number, "message": {"message_id": 81_000 + number, "date": 1_795_251_600,
        "text": text, "chat": {"id": OPERATOR, "type": "supergroup"},
        "from": {"id": ANNA, "is_bot": false, "first_name": "Anna"}}})
}

/// She confirms what she has asked for there.
fn pressed(number: i64) -> Value {
    json!({"update_id": 870_000_000 + number, "callback_query": {"id": "q", "chat_instance": "1",
        "data": format!("op:{}", 81_000 + number), "from": {"id": ANNA, "is_bot": false, "first_name": "Anna"},
        "message": {"message_id": 91_000, "date": 1_795_251_600, "chat": {"id": OPERATOR, "type": "supergroup"}}}})
}

/// She asks for something there and confirms it.
async fn commanded(stage: &Stage, command: &str, number: i64) {
    stage.update(&said(command, number)).await;
    let done = stage.update(&pressed(number)).await;
    let is_done = done.text().starts_with('✅') || done.text().starts_with("Уже");
    assert!(is_done, "{command}: {done:?}");
}

/// An owner changes what cannot wait from the operator's chat.
async fn command_from_the_chat(stage: &Stage) {
    let jobs = stage.jobs().await;
    let is_paid =
        |job: &&domain::job::Job| job.stage == JobStage::Delivered && job.cost > domain::money::Credits::ZERO;
    let job = jobs.iter().find(is_paid).unwrap();
    let refund = format!("/refund {} blurred", job.id);
    let commands = [
        "/flag daily_bonus on a feast",
        "/undo no feast",
        "/ban 1003 1h spam",
        "/unban 1003 none",
        &refund,
    ];
    for (number, command) in (1..).zip(commands) {
        commanded(stage, command, number).await;
    }
    let broadcast = stage.start_broadcast(crate::broadcasts::to_all()).await;
    commanded(stage, &format!("/stop {} wrong words", broadcast.as_str()), 8).await;
}

/// A callback for a submission that is over.
async fn call_back_late(stage: &Stage) {
    stage.kie.inject(Trouble::Failed, "", 1);
    let job = stage.order(VERA, "two lives").await;
    for wanted in [JobStage::Running, JobStage::Queued, JobStage::Running] {
        stage.run_until_stage(&job, wanted).await;
    }
    let tasks = stage.kie.tasks();
    let late = tasks.iter().rev().nth(1).unwrap();
    let forged = Forged {
        callback_url: late.callback_url.as_deref().unwrap(),
        task_id: &late.id,
        state: played_kie::State::Success,
        result_urls: &["https://example.com/late.mp4"],
        signature: Signature::Right,
    };
    assert_eq!(stage.kie.forge_callback(&forged).await, Some(200));
    stage.run_until_settled().await;
}

/// A broadcast that one gets, one has no time for, and one has gone from without a word.
async fn write_to_all(stage: &Stage) {
    let texts = json!({"en": "news", "ru": "news"});
    let ask = |method: &str, path: &str, body: &serde_json::Value| {
        stage.ask(Ask::of(method, path).json(body).user(stage, ANNA))
    };
    let made = ask("POST", "/admin/broadcasts", &json!({ "texts": texts })).await;
    let path = format!("/admin/broadcasts/{}", made.body["id"].as_str().unwrap());
    let counted = ask("POST", &format!("{path}/count"), &json!({})).await;
    let recipients = &counted.body["dry_run"]["recipients"];
    let started = ask(
        "POST",
        &format!("{path}/start"),
        &json!({ "recipients": recipients }),
    )
    .await;
    assert_eq!(started.status, 200, "{started:?}");
    ask("GET", "/admin/broadcasts", &json!({})).await;
    stage.telegram.deactivate(VERA).unwrap();
    let busy = played_telegram::Happens::Refused(played_telegram::ApiError::too_many(1));
    stage
        .telegram
        .fault(played_telegram::Fault::next("sendMessage", busy).in_chat(BORIS));
    stage.broadcast_to_the_end().await;
    assert!(stage.account(VERA).await.blocked);
}

/// Somebody comes by a link, buys, and has everything deleted; and the provider is too busy for somebody's order.
async fn invite_erase_and_wait(stage: &Stage) {
    stage.say(VERA, "/invite").await;
    let text = stage.last_text(VERA);
    let link = text
        .lines()
        .find_map(|line| line.trim().split_once("?start="))
        .unwrap()
        .1;
    stage.telegram.create_user(GALA, "Gala", Some("ru"));
    stage.say(GALA, &format!("/start {link}")).await;
    stage.order(GALA, "a farewell").await;
    stage.run_until_settled().await;
    stage.pay_in_roubles(GALA, "pack:starter").await;
    stage.minute().await;
    stage.minute().await;
    stage.say(GALA, "/delete_my_data").await;
    stage.press_newest(GALA, "er:").await;
    stage.minute().await;
    stage.kie.inject(Trouble::RateLimited, "", 1);
    stage.order(ANNA, "patience").await;
    stage.run_until_settled().await;
}

/// A doorbell that failed too often is looked at, from the chat and from the panel, and rung once more.
async fn ring_once_more(stage: &Stage) {
    // Up to here whatever is sent to a queue is lost.
    stage.aws.faults().clear();
    stage.bury(r#"{"job":"7-2222222222222222","hint":"due"}"#).await;
    assert!(stage.update(&said("/status", 9)).await.text().contains("Открыто"));
    for ask in [
        Ask::get("/admin/dead-letters"),
        Ask::post("/admin/dead-letters/ring").json(&json!({"reason": "x"})),
    ] {
        stage.pass(Millis::from_secs(1));
        let said = stage.ask(ask.user(stage, ANNA)).await;
        assert_eq!(said.status, 200, "{said:?}");
    }
    stage.bury(r#"{"job":"7-3333333333333333","hint":"due"}"#).await;
    stage.pass(Millis::from_secs(1));
    commanded(stage, "/ring all is well again", 10).await;
}

/// The morning after a day on which an unlimited plan paid for a video.
async fn report(stage: &Stage) {
    stage.newcomer(OPERATOR).await;
    stage.order(ANNA, "paid by the plan").await;
    stage.run_until_settled().await;
    // The second finds the settings as the first has left them.
    for _ in 0..2 {
        stage.pass(Millis::from_mins(24 * 60));
        stage.report().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_permission_in_the_template_is_needed() {
    let stage = Stage::with(|setting| setting.vaults = vec![VAULT]).await;
    order_and_cancel(&stage).await;
    deliver_fail_and_park(&stage).await;
    call_back_and_clean_up(&stage).await;
    ask_the_api(&stage).await;
    buy(&stage).await;
    give_back(&stage).await;
    Box::pin(command_from_the_chat(&stage)).await;
    assert_eq!(stage.listen(ANNA).await.status, 200);
    call_back_late(&stage).await;
    invite_erase_and_wait(&stage).await;
    report(&stage).await;
    write_to_all(&stage).await;
    ring_once_more(&stage).await;
    let unused = stage.aws.unused_permissions().into_iter();
    let idle: Vec<String> = unused
        .filter(|it| !NOT_HERE.contains(&(it.function.as_str(), it.action.as_str())))
        .map(|it| {
            format!(
                "{} may {} on {} {:?}",
                it.function, it.action, it.resource, it.partition
            )
        })
        .collect();
    assert!(idle.is_empty(), "and never does:\n{}", idle.join("\n"));
    assert_eq!(stage.aws.refusals(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_function_can_write_who_has_access_and_only_two_can_read_it() {
    let stage = Stage::new().await;
    stage.admit(ANNA, access::Role::Viewer).await;
    let table = stage.office().settings;
    let (admin, somebody) = (UserId(ANNA), UserId(BORIS));
    let owner = access::AdminRow {
        role: access::Role::Owner,
        name: String::new(),
    };
    for function in [
        WEBHOOK, WORKER, CALLBACK, CLEANUP, API, PAYMENTS, REPORT, LIVE, BROADCAST,
    ] {
        let db = stage.acting_as(function);
        let item = access::item(&access::admin(somebody), &owner).unwrap();
        let key = access::primary_key(&access::admin(admin));
        let writes = [
            Write::put("access", &table, item),
            Write::update("access", &table, key.clone()).set("body", table::s("x")),
            Write::delete_item("access", &table, key.clone()),
        ];
        for write in writes {
            let soon = Deadline::after(Duration::from_secs(20));
            let written = db.write(write.clone(), soon).await;
            assert!(written.is_err(), "{function}: {write:?}");
            let in_one = db.transact(&Token::of(function), vec![write.clone()], soon).await;
            assert!(in_one.is_err(), "{function}: {write:?}");
        }
        let keys = Keys {
            table: table.clone(),
            keys: vec![key.clone()],
            consistent: true,
        };
        let reads = db.get(&table, key, true).await.is_ok() || db.batch_get(vec![keys]).await.is_ok();
        assert_eq!(reads, [WEBHOOK, API].contains(&function), "{function}");
    }
    let stood = stage
        .db
        .get(&table, access::primary_key(&access::admin(admin)), true)
        .await
        .unwrap();
    let row: access::AdminRow = access::read(&stood.unwrap()).unwrap();
    assert_eq!(row.role, access::Role::Viewer);
    let made = stage
        .db
        .get(&table, access::primary_key(&access::admin(somebody)), true)
        .await;
    assert_eq!(made.unwrap(), None);
}
