//! Secrets Manager: `GetSecretValue` over the JSON 1.1 protocol.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::json;

use super::caller::Call;
use super::front::{Answer, Backend};

pub(crate) struct Secrets {
    /// By ARN or name.
    values: BTreeMap<String, String>,
}

impl Secrets {
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }
}

impl Backend for Secrets {
    async fn answer(&self, call: &Call) -> Answer {
        if call.operation != "GetSecretValue" {
            return Answer::error(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "Only GetSecretValue is served",
            );
        }
        let id = call.body["SecretId"].as_str().unwrap_or_default();
        let Some(value) = self.values.get(id) else {
            let message = "Secrets Manager can't find the specified secret.";
            return Answer::error(StatusCode::BAD_REQUEST, "ResourceNotFoundException", message);
        };
        Answer::ok(json!({
            "ARN": id,
            "Name": id.rsplit(':').next().unwrap_or(id),
            "VersionId": "00000000-0000-4000-8000-000000000001",
            "SecretString": value,
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1,
        }))
    }
}
