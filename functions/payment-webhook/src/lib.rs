//! The Lambda that takes the notices of `YooKassa` (`/yookassa`) and Stripe (`/stripe`).
//!
//! A notice is a reason to ask, never an answer: `YooKassa`'s are not signed, and come from known networks at best; Stripe's
//! are signed, and late, doubled and in any order. What is believed is what the rail says when it is asked. 200 is answered
//! only when all that follows is written; anything else makes the rail tell it again, for a day or three.

use std::net::IpAddr;

use app::cashier::{Cashier, Error, Heard};
use domain::payment::{PaymentId, Rail};
use ipnet::IpNet;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use payments::{stripe, yookassa};
use runtime::{Aws, Config, Secrets};
use table::Deadline;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "PAYMENTS_TABLE",
    "SETTINGS_TABLE",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "YOOKASSA_API_URL",
    "YOOKASSA_SHOP_ID",
    "YOOKASSA_MORE_NETWORKS",
    "STRIPE_API_URL",
    "TAKES_TEST_MONEY",
    "RETURN_URL",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// The largest notice that is read. Real ones are a few kilobytes.
const NOTICE_BYTES_MAX: usize = 256 << 10;

/// What the function works with.
#[derive(Debug)]
pub struct App {
    cashier: Cashier,
    stripe: Option<StripeSecret>,
    networks: Vec<IpNet>,
}

/// What Stripe signs its events with.
pub struct StripeSecret(String);

impl std::fmt::Debug for StripeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StripeSecret(..)")
    }
}

impl App {
    /// From a cashier, what Stripe signs with (without it no event is taken), and from where `YooKassa` may come besides
    /// its own networks.
    pub fn new(cashier: Cashier, stripe: Option<&str>, networks: Vec<IpNet>) -> Self {
        Self {
            cashier,
            stripe: stripe.map(|secret| StripeSecret(secret.to_owned())),
            networks,
        }
    }

    /// From the environment.
    pub async fn start() -> Result<Self, runtime::Error> {
        let config = Config::read(ENVIRONMENT)?;
        config.telemetry()?;
        let aws = Aws::from_env().await;
        let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
        let cashier = config.money()?.cashier(&aws, &secrets, runtime::env())?;
        let more = config.get("YOOKASSA_MORE_NETWORKS")?;
        let more = more
            .split(',')
            .map(str::trim)
            .filter(|network| !network.is_empty());
        let networks = more.map(str::parse).collect::<Result<_, _>>();
        let networks = networks.map_err(|_| runtime::Error::Malformed {
            name: "YOOKASSA_MORE_NETWORKS".to_owned(),
            expected: "a list of networks such as 127.0.0.1/32",
        })?;
        Ok(Self::new(cashier, secrets.stripe_webhook_secret(), networks))
    }
}

/// Answers one HTTP request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let deadline = request.lambda_context_ref().map_or_else(
        || Deadline::after(std::time::Duration::from_secs(8)),
        runtime::deadline,
    );
    deadline.hold(routed(app, &request, deadline)).await
}

async fn routed(app: &App, request: &Request, deadline: Deadline) -> Response<Body> {
    if request.body().as_ref().len() > NOTICE_BYTES_MAX {
        return status(413);
    }
    let path = request.raw_http_path().trim_end_matches('/').to_owned();
    match (request.method().as_str(), path.as_str()) {
        ("POST", "/yookassa") => yookassa_notice(app, request, deadline).await,
        ("POST", "/stripe") => stripe_event(app, request, deadline).await,
        (_, "/yookassa" | "/stripe") => status(405),
        _ => status(404),
    }
}

/// The address that the gateway saw, never one that a header states.
fn source(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

async fn yookassa_notice(app: &App, request: &Request, deadline: Deadline) -> Response<Body> {
    let known = source(request).is_some_and(|source| yookassa::is_known(source, &app.networks));
    if !known {
        meter::notice_forged();
        tracing::warn!(name: "notice_from_nowhere", source = ?source(request), "a notice from an unknown network");
        return status(403);
    }
    let Some(notice) = yookassa::Notice::read(request.body().as_ref()) else {
        tracing::info!(name: "notice_about_nothing", "a notice about no payment");
        return status(200);
    };
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: notice.payment.clone(),
    };
    let heard = app.cashier.notice(&id, deadline).await;
    // Made up, or ahead of YooKassa's own books: what is true was done, and it may come again.
    let fits = match &heard {
        Ok(Some(heard)) => notice.fits(&heard.truth),
        _ => true,
    };
    let answered = answer(app, heard, &id, deadline).await;
    if fits {
        return answered;
    }
    meter::notice_forged();
    tracing::warn!(name: "notice_untrue", payment = %id, "a notice that says what is not so");
    status(500)
}

async fn stripe_event(app: &App, request: &Request, deadline: Deadline) -> Response<Body> {
    let header = request.headers().get("stripe-signature");
    let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = request.body().as_ref();
    let now_s = app.cashier.env.now().seconds();
    let signed = app
        .stripe
        .as_ref()
        .is_some_and(|secret| stripe::Signature::new(header).is_of(body, &secret.0, now_s));
    if !signed {
        meter::notice_forged();
        tracing::warn!(name: "notice_unsigned", "an event that Stripe has not signed");
        return status(400);
    }
    let payment = |id: String| PaymentId {
        rail: Rail::Stripe,
        id,
    };
    match stripe::Notice::read(body) {
        None => status(200),
        Some(stripe::Notice::Payment(id)) => {
            let id = payment(id);
            let heard = app.cashier.notice(&id, deadline).await;
            answer(app, heard, &id, deadline).await
        }
        Some(stripe::Notice::Session(id)) => {
            let id = payment(id);
            match app.cashier.reference(Rail::Stripe, &id.id, deadline).await {
                // Completed and not paid yet, or expired: there is nothing to be done about it.
                Ok(None) => status(200),
                heard => answer(app, heard, &id, deadline).await,
            }
        }
    }
}

/// The customer is told by whoever has changed something; if that fails it stays due, and cleanup does it.
async fn answer(
    app: &App,
    heard: Result<Option<Heard>, Error>,
    id: &PaymentId,
    deadline: Deadline,
) -> Response<Body> {
    match heard {
        Ok(Some(heard)) => {
            if let Some(record) = heard.record.filter(|_| heard.changed)
                && let Err(error) = app.cashier.tell(record, deadline).await
            {
                tracing::warn!(name: "payment_told_later", payment = %id, error = runtime::batch::chain(&error), "the customer is told later");
            }
            status(200)
        }
        // The rail knows of no such payment: forged, or told before the rail's own books have it.
        Ok(None) => {
            meter::notice_forged();
            tracing::warn!(name: "notice_of_no_payment", payment = %id, "a notice of a payment that the rail does not know");
            status(500)
        }
        Err(error) => {
            tracing::error!(name: "notice_to_come_again", payment = %id, error = runtime::batch::chain(&error), "the notice is to come again");
            status(500)
        }
    }
}

fn status(code: u16) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(code).unwrap_or_default();
    response
}
