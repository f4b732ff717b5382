//! The commands, against DynamoDB and Secrets Manager as the template makes them and a played Telegram.
#![allow(
    clippy::disallowed_methods,
    reason = "the servers of a test have their own tasks"
)]
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

mod commands {
    mod access;
    mod audited;
    mod broadcast;
    mod costs;
    mod fields;
    mod grammar;
    mod holders;
    mod limits;
    mod listed;
    mod money;
    mod open;
    mod outside;
    mod payments;
    mod place;
    mod promos;
    mod queues;
    mod requests;
    mod rows;
    mod runbook;
    mod sample;
    mod selling;
    mod settings;
    mod shop;
    mod standing;
    mod upgrades;
    mod versions;
    mod webhook;
}
