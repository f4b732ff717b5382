//! Sums of some days of the log of AI operations, as far as there is time to read them; and of what they are, where that is
//! not all.

use domain::ai_request::DAY_SHARDS;
use domain::report::Summary;
use domain::time::Timestamp;
use store::{Error, Requests};

/// What some days add up to.
#[derive(Clone, Debug, Default)]
pub struct Summed {
    /// The sums of what was read.
    pub sums: Summary,
    /// Lines that cannot be read, and are in no sum.
    pub unreadable: u64,
    /// Of what these are the sums; `None` of all.
    pub sample: Option<Sample>,
}

/// What was read of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The days, and how many parts of each were read to their end; each has [`DAY_SHARDS`].
    pub days: Vec<(Timestamp, u32)>,
    /// The day of which another part was read, and up to when.
    pub half: Option<(Timestamp, Timestamp)>,
}

/// Sums up days, in this order and each part by part, a page at a time, for as long as `may_go_on`. What part of its day an
/// operation lies in follows from its name, so by chance.
pub async fn summed(
    log: &Requests,
    days: &[Timestamp],
    page_lines: i32,
    may_go_on: impl Fn(&Summary) -> bool,
) -> Result<Summed, Error> {
    let mut pages = log.of_days(days.iter().copied(), None, page_lines);
    let mut summed = Summed::default();
    let mut last = None;
    while may_go_on(&summed.sums)
        && let Some(page) = pages.next().await?
    {
        summed.unreadable = summed.unreadable.saturating_add(page.unreadable);
        page.lines.iter().for_each(|line| summed.sums.add(line));
        last = page.lines.last().map(|line| line.at).or(last);
    }
    if !pages.are_over() {
        summed.sample = Some(Sample {
            days: whole(days, pages.parts_read()),
            half: pages.half().map(|(day, _)| day).zip(last),
        });
    }
    Ok(summed)
}

/// How many of so many parts were each day's.
fn whole(days: &[Timestamp], mut parts: usize) -> Vec<(Timestamp, u32)> {
    let of_day = |day: &Timestamp| {
        let whole = u32::try_from(parts).map_or(DAY_SHARDS, |parts| parts.min(DAY_SHARDS));
        parts = parts.saturating_sub(usize::try_from(whole).unwrap_or(usize::MAX));
        (*day, whole)
    };
    days.iter().map(of_day).collect()
}
