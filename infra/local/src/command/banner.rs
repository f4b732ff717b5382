//! What is said at the start: where to go, what to do there, how to stop.

use crate::access;
use crate::cloud::Cloud;
use crate::log::Log;
use crate::options::Options;
use crate::outside::Outside;
use crate::secret;
use crate::studios::Studios;

/// Everything is played.
pub(super) fn played(cloud: &Cloud, options: &Options, log: &Log) -> String {
    let page = cloud.page_url();
    let (api, key) = cloud.api().unwrap_or_default();
    let (yookassa, stripe) = cloud.rails().map_or(("", ""), |rails| {
        (rails.yookassa_cabinet.as_str(), rails.stripe_cabinet.as_str())
    });
    let render = match &options.kie_key {
        None => format!(
            "The video takes about {} s; the provider is played, and nothing costs money.",
            options.render_ms / 1_000
        ),
        Some(_) => REAL_KIE.to_owned(),
    };
    format!(
        "
  neurocards runs on this machine. Telegram is played, and nothing leaves it{except}.

    Open    {page}/
    Then    press Start, send a photo or a few words, press Create.
            {render}
    Cabinet {cabinet}
            is the Mini App; the button beside the page's text field opens it signed in
    Panel   {page}/client/{admin}/mini-app?app=panel
            is the operator's, signed in as the page's first customer once they pressed Start; at a desk
            {api}panel/ takes a key
    Urgent  what an operator does from Telegram (/operator) is done in the operator's chat, and by its administrators. The
            page has none to write in, only a channel for reports: with a bot of your own, make a group, name it
            (OperatorChatId) and add yourself (cargo ctl admins set); infra/README.md says how
    Models  Kling, Gemini Omni, Veo, Luma and MiniMax have a model each, played like KIE.AI
    Trouble put #fail, #nofile, #429 … into a prompt to see how it is handled
            (all words: infra/local/played-kie/README.md)
    Money   is played, too: {yookassa} and {stripe}
            have every payment, refunds, disputes and faults
    Watch   {page}/cloud counts what the functions do
    Report  curl -X POST {page}/cloud/run/DailyReportFunction
            sends the operator's report to a channel; cargo ctl report --local prints it
    API     curl -H 'X-API-Key: {key}' -X POST {api}ofrep/v1/evaluate/flags
            ({api}openapi.json describes it)
    Logs    {log} (warnings also appear here)
    Stop    Ctrl-C
",
        cabinet = cloud.mini_app_url().unwrap_or_default(),
        admin = access::ADMIN,
        except = if options.kie_key.is_some() {
            " but orders to KIE.AI"
        } else {
            ""
        },
        log = log.path().display(),
    )
}

/// The provider is real.
pub(super) const REAL_KIE: &str = "Videos are ordered from KIE.AI and cost your credits there. It cannot call this \
                                   machine back, so each video is asked for, first after about its usual time: \
                                   expect it a minute or two late.";

/// Telegram is real.
pub(super) fn real(username: &str, cloud: &Cloud, options: &Options, log: &Log) -> String {
    let render = match &options.kie_key {
        None => "The provider is played, so videos cost nothing.",
        Some(_) => REAL_KIE,
    };
    format!(
        "
  neurocards runs on this machine as @{username} in the real Telegram.

    Open    https://t.me/{username}
    Then    press Start, send a photo or a few words, press Create.
            {render}
    Watch   {page}/cloud counts what the functions do
    Logs    {log} (warnings also appear here)
    Stop    Ctrl-C
",
        page = cloud.page_url(),
        log = log.path().display(),
    )
}

/// Only the played servers run.
pub(super) fn played_only(outside: &Outside) -> String {
    format!(
        "
  The outside world is played; no function runs here.

    Telegram  {page} (the page, and the Bot API under /bot<token>/)
              token {token}
    KIE.AI    {kie} (API, uploads, results; a chat model under /v1/)
              key {key}, callbacks signed with {hmac}; of the chat model {chat_key}
    {studios}
    YooKassa  {yookassa} (the API under /v3, cabinet)
              shop {shop}, key {yookassa_key}
    Stripe    {stripe} (the API under /v1, dashboard)
              key {stripe_key}, events signed with {whsec}
    Stop      Ctrl-C
",
        page = outside.page.url,
        studios = outside
            .studios
            .iter()
            .flat_map(Studios::lines)
            .collect::<Vec<_>>()
            .join("\n    "),
        kie = outside.kie_url().unwrap_or_default(),
        token = secret::PLAYED_TOKEN,
        key = secret::PLAYED_KIE_KEY,
        chat_key = secret::PLAYED_CHAT_KEY,
        hmac = secret::PLAYED_KIE_HMAC_KEY,
        yookassa = outside
            .rails()
            .map_or("", |rails| rails.yookassa_cabinet.as_str()),
        stripe = outside.rails().map_or("", |rails| rails.stripe_cabinet.as_str()),
        shop = secret::PLAYED_SHOP,
        yookassa_key = secret::PLAYED_YOOKASSA_KEY,
        stripe_key = secret::PLAYED_STRIPE_KEY,
        whsec = secret::PLAYED_STRIPE_WEBHOOK_SECRET,
    )
}
