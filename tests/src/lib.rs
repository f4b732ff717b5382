//! Flows, faults and house rules, on the local cloud.

pub mod marks;
pub mod stage;
pub mod tidy;
