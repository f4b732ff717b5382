//! What the lines of the log add up to: by model, by kind, by customer's plan, and how long it took; and with the money
//! that came, the operator's report of a day or a week.

mod business;
mod credit;
mod period;
mod spread;
mod takings;

pub use business::{Bearer, Business, Rates};
pub use credit::CreditPrice;
pub use period::{Period, Span};
pub use spread::Spread;
pub use takings::{Flow, Takings, Till, brought};

use std::collections::BTreeMap;

use crate::ai_request::{AiRequest, Status};
use crate::cost::{Category, MicroKopecks, MicroUsd};
use crate::id::{ModelId, UserId};
use crate::time::Millis;

/// A sum of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub requests: u64,
    /// Those that are done.
    pub completed: u64,
    /// Those that came to nothing.
    pub failed: u64,
    /// Those that their customers took back: they are neither done nor failed.
    pub canceled: u64,
    /// Those under way.
    pub open: u64,
    /// What customers were charged for those that are done, in credits.
    pub credits: u64,
    /// As how many tokens limits counted those that are done.
    pub tokens: u64,
    /// What they cost us, where that is known.
    pub cost: MicroUsd,
    /// The same in roubles, each at the rate of its moment and none of them rounded; those without a rate are not in it.
    pub exactly: MicroKopecks,
    /// Those that are done and of which nobody knows what they cost, and those, failed ones too, of which nobody knows what one
    /// of their attempts cost.
    pub unpriced: u64,
    /// Those whose cost is known in dollars only, for want of a rate.
    pub unrated: u64,
}

impl Tally {
    fn add(&mut self, line: &AiRequest) {
        let more = |sum: &mut u64, by: u64| *sum = sum.saturating_add(by);
        more(&mut self.requests, 1);
        match line.status {
            Status::Completed => more(&mut self.completed, 1),
            Status::Failed if line.is_canceled() => more(&mut self.canceled, 1),
            Status::Failed => more(&mut self.failed, 1),
            Status::Pending | Status::TimeoutWaiting => more(&mut self.open, 1),
        }
        if line.status == Status::Completed {
            more(&mut self.credits, u64::from(line.credits.0));
            more(&mut self.tokens, line.tokens);
        }
        let is_done_unpriced = line.status == Status::Completed && line.cost.is_none();
        let unpriced = line.at_least.is_some() || is_done_unpriced;
        more(&mut self.unpriced, u64::from(unpriced));
        if let Some(spent) = line.spent() {
            more(&mut self.cost.0, spent.0);
            let exactly = line.exactly();
            self.exactly = self.exactly.and(exactly.unwrap_or_default());
            more(&mut self.unrated, u64::from(exactly.is_none() && !unpriced));
        }
    }

    /// What those cost in kopecks of which it is known: rounded here, once, so wrong by half a kopeck at most.
    pub fn kopecks(&self) -> u64 {
        self.exactly.kopecks()
    }

    /// What they cost in kopecks; `None` where that is not known of all of them, so that what is known is no sum.
    pub fn whole_kopecks(&self) -> Option<u64> {
        (self.unpriced == 0 && self.unrated == 0).then(|| self.kopecks())
    }

    /// Thousandths of those that are done or failed that are done; `None` if there are none. What customers took back says
    /// nothing of how well it goes.
    pub fn success_permille(&self) -> Option<u64> {
        let ended = self.completed.saturating_add(self.failed);
        self.completed.saturating_mul(1_000).checked_div(ended)
    }
}

/// Fewer than so many of a model say nothing of how long one usually takes.
const USUAL_MIN: u64 = 5;

/// What a time's operations add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All of them.
    pub all: Tally,
    /// By model.
    pub models: BTreeMap<ModelId, Tally>,
    /// Those of a model that credits paid for.
    pub by_credits: BTreeMap<ModelId, Tally>,
    /// Those of a model that plans paid for.
    pub by_plans: BTreeMap<ModelId, Tally>,
    /// By kind.
    pub categories: BTreeMap<Category, Tally>,
    /// By the plan that paid for them; `None` are those that credits paid for.
    pub plans: BTreeMap<Option<String>, Tally>,
    /// Those that an unlimited plan paid for, by customer and plan.
    pub unlimited: BTreeMap<(UserId, String), Tally>,
    /// How often which reason was why.
    pub errors: BTreeMap<String, u64>,
    /// How long those took that are done, by kind.
    took: BTreeMap<Category, Spread>,
    /// The same by model.
    took_of: BTreeMap<ModelId, Spread>,
}

