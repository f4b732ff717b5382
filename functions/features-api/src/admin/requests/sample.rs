//! Of what sums are, where there was too much to sum up all of it: said in words, too, for a number alone looks like the whole.

use app::log_sums::{Sample, Summed};
use domain::ai_request::DAY_SHARDS;
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Of which operations sums are that are not of all.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestSample)]
pub(super) struct Sampled {
    /// The same in words.
    said: String,
    /// What was read of each day.
    days: Vec<Part>,
    /// Where reading ended within a part of a day: all of that part up to then is in the sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    half: Option<Half>,
}

/// What was read of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestSampleOfDay)]
struct Part {
    /// In UTC.
    day: String,
    /// Parts of it that were read to their end.
    parts: u32,
    /// Parts that it has. In which one an operation lies is chance.
    of: u32,
}

/// Where reading ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestSampleEnd)]
struct Half {
    /// The day.
    day: String,
    #[schema(format = DateTime)]
    up_to: String,
}

impl Sampled {
    /// `None` if the sums are of all.
    pub(super) fn of(read: &Summed) -> Option<Self> {
        let sample = read.sample.as_ref()?;
        let days = sample.days.iter().map(|(at, parts)| Part {
            day: day(*at),
            parts: *parts,
            of: DAY_SHARDS,
        });
        let half = sample.half.map(|(at, up_to)| Half {
            day: day(at),
            up_to: up_to.rfc3339().unwrap_or_default(),
        });
        Some(Self {
            said: said(sample, read.sums.all.requests),
            days: days.collect(),
            half,
        })
    }
}

fn said(sample: &Sample, operations: u64) -> String {
    let begun = sample.days.iter().filter(|(_, parts)| *parts > 0);
    let whole: Vec<String> = begun
        .map(|(at, parts)| format!("{parts} of {DAY_SHARDS} parts of {}", day(*at)))
        .collect();
    let half = sample.half.map(|(at, up_to)| {
        let up_to = up_to.rfc3339().unwrap_or_default();
        format!("one part of {} up to {up_to}", day(at))
    });
    let what: Vec<String> = whole.into_iter().chain(half).collect();
    let what = if what.is_empty() {
        "nothing".to_owned()
    } else {
        what.join(", ")
    };
    format!(
        "A sample, not all: {operations} operations, of {what}. In which part of its day an operation lies is chance, so shares are \
         about right and totals are too low. For all of it ask for fewer days, or `cargo ctl requests`."
    )
}

fn day(at: Timestamp) -> String {
    at.rfc3339().unwrap_or_default().chars().take(10).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what is missing fails the test")]
mod tests {
    use super::*;

    #[test]
    fn sums_of_a_part_say_of_which() {
        let noon = Timestamp(1_795_262_400_000);
        let before = Timestamp(1_795_176_000_000);
        let mut read = Summed::default();
        assert!(Sampled::of(&read).is_none(), "of all there is nothing to say");
        read.sums.all.requests = 60_000;
        read.sample = Some(Sample {
            days: vec![(noon, 3), (before, 0)],
            half: Some((noon, noon)),
        });
        let told = Sampled::of(&read).unwrap();
        assert!(
            told.said.starts_with(
                "A sample, not all: 60000 operations, of 3 of 8 parts of 2026-11-21, one part of 2026-11-21 up to 2026-11-21T12:00:00"
            ),
            "{}",
            told.said
        );
        let json = serde_json::to_value(&told).unwrap();
        assert_eq!(json["days"][1]["parts"], 0);
        read.sample = Some(Sample {
            days: vec![(noon, 0)],
            half: None,
        });
        assert!(Sampled::of(&read).unwrap().said.contains("of nothing."));
    }
}
