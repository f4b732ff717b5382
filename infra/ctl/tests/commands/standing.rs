//! What customers are given and what is taken from them.

use ctl::{Error, Kind};
use domain::standing::{Held, Standing};
use futures::future::join_all;
use limits_flags::By;
use limits_flags::grants::{self, Change};
use serde_json::{Value, json};

use super::place::{Place, USER, soon};

const WHY: &[&str] = &["--why", "ticket-17"];

async fn customer() -> Place {
    let place = Place::with_shop().await;
    place.open_account().await;
    place
}

impl Place {
    /// A command with a reason.
    async fn say(&self, line: &[&str]) -> Result<ctl::Report, Error> {
        self.ctl(&[line, WHY].concat()).await
    }

    async fn standing(&self) -> Value {
        self.ctl(&["account", "700001"]).await.unwrap().json["standing"].clone()
    }
}

#[tokio::test]
async fn everything_that_can_be_given_is_given_listed_audited_and_taken_again() {
    let place = customer().await;
    for (give, name, take) in [
        (
            &["tiers", "give", "700001", "pro", "--until", "30d"][..],
            "tier",
            &["tiers", "take", "700001", "pro"][..],
        ),
        (
            &["plans", "give", "700001", "unlimited_1day"],
            "plan",
            &["plans", "take", "700001", "unlimited_1day"],
        ),
        (
            &["addons", "give", "700001", "hd-pack"],
            "addons.hd-pack",
            &["addons", "take", "700001", "hd-pack"],
        ),
        (
            &["overrides", "set", "700001", "hd", "true"],
            "overrides.hd",
            &["overrides", "clear", "700001", "hd"],
        ),
        (
            &["roles", "add", "700001", "tester"],
            "roles.tester",
            &["roles", "remove", "700001", "tester"],
        ),
        (
            &["country", "set", "700001", "DE"],
            "country",
            &["country", "clear", "700001"],
        ),
    ] {
        let given = place
            .say(give)
            .await
            .unwrap_or_else(|error| panic!("{give:?}: {}", error.with_causes()));
        assert_eq!(given.json["written"], json!(true), "{give:?}");
        assert!(given.text.contains(&format!("  + {name}: ")), "{}", given.text);
        assert!(place.standing().await.get(name).is_some(), "{name}");
        place
            .say(take)
            .await
            .unwrap_or_else(|error| panic!("{take:?}: {}", error.with_causes()));
        assert!(place.standing().await.get(name).is_none(), "{name}");
    }
    let log = place.ctl(&["log", "--entity", "user#700001"]).await.unwrap();
    let entries = log.json["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 12);
    assert_eq!(entries[0]["action"], json!("revoke"));
    assert_eq!(
        (&entries[0]["old"], &entries[0]["new"]),
        (&json!({"country": "DE"}), &json!(null))
    );
    assert_eq!(
        (&entries[1]["action"], &entries[1]["version"]),
        (&json!("grant"), &json!(11))
    );
    assert!(
        place.ctl(&["audit"]).await.unwrap().sound,
        "the books are as they were"
    );
}

#[tokio::test]
async fn what_the_settings_do_not_know_is_refused_with_the_nearest_name() {
    let place = customer().await;
    for (line, told) in [
        (&["tiers", "give", "700001", "por"][..], "is tier#pro meant?"),
        (&["addons", "give", "700001", "hdpack"], "is addon#hd-pack meant?"),
        (
            &["plans", "give", "700001", "unlimited-1day"],
            "is plan#unlimited_1day meant?",
        ),
        (
            &["overrides", "set", "700001", "storys", "true"],
            "is feature#stories meant?",
        ),
        (&["overrides", "set", "700001", "hd", "7"], "hd"),
        (
            &["overrides", "set", "700001", "hd", r#"{"limits":[{"max":"x"}]}"#],
            "hd",
        ),
        (&["country", "set", "700001", "Germany"], "two capital letters"),
        (&["roles", "add", "700001", "a b"], "a role is a word"),
        (&["tiers", "take", "700001", "pro"], "does not hold the tier pro"),
    ] {
        let error = place.say(line).await.unwrap_err();
        assert!(
            error.with_causes().contains(told),
            "{line:?}: {}",
            error.with_causes()
        );
        assert_eq!(error.kind(), Kind::Refused, "{line:?}");
    }
    assert_eq!(place.standing().await, json!({}));
    assert!(
        place
            .audit()
            .iter()
            .all(|entry| entry["entity"]["S"] != "user#700001")
    );
}

#[tokio::test]
async fn whoever_has_no_account_is_given_nothing() {
    let place = Place::with_shop().await;
    let error = place.say(&["tiers", "give", "700001", "pro"]).await.unwrap_err();
    assert!(
        error.with_causes().contains("user 700001 has no account"),
        "{}",
        error.with_causes()
    );
    assert!(
        place.aws.items("AccountsTable").unwrap().is_empty(),
        "and no account comes of it"
    );
}

#[tokio::test]
async fn a_reason_is_wanted_wherever_a_customer_is_touched() {
    let place = customer().await;
    let line = ["tiers", "give", "700001", "pro", "--why", " "];
    let error = place.ctl(&line).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
}

#[tokio::test]
async fn overrides_are_listed_by_feature_and_are_not_among_what_a_cold_start_loads() {
    let place = customer().await;
    let live = place.partition("live");
    place
        .say(&[
            "overrides",
            "set",
            "700001",
            "hd",
            "true",
            "--until",
            "2030-01-01",
        ])
        .await
        .unwrap();
    place
        .say(&["overrides", "set", "700001", "stories", "false"])
        .await
        .unwrap();
    assert_eq!(place.partition("live"), live);
    let listed = |line: &'static [&str]| {
        let place = &place;
        async move {
            place.ctl(line).await.unwrap().json["overrides"]
                .as_array()
                .unwrap()
                .clone()
        }
    };
    let hd = listed(&["overrides", "list", "--feature", "hd"]).await;
    assert_eq!(hd.len(), 1);
    assert_eq!(
        (&hd[0]["user"], &hd[0]["who"], &hd[0]["why"]),
        (&json!(700_001), &json!("anna"), &json!("ticket-17"))
    );
    assert_eq!(
        listed(&["overrides", "list", "--feature", "h"]).await,
        Vec::<Value>::new()
    );
    assert_eq!(listed(&["overrides", "list"]).await.len(), 2);
    assert_eq!(listed(&["overrides", "list", "--user", "700001"]).await.len(), 2);
    let page = place
        .ctl(&["overrides", "list", "--limit", "1"])
        .await
        .unwrap()
        .json;
    let next = place
        .ctl(&[
            "overrides",
            "list",
            "--limit",
            "1",
            "--after",
            page["next"].as_str().unwrap(),
        ])
        .await
        .unwrap();
    assert_eq!(next.json["overrides"][0]["feature"], json!("stories"));
    place.say(&["overrides", "clear", "700001", "hd"]).await.unwrap();
    assert_eq!(
        listed(&["overrides", "list", "--feature", "hd"]).await,
        Vec::<Value>::new()
    );
    assert_eq!(listed(&["overrides", "list"]).await.len(), 1);
}

#[tokio::test]
async fn changes_of_one_customer_at_once_are_all_there_in_the_end() {
    let place = customer().await;
    let roles = ["a", "b", "c", "d", "e", "f"];
    let lines = roles.map(|role| ["roles", "add", "700001", role, "--why", "race"]);
    for report in join_all(lines.iter().map(|line| place.ctl(line))).await {
        report.unwrap();
    }
    let standing = place.standing().await;
    for role in roles {
        assert_eq!(standing[format!("roles.{role}")], json!(true), "{role}");
    }
    let entries = place.audit();
    let of_user = entries
        .iter()
        .filter(|entry| entry["entity"]["S"] == "user#700001");
    let mut revisions: Vec<&str> = of_user
        .map(|entry| entry["version"]["N"].as_str().unwrap())
        .collect();
    revisions.sort_unstable();
    assert_eq!(revisions, ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test]
async fn a_standing_that_moved_in_between_is_not_overwritten_and_no_account_comes_of_it() {
    let place = customer().await;
    let office = place.found().await.office().unwrap();
    let by = By::new("anna", "race", domain::time::Timestamp(5)).unwrap();
    let tester = Change::AddRole("tester".to_owned());
    let staff = Change::AddRole("staff".to_owned());
    for revision in 0..2 {
        let read = grants::read(&office, USER).await.unwrap();
        assert_eq!(read.revision, revision);
        let role = Change::AddRole(format!("role-{revision}"));
        let first = grants::change_from(&office, USER, &read, &role, &by, soon())
            .await
            .unwrap();
        assert_eq!(first.unwrap().revision, revision + 1);
        let (entries, late) = (
            place.audit().len(),
            By::new("boris", "", domain::time::Timestamp(6)).unwrap(),
        );
        let second = grants::change_from(&office, USER, &read, &staff, &late, soon())
            .await
            .unwrap();
        assert_eq!((second, place.audit().len()), (None, entries));
    }
    let nobody = domain::id::UserId(5);
    let none = grants::change_from(&office, nobody, &Standing::default(), &tester, &by, soon())
        .await
        .unwrap();
    assert_eq!((none, place.aws.items("AccountsTable").unwrap().len()), (None, 1));
}

#[tokio::test]
async fn an_account_takes_so_many_overrides_and_makes_room_by_what_has_run_out() {
    let place = customer().await;
    let office = place.found().await.office().unwrap();
    let at = |at: i64| By::new("anna", "many", domain::time::Timestamp(at)).unwrap();
    let most = grants::MEMBERS_MAX;
    for i in 0..most {
        let until = (i == 0).then_some(domain::time::Timestamp(100));
        let key = format!("role-{i}");
        let change = if i == 0 {
            Change::AddAddon(Held {
                key: "hd-pack".to_owned(),
                until,
            })
        } else {
            Change::AddRole(key)
        };
        grants::change(&office, USER, &change, &at(10), soon())
            .await
            .unwrap();
    }
    grants::change(
        &office,
        USER,
        &Change::AddRole("last".to_owned()),
        &at(10),
        soon(),
    )
    .await
    .unwrap();
    let error = grants::change(
        &office,
        USER,
        &Change::AddRole("more".to_owned()),
        &at(10),
        soon(),
    )
    .await
    .unwrap_err();
    assert!(error.to_string().contains("an account takes 64"), "{error}");
}

#[tokio::test]
async fn who_pays_for_an_order_is_told_and_what_stands_in_the_way_of_it() {
    let place = customer().await;
    let explain = ["explain", "700001", "--model", "kling-3.0"];
    place
        .say(&["plans", "give", "700001", "unlimited_1day"])
        .await
        .unwrap();
    let mut told = Vec::new();
    for a_day in [3, 0] {
        let mut model = place.row("model#kling-3.0");
        model["unlimited_daily_limit"] = json!(a_day);
        let model = model.to_string();
        place.ctl(&["models", "put", "kling-3.0", &model]).await.unwrap();
        told.push(place.ctl(&explain).await.unwrap());
    }
    let [by_plan, by_credits] = told.try_into().unwrap();
    assert_eq!(by_plan.json["cost"], json!(0), "{}", by_plan.text);
    assert_eq!(
        (&by_credits.json["cost"], &by_credits.json["granted"]),
        (&json!(1), &json!(true)),
        "{}",
        by_credits.text
    );
    let told = "paid with credits: unlimited-kling-3.0 of the plan is used up until ";
    assert!(by_credits.text.contains(told), "{}", by_credits.text);
    let high = [&explain[..], &["--seconds", "10", "--high"]].concat();
    let none = place.ctl(&high).await.unwrap_err().to_string();
    assert!(none.contains("kling-3.0 has no higher quality of 10 s"), "{none}");
    let mut model = place.row("model#kling-3.0");
    model["unlimited_daily_limit"] = json!(0);
    model["prices"][1]["high"] = json!({"credits": 3});
    let model = model.to_string();
    place.ctl(&["models", "put", "kling-3.0", &model]).await.unwrap();
    place
        .say(&["grant", "700001", "5", "--request", "ticket-17"])
        .await
        .unwrap();
    let high = place.ctl(&high).await.unwrap();
    assert_eq!(high.json["cost"], json!(3), "{}", high.text);

    place
        .ctl(&["flags", "set", "new_jobs", "off", "--why", "a test"])
        .await
        .unwrap();
    let paused = place.ctl(&explain).await.unwrap();
    assert_eq!(paused.json["granted"], json!(false));
    assert!(paused.text.contains("orders: none are taken"), "{}", paused.text);
}

#[tokio::test]
async fn why_somebody_may_or_may_not_is_told_step_by_step() {
    let place = customer().await;
    let told = place.ctl(&["explain", "700001", "hd"]).await.unwrap();
    assert_eq!(told.json["granted"], json!(false));
    assert_eq!(
        told.json["features"][0]["check"]["unlocked_by"]["tier"],
        json!("pro"),
        "{}",
        told.text
    );
    place
        .say(&["overrides", "set", "700001", "hd", "true"])
        .await
        .unwrap();
    let told = place.ctl(&["explain", "700001", "hd"]).await.unwrap();
    assert_eq!(told.json["granted"], json!(true), "{}", told.text);
    let all = place.ctl(&["explain", "700001"]).await.unwrap();
    assert_eq!(all.json["features"].as_array().unwrap().len(), 3);
    let model = place
        .ctl(&["explain", "700001", "--model", "sora-2", "--photo"])
        .await
        .unwrap();
    assert_eq!(
        (&model.json["granted"], &model.json["model"]["enabled"]),
        (&json!(false), &json!(false))
    );
    let open = place
        .ctl(&["explain", "700001", "--model", "kling-3.0"])
        .await
        .unwrap();
    assert_eq!(open.json["granted"], json!(true), "{}", open.text);
    assert_eq!(
        (
            &open.json["cost"],
            &open.json["available"],
            &open.json["open_orders"]
        ),
        (&json!(1), &json!(2), &json!(0)),
        "{}",
        open.text
    );
    place
        .ctl(&[
            "limits",
            "put",
            "videos",
            "{max: 0, period: day, anchor: \"21:00\", utc_offset: \"+03:00\"}",
        ])
        .await
        .unwrap();
    let full = place
        .ctl(&["explain", "700001", "--model", "kling-3.0"])
        .await
        .unwrap();
    assert_eq!(full.json["granted"], json!(false));
    assert!(
        full.text.contains("limit videos: 0 of 0 used, more at "),
        "{}",
        full.text
    );
    for (line, told) in [
        (&["explain", "700001", "hdd"][..], "hd"),
        (&["explain", "700001", "--model", "klin"], "kling-3.0"),
        (&["explain", "5", "hd"], "has no account"),
    ] {
        let error = place.ctl(line).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