impl Summary {
    /// Takes a line in.
    pub fn add(&mut self, line: &AiRequest) {
        self.all.add(line);
        self.models.entry(line.model.clone()).or_default().add(line);
        self.categories.entry(line.category).or_default().add(line);
        let plan = line.subscription.as_ref().filter(|_| line.is_unlimited);
        self.plans.entry(plan.cloned()).or_default().add(line);
        let of_payer = if plan.is_some() {
            &mut self.by_plans
        } else {
            &mut self.by_credits
        };
        of_payer.entry(line.model.clone()).or_default().add(line);
        if let Some(plan) = plan {
            let whose = (line.user, plan.clone());
            self.unlimited.entry(whose).or_default().add(line);
        }
        if let Some(error) = line.error.as_ref().filter(|_| !line.is_canceled()) {
            let times = self.errors.entry(error.clone()).or_default();
            *times = times.saturating_add(1);
        }
        if let Some(took) = line.took.filter(|_| line.status == Status::Completed) {
            self.took.entry(line.category).or_default().add(took);
            self.took_of.entry(line.model.clone()).or_default().add(took);
        }
    }

    /// The models by what they cost, the dearest first.
    pub fn dearest(&self) -> Vec<(&ModelId, &Tally)> {
        let mut models: Vec<(&ModelId, &Tally)> = self.models.iter().collect();
        models.sort_by_key(|(model, tally)| (std::cmp::Reverse((tally.cost, tally.requests)), *model));
        models
    }

    /// The unlimited plans by what they cost, the dearest first.
    pub fn heaviest(&self) -> Vec<(&(UserId, String), &Tally)> {
        let mut plans: Vec<(&(UserId, String), &Tally)> = self.unlimited.iter().collect();
        plans.sort_by_key(|(whose, tally)| (std::cmp::Reverse((tally.cost, tally.requests)), *whose));
        plans
    }

    /// How long those of a kind took that are done.
    pub fn took_by(&self, category: Category) -> Spread {
        self.took.get(&category).cloned().unwrap_or_default()
    }

    /// Within which time half of what was ordered of a model was done, for the models of which enough was.
    pub fn usual(&self) -> BTreeMap<ModelId, Millis> {
        let enough = self
            .took_of
            .iter()
            .filter(|(_, spread)| spread.count() >= USUAL_MIN);
        let median = |(model, spread): (&ModelId, &Spread)| Some((model.clone(), spread.within(50)?));
        enough.filter_map(median).collect()
    }

