//! Repositories: accounts, ledger, usage and jobs, and the transactions between them.
//!
//! One admission (T1) is one `TransactWriteItems`, and so is one settlement. A change that does not touch money is one
//! conditional `UpdateItem`. What a refused write returns is turned back into an account or a job, so the caller
//! decides again on the truth without another read.

mod accounts;
mod admission;
mod books;
mod broadcasts;
mod changes;
mod erase;
mod error;
mod gifts;
mod help;
mod jobs;
mod live;
mod merge;
mod notes;
mod op;
mod opinions;
mod ordered;
mod payments;
mod refusals;
mod requests;
mod rewards;
mod strikes;
mod urgent;
mod uses;
mod usual;
mod view;
mod written;

pub mod rows;

pub use accounts::{Adjusted, Drafted, Gift};
pub use admission::NotAdmitted;
pub use broadcasts::{BroadcastTables, Broadcasts, Intended, People};
pub use changes::Applied;
pub use erase::Erasure;
pub use error::Error;
pub use jobs::{DuePage, Jobs, OPEN_INDEX, Waiting};
pub use live::{Live, Look};
pub use notes::{Claim, Claimant, Claimed, Notes, Part, Sending, Tallied, Tallies};
pub use ordered::OrderPage;
pub use payments::{
    Bought, Credit, Due, DuePayments, PaymentPage, PaymentTables, Payments, Reward, Settled, Settling,
};
pub use refusals::Refused;
pub use requests::{RequestPage, RequestPages, Requests, RequestsInOrder};
pub use rewards::{PromoUse, PromoUsed};
pub use urgent::{Stands, Urgent};
pub use uses::{GivenBack, Using};
pub use usual::Usual;
pub use view::{Ask, View};
pub use written::Written;

use table::Db;

/// The names of the tables.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Balances, drafts, active jobs.
    pub accounts: String,
    /// Immutable entries.
    pub ledger: String,
    /// Counters per window.
    pub usage: String,
    /// Jobs.
    pub jobs: String,
    /// The log of AI operations.
    pub requests: String,
}

impl Tables {
    /// Where gifts are written.
    pub(crate) fn till(&self) -> gifts::Till<'_> {
        let (accounts, ledger) = (&self.accounts, &self.ledger);
        gifts::Till { accounts, ledger }
    }
}

/// The tables with money in them.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    tables: Tables,
    jobs: Jobs,
}

impl Store {
    /// Over the tables.
    pub fn new(db: Db, tables: Tables) -> Self {
        let jobs = Jobs::new(db.clone(), tables.jobs.clone());
        Self { db, tables, jobs }
    }

    /// What is noted for the operator's report.
    pub fn notes(&self) -> Notes {
        Notes::new(self.db.clone(), self.tables.usage.clone())
    }

    /// The log of AI operations, to be read.
    pub fn requests(&self) -> Requests {
        Requests::new(self.db.clone(), self.tables.requests.clone())
    }

    /// The jobs alone.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}
