//! `cargo load --burst 10000 --open 1000 --soak 100000`: more at once than a machine like this one ever gets, through the
//! functions' own binaries: updates that come at the same time, orders that are open at the same time, and orders one after
//! the other for hours. What must hold at the end is what `cargo ctl audit` looks at, that nothing is left in any queue, and
//! that no function holds more memory for having worked longer.

mod memory;
mod people;
mod report;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::audit::Books;
use futures::StreamExt as _;
use limits_flags::Document;
use played_kie::PlayedKie;
use played_telegram::PlayedTelegram;
use store::{PaymentTables, Payments};

use crate::cloud::{CALLBACK, CLEANUP, Cloud, DEAD_DOORBELLS, DOORBELLS, PAYMENTS, WEBHOOK, WORKER};
use crate::error::{Error, Result};
use crate::options::Options;
use memory::Mark;
pub use report::Report;
use report::{Counts, Phase};

/// Updates of each customer in the burst, all of them at the same moment.
const UPDATES_EACH: u64 = 5;
/// Customers who order at the same time.
const AT_ONCE: usize = 24;
/// Orders of one customer, one after the other.
const ORDERS_EACH: u64 = 10;
/// How long what has begun may take to come to rest.
const REST_MAX: Duration = Duration::from_mins(30);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// And so long where only renders are waited for: all orders are read to see that.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// A render's time where as many orders as possible are to be open: so long after the last of them was made, by what one
/// takes to be made here, the first is done.
const OPEN_MS: i64 = 10_000;
const OPEN_EACH_MS: i64 = 200;
/// A render's time otherwise: what came at once would overtake the notice that it is awaited.
const RENDER_MS: i64 = 1_000;
/// Of the orders of the soak, when memory is looked at, in hundredths.
const MARKS: [u64; 3] = [10, 50, 100];
/// A gift with which nobody here has to buy anything, and a limit that nobody here comes up against.
const CREDITS: u32 = 999;
const LIMIT_MAX: u64 = 1_000_000;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Updates that come at the same time.
    pub burst: u64,
    /// Orders that are open at the same time.
    pub open: u64,
    /// Orders one after the other.
    pub soak: u64,
}

struct Stage {
    cloud: Cloud,
    telegram: PlayedTelegram,
    kie: PlayedKie,
    payments: Payments,
    wanted: Wanted,
    /// Orders of the soak that have come to their end.
    done: AtomicU64,
    marks: Mutex<Vec<Mark>>,
    stumbles: Mutex<Vec<String>>,
}

/// Puts the load on, and looks at what came of it.
pub async fn run(mut options: Options, wanted: Wanted, say: impl Fn(&str)) -> Result<Report> {
    options.is_busy = true;
    options.render_ms = RENDER_MS;
    options.settings = Some(settings);
    say("Building the functions …");
    let stage = Stage::set(options, wanted).await?;
    let played = stage.play(&say).await;
    let report = match played {
        Ok(phases) => stage.report(phases).await,
        Err(error) => Err(error),
    };
    stage.cloud.shutdown().await;
    report
}

/// Nobody has to pay, and nobody is refused for having ordered much: that is not what is looked at here.
fn settings(document: &mut Document) {
    document.rules.signup_credits = CREDITS;
    for limit in document.limits.values_mut() {
        limit.max = LIMIT_MAX;
    }
}

impl Stage {
    async fn set(options: Options, wanted: Wanted) -> Result<Self> {
        let cloud = Cloud::start(options).await?;
        let missing = || Error::Load("the outside world is not played".to_owned());
        let tables = PaymentTables::to_read(cloud.local().aws().table_name("PaymentsTable")?.to_owned());
        Ok(Self {
            telegram: cloud.telegram().cloned().ok_or_else(missing)?,
            kie: cloud.kie().cloned().ok_or_else(missing)?,
            payments: Payments::new(cloud.db(), tables),
            cloud,
            wanted,
            done: AtomicU64::new(0),
            marks: Mutex::default(),
            stumbles: Mutex::default(),
        })
    }

    async fn play(&self, say: &impl Fn(&str)) -> Result<Vec<Phase>> {
        let mut phases = Vec::new();
        if self.wanted.burst > 0 {
            phases.push(self.burst(say).await?);
        }
        if self.wanted.open > 0 {
            phases.push(self.open(say).await?);
        }
        if self.wanted.soak > 0 {
            phases.push(self.soak(say).await?);
        }
        Ok(phases)
    }

    /// All updates at the same moment.
    async fn burst(&self, say: &impl Fn(&str)) -> Result<Phase> {
        say(&format!("{} updates at the same time", self.wanted.burst));
        let began = Instant::now();
        let before = self.telegram.updates().len();
        for number in 0..self.wanted.burst {
            people::one_of_many(&self.telegram, number / UPDATES_EACH, number % UPDATES_EACH)?;
        }
        let taken = self.rest().await?;
        let updates = self.telegram.updates().split_off(before);
        let at_first = updates.iter().filter(|update| update.answers == [200]).count();
        self.unless(updates.len() == at_first, || {
            let again = updates.len() - at_first;
            format!("{again} updates were not taken at their first delivery")
        });
        Ok(Phase::new(
            "burst",
            "updates",
            self.wanted.burst,
            taken.duration_since(began),
        ))
    }

