//! The operator's report, put together once more by hand from the rows of the tables: no sum, no type and no reader of the
//! product's is used, so that a mistake there is not made here, too. Only the letters of the picture are drawn by the same
//! pen, for what is compared is what it says.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a row that is not as it must be fails the check that reads it"
)]

mod costs;
mod drawn;
mod figures;
mod margins;
mod money;
mod moved;
mod naive;
mod said;

pub use costs::{Costed, Made, Prices};
pub use drawn::{Columns, chart};
pub use figures::{STAR, USD};
pub use moved::{Given, Moved};
pub use naive::{Line, Paid, Rows, count, rounded, sum};
pub use said::{differences, joined};
