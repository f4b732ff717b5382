//! The routes and their description, from one declaration each: a handler that is not described is not served.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware;
use axum::response::Response;
use http::StatusCode;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, OpenApi, Ref, RefOr, Response as Described, ResponseBuilder,
};
use utoipa::{IntoResponses, Modify, OpenApi as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::problem::{Problem, Refusal};
use crate::{admin, cors, features, health, me, ofrep, reply, web};

/// The document's head.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "neurocards features", version = "1", license(name = "MIT", identifier = "MIT"),
        description = "Flags over OFREP, what a customer may do, and the operator's side."),
    servers((url = "/")),
    components(schemas(Problem, admin::Kind, admin::single::Single)),
    modifiers(&Schemes),
    security(("tma" = []), ("bearer" = []), ("key" = [])),
    tags((name = "service", description = "The service itself"),
        (name = "ofrep", description = "OpenFeature Remote Evaluation Protocol 0.3"),
        (name = "features", description = "What a customer may do"),
        (name = "me", description = "The signed-in customer's own"),
        (name = "admin", description = "The operator's side")),
)]
struct Head;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        let header = |name: &str, what: &str| {
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, what)))
        };
        let tma = "A user: `tma <init data of the bot's Mini App>`";
        components.add_security_scheme("tma", header("Authorization", tma));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("A machine: `nc_<id>_<secret>`"));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        components.add_security_scheme("key", header("X-API-Key", "A machine: `nc_<id>_<secret>`"));
    }
}

/// What every route may refuse for, whoever asks.
pub(crate) struct Failures;

/// What every route may refuse for where it wants to know who asks.
pub(crate) struct Denials;

/// What routes with a query may refuse for.
pub(crate) struct Unreadable;

/// What routes may refuse for that speak of one thing.
pub(crate) struct NotThere;

/// What routes with a body may refuse for.
pub(crate) struct Bodies;

/// What routes may refuse for that write.
pub(crate) struct Contended;

/// What routes may refuse for that count.
pub(crate) struct UsedUp;

impl IntoResponses for UsedUp {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[(
            429,
            "A limit has not room enough, or too many requests; `Retry-After` says when to come again",
        )])
    }
}

impl IntoResponses for Bodies {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[
            (400, "The request cannot be read"),
            (413, "The body is too long"),
            (415, "The body is no JSON"),
            (422, "The body says nothing sensible"),
        ])
    }
}

impl IntoResponses for Contended {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[(409, "Somebody else was faster, or it was decided before")])
    }
}

impl IntoResponses for Unreadable {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[(400, "The request cannot be read")])
    }
}

impl IntoResponses for NotThere {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[(404, "There is no such thing")])
    }
}

impl IntoResponses for Denials {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let mut all = Failures::responses();
        all.extend(described(&[
            (401, "Nobody said who asks, or not so that it is believed"),
            (403, "Who asks may not do this"),
            (
                429,
                "Too many requests; `Retry-After` says when there is room again",
            ),
        ]));
        all
    }
}

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&[
            (500, "A fault of ours"),
            (503, "The tables or a payment rail do not answer now; try again"),
        ])
    }
}

fn described(problems: &[(u16, &str)]) -> BTreeMap<String, RefOr<Described>> {
    let one = |(status, what): &(u16, &str)| {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
        let response = ResponseBuilder::new()
            .description(*what)
            .content("application/problem+json", body.build());
        (status.to_string(), response.build().into())
    };
    problems.iter().map(one).collect()
}

/// The routes with their descriptions.
fn described_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(openapi_json))
        .routes(routes!(ofrep::evaluate_flag))
        .routes(routes!(ofrep::evaluate_flags))
        .routes(routes!(features::list_features))
        .routes(routes!(features::check_feature))
        .routes(routes!(features::list_models))
        .routes(routes!(features::list_components))
        .routes(routes!(features::user_features))
        .routes(routes!(features::use_feature))
        .routes(routes!(features::release_use))
        .routes(routes!(admin::upgrades::ask_for_upgrade))
        .routes(routes!(me::me))
        .routes(routes!(me::my_orders))
        .routes(routes!(me::my_gallery))
        .routes(routes!(me::file_of_order))
        .routes(routes!(me::send_order))
        .routes(routes!(me::cancel_order))
        .routes(routes!(me::my_shop))
        .routes(routes!(me::buy))
        .routes(routes!(me::my_purchase))
        .routes(routes!(me::check_purchase))
        .merge(admin_routes())
}

