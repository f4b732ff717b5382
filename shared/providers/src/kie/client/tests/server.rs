//! A client of the server of one request.

pub(super) use one_request::{Then, answer};
use one_request::{choose_crypto, serve};
use tokio::task::JoinHandle;

use super::{Client, KEY};

pub(super) fn client(base: &str) -> Client {
    choose_crypto();
    Client::new(reqwest::Client::new(), base, base, KEY)
}

pub(super) async fn server(then: Then) -> (Client, JoinHandle<String>) {
    let (base, served) = serve(then).await;
    (client(&base), served)
}
