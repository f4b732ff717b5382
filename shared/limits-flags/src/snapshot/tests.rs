//! What rows are read as.

use super::*;
use crate::rows::Rows;

const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,"image":true,
    "prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,"render_max_s":900}"#;

const RULES: &str = r#"{"signup_credits":2,"active_jobs_max":3,"wait_max_s":1800,"settle_max_s":5400}"#;
const ON: &str = r#"{"enabled":true}"#;

fn item(sort: &str, body: &str) -> Item {
    Rows::item(sort, body)
}

fn read(rows: &[(&str, &str)]) -> Snapshot {
    let items: Vec<Item> = rows.iter().map(|(sort, body)| item(sort, body)).collect();
    Snapshot::read(&items, Timestamp(5))
}

fn at(now: i64) -> Context<'static> {
    Context::new(Timestamp(now))
}

/// A row as a newer version writes it, with a field that this one does not know.
fn newer(body: &str) -> String {
    body.replacen('{', r#"{"colour":"red","#, 1)
}

#[test]
fn one_broken_row_leaves_the_others_standing() {
    let snapshot = read(&[
        ("rules", RULES),
        ("model#good", MODEL),
        ("model#bad", "{}"),
        ("flag#new_jobs", ON),
        ("nonsense", ""),
    ]);
    assert_eq!(snapshot.models.len(), 1);
    assert!(snapshot.takes_orders(&at(5)));
    let broken: Vec<&str> = snapshot
        .problems
        .iter()
        .map(|problem| problem.row.as_str())
        .collect();
    assert_eq!(broken, ["model#bad", "nonsense"]);
}

#[test]
fn rows_of_a_newer_version_are_read() {
    let limit = r#"{"max":1,"period":"day","anchor":"21:00","utc_offset":"+03:00"}"#;
    let model = newer(MODEL).replace(r#"{"seconds""#, r#"{"colour":1,"seconds""#);
    let snapshot = read(&[
        ("rules", &newer(RULES)),
        ("flag#new_jobs", &newer(ON)),
        ("limit#videos", &newer(limit)),
        ("model#good", &model),
    ]);
    assert_eq!(&*snapshot.problems, []);
    assert!(snapshot.takes_orders(&at(5)));
    assert_eq!((snapshot.rules.limits.len(), snapshot.models.len()), (1, 1));
}

#[test]
fn a_limit_that_cannot_be_read_stops_orders_and_a_flag_that_is_no_flag_is_broken_and_not_missing() {
    let rows = [("rules", RULES), ("flag#new_jobs", ON)];
    assert!(read(&rows).takes_orders(&at(5)));
    for limit in [
        "nonsense",
        r#"{"max":"lots","period":"day"}"#,
        r#"{"max":1,"period":"day","zone":"Nowhere"}"#,
    ] {
        let snapshot = read(&[rows[0], rows[1], ("limit#videos", limit)]);
        assert!(!snapshot.takes_orders(&at(5)), "{limit}");
        assert_eq!(snapshot.problems.len(), 1);
    }
    let snapshot = read(&[rows[0], rows[1], ("flag#stories", "nonsense")]);
    let asked = snapshot.flags.boolean("stories", true, &at(5));
    let code = asked.fault.map(|fault| fault.code);
    assert_eq!(code, Some(crate::flags::ErrorCode::ParseError));
    assert_eq!(snapshot.problems.len(), 1);
    assert!(snapshot.takes_orders(&at(5)));
}

#[test]
fn without_rules_nothing_is_sold() {
    for rules in [("rules", "nonsense"), ("flag#other", ON)] {
        let snapshot = read(&[rules, ("flag#new_jobs", ON), ("model#good", MODEL)]);
        assert!(!snapshot.has_rules);
        assert!(!snapshot.takes_orders(&at(5)));
    }
}

#[test]
fn a_model_is_withdrawn_by_its_switch_or_without_its_row_but_not_by_a_row_that_cannot_be_read() {
    let on = ("flag#provider-kie", ON);
    let off = MODEL.replacen("true", "false", 1);
    let snapshot = read(&[
        on,
        ("model#good", MODEL),
        ("model#off", &off),
        ("model#bad", "{}"),
    ]);
    let withdrawn = |id: &str| snapshot.is_withdrawn(&ModelId(id.to_owned()));
    assert_eq!(
        ["good", "off", "bad", "gone"].map(withdrawn),
        [false, true, false, true]
    );
}

#[test]
fn what_is_known_to_be_outdated_takes_orders_for_half_a_minute_and_not_a_millisecond_more() {
    let mut snapshot = read(&[("rules", RULES), ("flag#new_jobs", ON)]);
    assert!(snapshot.takes_orders(&at(5 + USELESS_AFTER_MS)));
    assert!(!snapshot.takes_orders(&at(6 + USELESS_AFTER_MS)));
    snapshot.outdated_since = Some(Timestamp(1000));
    assert!(snapshot.takes_orders(&at(1000 + OUTDATED_AFTER_MS)));
    assert!(!snapshot.takes_orders(&at(1001 + OUTDATED_AFTER_MS)));
}

#[test]
fn rows_that_are_not_all_of_the_version_are_known_as_a_mixture() {
    let rows = [("flag#new_jobs", ON), ("rules", RULES)];
    let mut items = rows.map(|(sort, body)| item(sort, body)).to_vec();
    assert!(
        Snapshot::read(&items, Timestamp(5)).whole,
        "nobody says otherwise"
    );
    let mut version = rows::version_key();
    version.insert(rows::DIGEST_ATTRIBUTE.to_owned(), table::s(rows::digest(rows)));
    items.push(version);
    assert!(Snapshot::read(&items, Timestamp(5)).whole);
    items[0] = item("flag#new_jobs", r#"{"enabled":false}"#);
    assert!(!Snapshot::read(&items, Timestamp(5)).whole);
    items.remove(0);
    assert!(!Snapshot::read(&items, Timestamp(5)).whole);
}

#[test]
fn a_model_is_on_sale_while_somebody_who_renders_it_is_switched_on_and_has_a_key() {
    let routes = r#"{"routes":[{"provider":"kling","family":"k"}],"#;
    let model = MODEL.replacen('{', routes, 1);
    let off = r#"{"enabled":false}"#;
    for (kie, kling, keys, offered) in [
        (ON, off, &["kie", "kling"][..], true),
        (off, ON, &["kie", "kling"], true),
        (off, off, &["kie", "kling"], false),
        (ON, ON, &["kling"], true),
        // Who has a key is switched off, and who is switched on has none.
        (ON, off, &["kling"], false),
    ] {
        let items = [
            item("model#good", &model),
            item("flag#provider-kie", kie),
            item("flag#provider-kling", kling),
        ];
        let mut snapshot = Snapshot::read(&items, Timestamp(0));
        snapshot.offer_only_of(&keys.iter().map(|key| (*key).to_owned()).collect());
        assert_eq!(snapshot.models[0].enabled, offered, "{kie} {kling} {keys:?}");
    }
}

#[test]
fn what_a_route_costs_is_counted_where_it_is_dearer() {
    let routes = r#"{"routes":[{"provider":"kling","family":"k","cost":"at-kling"}],"#;
    let model = MODEL.replacen('{', routes, 1);
    let cost = r#"{"provider":"kling","category":"video_gen","rates":[{"unit":"second","usd":"0.2"}]}"#;
    let snapshot = read(&[("model#good", &model), ("model_cost#at-kling", cost)]);
    let price = &snapshot.models[0].prices[0];
    assert_eq!(price.micro_usd_elsewhere, u64::from(price.duration_s) * 200_000);
}

#[test]
fn a_model_of_a_provider_without_a_key_is_not_offered() {
    let items = [item("model#good", MODEL), item("flag#provider-kie", ON)];
    for (keys, offered) in [(&["kie", "kling"][..], true), (&["kling"], false), (&[], false)] {
        let mut snapshot = Snapshot::read(&items, Timestamp(0));
        snapshot.offer_only_of(&keys.iter().map(|key| (*key).to_owned()).collect());
        assert_eq!(snapshot.models[0].enabled, offered, "{keys:?}");
        assert_eq!(snapshot.is_withdrawn(&snapshot.models[0].id), !offered);
    }
}

#[test]
fn a_model_is_offered_only_while_its_provider_is_switched_on() {
    let offered = |body: &str| {
        let items = [item("model#good", MODEL), item("flag#provider-kie", body)];
        Snapshot::read(&items, Timestamp(5))
            .offered(Makes::Video, false)
            .count()
    };
    assert_eq!(offered(r#"{"enabled":true}"#), 1);
    assert_eq!(offered(r#"{"enabled":false}"#), 0);
    assert_eq!(offered("nonsense"), 0);
}

#[test]
fn what_makes_no_videos_is_not_offered_for_one() {
    let music = MODEL.replacen('{', r#"{"makes":"music","#, 1);
    let music = music.replacen(r#""seconds":5,"#, "", 1);
    let snapshot = read(&[("model#good", &music), ("flag#provider-kie", ON)]);
    let offered = |makes| snapshot.offered(makes, false).count();
    assert_eq!(
        (offered(Makes::Music), offered(Makes::Video)),
        (1, 0),
        "{snapshot:?}"
    );
}

#[test]
fn a_switch_that_is_asked_for_and_is_not_there_is_told_with_what_it_is_taken_for() {
    let unlimited = MODEL.replacen('{', r#"{"unlimited_daily_limit":3,"#, 1);
    let missing = |rows: &[(&str, &str)]| read(rows).missing_switches();
    assert_eq!(missing(&[]), [(NEW_JOBS.to_owned(), false)].into());
    let kie = ("provider-kie".to_owned(), false);
    assert_eq!(
        missing(&[("model#good", MODEL), ("flag#new_jobs", ON)]),
        [kie.clone()].into()
    );
    let all = missing(&[("model#good", &unlimited), ("flag#new_jobs", ON)]);
    assert_eq!(all, [kie, (UNLIMITED_LIMITS.to_owned(), true)].into());
    // One that is there and is no flag is broken, which is told elsewhere.
    assert_eq!(missing(&[("flag#new_jobs", "nonsense")]), [].into());
}

#[test]
fn a_missing_flag_means_off() {
    assert!(!Snapshot::read(&[], Timestamp(5)).takes_orders(&at(5)));
}

#[test]
fn a_name_too_long_for_a_button_is_refused() {
    let snapshot = Snapshot::read(&[item("model#a-name-that-is-far-too-long", MODEL)], Timestamp(5));
    assert!(snapshot.models.is_empty());
    assert!(
        snapshot.problems[0].why.contains("longer than"),
        "{:?}",
        snapshot.problems
    );
}

const PACK: &str = r#"{"title":{"ru":"Про","en":"Pro"},"credits":20,"order":2,
    "prices":{"stars":350,"yookassa":"699.00","stripe":"8.99"}}"#;
const PLAN: &str = r#"{"title":"A day","unlimited":true,"days":1,"prices":{"stars":200}}"#;

fn on_sale(rows: &[(&str, &str)]) -> Vec<String> {
    let snapshot = read(rows);
    let wares = snapshot.wares();
    for ware in &wares {
        assert_eq!(snapshot.ware(&ware.id).as_ref(), Some(ware));
    }
    wares.iter().map(|ware| ware.id.to_string()).collect()
}

#[test]
fn what_is_sold_is_what_has_a_price_on_a_rail_that_is_offered() {
    let selling = |rails: &str| format!(r#"{{"rails":[{rails}]}}"#);
    let (all, stripe, none) = (
        selling(r#""stripe","stars""#),
        selling(r#""stripe""#),
        selling(""),
    );
    let rows = [("pack#pro", PACK), ("plan#day", PLAN)];
    let with = |body: &str| on_sale(&[rows[0], rows[1], ("selling", body)]);
    assert_eq!(with(&all), ["pack:pro", "plan:day"]);
    assert_eq!(with(&stripe), ["pack:pro"]);
    assert!(with(&none).is_empty());
    assert!(
        on_sale(&rows).is_empty(),
        "without a row that says how, nothing is sold"
    );
    let withdrawn = PLAN.replacen('{', r#"{"is_withdrawn":true,"#, 1);
    assert_eq!(
        on_sale(&[rows[0], ("plan#day", &withdrawn), ("selling", &all)]),
        ["pack:pro"]
    );
}

#[test]
fn a_ware_that_is_not_on_sale_cannot_be_asked_for() {
    let snapshot = read(&[
        ("pack#pro", PACK),
        ("plan#day", PLAN),
        ("selling", r#"{"rails":["stripe"]}"#),
    ]);
    let asked = |id: &str| snapshot.ware(&WareId::parse(id).unwrap()).is_some();
    let found = ["pack:pro", "plan:day", "pack:day", "plan:pro", "pack:gone"].map(asked);
    assert_eq!(found, [true, false, false, false, false]);
}

#[test]
fn rows_about_sales_that_cannot_be_read_are_left_out_and_a_newer_versions_are_read() {
    let selling = newer(r#"{"rails":["stars","gold"]}"#);
    let newer_pack = newer(PACK).replace(r#""stars""#, r#""gold":5,"stars""#);
    let snapshot = read(&[
        ("pack#pro", &newer_pack),
        ("pack#free", &PACK.replace("350", "0")),
        ("plan#day", &newer(PLAN)),
        ("selling", &selling),
    ]);
    let problems: Vec<&str> = snapshot.problems.iter().map(|it| it.row.as_str()).collect();
    assert_eq!(problems, ["pack#free"]);
    let sold: Vec<String> = snapshot.wares().iter().map(|ware| ware.id.to_string()).collect();
    assert_eq!(sold, ["pack:pro", "plan:day"]);
    let broken = read(&[("pack#pro", PACK), ("selling", r#"{"rails":"stars"}"#)]);
    assert!(broken.wares().is_empty());
    assert_eq!(broken.problems[0].row, "selling");
}

#[test]
fn the_title_of_a_plan_is_one_text_or_one_in_each_language() {
    let both = PLAN.replace(r#""A day""#, r#"{"ru":"День","en":"A day"}"#);
    let snapshot = read(&[("plan#day", PLAN), ("plan#both", &both)]);
    let titles = snapshot.plans.iter().map(|plan| plan.title.in_locale("ru"));
    assert_eq!(titles.collect::<Vec<_>>(), ["День", "A day"]);
}

#[test]
fn what_every_video_needs_is_not_asked_of_anything_else() {
    let rules = RULES.replacen('{', r#"{"requires":["film"],"requires_for_photo":["camera"],"#, 1);
    let image = MODEL.replacen('{', r#"{"makes":"image","requires":["paint"],"#, 1);
    let image = image.replacen(r#""seconds":5,"#, "", 1);
    let rows = [
        ("rules", rules.as_str()),
        ("model#video", MODEL),
        ("model#image", &image),
    ];
    let snapshot = read(&rows);
    let needed = |id: &str, seconds, photo| {
        let model = snapshot.model(&ModelId(id.to_owned())).unwrap();
        snapshot
            .required(Some(model), (seconds, Quality::Standard), photo)
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(needed("video", 5, true), ["camera", "film"]);
    assert_eq!(needed("image", 0, true), ["paint"]);
}
