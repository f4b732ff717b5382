//! Broadcasts as they are said over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use app::broadcast::New;
use domain::broadcast::{self as of, Counts, Link, Reckoning, Segment, Tariff, Wording};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::admin::user;
use crate::problem::Refusal;

/// A broadcast that is to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBroadcast {
    /// What it says, by language (`ru`, `en`), in Telegram's HTML. Who speaks another is not written to.
    #[schema(example = json!({"ru": "<b>Новая модель</b>", "en": "<b>A new model</b>"}))]
    texts: BTreeMap<String, String>,
    /// A photo: an address of https, or Telegram's name of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<String>,
    /// A button that opens an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkSaid>,
    /// To whom; to everybody without it.
    #[serde(default)]
    segment: SegmentSaid,
    /// Messages a second at most; 20 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 25)]
    per_second: Option<u32>,
    /// Why, for the audit.
    #[serde(default, skip_serializing)]
    #[schema(max_length = 2000)]
    pub(super) reason: String,
}

/// A button that opens an address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BroadcastLink)]
pub(crate) struct LinkSaid {
    /// Where it leads, by https.
    url: String,
    /// What stands on it, for each language that there is a text in.
    labels: BTreeMap<String, String>,
}

/// Whom a broadcast is for: who fits everything that is said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BroadcastSegment)]
pub(crate) struct SegmentSaid {
    /// Only these, by their Telegram ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    users: Option<BTreeSet<String>>,
    /// Who speaks `ru` or `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Who was given this tier; `none` for who has what everybody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    /// Who has this plan; `none` for who has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// Who has ordered something, or come for the first time, within so many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    active_days: Option<u32>,
    /// Who has done neither for so many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    inactive_days: Option<u32>,
    /// Who has at least so many credits.
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_min: Option<u32>,
    /// Who has at most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_max: Option<u32>,
    /// Who has ever paid, or never.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
}

/// A broadcast.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Broadcast {
    /// Its name.
    id: String,
    /// `draft`, `running`, `stopped` or `done`.
    #[schema(example = "running")]
    state: &'static str,
    texts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkSaid>,
    segment: SegmentSaid,
    /// Messages a second at most.
    per_second: u32,
    /// Who made it.
    made_by: String,
    #[schema(format = DateTime)]
    made_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// How many the dry run had found when it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
    /// What came of those that were gone through.
    counts: CountsSaid,
    /// The latest dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<DryRun>,
    /// Why it stopped by itself: `refused`, Telegram does not take the message; `no_token`, not the bot's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    halted: Option<&'static str>,
}

/// What came of customers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BroadcastCounts)]
pub(crate) struct CountsSaid {
    /// Telegram has taken the message.
    sent: u64,
    /// They turned out to have blocked the bot.
    blocked: u64,
    /// Nobody knows; they are not written to again.
    unsure: u64,
    /// Telegram refused it.
    refused: u64,
    /// They want no broadcasts.
    muted: u64,
    /// They had blocked the bot before.
    gone: u64,
    /// There is no text in their language.
    wordless: u64,
}

/// Whom it would reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DryRun {
    /// So many would be written to, as far as it has come.
    recipients: u64,
    /// So many of the segment would not be: they want none.
    muted: u64,
    /// The same: they have blocked the bot.
    gone: u64,
    /// The same: there is no text in their language.
    wordless: u64,
    /// Accounts that were looked at.
    looked_at: u64,
    /// When it came to the end; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    finished_at: Option<String>,
}

impl NewBroadcast {
    /// What the audit keeps of it.
    pub(super) fn said(&self) -> String {
        json!(self).to_string()
    }

    pub(super) fn read(self) -> Result<New, Refusal> {
        let link = self.link.map(|link| Link {
            url: link.url,
            labels: link.labels,
        });
        let per_second = self.per_second.unwrap_or(of::PER_SECOND);
        if !(1..=of::PER_SECOND_MAX).contains(&per_second) {
            return Err(Refusal::Senseless {
                detail: format!("`per_second` is 1 to {}", of::PER_SECOND_MAX),
                pointer: Some("/per_second".to_owned()),
            });
        }
        Ok(New {
            wording: Wording {
                texts: self.texts,
                photo: self.photo,
                link,
            },
            segment: self.segment.read()?,
            per_second,
        })
    }
}

impl SegmentSaid {
    fn read(self) -> Result<Segment, Refusal> {
        let users = self.users.unwrap_or_default();
        let senseless = |_| Refusal::Senseless {
            detail: "a Telegram id is a number".to_owned(),
            pointer: Some("/segment/users".to_owned()),
        };
        let users = users.iter().map(|it| user(it).map_err(senseless));
        Ok(Segment {
            users: users.collect::<Result<_, _>>()?,
            language: self.language,
            tier: self.tier.as_deref().map(Tariff::parse),
            plan: self.plan.as_deref().map(Tariff::parse),
            active_days: self.active_days,
            inactive_days: self.inactive_days,
            credits_min: self.credits_min,
            credits_max: self.credits_max,
            paid: self.paid,
        })
    }

    fn of(it: &Segment) -> Self {
        let users: BTreeSet<String> = it.users.iter().map(ToString::to_string).collect();
        Self {
            users: (!users.is_empty()).then_some(users),
            language: it.language.clone(),
            tier: it.tier.as_ref().map(|it| it.as_str().to_owned()),
            plan: it.plan.as_ref().map(|it| it.as_str().to_owned()),
            active_days: it.active_days,
            inactive_days: it.inactive_days,
            credits_min: it.credits_min,
            credits_max: it.credits_max,
            paid: it.paid,
        }
    }
}

impl Broadcast {
    pub(super) fn of(it: of::Broadcast) -> Self {
        let moment = |at: Timestamp| at.rfc3339().unwrap_or_default();
        Self {
            id: it.id.as_str().to_owned(),
            state: it.state.as_str(),
            texts: it.wording.texts,
            photo: it.wording.photo,
            link: it.wording.link.map(|link| LinkSaid {
                url: link.url,
                labels: link.labels,
            }),
            segment: SegmentSaid::of(&it.segment),
            per_second: it.per_second,
            made_by: it.by,
            made_at: moment(it.created_at),
            started_at: it.started_at.map(moment),
            expected: it.expected,
            counts: CountsSaid::of(it.counts),
            dry_run: it.reckoning.as_ref().map(DryRun::of),
            halted: it.halted.map(of::Halt::as_str),
        }
    }
}

impl CountsSaid {
    fn of(counts: Counts) -> Self {
        Self {
            sent: counts.sent,
            blocked: counts.blocked,
            unsure: counts.unsure,
            refused: counts.refused,
            muted: counts.muted,
            gone: counts.gone,
            wordless: counts.wordless,
        }
    }
}

impl DryRun {
    fn of(it: &Reckoning) -> Self {
        Self {
            recipients: it.recipients,
            muted: it.passed.muted,
            gone: it.passed.gone,
            wordless: it.passed.wordless,
            looked_at: it.looked_at,
            finished_at: it.finished_at.and_then(Timestamp::rfc3339),
        }
    }
}