    /// Within which time so many of a hundred were done, of whatever kind: [`Spread::within`].
    pub fn took(&self, percent: u64) -> Option<Millis> {
        let mut all = Spread::default();
        self.took.values().for_each(|spread| all.join(spread));
        all.within(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai_request::{Cost, Source};
    use crate::money::Credits;
    use crate::time::Timestamp;

    fn line(model: &str, status: Status, micro_usd: Option<u64>, took: i64) -> AiRequest {
        AiRequest {
            user: UserId(7),
            id: "x".into(),
            at: Timestamp(0),
            category: Category::VideoGen,
            status,
            provider: "kie".into(),
            model: ModelId(model.into()),
            asked: None,
            prompt: None,
            result: None,
            error: (status == Status::Failed).then(|| "moderation".to_owned()),
            task: None,
            took: status.is_final().then_some(Millis(took)),
            seconds: 5,
            attempts: 1,
            tokens: 10,
            credits: Credits(if status == Status::Failed { 0 } else { 2 }),
            cost: micro_usd.map(|sum| Cost {
                micro_usd: MicroUsd(sum),
                kopecks: Some(sum / 10),
                source: Source::PriceList,
            }),
            at_least: None,
            kopecks_per_usd: None,
            subscription: None,
            is_unlimited: false,
            tokens_in: 0,
            tokens_out: 0,
        }
    }

    fn summary(lines: &[AiRequest]) -> Summary {
        let mut summary = Summary::default();
        for line in lines {
            summary.add(line);
        }
        summary
    }

    #[test]
    fn only_what_is_done_was_charged_and_every_render_cost() {
        let sums = summary(&[
            line("a", Status::Completed, Some(100), 5),
            line("a", Status::Completed, None, 5),
            line("a", Status::Failed, Some(40), 5),
            line("a", Status::Failed, None, 5),
            line("a", Status::Pending, None, 5),
            line("a", Status::TimeoutWaiting, None, 5),
        ]);
        let wanted = Tally {
            requests: 6,
            completed: 2,
            failed: 2,
            canceled: 0,
            open: 2,
            credits: 4,
            tokens: 20,
            cost: MicroUsd(140),
            exactly: MicroKopecks::whole(14),
            unpriced: 1,
            unrated: 0,
        };
        assert_eq!(sums.all, wanted);
        assert_eq!(sums.models[&ModelId("a".into())], wanted);
        assert_eq!(sums.categories[&Category::VideoGen], wanted);
        assert_eq!(sums.all.success_permille(), Some(500));
        assert_eq!(sums.errors, [("moderation".to_owned(), 2)].into());
        assert_eq!(summary(&[]).all.success_permille(), None);
    }

    #[test]
    fn what_a_customer_took_back_has_not_failed() {
        let mut canceled = line("a", Status::Failed, None, 5);
        canceled.error = Some("canceled".to_owned());
        let sums = summary(&[
            canceled,
            line("a", Status::Failed, None, 5),
            line("a", Status::Completed, None, 5),
        ]);
        let counts = (
            sums.all.requests,
            sums.all.completed,
            sums.all.failed,
            sums.all.canceled,
        );
        assert_eq!(counts, (3, 1, 1, 1));
        assert_eq!(sums.all.success_permille(), Some(500));
        assert_eq!(sums.errors, [("moderation".to_owned(), 1)].into());
    }

    #[test]
    fn what_plans_paid_for_is_kept_apart_from_what_credits_did() {
        let by_credits = line("a", Status::Completed, Some(100), 5);
        let mut of_plan = line("a", Status::Completed, Some(40), 5);
        (of_plan.is_unlimited, of_plan.subscription) = (true, Some("day".into()));
        // Whoever has a plan and pays with credits all the same.
        let mut beside = of_plan.clone();
        beside.is_unlimited = false;
        let sums = summary(&[by_credits, of_plan, beside]);
        let model = ModelId("a".into());
        let costs = [&sums.by_credits, &sums.by_plans].map(|by| by[&model].cost.0);
        assert_eq!((costs, sums.models[&model].cost.0), ([140, 40], 180));
    }

    #[test]
    fn what_is_known_of_a_cost_is_the_least_and_the_rest_is_said_to_be_unknown() {
        for status in [Status::Failed, Status::Completed] {
            let mut part = line("a", status, None, 5);
            (part.at_least, part.kopecks_per_usd) = (Some(MicroUsd(100)), None);
            let sums = summary(&[part.clone(), line("a", Status::Completed, Some(40), 5)]).all;
            assert_eq!((sums.cost, sums.unpriced, sums.unrated), (MicroUsd(140), 1, 0));
            assert_eq!(sums.whole_kopecks(), None, "{status:?}");
            part.kopecks_per_usd = Some(8_000);
            assert_eq!(part.exactly(), Some(MicroKopecks(800_000)));
        }
    }

    #[test]
    fn many_small_sums_are_rounded_once_and_together() {
        let small = |rate: Option<u64>| {
            // Six tenths of a kopeck, which alone is shown as one.
            let mut line = line("a", Status::Completed, Some(75), 5);
            line.kopecks_per_usd = rate;
            line.cost = line.cost.map(|cost| Cost {
                kopecks: rate.map(|rate| cost.micro_usd.kopecks(rate)),
                ..cost
            });
            line
        };
        assert_eq!(small(Some(8_000)).cost.unwrap().kopecks, Some(1));
        let sums = summary(&vec![small(Some(8_000)); 1_000]).all;
        assert_eq!((sums.kopecks(), sums.whole_kopecks()), (600, Some(600)));
        let sums = summary(&[small(Some(8_000)), small(None), small(Some(9_000))]).all;
        assert_eq!((sums.exactly, sums.unrated), (MicroKopecks(75 * 17_000), 1));
        assert_eq!((sums.kopecks(), sums.whole_kopecks()), (1, None));
    }

    #[test]
    fn the_dearest_model_comes_first_and_of_two_the_busier() {
        let sums = summary(&[
            line("cheap", Status::Completed, Some(1), 5),
            line("dear", Status::Completed, Some(9), 5),
            line("idle", Status::Completed, None, 5),
            line("busy", Status::Completed, None, 5),
            line("busy", Status::Completed, None, 5),
        ]);
        let order: Vec<&str> = sums.dearest().iter().map(|(model, _)| model.0.as_str()).collect();
        assert_eq!(order, ["dear", "cheap", "busy", "idle"]);
    }

    #[test]
    fn what_plans_without_limits_cost_stands_by_customer() {
        let mut of_plan = line("a", Status::Completed, Some(5), 5);
        (of_plan.is_unlimited, of_plan.subscription) = (true, Some("day".into()));
        let mut paid = of_plan.clone();
        paid.is_unlimited = false;
        let mut other = of_plan.clone();
        (other.user, other.cost) = (UserId(8), None);
        let sums = summary(&[of_plan.clone(), of_plan, paid, other]);
        let told: Vec<(i64, u64)> = sums
            .heaviest()
            .iter()
            .map(|((user, _), tally)| (user.0, tally.cost.0))
            .collect();
        assert_eq!(told, [(7, 10), (8, 0)]);
    }

    #[test]
    fn the_median_is_the_middle_one_and_what_failed_has_no_part_in_it() {
        let done = |s: i64| line("a", Status::Completed, None, s * 1_000);
        let mut text = done(7);
        text.category = Category::Text;
        let sums = summary(&[
            done(30),
            done(10),
            done(20),
            text,
            line("a", Status::Failed, None, 999),
        ]);
        assert_eq!(
            [50, 95, 0, 100].map(|percent| sums.took_by(Category::VideoGen).within(percent)),
            [20, 30, 10, 30].map(|s| Some(Millis::from_secs(s)))
        );
        assert_eq!(sums.took(50), Some(Millis::from_secs(10)));
        assert_eq!(summary(&[]).took(50), None);
    }
}
