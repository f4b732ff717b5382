//! What the traces cost an invocation: the spans of a worker that orders a video, with the daemon's datagrams and without.
//!
//! `cargo run --release -p trace --example cost`
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it measures and prints"
)]

use std::net::UdpSocket;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use trace::spans::{self, Call, Rung};
use trace::{Ground, Rays, is_for_traces};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

const INVOCATIONS: u32 = 20_000;
const HEADER: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

struct Daemon(UdpSocket);

impl Ground for Daemon {
    fn now_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_micros()).unwrap()
    }

    fn named(&self, job: &str) -> Option<String> {
        Some(format!("x{job}"))
    }

    fn take(&self, datagram: &[u8]) {
        let _ = self.0.send(datagram);
    }
}

fn invocation(link: Option<&str>) {
    let rung = Rung {
        sent_ms: Some(1_795_251_600_000),
        header: Some(HEADER.to_owned()),
    };
    let traced = spans::rung("video-worker", "accepted", &rung);
    traced.in_scope(|| {
        spans::belongs(&traced, "7-abcdefgh23456789", "kling-3.0", link);
        let call = spans::provider(&Call {
            asks: "order",
            provider: "kie",
            provider_name: "kie",
            operation: "generate_content",
            output: "video",
            asked_model: "kling-3.0/video",
            model: "kling-3.0",
            fence: 1,
        });
        call.in_scope(|| spans::ended(&call, "accepted"));
        spans::ended(&traced, "RUNNING");
        let _ = trace::here();
    });
}

fn each(what: &str, link: Option<&str>) {
    let begun = Instant::now();
    for _ in 0..INVOCATIONS {
        invocation(link);
    }
    let took: Duration = begun.elapsed() / INVOCATIONS;
    println!("{what}: {took:?} an invocation");
}

fn main() {
    each("nobody listens", Some(HEADER));
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    let way = UdpSocket::bind("127.0.0.1:0").unwrap();
    way.set_nonblocking(true).unwrap();
    way.connect(sink.local_addr().unwrap()).unwrap();
    let rays = Rays::new(Daemon(way)).with_filter(filter_fn(is_for_traces));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(rays)).unwrap();
    each("an order that is not recorded", None);
    each("an order that is, three datagrams", Some(HEADER));
}
