//! Nobody loses a tier, a plan or an add-on without a word.

use ctl::Kind;
use domain::id::UserId;
use domain::money::Credits;
use domain::time::Timestamp;
use limits_flags::grants;
use limits_flags::holders::{Losing, losing};
use limits_flags::{By, Stored};
use serde_json::{Value, json};

use super::place::{Place, soon};
use super::shop::{SHOP, with};

/// A shop with a tier, an add-on and a plan that some customers hold.
async fn held() -> Place {
    let place = Place::with_shop().await;
    place.open_account().await;
    place.open(700_002).await;
    place.open(700_003).await;
    for line in [
        &["tiers", "give", "700001", "pro", "--why", "x"][..],
        &["tiers", "give", "700002", "pro", "--until", "30d", "--why", "x"],
        &["addons", "give", "700001", "hd-pack", "--why", "x"],
        &[
            "plans",
            "give",
            "700003",
            "unlimited_1day",
            "--until",
            "1d",
            "--why",
            "x",
        ],
    ] {
        place.ctl(line).await.unwrap();
    }
    place
}

impl Place {
    /// Opens an account of somebody's.
    async fn open(&self, user: i64) {
        let store = self.found().await.store().unwrap();
        let opened = store.open_account(UserId(user), Credits(2), "ru", Timestamp(1), soon());
        assert!(opened.await.unwrap().is_some());
    }
}

fn users(value: &Value) -> Vec<i64> {
    let mut users: Vec<i64> = value
        .as_array()
        .unwrap()
        .iter()
        .map(|holder| holder["user"].as_i64().unwrap())
        .collect();
    users.sort_unstable();
    users
}

#[tokio::test]
async fn holders_are_listed_page_by_page_and_those_whose_time_is_over_are_not() {
    let place = held().await;
    let all = place.ctl(&["tiers", "holders", "pro"]).await.unwrap();
    assert_eq!(users(&all.json["holders"]), [700_001, 700_002]);
    assert_eq!(all.json["next"], json!(null));
    let first = place
        .ctl(&["tiers", "holders", "pro", "--limit", "1"])
        .await
        .unwrap();
    let next = first.json["next"].as_i64().unwrap().to_string();
    assert!(
        first.text.contains(&format!("more: --after {next}")),
        "{}",
        first.text
    );
    let second = ["tiers", "holders", "pro", "--limit", "1", "--after", &next];
    let second = place.ctl(&second).await.unwrap();
    assert_eq!(second.json["next"], json!(null));
    let both = [users(&first.json["holders"]), users(&second.json["holders"])].concat();
    assert_eq!(
        std::collections::BTreeSet::from_iter(both),
        [700_001, 700_002].into()
    );
    let addons = place.ctl(&["addons", "holders", "hd-pack"]).await.unwrap();
    assert_eq!(users(&addons.json["holders"]), [700_001]);
    let office = place.found().await.office().unwrap();
    let at = |days: i64| {
        let now = Timestamp(ctl_now() + days * 86_400_000);
        let office = office.clone();
        async move {
            let found = limits_flags::holders::holders(&office, "tier#pro", now, 10, None).await;
            found.unwrap().0.len()
        }
    };
    assert_eq!((at(0).await, at(31).await), (2, 1), "one is for 30 days");
    let error = place.ctl(&["tiers", "holders", "prow"]).await.unwrap_err();
    assert!(
        error.with_causes().contains("is tier#pro meant?"),
        "{}",
        error.with_causes()
    );
    let none = place.ctl(&["tiers", "holders", "free"]).await.unwrap();
    assert_eq!(none.text, "nobody holds tier#free now");
}

fn ctl_now() -> i64 {
    use app::Clock as _;
    runtime::SystemClock.now().0
}

