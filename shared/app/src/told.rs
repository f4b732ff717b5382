//! What a customer may do, in their language, for whoever shows it elsewhere than in the chat.

use domain::limit::Usage;
use domain::time::Timestamp;
use limits_flags::Snapshot;
use limits_flags::features::{Check, Reason};

use crate::texts::Say;
use crate::{quota, show};

/// Why a feature may or may not be used, and what would open it. `scarcest` is the limit of which the least is left.
pub fn check(
    locale: &str,
    snapshot: &Snapshot,
    check: &Check<'_>,
    reason: Reason,
    scarcest: Option<&Usage>,
    now: Timestamp,
) -> String {
    let say = Say::of(locale);
    let registry = &snapshot.registry;
    let feature = registry.feature(check.feature);
    let feature = feature.map_or(check.feature, |row| row.name.in_locale(locale));
    let tier = check.unlocked_by.tier.and_then(|tier| registry.tier(tier));
    let tier = tier.map(|row| row.name.in_locale(locale));
    match scarcest.filter(|_| reason == Reason::LimitReached) {
        None => quota::denied(say, reason.as_str(), feature, tier),
        Some(usage) => {
            let zone = show::zone(&snapshot.rules);
            let left = quota::left(say, snapshot, usage, &zone, now);
            match tier {
                Some(tier) => format!("{left}. {}", say.with("limit-help-tier", [("tier", tier.into())])),
                None => format!("{left}."),
            }
        }
    }
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
        check("ru", &snapshot, &check_, check_.reason, scarcest.as_ref(), NOON)
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
}
