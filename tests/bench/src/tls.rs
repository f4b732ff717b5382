//! TLS before a plain server of this machine, as every function speaks it with AWS: what a handshake costs belongs to a
//! cold start. It also says when the first connection comes, which is where warming up begins.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::cpu;
use crate::error::{Doing as _, Result};

/// Where a machine with Debian's or Amazon's layout keeps the authorities that it trusts.
const AUTHORITIES: [&str; 2] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// Whose first connection is awaited, and what they had used by then.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pid: Option<u32>,
    used: Option<Duration>,
}

/// The fronts of some services.
#[derive(Debug)]
pub(crate) struct Tls {
    /// The authorities that this machine trusts, and the one of these fronts.
    pub(crate) bundle: PathBuf,
    acceptor: TlsAcceptorDebug,
    watched: Arc<Mutex<Watched>>,
    servers: JoinSet<()>,
}

struct TlsAcceptorDebug(TlsAcceptor);

impl std::fmt::Debug for TlsAcceptorDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsAcceptor(..)")
    }
}

impl Tls {
    /// A new authority, for `localhost`. Its bundle lies in `directory`.
    pub(crate) fn new(directory: &Path) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).doing("making a certificate")?;
        let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der())
            .doing("making a certificate")?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .doing("setting TLS up")?;
        let known = AUTHORITIES
            .iter()
            .find_map(|path| std::fs::read_to_string(path).ok());
        let bundle = directory.join("authorities.pem");
        let all = format!("{}\n{}", known.unwrap_or_default(), cert.pem());
        std::fs::write(&bundle, all).doing("writing a bundle of authorities")?;
        Ok(Self {
            bundle,
            acceptor: TlsAcceptorDebug(TlsAcceptor::from(Arc::new(config))),
            watched: Arc::default(),
            servers: JoinSet::new(),
        })
    }

    /// Stands before a server whose address is `http://host:port`, and says where.
    pub(crate) async fn before(&mut self, plain: &str) -> Result<String> {
        let target: SocketAddr = plain
            .trim_start_matches("http://")
            .parse()
            .doing("putting TLS before a server")?;
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .doing("putting TLS before a server")?;
        let port = listener.local_addr().doing("putting TLS before a server")?.port();
        let (acceptor, watched) = (self.acceptor.0.clone(), self.watched.clone());
        self.servers.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                note(&watched);
                while open.try_join_next().is_some() {}
                let acceptor = acceptor.clone();
                open.spawn(async move {
                    // Whoever is measured finds its connection closed; nobody else is there to be told.
                    let _ = pass(stream, target, &acceptor).await;
                });
            }
        });
        Ok(format!("https://localhost:{port}"))
    }

    /// From now on, waits for the first connection, and takes it to be this process's.
    pub(crate) fn watch(&self, pid: u32) {
        *lock(&self.watched) = Watched {
            pid: Some(pid),
            used: None,
        };
    }

    /// What the watched process had used when its first connection came.
    pub(crate) fn used_at_first(&self) -> Option<Duration> {
        lock(&self.watched).used
    }
}

fn lock(watched: &Mutex<Watched>) -> std::sync::MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(watched: &Mutex<Watched>) {
    let mut watched = lock(watched);
    if let Some(pid) = watched.pid.take() {
        watched.used = cpu::time_of(pid);
    }
}

async fn pass(stream: TcpStream, target: SocketAddr, acceptor: &TlsAcceptor) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut outside = acceptor.accept(stream).await?;
    let mut inside = TcpStream::connect(target).await?;
    inside.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut outside, &mut inside)
        .await
        .map(drop)
}
