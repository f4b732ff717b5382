//! `cargo dev -- --day 20000`: a day's traffic of every kind of operation through the functions' own binaries, hour by hour,
//! and in the morning after it the report, every number of which is held against a reckoning from the rows.

mod check;
mod clock;
mod people;
mod plan;
mod prices;
mod shop;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use local_lambda::Outcome;
use played_telegram::PlayedTelegram;
use serde_json::{Value, json};
use store::{PaymentTables, Payments};
use table::Db;

use crate::cloud::{CALLBACK, CLEANUP, Cloud, DOORBELLS, PAYMENTS, WEBHOOK, WORKER};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::rails::PlayedRails;
use clock::Clock;
use plan::Deed;

/// Customers who do something at the same time.
const AT_ONCE: usize = 24;
/// How long everything that has begun may take to come to rest.
const REST_MAX: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often the sweeper comes while an hour lasts.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// A played render's time: what came at once would overtake the notice that it is awaited.
const RENDER_MS: i64 = 1_000;
/// Seconds until a doorbell comes back whose worker was killed: nobody waits for the template's twelve minutes.
const KILLED_BACK_S: u32 = 6;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Moscow is ahead of UTC by so much, all year.
const MOSCOW_MS: i64 = 3 * HOUR_MS;
/// So long after its beginning the customers of an hour come.
const INTO_HOUR_MS: i64 = 120_000;
/// The hour of the day, and that after it, in which money goes back that came the day before.
const NOON: i64 = 12;
const AFTER_DAY: i64 = 2;
/// One in so many customers gets money back.
const REFUNDED: usize = 12;

/// How much of a day, and which.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Operations.
    pub operations: u64,
    /// The same seed, the same day.
    pub seed: u64,
    /// Every process is killed right after its answer, and some in the middle of their work.
    pub kills: bool,
}

/// What came of the orders, as customers saw it.
#[derive(Debug, Default)]
struct Counts {
    ordered: u64,
    refused: u64,
    words: u64,
    words_rendered: u64,
    killed: usize,
}

struct Stage {
    cloud: Cloud,
    clock: Clock,
    telegram: PlayedTelegram,
    rails: PlayedRails,
    payments: Payments,
    db: Db,
    photo: bytes::Bytes,
    operations: u64,
    kills: bool,
    /// The day's first moment.
    day: i64,
    directory: PathBuf,
    stumbles: Mutex<Vec<String>>,
    counts: Mutex<Counts>,
}

/// What came of the day.
#[derive(Debug)]
pub struct Report {
    /// Numbers of the report that are not as reckoned, and rows that contradict each other.
    pub differences: Vec<String>,
    /// Invariants that are broken, and what the played servers complain of.
    pub violations: Vec<String>,
    /// What customers met that they should not have.
    pub stumbles: Vec<String>,
    /// The last line.
    pub json: Value,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.differences.is_empty() && self.violations.is_empty() && self.stumbles.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, all) in [
            ("DIFFERENCE", &self.differences),
            ("VIOLATION", &self.violations),
            ("STUMBLE", &self.stumbles),
        ] {
            for one in all.iter().take(20) {
                writeln!(f, "{what} {one}")?;
            }
        }
        write!(f, "{}", self.json)
    }
}

/// Plays the day. The first time it starts this program again, with a clock that can be moved.
pub async fn run(mut options: Options, wanted: Wanted, say: impl Fn(&str)) -> Result<Report> {
    let directory = options.workspace.join(".local-cloud/day");
    let Some(clock) = Clock::of_this_process()? else {
        say("Building the functions …");
        Cloud::build(&options).await?;
        return Err(clock::begin_again(&directory));
    };
    let day = check::last_sunday(clock::now_ms());
    clock.set(day - HOUR_MS)?;
    options.environment.extend(clock.environment());
    options.is_busy = true;
    options.render_ms = options.render_ms.max(RENDER_MS);
    options.dies_after_answer = wanted.kills;
    options.doorbell_visibility_s = wanted.kills.then_some(KILLED_BACK_S);
    options.schedule_speed = 0;
    options.settings = Some(prices::settings);
    let stage = Stage::set(options, clock, (day, directory), wanted).await?;
    let played = stage.play(wanted, &say).await;
    let report = match played {
        Ok(began) => stage.report(began, wanted).await,
        Err(error) => Err(error),
    };
    stage.cloud.shutdown().await;
    report
}

