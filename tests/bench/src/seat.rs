//! The Runtime API for one process, which notes what the process had used at each of its steps.
//!
//! Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes". One thread and plain sockets,
//! so that what it does itself takes as little as may be from the process beside it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::cpu::{self, Share};
use crate::error::{Doing as _, Error, Result};

/// The longest that a process may take for a step.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one process took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Took {
    /// Processor time from exec to the first `/next`.
    pub(crate) init_cpu: Duration,
    /// The clock's time for the same.
    pub(crate) init_wall: Duration,
    /// Processor time for each event, up to the next `/next`.
    pub(crate) calls_cpu: Vec<Duration>,
    /// From the event's last byte to the answer's first.
    pub(crate) calls_wall: Vec<Duration>,
    /// The most memory held, in KB.
    pub(crate) peak_kb: u64,
    /// What it answered to the first event.
    pub(crate) answer: String,
}

/// Takes a process that has just been started through some events, and ends it. From its first event on it has no more
/// than `share` of a processor.
pub(crate) fn drive(
    listener: &TcpListener,
    child: &mut Child,
    events: &[String],
    began: Instant,
    share: Option<&Share>,
) -> Result<Took> {
    let pid = child.id();
    let mut took = Took::default();
    let mut last = Duration::ZERO;
    let mut sent = Instant::now();
    let mut waiting = events.iter().enumerate();
    loop {
        // A client may open a connection for each request, or keep one.
        let stream = accept(listener, child)?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = read(&mut reader)? {
            let now = cpu::time_of(pid).ok_or_else(|| gone(&request.path))?;
            if request.path.ends_with("/next") {
                if took.init_cpu.is_zero() {
                    (took.init_cpu, took.init_wall) = (now, began.elapsed());
                    if share.is_some_and(|share| !share.hold(pid)) {
                        return Err(Error(
                            "the process could not be put into its control group".to_owned(),
                        ));
                    }
                } else {
                    took.calls_cpu.push(now.saturating_sub(last));
                }
                let Some((number, event)) = waiting.next() else {
                    took.peak_kb = cpu::peak_kb(pid).unwrap_or_default();
                    return Ok(took);
                };
                last = now;
                hand_out(reader.get_mut(), number, event)?;
                sent = Instant::now();
            } else {
                took.calls_wall.push(sent.elapsed());
                if took.answer.is_empty() {
                    took.answer = String::from_utf8_lossy(&request.body).into_owned();
                }
                write(
                    reader.get_mut(),
                    "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
                )?;
            }
        }
    }
}

fn gone(at: &str) -> Error {
    Error(format!("the process ended at {at}"))
}

fn accept(listener: &TcpListener, child: &mut Child) -> Result<TcpStream> {
    let until = Instant::now() + PATIENCE;
    listener.set_nonblocking(true).doing("waiting for a process")?;
    while Instant::now() < until {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).doing("waiting for a process")?;
                stream.set_nodelay(true).doing("waiting for a process")?;
                stream
                    .set_read_timeout(Some(PATIENCE))
                    .doing("waiting for a process")?;
                return Ok(stream);
            }
            Err(_) => std::thread::sleep(Duration::from_micros(100)),
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(gone(&status.to_string()));
        }
    }
    Err(Error("a process has not asked for an event".to_owned()))
}

struct Request {
    path: String,
    body: Vec<u8>,
}

/// The next request of a connection; `None` at its end.
fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line).doing("reading what a process says")? == 0 {
        return Ok(None);
    }
    let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader
            .read_line(&mut header)
            .doing("reading what a process says")?;
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().doing("reading what a process says")?;
        }
        is_chunked |= header == "transfer-encoding: chunked";
    }
    let body = if is_chunked {
        read_chunks(reader)?
    } else {
        let mut body = vec![0; length];
        reader
            .read_exact(&mut body)
            .doing("reading what a process says")?;
        body
    };
    Ok(Some(Request { path, body }))
}

fn read_chunks(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).doing("reading a streamed answer")?;
        let size = usize::from_str_radix(size.trim(), 16).doing("reading a streamed answer")?;
        let mut chunk = vec![0; size.saturating_add(2)];
        if size == 0 {
            // Trailers, up to an empty line.
            let mut line = String::new();
            while reader.read_line(&mut line).doing("reading a streamed answer")? > 2 {
                line.clear();
            }
            return Ok(body);
        }
        reader.read_exact(&mut chunk).doing("reading a streamed answer")?;
        chunk.truncate(size);
        body.extend(chunk);
    }
}

fn hand_out(stream: &mut TcpStream, number: usize, event: &str) -> Result<()> {
    let trace = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0";
    let arn = "arn:aws:lambda:eu-central-1:000000000000:function:bench";
    write(
        stream,
        &format!(
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 00000000-0000-0000-0000-{number:012}\r\n\
             Lambda-Runtime-Deadline-Ms: 9999999999999\r\nLambda-Runtime-Invoked-Function-Arn: {arn}\r\n\
             Lambda-Runtime-Trace-Id: {trace}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{event}",
            event.len()
        ),
    )
}

fn write(stream: &mut TcpStream, text: &str) -> Result<()> {
    stream.write_all(text.as_bytes()).doing("answering a process")
}
