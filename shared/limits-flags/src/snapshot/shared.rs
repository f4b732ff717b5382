//! The limits that all customers share.

use domain::limit::{Limit, Whose};

use super::Snapshot;

/// A limit that all customers share, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedLimit {
    /// Where it stands: `limit:spend`, `model:kling-3.0`, or of a feature `feature:chat` with the layer, `tier:pro`.
    pub set_by: String,
    /// The limit.
    pub limit: Limit,
}

impl Snapshot {
    /// Every limit that all customers share, by its name. Two layers that give a feature the same limit are counted on the
    /// same rows, so the first of them stands for both; with another bound or number of rows it is another limit.
    pub fn shared_limits(&self) -> Vec<SharedLimit> {
        let over_all = self.rules.limits.iter();
        let over_all = over_all.map(|limit| (format!("limit:{}", limit.id), limit));
        let of_models = self.models.iter().flat_map(|model| {
            let limits = model.limits.iter().chain(model.unlimited.iter().flatten());
            limits.map(|limit| (format!("model:{}", model.id.0), limit))
        });
        let of_features = self.registry.limits();
        let of_features =
            of_features.map(|(feature, source, limit)| (format!("feature:{feature} {source}"), limit));
        let all = over_all.chain(of_models).chain(of_features);
        let shared = all.filter(|(_, limit)| matches!(limit.whose, Whose::All { .. }));
        let mut shared: Vec<SharedLimit> = shared
            .map(|(set_by, limit)| SharedLimit {
                set_by,
                limit: limit.clone(),
            })
            .collect();
        shared.sort_by(|one, other| {
            let order = |it: &SharedLimit| (it.limit.id.clone(), it.limit.max, it.set_by.clone());
            order(one).cmp(&order(other))
        });
        shared.dedup_by(|later, first| later.limit == first.limit);
        shared
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use crate::Rows;
    use crate::snapshot::Snapshot;

    #[test]
    fn the_limits_that_all_share_are_found_wherever_they_stand() {
        let shared = r#"[{"max":64,"period":"day","shards":4},{"max":5,"period":"hour"}]"#;
        let wider = r#"[{"max":640,"period":"day","shards":4}]"#;
        let chat = format!(r#"{{"name":"Chat","type":"metered","default":{{"limits":{shared}}}}}"#);
        let pro = format!(r#"{{"name":"Pro","rank":2,"features":{{"chat":{{"limits":{wider}}}}}}}"#);
        let rows = [
            (
                "rules",
                r#"{"signup_credits":2,"active_jobs_max":3,"wait_max_s":1800,"settle_max_s":5400}"#,
            ),
            (
                "limit#spend",
                r#"{"measure":"micro_usd","max":900,"period":"month","shards":8}"#,
            ),
            ("limit#videos", r#"{"max":5,"period":"day"}"#),
            ("feature#chat", &chat),
            ("tier#free", r#"{"name":"Free","rank":1}"#),
            ("tier#pro", &pro),
            (
                "addon#same",
                &format!(r#"{{"name":"Same","features":{{"chat":{{"limits":{wider}}}}}}}"#),
            ),
        ];
        let items: Vec<_> = rows.iter().map(|(sort, body)| Rows::item(sort, body)).collect();
        let snapshot = Snapshot::read(&items, Timestamp(0));
        assert_eq!(&*snapshot.problems, []);
        let found = snapshot.shared_limits();
        let found: Vec<_> = found
            .iter()
            .map(|shared| (shared.set_by.as_str(), shared.limit.id.as_str(), shared.limit.max))
            .collect();
        assert_eq!(
            found,
            [
                ("feature:chat default", "feature-chat-rd", 64),
                ("feature:chat addon:same", "feature-chat-rd", 640),
                ("limit:spend", "spend", 900),
            ]
        );
    }
}