    /// So many orders that they are all open at some moment; then they come to their end.
    async fn open(&self, say: &impl Fn(&str)) -> Result<Phase> {
        let count = i64::try_from(self.wanted.open).unwrap_or(i64::MAX);
        say(&format!("{count} orders, all open at the same time"));
        self.kie
            .set_render_ms(count.saturating_mul(OPEN_EACH_MS).saturating_add(OPEN_MS));
        let began = Instant::now();
        let orders = (0..self.wanted.open).map(|number| self.order_only(people::OPEN + number));
        self.all(orders).await;
        let open = self.open_now().await?;
        say(&format!(
            "{open} of them are open after {} s",
            began.elapsed().as_secs()
        ));
        self.unless(open >= self.wanted.open, || {
            format!("no more than {open} orders were open at once")
        });
        self.kie.set_render_ms(RENDER_MS);
        let taken = self.rest().await?;
        let mut phase = Phase::new("open", "orders", self.wanted.open, taken.duration_since(began));
        phase.open = Some(open);
        Ok(phase)
    }

    /// Customer after customer, and order after order.
    async fn soak(&self, say: &impl Fn(&str)) -> Result<Phase> {
        let count = self.wanted.soak;
        say(&format!("{count} orders, {AT_ONCE} customers at a time"));
        let began = Instant::now();
        let customers = 0..count.div_ceil(ORDERS_EACH);
        let lives = customers.map(|number| {
            let orders = ORDERS_EACH.min(count - number * ORDERS_EACH);
            self.live(people::SOAK + number, orders, began, say)
        });
        self.all(lives).await;
        let taken = self.rest().await?;
        Ok(Phase::new("soak", "orders", count, taken.duration_since(began)))
    }

    /// Some at a time until all are over. What goes otherwise than it should is noted.
    async fn all<F: Future<Output = Result<()>>>(&self, doings: impl Iterator<Item = F>) {
        let mut doings = futures::stream::iter(doings).buffer_unordered(AT_ONCE);
        while let Some(done) = doings.next().await {
            if let Err(error) = done {
                crate::locked(&self.stumbles).push(error.chain());
            }
        }
    }

    /// One more order of the soak is over. At some of them memory is looked at.
    fn count(&self, began: Instant, say: &impl Fn(&str)) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let count = self.wanted.soak;
        for share in MARKS {
            if done == (count * share).div_ceil(100) {
                crate::locked(&self.marks).push(Mark::now(share));
            }
        }
        if done.is_multiple_of((count / 20).max(1)) {
            say(&format!("{done} orders after {} s", began.elapsed().as_secs()));
        }
    }

    /// Waits until nothing runs, nothing is on its way, and no order is open. Gives when that began.
    async fn rest(&self) -> Result<Instant> {
        let until = Instant::now() + REST_MAX;
        loop {
            let now = Instant::now();
            if now > until {
                return Err(Error::Load("it does not come to rest".to_owned()));
            }
            if !self.is_quiet().await? {
                tokio::time::sleep(LOOK_EVERY).await;
            } else if self.open_now().await? > 0 {
                tokio::time::sleep(LOOK_AGAIN).await;
            } else {
                return Ok(now);
            }
        }
    }

    async fn is_quiet(&self) -> Result<bool> {
        let local = self.cloud.local();
        let mut running = 0;
        for function in [WEBHOOK, WORKER, CALLBACK, PAYMENTS, CLEANUP] {
            running += local.running(function)?;
        }
        let doorbells = local.aws().depth(DOORBELLS).await?;
        let waiting = doorbells.visible + doorbells.in_flight;
        Ok(running == 0 && waiting == 0 && self.telegram.updates_waiting() == 0)
    }

    /// Orders that have not come to their end, as the tables say.
    async fn open_now(&self) -> Result<u64> {
        let open = self
            .books()
            .await?
            .jobs
            .into_iter()
            .filter(|job| !job.stage.is_final());
        Ok(open.map(|_| 1).sum())
    }

    async fn books(&self) -> Result<Books> {
        let books = self.cloud.store().read_books().await;
        books.map_err(Error::broken("reading the tables"))
    }

    fn unless(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            crate::locked(&self.stumbles).push(what());
        }
    }

    async fn report(&self, phases: Vec<Phase>) -> Result<Report> {
        let mut books = self.books().await?;
        let paid = self.payments.read_into(&mut books).await;
        paid.map_err(Error::broken("reading payments"))?;
        let mut violations: Vec<String> = domain::audit::violations(&books)
            .iter()
            .map(ToString::to_string)
            .collect();
        let aws = self.cloud.local().aws();
        let refusals = aws.refusals();
        violations.extend(
            self.telegram
                .complaints()
                .iter()
                .map(|it| format!("Telegram: {it}")),
        );
        violations.extend(self.kie.complaints().iter().map(|it| format!("KIE.AI: {it}")));
        violations.extend(
            refusals
                .iter()
                .map(|it| format!("template.yaml: refused by a policy: {it:?}")),
        );
        for queue in [DOORBELLS, DEAD_DOORBELLS] {
            let left = aws.depth(queue).await?;
            if left.visible + left.in_flight > 0 {
                violations.push(format!("I17: {} messages are left in {queue}", left.total()));
            }
        }
        Ok(Report {
            phases,
            counts: Counts::of(&books),
            functions: self.cloud.local().all_stats(),
            marks: std::mem::take(&mut *crate::locked(&self.marks)),
            stumbles: std::mem::take(&mut *crate::locked(&self.stumbles)),
            violations,
        })
    }
}
