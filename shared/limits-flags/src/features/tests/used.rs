//! What is used of the limits.

use domain::limit::{Count, Counts, Limit, Usage};

use super::*;

/// So many videos since nine in the evening, Moscow time.
fn used(videos: u64) -> impl Fn(&Limit) -> Option<Usage> {
    move |limit| {
        let row = limit.key(NOW, None);
        let count = Count {
            used: videos,
            ..Count::default()
        };
        let counts = Counts::from([(row.row().to_owned(), count)]);
        Some(limit.usage(1, &counts, 0, NOW))
    }
}

#[test]
fn a_check_tells_what_is_used_and_when_there_is_more() {
    let registry = registry(SEEDS);
    let premium = of_tier("premium");
    let entitlements = registry.entitlements(&premium, facts(NOW));
    let check = entitlements.check_with_usage("video_generation", used(9));
    assert!(check.has_access);
    // Five past nine; the day ends at nine.
    let reset_at = Some(Timestamp(NOW.0 + (24 * 60 - 5) * 60_000));
    let expected = LimitUse {
        id: "feature-video_generation-rd",
        limit: 10,
        used: 9,
        remaining: 1,
        reset_at,
        is_reached: false,
    };
    assert_eq!(check.usage, [expected]);
}

#[test]
fn a_limit_that_is_used_up_denies_and_what_has_more_room_would_unlock() {
    let registry = registry(SEEDS);
    let premium = of_tier("premium");
    let entitlements = registry.entitlements(&premium, facts(NOW));
    let unlocked = |videos: u64| {
        let check = entitlements.check_with_usage("video_generation", used(videos));
        assert_eq!((check.has_access, check.reason), (false, Reason::LimitReached));
        let denial = check.pass().unwrap_err();
        assert_eq!(denial.needs_tier.as_deref(), check.unlocked_by.tier);
        (denial.needs_tier, denial.needs_addon.join(" "))
    };
    let tier = |tier: &str| Some(tier.to_owned());
    // Premium has 10, pro 30, the add-on 50, unlimited no limit.
    assert_eq!(unlocked(10), (tier("pro"), "more_videos".to_owned()));
    assert_eq!(unlocked(30), (tier("unlimited"), "more_videos".to_owned()));
    assert_eq!(unlocked(50), (tier("unlimited"), String::new()));
}

#[test]
fn a_limit_of_which_nothing_is_known_has_room() {
    let registry = registry(SEEDS);
    let premium = of_tier("premium");
    let entitlements = registry.entitlements(&premium, facts(NOW));
    let check = entitlements.check_with_usage("video_generation", |_| None);
    assert!(check.has_access && check.usage.is_empty());
}

#[test]
fn limits_that_count_the_same_share_their_counter_and_those_in_one_list_do_not() {
    let day = r#""period":"day","anchor":"21:00","zone":"Europe/Moscow""#;
    let registry = registry(&format!(
        r#"{{
            "tiers": {{ "free": {{ "name": "Free", "rank": 0 }}, "pro": {{ "name": "Pro", "rank": 1 }} }},
            "features": {{ "x": {{ "name": "X", "type": "metered", "default": true, "limits": {{
                "free": [{{ "max": 3, {day} }}],
                "pro": [{{ "max": 90, "period": "month" }}, {{ "max": 8, "mode": "soft", {day} }}, {{ "max": 10, {day} }},
                    {{ "max": 5, "measure": "tokens", "sliding_s": 3600 }}, {{ "max": 2, "measure": "concurrent" }}]
            }} }} }}
        }}"#
    ));
    assert_eq!(registry.problems(), []);
    let ids = |tier: &str| {
        let standing = of_tier(tier);
        let entitlements = registry.entitlements(&standing, facts(NOW));
        let check = entitlements.check("x");
        check
            .limits
            .iter()
            .map(|limit| limit.id.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(ids("free"), "feature-x-rd");
    assert_eq!(
        ids("pro"),
        "feature-x-rm feature-x-rd feature-x-rd-2 feature-x-ts feature-x-ro"
    );
    let all: Vec<&str> = registry
        .limits_of("x")
        .iter()
        .map(|limit| limit.id.as_str())
        .collect();
    assert_eq!(all.len(), 6, "{all:?}");
}

#[test]
fn a_limit_keeps_its_counter_wherever_it_stands_in_the_list_and_whatever_stands_beside_it() {
    let hard = r#"{ "max": 10, "period": "day" }"#;
    let soft = r#"{ "max": 8, "period": "day", "mode": "soft", "id": "warning" }"#;
    let month = r#"{ "max": 90, "period": "month" }"#;
    let ids = |limits: &[&str]| {
        let limits = limits.join(",");
        let registry = registry(&format!(
            r#"{{ "features": {{ "x": {{ "name": "X", "type": "metered", "default": {{ "enabled": true, "limits": [{limits}] }} }} }} }}"#
        ));
        assert_eq!(registry.problems(), []);
        let nobody = Standing::default();
        let entitlements = registry.entitlements(&nobody, facts(NOW));
        let check = entitlements.check("x");
        let by_max = |max: u64| {
            check
                .limits
                .iter()
                .find(|limit| limit.max == max)
                .map(|limit| limit.id.clone())
        };
        [10, 8, 90].map(by_max)
    };
    let named = [
        Some("feature-x-rd"),
        Some("feature-x-warning"),
        Some("feature-x-rm"),
    ]
    .map(|id| id.map(str::to_owned));
    assert_eq!(ids(&[hard, soft, month]), named);
    assert_eq!(ids(&[month, soft, hard]), named);
    assert_eq!(ids(&[soft, hard])[..2], named[..2]);
}
