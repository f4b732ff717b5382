//! A line of the log of AI operations: who asked which model for what, how it ended, and what it cost (seed 002).
//!
//! An order's line is nothing but a view of its job, so it is written where the job changes, in the same transaction; what
//! the job itself cannot know (what providers ask, what a dollar is) was put down with the order when it was accepted.

pub mod conventions;

use crate::catalog::Price;
use crate::cost::{Category, Costs, MicroKopecks, MicroUsd, Rate, Took};
use crate::id::{ModelId, OPEN_SHARDS, UserId};
use crate::job::{Answer, Failure, Job, Order, Stage, Vain};
use crate::money::Credits;
use crate::time::{Millis, Timestamp};
use crate::video::Aspect;

/// In how many parts a day of the log is kept, by [`shard_of`](crate::id::shard_of): a part takes a thousand rows a second,
/// and a day is read part by part.
pub const DAY_SHARDS: u32 = OPEN_SHARDS;

/// How an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is under way.
    Pending,
    /// It is under way, and the provider has once not said whether it took it on.
    TimeoutWaiting,
    /// It is done.
    Completed,
    /// It came to nothing; nobody was charged.
    Failed,
}

impl Status {
    /// All that there are.
    pub const ALL: [Self; 4] = [Self::Pending, Self::TimeoutWaiting, Self::Completed, Self::Failed];

    /// Its name in rows: `timeout_waiting`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::TimeoutWaiting => "timeout_waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Of a job in a stage.
    pub fn of(stage: Stage) -> Self {
        match stage {
            Stage::Queued | Stage::Submitting | Stage::Running | Stage::Rendered | Stage::Stored => {
                Self::Pending
            }
            Stage::Unknown => Self::TimeoutWaiting,
            Stage::Delivered | Stage::Parked => Self::Completed,
            Stage::Failed | Stage::Canceled => Self::Failed,
        }
    }

    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// Who says what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The provider, in its answer.
    Provider,
    /// The operator's list of what providers ask.
    PriceList,
}

impl Source {
    /// All that there are.
    pub const ALL: [Self; 2] = [Self::Provider, Self::PriceList];

    /// Its name in rows: `price_list`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::PriceList => "price_list",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// What an operation cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// In millionths of a dollar.
    pub micro_usd: MicroUsd,
    /// In kopecks, where the rate was known, rounded: to be shown, and not to be added up ([`AiRequest::exactly`]).
    pub kopecks: Option<u64>,
    /// Who says so.
    pub source: Source,
}

/// What is put down with an order when it is accepted, for its line in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costing {
    /// What it is expected to cost; `None` if nobody knows.
    pub expected: Option<MicroUsd>,
    /// What a unit costs in which its provider's answers count.
    pub billed_unit: Option<MicroUsd>,
    /// What a token costs, where tokens are counted.
    pub token_rate: Option<Rate>,
    /// Kopecks for a dollar.
    pub kopecks_per_usd: Option<u64>,
    /// As how many tokens limits count it.
    pub tokens: u64,
    /// The customer's plan, whether or not it pays for this.
    pub subscription: Option<String>,
    /// For how long its line is kept.
    pub kept: Millis,
}

impl Costing {
    /// For a video of a price, ordered now.
    pub fn of(
        costs: &Costs,
        model: &ModelId,
        provider: &str,
        price: Option<&Price>,
        subscription: Option<&str>,
        now: Timestamp,
    ) -> Self {
        Self {
            expected: price.and_then(|price| costs.expected(model, price, now)),
            billed_unit: costs.billed_units.get(provider).copied(),
            token_rate: costs.token_rate(model, now),
            kopecks_per_usd: costs.exchange(now),
            tokens: price.map_or(0, |price| price.tokens),
            subscription: subscription.map(str::to_owned),
            kept: costs.kept,
        }
    }

    /// What it cost with what was spent in vain before: the sum, as sure as the less sure of both. Where nobody knows one of
    /// them, there is no sum, but the least that it is.
    fn with(
        &self,
        made: Option<Cost>,
        rendered: bool,
        vain: Option<Vain>,
    ) -> (Option<Cost>, Option<MicroUsd>) {
        let Some(vain) = vain else { return (made, None) };
        let sum = made.map_or(vain.micro_usd, |made| made.micro_usd.plus(vain.micro_usd));
        if vain.unknown || (rendered && made.is_none()) {
            return (None, Some(sum));
        }
        if vain.micro_usd == MicroUsd(0) {
            return (made, None);
        }
        let whole = Cost {
            micro_usd: sum,
            kopecks: self.kopecks_per_usd.map(|rate| sum.kopecks(rate)),
            source: made.map_or(vain.source, |made| made.source.max(vain.source)),
        };
        (Some(whole), None)
    }

    /// What it cost: what the provider has billed, in thousandths of its units; what its tokens cost; or what was expected.
    pub fn cost(&self, billed_milli: Option<u64>, answer: Option<&Answer>) -> Option<Cost> {
        let by_bill = billed_milli.zip(self.billed_unit).map(|(billed, unit)| {
            let sum = MicroUsd(billed.saturating_mul(unit.0).div_ceil(1_000));
            (sum, Source::Provider)
        });
        let by_tokens = self.token_rate.zip(answer).map(|(rate, answer)| {
            let took = Took {
                requests: 1,
                tokens_in: answer.tokens_in,
                tokens_out: answer.tokens_out,
                ..Took::default()
            };
            rate.cost(&took)
        });
        let by_list = by_tokens.or(self.expected).map(|sum| (sum, Source::PriceList));
        let (micro_usd, source) = by_bill.or(by_list)?;
        Some(Cost {
            micro_usd,
            kopecks: self.kopecks_per_usd.map(|rate| micro_usd.kopecks(rate)),
            source,
        })
    }
}

