//! One process of a function, with the Runtime API that it alone talks to.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::{Failure, LogSink, Running};
use crate::aws::bind;
use crate::error::{Error, Result};
use crate::runtime_api::{self, Event, Seat};
use crate::stack::Function;

/// What a process is started from.
pub(crate) struct Start<'a> {
    pub(crate) id: &'a str,
    pub(crate) function: &'a Function,
    pub(crate) running: &'a Running,
}

pub(crate) struct Process {
    pub(crate) seat: Arc<Seat>,
    pub(crate) events: mpsc::Sender<Event>,
    pid: Pid,
    exit: watch::Receiver<Option<String>>,
    /// Ends when both of its pipes have.
    silent: watch::Receiver<()>,
    // Dropping these kills the child and closes its Runtime API.
    _tasks: JoinSet<()>,
}

/// Starts a process; it is not ready yet.
pub(crate) async fn start(start: &Start<'_>) -> Result<Arc<Process>> {
    let listener = bind().await?;
    let address = listener.local_addr().map_err(Error::machine("read an address"))?;
    let timeout = Duration::from_secs(start.function.timeout_s.into());
    let (seat, events) = Seat::new(start.function.arn.clone(), timeout);
    let mut child = command(start, &address.to_string())
        .spawn()
        .map_err(Error::machine(format!(
            "start {}",
            start.running.binary.display()
        )))?;
    let pid = pid(&child)?;
    let mut tasks = JoinSet::new();
    tasks.spawn(runtime_api::serve(listener, seat.clone()));
    let (talking, silent) = watch::channel(());
    for pipe in [
        child.stdout.take().map(Pipe::Out),
        child.stderr.take().map(Pipe::Err),
    ] {
        pump(&mut tasks, start, pipe, talking.clone());
    }
    drop(talking);
    let (exited, exit) = watch::channel(None);
    tasks.spawn(async move {
        let status = child.wait().await;
        exited.send_replace(Some(describe(status)));
    });
    if start.running.freeze {
        seat.ice.watch(pid);
    }
    Ok(Arc::new(Process {
        seat,
        events,
        pid,
        exit,
        silent,
        _tasks: tasks,
    }))
}

/// Nothing of this process's environment reaches a function but the search path: what it needs stands in the template.
fn command(start: &Start, runtime_api: &str) -> Command {
    let Start {
        id,
        function,
        running,
    } = start;
    let mut command = Command::new(&running.binary);
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command
        .envs(&running.environment)
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string())
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env(
            "AWS_LAMBDA_LOG_GROUP_NAME",
            format!("/aws/lambda/{}", function.name),
        )
        .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/{}", crate::new_id()))
        .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
        .env("TZ", ":UTC")
        .envs(&function.environment)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn pid(child: &Child) -> Result<Pid> {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let gone = || std::io::Error::other("it ended at once");
    pid.map(Pid::from_raw)
        .ok_or_else(gone)
        .map_err(Error::machine("watch a process"))
}

enum Pipe {
    Out(ChildStdout),
    Err(ChildStderr),
}

fn pump(tasks: &mut JoinSet<()>, start: &Start<'_>, pipe: Option<Pipe>, talking: watch::Sender<()>) {
    let (id, log) = (start.id.to_owned(), start.running.log.clone());
    tasks.spawn(async move {
        match pipe {
            Some(Pipe::Out(pipe)) => read(pipe, &id, &log).await,
            Some(Pipe::Err(pipe)) => read(pipe, &id, &log).await,
            None => {}
        }
        drop(talking);
    });
}

async fn read(pipe: impl AsyncRead + Unpin, id: &str, log: &LogSink) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        log(id, &line);
    }
}

fn describe(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => status.to_string(),
        Err(e) => e.to_string(),
    }
}

impl Process {
    pub(crate) fn lives(&self) -> bool {
        self.exit.borrow().is_none()
    }

    /// Waits until the process has asked for its first event.
    pub(crate) async fn ready(&self, within: Duration) -> Result<(), Failure> {
        let mut asked = self.seat.asked();
        tokio::select! {
            biased;
            Ok(_) = asked.wait_for(|asked| *asked > 0) => Ok(()),
            () = self.ended() => Err(self.exit_failure()),
            () = tokio::time::sleep(within) => {
                let message = format!("no request for an event within {} seconds", within.as_secs());
                Err(Failure::new("Sandbox.InitTimedout", message))
            }
        }
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(&self) {
        let mut exit = self.exit.clone();
        let _ = exit.wait_for(Option::is_some).await;
    }

    pub(crate) fn exit_failure(&self) -> Failure {
        if let Some(report) = self.seat.init_error() {
            return Failure::of_json(&report);
        }
        let how = self
            .exit
            .borrow()
            .clone()
            .unwrap_or_else(|| "closed its connection".to_owned());
        Failure::new("Runtime.ExitError", format!("Runtime exited: {how}"))
    }

    /// Kills the process if it lives, and waits for its end and for what it had written. Returns whether it lived.
    pub(crate) async fn kill(&self) -> bool {
        let struck = self.strike();
        self.ended().await;
        let mut silent = self.silent.clone();
        while silent.changed().await.is_ok() {}
        self.seat.clear();
        struck
    }

    /// Kills the process without waiting. Its id cannot be another's yet: it is reaped by the task that sets `exit`.
    pub(crate) fn strike(&self) -> bool {
        self.lives() && kill(self.pid, Signal::SIGKILL).is_ok()
    }

    /// The most memory the process has held, in KB (Linux only).
    pub(crate) fn rss_max_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}
