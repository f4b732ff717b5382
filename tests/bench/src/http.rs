//! One request to a server of this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::error::{Doing as _, Error, Result};

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Posts JSON, and waits until the answer has come to its end.
pub(crate) fn post(address: &str, body: &str) -> Result<()> {
    let doing = "asking a server of this machine";
    let mut stream = TcpStream::connect(address).doing(doing)?;
    stream.set_read_timeout(Some(PATIENCE)).doing(doing)?;
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).doing(doing)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).doing(doing)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(Error(format!(
            "{address} answers {}",
            answer.lines().next().unwrap_or_default()
        )))
    }
}
