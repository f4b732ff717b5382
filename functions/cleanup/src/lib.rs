//! The scheduled Lambda that rings what is due and settles what is overdue.
