//! A client of the server of one request.

pub(super) use one_request::{Then, answer_with as answer};
use one_request::{choose_crypto, serve};
use tokio::task::JoinHandle;

use super::{Client, TOKEN};

pub(super) fn client(base_url: &str) -> Client {
    choose_crypto();
    Client::new(reqwest::Client::new(), base_url, TOKEN)
}

pub(super) async fn server(then: Then) -> (Client, JoinHandle<String>) {
    let (base_url, served) = serve(then).await;
    (client(&base_url), served)
}
