//! T1, written.

use domain::account::{Account, Choice};
use domain::admission::Admission;
use domain::catalog::Makes;
use domain::id::UserId;
use domain::ledger::Key;
use domain::limit::{Bound, Counts, Reservation};
use domain::time::Millis;
use table::{Condition, Deadline, Token, Write, n, s};

use crate::error::Error;
use crate::{Store, op, rows};

const JOB: &str = "job";
const HOLD: &str = "hold";
const ACCOUNT: &str = "account";
const WINDOW: &str = "window";

/// How long a counter's row is kept after its window: far longer than any job can take to settle, so that a release
/// still finds it.
pub(crate) const KEEP_AFTER: Millis = Millis::from_mins(35 * 24 * 60);

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
        used: Counts,
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
        writes.extend(self.request_put(job, admission.prompt_kept.as_deref()));
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
        let order = &job.order;
        let last = (order.makes == Makes::Video).then(|| {
            rows::choice_map(&Choice {
                model: order.model.clone(),
                aspect: order.aspect,
                duration_s: order.duration_s,
                quality: order.quality.unwrap_or_default(),
            })
        });
        let mut write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(job.id.user))
            .when(Condition::AtLeast("available", n(cost)))
            .when(Condition::FewerThan("active", n(admission.active_jobs_max)))
            .when(Condition::AbsentOrEquals("debt", n(0)))
            .when(Condition::AbsentOrEquals(
                limits_flags::standing::REVISION,
                n(rows::number(admission.standing_revision)),
            ))
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
            .set("ordered_at", n(job.created_at.0))
            .remove("draft");
        if let Some(last) = last {
            write = write.set("last", last);
        }
        write
    }

    pub(crate) fn reserve_write(&self, user: UserId, reservation: &Reservation) -> Write {
        let (key, amount) = (&reservation.counted.key, rows::number(reservation.counted.amount));
        let row = rows::usage_key(key.owner(user), key.row());
        let mut write = Write::update(WINDOW, &self.tables.usage, row)
            .set("expires_at", n(reservation.ends_at.after(KEEP_AFTER).seconds()));
        write = match reservation.bound {
            Bound::AtMost(most) => write.when(Condition::AbsentOrLess(
                "used",
                n(rows::number(most).saturating_add(1)),
            )),
            Bound::Unchanged(revision) => {
                write.when(Condition::AbsentOrEquals("revision", n(rows::number(revision))))
            }
            Bound::Free => write,
        };
        let Some((_, began)) = key.step() else {
            return write.increase("used", amount);
        };
        for step in &reservation.forgotten {
            write = write.remove(rows::step_attribute(*step));
        }
        write
            .increase("revision", 1)
            .increase(rows::step_attribute(began), amount)
    }
}

fn why_not(error: table::Error) -> NotAdmitted {
    if error.refused(JOB).is_some() || error.refused(HOLD).is_some() {
        return NotAdmitted::AlreadyAdmitted;
    }
    let table::Error::Refused(writes) = error else {
        return NotAdmitted::Failed(error.into());
    };
    let mut changed = (None, Counts::new());
    for write in writes {
        match (write.label, write.item) {
            (ACCOUNT, Some(item)) => match rows::read_account(&item) {
                Ok(account) => changed.0 = Some(Box::new(account)),
                Err(malformed) => return NotAdmitted::Failed(malformed.into()),
            },
            (WINDOW, Some(item)) => changed.1.extend(rows::read_count(&item)),
            _ => {}
        }
    }
    NotAdmitted::Changed {
        account: changed.0,
        used: changed.1,
    }
}
