//! What AI operations cost, and what the log of them keeps.

use super::{Kind, field};

const FROM: &str = "date or moment [from ever]";
const DOLLARS: &str = "decimal with 6 digits";

pub(super) const MODEL_COST: Kind = Kind {
    command: "model_costs",
    kind: "model_cost",
    about: "What a provider asks for a model's operations. It goes before a price's own micro_usd. A model needs no row: \
            what it costs is then what the provider's bill says, or not known.",
    examples: &[
        (
            "kling-3.0",
            "{provider: kie, category: video_gen, rates: [{unit: second, usd: \"0.07\"}]}",
        ),
        (
            "kling-3.0",
            "{provider: kie, category: video_gen, rates: [{unit: second, usd: \"0.07\"}, \
             {from: 2026-12-01, unit: second, usd: \"0.09\"}]}",
        ),
        (
            "gpt-6-luna",
            "{provider: openai, category: text, rates: [{unit: token, per: 1000000, usd: \"0.25\", usd_out: \"2.00\"}]}",
        ),
    ],
    fields: &[
        field("provider", "name, required", "who asks it: kie"),
        field(
            "category",
            "text | text_with_image | image_gen | image_edit | video_gen | audio_gen | transcription | tts, required",
            "what the model is used for",
        ),
        field("rates", "list, required", "what is asked, and from when on"),
        field(
            "rates[].from",
            FROM,
            "from when on: 2026-12-01 (its day begins in UTC) or 2026-12-01T00:00:00+03:00",
        ),
        field(
            "rates[].unit",
            "request | second | minute | token | image, required",
            "what is counted",
        ),
        field("rates[].per", "number [1]", "the price is that of so many units"),
        field(
            "rates[].usd",
            "decimal with 6 digits, required",
            "the price in US dollars; of tokens, of those that go in",
        ),
        field(
            "rates[].usd_out",
            DOLLARS,
            "the price of as many tokens that come out; with unit: token, and only there",
        ),
    ],
};

pub(crate) const COSTS: Kind = Kind {
    command: "costs",
    kind: "costs",
    about: "What holds for the costs of all models, and for the log of AI operations. One row by itself: cargo ctl costs \
            put, or a whole file (settings apply).",
    examples: &[(
        "",
        "{rub_per_usd: [{rate: 80}, {from: 2026-12-01, rate: 81.2}], billed_units: {kie: 0.005}}",
    )],
    fields: &[
        field(
            "rub_per_usd",
            "list [none]",
            "roubles for a dollar, and from when on",
        ),
        field(
            "rub_per_usd[].from",
            FROM,
            "from when on, as in a rate of a model's costs",
        ),
        field(
            "rub_per_usd[].rate",
            "decimal with 2 digits, required",
            "roubles for a dollar",
        ),
        field(
            "rub_per_star",
            "list [none]",
            "roubles for a Star, as it reaches you, for the daily report; from and rate as for a dollar",
        ),
        field("rub_per_star[].from", FROM, "from when on"),
        field(
            "rub_per_star[].rate",
            "decimal with 2 digits, required",
            "roubles for a Star",
        ),
        field(
            "billed_units",
            "dollars by provider [none]",
            "what a unit costs in which a provider's answers count: KIE's credit",
        ),
        field(
            "prompt_chars",
            "0 to 1000 [200]",
            "how many characters of a prompt the log keeps; 0 keeps none",
        ),
        field(
            "keep_days",
            "1 to 3660 [400]",
            "for how many days it keeps a line",
        ),
    ],
};
