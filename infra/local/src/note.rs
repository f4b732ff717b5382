//! The note that a running local cloud leaves in `.local-cloud/stack.json`, by which `cargo ctl --local` finds it. Its
//! other side is `ctl::target::LocalCloud`.

use std::path::{Path, PathBuf};

use local_lambda::Service;
use serde_json::{Value, json};

use crate::cloud::{API, Cloud, WEBHOOK};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::secret;

/// The note; dropping it takes it away.
#[derive(Debug)]
pub(crate) struct Note {
    path: PathBuf,
}

impl Note {
    /// Leaves a note in the directory.
    pub(crate) fn leave(directory: &Path, cloud: &Cloud, options: &Options) -> Result<Self> {
        let path = directory.join("stack.json");
        let text = format!("{:#}\n", content(cloud, options)?);
        std::fs::write(&path, text).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        Ok(Self { path })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // A note that stays behind only leads to a refused connection.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn content(cloud: &Cloud, options: &Options) -> Result<Value> {
    let local = cloud.local();
    let mut outputs = local.stack().outputs.clone();
    outputs.insert("WebhookUrl".to_owned(), local.url(WEBHOOK)?.to_owned());
    outputs.insert("FeaturesApiUrl".to_owned(), local.url(API)?.to_owned());
    let telegram = options.telegram.as_ref().map(|real| real.api_url.as_str());
    Ok(json!({
        "outputs": outputs,
        "endpoints": {
            "dynamodb": local.aws().endpoint(Service::DynamoDb),
            "secretsmanager": local.aws().endpoint(Service::SecretsManager),
            "sqs": local.aws().endpoint(Service::Sqs),
        },
        "region": local.stack().region,
        "secret": secret::ARN,
        "telegram": telegram.unwrap_or(cloud.page_url()),
    }))
}
