//! The books, checked.

use app::Clock as _;
use domain::audit::{self, Books, Violation};
use serde_json::json;
use store::{Payments, Store};

use crate::show::{count, number};
use crate::target::Target;
use crate::{Error, Report};

/// Reads every table whole and says what must not be. The tables are not read at one moment, so a job that moves
/// meanwhile can look wrong; what is found is read again, and only what stands in both readings is reported.
pub(crate) async fn audit(target: &Target) -> Result<Report, Error> {
    let place = target.find().await?;
    let (store, payments) = (place.store()?, place.payments()?);
    let mut books = read(&store, &payments).await?;
    let mut found = audit::violations(&books);
    if !found.is_empty() {
        books = read(&store, &payments).await?;
        let again = audit::violations(&books);
        found.retain(|violation| again.contains(violation));
    }
    Ok(report(&books, &found))
}

async fn read(store: &Store, payments: &Payments) -> Result<Books, Error> {
    let mut books = store.read_books().await?;
    payments.read_into(&mut books).await?;
    books.read_at = Some(runtime::SystemClock.now());
    Ok(books)
}

fn report(books: &Books, found: &[Violation]) -> Report {
    let entries: usize = books.ledger.values().map(Vec::len).sum();
    let open = books.jobs.iter().filter(|job| !job.stage.is_final()).count();
    let paid = books.sales.as_ref().map_or(0, |sales| sales.payments.len());
    let counts = format!(
        "{}, {} ({open} open), {}, {}, {}",
        count(number(books.accounts.len()), "account"),
        count(number(books.jobs.len()), "order"),
        count(number(entries), "ledger entry"),
        count(number(books.usage.len()), "counter"),
        count(number(paid), "payment")
    );
    let verdict = match found.len() {
        0 => "no violation".to_owned(),
        found => count(number(found), "violation"),
    };
    let lines: Vec<String> = found.iter().map(|violation| format!("  {violation}")).collect();
    let json = json!({
        "accounts": books.accounts.len(),
        "jobs": books.jobs.len(),
        "open_jobs": open,
        "ledger_entries": entries,
        "counters": books.usage.len(),
        "payments": paid,
        "violations": found
            .iter()
            .map(|violation| json!({"invariant": violation.invariant, "found": violation.found}))
            .collect::<Vec<_>>(),
    });
    Report::verdict(
        found.is_empty(),
        format!("{counts}\n{verdict}\n{}", lines.join("\n")),
        json,
    )
}
