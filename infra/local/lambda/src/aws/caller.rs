//! Who calls, and what.

use http::HeaderMap;
use serde_json::{Value, json};

use super::Service;

/// One request to a service.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// As `PutItem`.
    pub(crate) operation: String,
    /// The access key: a function's logical id, or whoever else has credentials.
    pub(crate) caller: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn read(service: Service, headers: HeaderMap, body: &[u8]) -> Self {
        let target = header(&headers, "x-amz-target");
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let caller = access_key(header(&headers, "authorization")).to_owned();
        let body = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .unwrap_or_else(|| json!({}));
        Self {
            service,
            operation,
            caller,
            headers,
            body,
        }
    }

    /// The tables, queue or secret that the call is about, by name.
    pub(crate) fn resources(&self) -> Vec<String> {
        let text = |key: &str| self.body[key].as_str().map(ToOwned::to_owned);
        match self.service {
            Service::DynamoDb => tables(&self.operation, &self.body),
            Service::Sqs => text("QueueUrl")
                .iter()
                .filter_map(|url| url.rsplit('/').next())
                .map(Into::into)
                .collect(),
            Service::SecretsManager => text("SecretId").into_iter().collect(),
        }
    }
}

fn tables(operation: &str, body: &Value) -> Vec<String> {
    let mut names: Vec<String> = match operation {
        "BatchGetItem" | "BatchWriteItem" => body["RequestItems"]
            .as_object()
            .into_iter()
            .flat_map(|items| items.keys().cloned())
            .collect(),
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = body["TransactItems"].as_array().into_iter().flatten();
            let parts = parts.filter_map(Value::as_object).flat_map(|part| part.values());
            parts
                .filter_map(|part| part["TableName"].as_str())
                .map(Into::into)
                .collect()
        }
        _ => body["TableName"].as_str().map(Into::into).into_iter().collect(),
    };
    names.sort();
    names.dedup();
    names
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The access key in `AWS4-HMAC-SHA256 Credential=KEY/20261121/eu-central-1/dynamodb/aws4_request, ...`.
fn access_key(authorization: &str) -> &str {
    let credential = authorization.split_once("Credential=").map(|(_, rest)| rest);
    credential
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_the_access_key_of_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=VideoWorkerFunction/20261121/eu-central-1/sqs/aws4_request, SignedHeaders=host";
        assert_eq!(access_key(header), "VideoWorkerFunction");
        assert_eq!(access_key(""), "");
    }

    #[test]
    fn a_transaction_is_about_each_of_its_tables_once() {
        let body = json!({"TransactItems": [
            {"Put": {"TableName": "jobs"}}, {"Update": {"TableName": "accounts"}}, {"Put": {"TableName": "jobs"}},
        ]});
        assert_eq!(tables("TransactWriteItems", &body), ["accounts", "jobs"]);
        assert_eq!(
            tables("BatchGetItem", &json!({"RequestItems": {"usage": {}}})),
            ["usage"]
        );
    }
}
