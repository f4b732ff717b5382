//! Flags, tiers, models, prices and limits that every Lambda shares.
