//! Models that more than one provider renders.

use super::{flag, found};
use crate::document::{Document, LimitRow, ModelCostRow, RouteRow};

fn route(document: &mut Document, provider: &str, family: &str, cost: Option<&str>) {
    let model = document.models.get_mut("kling-3.0").unwrap();
    model.routes.push(RouteRow {
        provider: provider.to_owned(),
        family: family.to_owned(),
        cost: cost.map(str::to_owned),
        poll_after_s: None,
    });
}

fn cost(document: &mut Document, name: &str, provider: &str, rate: &str) {
    let row = format!(r#"{{"provider":"{provider}","category":"video_gen","rates":[{rate}]}}"#);
    let row: ModelCostRow = serde_json::from_str(&row).unwrap();
    document.model_costs.insert(name.to_owned(), row);
}

const A_SECOND: &str = r#"{"unit":"second","usd":"0.1"}"#;

#[test]
fn a_route_has_a_switch_and_what_it_costs_is_asked_by_who_takes_it() {
    let told = found(|document| route(document, "kling", "kling-3.0", None));
    assert!(
        told.starts_with("flag#provider-kling: there is no such flag"),
        "{told}"
    );
    let with_cost = |asks: &str, rate: &str| {
        found(|document| {
            document.flags.extend([flag("provider-kling")]);
            route(document, "kling", "kling-3.0", Some("at-kling"));
            cost(document, "at-kling", asks, rate);
        })
    };
    assert_eq!(with_cost("kling", A_SECOND), "");
    assert_eq!(
        with_cost("kie", A_SECOND),
        "model#kling-3.0: routes: cost: `at-kling` is what `kie` asks, not `kling`"
    );
    assert_eq!(
        with_cost("kling", r#"{"unit":"image","usd":1}"#),
        "model_cost#at-kling: rates: `kling-3.0` makes video, of which no `image` is counted; say one of request, second, minute"
    );
    let told = found(|document| {
        document.flags.extend([flag("provider-kling")]);
        route(document, "kling", "kling-3.0", Some("at-kling"));
    });
    assert!(told.starts_with("model#kling-3.0: routes: cost: "), "{told}");
}

#[test]
fn a_way_stands_once_and_there_are_not_too_many() {
    let twice = found(|document| route(document, "kie", "kling-3.0", None));
    assert_eq!(twice, "model#kling-3.0: routes: kie kling-3.0 stands twice");
    let many = |routes: usize| {
        found(|document| {
            for number in 0..routes {
                route(document, "kie", &format!("kling-{number}"), None);
            }
        })
    };
    assert_eq!(many(7), "");
    assert!(many(8).contains("routes: at most 7"));
}

#[test]
fn a_route_is_asked_about_before_its_longest_render_is_over() {
    let asked = |after: fn(u32) -> u32| {
        found(|document| {
            route(document, "kie", "kling-2.6", None);
            let model = document.models.get_mut("kling-3.0").unwrap();
            model.routes[0].poll_after_s = Some(after(model.render_max_s));
        })
    };
    assert_eq!(asked(|longest| longest - 1), "");
    for wrong in [asked(|_| 0), asked(|longest| longest)] {
        assert!(wrong.contains("routes: poll_after_s: 0, or not less"), "{wrong}");
    }
}

#[test]
fn a_limit_on_what_is_spent_has_room_for_the_dearest_route() {
    let limited = |max: u64| {
        found(|document| {
            document.flags.extend([flag("provider-kling")]);
            cost(document, "kling-3.0", "kie", A_SECOND);
            cost(document, "at-kling", "kling", r#"{"unit":"second","usd":"0.2"}"#);
            route(document, "kling", "kling-3.0", Some("at-kling"));
            let limit = format!(
                r#"{{"measure":"micro_usd","max":{max},"period":"day","anchor":"21:00","zone":"Europe/Moscow","shards":8}}"#
            );
            let limit: LimitRow = serde_json::from_str(&limit).unwrap();
            document.limits.insert("spend".to_owned(), limit);
        })
    };
    assert_eq!(limited(8 * 1_000_000), "");
    assert!(limited(8 * 999_999).contains("the dearest order takes 1000000"));
}
