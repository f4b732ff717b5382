//! Every decision of the product, as pure functions over integers.

pub mod video;
