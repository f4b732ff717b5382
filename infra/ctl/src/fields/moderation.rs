//! What the row of refused words may say.

use super::{Kind, field};

pub(crate) const MODERATION: Kind = Kind {
    command: "moderation",
    kind: "moderation",
    about: "What is refused before anybody pays. One row by itself: cargo ctl moderation put, or a whole file (settings \
            apply). Letters are compared as they look: small and capital ones, Latin and Cyrillic ones, and those with \
            something between them are the same.",
    examples: &[(
        "",
        "{refuse: {sexual: [\"porn*\"], rivals: [\"acme video\"]}, told: {rivals: {ru: \"чужие марки\", en: \"other brands\"}}}",
    )],
    fields: &[
        field(
            "refuse",
            "lists by category [none]",
            "words and phrases; minors, sexual, violence, person, or a category of your own. A * at the end of a word \
             stands for any ending",
        ),
        field(
            "told",
            "text, or {ru, en}, by category [none]",
            "why, as customers read it, for a category of your own; at most 90 characters",
        ),
        field(
            "strikes_max",
            "0 to 50 [5]",
            "how many refusals of one customer's orders within a day are too many; 0 holds nobody back",
        ),
        field(
            "pause_hours",
            "1 to 720 [24]",
            "for how many hours no new orders are taken of them then",
        ),
        field(
            "check",
            "{model, ...} [none]",
            "OpenAI, or whoever speaks its protocol, looks at words and photos before anybody pays; without it nobody is asked",
        ),
        field(
            "check.model",
            "name, required",
            "what looks at them, such as omni-moderation-latest",
        ),
        field(
            "check.percent",
            "1 to 100, by category [as it is flagged]",
            "how sure the check must be to refuse it, by its own categories, such as {violence: 80}",
        ),
        field(
            "check.allow",
            "list of categories [none]",
            "what is not refused, though it is flagged; sexual/minors cannot be allowed",
        ),
        field(
            "check.unanswered",
            "go_on or refuse [go_on]",
            "what happens to an order where the check does not answer",
        ),
    ],
};
