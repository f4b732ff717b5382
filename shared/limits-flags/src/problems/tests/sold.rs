//! Packs, plans and rails with one thing wrong.

use super::*;

const PACK: &str = r#"{"title":{"ru":"Про","en":"Pro"},"credits":20,"prices":{"stars":350,"yookassa":"699.00","stripe":"8.99"}}"#;
const PLAN: &str =
    r#"{"title":"A month","credits":60,"days":30,"grace_days":3,"renews":true,"prices":{"stars":900}}"#;

fn pack(key: &str, body: &str) -> String {
    found(|document| {
        let row = serde_json::from_str(body).unwrap();
        document.packs.insert(key.to_owned(), row);
    })
}

fn plan(key: &str, body: &str) -> String {
    found(|document| {
        let row = serde_json::from_str(body).unwrap();
        document.plans.insert(key.to_owned(), row);
    })
}

/// Each edit of a sound row, and what is said of it.
fn refused(sound: &str, put: impl Fn(&str) -> String, slips: &[(&str, &str, &str)]) {
    assert_eq!(put(sound), "");
    for (from, to, told) in slips {
        assert!(sound.contains(from), "{from}");
        let why = put(&sound.replace(from, to));
        assert!(why.contains(told), "{to}: {why}");
    }
}

#[test]
fn a_pack_that_could_not_be_sold_or_would_hurt_is_refused() {
    let long = "ж".repeat(33);
    refused(
        PACK,
        |body| pack("pro", body),
        &[
            ("20", "0", "credits: 0: a pack of nothing"),
            ("20", "100000", "credits: 100000; at most 99999"),
            (
                r#"{"stars":350,"yookassa":"699.00","stripe":"8.99"}"#,
                "{}",
                "without one it could never be bought",
            ),
            ("350", "0", "`0` is none in stars"),
            ("350", "350.5", "`350.5` is none in stars"),
            (
                "350",
                "100001",
                "prices.stars: 100001 XTR; it takes 1 XTR to 100000 XTR",
            ),
            ("699.00", "0.99", "prices.yookassa: 0.99 RUB; it takes 1.00 RUB"),
            ("699.00", "100000.01", "prices.yookassa"),
            ("8.99", "0.49", "prices.stripe: 0.49 USD; it takes 0.50 USD"),
            ("8.99", "8.999", "`8.999` is none in stripe"),
            ("Про", " ", "title: in each language"),
            ("Pro", &long, "title: in each language"),
            (
                r#""credits""#,
                r#""description":"","credits""#,
                "description: in each language",
            ),
        ],
    );
    for key in ["", "a-name-that-is-far-too-long", "pack:pro", "про"] {
        assert!(pack(key, PACK).contains("the name of what is sold"), "{key}");
    }
}

#[test]
fn a_rail_that_nobody_knows_is_an_unknown_field_of_the_prices() {
    let text = serde_json::to_string(&document()).unwrap();
    let packs = format!(r#"{{"packs":{{"pro":{}}},"#, PACK.replace("stripe", "paypal"));
    let why = serde_json::from_str::<Document>(&text.replacen('{', &packs, 1)).unwrap_err();
    assert!(
        why.to_string()
            .contains("unknown field `packs.pro.prices.paypal`"),
        "{why}"
    );
}

#[test]
fn a_plan_that_could_not_be_sold_or_would_hurt_is_refused() {
    refused(
        PLAN,
        |body| plan("month", body),
        &[
            (r#""days":30,"#, "", "days: what is sold has an end"),
            (
                r#""days":30,"#,
                "",
                "renews: a subscription in Stars is paid every 30 days",
            ),
            (r#""days":30"#, r#""days":31"#, "needs `days: 30`"),
            (r#""days":30"#, r#""days":0"#, "days: 0 is over"),
            (r#""days":30"#, r#""days":3661"#, "days: 3661; at most 3660"),
            (r#""credits":60,"#, "", "it is sold and brings nothing"),
            (r#""credits":60"#, r#""credits":100000"#, "at most 99999"),
            (
                "900",
                "10001",
                "prices.stars: 10001 XTR; it takes 1 XTR to 10000 XTR",
            ),
            (
                r#"{"stars":900}"#,
                r#"{"stripe":"9.00"}"#,
                "it has no price in stars",
            ),
            (r#""renews":true,"#, "", "grace_days: only a plan that `renews`"),
            (
                r#""grace_days":3"#,
                r#""grace_days":30"#,
                "grace_days: 30; less than 30",
            ),
            (r#""credits":60"#, r#""tier":"gold""#, "gold"),
            (r#""credits":60"#, r#""unlimited":true"#, "so it would cover none"),
        ],
    );
    assert!(plan("a-name-that-is-far-too-long", PLAN).contains("the name of what is sold"));
}

#[test]
fn a_plan_that_is_only_given_may_be_called_anything_and_last_for_ever() {
    let given = r#"{"title":"A plan for friends and for whoever has helped us","unlimited":true}"#;
    assert_eq!(plan("a-name-that-is-far-too-long", given), "");
    for blank in [r#"" ""#, r#"{"ru":"","en":" "}"#] {
        let told = plan("p", &format!(r#"{{"title":{blank},"unlimited":true}}"#));
        assert_eq!(told, "plan#p: `title` must not be empty");
    }
}

#[test]
fn a_rail_is_known_stands_once_and_has_something_to_sell() {
    let selling = |rails: &str| {
        found(|document| {
            document
                .packs
                .insert("pro".to_owned(), serde_json::from_str(PACK).unwrap());
            let pack = document.packs.get_mut("pro").unwrap();
            pack.prices = serde_json::from_str(r#"{"stars":350}"#).unwrap();
            let withdrawn =
                r#"{"title":"W","credits":1,"days":1,"is_withdrawn":true,"prices":{"stripe":"9.00"}}"#;
            document
                .plans
                .insert("w".to_owned(), serde_json::from_str(withdrawn).unwrap());
            let row = format!(r#"{{"rails":[{rails}]}}"#);
            document.selling = Some(serde_json::from_str(&row).unwrap());
        })
    };
    assert_eq!(selling(r#""stars""#), "");
    assert_eq!(selling(""), "");
    let told = selling(r#""star""#);
    assert_eq!(told, "selling: rails: there is no rail `star`; is `stars` meant?");
    assert_eq!(
        selling(r#""stars","stars""#),
        "selling: rails: stars stands twice"
    );
    let told = selling(r#""stars","stripe""#);
    assert!(
        told.starts_with("selling: rails: nothing on sale has a price on stripe"),
        "{told}"
    );
}
