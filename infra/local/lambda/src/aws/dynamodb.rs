//! DynamoDB: the embedded engine and the way to it.

use bytes::Bytes;
use dynoxide::Database;
use dynoxide::DynoxideError;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value};

use super::caller::Call;
use super::conflicts::Conflicts;
use super::front::{Answer, Backend};
use super::{AwsOptions, Storage, bind};
use crate::error::{Error, Result};
use crate::stack::Stack;

pub(crate) fn open(options: &AwsOptions, stack: &str) -> Result<Database> {
    let database = match (&options.storage, &options.clock) {
        (Storage::Memory, None) => Database::memory(),
        (Storage::Memory, Some(clock)) => Database::memory_with_clock(clock.clone()),
        (Storage::Directory(directory), _) => {
            std::fs::create_dir_all(directory)
                .map_err(Error::machine(format!("make {}", directory.display())))?;
            Database::new(&directory.join(format!("{stack}.sqlite")).to_string_lossy())
        }
    };
    database.map_err(|source| Error::Table {
        table: "all".to_owned(),
        source,
    })
}

pub(crate) fn create_tables(db: &Database, stack: &Stack) -> Result<()> {
    for table in stack.tables.values() {
        let failed = |source| Error::Table {
            table: table.name.clone(),
            source,
        };
        let request: CreateTableRequest = serde_json::from_value(table.definition.clone())
            .map_err(|e| failed(DynoxideError::ValidationException(e.to_string())))?;
        match db.create_table(request) {
            // Kept in a file from an earlier run.
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
            Err(source) => return Err(failed(source)),
        }
        if let Some(attribute) = &table.ttl_attribute {
            expire_by(db, &table.name, attribute).map_err(failed)?;
        }
    }
    Ok(())
}

fn expire_by(db: &Database, table: &str, attribute: &str) -> Result<(), DynoxideError> {
    let specification = TimeToLiveSpecification {
        attribute_name: attribute.to_owned(),
        enabled: true,
    };
    let request = UpdateTimeToLiveRequest {
        table_name: table.to_owned(),
        time_to_live_specification: specification,
    };
    match db.update_time_to_live(request) {
        // "TimeToLive is already enabled", in a file from an earlier run.
        Err(DynoxideError::ValidationException(why)) if why.contains("already enabled") => Ok(()),
        other => other.map(drop),
    }
}

pub(crate) fn items(db: &Database, table: &str) -> Result<Vec<Map<String, Value>>> {
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let request = ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key: start,
            ..Default::default()
        };
        let page = db.scan(request).map_err(|source| Error::Table {
            table: table.to_owned(),
            source,
        })?;
        let found = page
            .items
            .iter()
            .flatten()
            .filter_map(|item| serde_json::to_value(item).ok());
        items.extend(found.filter_map(|item| item.as_object().cloned()));
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

pub(crate) struct DynamoDb {
    client: Client<HttpConnector, Full<Bytes>>,
    address: Uri,
    conflicts: Conflicts,
}

impl DynamoDb {
    /// The way to the engine, and the engine's server, which runs while it is polled.
    pub(crate) async fn start(
        db: Database,
        conflicts: Conflicts,
    ) -> Result<(Self, impl Future<Output = ()> + Send)> {
        let listener = bind().await?;
        let address = listener.local_addr().map_err(Error::machine("read an address"))?;
        let address = format!("http://{address}/").parse().unwrap_or_default();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let server = dynoxide::server::serve_with_shutdown(listener, db, std::future::pending());
        Ok((
            Self {
                client,
                address,
                conflicts,
            },
            async move { drop(server.await) },
        ))
    }

    async fn forward(&self, call: &Call) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let mut request =
            Request::post(self.address.clone()).body(Full::new(Bytes::from(call.body.to_string())))?;
        for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
            if let Some(value) = call.headers.get(name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let (head, body) = self.client.request(request).await?.into_parts();
        let body = serde_json::from_slice(&body.collect().await?.to_bytes())?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

impl Backend for DynamoDb {
    async fn answer(&self, call: &Call) -> Answer {
        let _held = match self.conflicts.enter(call) {
            Ok(held) => held,
            Err(conflict) => return conflict.answer(),
        };
        match self.forward(call).await {
            Ok(answer) => answer,
            Err(e) => {
                tracing::error!(error = e.to_string(), "the embedded DynamoDB did not answer");
                let kind = "com.amazonaws.dynamodb.v20120810#InternalServerError";
                Answer::error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    kind,
                    "the embedded engine did not answer",
                )
            }
        }
    }
}
