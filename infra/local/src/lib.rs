//! The local cloud that cargo dev runs.
