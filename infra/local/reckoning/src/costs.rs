//! What each line of the log must have cost: by the prices in the settings' rows, and by what the played provider has billed
//! for each task. Of what is asked again, and of what is made after it was given up, several sums are right.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use table::{Db, Item};

use crate::naive::{Line, Rows, scan, text};

/// A task that a provider has made.
#[derive(Clone, Debug)]
pub struct Made {
    /// For which order.
    pub job: String,
    /// What it says that it has billed, in its own units; `None` where it says nothing.
    pub billed: Option<u64>,
}

/// A price from a time on.
struct Rate {
    from: i64,
    unit: String,
    per: u128,
    micro_usd: u128,
    micro_usd_out: u128,
}

/// What holds for costs.
pub struct Prices {
    rates: BTreeMap<String, Vec<Rate>>,
    /// From when on, and millionths of a kopeck for a millionth of a dollar.
    per_usd: Vec<(i64, u64)>,
    /// What a unit costs in which KIE.AI bills, in millionths of a dollar.
    kie_unit: u64,
    made: BTreeMap<String, Vec<Option<u64>>>,
}

/// How many lines were held against their price.
#[derive(Clone, Copy, Debug, Default)]
pub struct Costed {
    /// Those of which one sum alone is right.
    pub exactly: usize,
    /// Those of which one of several is.
    pub among: usize,
}

/// A decimal number, as text or as a number, in so many parts of one.
fn parts(value: &Value, parts: u32) -> u128 {
    let typed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, fraction) = typed.split_once('.').unwrap_or((&typed, ""));
    let fraction: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(usize::try_from(parts).unwrap())
        .collect();
    format!("{whole}{fraction}").parse().unwrap()
}

/// When something holds from, as `2026-11-22T09:00:00Z`, in ms; from ever without it.
fn from(value: &Value) -> i64 {
    value
        .get("from")
        .and_then(Value::as_str)
        .map_or(i64::MIN, crate::moved::moment_ms)
}

fn rate(value: &Value) -> Rate {
    Rate {
        from: from(value),
        unit: value["unit"].as_str().unwrap().to_owned(),
        per: value.get("per").and_then(Value::as_u64).unwrap_or(1).into(),
        micro_usd: parts(&value["usd"], 6),
        micro_usd_out: value.get("usd_out").map_or(0, |usd| parts(usd, 6)),
    }
}

fn body(item: &Item) -> Option<(String, Value)> {
    let body = serde_json::from_str(&text(item, "body")?).ok()?;
    Some((text(item, "sk")?, body))
}

impl Prices {
    /// Reads the settings' rows, by their table's name in the template; what was made says whoever has played it.
    pub async fn read(db: &Db, named: impl Fn(&str) -> String, made: Vec<Made>) -> Self {
        let rows = scan(db, &named("SettingsTable")).await;
        let rows: BTreeMap<String, Value> = rows.iter().filter_map(body).collect();
        let costs = &rows["costs"];
        let rates = rows.iter().filter_map(|(name, body)| {
            let rates = body["rates"].as_array()?;
            Some((
                name.strip_prefix("model_cost#")?.to_owned(),
                rates.iter().map(rate).collect(),
            ))
        });
        let mut by_job: BTreeMap<String, Vec<Option<u64>>> = BTreeMap::new();
        for made in made {
            by_job.entry(made.job).or_default().push(made.billed);
        }
        let exchange = costs["rub_per_usd"].as_array().unwrap().iter();
        Self {
            rates: rates.collect(),
            per_usd: exchange
                .map(|row| (from(row), u64::try_from(parts(&row["rate"], 2)).unwrap()))
                .collect(),
            kie_unit: u64::try_from(parts(&costs["billed_units"]["kie"], 6)).unwrap(),
            made: by_job,
        }
    }

    fn kopecks_per_usd(&self, at: i64) -> Option<u64> {
        let begun = self.per_usd.iter().filter(|(from, _)| *from <= at);
        begun.max_by_key(|(from, _)| *from).map(|(_, rate)| *rate)
    }

    fn rate(&self, line: &Line) -> Option<&Rate> {
        let begun = self
            .rates
            .get(&line.model)?
            .iter()
            .filter(|rate| rate.from <= line.at);
        begun.max_by_key(|rate| rate.from)
    }

