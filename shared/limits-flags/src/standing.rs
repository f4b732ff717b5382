//! How a [`Standing`] is kept in an account's row: one map, and beside it the revision that a confirmed order is tied to.

use std::collections::BTreeMap;

use domain::moderation::{Strike, Strikes};
use domain::standing::{Exchanged, Held, Override, Standing};
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Item, Malformed, Row, n, s, set};

/// The attribute of an account's row that holds the standing.
pub const ATTRIBUTE: &str = "standing";
/// The attribute of an account's row that grows with every change of the standing.
pub const REVISION: &str = "standing_revision";

/// The standing in an account's row; that of everybody where there is none.
pub fn read(account: &Item) -> Result<Standing, Malformed> {
    let row = Row(account);
    let revision = row.n_or_zero(REVISION)?;
    let Some(row) = row.map(ATTRIBUTE) else {
        return Ok(Standing {
            revision,
            ..Standing::default()
        });
    };
    Ok(Standing {
        revision,
        tier: held(row, "tier", "tier_until")?,
        plan: held(row, "plan", "plan_until")?,
        plan_grace: until(row, "plan_grace")?,
        exchanged: exchanged(row)?,
        addons: members(row, "addons", |row| until(row, "until"))?,
        overrides: members(row, "overrides", |row| {
            Ok(Override {
                body: row.s("body")?.to_owned(),
                until: until(row, "until")?,
                why: row.s_opt("why").unwrap_or_default().to_owned(),
            })
        })?,
        roles: row.set("roles").iter().cloned().collect(),
        country: row.s_opt("country").map(str::to_owned),
        strikes: Strikes {
            marks: strikes(row)?,
            until: until(row, "strikes_until")?,
        },
    })
}

/// What stands in the attribute.
pub fn map(standing: &Standing) -> AttributeValue {
    let mut item = Item::new();
    put_held(&mut item, standing.tier.as_ref(), "tier", "tier_until");
    put_held(&mut item, standing.plan.as_ref(), "plan", "plan_until");
    if let Some(grace) = standing.plan_grace {
        item.insert("plan_grace".to_owned(), n(grace.0));
    }
    if !standing.exchanged.is_empty() {
        let parts = standing.exchanged.iter().map(|part| {
            table::map([
                ("plan", s(part.plan.clone())),
                ("rest_ms", n(part.rest.0)),
                ("time_ms", n(part.time.0)),
            ])
        });
        item.insert("exchanged".to_owned(), table::list(parts));
    }
    let addons = standing
        .addons
        .iter()
        .map(|(key, until)| (key.clone(), AttributeValue::M(with_until(Item::new(), *until))));
    item.insert("addons".to_owned(), AttributeValue::M(addons.collect()));
    let overrides = standing.overrides.iter().map(|(feature, settled)| {
        let mut member = Item::from([
            ("body".to_owned(), s(settled.body.clone())),
            ("why".to_owned(), s(settled.why.clone())),
        ]);
        member = with_until(member, settled.until);
        (feature.clone(), AttributeValue::M(member))
    });
    item.insert("overrides".to_owned(), AttributeValue::M(overrides.collect()));
    if let Some(roles) = set(standing.roles.iter().cloned()) {
        item.insert("roles".to_owned(), roles);
    }
    if let Some(country) = &standing.country {
        item.insert("country".to_owned(), s(country.clone()));
    }
    if !standing.strikes.marks.is_empty() {
        let marks = standing.strikes.marks.iter();
        let marks = marks.map(|mark| table::map([("of", s(mark.of.clone())), ("at", n(mark.at.0))]));
        item.insert("strikes".to_owned(), table::list(marks));
    }
    if let Some(until) = standing.strikes.until {
        item.insert("strikes_until".to_owned(), n(until.0));
    }
    AttributeValue::M(item)
}

