//! What a check has said of words or a photo, for a day: so the same is not sent there again. It lies under a fingerprint in a
//! row of nobody's: neither what was looked at nor whose it is stands there.

use std::collections::BTreeMap;

use domain::moderation::{Finding, Findings};
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Deadline, Item, Keys, Row, Write, list, n, s};

use crate::error::Error;
use crate::{Store, rows};

/// How long an opinion is kept.
const KEPT: Millis = Millis::from_mins(24 * 60);

impl Store {
    /// The opinions of these fingerprints, as far as there are any.
    pub async fn opinions(
        &self,
        prints: &[String],
        now: Timestamp,
    ) -> Result<BTreeMap<String, Findings>, Error> {
        let keys = Keys {
            table: self.tables.usage.clone(),
            keys: prints.iter().map(|print| key(print)).collect(),
            consistent: true,
        };
        let mut found = self.db.batch_get(vec![keys]).await?;
        let items = found.remove(&self.tables.usage).unwrap_or_default();
        let holds = |item: &&Item| {
            Row(item)
                .n::<i64>("expires_at")
                .is_ok_and(|end| now.seconds() < end)
        };
        let opinions = items.iter().filter(holds).filter_map(|item| {
            let print = Row(item).s_opt("window")?.strip_prefix(OPINION)?;
            Some((print.to_owned(), read(item)?))
        });
        Ok(opinions.collect())
    }

    /// Keeps an opinion.
    pub async fn keep_opinion(
        &self,
        print: &str,
        findings: &Findings,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let scores = findings.0.iter();
        let scores = scores.map(|(category, finding)| (category.clone(), n(finding.permille)));
        let flagged = findings.0.iter().filter(|(_, finding)| finding.flagged);
        let write = Write::update("opinion", &self.tables.usage, key(print))
            .set("scores", AttributeValue::M(scores.collect()))
            .set("flagged", list(flagged.map(|(category, _)| s(category))))
            .set("expires_at", n(now.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        Ok(self.db.write(write, deadline).await?)
    }
}

/// What the rows' names begin with.
const OPINION: &str = "opinion#";

fn key(print: &str) -> Item {
    rows::note_key(format!("{OPINION}{print}"))
}

/// What a row says; `None` if that cannot be read, so that it is asked again.
fn read(item: &Item) -> Option<Findings> {
    let mut findings = Findings::default();
    for (category, score) in item.get("scores")?.as_m().ok()? {
        let permille = score.as_n().ok()?.parse().ok()?;
        let flagged = false;
        findings.0.insert(category.clone(), Finding { flagged, permille });
    }
    for category in Row(item).list("flagged") {
        findings.0.get_mut(category.as_s().ok()?)?.flagged = true;
    }
    Some(findings)
}