fn seen(user: i64) -> impl FnOnce(played_telegram::Error) -> Error {
    move |error| Error::Day(format!("{user}: {error}"))
}

impl Stage {
    async fn set(
        options: Options,
        clock: Clock,
        (day, directory): (i64, PathBuf),
        wanted: Wanted,
    ) -> Result<Self> {
        let cloud = Cloud::start(options).await?;
        let missing = || Error::Day("the outside world is not played".to_owned());
        let db = cloud.db();
        let aws = cloud.local().aws();
        let tables = PaymentTables::to_read(aws.table_name("PaymentsTable")?.to_owned());
        Ok(Self {
            telegram: cloud.telegram().cloned().ok_or_else(missing)?,
            rails: cloud.rails().cloned().ok_or_else(missing)?,
            payments: Payments::new(db.clone(), tables),
            photo: people::photo()?,
            operations: wanted.operations,
            kills: wanted.kills,
            stumbles: Mutex::default(),
            counts: Mutex::default(),
            cloud,
            clock,
            db,
            day,
            directory,
        })
    }

    /// The day, and the morning after it. Gives when its first hour began.
    async fn play(&self, wanted: Wanted, say: &impl Fn(&str)) -> Result<Instant> {
        let began = Instant::now();
        // Who bought the day before: some of it goes back in the day, and some after it.
        let [in_day, after_day] = self.buy_before().await?;
        for (hour, deeds) in (0_i64..).zip(plan::day(wanted.operations, wanted.seed)) {
            self.clock.set(self.day + hour * HOUR_MS + INTO_HOUR_MS)?;
            self.sweep().await?;
            if hour == NOON {
                self.give_some_back(&in_day).await?;
            }
            self.hour(deeds, plan::Dice::of_kills(wanted.seed, hour)).await?;
            let counts = crate::locked(&self.counts);
            let (ordered, refused) = (counts.ordered, counts.refused);
            let stumbles = crate::locked(&self.stumbles).len();
            say(&format!(
                "{hour:>2}:00  {ordered} ordered, {refused} refused, {stumbles} stumbles, {} s",
                began.elapsed().as_secs()
            ));
        }
        let users: Vec<i64> = self.telegram.users().iter().map(|user| user.id).collect();
        let of_few = usize::try_from(wanted.operations / 80).unwrap_or(REFUNDED).max(1);
        // The plan that costs more than it brings stays as it was bought.
        let users = users
            .into_iter()
            .filter(|user| !plan::is_greedy(*user, wanted.operations) && !shop::has_bought_before(*user));
        let some: Vec<i64> = users.step_by(REFUNDED.min(of_few)).collect();
        self.give_some_back(&some).await?;
        self.rest().await?;
        // What took longer than anybody waits for is settled in the night.
        for hour in [2, 4, 6, 8] {
            self.clock.set(self.day + DAY_MS + hour * HOUR_MS)?;
            self.sweep().await?;
            self.rest().await?;
            if hour == AFTER_DAY {
                self.give_some_back(&after_day).await?;
                self.rest().await?;
            }
        }
        say("The operator gets the morning's report");
        self.clock.set(self.day + DAY_MS + 9 * HOUR_MS)?;
        self.rest().await?;
        self.report_to_operator().await?;
        Ok(began)
    }

    async fn hour(&self, deeds: Vec<Deed>, kills: plan::Dice) -> Result<()> {
        let mut by_user: BTreeMap<i64, Vec<Deed>> = BTreeMap::new();
        for deed in deeds {
            by_user.entry(deed.user).or_default().push(deed);
        }
        let lives = by_user.into_values().map(|deeds| self.live(deeds));
        let lives = futures::stream::iter(lives)
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<()>>();
        let sweeps = async {
            loop {
                tokio::time::sleep(SWEEP_EVERY).await;
                if let Err(error) = self.sweep().await {
                    crate::locked(&self.stumbles).push(error.chain());
                }
            }
        };
        tokio::select! {
            _ = lives => {}
            () = sweeps => {}
            () = self.kill(kills) => {}
        }
        self.rest().await
    }

