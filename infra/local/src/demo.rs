//! `cargo dev -- --demo`: twenty users at once on the functions' own binaries, every kind of trouble, and an audit.

mod act;
mod audit;
mod cast;
mod pictures;
mod progress;
mod report;
mod settle;
mod tell;

use std::time::Instant;

use futures::future::try_join_all;
use local_lambda::Counts;
use played_kie::PlayedKie;
use played_telegram::PlayedTelegram;

pub use report::{Line, Report, Settled};

use crate::cloud::Cloud;
use crate::error::{Error, Result};
use crate::measure::Interaction;
use crate::options::Options;
use cast::{Member, Part};
use progress::Progress;

/// The demo's stage: a running local cloud whose outside world is played.
struct Stage {
    cloud: Cloud,
    telegram: PlayedTelegram,
    kie: PlayedKie,
    members: Vec<Member>,
    /// What had been requested before the first user came.
    counts_before: Counts,
    began: Instant,
}

/// What was counted in the quiet moment.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    cabinet: Interaction,
    confirm: Interaction,
}

/// Builds the functions, plays everything, audits, and stops.
pub async fn run(options: Options, stats: bool) -> Result<Report> {
    let progress = Progress::new();
    progress.say("Building the functions …");
    let stage = Stage::set(options).await?;
    progress.begin();
    let played = stage.play(&progress).await;
    let report = match played {
        Ok(measured) => stage.report(measured, stats).await,
        Err(error) => Err(error),
    };
    progress.end();
    stage.cloud.shutdown().await;
    report
}

impl Stage {
    async fn set(options: Options) -> Result<Self> {
        let cloud = Cloud::start(options).await?;
        let missing = || Error::Demo("the outside world is not played".to_owned());
        let telegram = cloud.telegram().cloned().ok_or_else(missing)?;
        let kie = cloud.kie().cloned().ok_or_else(missing)?;
        let members = cast::cast();
        cast::arrange(&kie, &members);
        Ok(Self {
            counts_before: cloud.local().aws().counts(),
            telegram,
            kie,
            members,
            cloud,
            began: Instant::now(),
        })
    }

    async fn play(&self, progress: &Progress) -> Result<Measured> {
        progress.say("Twenty users press Start, and send photos and words");
        let cards = try_join_all(self.members.iter().map(|member| self.compose(member))).await?;
        progress.say("One of them orders in a quiet moment; its worker is killed");
        let (mut first, mut others) = (None, Vec::new());
        for (member, card) in self.members.iter().zip(cards) {
            if member.part == Part::WorkerKilled {
                first = Some((member, card));
            } else {
                others.push((member, card));
            }
        }
        let (member, card) = first.ok_or_else(|| Error::Demo("nobody's worker is killed".to_owned()))?;
        let measured = self.order_in_quiet(member, &card).await?;
        progress.say("The others order at the same time");
        let orders = others.iter().map(|(member, card)| self.order(member, card));
        let (ordered, settled) = futures::join!(try_join_all(orders), self.settle(progress));
        ordered?;
        settled?;
        progress.say("The operator gets the morning's report");
        self.report_to_operator().await?;
        Ok(measured)
    }
}
