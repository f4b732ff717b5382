//! What is written to many customers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use app::broadcast::{Announcer, Failed, New};
use domain::broadcast::{
    Broadcast, BroadcastId, Counts, Link, PER_SECOND, PER_SECOND_MAX, Segment, Tariff, Wording,
};
use domain::id::UserId;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{BroadcastTables, Broadcasts};
use table::Deadline;

use crate::arguments::BroadcastCommand;
use crate::registry::{PATIENCE, read_body};
use crate::show::{count, time};
use crate::target::Place;
use crate::{Error, Report};

/// One go of a dry run; it goes on until the end.
const GO: Duration = Duration::from_secs(20);

/// A broadcast as somebody writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    texts: BTreeMap<String, String>,
    photo: Option<String>,
    link: Option<WrittenLink>,
    #[serde(default)]
    segment: WrittenSegment,
    per_second: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLink {
    url: String,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSegment {
    #[serde(default)]
    users: BTreeSet<i64>,
    language: Option<String>,
    tier: Option<String>,
    plan: Option<String>,
    active_days: Option<u32>,
    inactive_days: Option<u32>,
    credits_min: Option<u32>,
    credits_max: Option<u32>,
    paid: Option<bool>,
}

impl Place {
    /// Where operators make broadcasts.
    fn announcer(&self) -> Result<Announcer, Error> {
        let table = |name: &str| self.output(name).map(str::to_owned);
        let tables = BroadcastTables {
            broadcasts: table("BroadcastsTable")?,
            accounts: table("AccountsTable")?,
        };
        Ok(Announcer {
            broadcasts: Broadcasts::new(self.db(), tables),
            audit: table("AuditTable")?,
            env: runtime::env(),
        })
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Unknown => Self::NotFound(failed.to_string()),
            Failed::Faulty(fault) => Self::Refused(format!("{}: {}", fault.pointer, fault.what)),
            Failed::NotTaken(error) => Self::Telegram(error),
            Failed::Tables(error) => Self::Store(error),
            Failed::Overtaken => Self::Busy(failed.to_string()),
            refused => Self::Refused(refused.to_string()),
        }
    }
}

/// Carries a command out.
pub(crate) async fn broadcast(command: &BroadcastCommand) -> Result<Report, Error> {
    let soon = || Deadline::after(PATIENCE);
    let done = match command {
        BroadcastCommand::Make { body, said, target } => {
            let (by, text) = (said.by()?, read_body(body)?);
            let new = read(&text)?;
            let announcer = target.find().await?.announcer()?;
            announcer.make(new, text, &by, soon()).await?
        }
        BroadcastCommand::List { limit, after, target } => {
            let after = after.as_deref().map(named).transpose()?;
            let broadcasts = target.find().await?.announcer()?.broadcasts;
            let (listed, more) = broadcasts.list(after.as_ref(), *limit).await?;
            return Ok(list(&listed, more));
        }
        BroadcastCommand::Show { broadcast, target } => {
            target.find().await?.announcer()?.get(&named(broadcast)?).await?
        }
        BroadcastCommand::Count { broadcast, target } => {
            let announcer = target.find().await?.announcer()?;
            counted(&announcer, &named(broadcast)?).await?
        }
        BroadcastCommand::Test {
            broadcast,
            user,
            said,
            bot,
        } => {
            let (by, place) = (said.by()?, bot.target.find().await?);
            let secrets = place.secrets(bot).await?;
            let client = crate::webhook::client(bot, &place, &secrets)?;
            let whom = (&named(broadcast)?, UserId(*user));
            place.announcer()?.test(&client, whom, &by, soon()).await?
        }
        BroadcastCommand::Start {
            broadcast,
            recipients,
            said,
            target,
        } => {
            let (by, announcer) = (said.by()?, target.find().await?.announcer()?);
            announcer
                .start(&named(broadcast)?, *recipients, &by, soon())
                .await?
        }
        BroadcastCommand::Stop {
            broadcast,
            said,
            target,
        } => {
            let (by, announcer) = (said.by()?, target.find().await?.announcer()?);
            announcer.stop(&named(broadcast)?, &by, soon()).await?
        }
        BroadcastCommand::Resume {
            broadcast,
            said,
            target,
        } => {
            let (by, announcer) = (said.by()?, target.find().await?.announcer()?);
            announcer.resume(&named(broadcast)?, &by, soon()).await?
        }
    };
    Ok(Report::new(whole(&done), as_json(&done)))
}

async fn counted(announcer: &Announcer, id: &BroadcastId) -> Result<Broadcast, Error> {
    loop {
        let counted = announcer.reckon(id, Deadline::after(GO)).await?;
        if counted
            .reckoning
            .as_ref()
            .is_some_and(|it| it.finished_at.is_some())
        {
            return Ok(counted);
        }
    }
}

