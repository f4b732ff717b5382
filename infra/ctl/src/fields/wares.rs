//! What is sold for money, and how.

use super::{Kind, field};

pub(super) const PLAN: Kind = Kind {
    command: "plans",
    kind: "plan",
    about: "What customers can have for a time. One with prices is sold; any other is only given.",
    examples: &[
        (
            "unlimited_1day",
            "{title: A day without limits, unlimited: true, days: 1, prices: {stars: 480, yookassa: \"499.00\"}}",
        ),
        (
            "pro_month",
            "{title: {ru: Про на месяц, en: Pro for a month}, credits: 60, tier: pro, days: 30, grace_days: 3, renews: true, \
             prices: {stars: 1430}}",
        ),
        (
            "kling",
            "{title: Kling for a month, unlimited: true, models: [kling-3.0], days: 30}",
        ),
    ],
    fields: &[
        field(
            "title",
            TITLE,
            "what customers read; in an invoice at most 32 characters",
        ),
        field(
            "description",
            "text, or {ru, en}",
            "a sentence about it; at most 255 characters",
        ),
        field(
            "unlimited",
            "true | false [false]",
            "videos cost no credits; each model's unlimited_daily_limit and unlimited_budget_tokens hold them",
        ),
        field(
            "models",
            "list [every model with limits for such plans]",
            "the models that it covers",
        ),
        field("tier", "tier", "the tier that it brings"),
        field(
            "credits",
            "number [0]",
            "credits that come with every payment, and stay",
        ),
        field(
            "days",
            "1 to 3660",
            "for how many days it is sold, or given where nobody says until when; what is sold needs it",
        ),
        field(
            "grace_days",
            "number [0]",
            "for how many days after its end it still holds, while its renewal is awaited",
        ),
        field(
            "renews",
            "true | false [false]",
            "a subscription where it is paid in Stars; only with days: 30, the one period that Telegram has",
        ),
        field("prices", "by rail [none: only given]", "what it costs"),
        field(
            "prices.stars",
            STARS,
            "in Telegram Stars; of what renews at most 10000",
        ),
        field("prices.yookassa", MONEY, "in roubles, at least 1.00"),
        field("prices.stripe", MONEY, "in US dollars, at least 0.50"),
        field(
            "order",
            "number [0]",
            "where it stands among the plans, smallest first",
        ),
        field(
            "is_withdrawn",
            "true | false [false]",
            "sold and given to nobody any more; whoever has it keeps it",
        ),
    ],
};

const TITLE: &str = "text, or {ru, en}, required";
const STARS: &str = "whole number up to 100000";
const MONEY: &str = "decimal with 2 digits";

pub(super) const PACK: Kind = Kind {
    command: "packs",
    kind: "pack",
    about: "Credits at a price. To sell one no more, delete it: what was bought stays.",
    examples: &[(
        "mega",
        "{title: {ru: Мега, en: Mega}, credits: 100, prices: {stars: 2790, yookassa: \"2900.00\", stripe: \"36.99\"}}",
    )],
    fields: &[
        field("title", TITLE, "what customers read, at most 32 characters"),
        field(
            "description",
            "text, or {ru, en}",
            "a sentence about it; at most 255 characters",
        ),
        field("credits", "number, required", "how many"),
        field(
            "prices",
            "by rail, required",
            "what they cost, on one rail at least",
        ),
        field("prices.stars", STARS, "in Telegram Stars"),
        field("prices.yookassa", MONEY, "in roubles, at least 1.00"),
        field("prices.stripe", MONEY, "in US dollars, at least 0.50"),
        field(
            "order",
            "number [0]",
            "where it stands among the packs, smallest first",
        ),
    ],
};

pub(crate) const SELLING: Kind = Kind {
    command: "selling",
    kind: "selling",
    about: "How packs and plans are sold. One row by itself: cargo ctl selling put, or a whole file (settings apply).",
    examples: &[(
        "",
        "{rails: [stars, yookassa], receipts: {vat_code: 1}, support: \"@help\"}",
    )],
    fields: &[
        field(
            "rails",
            "list of stars | yookassa | stripe [none]",
            "which are offered, in this order; none sells nothing",
        ),
        field(
            "offer_hours",
            "1 to 24 [24]",
            "how long an offer can be paid at its price",
        ),
        field(
            "receipts",
            "off | an object [off]",
            "the receipts that YooKassa is asked for (54-FZ)",
        ),
        field(
            "receipts.vat_code",
            "1 to 12, required",
            "the VAT code of all that is sold",
        ),
        field(
            "refund_unused_hours",
            "0 to 8760 [0]",
            "for how long what was bought and not used goes back for the asking; 0: never by itself",
        ),
        field(
            "four_eyes_above",
            "by rail [never]",
            "above which amount two people have to agree to a refund",
        ),
        field("four_eyes_above.stars", "whole number", "in Telegram Stars"),
        field("four_eyes_above.yookassa", MONEY, "in roubles"),
        field("four_eyes_above.stripe", MONEY, "in US dollars"),
        field(
            "support",
            "text",
            "where customers find help with a payment: a name or a link",
        ),
        field("terms_url", "https:// address", "where the terms of sale stand"),
    ],
};
