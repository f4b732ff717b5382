//! How many orders wait before one that waits, for its customer to know. It is a courtesy: where it cannot be seen, it is not
//! said, and it is looked for only as far as two reads go.

use domain::id::OPEN_SHARDS;
use domain::job::Job;
use domain::time::Millis;

use super::Workshop;
use crate::texts::Say;

/// Open orders of one shard that are looked at: those that are due first.
const LOOKED_AT: i32 = 12;
/// What is due within this is looked at: whoever waits is asked again sooner.
const DUE_WITHIN: Millis = Millis::from_mins(60);

impl Workshop {
    /// How many wait before an order, in words; `None` if nobody knows.
    pub(super) async fn ahead_told(&self, job: &Job) -> Option<String> {
        let (ahead, more) = self.ahead(job).await?;
        let more = if more { "yes" } else { "no" };
        let say = Say::of(&job.order.locale);
        Some(say.with("delayed-ahead", [("ahead", ahead.into()), ("more", more.into())]))
    }

    async fn ahead(&self, job: &Job) -> Option<(u32, bool)> {
        let by = self.env.now().after(DUE_WITHIN);
        let (mut open, mut more) = (Vec::new(), false);
        for shard in 0..OPEN_SHARDS {
            let page = self.store.jobs().due(shard, by, None, LOOKED_AT).await.ok()?;
            more |= page.next.is_some();
            open.extend(page.jobs);
        }
        let open = self.store.jobs().get_many(&open).await.ok()?;
        let ahead = open.iter().filter(|other| other.waits_before(job)).count();
        Some((u32::try_from(ahead).ok()?, more))
    }
}
