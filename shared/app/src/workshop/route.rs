//! Whom an order goes to: the first who has our account, can render it, is switched on, and is healthy.

use std::sync::PoisonError;

use domain::job::Job;
use domain::time::Timestamp;
use limits_flags::Snapshot;
use providers::Photo;
use providers::registry::row;

use super::Workshop;

/// Whom an order goes to now.
pub(super) enum Chosen {
    /// To this one: one of [`Job::ways`], and the job as it is then.
    Way(Option<usize>, Box<Job>),
    /// To nobody until then: all that could render it are left alone for a while.
    Later(Timestamp),
    /// To nobody: there is none left that could render it.
    Nobody,
}

/// What a job's route is called: its health is known by this.
pub(super) fn name(job: &Job) -> String {
    format!("{}/{}", job.order.provider, job.order.family)
}

impl Workshop {
    /// Chooses, before the claim, which writes it down. Where there is no choice, what is wrong with the only route is found
    /// under the claim.
    pub(super) async fn choose(&self, job: &Job, now: Timestamp) -> Chosen {
        let mut until = None;
        for (way, asked) in self.candidates(job, now).await {
            match self.leave_to_ask(&asked, now) {
                Ok(()) => return Chosen::Way(way, Box::new(asked)),
                Err(at) => until = Some(until.map_or(at, |earliest: Timestamp| earliest.min(at))),
            }
        }
        until.map_or(Chosen::Nobody, Chosen::Later)
    }

    async fn candidates(&self, job: &Job, now: Timestamp) -> Vec<(Option<usize>, Job)> {
        let ways = job.ways().into_iter();
        if job.order.others.is_empty() {
            return ways.map(|way| (way, job.clone())).collect();
        }
        let by = |way: Option<usize>| {
            let order = job.order_by(way)?;
            Some((way, Job { order, ..job.clone() }))
        };
        let ways = ways.filter_map(by);
        let known = self.settings.fresh(now).await.ok();
        ways.filter(|(_, asked)| self.can_render(asked, known.as_deref()))
            .collect()
    }

    /// Whether the job could be rendered as it is ordered, by whom it is ordered of.
    fn can_render(&self, job: &Job, known: Option<&Snapshot>) -> bool {
        let order = &job.order;
        let is_switched_on = known.is_none_or(|known| known.is_switched_on(&order.provider));
        let Some(provider) = row(&order.provider).filter(|_| is_switched_on && self.provider(job).is_some())
        else {
            return false;
        };
        let form = provider
            .form(&order.family)
            .filter(|form| form.makes == order.makes);
        let Some(form) = form else {
            return false;
        };
        let photo = order.image.as_ref().map(|_| Photo::Link(String::new()));
        let refused = provider.check(&self.video_order(job, form, photo)).err();
        if let Some(why) = refused {
            tracing::info!(name: "route_passed_over", job = %job.id, provider = order.provider, %why, "this one cannot render it");
        }
        refused.is_none()
    }

    /// Leave to ask; or until when the route is left alone. To be asked for before the claim, which is written down.
    fn leave_to_ask(&self, job: &Job, now: Timestamp) -> Result<(), Timestamp> {
        let leave = {
            let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
            let breaker = breakers.entry(name(job)).or_default();
            breaker.admit(now).map(|admitted| *breaker = admitted)
        };
        meter::breaker(&job.order.provider, leave.is_err());
        leave
    }
}
