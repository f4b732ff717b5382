//! T1, written.

use domain::account::Account;
use domain::admission::{Admission, Reservation, WindowKey};
use domain::id::UserId;
use domain::ledger::Key;
use domain::time::Millis;
use table::{Condition, Deadline, Item, Row, Token, Write, n, s};

use crate::error::Error;
use crate::{Store, op, rows};

const JOB: &str = "job";
const HOLD: &str = "hold";
const ACCOUNT: &str = "account";
const WINDOW: &str = "window";

/// How long a counter's row is kept after its window: far longer than any job can take to settle, so that a release
/// still finds it.
const KEEP_AFTER: Millis = Millis::from_mins(35 * 24 * 60);

/// Why a job was not admitted, with the truth that the refused transaction brought back.
#[derive(Debug)]
pub enum NotAdmitted {
    /// This draft has become a job already: the repeated tap of an eager finger.
    AlreadyAdmitted,
    /// The account or a window no longer allows it.
    Changed {
        /// The account as it stood, if it was the account that refused.
        account: Option<Box<Account>>,
        /// The counters that refused, as they stood.
        used: Vec<(WindowKey, u32)>,
    },
    /// It could not be written, or nobody knows whether it was; the draft still stands or the job does.
    Failed(Error),
}

impl Store {
    /// Reserves the windows, the slot and the credits, and writes the ledger's entry and the job: all or nothing.
    pub async fn admit(&self, admission: &Admission, deadline: Deadline) -> Result<(), NotAdmitted> {
        let job = &admission.job;
        let mut writes = vec![
            Write::put(JOB, &self.tables.jobs, rows::job_item(job)).when(Condition::Absent("job_id")),
            self.hold_write(admission),
            self.admit_account_write(admission),
        ];
        writes.extend(
            admission
                .reservations
                .iter()
                .map(|reservation| self.reserve_write(job.id.user, reservation)),
        );
        // Two devices may do this in one moment, with another language or other settings: each its own transaction.
        let token = Token::of(&format!("T1 {} {}", job.id, op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(()),
            Err(error) => Err(why_not(error)),
        }
    }

    fn hold_write(&self, admission: &Admission) -> Write {
        let job = &admission.job;
        let item = rows::entry_item(job.id.user, &Key::Hold(job.id.clone()), job.cost, job.created_at);
        Write::put(HOLD, &self.tables.ledger, item).when(Condition::Absent("entry"))
    }

    fn admit_account_write(&self, admission: &Admission) -> Write {
        let job = &admission.job;
        let cost = i64::from(job.cost.0);
        Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(job.id.user))
            .when(Condition::AtLeast("available", n(cost)))
            .when(Condition::FewerThan("active", n(admission.active_jobs_max)))
            .when(Condition::MemberEquals(
                "draft",
                "nonce",
                s(job.id.nonce.as_str()),
            ))
            .when(Condition::MemberEquals(
                "draft",
                "revision",
                n(admission.draft_revision),
            ))
            .increase("available", -cost)
            .increase("held", cost)
            .insert("active", job.id.to_string())
            .remove("draft")
    }

    fn reserve_write(&self, user: UserId, reservation: &Reservation) -> Write {
        Write::update(
            WINDOW,
            &self.tables.usage,
            rows::usage_key(user, &reservation.key),
        )
        .when(Condition::AbsentOrLess("used", n(reservation.max)))
        .increase("used", 1)
        .set("expires_at", n(reservation.ends_at.after(KEEP_AFTER).seconds()))
    }
}

fn why_not(error: table::Error) -> NotAdmitted {
    if error.refused(JOB).is_some() || error.refused(HOLD).is_some() {
        return NotAdmitted::AlreadyAdmitted;
    }
    let table::Error::Refused(writes) = error else {
        return NotAdmitted::Failed(error.into());
    };
    let mut changed = (None, Vec::new());
    for write in writes {
        match (write.label, write.item) {
            (ACCOUNT, Some(item)) => match rows::read_account(&item) {
                Ok(account) => changed.0 = Some(Box::new(account)),
                Err(malformed) => return NotAdmitted::Failed(malformed.into()),
            },
            (WINDOW, Some(item)) => changed.1.extend(counter(&item)),
            _ => {}
        }
    }
    NotAdmitted::Changed {
        account: changed.0,
        used: changed.1,
    }
}

/// A counter's name and count.
pub(crate) fn counter(item: &Item) -> Option<(WindowKey, u32)> {
    let row = Row(item);
    Some((
        WindowKey(row.s_opt("window")?.to_owned()),
        row.n_or_zero("used").ok()?,
    ))
}
