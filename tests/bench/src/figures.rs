//! Medians, and tables of them.

use std::time::Duration;

/// The middle of some values; of an even number the lower of the two in the middle. Zero where there are none.
pub(crate) fn median(values: &[Duration]) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or_default()
}

/// Milliseconds, for a table.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// Microseconds, for a table.
pub(crate) fn micros(time: Duration) -> String {
    format!("{:.0}", time.as_secs_f64() * 1e6)
}

/// How many times one is the other.
pub(crate) fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// A count as a number to reckon with. Exact up to 2^53, which no count here comes near.
pub(crate) fn number(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// A table in Markdown, its columns as wide as what stands in them.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let lengths = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let cells = lengths(column).map(|cell| cell.chars().count());
            cells.fold(name.chars().count(), usize::max)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let rule: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
        })
        .collect();
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{}{rows}", line(&head), line(&rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        let of = |values: &[u64]| {
            let values: Vec<Duration> = values.iter().copied().map(Duration::from_micros).collect();
            median(&values).as_micros()
        };
        assert_eq!((of(&[]), of(&[7]), of(&[9, 1]), of(&[5, 900, 1])), (0, 7, 1, 5));
    }

    #[test]
    fn large_counts_stay_exact() {
        assert!((number(5_000_000_001) - 5_000_000_001.0).abs() < f64::EPSILON);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["a".to_owned(), "100".to_owned()]];
        assert_eq!(
            table(&["what", "n"], &rows),
            "| what |   n |\n| ---- | --: |\n| a    | 100 |\n"
        );
    }
}
