//! What a customer may do, in their language, for whoever shows it elsewhere than in the chat.

use domain::ai_request::AiRequest;
use domain::catalog::Plan;
use domain::limit::{Limit, Measure, Usage, Whose};
use domain::time::Timestamp;
use domain::window::Zone;
use limits_flags::Snapshot;
use limits_flags::features::{Check, Denial, Entitlements, Reason};

use crate::texts::Say;
use crate::{order_card, quota, show};

/// Whether customers are shown a limit: it is about them alone, and it is meant for them.
pub fn is_shown(limit: &Limit) -> bool {
    quota::is_shown(limit)
}

/// The limits that a customer's cabinet lists: those of the plan instead of a model's own where it covers the model.
pub fn limits(snapshot: &Snapshot, plan: Option<&Plan>, entitled: &Entitlements<'_>) -> Vec<Limit> {
    let listed = quota::listed(snapshot, plan, entitled, false);
    listed.into_iter().filter(is_shown).collect()
}

/// What a limit is called, in plain words.
pub fn limit_title(locale: &str, snapshot: &Snapshot, limit: &Limit) -> String {
    quota::title(Say::of(locale), snapshot, limit)
}

/// What an order was for, in plain words.
pub fn order_title(locale: &str, snapshot: &Snapshot, line: &AiRequest) -> String {
    order_card::title(Say::of(locale), snapshot, line)
}

/// The zone that a customer has asked to be told times in, as it stands on the account.
pub fn zone(of_account: Option<&str>) -> Option<Zone> {
    of_account.and_then(crate::desk::zone_named)
}

/// Why a feature may or may not be used, and what would open it. `scarcest` is the limit of which the least is left.
/// Times are told in the customer's own zone, or else in the bot's.
pub fn check(
    locale: &str,
    snapshot: &Snapshot,
    check: &Check<'_>,
    reason: Reason,
    scarcest: Option<&Usage>,
    (own_zone, now): (Option<&Zone>, Timestamp),
) -> String {
    let say = Say::of(locale);
    let registry = &snapshot.registry;
    let feature = registry.feature(check.feature);
    let feature = feature.map_or(check.feature, |row| row.name.in_locale(locale));
    let tier = check.unlocked_by.tier.and_then(|tier| registry.tier(tier));
    let tier = tier.map(|row| row.name.in_locale(locale));
    let usage = scarcest.filter(|_| reason == Reason::LimitReached);
    let Some(usage) = usage else {
        return quota::denied(say, reason.as_str(), feature, tier);
    };
    let zone = own_zone.cloned().unwrap_or_else(|| show::zone(&snapshot.rules));
    let reset = quota::reset(say, usage, &zone, now).map(|reset| ("reset", reset.into()));
    let used_up = match (usage.limit.whose, usage.limit.measure, reset) {
        // How much everybody together has used is nobody's business, nor what the provider charges.
        (Whose::All { .. }, _, Some(reset)) => say.with("limit-shared", [("feature", feature.into()), reset]),
        (Whose::Each, Measure::MicroUsd, Some(reset)) => say.with("refused-budget", [reset]),
        _ => format!("{}.", quota::too_little(say, snapshot, usage, &zone, now)),
    };
    match tier {
        Some(tier) => format!(
            "{used_up} {}",
            say.with("limit-help-tier", [("tier", tier.into())])
        ),
        None => used_up,
    }
}

/// Why a feature, a tier or a model is refused, and what would open it.
pub fn denial(locale: &str, snapshot: &Snapshot, denial: &Denial) -> String {
    let say = Say::of(locale);
    let registry = &snapshot.registry;
    let tier = denial.needs_tier.as_deref();
    let tier = tier.map(|tier| (tier, registry.tier(tier)));
    let tier = tier.map(|(key, row)| row.map_or(key, |row| row.name.in_locale(locale)));
    let name = |key: &str| {
        let row = registry.feature(key);
        row.map_or(key.to_owned(), |row| row.name.in_locale(locale).to_owned())
    };
    let title = |id: &str| {
        let model = snapshot.models.iter().find(|model| model.id.0 == id);
        model.map_or(id.to_owned(), |model| model.title.clone())
    };
    let what = match (&denial.feature, &denial.model) {
        (Some(feature), _) => name(feature),
        (None, Some(model)) => title(model),
        (None, None) => {
            let tier = tier.unwrap_or_default();
            return say.with("denied-needs-tier", [("tier", tier.into())]);
        }
    };
    quota::denied(say, denial.reason.as_str(), &what, tier)
}

#[cfg(test)]
mod tests {
    use domain::limit::{Count, Counts};
    use domain::standing::Standing;
    use limits_flags::Rows;
    use limits_flags::features::Facts;

    use super::*;

    const NOON: Timestamp = Timestamp(1_795_251_600_000);

