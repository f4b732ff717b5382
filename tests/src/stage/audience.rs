//! What can be seen from outside: jobs, balances, requests.

use domain::account::{Account, Balance};
use domain::id::{JobId, UserId};
use domain::job::{Job, Rule, Stage as JobStage};
use limits_flags::{Document, Settings};
use local_lambda::{Count, Counts, Service};

use super::{Stage, clients, setting};

impl Stage {
    /// A job as it stands.
    pub async fn job(&self, id: &JobId) -> Job {
        self.find_job(id)
            .await
            .unwrap_or_else(|| panic!("there is no job {id}"))
    }

    /// A job as it stands, if it is there.
    pub async fn find_job(&self, id: &JobId) -> Option<Job> {
        self.store.jobs().get(id).await.unwrap()
    }

    /// Every job.
    pub async fn jobs(&self) -> Vec<Job> {
        self.store.read_books().await.unwrap().jobs
    }

    /// Where a job stands.
    pub async fn stage_of(&self, id: &JobId) -> JobStage {
        self.job(id).await.stage
    }

    /// The transitions of a job, in their order.
    pub async fn rules_of(&self, id: &JobId) -> Vec<Rule> {
        self.job(id).await.timeline.iter().map(|mark| mark.rule).collect()
    }

    /// An account.
    pub async fn account(&self, user: i64) -> Account {
        let books = self.store.read_books().await.unwrap();
        let mut accounts = books.accounts.into_iter();
        accounts.find(|account| account.user == UserId(user)).unwrap()
    }

    /// A balance as available, held, captured.
    pub async fn balance(&self, user: i64) -> (u32, u32, u32) {
        let Balance {
            available,
            held,
            captured,
            ..
        } = self.account(user).await.balance;
        (available.0, held.0, captured.0)
    }

    /// What the window `limit` counts for somebody, by the window's name.
    pub async fn used(&self, user: i64) -> Vec<(String, u64)> {
        let books = self.store.read_books().await.unwrap();
        let own = books.usage.into_iter().filter(|((owner, _), _)| owner.0 == user);
        own.map(|((_, row), count)| (row, count.used + count.steps.values().sum::<u64>()))
            .collect()
    }

    /// The settings at the beginning.
    pub fn settings(&self) -> &Document {
        &self.setting.settings
    }

    /// Settings as a function has them that has just been started: nothing is read yet.
    pub fn cold_settings(&self, function: &str) -> Settings {
        clients::settings(&self.aws, function)
    }

    /// Changes the settings as an operator does.
    pub async fn change_settings(&self, change: impl FnOnce(&mut Document)) {
        let mut document = self.setting.settings.clone();
        change(&mut document);
        setting::seed(&self.db, &self.aws, &document).await;
    }

    /// What was requested up to now.
    pub fn counts(&self) -> Counts {
        self.aws.counts()
    }

    /// What one function has asked of a service since then.
    pub fn asked_since(&self, then: &Counts, service: Service, function: &str) -> Count {
        self.aws.counts().since(then).of(service, function)
    }

    /// The same, operation by operation.
    pub fn operations_since(&self, then: &Counts, function: &str) -> Vec<(String, u64)> {
        let since = self.aws.counts().since(then);
        let own = since
            .entries
            .into_iter()
            .filter(|((_, caller, _), _)| caller == function);
        own.map(|((_, _, operation), count)| (operation, count.requests))
            .collect()
    }
}
