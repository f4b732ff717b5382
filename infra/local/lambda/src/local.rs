//! Everything together: a stack, running.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::aws::{Aws, AwsOptions, bind};
use crate::error::{Error, Result};
use crate::event_source::Poller;
use crate::functions::{FunctionStats, LogSink, Outcome, Pool, Running};
use crate::rays::Rays;
use crate::schedule::{self, EventShape};
use crate::stack::{Function, Stack};
use crate::subscription::{self, Ear};
use crate::watch::{State, Watch, changes};
use crate::{Service, ingress, moment};

/// How a stack runs locally.
#[derive(Clone)]
pub struct LocalOptions {
    /// The AWS services.
    pub aws: AwsOptions,
    /// Where the functions' binaries are, by name; see [`crate::build::build`].
    pub binaries: BTreeMap<String, PathBuf>,
    /// Variables that every function gets beside the template's.
    pub environment: BTreeMap<String, String>,
    /// Where the functions' output goes.
    pub log: LogSink,
    /// Most processes of one function; more events wait, since that is this machine's limit and not Lambda's.
    pub processes_max: usize,
    /// Stops processes between events, as Lambda does, so that work left running after an answer stands still.
    pub freeze: bool,
    /// Kills a process as soon as it has answered, as Lambda may do at any time after: what it had not done by then is
    /// lost.
    pub dies_after_answer: bool,
    /// How much faster schedules run; 1 is real time, 0 switches them off.
    pub schedule_speed: u32,
}

impl Default for LocalOptions {
    fn default() -> Self {
        Self {
            aws: AwsOptions::default(),
            binaries: BTreeMap::new(),
            environment: BTreeMap::new(),
            log: Arc::new(|function, line| tracing::info!(function, "{line}")),
            processes_max: 8,
            freeze: false,
            dies_after_answer: false,
            schedule_speed: 1,
        }
    }
}

/// A running stack. Dropping it kills the processes it started, and only those; [`LocalLambda::shutdown`] also waits
/// for their end. Should this process be killed, they end by themselves, for their Runtime API is gone.
pub struct LocalLambda {
    stack: Stack,
    aws: Aws,
    pools: BTreeMap<String, Arc<Pool>>,
    watch: Arc<Watch>,
    rays: Arc<Rays>,
    urls: BTreeMap<String, String>,
    tasks: JoinSet<()>,
}

impl LocalLambda {
    /// Starts the services, then the function URLs, event sources and schedules. Processes start with the first event.
    pub async fn start(mut stack: Stack, options: LocalOptions) -> Result<Self> {
        let aws = Aws::start(&stack, options.aws.clone()).await?;
        let doors = doors(&stack).await?;
        let mut addresses = aws.addresses();
        for (id, door) in &doors {
            let address = door.local_addr().map_err(Error::machine("read an address"))?;
            addresses.functions.insert(id.clone(), address.to_string());
        }
        stack.fill_addresses(&addresses);
        let urls = addresses
            .functions
            .iter()
            .map(|(id, address)| (id.clone(), format!("http://{address}/")));
        let watch = Arc::new(Watch::new(&stack));
        let (ear, heard) = subscription::listen(&stack);
        let mut options = listened_to(options, &watch, ear);
        let rays = Arc::new(Rays::default());
        let (daemon, hear) = rays.listen().await?;
        options.environment.extend(told_of(daemon));
        let mut pools = BTreeMap::new();
        for (id, function) in &stack.functions {
            pools.insert(
                id.clone(),
                Arc::new(pool(id, function, &aws, &options, (&watch, &rays))?),
            );
        }
        let mut local = Self {
            aws,
            pools,
            watch,
            rays,
            urls: urls.collect(),
            tasks: JoinSet::new(),
            stack,
        };
        local.open(doors)?;
        local.poll(options.processes_max)?;
        local.schedule(options.schedule_speed);
        local.tasks.spawn(hear);
        let bring = subscription::bring(heard, local.stack.clone(), local.pools.clone());
        local.tasks.spawn(bring);
        local.tell_of_alarms();
        Ok(local)
    }

    fn open(&mut self, doors: BTreeMap<String, TcpListener>) -> Result<()> {
        for (id, door) in doors {
            let pool = self.pool(&id)?.clone();
            let streams = self
                .stack
                .functions
                .get(&id)
                .is_some_and(|function| function.streams);
            self.tasks
                .spawn(async move { ingress::serve(door, &id, pool, streams).await });
        }
        Ok(())
    }

    fn poll(&mut self, concurrency: usize) -> Result<()> {
        for (id, function) in &self.stack.functions {
            for source in function.sources.iter().filter(|source| source.enabled) {
                let Some((_, queue)) = self.stack.queue_by_arn(&source.queue_arn) else {
                    return Err(Error::Unknown {
                        kind: "queue",
                        name: source.queue_arn.clone(),
                    });
                };
                let poller = Poller {
                    sqs: self.aws.sqs().clone(),
                    pool: self.pool(id)?.clone(),
                    source: source.clone(),
                    queue_url: self.aws.sqs().url(&queue.name),
                    region: self.stack.region.clone(),
                    concurrency,
                };
                self.tasks.spawn(poller.run());
            }
        }
        Ok(())
    }

    fn schedule(&mut self, speed: u32) {
        for (id, function) in self.stack.functions.iter().filter(|_| speed > 0) {
            let Some(pool) = self.pools.get(id) else { continue };
            for schedule in function.schedules.iter().filter(|schedule| schedule.enabled) {
                let shape = EventShape::new(&self.stack, id, schedule);
                self.tasks
                    .spawn(schedule::run(pool.clone(), schedule.clone(), shape, speed));
            }
        }
    }

