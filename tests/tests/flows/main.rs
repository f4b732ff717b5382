//! Flows: every row of "Failure modes and answers" in `ARCHITECTURE.md`, played on the stage.

mod delivery;
mod ordering;
