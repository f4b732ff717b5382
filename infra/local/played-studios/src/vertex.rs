//! Google's Veo on Vertex AI, with the three hosts that it takes: the region's, the one that gives out tokens, and the bucket's.
//! Sources: docs.cloud.google.com (Veo on Vertex AI API), developers.google.com/identity (service accounts), and answers that
//! clients have quoted. It does not call back; its files are given out to tokens alone. For how long it knows an operation is
//! documented nowhere.

use std::collections::HashMap;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Form, Json, Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::files;
use crate::jwt;
use crate::studio::{Protocol, Studio, page};
use crate::task::{Ending, Task, Trouble, Wish};

/// Vertex AI.
pub const PROTOCOL: Protocol = Protocol {
    name: "vertex",
    routes,
    report: None,
    key: account,
};

const PROJECT: &str = "played-project";
const LOCATION: &str = "us-central1";
const BUCKET: &str = "played-videos";
const FOLDER: &str = "veo";
const EMAIL: &str = "bot@played-project.iam.gserviceaccount.com";
const TOKEN_PLACE: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const MODELS: [&str; 2] = ["veo-3.1-generate-001", "veo-3.1-fast-generate-001"];
/// How long a token holds.
const TOKEN_SECONDS: i64 = 3600;
/// How long an operation is known.
const OPERATION_MS: i64 = 2 * 24 * 3600 * 1000;

/// What the secret says of an account: the key file, with the bucket. `id` is that of the key.
pub fn account(id: &str) -> String {
    key_file(id, include_str!("../keys/account.pem"))
}

/// The same of somebody who made a key of their own for it.
pub fn stranger(id: &str) -> String {
    key_file(id, include_str!("../keys/stranger.pem"))
}

fn key_file(id: &str, pem: &str) -> String {
    let file = json!({
        "type": "service_account", "project_id": PROJECT, "private_key_id": id, "private_key": pem,
        "client_email": EMAIL, "client_id": "1", "token_uri": TOKEN_PLACE,
        "bucket": format!("{BUCKET}/{FOLDER}"),
    });
    file.to_string()
}

fn routes() -> Router<Studio> {
    Router::new()
        .route("/token", post(token))
        .route(
            "/v1/projects/{project}/locations/{location}/publishers/google/models/{call}",
            post(called),
        )
        .route("/storage/v1/b/{bucket}/o/{object}", get(object))
}

