//! What must hold in the end.

use super::*;
use crate::audit::{Books, Sales, violations};
use crate::ledger::After;
use crate::purchase::Stage;

/// What histories must have reached, or they have shown nothing.
pub(super) const EVERYTHING: [&str; 18] = [
    "credited",
    "held",
    "void",
    "refund_held",
    "refunded",
    "charged_back",
    "accepted",
    "plan_runs",
    "plan",
    "debt",
    "paid twice",
    "gone",
    "told",
    "undone",
    "exchanged",
    "waits",
    "given up",
    "recalled",
];

impl World {
    /// Everything that is on its way arrives, and everything is asked about until nothing changes.
    pub(super) fn settle_down(&mut self) {
        while !self.handlers.is_empty() {
            self.handler_writes();
        }
        let ids: Vec<PaymentId> = self.truths.keys().cloned().collect();
        for id in ids {
            let mut rounds = 0;
            while let Some(handler) = self.hear(&id) {
                let after = handler.payment.as_ref();
                assert!(self.write(&handler), "alone, and yet refused: {after:?}");
                rounds += 1;
                assert!(rounds < 5, "no end of it: {after:?}");
            }
        }
    }

    pub(super) fn check(self, seed: u64) {
        let given = self.given();
        for (id, truth) in &self.truths {
            let given = given.get(id).copied().unwrap_or(0);
            let record = self.payments.get(id);
            assert_eq!(
                given,
                self.due(truth, record),
                "seed {seed}: {record:?} {truth:?}"
            );
        }
        for user in self.accounts.keys() {
            self.check_plan(seed, *user);
        }
        let books = Books {
            accounts: self.accounts.into_values().collect(),
            ledger: self.ledger,
            jobs: self.jobs,
            sales: Some(Sales {
                purchases: self.purchases.into_values().collect(),
                payments: self.payments.into_values().collect(),
                movements: self.movements,
            }),
            ..Books::default()
        };
        assert_eq!(violations(&books), [], "seed {seed}");
    }

    /// What the ledger says that each payment has given, all in all; what is set aside is still given.
    fn given(&self) -> BTreeMap<&PaymentId, i64> {
        let mut given = BTreeMap::new();
        for entry in self.ledger.values().flatten() {
            let amount = i64::from(entry.amount.0);
            let (of, amount) = match &entry.key {
                Key::Purchase(of) | Key::Payment(After::Restored, of, _) => (of, amount),
                Key::Payment(After::Clawed | After::TakenAside, of, _) => (of, -amount),
                Key::Payment(After::SetAside | After::PutBack | After::Recalled, _, _)
                | Key::Signup
                | Key::Adjust(_)
                | Key::Promo(_)
                | Key::Bonus(_)
                | Key::Invited
                | Key::Invite(_)
                | Key::Forfeit(_)
                | Key::Hold(_)
                | Key::Capture(_)
                | Key::Release(_) => continue,
            };
            *given.entry(of).or_insert(0) += amount;
        }
        given
    }

    /// What a payment should have given, by its truth: all, a part, or nothing.
    fn due(&self, truth: &Truth, record: Option<&Record>) -> i64 {
        let Some(offer) = self.offer_of(&truth.id) else {
            return 0;
        };
        // Of what was awaited and never came nothing was heard.
        let Some(record) = record else { return 0 };
        let state = record.payment.state;
        let fits = truth.amount == offer.price
            && truth.shop == till().shop
            && truth.payer == Some(offer.id.user)
            && !truth.is_test;
        if state == State::Held {
            // Whoever has a plan for ever is sold none with an end.
            let endless = self.endless.contains(&offer.id.user) && offer.goods.term.is_some();
            assert!(!fits || endless, "it fits, and is held: {record:?}");
            return 0;
        }
        if state == State::Refunded && truth.money == Money::Arrived {
            assert!(
                truth.refunded >= truth.amount.minor,
                "a part was taken for all: {record:?}"
            );
        }
        // What went back to the customer stays gone, unless the rail has it again.
        let taken = fits || self.accepted.contains(&truth.id);
        if !taken || state == State::Refunded {
            return 0;
        }
        let given = i64::from(offer.goods.credits.0);
        match (truth.money, state) {
            // A refund of ours is under way and takes all of it in the end.
            // What was never given goes back as it is.
            (Money::Arrived, State::RefundHeld) if !record.payment.granted => 0,
            (Money::Arrived, State::RefundHeld) => given - i64::from(record.payment.clawed.0),
            (Money::Arrived, _) => {
                let (refunded, minor) = (truth.refunded, truth.amount.minor);
                given - given * i64::try_from(refunded).unwrap() / i64::try_from(minor).unwrap()
            }
            (Money::Awaited | Money::Underway | Money::Canceled | Money::Disputed, _) => 0,
        }
    }

