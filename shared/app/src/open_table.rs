//! Open orders as CSV (RFC 4180): the same for the command line and the HTTP API.

use domain::job::Job;
use domain::time::Timestamp;

/// What is said of an open order, by the names under which CSV and JSON say it.
const COLUMNS: [&str; 10] = [
    "job",
    "user",
    "stage",
    "model",
    "provider",
    "credits",
    "submission",
    "accepted_at",
    "due_at",
    "settle_at",
];

/// Orders as CSV, without the last line's end.
pub fn orders(jobs: &[Job]) -> Result<String, csv::Error> {
    crate::log_table::table(&COLUMNS, jobs.iter().map(columns))
}

fn columns(job: &Job) -> Vec<String> {
    let moment = |at: Timestamp| at.rfc3339().unwrap_or_default();
    let columns: [String; 10] = [
        job.id.to_string(),
        job.id.user.to_string(),
        job.stage.as_str().to_owned(),
        job.order.model.0.clone(),
        job.order.provider.clone(),
        job.cost.to_string(),
        job.fence.0.to_string(),
        moment(job.created_at),
        job.due_at.map(moment).unwrap_or_default(),
        moment(job.settle_at),
    ];
    columns.into()
}
