//! Where a server listens. Everything listens on loopback only.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::options::Port;

/// How many ports after the wished one are tried.
const PORTS_TRIED: u16 = 20;

/// A port that is taken and not yet served.
#[derive(Debug)]
pub(crate) struct Door {
    listener: TcpListener,
    /// As `http://127.0.0.1:8787`.
    pub(crate) url: String,
}

impl Door {
    pub(crate) async fn open(port: Port) -> Result<Self> {
        let listener = match port {
            Port::Exactly(port) => bind(port).await?,
            Port::Any => bind(0).await?,
            Port::From(first) => {
                let mut bound = bind(first).await;
                for next in 1..PORTS_TRIED {
                    if bound.is_ok() {
                        break;
                    }
                    bound = bind(first.saturating_add(next)).await;
                }
                bound?
            }
        };
        let address = listener
            .local_addr()
            .map_err(Error::broken("reading an address"))?;
        Ok(Self {
            listener,
            url: format!("http://{address}"),
        })
    }

    pub(crate) fn serve(self, router: Router, servers: &mut JoinSet<()>) {
        servers.spawn(async move {
            // It ends only with the listener, and that with the local cloud.
            let _ = axum::serve(self.listener, router).await;
        });
    }
}

async fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|source| Error::Port { port, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_an_error_or_a_reason_to_take_the_next() {
        let first = Door::open(Port::Any).await.unwrap();
        let port: u16 = first.url.rsplit(':').next().unwrap().parse().unwrap();
        let error = Door::open(Port::Exactly(port)).await.unwrap_err();
        assert!(error.to_string().contains("--port"), "{error}");
        let second = Door::open(Port::From(port)).await.unwrap();
        assert_ne!(first.url, second.url);
    }
}
