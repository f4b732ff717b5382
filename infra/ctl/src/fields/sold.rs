//! What is made, and within which limits.

use super::{Field, Kind, field};

pub(super) const LIMIT: Kind = Kind {
    command: "limits",
    kind: "limit",
    about: "A limit over all models. It has either a `period` or `sliding_s`, or the measure `concurrent`.",
    examples: &[
        (
            "videos",
            "{max: 50, period: day, anchor: \"21:00\", zone: Europe/Moscow}",
        ),
        ("burst", "{max: 5, sliding_s: 600, steps: 10}"),
        ("open", "{measure: concurrent, max: 2}"),
        ("noted", "{max: 20, period: day, mode: soft, warn_percent: 80}"),
    ],
    fields: LIMIT_FIELDS,
};

const LIMIT_FIELDS: &[Field] = &[
    field(
        "max",
        "number, required",
        "how much is allowed at once or in one window",
    ),
    field(
        "measure",
        "requests | tokens | micro_usd | concurrent [requests]",
        "what is counted: orders, what their prices state, or what is open",
    ),
    field("period", "hour | day | week | month", "the window, by the clock"),
    field(
        "sliding_s",
        "seconds",
        "instead of a period: uses count for so long",
    ),
    field(
        "steps",
        "1 to 60 [24]",
        "into how many steps a sliding window is divided",
    ),
    field(
        "anchor",
        "HH:MM [00:00]",
        "when a window begins, by the wall clock",
    ),
    field("zone", "tz name [UTC]", "whose wall clock: Europe/Moscow"),
    field("utc_offset", "+HH:MM", "instead of a zone: how far ahead of UTC"),
    field(
        "mode",
        "hard | soft | monitor [hard]",
        "refuses; takes the order and tells the customer; takes it and tells the operator",
    ),
    field(
        "warn_percent",
        "1 to 100",
        "from which share of max on the customer is warned",
    ),
    field(
        "shards",
        "1 to 64",
        "counts all customers together, on so many rows",
    ),
    field("provider", "name", "only orders that this provider makes"),
    field(
        "id",
        "letters a-z 0-9 _",
        "in a feature's list only: tells it from another that counts the same",
    ),
];

pub(super) const MODEL: Kind = Kind {
    command: "models",
    kind: "model",
    about: "A model on offer. A price, an aspect or a length that its family cannot render is refused.",
    examples: &[(
        "kling-3.0",
        "{title: Kling 3.0, enabled: true, provider: kie, family: kling-3.0, text: true, image: true, \
         prices: [{seconds: 5, credits: 1}], aspects: [\"9:16\"], prompt_chars_max: 2500, typical_s: 120, render_max_s: 1200, unlimited_daily_limit: 20}",
    )],
    fields: &[
        field("title", "text, required", "what customers read"),
        field(
            "order",
            "number [0]",
            "where it stands in the list, smallest first",
        ),
        field(
            "enabled",
            "true | false, required",
            "off: refused before anybody is charged",
        ),
        field(
            "makes",
            "video | image | music | speech | prompt | transcript [video]",
            "what it makes",
        ),
        field(
            "provider",
            "name, required",
            "who makes it: kie, kling, google, luma, minimax or openai",
        ),
        field(
            "family",
            "name, required",
            "the provider's request form: kling-3.0; for words chat/<model> or audio/<model>",
        ),
        field(
            "routes",
            "list",
            "who else renders it, in the order in which they are asked where those before cannot",
        ),
        field("routes[].provider", "name, required", "who renders it"),
        field("routes[].family", "name, required", "the provider's request form"),
        field(
            "routes[].cost",
            "name",
            "the row of model_costs that says what this provider asks; without it nobody knows",
        ),
        field(
            "routes[].poll_after_s",
            "seconds",
            "when a render there is first asked about, if no callback came; short for one that does not call back",
        ),
        field("text", "true | false, required", "takes words alone"),
        field("image", "true | false, required", "takes a photo"),
        field(
            "prices",
            "list, required",
            "the lengths with their prices, shortest first",
        ),
        field(
            "prices[].seconds",
            "number [0]",
            "seconds of video; required for videos, and for nothing else",
        ),
        field("prices[].credits", "number, required", "credits that it costs"),
        field("prices[].tokens", "number [0]", "tokens as which limits count it"),
        field(
            "prices[].micro_usd",
            "number [0]",
            "what the provider is expected to charge where model_costs says nothing, in millionths of a US dollar",
        ),
        field(
            "prices[].requires",
            "features [none]",
            "what a customer needs for this length",
        ),
        field(
            "prices[].high",
            "{credits, tokens, micro_usd, requires}",
            "the same in the higher quality (1080p, pro); without it there is no choice, and the provider makes what it usually makes",
        ),
        field(
            "aspects",
            "list of 9:16 | 16:9 | 1:1 [none]",
            "the default first; required for videos and images",
        ),
        field(
            "prompt_chars_min",
            "number [1]",
            "the shortest prompt in characters",
        ),
        field(
            "prompt_chars_max",
            "number, required",
            "the longest prompt in characters",
        ),
        field(
            "typical_s",
            "seconds, required",
            "how long a render usually takes",
        ),
        field(
            "poll_after_s",
            "seconds [660]",
            "after how long a render is first asked about, if no callback came before",
        ),
        field(
            "render_max_s",
            "seconds, required",
            "how long a render takes at most",
        ),
        field(
            "limit",
            "a limit",
            "a limit of its own; its fields: cargo ctl limits fields",
        ),
        field("limits", "limits by name [none]", "more limits of its own"),
        field(
            "unlimited_daily_limit",
            "number",
            "orders in a day of a customer whose plan is unlimited; without this and the next, no such plan covers it",
        ),
        field(
            "unlimited_budget_tokens",
            "number",
            "tokens in a day of a customer whose plan is unlimited; every price must state tokens",
        ),
        field("requires", "features [none]", "what a customer needs for it"),
        field(
            "sample",
            "a sample [none]",
            "what it is shown by; cargo ctl models sample takes an order of an administrator's own",
        ),
        field(
            "sample.file_id",
            "text",
            "Telegram's name of the file, as this bot knows it; this or url",
        ),
        field(
            "sample.url",
            "https address",
            "from where Telegram fetches it: 20 MB at most, 5 MB of a picture",
        ),
        field(
            "sample.seconds",
            "number",
            "how long it is; of videos, and of nothing else",
        ),
        field("sample.credits", "number [not said]", "what it has cost"),
    ],
};

pub(super) const RULES: Kind = Kind {
    command: "rules",
    kind: "rules",
    about: "What holds for every order. Not a row among others: it is changed by a whole file (settings apply).",
    examples: &[],
    fields: &[
        field(
            "signup_credits",
            "number, required",
            "given to a newcomer, once for ever",
        ),
        field(
            "active_jobs_max",
            "number, required",
            "orders that one customer may have in progress",
        ),
        field(
            "wait_max_s",
            "seconds, required",
            "for how long an order may wait for a provider before its credits go back",
        ),
        field(
            "settle_max_s",
            "seconds, required",
            "after how long an order is settled, whatever happened",
        ),
        field(
            "unlimited_anchor",
            "HH:MM [21:00]",
            "when the day of unlimited plans begins",
        ),
        field("unlimited_zone", "tz name [Europe/Moscow]", "by whose wall clock"),
        field("requires", "features [none]", "what every video needs"),
        field(
            "requires_for_photo",
            "features [none]",
            "what an order with a photo needs beside",
        ),
    ],
};
