//! A running `cargo dev`, which leaves a note of itself.

use std::path::Path;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use serde::Deserialize;

use super::{Outputs, loader};
use crate::Error;

/// What a running `cargo dev` says of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct LocalCloud {
    /// What the stack's outputs would be.
    pub outputs: Outputs,
    /// Where its services listen.
    pub endpoints: Endpoints,
    /// The region that its names carry.
    pub region: String,
    /// The secret's name or ARN.
    pub secret: String,
    /// The Bot API server.
    pub telegram: String,
}

/// Where services listen.
#[derive(Clone, Debug, Deserialize)]
pub struct Endpoints {
    /// DynamoDB.
    pub dynamodb: String,
    /// Secrets Manager.
    pub secretsmanager: String,
    /// SQS.
    pub sqs: String,
}

impl LocalCloud {
    /// Reads the note.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|_| {
            let path = path.display();
            Error::Usage(format!(
                "no local cloud runs here ({path} is missing): start `cargo dev`"
            ))
        })?;
        serde_json::from_str(&text).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            why: error.to_string(),
        })
    }

    /// How to reach it. Its credentials are a name: they say in its counts who called.
    pub async fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("ctl", "local", None, None, "local cloud");
        loader()
            .region(Region::new(self.region.clone()))
            .credentials_provider(credentials)
            .load()
            .await
    }
}
