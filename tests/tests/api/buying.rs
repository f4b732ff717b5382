//! Buying in the Mini App: the shop, one purchase for each choice, and what became of it at the rail.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use domain::payment::Rail;
use domain::time::Millis;
use limits_flags::access::Scope;
use played_rails::{Door, Fault, Spoilt};
use serde_json::{Value, json};
use store::Bought;
use tests::stage::{Ask, Said, Setting, Stage};

use crate::{ANNA, BORIS, shop};

async fn customer() -> Stage {
    customer_with(|_| ()).await
}

async fn customer_with(change: impl FnOnce(&mut Setting)) -> Stage {
    let stage = Stage::with(change).await;
    stage.newcomer(ANNA).await;
    stage
}

async fn get(stage: &Stage, user: i64, path: &str) -> Said {
    stage.pass(Millis::from_secs(6));
    stage.ask(Ask::get(path).user(stage, user)).await
}

fn choice(stage: &Stage, user: i64, key: &str, body: &Value) -> Ask {
    let ask = Ask::post("/me/purchases").user(stage, user);
    ask.header("idempotency-key", key)
        .header("content-type", "application/json")
        .json(body)
}

async fn buy_as(stage: &Stage, user: i64, key: &str, body: &Value) -> Said {
    stage.pass(Millis::from_secs(6));
    stage.ask(choice(stage, user, key, body)).await
}

async fn buy(stage: &Stage, key: &str, thing: &str, rail: &str) -> Said {
    buy_as(stage, ANNA, key, &json!({"thing": thing, "rail": rail})).await
}

async fn check(stage: &Stage, user: i64, purchase: &Value) -> Said {
    stage.pass(Millis::from_secs(6));
    let path = format!(
        "/me/purchases/{}/check",
        purchase["purchase_id"].as_str().unwrap()
    );
    stage.ask(Ask::post(&path).user(stage, user)).await
}

async fn look(stage: &Stage, user: i64, purchase: &Value) -> Said {
    let id = purchase["purchase_id"].as_str().unwrap();
    get(stage, user, &format!("/me/purchases/{id}")).await
}

async fn purchases(stage: &Stage) -> usize {
    let all = stage.bought().await;
    all.iter()
        .filter(|row| matches!(row, Bought::Purchase(_)))
        .count()
}

fn thing<'a>(shop: &'a Said, id: &str) -> &'a Value {
    let things = shop.body["things"]
        .as_array()
        .unwrap_or_else(|| panic!("{shop:?}"));
    let found = things.iter().find(|thing| thing["thing"] == id);
    found.unwrap_or_else(|| panic!("no {id}: {shop:?}"))
}