    /// What one operation like this costs by the list.
    fn listed(&self, line: &Line) -> Option<u64> {
        let rate = self.rate(line)?;
        let seconds = u128::from(line.seconds);
        let sum = match rate.unit.as_str() {
            "request" | "image" => rate.micro_usd.div_ceil(rate.per),
            "second" => (seconds * rate.micro_usd).div_ceil(rate.per),
            "minute" => (seconds * rate.micro_usd).div_ceil(rate.per * 60),
            "token" => {
                let (came_in, came_out) = (u128::from(line.tokens_in), u128::from(line.tokens_out));
                (came_in * rate.micro_usd + came_out * rate.micro_usd_out).div_ceil(rate.per)
            }
            other => panic!("nobody counts {other}"),
        };
        Some(u64::try_from(sum).unwrap())
    }

    /// Every sum that is right for a line.
    fn right(&self, line: &Line) -> BTreeSet<Option<u64>> {
        let is_done = line.status == "completed";
        if !is_done && line.status != "failed" {
            return BTreeSet::from([None]);
        }
        let listed = self.listed(line);
        let nothing = (!is_done).then_some(None);
        if line.provider == "kie" {
            let made = self.made.get(&line.id).cloned().unwrap_or_default();
            let bills: Option<Vec<u64>> = made
                .iter()
                .map(|billed| billed.map(|units| units * self.kie_unit).or(listed))
                .collect();
            let Some(bills) = bills else {
                return BTreeSet::from([None]);
            };
            // What came after the order was given up is not the order's.
            let given_up = line.canceled || line.error.as_deref() == Some("timed-out");
            return match bills[..] {
                [] => BTreeSet::from([None]),
                [one] if !given_up => BTreeSet::from([Some(one)]),
                _ => sums(&bills).into_iter().map(Some).chain(nothing).collect(),
            };
        }
        let Some(listed) = listed else {
            return BTreeSet::from([None]);
        };
        if self.rate(line).is_some_and(|rate| rate.unit == "token") {
            // Each answer is rounded up by itself; simple words are nobody's answer.
            let answers = u64::from(line.attempts.saturating_sub(1));
            let none = (listed == 0 || !is_done).then_some(None);
            return (listed..=listed + answers).map(Some).chain(none).collect();
        }
        let times = if is_done {
            1..=line.attempts.max(1)
        } else {
            1..=line.attempts
        };
        times
            .map(|times| Some(u64::from(times) * listed))
            .chain(nothing)
            .collect()
    }
}

/// The sums of some of these, of at least one of them.
fn sums(bills: &[u64]) -> BTreeSet<u64> {
    let mut sums = BTreeSet::new();
    for bill in bills {
        let with: Vec<u64> = sums.iter().map(|sum| sum + bill).collect();
        sums.extend(with);
        sums.insert(*bill);
    }
    sums
}

impl Rows {
    /// How many operations of a time are done and cost something that nobody knows.
    pub fn unknown(&self, from: i64, until: i64) -> usize {
        let lines = self.lines(from, until).into_iter();
        lines
            .filter(|line| line.is_part || (line.status == "completed" && line.micro_usd.is_none()))
            .count()
    }

    /// Puts what each line of a time must have cost in the place of what it says, and says where those differ.
    pub fn cost(&mut self, prices: &Prices, from: i64, until: i64) -> (Costed, Vec<String>) {
        let (mut costed, mut found) = (Costed::default(), Vec::new());
        let lines = self.lines.iter_mut();
        for line in lines.filter(|line| line.at >= from && line.at < until) {
            let per_usd = prices.kopecks_per_usd(line.at);
            if line.per_usd != per_usd {
                found.push(format!(
                    "{}: a dollar for {:?} and not {per_usd:?}",
                    line.id, line.per_usd
                ));
                line.per_usd = per_usd;
            }
            // Of what is known in part nobody has said the rest.
            if line.is_part {
                continue;
            }
            let right = prices.right(line);
            if right.len() == 1 {
                costed.exactly += 1;
            } else {
                costed.among += 1;
            }
            if !right.contains(&line.micro_usd) {
                found.push(format!(
                    "{}: {} {} {:?} of {} says {:?} and costs {right:?}",
                    line.id, line.model, line.status, line.error, line.provider, line.micro_usd
                ));
                line.micro_usd = right.last().copied().flatten();
            }
        }
        (costed, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_to_the_last_digit() {
        assert_eq!(parts(&Value::from("0.07"), 6), 70_000);
        assert_eq!(parts(&serde_json::json!(80), 2), 8_000);
        assert_eq!(sums(&[3, 5]), BTreeSet::from([3, 5, 8]));
    }
}
