//! Keys and administrators.

use ctl::Kind;
use domain::time::Timestamp;
use futures::future::join_all;
use limits_flags::access::{self, KeyRow, Presented, Scope};
use serde_json::{Value, json};

use super::place::Place;

async fn key(place: &Place) -> (String, String) {
    let line = [
        "keys",
        "create",
        "website",
        "--scope",
        "evaluate",
        "--expires",
        "90d",
        "--why",
        "the new site",
    ];
    let made = place.ctl(&line).await.unwrap();
    let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

#[tokio::test]
async fn a_key_opens_until_it_is_revoked_and_its_secret_stands_nowhere() {
    let place = Place::new().await;
    let (id, text) = key(&place).await;
    let office = place.found().await.office().unwrap();
    let stored = || async {
        office
            .db
            .get(&office.settings, access::primary_key(&access::key(&id)), true)
            .await
            .unwrap()
    };
    let row: KeyRow = access::read(&stored().await.unwrap()).unwrap();
    let presented = Presented::parse(&text).unwrap();
    assert!(row.verify(presented, Timestamp(row.created_at)));
    assert!(row.allows(Scope::Evaluate) && !row.allows(Scope::AdminRead));
    let secret = text.rsplit('_').next().unwrap();
    let everything = format!(
        "{:?}{:?}",
        place.aws.items("SettingsTable").unwrap(),
        place.audit()
    );
    assert!(!everything.contains(secret), "the secret is stored");
    let audited = format!("{:?}", place.audit());
    assert!(
        !audited.contains(&row.hash),
        "the hash is no business of the audit's readers"
    );
    let list = place.ctl(&["keys", "list"]).await.unwrap();
    assert!(
        !list.text.contains(secret) && !list.json.to_string().contains(&row.hash),
        "{}",
        list.text
    );
    place
        .ctl(&["keys", "revoke", &id, "--why", "it leaked"])
        .await
        .unwrap();
    assert_eq!(stored().await, None);
    let error = place.ctl(&["keys", "revoke", &id]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    let log = place
        .ctl(&["log", "--entity", &format!("key#{id}")])
        .await
        .unwrap();
    let told: Vec<(&Value, &Value)> = log.json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["action"], &entry["why"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("delete"), &json!("it leaked")),
            (&json!("create"), &json!("the new site"))
        ]
    );
}

#[tokio::test]
async fn administrators_are_appointed_moved_and_dismissed() {
    let place = Place::new().await;
    place
        .ctl(&["admins", "set", "700009", "owner", "--name", "Oleg"])
        .await
        .unwrap();
    place
        .ctl(&["admins", "set", "700001", "viewer", "--name", "Anna"])
        .await
        .unwrap();
    place
        .ctl(&["admins", "set", "700001", "owner", "--name", "Anna"])
        .await
        .unwrap();
    place
        .ctl(&["admins", "set", "700001", "owner", "--name", "Anna"])
        .await
        .unwrap();
    let list = place.ctl(&["admins", "list"]).await.unwrap();
    assert_eq!(
        list.json["admins"],
        json!([{"user": 700_001, "role": "owner", "name": "Anna"}, {"user": 700_009, "role": "owner", "name": "Oleg"}])
    );
    assert_eq!(list.text, "700001  owner  Anna\n700009  owner  Oleg");
    place
        .ctl(&["admins", "remove", "700001", "--why", "has left"])
        .await
        .unwrap();
    assert_eq!(
        place.ctl(&["admins", "list"]).await.unwrap().json["admins"],
        json!([{"user": 700_009, "role": "owner", "name": "Oleg"}])
    );
    assert_eq!(
        place
            .ctl(&["admins", "remove", "700001"])
            .await
            .unwrap_err()
            .kind(),
        Kind::Refused
    );
    assert_eq!(place.audit().len(), 4, "what changes nothing is no change");
    assert!(
        place.partition("live").is_empty(),
        "none of it is loaded with the settings"
    );
}

#[tokio::test]
async fn two_who_appoint_the_same_person_at_once_do_not_overwrite_each_other_unseen() {
    let place = Place::new().await;
    place.ctl(&["admins", "set", "700009", "owner"]).await.unwrap();
    let roles = ["viewer", "editor", "owner"];
    let lines = roles.map(|role| ["admins", "set", "700001", role]);
    let ended = join_all(lines.iter().map(|line| place.ctl(line))).await;
    let done = ended.iter().filter(|report| report.is_ok()).count();
    assert!(
        ended
            .iter()
            .filter_map(|report| report.as_ref().err())
            .all(|error| error.kind() == Kind::Overtaken)
    );
    let mut versions: Vec<String> = place
        .audit()
        .iter()
        .filter(|entry| entry["entity"]["S"] == "admin#700001")
        .map(|entry| entry["version"]["N"].as_str().unwrap().to_owned())
        .collect();
    versions.sort();
    let wanted: Vec<String> = (1..=done).map(|version| version.to_string()).collect();
    assert_eq!(versions, wanted, "each from what the one before had made");
}

#[tokio::test]
async fn the_last_owner_is_neither_dismissed_nor_moved() {
    let place = Place::new().await;
    for line in [["700001", "owner"], ["700002", "editor"]] {
        place
            .ctl(&[&["admins", "set"], &line[..]].concat())
            .await
            .unwrap();
    }
    for line in [&["remove", "700001"][..], &["set", "700001", "editor"]] {
        let error = place.ctl(&[&["admins"], line].concat()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Refused);
        let told = error.with_causes();
        assert!(told.contains("user 700001 is the last owner"), "{told}");
    }
    let named = ["admins", "set", "700001", "owner", "--name", "Anna"];
    place.ctl(&named).await.expect("an owner still");
    place.ctl(&["admins", "set", "700002", "owner"]).await.unwrap();
    place.ctl(&["admins", "remove", "700001"]).await.unwrap();
}

#[tokio::test]
async fn owners_who_remove_each_other_at_once_leave_one() {
    for round in 0..8 {
        let place = Place::new().await;
        let owners = ["700001", "700002", "700003"];
        for user in owners {
            place.ctl(&["admins", "set", user, "owner"]).await.unwrap();
        }
        let lines = owners.map(|user| match round % 2 {
            0 => vec!["admins", "remove", user],
            _ => vec!["admins", "set", user, "viewer"],
        });
        let ended = join_all(lines.iter().map(|line| place.ctl(line))).await;
        let done = ended.iter().filter(|report| report.is_ok()).count();
        assert!(done >= 1, "somebody comes first");
        let list = place.ctl(&["admins", "list"]).await.unwrap();
        let left = list.json["admins"].as_array().unwrap();
        let left = left.iter().filter(|admin| admin["role"] == "owner").count();
        assert_eq!(left, owners.len() - done);
        assert!(left >= 1, "nobody is left who may say who has access");
    }
}

#[tokio::test]
async fn an_owner_who_goes_while_another_does_is_not_the_last() {
    let place = Place::new().await;
    for user in ["700001", "700002"] {
        place.ctl(&["admins", "set", user, "owner"]).await.unwrap();
    }
    let gate = place.hold("SettingsTable");
    let meanwhile = async {
        gate.reached().await;
        place.ctl(&["admins", "set", "700002", "editor"]).await.unwrap();
        gate.open();
    };
    let (removed, ()) = tokio::join!(place.ctl(&["admins", "remove", "700001"]), meanwhile);
    let told = removed.unwrap_err().with_causes();
    assert!(told.contains("user 700001 is the last owner"), "{told}");
}