fn rails(thing: &Value) -> Vec<&str> {
    let prices = thing["prices"].as_array().unwrap();
    prices
        .iter()
        .map(|price| price["rail"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_says_what_each_thing_costs_brings_and_opens() {
    let stage = customer().await;
    shop::open(&stage).await;
    let said = get(&stage, ANNA, "/me/shop").await;
    assert_eq!(said.status, 200, "{said:?}");
    let pack = thing(&said, "pack:pro");
    assert_eq!(rails(pack), ["stars", "yookassa", "stripe"]);
    assert_eq!(
        pack["prices"][1],
        json!({"rail": "yookassa", "price": "699\u{a0}₽", "minor": 69_900, "currency": "RUB", "renews": false})
    );
    assert_eq!(
        (&pack["kind"], &pack["brings"][0], &pack["opens"]),
        (
            &json!("pack"),
            &json!("20 credits on your account, for as long as you like"),
            &json!([])
        )
    );
    let plan = thing(&said, "plan:unlimited_30days");
    assert_eq!(
        (&plan["prices"][0]["renews"], &plan["prices"][1]["renews"]),
        (&json!(true), &json!(false))
    );
    assert!(
        plan["brings"].to_string().contains("a day that cost no credits"),
        "{plan}"
    );
    assert!(
        plan["prices"][0]["note"].as_str().unwrap().contains("until"),
        "{plan}"
    );
    assert!(
        plan["opens"]
            .as_array()
            .unwrap()
            .contains(&json!({"key": "hd", "name": "HD"})),
        "{plan}"
    );
    assert!(said.body["terms"].as_str().unwrap().contains("Terms"), "{said:?}");
    assert!(
        !said.text.contains("<b>") && !said.text.contains("&amp;"),
        "{}",
        said.text
    );
    let me = get(&stage, ANNA, "/me").await.body;
    assert_eq!(
        (&me["sells"], &me["opened_by"]["hd"]["thing"]),
        (&json!(true), &json!("plan:unlimited_1day")),
        "{me}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_to_pay_that_is_not_open_is_not_offered() {
    let stage = customer_with(|setting| setting.keyless = vec![Rail::YooKassa]).await;
    let said = get(&stage, ANNA, "/me/shop").await;
    assert_eq!(rails(thing(&said, "pack:pro")), ["stars", "stripe"]);
    let refused = buy(&stage, "k", "pack:pro", "yookassa").await;
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (409, &json!("not_sold")),
        "{refused:?}"
    );
    let closed = customer_with(|setting| setting.keyless = Rail::ALL.to_vec()).await;
    let said = get(&closed, ANNA, "/me/shop").await;
    assert_eq!(said.body["things"], json!([]));
    let me = get(&closed, ANNA, "/me").await.body;
    assert_eq!((&me["sells"], &me["opened_by"]), (&json!(false), &json!({})));
    assert_eq!((purchases(&stage).await, purchases(&closed).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_bought_in_roubles_and_told_once() {
    let stage = customer().await;
    let said = buy(&stage, "key-1", "plan:unlimited_1day", "yookassa").await;
    assert_eq!(
        (said.status, &said.body["state"]),
        (200, &json!("waiting")),
        "{said:?}"
    );
    assert!(said.body["url"].as_str().unwrap().starts_with("http"));
    assert_eq!(look(&stage, ANNA, &said.body).await.body, said.body);
    assert_eq!(
        check(&stage, ANNA, &said.body).await.body["state"],
        json!("waiting"),
        "nobody has paid"
    );
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.pay(&stage.reference().await).unwrap();
    assert_eq!(
        look(&stage, ANNA, &said.body).await.body["state"],
        json!("waiting"),
        "the notice is lost"
    );
    let before = stage.telegram.chat(ANNA).len();
    let paid = check(&stage, ANNA, &said.body).await;
    assert_eq!(
        (paid.status, &paid.body["state"], &paid.body["url"]),
        (200, &json!("paid"), &Value::Null),
        "{paid:?}"
    );
    let me = get(&stage, ANNA, "/me").await.body;
    assert_eq!(me["plan"]["key"], json!("unlimited_1day"));
    assert_eq!(check(&stage, ANNA, &said.body).await.body["state"], json!("paid"));
    assert_eq!(
        stage.telegram.chat(ANNA).len(),
        before + 1,
        "{:?}",
        stage.texts(ANNA)
    );
    assert!(
        stage.last_text(ANNA).contains("Payment received"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.payments().await.len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_and_cards_are_paid_where_their_rail_wants_it() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    let stars = buy(&stage, "stars", "pack:pro", "stars").await;
    let link = stars.body["url"]
        .as_str()
        .unwrap_or_else(|| panic!("{stars:?}"))
        .to_owned();
    stage.pay_invoice(ANNA, &link).await;
    assert_eq!(look(&stage, ANNA, &stars.body).await.body["state"], json!("paid"));
    assert_eq!(stage.balance(ANNA).await.0, 22);
    let card = buy(&stage, "card", "pack:starter", "stripe").await;
    assert_eq!(card.status, 200, "{card:?}");
    stage.stripe.pay(&stage.reference().await).unwrap();
    stage.noticed().await;
    assert_eq!(look(&stage, ANNA, &card.body).await.body["state"], json!("paid"));
    assert_eq!(stage.balance(ANNA).await.0, 27);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_tap_is_one_purchase_and_another_choice_by_the_same_key_is_none() {
    let stage = customer().await;
    let body = json!({"thing": "pack:pro", "rail": "yookassa"});
    let tap = || stage.ask(choice(&stage, ANNA, "tap", &body));
    let (first, second) = tokio::join!(tap(), tap());
    let again = buy(&stage, "tap", "pack:pro", "yookassa").await;
    let ids: Vec<&Value> = [&first, &second, &again]
        .iter()
        .filter(|said| said.status == 200)
        .map(|said| &said.body["purchase_id"])
        .collect();
    assert!(
        ids.len() >= 2 && ids.iter().all(|id| *id == ids[0]),
        "{first:?} {second:?}"
    );
    assert_eq!(purchases(&stage).await, 1);
    assert_eq!(stage.yookassa.payments().len(), 1, "nor two at the rail");
    for (thing, rail) in [("pack:starter", "yookassa"), ("pack:pro", "stripe")] {
        let other = buy(&stage, "tap", thing, rail).await;
        assert_eq!(other.status, 422, "{thing} {rail}: {other:?}");
    }
    stage.newcomer(BORIS).await;
    let theirs = buy_as(&stage, BORIS, "tap", &body).await;
    assert_ne!(
        &theirs.body["purchase_id"], ids[0],
        "another customer's key is another key"
    );
    assert_eq!(purchases(&stage).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_is_its_customers_alone() {
    let stage = customer().await;
    stage.newcomer(BORIS).await;
    let mine = buy(&stage, "k", "pack:pro", "yookassa").await.body;
    for said in [
        look(&stage, BORIS, &mine).await,
        check(&stage, BORIS, &mine).await,
    ] {
        assert_eq!(said.status, 404, "{said:?}");
    }
    let none = json!({"purchase_id": "2222222222222222"});
    assert_eq!(look(&stage, ANNA, &none).await.status, 404);
    let machine = stage
        .new_key(1, &[Scope::Evaluate, Scope::AdminWrite], None)
        .await;
    for path in ["/me/shop", "/me/purchases/2222222222222222"] {
        assert_eq!(stage.ask(Ask::get(path)).await.status, 401, "{path}");
        assert_eq!(
            stage.ask(Ask::get(path).key(&machine)).await.status,
            403,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_sensible_buys_nothing() {
    let stage = customer().await;
    let keyless = Ask::post("/me/purchases")
        .user(&stage, ANNA)
        .header("content-type", "application/json");
    let keyless = stage
        .ask(keyless.json(&json!({"thing": "pack:pro", "rail": "stars"})))
        .await;
    assert_eq!(keyless.status, 400, "{keyless:?}");
    for (body, status) in [
        (json!({"thing": "pack:pro", "rail": "barter"}), 422),
        (json!({"thing": "pro", "rail": "stars"}), 422),
        (json!({"thing": "pack:nothing", "rail": "stars"}), 409),
        (json!({"thing": "pack:pro", "rail": "stars", "price": 1}), 422),
    ] {
        let said = buy_as(&stage, ANNA, "k", &body).await;
        assert_eq!(said.status, status, "{body}: {said:?}");
    }
    let stranger = buy_as(&stage, BORIS, "k", &json!({"thing": "pack:pro", "rail": "stars"})).await;
    assert_eq!(
        (stranger.status, &stranger.body["reason"]),
        (409, &json!("no_account")),
        "{stranger:?}"
    );
    assert_eq!(purchases(&stage).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_begin_is_shown_with_the_reason_and_not_sold() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    let said = get(&stage, ANNA, "/me/shop").await;
    assert_eq!(said.body["plan"]["key"], json!("unlimited_30days"));
    let plan = thing(&said, "plan:unlimited_1day");
    let why = plan["prices"][0]["hindered"].as_str().unwrap();
    assert!(
        why.contains("renews by itself") && plan["opens"] == json!([]),
        "{plan}"
    );
    assert_eq!(thing(&said, "pack:pro")["prices"][0]["hindered"], Value::Null);
    let refused = buy(&stage, "k", "plan:unlimited_1day", "stars").await;
    assert_eq!(
        (
            refused.status,
            &refused.body["reason"],
            refused.body["message"].as_str()
        ),
        (409, &json!("plan_not_now"), Some(why)),
        "{refused:?}"
    );
    assert_eq!(purchases(&stage).await, 1, "the subscription alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rail_that_does_not_answer_is_asked_again_for_the_same_purchase() {
    let stage = customer().await;
    stage
        .yookassa
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::FailedAfter), 1);
    let silent = buy(&stage, "k", "pack:pro", "yookassa").await;
    assert_eq!(
        (silent.status, silent.header("retry-after")),
        (503, "1"),
        "{silent:?}"
    );
    let said = buy(&stage, "k", "pack:pro", "yookassa").await;
    assert_eq!(said.status, 200, "{said:?}");
    assert_eq!((purchases(&stage).await, stage.yookassa.payments().len()), (1, 1));
    stage
        .yookassa
        .desk()
        .inject(Fault::Answer(Door::Ask, Spoilt::Failed), 1);
    let unknown = check(&stage, ANNA, &said.body).await;
    assert_eq!(unknown.status, 503, "{unknown:?}");
    assert_eq!(
        look(&stage, ANNA, &said.body).await.body["state"],
        json!("waiting")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_law_wants_a_receipt_its_address_is_asked_once() {
    let stage = customer().await;
    stage
        .change_settings(|settings| {
            settings.selling.as_mut().unwrap().receipts =
                serde_json::from_value(json!({"vat_code": 1})).unwrap();
        })
        .await;
    let said = get(&stage, ANNA, "/me/shop").await;
    assert_eq!(said.body["receipt"], json!({"rails": ["yookassa"]}));
    let body = |contact: &str| json!({"thing": "pack:pro", "rail": "yookassa", "contact": contact});
    let asked = buy(&stage, "k", "pack:pro", "yookassa").await;
    assert_eq!(
        (asked.status, &asked.body["reason"]),
        (409, &json!("receipt_wanted")),
        "{asked:?}"
    );
    let unread = buy_as(&stage, ANNA, "k", &body("by post")).await;
    assert_eq!(
        (unread.status, &unread.body["reason"]),
        (409, &json!("contact_unreadable"))
    );
    assert_eq!(purchases(&stage).await, 0);
    let bought = buy_as(&stage, ANNA, "k", &body("anna@example.org")).await;
    assert_eq!(bought.status, 200, "{bought:?}");
    let said = get(&stage, ANNA, "/me/shop").await;
    assert_eq!(said.body["receipt"]["to"], json!("a…@example.org"));
    assert!(!said.text.contains("anna@"), "{}", said.text);
    assert_eq!(buy(&stage, "another", "pack:pro", "yookassa").await.status, 200);
    assert_eq!(
        buy(&stage, "stars", "pack:pro", "stars").await.status,
        200,
        "Telegram gives its own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_paid_in_time_is_over_and_money_that_does_not_fit_is_looked_at() {
    let stage = customer().await;
    let late = buy(&stage, "late", "pack:pro", "yookassa").await.body;
    stage.pass(Millis::from_mins(25 * 60));
    let over = look(&stage, ANNA, &late).await.body;
    assert_eq!((&over["state"], &over["url"]), (&json!("over"), &Value::Null));
    let odd = buy(&stage, "odd", "pack:pro", "yookassa").await.body;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    stage.yookassa.pay(&stage.reference().await).unwrap();
    stage.noticed().await;
    assert_eq!(look(&stage, ANNA, &odd).await.body["state"], json!("held"));
    assert_eq!(check(&stage, ANNA, &odd).await.body["state"], json!("held"));
    assert_eq!(stage.balance(ANNA).await.0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_us_ask_a_rail_all_the_time() {
    let stage = customer().await;
    let mine = buy(&stage, "k", "pack:pro", "yookassa").await.body;
    stage.pass(Millis::from_mins(1));
    let path = format!("/me/purchases/{}/check", mine["purchase_id"].as_str().unwrap());
    let mut said = Vec::new();
    for _ in 0..7 {
        said.push(stage.ask(Ask::post(&path).user(&stage, ANNA)).await);
    }
    let statuses: Vec<u16> = said.iter().map(|said| said.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429]);
    assert_eq!(said[6].header("retry-after"), "5");
    assert_eq!(
        look(&stage, ANNA, &mine).await.status,
        200,
        "what we know ourselves is told all the same"
    );
}
