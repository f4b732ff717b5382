//! Cold starts: from exec to the first `/next`, and to the first answer, beside a function that says hello.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use local_cloud::Cloud;
use serde_json::{Value, json};

use crate::binaries::HELLO;
use crate::cpu::Share;
use crate::error::{Doing as _, Error, Result};
use crate::figures::{median, ms, number, ratio, table};
use crate::seat::{self, Took};
use crate::stage::{self, Places};
use crate::tls::Tls;
use crate::{events, settings};

/// Memory of the functions in the template, and so their share of a processor.
const MEMORY_MB: u32 = 256;
/// Further events after the first, so that its cost can be told from a usual one's.
const WARM_CALLS: usize = 5;

/// One function's starts.
#[derive(Debug, Default)]
struct Runs {
    bytes: u64,
    /// The event was answered with an error, so its figures are those of a failure.
    failed: bool,
    took: Vec<Took>,
    before_warming: Vec<Duration>,
    shared: Vec<Duration>,
}

impl Runs {
    fn of(&self, what: impl Fn(&Took) -> Duration) -> Duration {
        median(&self.took.iter().map(what).collect::<Vec<_>>())
    }

    fn first_cpu(&self) -> Duration {
        self.of(|took| took.calls_cpu.first().copied().unwrap_or_default())
    }

    fn warm_cpu(&self) -> Duration {
        self.of(|took| median(took.calls_cpu.get(1..).unwrap_or_default()))
    }
}

/// Starts every function so many times, one after the other in each round, and says what came of it.
pub(crate) async fn run(
    workspace: &Path,
    binaries: &BTreeMap<String, PathBuf>,
    times: usize,
    chosen: impl Fn(&str) -> bool,
) -> Result<String> {
    let directory = settings::scratch(workspace)?;
    let (cloud, _) = stage::start(workspace, binaries, 2_000).await?;
    let mut tls = Tls::new(&directory)?;
    let places = Places::behind(&mut tls, &cloud).await?;
    let share = Share::of_mb(MEMORY_MB);
    let mut runs: BTreeMap<String, Runs> = BTreeMap::new();
    for _ in 0..times {
        for (name, binary) in binaries.iter().filter(|(name, _)| chosen(name)) {
            let entry = runs.entry(name.clone()).or_default();
            entry.bytes = std::fs::metadata(binary).map_or(0, |file| file.len());
            let one = Start {
                cloud: &cloud,
                name,
                binary,
                places: &places,
            };
            let (took, before_warming) = one.go(&tls, None)?;
            entry.failed |= took.answer.contains("errorType");
            entry.took.push(took);
            entry.before_warming.extend(before_warming);
            if let Some(share) = &share {
                let (took, _) = one.go(&tls, Some(share))?;
                entry.shared.extend(took.calls_wall.first());
            }
        }
    }
    cloud.shutdown().await;
    Ok(report(&runs, share.is_some()))
}

struct Start<'a> {
    cloud: &'a Cloud,
    name: &'a str,
    binary: &'a Path,
    places: &'a Places,
}

impl Start<'_> {
    fn go(&self, tls: &Tls, share: Option<&Share>) -> Result<(Took, Option<Duration>)> {
        let event = event(self.cloud, self.name)?.to_string();
        let events = vec![event; 1 + WARM_CALLS];
        let listener = TcpListener::bind(("127.0.0.1", 0)).doing("starting a process")?;
        let address = listener.local_addr().doing("starting a process")?;
        let mut command = self.command()?;
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        let began = Instant::now();
        let mut child = command.spawn().doing("starting a process")?;
        tls.watch(child.id());
        // The seat blocks its thread, so that nothing else of ours runs between a request and the look at the clock.
        let took = tokio::task::block_in_place(|| {
            let took = seat::drive(&listener, &mut child, &events, began, share);
            let _ = child.kill();
            let _ = child.wait();
            took
        });
        let took = took.map_err(|error| Error(format!("{}: {error}", self.name)))?;
        Ok((took, tls.used_at_first()))
    }

    fn command(&self) -> Result<Command> {
        if self.name == HELLO {
            let mut command = Command::new(self.binary);
            command.env_clear();
            for (name, value) in [
                ("AWS_LAMBDA_FUNCTION_NAME", HELLO),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ] {
                command.env(name, value);
            }
            stage::quiet(&mut command);
            return Ok(command);
        }
        let functions = &self.cloud.local().stack().functions;
        let id = functions
            .iter()
            .find(|(_, function)| function.binary == self.name);
        let (id, _) = id.ok_or_else(|| Error(format!("{} is not in the template", self.name)))?;
        stage::command(self.cloud, id, self.binary, self.places)
    }
}

/// What each function is asked: the commonest thing that it does, or the least that leads to a read.
fn event(cloud: &Cloud, name: &str) -> Result<Value> {
    let (_, secret) = cloud.webhook()?;
    let plain = json!({"content-type": "application/json"});
    Ok(match name {
        HELLO => json!({"hello": "world"}),
        "telegram-webhook" => events::update(secret, &events::message(1, 500_001, "/cabinet")),
        "video-worker" => events::doorbell("{\"v\":1,\"job\":\"500001-abcdefgh23456789\"}"),
        "alerts" => events::alarm(),
        "cleanup" | "daily-report" | "broadcast" => events::schedule(),
        "provider-callback" => events::request("POST", "/", &plain, "{}"),
        "payment-webhook" => events::request("POST", "/stripe", &plain, "{}"),
        _ => events::request("GET", "/health", &plain, ""),
    })
}

fn report(runs: &BTreeMap<String, Runs>, is_shared: bool) -> String {
    let Some(hello) = runs.get(HELLO) else {
        return String::new();
    };
    let head = [
        "function",
        "MB",
        "peak MB",
        "init CPU ms",
        "× hello",
        "before warming",
        "× hello",
        "init wall ms",
        "first CPU ms",
        "× hello",
        "first wall ms",
        "at 256 MB ms",
        "warm CPU ms",
    ];
    let init = hello.of(|took| took.init_cpu);
    let rows = runs.iter().map(|(name, runs)| {
        let before = if runs.before_warming.is_empty() {
            runs.of(|took| took.init_cpu)
        } else {
            median(&runs.before_warming)
        };
        let peaks = runs
            .took
            .iter()
            .map(|took| took.peak_kb)
            .max()
            .unwrap_or_default();
        let cpu = runs.of(|took| took.init_cpu);
        vec![
            if runs.failed {
                format!("{name} (fails)")
            } else {
                name.clone()
            },
            format!("{:.1}", number(runs.bytes) / 1e6),
            format!("{:.1}", number(peaks) / 1024.0),
            ms(cpu),
            format!("{:.2}", ratio(cpu, init)),
            ms(before),
            format!("{:.2}", ratio(before, init)),
            ms(runs.of(|took| took.init_wall)),
            ms(runs.first_cpu()),
            format!("{:.1}", ratio(runs.first_cpu(), hello.first_cpu())),
            ms(runs.of(|took| took.calls_wall.first().copied().unwrap_or_default())),
            if is_shared {
                ms(median(&runs.shared))
            } else {
                "–".to_owned()
            },
            ms(runs.warm_cpu()),
        ]
    });
    table(&head, &rows.collect::<Vec<_>>())
}