    /// What is told of a feature in Russian, with so many videos used.
    fn told(feature: &str, used: u64) -> String {
        let day =
            |max: u32| format!(r#"[{{"max":{max},"period":"day","anchor":"21:00","zone":"Europe/Moscow"}}]"#);
        let videos = format!(
            r#"{{"name":{{"ru":"Видео","en":"Videos"}},"type":"metered","default":true,"limits":{{"free":{},"pro":{}}}}}"#,
            day(3),
            day(30)
        );
        let rows = [
            ("feature#videos", videos.as_str()),
            (
                "feature#hd",
                r#"{"name":{"ru":"Высокое качество","en":"HD"},"default":true,"minimum_tier":"pro"}"#,
            ),
            ("tier#free", r#"{"name":"Старт","rank":0}"#),
            ("tier#pro", r#"{"name":"Про","rank":1}"#),
        ];
        let items: Vec<_> = rows.iter().map(|(sort, body)| Rows::item(sort, body)).collect();
        let snapshot = Snapshot::read(&items, NOON);
        let standing = Standing::default();
        let facts = Facts {
            user: "1",
            country: None,
            locale: "ru",
            now: NOON,
        };
        let usage = |limit: &domain::limit::Limit| {
            let count = Count {
                used,
                ..Count::default()
            };
            let row = limit.key(NOON, None).row().to_owned();
            limit.usage(1, &Counts::from([(row, count)]), 0, NOON)
        };
        let entitled = snapshot.registry.entitlements(&standing, facts);
        let check_ = entitled.check_with_usage(feature, |limit| Some(usage(limit)));
        let scarcest = check_.limits.first().map(usage);
        check(
            "ru",
            &snapshot,
            &check_,
            check_.reason,
            scarcest.as_ref(),
            (None, NOON),
        )
    }

    #[test]
    fn why_and_what_would_help_is_told_in_the_customers_language() {
        assert_eq!(told("videos", 2), "Видео: доступно.");
        assert_eq!(
            told("videos", 3),
            "Видео за сутки: осталось 0 из 3, обновится сегодня в 21:00 (МСК). Больше — на тарифе Про."
        );
        assert_eq!(
            told("hd", 0),
            "Высокое качество — не в вашем тарифе. Открывает тариф Про."
        );
    }

    #[test]
    fn what_all_share_is_told_without_its_numbers() {
        let shared = r#"[{"max":6,"period":"day","anchor":"21:00","zone":"Europe/Moscow","shards":2}]"#;
        let row = format!(
            r#"{{"name":{{"ru":"Песни","en":"Songs"}},"type":"metered","default":{{"enabled":true,"limits":{shared}}}}}"#
        );
        let snapshot = Snapshot::read(&[Rows::item("feature#songs", &row)], NOON);
        let standing = Standing::default();
        let facts = Facts {
            user: "1",
            country: None,
            locale: "ru",
            now: NOON,
        };
        let entitled = snapshot.registry.entitlements(&standing, facts);
        let songs = entitled.check("songs");
        let full = songs
            .limits
            .first()
            .map(|limit| limit.usage(4, &Counts::new(), 0, NOON));
        let told = |locale| {
            check(
                locale,
                &snapshot,
                &songs,
                Reason::LimitReached,
                full.as_ref(),
                (None, NOON),
            )
        };
        assert_eq!(
            told("ru"),
            "Песни: общий запас исчерпан. Снова сегодня в 21:00 (МСК)."
        );
        assert_eq!(
            told("en"),
            "Songs: what all share is used up. Again today at 21:00 (Moscow)."
        );
    }

    #[test]
    fn a_denial_names_the_feature_the_model_or_the_tier() {
        let row = r#"{"name":"Про","rank":1}"#;
        let rows = [("tier#free", r#"{"name":"Старт","rank":0}"#), ("tier#pro", row)];
        let items: Vec<_> = rows.iter().map(|(sort, body)| Rows::item(sort, body)).collect();
        let snapshot = Snapshot::read(&items, NOON);
        let told = |feature: Option<&str>, model: Option<&str>| {
            let refused = Denial {
                reason: Reason::TierTooLow,
                feature: feature.map(str::to_owned),
                model: model.map(str::to_owned),
                needs_tier: Some("pro".to_owned()),
                needs_addon: Vec::new(),
                path: Vec::new(),
            };
            denial("ru", &snapshot, &refused)
        };
        assert_eq!(told(None, None), "Для этого нужен тариф Про или выше.");
        assert_eq!(
            told(Some("hd"), None),
            "hd — не в вашем тарифе. Открывает тариф Про."
        );
        assert_eq!(
            told(None, Some("sora")),
            "sora — не в вашем тарифе. Открывает тариф Про."
        );
    }
}