fn named(text: &str) -> Result<BroadcastId, Error> {
    BroadcastId::parse(text).ok_or_else(|| {
        Error::Usage(format!(
            "{text} is no broadcast's name; see cargo ctl broadcast list"
        ))
    })
}

fn read(text: &str) -> Result<New, Error> {
    let written: Written =
        serde_json::from_str(text).map_err(|error| Error::Usage(format!("the body: {error}")))?;
    let per_second = written.per_second.unwrap_or(PER_SECOND);
    if !(1..=PER_SECOND_MAX).contains(&per_second) {
        return Err(Error::Usage(format!("per_second is 1 to {PER_SECOND_MAX}")));
    }
    let (link, segment) = (written.link, written.segment);
    Ok(New {
        wording: Wording {
            texts: written.texts,
            photo: written.photo,
            link: link.map(|link| Link {
                url: link.url,
                labels: link.labels,
            }),
        },
        segment: Segment {
            users: segment.users.into_iter().map(UserId).collect(),
            language: segment.language,
            tier: segment.tier.as_deref().map(Tariff::parse),
            plan: segment.plan.as_deref().map(Tariff::parse),
            active_days: segment.active_days,
            inactive_days: segment.inactive_days,
            credits_min: segment.credits_min,
            credits_max: segment.credits_max,
            paid: segment.paid,
        },
        per_second,
    })
}

fn list(listed: &[Broadcast], more: bool) -> Report {
    let mut lines: Vec<String> = listed.iter().map(line).collect();
    if listed.is_empty() {
        lines.push("no broadcasts".to_owned());
    }
    let next = listed.last().filter(|_| more).map(|last| last.id.as_str());
    lines.extend(next.map(|next| format!("more: --after {next}")));
    let told: Vec<Value> = listed.iter().map(as_json).collect();
    Report::new(lines.join("\n"), json!({"broadcasts": told, "next": next}))
}

fn line(it: &Broadcast) -> String {
    let text = it.wording.texts.values().next().map_or("", String::as_str);
    let text: String = text.chars().take(40).collect();
    let expected = it
        .expected
        .map_or_else(String::new, |expected| format!(" of {expected}"));
    let halted = it
        .halted
        .map_or_else(String::new, |halt| format!(" by itself ({})", halt.as_str()));
    format!(
        "{}  {}{halted}  {} sent{expected}  {}  {text:?}",
        it.id.as_str(),
        it.state.as_str(),
        it.counts.sent,
        it.by
    )
}

fn whole(it: &Broadcast) -> String {
    let mut lines = vec![line(it), format!("made {}", time(it.created_at))];
    for (language, text) in &it.wording.texts {
        lines.push(format!("{language}: {text}"));
    }
    if let Some(reckoning) = &it.reckoning {
        let state = reckoning.finished_at.map_or("so far".to_owned(), time);
        lines.push(format!(
            "dry run ({state}): {}, {} looked at; not written to: {}",
            count(reckoning.recipients, "recipient"),
            count(reckoning.looked_at, "account"),
            passed(reckoning.passed)
        ));
    }
    if it.started_at.is_some() {
        let of = it.counts;
        lines.push(format!(
            "{} sent, {} turned out to have blocked the bot, {} unsure, {} refused; not written to: {}",
            of.sent,
            of.blocked,
            of.unsure,
            of.refused,
            passed(of)
        ));
    }
    lines.join("\n")
}

fn passed(counts: Counts) -> String {
    format!(
        "{} want none, {} have blocked the bot, {} speak another language",
        counts.muted, counts.gone, counts.wordless
    )
}

fn as_json(it: &Broadcast) -> Value {
    let counts = |it: Counts| {
        json!({
            "sent": it.sent, "blocked": it.blocked, "unsure": it.unsure, "refused": it.refused,
            "muted": it.muted, "gone": it.gone, "wordless": it.wordless,
        })
    };
    let dry_run = it.reckoning.as_ref().map(|it| {
        json!({
            "recipients": it.recipients, "passed": counts(it.passed), "looked_at": it.looked_at,
            "finished_at_ms": it.finished_at.map(|at| at.0),
        })
    });
    json!({
        "id": it.id.as_str(),
        "state": it.state.as_str(),
        "texts": it.wording.texts,
        "photo": it.wording.photo,
        "per_second": it.per_second,
        "by": it.by,
        "created_at_ms": it.created_at.0,
        "started_at_ms": it.started_at.map(|at| at.0),
        "expected": it.expected,
        "counts": counts(it.counts),
        "dry_run": dry_run,
        "halted": it.halted.map(domain::broadcast::Halt::as_str),
    })
}
