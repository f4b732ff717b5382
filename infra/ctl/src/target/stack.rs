//! `DescribeStacks`, signed by hand.
//!
//! Source: AWS CloudFormation API reference, `DescribeStacks` and "Common errors" (query protocol, version 2010-05-15).

use std::time::{Duration, UNIX_EPOCH};

use app::Clock as _;
use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use super::Outputs;
use crate::Error;

/// The answer comes in a second or not at all.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The partition of China has a domain of its own.
const CHINA: &str = "cn-";

/// A stack's outputs, asked of CloudFormation.
pub async fn describe(config: &SdkConfig, stack: &str) -> Result<Outputs, Error> {
    let fail = |why: String| Error::Stack {
        stack: stack.to_owned(),
        why,
    };
    if !is_stack_name(stack) {
        return Err(Error::Usage(format!("{stack:?} is no stack's name")));
    }
    let request = signed(config, stack).await?;
    let http = runtime::clients::http().map_err(|error| Error::Machine(Box::new(error)))?;
    let answer = http.execute(request).await;
    let answer = answer.map_err(|error| fail(error.to_string()))?;
    let succeeded = answer.status().is_success();
    let text = answer.text().await.map_err(|error| fail(error.to_string()))?;
    let document = roxmltree::Document::parse(&text).map_err(|error| fail(error.to_string()))?;
    if succeeded {
        Ok(outputs_in(&document))
    } else {
        Err(fail(complaint_in(&document)))
    }
}

/// Letters, digits and hyphens; as an ARN also colons and slashes.
fn is_stack_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-:/".contains(&byte))
}

async fn signed(config: &SdkConfig, stack: &str) -> Result<reqwest::Request, Error> {
    let region = config.region().map(ToString::to_string).ok_or_else(|| {
        Error::Usage("no region is known: export AWS_REGION, such as eu-central-1".to_owned())
    })?;
    let url = config.endpoint_url().map_or_else(
        || public_endpoint(&region),
        |url| format!("{}/", url.trim_end_matches('/')),
    );
    let body = format!("Action=DescribeStacks&Version=2010-05-15&StackName={stack}");
    let machine = |error| Error::Machine(error);
    let mut request = http::Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .map_err(|error| machine(Box::new(error)))?;
    sign_with(config, &region, &mut request).await?;
    let mut request = reqwest::Request::try_from(request).map_err(|error| machine(Box::new(error)))?;
    *request.timeout_mut() = Some(TIMEOUT);
    Ok(request)
}

async fn sign_with(
    config: &SdkConfig,
    region: &str,
    request: &mut http::Request<String>,
) -> Result<(), Error> {
    let provider = config
        .credentials_provider()
        .ok_or_else(|| Error::Credentials("no provider of credentials".into()))?;
    let credentials = provider.provide_credentials().await;
    let identity = credentials
        .map_err(|error| Error::Credentials(Box::new(error)))?
        .into();
    let now = Duration::from_millis(runtime::SystemClock.now().0.try_into().unwrap_or_default());
    let machine = |error| Error::Machine(error);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("cloudformation")
        .time(UNIX_EPOCH + now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| machine(Box::new(error)))?
        .into();
    let uri = request.uri().to_string();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let signable = SignableRequest::new(
        "POST",
        &uri,
        headers.into_iter(),
        SignableBody::Bytes(request.body().as_bytes()),
    );
    let signable = signable.map_err(|error| machine(Box::new(error)))?;
    let (instructions, _) = sign(signable, &params)
        .map_err(|error| machine(Box::new(error)))?
        .into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

fn public_endpoint(region: &str) -> String {
    let end = if region.starts_with(CHINA) { ".cn" } else { "" };
    format!("https://cloudformation.{region}.amazonaws.com{end}/")
}

fn outputs_in(document: &roxmltree::Document<'_>) -> Outputs {
    let members = document.descendants().filter(|node| {
        node.has_tag_name_here("member")
            && node
                .parent()
                .is_some_and(|parent| parent.has_tag_name_here("Outputs"))
    });
    members
        .filter_map(|member| Some((text_of(member, "OutputKey")?, text_of(member, "OutputValue")?)))
        .collect()
}

fn complaint_in(document: &roxmltree::Document<'_>) -> String {
    let found = document
        .descendants()
        .find(|node| node.has_tag_name_here("Message"));
    found
        .and_then(|node| node.text())
        .unwrap_or("AWS did not say why")
        .to_owned()
}

fn text_of(parent: roxmltree::Node<'_, '_>, name: &str) -> Option<String> {
    let child = parent.children().find(|node| node.has_tag_name_here(name))?;
    child.text().map(str::to_owned)
}

/// Names without regard to namespaces: AWS's carry one that holds the API's date.
trait Named {
    fn has_tag_name_here(&self, name: &str) -> bool;
}

impl Named for roxmltree::Node<'_, '_> {
    fn has_tag_name_here(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }
}

#[cfg(test)]
mod tests;