#[tokio::test]
async fn what_customers_hold_is_not_deleted_unless_somebody_says_that_they_lose_it() {
    let place = held().await;
    for (kind, name, told) in [
        ("tiers", "pro", "tier#pro is held by 2 customers: 70000"),
        ("addons", "hd-pack", "addon#hd-pack is held by 1 customer: 700001"),
        (
            "plans",
            "unlimited_1day",
            "plan#unlimited_1day is held by 1 customer: 700003",
        ),
    ] {
        // Nothing else refers to the tier.
        let _ = place.ctl(&["features", "put", "hd", "{name: HD}"]).await;
        let error = place.ctl(&[kind, "delete", name]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Refused);
        assert!(error.with_causes().contains(told), "{}", error.with_causes());
        assert!(error.with_causes().contains("--holders-lose-it"));
        assert!(place.ctl(&[kind, "show", name]).await.is_ok(), "it stands");
        let said = [
            kind,
            "delete",
            name,
            "--holders-lose-it",
            "--why",
            "it was a mistake",
        ];
        place.ctl(&said).await.unwrap();
    }
    let log = place.ctl(&["log", "--entity", "addon#hd-pack"]).await.unwrap();
    assert_eq!(
        log.json["entries"][0]["note"],
        json!("taken from 1 customer: 700001")
    );
    assert!(
        log.text.contains("  ! taken from 1 customer: 700001"),
        "{}",
        log.text
    );
}

#[tokio::test]
async fn what_nobody_holds_is_deleted_without_more_ado() {
    let place = held().await;
    place
        .ctl(&["tiers", "take", "700001", "pro", "--why", "x"])
        .await
        .unwrap();
    place
        .ctl(&["tiers", "take", "700002", "pro", "--why", "x"])
        .await
        .unwrap();
    place.ctl(&["features", "put", "hd", "{name: HD}"]).await.unwrap();
    place.ctl(&["tiers", "delete", "pro"]).await.unwrap();
    let log = place.ctl(&["log", "--entity", "tier#pro"]).await.unwrap();
    assert_eq!(log.json["entries"][0]["note"], json!(null));
}