/// `POST /token`: a token for an assertion that the account has signed.
async fn token(State(studio): State<Studio>, Form(form): Form<HashMap<String, String>>) -> Response {
    let refused = |error: &str, why: &str| {
        let body = json!({"error": error, "error_description": why});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return refused("unsupported_grant_type", "Invalid grant_type");
    }
    let account: Value = serde_json::from_str(studio.api_key()).unwrap_or_default();
    let pem = account["private_key"].as_str().unwrap_or_default();
    let Some((head, claims)) = jwt::signed_by_rsa(field("assertion"), pem) else {
        return refused("invalid_grant", "Invalid JWT Signature.");
    };
    if head["alg"] != "RS256" || head["kid"] != account["private_key_id"] {
        return refused("invalid_grant", "Invalid JWT: key not found");
    }
    if claims["iss"] != EMAIL {
        return refused("invalid_grant", "Invalid grant: account not found");
    }
    if claims["aud"] != TOKEN_PLACE || claims["scope"] != SCOPE {
        return refused(
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.",
        );
    }
    let at = |name: &str| claims[name].as_i64().unwrap_or_default();
    let now = studio.now_ms() / 1000;
    let short = (1..=3600).contains(&(at("exp") - at("iat")));
    if !short || at("exp") <= now || at("iat") > now {
        let why =
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
        return refused("invalid_grant", why);
    }
    let until = now + TOKEN_SECONDS;
    let token = format!("ya29.{}", jwt::sealed(&until.to_string(), studio.api_key()));
    let body = json!({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"});
    Json(body).into_response()
}

/// Whether the caller shows a token that holds.
fn is_let_in(studio: &Studio, headers: &HeaderMap) -> bool {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let until = shown
        .and_then(|value| value.strip_prefix("Bearer ya29."))
        .and_then(|token| jwt::unsealed(token, studio.api_key()));
    until
        .and_then(|until| until.parse::<i64>().ok())
        .is_some_and(|until| studio.now_ms() / 1000 < until)
}

fn stranger_is_told() -> Response {
    let why = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
               authentication credential.";
    refusal(401, "UNAUTHENTICATED", why)
}

/// `POST …/{model}:predictLongRunning` and `POST …/{model}:fetchPredictOperation`.
async fn called(
    State(studio): State<Studio>,
    Path((project, location, call)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    if (project.as_str(), location.as_str()) != (PROJECT, LOCATION) {
        studio.complain("vertex: another project's address".to_owned());
    }
    let body = body.map(|Json(body)| body).unwrap_or_default();
    match call.split_once(':') {
        Some((model, "predictLongRunning")) => create(&studio, model, &headers, &body),
        Some((model, "fetchPredictOperation")) => operation(&studio, model, &headers, &body),
        _ => refusal(404, "NOT_FOUND", "Method not found."),
    }
}

fn create(studio: &Studio, model: &str, headers: &HeaderMap, body: &Value) -> Response {
    let troubles = studio.troubles_of_order();
    if let Some(turned_away) = Studio::turned_away(&troubles) {
        return turned_away;
    }
    if !is_let_in(studio, headers) || troubles.contains(&Trouble::SignedOut) {
        return stranger_is_told();
    }
    if let Some(refused) = troubles.iter().find_map(|trouble| refused(*trouble)) {
        return refused;
    }
    match wish(studio, model, body) {
        Ok(wish) => {
            let task = studio.accept(wish, troubles);
            Studio::answered(&task, Json(json!({"name": name_of(&task)})).into_response())
        }
        Err((status, kind, why)) => refusal(status, kind, why),
    }
}

/// What is refused on purpose.
fn refused(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::Busy => {
            let why = "Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model: veo.";
            refusal(429, "RESOURCE_EXHAUSTED", why)
        }
        Trouble::Unpaid => {
            let why = "This API method requires billing to be enabled. Please enable billing on project #1.";
            refusal(403, "PERMISSION_DENIED", why)
        }
        Trouble::Retired => refusal(404, "NOT_FOUND", NO_MODEL),
        Trouble::Refused => {
            let why = "The prompt could not be submitted. This prompt contains words that violate Vertex AI's usage guidelines. \
                       Support codes: 29310472";
            refusal(400, "INVALID_ARGUMENT", why)
        }
        _ => return None,
    })
}

const NO_MODEL: &str = "Publisher Model was not found or your project does not have access to it.";

type Wrong = (u16, &'static str, &'static str);

fn wish(studio: &Studio, model: &str, body: &Value) -> Result<Wish, Wrong> {
    let wrong = |why| (400, "INVALID_ARGUMENT", why);
    if !MODELS.contains(&model) {
        return Err((404, "NOT_FOUND", NO_MODEL));
    }
    let (instance, said) = (&body["instances"][0], &body["parameters"]);
    let prompt = instance["prompt"].as_str().filter(|text| !text.is_empty());
    let seconds = said["durationSeconds"]
        .as_u64()
        .and_then(|seconds| u32::try_from(seconds).ok());
    let seconds = seconds.filter(|seconds| [4, 6, 8].contains(seconds));
    let aspect = said["aspectRatio"]
        .as_str()
        .filter(|aspect| ["16:9", "9:16"].contains(aspect));
    let resolution = said["resolution"].as_str();
    if !resolution.is_some_and(|it| ["720p", "1080p", "4k"].contains(&it)) {
        return Err(wrong("parameters.resolution is not supported."));
    }
    complain(studio, said);
    Ok(Wish {
        model: model.to_owned(),
        prompt: prompt
            .ok_or(wrong("instances[0].prompt is required."))?
            .to_owned(),
        seconds: seconds.ok_or(wrong("durationSeconds must be 4, 6 or 8."))?,
        aspect: aspect.map(str::to_owned),
        photo: photo(&instance["image"]).map_err(wrong)?,
        ..Wish::default()
    })
}

/// What would pass in silence and cost something, or come in a form that nobody here reads.
fn complain(studio: &Studio, said: &Value) {
    if said["sampleCount"] != json!(1) {
        studio.complain("vertex: without sampleCount there may be two videos".to_owned());
    }
    if !said["generateAudio"].is_boolean() {
        studio.complain("vertex: without generateAudio nobody knows the price".to_owned());
    }
    if said["storageUri"] != json!(format!("gs://{BUCKET}/{FOLDER}/")) {
        studio.complain("vertex: the video would come in the answer".to_owned());
    }
}

fn photo(image: &Value) -> Result<Option<Bytes>, &'static str> {
    if image.is_null() {
        return Ok(None);
    }
    let kind = image["mimeType"].as_str();
    let kind = kind.filter(|kind| ["image/jpeg", "image/png"].contains(kind));
    let data = kind.and(image["bytesBase64Encoded"].as_str());
    let bytes = data.and_then(|data| STANDARD.decode(data).ok());
    Ok(Some(bytes.ok_or("instances[0].image is no picture.")?.into()))
}

