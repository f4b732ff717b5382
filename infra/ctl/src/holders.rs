//! Who holds a tier, a plan or an add-on; and taking one off sale without taking it from anybody.

use domain::id::UserId;
use limits_flags::edit::EditError;
use limits_flags::holders::{self, Holder, Losing, Lost};
use limits_flags::{ApplyError, By};
use serde_json::{Value, json};

use crate::arguments::said::now;
use crate::registry::{change, row, stored};
use crate::show::time;
use crate::target::Target;
use crate::{Error, Report};

/// The kinds of rows that customers hold.
pub(crate) const ARE_HELD: [&str; 3] = ["tier", "addon", "plan"];

/// What becomes of those who hold what goes, as typed.
pub(crate) fn losing(holders_lose_it: bool) -> Losing {
    if holders_lose_it {
        Losing::Accepted
    } else {
        Losing::Refused
    }
}

/// Says what can be done where somebody would lose something.
pub(crate) fn refused_for_holders(error: EditError) -> Error {
    match error {
        EditError::Apply(held @ ApplyError::Held(_)) => Error::Refused(format!(
            "nothing was changed: {held}. To take it from nobody, withdraw it instead (`withdraw NAME` of its kind); if they \
             are to lose it, say --holders-lose-it"
        )),
        EditError::Apply(ApplyError::Table(error)) => Error::Table(error),
        EditError::Apply(error) => Error::Settings(error),
        other => Error::Edit(other),
    }
}

/// Lists those who hold a row now.
pub(crate) async fn list(
    kind: &str,
    name: &str,
    limit: u32,
    after: Option<i64>,
    target: &Target,
) -> Result<Report, Error> {
    let office = target.find().await?.office()?;
    let row = row(kind, name)?;
    let at_most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (found, next) = holders::holders(&office, &row, now(), at_most, after.map(UserId)).await?;
    if found.is_empty() {
        // A slip of the pen has no holders either.
        stored(&office).await?.body(&row)?;
    }
    let mut lines: Vec<String> = found.iter().map(line).collect();
    if found.is_empty() {
        lines.push(format!("nobody holds {row} now"));
    }
    lines.extend(next.map(|next| format!("more: --after {next}")));
    let holders: Vec<Value> = found.iter().map(as_json).collect();
    let json = json!({"row": row, "holders": holders, "next": next.map(|next| next.0)});
    Ok(Report::new(lines.join("\n"), json))
}

/// Gives a row to nobody any more, or lets it be given again.
pub(crate) async fn withdraw(
    kind: &str,
    name: &str,
    is_withdrawn: bool,
    by: &By,
    target: &Target,
) -> Result<Report, Error> {
    let office = target.find().await?.office()?;
    change(&office, by, &row(kind, name)?, |before| {
        let mut row = before.ok_or_else(|| Error::NotFound(format!("there is no such {kind}")))?;
        row["is_withdrawn"] = json!(is_withdrawn);
        Ok(row)
    })
    .await
}

/// Those who would lose something, for programs.
pub(crate) fn json(lost: &[Lost]) -> Value {
    let lost = lost.iter().map(|lost| {
        let first: Vec<i64> = lost.first.iter().map(|user| user.0).collect();
        json!({"row": lost.row, "found": lost.found, "is_all": lost.is_all, "first": first})
    });
    lost.collect()
}

fn line(holder: &Holder) -> String {
    let until = holder.until.map(|until| format!("until {}", time(until)));
    format!(
        "{}  {}",
        holder.user,
        until.unwrap_or_else(|| "for ever".to_owned())
    )
}

fn as_json(holder: &Holder) -> Value {
    json!({"user": holder.user.0, "until_ms": holder.until.map(|until| until.0)})
}
