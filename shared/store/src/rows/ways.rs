//! The other ways that an order can take, as they are stored with its job.

use domain::cost::MicroUsd;
use domain::job::{Passed, Way};
use domain::time::Millis;
use table::{AttributeValue, Malformed, Row, list, map, n, s};

use super::number;

/// All of them; `None` where there are none, as in jobs of models with one route.
pub(crate) fn list_of(ways: &[Way]) -> Option<AttributeValue> {
    (!ways.is_empty()).then(|| list(ways.iter().map(way_map)))
}

fn way_map(way: &Way) -> AttributeValue {
    let micro_usd = |sum: MicroUsd| n(number(sum.0));
    let members = [
        ("provider", Some(s(way.provider.clone()))),
        ("family", Some(s(way.family.clone()))),
        ("expected", way.expected.map(micro_usd)),
        ("billed_unit", way.billed_unit.map(micro_usd)),
        ("poll_after_ms", Some(n(way.poll_after.0))),
    ];
    map(members
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value))))
}

pub(crate) fn read_all(row: Row<'_>) -> Result<Vec<Way>, Malformed> {
    let map = |way: &AttributeValue| way.as_m().cloned().map_err(|_| Malformed { attribute: "ways" });
    let ways = row.list("ways").iter();
    ways.map(|way| read(Row(&map(way)?))).collect()
}

fn read(row: Row<'_>) -> Result<Way, Malformed> {
    Ok(Way {
        provider: row.s("provider")?.to_owned(),
        family: row.s("family")?.to_owned(),
        expected: row.n_opt("expected")?.map(MicroUsd),
        billed_unit: row.n_opt("billed_unit")?.map(MicroUsd),
        poll_after: Millis(row.n("poll_after_ms")?),
    })
}

pub(crate) fn read_passed(row: Row<'_>) -> Result<Option<Passed>, Malformed> {
    let read = |text: &str| Passed::parse(text).ok_or(Malformed { attribute: "passed" });
    row.s_opt("passed").map(read).transpose()
}
