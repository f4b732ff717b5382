//! X-Ray: the daemon that every function is told of, and what it hands on. Documents are looked at as X-Ray looks at them, and
//! kept for a while by trace; Lambda's own segments, of the function around what it does, are made here.
//!
//! Source: AWS X-Ray developer guide, "Segment documents" and "Sending segment documents to the X-Ray daemon".

mod rules;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::net::UdpSocket;

use crate::error::{Error, Result};
use crate::moment;

/// Documents kept; of older ones nothing is known any more.
const KEPT_MAX: usize = 20_000;
/// Refusals kept.
const REFUSALS_MAX: usize = 100;
/// A datagram has no more bytes than this.
const DATAGRAM_BYTES_MAX: usize = 1 << 16;

/// What was told of traces.
#[derive(Debug, Default)]
pub struct Rays {
    kept: Mutex<VecDeque<Value>>,
    refused: Mutex<VecDeque<String>>,
}

/// The trace that an invocation is in.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    root: String,
    parent: String,
    is_recorded: bool,
}

impl Header {
    /// A new trace, as Lambda begins one with each invocation: one that follows from messages is linked to theirs, and not
    /// a part of them.
    pub(crate) fn new(is_recorded: bool) -> Self {
        let digits = |count| -> String {
            let ids = [crate::new_id(), crate::new_id()].concat();
            ids.chars().filter(char::is_ascii_hexdigit).take(count).collect()
        };
        Self {
            root: format!("1-{:08x}-{}", moment::now_ms() / 1000, digits(24)),
            parent: digits(16),
            is_recorded,
        }
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { root, parent, .. } = self;
        write!(
            f,
            "Root={root};Parent={parent};Sampled={}",
            u8::from(self.is_recorded)
        )
    }
}

impl Rays {
    /// Listens on a port of its own, and gives its address.
    pub(crate) async fn listen(self: &Arc<Self>) -> Result<(String, impl Future<Output = ()> + use<>)> {
        let socket = UdpSocket::bind(("127.0.0.1", 0))
            .await
            .map_err(Error::machine("listen on loopback"))?;
        let address = socket.local_addr().map_err(Error::machine("read an address"))?;
        let rays = Arc::clone(self);
        let hear = async move {
            let mut bytes = vec![0; DATAGRAM_BYTES_MAX];
            while let Ok((length, _)) = socket.recv_from(&mut bytes).await {
                rays.heard(bytes.get(..length).unwrap_or_default());
            }
        };
        Ok((address.to_string(), hear))
    }

    /// Takes a datagram.
    pub fn heard(&self, datagram: &[u8]) {
        match rules::read(datagram) {
            Ok(document) => put(&self.kept, KEPT_MAX, document),
            Err(why) => put(&self.refused, REFUSALS_MAX, why),
        }
    }

    /// An invocation that is over, as Lambda tells of it.
    pub(crate) fn invoked(
        &self,
        header: &Header,
        function: &str,
        (from_ms, to_ms): (u64, u64),
        failed: bool,
    ) {
        if !header.is_recorded {
            return;
        }
        let seconds = |ms| std::time::Duration::from_millis(ms).as_secs_f64();
        let segment = json!({
            "name": function,
            "id": header.parent,
            "trace_id": header.root,
            "start_time": seconds(from_ms),
            "end_time": seconds(to_ms),
            "origin": "AWS::Lambda::Function",
            "fault": failed,
        });
        put(&self.kept, KEPT_MAX, segment);
    }

    /// What is known of a trace, in the order in which it came.
    pub fn trace(&self, root: &str) -> Vec<Value> {
        let kept = crate::locked(&self.kept);
        kept.iter()
            .filter(|it| it["trace_id"] == *root)
            .cloned()
            .collect()
    }

    /// The traces that orders have, by the orders' names in logs, the latest first.
    pub fn orders(&self) -> Vec<(String, String)> {
        let kept = crate::locked(&self.kept);
        let mut orders: Vec<(String, String)> = Vec::new();
        for document in kept.iter().rev() {
            let order = document["annotations"]["job"].as_str();
            if let (Some(order), Some(root)) = (order, document["trace_id"].as_str()) {
                let order = (order.to_owned(), root.to_owned());
                if !orders.contains(&order) {
                    orders.push(order);
                }
            }
        }
        orders
    }

    /// What X-Ray would not have taken, and why.
    pub fn refused(&self) -> Vec<String> {
        crate::locked(&self.refused).iter().cloned().collect()
    }
}

fn put<T>(kept: &Mutex<VecDeque<T>>, most: usize, one: T) {
    let mut kept = crate::locked(kept);
    if kept.len() == most {
        kept.pop_front();
    }
    kept.push_back(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_says_of_an_invocation_is_kept_where_it_is_recorded() {
        let rays = Rays::default();
        let not = Header::new(false);
        rays.invoked(&not, "f", (1_000, 2_000), false);
        assert!(not.to_string().ends_with(";Sampled=0") && rays.trace(&not.root).is_empty());
        let header = Header::new(true);
        rays.invoked(&header, "f", (1_000, 2_500), true);
        let [segment] = &rays.trace(&header.root)[..] else {
            panic!("{rays:?}")
        };
        assert_eq!(
            (segment["end_time"].as_f64(), &segment["fault"]),
            (Some(2.5), &json!(true))
        );
        assert_eq!(
            header.to_string(),
            format!("Root={};Parent={};Sampled=1", header.root, header.parent)
        );
    }

    #[test]
    fn only_so_much_is_kept() {
        let rays = Rays::default();
        for _ in 0..=REFUSALS_MAX {
            rays.heard(b"nonsense");
        }
        assert_eq!(rays.refused().len(), REFUSALS_MAX);
    }
}
