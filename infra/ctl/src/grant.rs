//! Credits given on an operator's word.

use app::gift::{self, Outcome, REQUEST_BYTES_MAX};
use domain::id::UserId;
use domain::money::Credits;
use serde_json::json;
use table::Deadline;

use crate::arguments::Grant;
use crate::registry::PATIENCE;
use crate::show::{count, time};
use crate::{Error, Report};

/// Gives credits, once per request name.
pub(crate) async fn grant(grant: &Grant) -> Result<Report, Error> {
    let request = grant.request.as_str();
    if !gift::is_name(request) {
        return Err(Error::Usage(format!(
            "--request is a name of 1 to {REQUEST_BYTES_MAX} bytes without blanks around it"
        )));
    }
    let by = grant.said.by()?;
    let place = grant.target.find().await?;
    let (user, credits) = (UserId(grant.user), Credits(grant.credits));
    let (store, audit) = (place.store()?, place.output("AuditTable")?);
    let deadline = Deadline::after(PATIENCE);
    let given = gift::give(&store, audit, (user, request, credits), &by, deadline).await?;
    let of = |credits: Credits| count(credits.0, "credit");
    match given {
        Outcome::Given => {
            let text = format!("user {user} has been given {} as {request:?}", of(credits));
            let json = json!({"user": user.0, "credits": credits.0, "request": request, "given": true});
            Ok(Report::new(text, json))
        }
        Outcome::Before(at) => {
            let text = format!(
                "{request:?} gave user {user} {} on {}; nothing was given again",
                of(credits),
                time(at)
            );
            let json = json!({"user": user.0, "credits": credits.0, "request": request, "given": false, "at_ms": at.0});
            Ok(Report::new(text, json))
        }
        Outcome::Another(before, at) => Err(Error::Usage(format!(
            "{request:?} gave user {user} {} on {}; for another gift choose another name",
            of(before),
            time(at)
        ))),
        Outcome::TooMuch => Err(Error::Usage(format!(
            "{} more are too many for user {user}: all that was ever given to one user must stay below {}; nothing was given",
            of(credits),
            u64::from(u32::MAX) + 1
        ))),
        Outcome::NoAccount => Err(Error::NotFound(format!(
            "user {user} has no account; it opens with the first /start"
        ))),
    }
}