    fn tell_of_alarms(&mut self) {
        let mut functions = self.stack.functions.values();
        if functions.any(|function| !function.rules.is_empty()) {
            let (watch, sqs) = (Arc::clone(&self.watch), self.aws.sqs().clone());
            let bring = changes::bring(watch, sqs, self.stack.clone(), self.pools.clone());
            self.tasks.spawn(bring);
        }
    }

    /// The stack, with every address filled in.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The AWS services: counts, faults, tables, queues.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// A function's URL, with its closing slash.
    pub fn url(&self, function: &str) -> Result<&str> {
        let url = self.urls.get(function).map(String::as_str);
        url.ok_or_else(|| Error::Unknown {
            kind: "function URL",
            name: function.to_owned(),
        })
    }

    /// Runs an event on a function and waits for what comes of it.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Outcome> {
        Ok(self.pool(function)?.invoke(Bytes::from(event.to_string())).await)
    }

    /// Fires a function's first schedule now, whether it is switched on or not, and waits for what comes of it.
    pub async fn trigger_now(&self, function: &str) -> Result<Outcome> {
        let schedule = self
            .stack
            .functions
            .get(function)
            .and_then(|it| it.schedules.first());
        let unknown = || Error::Unknown {
            kind: "schedule",
            name: function.to_owned(),
        };
        let schedule = schedule.ok_or_else(unknown)?;
        let shape = EventShape::new(&self.stack, function, schedule);
        Ok(schedule::trigger(self.pool(function)?, schedule, &shape).await)
    }

    /// A function's numbers.
    pub fn stats(&self, function: &str) -> Result<FunctionStats> {
        Ok(self.pool(function)?.stats())
    }

    /// The metrics, of the queues as they are now.
    pub async fn metrics(&self) -> Result<&Watch> {
        self.watch
            .measure(&self.stack, self.aws.sqs(), moment::now_ms())
            .await?;
        Ok(&self.watch)
    }

    /// How the template's alarms stand now, by their logical ids.
    pub async fn alarms(&self) -> Result<BTreeMap<String, State>> {
        Ok(self.metrics().await?.alarms(moment::now_ms()))
    }

    /// What the functions told of traces.
    pub fn rays(&self) -> &Rays {
        &self.rays
    }

    /// How many events a function runs now.
    pub fn running(&self, function: &str) -> Result<usize> {
        Ok(self.pool(function)?.running())
    }

    /// Every function's numbers, by logical id.
    pub fn all_stats(&self) -> BTreeMap<String, FunctionStats> {
        self.pools
            .iter()
            .map(|(id, pool)| (id.clone(), pool.stats()))
            .collect()
    }

    /// Kills the processes of a function whose running event passes the test, as a crash would, and returns how many
    /// there were once they are gone.
    pub async fn kill_running(&self, function: &str, wanted: impl Fn(&Value) -> bool) -> Result<usize> {
        Ok(self.pool(function)?.kill_running(wanted).await)
    }

    /// How often functions asked a service for something.
    pub fn requests_of_functions(&self, service: Service) -> crate::aws::Count {
        self.aws
            .counts()
            .by_functions(service, self.stack.functions.keys())
    }

    /// Stops everything, and waits until every process has ended.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
        for pool in self.pools.values() {
            pool.close().await;
        }
    }

    fn pool(&self, function: &str) -> Result<&Arc<Pool>> {
        let unknown = || Error::Unknown {
            kind: "function",
            name: function.to_owned(),
        };
        self.pools.get(function).ok_or_else(unknown)
    }
}

impl Drop for LocalLambda {
    fn drop(&mut self) {
        self.pools.values().for_each(|pool| pool.stop_now());
    }
}

impl std::fmt::Debug for LocalLambda {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalLambda")
            .field("aws", &self.aws)
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

async fn doors(stack: &Stack) -> Result<BTreeMap<String, TcpListener>> {
    let mut doors = BTreeMap::new();
    for (id, _) in stack.functions.iter().filter(|(_, function)| function.url) {
        doors.insert(id.clone(), bind().await?);
    }
    Ok(doors)
}

/// What Lambda tells every function of its X-Ray daemon.
fn told_of(daemon: String) -> [(String, String); 2] {
    [
        ("AWS_XRAY_DAEMON_ADDRESS", daemon),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// The options, with the functions' lines heard by the watch, too.
fn listened_to(options: LocalOptions, watch: &Arc<Watch>, ear: Ear) -> LocalOptions {
    let (watch, log) = (Arc::clone(watch), options.log);
    LocalOptions {
        log: Arc::new(move |function, line| {
            let now_ms = moment::now_ms();
            watch.heard(function, line, now_ms);
            ear.heard(function, line, now_ms);
            log(function, line);
        }),
        ..options
    }
}

fn pool(
    id: &str,
    function: &Function,
    aws: &Aws,
    options: &LocalOptions,
    (watch, rays): (&Arc<Watch>, &Arc<Rays>),
) -> Result<Pool> {
    let unknown = || Error::Unknown {
        kind: "binary",
        name: function.binary.clone(),
    };
    let mut environment = aws.env(id);
    environment.extend(options.environment.clone());
    let running = Running {
        binary: options
            .binaries
            .get(&function.binary)
            .cloned()
            .ok_or_else(unknown)?,
        environment,
        processes_max: options.processes_max,
        freeze: options.freeze,
        dies_after_answer: options.dies_after_answer,
        log: options.log.clone(),
        watch: Arc::clone(watch),
        rays: Arc::clone(rays),
    };
    Ok(Pool::new(id, function.clone(), running))
}