    /// A plan lasts as long as what was paid for it and is still paid: never longer, and, where no day has gone by
    /// meanwhile, not shorter. A day of one plan costs as much as one of the other, so that it makes no difference which of
    /// them was exchanged for which, but for a minute each time.
    fn check_plan(&self, seed: u64, user: UserId) {
        let offers = self.offers.iter().filter(|offer| offer.id.user == user);
        let terms = offers.filter_map(|offer| offer.goods.term.as_ref());
        let plans: BTreeSet<&str> = terms.map(|term| term.plan.as_str()).collect();
        if plans.is_empty() || self.endless.contains(&user) {
            return;
        }
        let records = self.payments.values().filter(|record| record.user == Some(user));
        let paid: Vec<&Record> = records
            .filter(|record| record.payment.state == State::Credited)
            .collect();
        let account = &self.accounts[&user];
        let days = |counts: &dyn Fn(&Record) -> bool| -> i64 {
            let paid = paid.iter().filter(|record| counts(record));
            paid.filter_map(|record| record.goods.term.as_ref())
                .map(|term| i64::from(term.days))
                .sum()
        };
        // Of what was given up, that is had again which went back before and came again after.
        let (all, days) = (days(&|_| true), days(&|record| !account.has_given_up(record)));
        let plan = account.standing.plan.as_ref();
        let until = plan.and_then(|plan| plan.until).unwrap_or(self.now);
        let lasts = until.since(self.now);
        let rounded = if plans.len() > 1 { 60 * 60_000 } else { 0 };
        let most = Millis(all * DAY.0 + rounded);
        assert!(lasts <= most, "seed {seed}: {lasts:?} of {most:?} for {user}");
        assert!(
            self.moves || lasts.0 >= days * DAY.0 - rounded - self.now.since(NOW).0,
            "seed {seed}: only {lasts:?} of {most:?} for {user}"
        );
    }

    /// What this history has come to, by its names.
    pub(super) fn reached(&self) -> impl Iterator<Item = &'static str> {
        let records = || self.payments.values();
        let of_two = |purchase: &Purchase| {
            let mut paid = records().filter(|record| record.purchase.as_ref() == Some(purchase.id()));
            purchase.stage == Stage::Paid && paid.nth(1).is_some()
        };
        let owes = |account: &Account| account.balance.debt > Credits::ZERO;
        let runs = |record: &Record| record.payment.misfit == Some(Misfit::PlanRuns);
        let restored = |id: &PaymentId| {
            let mut entries = self.ledger.values().flatten();
            entries.any(|entry| matches!(&entry.key, Key::Payment(After::Restored, of, _) if of == id))
        };
        // Nobody but a rail can have undone it where no bank was at it.
        let undone = |record: &Record| {
            let disputed = self
                .past
                .iter()
                .any(|past| past.id == *record.id() && past.money == Money::Disputed);
            !disputed && restored(record.id())
        };
        let told = |record: &Record| record.version > record.payment.revision;
        let recalled = |entry: &Entry| matches!(entry.key, Key::Payment(After::Recalled, ..));
        let others = [
            ("recalled", self.ledger.values().flatten().any(recalled)),
            (
                "given up",
                self.accounts.values().any(|account| account.erased_at.is_some()),
            ),
            ("accepted", !self.accepted.is_empty()),
            ("plan_runs", records().any(runs)),
            ("told", records().any(told)),
            ("undone", records().any(undone)),
            (
                "exchanged",
                self.accounts
                    .values()
                    .any(|account| !account.standing.exchanged.is_empty()),
            ),
            (
                "waits",
                self.purchases
                    .values()
                    .any(|purchase| purchase.stage == Stage::Held),
            ),
            ("debt", self.accounts.values().any(owes)),
            (
                "plan",
                self.accounts
                    .values()
                    .any(|account| account.standing.plan.is_some()),
            ),
            ("paid twice", self.purchases.values().any(of_two)),
            (
                "gone",
                self.purchases
                    .values()
                    .any(|purchase| purchase.stage == Stage::Gone),
            ),
        ];
        let others = others.into_iter().filter_map(|(what, is)| is.then_some(what));
        let states: Vec<&str> = records().map(|record| record.payment.state.as_str()).collect();
        states.into_iter().chain(others)
    }
}
