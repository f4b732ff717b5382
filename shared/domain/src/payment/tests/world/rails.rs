//! What customers, banks, rails and operators do.

use super::*;
use crate::account::Place;
use crate::catalog::Rules;
use crate::id::{ChatId, Fence, JobId, MessageId, ModelId, TaskId};
use crate::job::{Event, Order, RenderedFile};
use crate::video::Aspect;

/// A video as it was ordered, made and delivered.
static DELIVERED: LazyLock<Job> = LazyLock::new(|| {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: crate::catalog::Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        prompt: String::new(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        locale: String::new(),
        typical: DAY,
        poll_after: DAY,
        render_max: DAY,
        plan: None,
        costing: None,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits::ZERO,
        active_jobs_max: 9,
        limits: vec![],
        wait_max: DAY,
        settle_max: DAY,
    };
    let (id, place) = (
        JobId {
            user: UserId(1),
            nonce: Nonce::from_random([0; NONCE_CHARS]),
        },
        Place {
            chat: ChatId(1),
            message: MessageId(1),
        },
    );
    let file = RenderedFile {
        url: String::new(),
        bytes: 1,
        billed_milli: None,
    };
    let (lease_until, deliver_until) = (NOW.after(DAY), NOW.after(DAY));
    let events = [
        Event::Claim {
            lease_until,
            way: None,
        },
        Event::Accepted {
            fence: Fence(1),
            task: TaskId("task".into()),
        },
        Event::Succeeded { file, deliver_until },
        Event::Delivered { file: None },
    ];
    let ordered = Job::accepted(id, order, Credits(1), vec![], place, &rules, NOW);
    events
        .into_iter()
        .fold(ordered, |job, event| job.apply(event, NOW).unwrap().after)
});

impl World {
    /// Money on its way, mostly as asked.
    pub(super) fn somebody_pays(&mut self) {
        let offer = self.dice.of(self.offers.iter()).unwrap().clone();
        let id = PaymentId {
            rail: Rail::YooKassa,
            id: self.truths.len().to_string(),
        };
        let mut truth = Truth {
            id: id.clone(),
            money: Money::Awaited,
            amount: offer.price,
            refunded: 0,
            shop: till().shop,
            purchase: Some(offer.id.clone()),
            payer: Some(offer.id.user),
            is_test: false,
        };
        match self.dice.below(12) {
            0 => truth.amount.minor -= 1,
            1 => truth.payer = Some(UserId(99)),
            2 => truth.shop = Some("666".to_owned()),
            3 => truth.is_test = true,
            4 => truth.purchase = None,
            _ => {}
        }
        self.truths.insert(id, truth);
    }

    pub(super) fn rail_moves(&mut self, from: Money, change: impl Fn(&mut Truth, &mut Dice)) {
        let truth = self.dice.of(self.truths.values_mut());
        let truth = truth.filter(|truth| truth.money == from);
        if let Some(truth) = truth {
            self.past.push(truth.clone());
            change(truth, &mut self.dice);
        }
    }

    /// A notice about some payment, real or forged: it makes a handler read the truth, and nothing else.
    pub(super) fn notice(&mut self) {
        if self.dice.below(3) == 0 {
            // Its handler has read the truth long ago.
            let past = self.dice.of(self.past.iter()).cloned();
            self.handlers.extend(past.and_then(|past| self.hear_truth(&past)));
            return;
        }
        let n = u64::try_from(self.truths.len()).unwrap() + 1;
        let id = PaymentId {
            rail: Rail::YooKassa,
            id: self.dice.below(n).to_string(),
        };
        self.handlers.extend(self.hear(&id));
    }