/// What was asked for beside the words: seed 002's `input_data`, as far as it is no field of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The provider's request form, and so the model that it is asked for, by its own name.
    pub family: String,
    /// The shape; `None` of what has none.
    pub aspect: Option<Aspect>,
    /// There was a photo.
    pub with_photo: bool,
}

impl Asked {
    fn of(order: &Order) -> Self {
        Self {
            family: order.family.clone(),
            aspect: order.makes.has_shapes().then_some(order.aspect),
            with_photo: order.image.is_some(),
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiRequest {
    /// Who asked.
    pub user: UserId,
    /// Its name; an order's is its job's.
    pub id: String,
    /// When it began.
    pub at: Timestamp,
    /// What kind of operation it is.
    pub category: Category,
    /// How it stands.
    pub status: Status,
    /// Who carries it out.
    pub provider: String,
    /// The model, by our name.
    pub model: ModelId,
    /// What of it was asked for; `None` in lines that were written before this was noted.
    pub asked: Option<Asked>,
    /// The beginning of what was asked for, as far as it is kept.
    pub prompt: Option<String>,
    /// What came of it: Telegram's name of the file.
    pub result: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// The provider's name of it.
    pub task: Option<String>,
    /// How long it took until it was settled.
    pub took: Option<Millis>,
    /// The length of what is made, in seconds.
    pub seconds: u32,
    /// How often it was submitted.
    pub attempts: u32,
    /// As how many tokens limits count it.
    pub tokens: u64,
    /// Tokens that went in, by the provider's count.
    pub tokens_in: u64,
    /// Tokens that came out.
    pub tokens_out: u64,
    /// What the customer is charged: expected while it is open, and nothing if it failed.
    pub credits: Credits,
    /// What it cost, with what was billed for what came to nothing; `None` while it is open, if nothing was made or billed, and
    /// where nobody knows.
    pub cost: Option<Cost>,
    /// The least that it cost, where several attempts are to be paid for and nobody knows what one of them cost; then there is
    /// no `cost`.
    pub at_least: Option<MicroUsd>,
    /// The rate at which that was reckoned.
    pub kopecks_per_usd: Option<u64>,
    /// The customer's plan at the time.
    pub subscription: Option<String>,
    /// The plan paid for it, and so no credits.
    pub is_unlimited: bool,
}

/// What stands where others say why they failed, if the customer took it back.
const CANCELED: &str = "canceled";

impl AiRequest {
    /// Whether the customer took it back: it came to nothing, and nothing failed.
    pub fn is_canceled(&self) -> bool {
        self.error.as_deref() == Some(CANCELED)
    }

    /// What is known to be spent for it; `None` where nothing is.
    pub fn spent(&self) -> Option<MicroUsd> {
        self.cost.map(|cost| cost.micro_usd).or(self.at_least)
    }

    /// The same at the rate of its moment, with nothing rounded; `None` where one of the two is not known.
    pub fn exactly(&self) -> Option<MicroKopecks> {
        let spent = self.spent()?;
        let by_rate = self.kopecks_per_usd.map(|rate| spent.exactly(rate));
        by_rate.or(self.cost.and_then(|cost| cost.kopecks).map(MicroKopecks::whole))
    }

    /// Of a job as it stands; `None` for one that was accepted before there was a log.
    pub fn of(job: &Job) -> Option<Self> {
        let costing = job.order.costing.as_ref()?;
        let status = Status::of(job.stage);
        let settled = job.timeline.iter().find(|mark| mark.stage.is_final());
        // A render that was made is to be paid for, whatever became of it then.
        let rendered = job.timeline.iter().any(|mark| mark.stage == Stage::Rendered);
        let made = costing
            .cost(job.billed_milli, job.answer.as_ref())
            .filter(|_| rendered);
        let counted = |came: fn(&Answer) -> u64, vain: fn(&Vain) -> u64| {
            let came = job.answer.as_ref().map_or(0, came);
            came.saturating_add(job.vain.as_ref().map_or(0, vain))
        };
        let canceled = (job.stage == Stage::Canceled).then_some(CANCELED);
        let error = job.failure.map(Failure::as_str).or(canceled);
        let (cost, at_least) = costing.with(made, rendered, job.vain);
        Some(Self {
            user: job.id.user,
            id: job.id.to_string(),
            at: job.created_at,
            category: job.order.category(),
            status,
            provider: job.order.provider.clone(),
            model: job.order.model.clone(),
            asked: Some(Asked::of(&job.order)),
            prompt: None,
            result: job.file.as_ref().map(|file| file.0.clone()),
            error: error.filter(|_| status == Status::Failed).map(str::to_owned),
            task: job.task.as_ref().map(|task| task.0.clone()),
            took: settled.map(|mark| mark.at.since(job.created_at)),
            seconds: job.order.duration_s,
            attempts: job.fence.0,
            tokens: costing.tokens,
            tokens_in: counted(|answer| answer.tokens_in, |vain| vain.tokens_in),
            tokens_out: counted(|answer| answer.tokens_out, |vain| vain.tokens_out),
            credits: if status == Status::Failed {
                Credits::ZERO
            } else {
                job.cost
            },
            cost: cost.filter(|_| status.is_final()),
            at_least: at_least.filter(|_| status.is_final()),
            kopecks_per_usd: costing.kopecks_per_usd,
            subscription: costing.subscription.clone(),
            is_unlimited: job.order.plan.is_some(),
        })
    }
}

/// The beginning of a prompt, as far as the log keeps it.
pub fn kept_of(prompt: &str, chars: u32) -> Option<String> {
    let kept: String = prompt
        .chars()
        .take(usize::try_from(chars).unwrap_or(usize::MAX))
        .collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests;
