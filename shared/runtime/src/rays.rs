//! The way to Lambda's X-Ray daemon: one datagram for each span that ends. It is handed to the kernel and nobody waits for
//! it; where the daemon is not, or does not keep up, it is lost, and nothing else is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::id::JobId;
use trace::Ground;

use crate::veil;

/// Where Lambda says that its daemon listens.
pub const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";
/// The longest document that X-Ray takes ("Segment documents"). Ours have a few hundred bytes.
const DATAGRAM_BYTES_MAX: usize = 64_000;

/// The daemon.
#[derive(Debug)]
pub struct Daemon(UdpSocket);

impl Daemon {
    /// At an address as Lambda writes it; `None` where it is none, or no socket can be had.
    pub fn at(address: &str) -> Option<Self> {
        let address = place(address)?;
        let any: IpAddr = match address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.set_nonblocking(true).ok()?;
        socket.connect(address).ok()?;
        Some(Self(socket))
    }
}

impl Ground for Daemon {
    #[allow(
        clippy::disallowed_methods,
        reason = "spans are shorter than the clock's milliseconds"
    )]
    fn now_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    fn named(&self, job: &str) -> Option<String> {
        named(job)
    }

    fn take(&self, datagram: &[u8]) {
        if datagram.len() <= DATAGRAM_BYTES_MAX {
            // There is nobody to tell that nobody listens.
            let _ = self.0.send(datagram);
        }
    }
}

/// An order as every line of the log names it; `None` until the secret is read.
pub fn named(job: &str) -> Option<String> {
    Some(veil::current()?.job(&JobId::parse(job)?))
}

/// `169.254.79.129:2000`; or, as the daemon's own configuration has it, `tcp:127.0.0.1:2000 udp:127.0.0.1:2000`. A name is not
/// looked up: that would wait.
fn place(address: &str) -> Option<SocketAddr> {
    let of_udp = address
        .split_whitespace()
        .find_map(|part| part.strip_prefix("udp:"));
    of_udp.unwrap_or(address).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_address_is_read_as_lambda_and_as_the_daemon_write_it() {
        let lambdas = "169.254.79.129:2000".parse().ok();
        assert_eq!(place("169.254.79.129:2000"), lambdas);
        assert_eq!(place("tcp:127.0.0.1:1 udp:169.254.79.129:2000"), lambdas);
        assert_eq!(place("[::1]:2000"), "[::1]:2000".parse().ok());
        for none in ["", "2000", "daemon.example.org:2000", "tcp:127.0.0.1:2000"] {
            assert_eq!(place(none), None, "{none}");
            assert!(Daemon::at(none).is_none(), "{none}");
        }
    }

    #[test]
    fn a_datagram_comes_to_who_listens_as_it_is() {
        let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
        daemon.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let way = Daemon::at(&daemon.local_addr().unwrap().to_string()).unwrap();
        way.take(&vec![b'x'; DATAGRAM_BYTES_MAX + 1]);
        way.take(b"a document");
        let mut bytes = vec![0; 1 << 17];
        let length = daemon.recv(&mut bytes).unwrap();
        assert_eq!(bytes.get(..length), Some(&b"a document"[..]));
    }

    #[test]
    fn where_nobody_listens_nothing_breaks_and_nobody_waits() {
        // The port was somebody's and is nobody's now, so the kernel answers that nobody is there.
        let gone = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let way = Daemon::at(&gone.to_string()).unwrap();
        let begun = std::time::Instant::now();
        for _ in 0..1_000 {
            way.take(b"a document");
        }
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