    /// Now and then kills whatever works on orders at that moment, however far it is.
    async fn kill(&self, mut dice: plan::Dice) {
        if !self.kills {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(Duration::from_millis(300 + dice.below(1_200))).await;
            for function in [WORKER, CALLBACK] {
                let killed = self.cloud.local().kill_running(function, |_| true).await;
                crate::locked(&self.counts).killed += killed.unwrap_or(0);
            }
        }
    }

    async fn sweep(&self) -> Result<()> {
        match self.cloud.local().trigger_now(CLEANUP).await? {
            Outcome::Answered(_) => Ok(()),
            other => Err(Error::Day(format!("the sweeper: {other:?}"))),
        }
    }

    /// Waits until nothing runs, and nothing is on its way.
    async fn rest(&self) -> Result<()> {
        let until = Instant::now() + REST_MAX;
        let mut quiet = 0;
        // Callbacks and notices are sent by a clock of the played servers: there has to be rest for longer than a tick.
        while quiet < 6 {
            if Instant::now() > until {
                return Err(Error::Day("it does not come to rest".to_owned()));
            }
            quiet = if self.is_quiet().await? { quiet + 1 } else { 0 };
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
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

    async fn report(&self, began: Instant, wanted: Wanted) -> Result<Report> {
        let played = began.elapsed();
        let stats = self.cloud.local().all_stats();
        let mut rows = self.rows().await?;
        let prices = self.prices().await?;
        let (costed, mut differences) = rows.cost(&prices, self.day, self.day + DAY_MS);
        differences.extend(self.differences(&rows).await?);
        let violations = self.violations().await?;
        let stumbles = std::mem::take(&mut *crate::locked(&self.stumbles));
        let counts = crate::locked(&self.counts);
        let came = |state: &str| rows.paid.iter().filter(|paid| paid.state == state).count();
        let invocations: BTreeMap<&str, u64> = stats
            .iter()
            .map(|(id, stats)| (id.as_str(), stats.invocations))
            .collect();
        let processes: u64 = stats.values().map(|stats| stats.cold_starts).sum();
        let json = json!({
            "seed": wanted.seed,
            "operations": rows.lines(self.day, self.day + DAY_MS).len(),
            "kinds": self.kinds(&rows),
            "ordered": counts.ordered,
            "refused": counts.refused,
            "words_taken_over": counts.words,
            "words_rendered": counts.words_rendered,
            "costs_reckoned": costed.exactly,
            "costs_among_several": costed.among,
            "costs_unknown": rows.unknown(self.day, self.day + DAY_MS),
            "payments": rows.paid.len(),
            "refunded": came("refunded"),
            "charged_back": came("charged_back"),
            "invocations": invocations,
            "killed_at_work": counts.killed,
            "processes": processes,
            "seconds": played.as_secs(),
            "stumbles": stumbles.len(),
            "violations": violations.len(),
            "differences": differences.len(),
        });
        Ok(Report {
            differences,
            violations,
            stumbles,
            json,
        })
    }

    /// What must hold of any day.
    async fn violations(&self) -> Result<Vec<String>> {
        let mut books = self
            .cloud
            .store()
            .read_books()
            .await
            .map_err(Error::broken("reading the tables"))?;
        self.payments
            .read_into(&mut books)
            .await
            .map_err(Error::broken("reading payments"))?;
        let mut found: Vec<String> = domain::audit::violations(&books)
            .iter()
            .map(ToString::to_string)
            .collect();
        found.extend(
            self.telegram
                .complaints()
                .into_iter()
                .map(|it| format!("Telegram: {it}")),
        );
        let kie = self
            .cloud
            .kie()
            .map(played_kie::PlayedKie::complaints)
            .unwrap_or_default();
        found.extend(kie.into_iter().map(|it| format!("KIE.AI: {it}")));
        let refusals = self.cloud.local().aws().refusals();
        found.extend(
            refusals
                .iter()
                .map(|it| format!("template.yaml: refused by a policy: {it:?}")),
        );
        Ok(found)
    }
}