fn strikes(row: Row<'_>) -> Result<Vec<Strike>, Malformed> {
    let malformed = || Malformed { attribute: "strikes" };
    let marks = row.list("strikes").iter().map(|mark| {
        let mark = Row(mark.as_m().map_err(|_| malformed())?);
        Ok(Strike {
            of: mark.s("of")?.to_owned(),
            at: Timestamp(mark.n("at")?),
        })
    });
    marks.collect()
}

fn exchanged(row: Row<'_>) -> Result<Vec<Exchanged>, Malformed> {
    let malformed = || Malformed {
        attribute: "exchanged",
    };
    let parts = row.list("exchanged").iter().map(|part| {
        let part = Row(part.as_m().map_err(|_| malformed())?);
        Ok(Exchanged {
            plan: part.s("plan")?.to_owned(),
            rest: Millis(part.n("rest_ms")?),
            time: Millis(part.n("time_ms")?),
        })
    });
    parts.collect()
}

fn held(row: Row<'_>, key: &'static str, end: &'static str) -> Result<Option<Held>, Malformed> {
    let Some(name) = row.s_opt(key) else {
        return Ok(None);
    };
    Ok(Some(Held {
        key: name.to_owned(),
        until: until(row, end)?,
    }))
}

fn put_held(item: &mut Item, held: Option<&Held>, key: &str, end: &str) {
    let Some(held) = held else { return };
    item.insert(key.to_owned(), s(held.key.clone()));
    if let Some(until) = held.until {
        item.insert(end.to_owned(), n(until.0));
    }
}

fn until(row: Row<'_>, attribute: &'static str) -> Result<Option<Timestamp>, Malformed> {
    Ok(row.n_opt(attribute)?.map(Timestamp))
}

fn with_until(mut item: Item, until: Option<Timestamp>) -> Item {
    if let Some(until) = until {
        item.insert("until".to_owned(), n(until.0));
    }
    item
}

fn members<T>(
    row: Row<'_>,
    attribute: &'static str,
    read: impl Fn(Row<'_>) -> Result<T, Malformed>,
) -> Result<BTreeMap<String, T>, Malformed> {
    let Some(Row(members)) = row.map(attribute) else {
        return Ok(BTreeMap::new());
    };
    let member = |(key, value): (&String, &AttributeValue)| {
        let item = value.as_m().map_err(|_| Malformed { attribute })?;
        Ok((key.clone(), read(Row(item))?))
    };
    members.iter().map(member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let until = Some(Timestamp(1_795_284_000_000));
        let settled = |until| Override {
            body: r#"{"enabled":true}"#.to_owned(),
            until,
            why: "обещали".to_owned(),
        };
        let held = |key: &str, until| {
            Some(Held {
                key: key.to_owned(),
                until,
            })
        };
        let full = Standing {
            revision: 7,
            tier: held("pro", until),
            plan: held("unlimited_1day", None),
            plan_grace: until,
            exchanged: vec![Exchanged {
                plan: "unlimited_7days".to_owned(),
                rest: Millis(60_000),
                time: Millis(120_000),
            }],
            addons: BTreeMap::from([("hd".to_owned(), until), ("api".to_owned(), None)]),
            overrides: BTreeMap::from([
                ("chat".to_owned(), settled(until)),
                ("hd".to_owned(), settled(None)),
            ]),
            roles: ["tester".to_owned(), "staff".to_owned()].into(),
            country: Some("RU".to_owned()),
            strikes: Strikes {
                marks: vec![Strike {
                    of: "3333333333333333#2".to_owned(),
                    at: Timestamp(1_795_284_000_000),
                }],
                until,
            },
        };
        for standing in [full, Standing::default()] {
            let revision = i64::try_from(standing.revision).unwrap();
            let row = Item::from([
                (ATTRIBUTE.to_owned(), map(&standing)),
                (REVISION.to_owned(), n(revision)),
            ]);
            assert_eq!(read(&row).unwrap(), standing);
        }
        assert_eq!(read(&Item::new()).unwrap(), Standing::default());
    }
}