    /// A video is ordered and delivered, if there is enough and no debt.
    pub(super) fn spend(&mut self) {
        let user = UserId(if self.dice.below(2) == 0 { 1 } else { 2 });
        let cost = self.dice.credits(9);
        let balance = self.accounts[&user].balance;
        if balance.available < cost || balance.debt > Credits::ZERO {
            return;
        }
        let nonce = [u8::try_from(self.jobs.len()).unwrap(); NONCE_CHARS];
        let job = Job {
            id: JobId {
                user,
                nonce: Nonce::from_random(nonce),
            },
            cost,
            ..DELIVERED.clone()
        };
        for key in [Key::Hold(job.id.clone()), Key::Capture(job.id.clone())] {
            let credit = Credit {
                user,
                entry: (key, cost),
                recalled: None,
                standing: None,
                erased_at: self.accounts[&user].erased_at,
            };
            assert!(self.settle(Some(&credit)));
        }
        self.jobs.push(job);
    }

    /// Somebody has everything deleted, if no money is on its way back; a moment later life goes on.
    pub(super) fn everything_is_given_up(&mut self) {
        let user = UserId(if self.dice.below(2) == 0 { 1 } else { 2 });
        let account = &self.accounts[&user];
        if self.dice.below(3) > 0 || account.balance.aside > Credits::ZERO {
            return;
        }
        let (left, standing) = (account.balance.available, account.standing.forgotten());
        if left > Credits::ZERO {
            let forfeit = Credit {
                user,
                entry: (Key::Forfeit(self.now), left),
                recalled: None,
                standing: None,
                erased_at: account.erased_at,
            };
            assert!(self.settle(Some(&forfeit)));
        }
        let account = self.accounts.get_mut(&user).unwrap();
        account.standing = standing;
        account.erased_at = Some(self.now);
        self.now = self.now.after(Millis(1));
    }

    fn some_payment(&mut self) -> Option<Record> {
        self.dice.of(self.payments.values()).cloned()
    }

    /// An operator begins a refund of something credited.
    pub(super) fn operator_refunds(&mut self) {
        let Some(read) = self.some_payment() else { return };
        let Some(user) = read.user else { return };
        let available = self.accounts[&user].available_for(&read);
        if let Ok(change) = read.payment.begin_refund(read.goods.credits, available) {
            self.handlers.extend(self.decide(&read, &change).ok());
        }
    }

    /// An operator takes what did not fit for its purchase all the same.
    pub(super) fn operator_accepts(&mut self) {
        let read = self.some_payment().filter(|read| read.user.is_some());
        let Some(read) = read else { return };
        if let Ok(change) = read.payment.accept() {
            self.handlers.extend(self.decide(&read, &change).ok());
        }
    }

    /// A rail that was asked for a refund gives it, or refuses for good, or does not answer.
    pub(super) fn rail_refunds_or_refuses(&mut self) {
        let held = self.payments.values();
        let held: Vec<&Record> = held
            .filter(|record| record.payment.state == State::RefundHeld)
            .collect();
        let Some(read) = self.dice.of(held.into_iter()).cloned() else {
            return;
        };
        let answer = self.dice.below(4);
        let truth = self.truths.get_mut(read.id()).unwrap();
        if answer > 1 && truth.money == Money::Arrived {
            truth.refunded = truth.amount.minor;
        } else if answer == 0 {
            self.handlers.push(Handler {
                payment: Some(read.refund_asked(self.now)),
                ..Handler::default()
            });
        } else if let Ok(change) = read.payment.abandon_refund() {
            self.handlers.extend(self.decide(&read, &change).ok());
        }
    }

    /// A customer is told of something, or cannot be.
    pub(super) fn customer_is_told(&mut self) {
        let Some(read) = self.some_payment() else { return };
        let is_told = self.dice.below(2) == 0;
        let after = if is_told {
            read.told()
        } else {
            read.not_told(self.now)
        };
        self.handlers.push(Handler {
            payment: Some(after),
            ..Handler::default()
        });
    }

    /// Cleanup asks about an offer when that is due: sooner or later it gives up.
    pub(super) fn somebody_polls(&mut self) {
        let Some(read) = self.dice.of(self.purchases.values()) else {
            return;
        };
        let Some(due_at) = read.due_at else { return };
        let late = Millis(i64::try_from(self.dice.below(2)).unwrap() * DAY.0);
        let after = read.asked(self.now.max(due_at).after(late));
        self.handlers.push(Handler {
            purchase: Some(after),
            ..Handler::default()
        });
    }
}