/// What the service calls an order.
pub fn name_of(task: &Task) -> String {
    let (model, id) = (&task.wish.model, &task.id);
    format!("projects/{PROJECT}/locations/{LOCATION}/publishers/google/models/{model}/operations/{id}")
}

fn operation(studio: &Studio, model: &str, headers: &HeaderMap, body: &Value) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if !is_let_in(studio, headers) {
        return stranger_is_told();
    }
    let now_ms = studio.now_ms();
    let asked = |task: &Task| body["operationName"] == name_of(task) && task.wish.model == model;
    let known = |task: &Task| asked(task) && now_ms < task.created_at_ms + OPERATION_MS;
    match studio.look(known) {
        Some(task) => Json(record(&task, now_ms)).into_response(),
        None => refusal(404, "NOT_FOUND", "The operation was not found."),
    }
}

fn record(task: &Task, now_ms: i64) -> Value {
    let mut made = json!({"@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"});
    let name = name_of(task);
    match task.ending(now_ms) {
        None => return json!({ "name": name }),
        Some(Ending::Failed) => {
            let error = json!({"code": 13, "message": "Internal error. Please try again. Support codes: 1"});
            return json!({"name": name, "done": true, "error": error});
        }
        Some(Ending::Nothing) => {}
        Some(Ending::Moderated) => {
            made["raiMediaFilteredCount"] = json!(1);
            made["raiMediaFilteredReasons"] = json!([
                "Veo could not generate 1 videos based on the prompt provided. You will not be charged for this request. Support codes: 42237218"
            ]);
        }
        Some(Ending::Video) => {
            let uri = format!("gs://{BUCKET}/{FOLDER}/{}/sample_{}.mp4", task.id, task.serial());
            made["raiMediaFilteredCount"] = json!(0);
            made["videos"] = json!([{"gcsUri": uri, "mimeType": "video/mp4"}]);
        }
    }
    json!({"name": name, "done": true, "response": made})
}

/// `GET /storage/v1/b/{bucket}/o/{object}?alt=media`.
async fn object(
    State(studio): State<Studio>,
    Path((bucket, object)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if !headers.contains_key(header::AUTHORIZATION) {
        let why =
            "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object.";
        return refusal(401, "UNAUTHENTICATED", why);
    }
    if !is_let_in(&studio, &headers) {
        return refusal(401, "UNAUTHENTICATED", "Invalid Credentials");
    }
    let named = object
        .strip_prefix(&format!("{FOLDER}/"))
        .filter(|_| bucket == BUCKET);
    let Some((id, sample)) = named.and_then(|name| name.split_once("/sample_")) else {
        return refusal(404, "NOT_FOUND", "No such object.");
    };
    if query.get("alt").map(String::as_str) != Some("media") {
        return Json(json!({"kind": "storage#object", "name": object})).into_response();
    }
    files::file(&studio, id, sample, &method, &headers).await
}

fn refusal(status: u16, kind: &str, message: &str) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"error": {"code": status, "message": message, "status": kind}});
    (code, Json(body)).into_response()
}
