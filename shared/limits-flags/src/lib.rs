//! Flags, models, prices and limits that every Lambda shares, as rows of the `settings` table.
//!
//! All of it lies in one partition, so one query brings everything at a cold start. A `version` item grows with every
//! change; whoever reads an account reads it in the same batch, and [`Settings::refresh`] loads the rest again only
//! when it moved. A row that cannot be read is left out and named in [`Snapshot::problems`]; it never takes the others
//! down. A missing flag means **off**: a deleted row must not open what it was closing, and without rules nothing is sold.

pub mod access;
mod apply;
mod asker;
pub mod audit;
mod cache;
mod document;
pub mod edit;
pub mod features;
pub mod flags;
pub mod grants;
pub mod history;
pub mod holders;
pub mod keyring;
mod nearest;
mod office;
mod problems;
mod rows;
mod snapshot;
pub mod standing;
pub mod throws;
pub mod upgrade;

pub use apply::{Applied, ApplyError, Change, Plan, apply, plan};
pub use asker::Asker;
pub use cache::{STALE_AFTER_MS, Settings};
pub use document::{
    CheckRow, CostsRow, Document, DocumentError, ExchangeRow, FlagRow, LimitRow, MeasureName, ModeName,
    ModelCostRow, ModelRow, ModerationRow, PackRow, PeriodName, PlanRow, PriceRow, PricesRow, PromoRow,
    RateRow, ReceiptsRow, ReferralRow, RewardsRow, RouteRow, RulesRow, SampleRow, SellingRow, UnansweredRow,
};
pub use document::{OWN_LIMIT, UNLIMITED_LIMIT};
pub use features::FEATURE_LIMIT;
pub use nearest::unknown;
pub use office::{By, Check, Office};
pub use problems::{Problem, problems, unreferred_costs};
pub use rows::{Rows, Stored, VERSION_ATTRIBUTE, partition_key, row_key, sections, version_key};
pub use snapshot::{
    DAILY_BONUS, NEW_JOBS, OUTDATED_AFTER_MS, Requires, SharedLimit, Snapshot, UNLIMITED_LIMITS,
    USELESS_AFTER_MS,
};