#[tokio::test]
async fn a_file_or_a_rollback_without_what_customers_hold_is_planned_with_a_warning_and_refused() {
    let place = held().await;
    let less = with(SHOP, "addons: {}\nplans: {}\n");
    let less = place.file("less.yaml", &less);
    let plan = place.ctl(&["settings", "plan", &less]).await.unwrap();
    let warned = "! addon#hd-pack would be taken from 1 customer: 700001";
    assert!(plan.text.contains(warned), "{}", plan.text);
    assert_eq!(plan.json["holders"][1]["row"], json!("addon#hd-pack"));
    let error = place.ctl(&["settings", "apply", &less]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert!(
        error
            .with_causes()
            .contains("plan#unlimited_1day is held by 1 customer: 700003")
    );
    let said = ["settings", "apply", &less, "--holders-lose-it"];
    let applied = place.ctl(&said).await.unwrap();
    assert!(
        applied.text.contains("taken from 1 customer: 700001"),
        "{}",
        applied.text
    );

    // Version 3 makes an add-on, and somebody is given it: version 2 has not got it.
    let new = r#"{"name":"More","features":{"hd":true}}"#;
    place.ctl(&["addons", "put", "more", new]).await.unwrap();
    place
        .ctl(&["addons", "give", "700002", "more", "--why", "x"])
        .await
        .unwrap();
    let back = ["settings", "rollback", "2", "--why", "x"];
    let plan = place.ctl(&[&back[..], &["--plan"]].concat()).await.unwrap();
    assert!(
        plan.text
            .contains("addon#more would be taken from 1 customer: 700002"),
        "{}",
        plan.text
    );
    let error = place.ctl(&back).await.unwrap_err();
    assert!(
        error
            .with_causes()
            .contains("addon#more is held by 1 customer: 700002")
    );
    let back = [&back[..], &["--holders-lose-it"]].concat();
    place.ctl(&back).await.unwrap();
    let log = place.ctl(&["log", "--entity", "addon#more"]).await.unwrap();
    assert_eq!(
        log.json["entries"][0]["note"],
        json!("taken from 1 customer: 700002")
    );
}

#[tokio::test]
async fn what_is_withdrawn_holds_on_and_is_given_to_nobody_until_it_is_restored() {
    let place = held().await;
    for (kind, name) in [
        ("tiers", "pro"),
        ("addons", "hd-pack"),
        ("plans", "unlimited_1day"),
    ] {
        place.ctl(&[kind, "withdraw", name]).await.unwrap();
        let give = [kind, "give", "700002", name, "--why", "x"];
        let error = place.ctl(&give).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Refused);
        assert!(
            error.with_causes().contains("is withdrawn"),
            "{}",
            error.with_causes()
        );
    }
    let granted = place.ctl(&["explain", "700001", "hd"]).await.unwrap();
    assert!(granted.sound, "whoever has it keeps it: {}", granted.text);
    place.ctl(&["addons", "restore", "hd-pack"]).await.unwrap();
    place
        .ctl(&["addons", "give", "700002", "hd-pack", "--why", "x"])
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_withdrawn_or_deleted_while_it_is_given_is_not_given() {
    let place = held().await;
    for (line, why) in [
        (["addons", "withdraw", "more"], "is withdrawn"),
        (["addons", "delete", "more"], "there is no addon#more"),
    ] {
        let body = "{name: More, features: {hd: true}}";
        place.ctl(&["addons", "put", "more", body]).await.unwrap();
        let gate = place.hold("AccountsTable");
        let give = ["addons", "give", "700002", "more", "--why", "x"];
        let meanwhile = async {
            gate.reached().await;
            place.ctl(&line).await.unwrap();
            gate.open();
        };
        let (given, ()) = tokio::join!(place.ctl(&give), meanwhile);
        let told = given.unwrap_err().with_causes();
        assert!(told.contains(why), "{told}");
        let office = place.found().await.office().unwrap();
        let standing = grants::read(&office, UserId(700_002)).await.unwrap();
        assert!(!standing.addons.contains_key("more"));
    }
}

#[tokio::test]
async fn a_large_crowd_is_counted_no_further_than_the_first_page_with_somebody_on_it() {
    let place = Place::with_shop().await;
    let found = place.found().await;
    let office = found.office().unwrap();
    // Accounts of 40 KB, so that a page of 1 MB takes some 25 of them.
    let fat = "x".repeat(40_000);
    for user in 1..=60 {
        let tier = table::map([("tier", table::s("pro"))]);
        let item = table::Item::from([
            ("user_id".to_owned(), table::n(user)),
            ("standing".to_owned(), tier),
            ("fat".to_owned(), table::s(fat.clone())),
        ]);
        let write = table::Write::put("account", &office.accounts, item);
        found.db().write(write, soon()).await.unwrap();
    }
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    let mut without = stored.rows.clone();
    without.remove("tier#pro");
    let plan = limits_flags::Plan::between(stored, &without);
    let lost = losing(&office, &plan.changes, Timestamp(0)).await.unwrap();
    assert_eq!(lost.len(), 1);
    assert!(
        !lost[0].is_all && lost[0].found < 60 && lost[0].first.len() == 5,
        "{lost:?}"
    );
    assert!(lost[0].told().starts_with("at least "), "{}", lost[0].told());
    let (all, next) = limits_flags::holders::holders(&office, "tier#pro", Timestamp(0), 1000, None)
        .await
        .unwrap();
    assert_eq!((all.len(), next), (60, None), "a list goes over every page");
}

#[tokio::test]
async fn whoever_cannot_look_says_so_in_the_record() {
    let place = held().await;
    let office = place.found().await.office().unwrap();
    let by = By::new("anna", "x", Timestamp(ctl_now())).unwrap();
    let delete = |losing| limits_flags::edit::delete(&office, "addon#hd-pack", losing, &by, soon());
    delete(Losing::Refused).await.unwrap_err();
    delete(Losing::AcceptedUnseen).await.unwrap();
    let log = place.ctl(&["log", "--entity", "addon#hd-pack"]).await.unwrap();
    let note = log.json["entries"][0]["note"].as_str().unwrap();
    assert!(note.contains("nobody looked"), "{note}");
}