/// The operator's side.
fn admin_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::default()
        .routes(routes!(admin::rows::list_rows))
        .routes(routes!(
            admin::rows::read_row,
            admin::edit::put_row,
            admin::edit::delete_row
        ))
        .routes(routes!(admin::history::list_versions))
        .routes(routes!(admin::history::roll_back))
        .routes(routes!(admin::audit::changes_of_day))
        .routes(routes!(admin::audit::changes_of_entity))
        .routes(routes!(admin::audit::changes_by_person))
        .routes(routes!(
            admin::standing::read_standing,
            admin::standing::change_standing
        ))
        .routes(routes!(admin::standing::list_overrides))
        .routes(routes!(admin::upgrades::list_upgrades))
        .routes(routes!(admin::upgrades::approve_upgrade))
        .routes(routes!(admin::upgrades::deny_upgrade))
        .routes(routes!(admin::explain::explain_feature))
        .routes(routes!(admin::usage::shared_usage))
        .routes(routes!(admin::promos::used_promos))
        .routes(routes!(admin::requests::list_requests))
        .routes(routes!(admin::requests::sum_up))
        .routes(routes!(admin::requests::top_models))
        .routes(routes!(admin::requests::unlimited_plans))
        .routes(routes!(admin::requests::requests_of_user))
        .routes(routes!(admin::jobs::open_jobs))
        .routes(routes!(admin::payments::list_payments))
        .routes(routes!(admin::payments::read_payment))
        .routes(routes!(admin::payments::refund_payment))
        .routes(routes!(admin::payments::accept_payment))
        .routes(routes!(admin::payments::recheck_payment))
        .routes(routes!(admin::dead_letters::list_dead_letters))
        .routes(routes!(admin::dead_letters::ring_dead_letters))
        .merge(broadcast_routes())
        .merge(panel_routes())
}

/// What operators write to many.
fn broadcast_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::default()
        .routes(routes!(
            admin::broadcasts::list_broadcasts,
            admin::broadcasts::make_broadcast
        ))
        .routes(routes!(admin::broadcasts::read_broadcast))
        .routes(routes!(admin::broadcasts::count_broadcast))
        .routes(routes!(admin::broadcasts::test_broadcast))
        .routes(routes!(admin::broadcasts::start_broadcast))
        .routes(routes!(admin::broadcasts::stop_broadcast))
        .routes(routes!(admin::broadcasts::resume_broadcast))
}

/// What the operator's panel asks besides.
fn panel_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::default()
        .routes(routes!(admin::myself::who_asks))
        .routes(routes!(admin::account::read_account))
        .routes(routes!(admin::account::read_ledger))
        .routes(routes!(admin::credits::give_credits))
        .routes(routes!(admin::job::read_job))
        .routes(routes!(admin::explain_order::explain_order))
        .routes(routes!(admin::providers::list_providers))
        .routes(routes!(admin::pause::pause_provider))
        .routes(routes!(admin::pause::resume_provider))
        .routes(routes!(admin::figures::figures_of_day))
        .routes(routes!(admin::single::read_single, admin::single::put_single))
        .routes(routes!(admin::preview::preview_row))
        .routes(routes!(admin::preview::preview_rollback))
}

/// The document, put together once.
static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let document = described_routes().into_openapi();
    document.to_json().unwrap_or_default().into_bytes()
});

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service", security(()),
    responses((status = 200, description = "The description of this API in OpenAPI 3.1", body = Object), Failures))]
async fn openapi_json() -> Response {
    reply::bytes(StatusCode::OK, DOCUMENT.clone())
}

/// Everything that is served.
pub fn router(api: Arc<Api>) -> Router {
    let (router, _) = described_routes().split_for_parts();
    router
        .merge(web::routes())
        .fallback(|| async { Refusal::NotFound("there is no such path; see /openapi.json".to_owned()) })
        .method_not_allowed_fallback(|| async { Refusal::Method })
        .layer(middleware::from_fn_with_state(
            Arc::clone(&api),
            cors::cross_origin,
        ))
        .layer(middleware::from_fn(crate::body::in_time))
        .with_state(api)
}
