//! Repositories: accounts, ledger, usage, jobs.
