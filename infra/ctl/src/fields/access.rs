//! What customers may do: flags, features, and what gives them.

use super::{Kind, field};

pub(super) const FLAG: Kind = Kind {
    command: "flags",
    kind: "flag",
    about: "A flag: a plain switch (`enabled` and nothing else), or a definition in flagd's format (the other fields).",
    examples: &[
        ("new_jobs", "{enabled: false}"),
        (
            "new-editor",
            "{state: ENABLED, variants: {on: true, off: false}, defaultVariant: off, \
             targeting: {if: [{in: [tester, {var: roles}]}, on, off]}}",
        ),
    ],
    fields: &[
        field("enabled", "true | false", "a plain switch"),
        field(
            "state",
            "ENABLED | DISABLED",
            "DISABLED: everybody gets the caller's own default",
        ),
        field(
            "variants",
            "values by name",
            "what there is to be got: on: true, off: false",
        ),
        field(
            "defaultVariant",
            "a variant's name",
            "what everybody gets for whom the rule says nothing",
        ),
        field(
            "targeting",
            "a rule in JSONLogic",
            "who gets which variant, by targetingKey, roles, country, tier, plan, locale, and $flagd.timestamp",
        ),
        field("metadata", "values by name", "goes with every answer"),
    ],
};

pub(super) const FLAG_METADATA: Kind = Kind {
    command: "flag_metadata",
    kind: "flag_metadata",
    about: "Goes with every answer of every flag. Not a row among others: it is changed by a whole file (settings apply).",
    examples: &[],
    fields: &[field(
        "fractionalVersion",
        "2 | 3 [3]",
        "how percentages are reckoned; another version puts everybody on another side",
    )],
};

pub(super) const EVALUATOR: Kind = Kind {
    command: "evaluators",
    kind: "evaluator",
    about: "A rule in JSONLogic that flags refer to by {$ref: NAME}. It is the rule itself and has no fields.",
    examples: &[("testers", "{in: [tester, {var: roles}]}")],
    fields: &[],
};

pub(super) const FEATURE: Kind = Kind {
    command: "features",
    kind: "feature",
    about: "Something that a customer may or may not have. A text is one for all languages, or {en: ..., ru: ...}.",
    examples: &[
        (
            "hd",
            "{name: HD, category: video, minimum_tier: pro, is_premium: true}",
        ),
        (
            "chat",
            "{name: {en: Chat, ru: Чат}, type: metered, default: {enabled: true, limits: [{max: 5, period: day}]}}",
        ),
        (
            "width",
            "{name: Width, type: config, default: {enabled: true, value: 720}}",
        ),
    ],
    fields: &[
        field("name", "text, required", "what customers read"),
        field("description", "text", "a sentence about it"),
        field("category", "text", "what it is listed under"),
        field(
            "subcategory",
            "text",
            "what it is listed under within the category",
        ),
        field(
            "type",
            "boolean | metered | config [boolean]",
            "what kind of answer it gives: yes or no; and how much; a value",
        ),
        field(
            "default",
            "true | false | parts [false]",
            "what holds where no tier, add-on or override says anything",
        ),
        field("default.enabled", "true | false", "on or off"),
        field("default.value", "any", "the value of a config feature"),
        field(
            "default.limits",
            "list of limits",
            "how much of a metered feature; [] is without limit",
        ),
        field(
            "minimum_tier",
            "tier",
            "from which tier on the default and the tiers may give it",
        ),
        field(
            "limits",
            "lists of limits by tier",
            "how much of it, by tier; a limit's fields: cargo ctl limits fields",
        ),
        field("depends_on", "features [none]", "without which it is off"),
        field(
            "is_premium",
            "true | false [false]",
            "something to pay for, for lists and badges; decides nothing",
        ),
        field(
            "is_active",
            "true | false [true]",
            "off for everybody, whoever was given it",
        ),
        field(
            "display_order",
            "number [0]",
            "where it stands within its category, smallest first",
        ),
        field(
            "when",
            "a rule in JSONLogic",
            "must hold too: over country, roles, tier, plan, locale, time, hour, weekday",
        ),
        field(
            "zone",
            "tz name or +HH:MM [UTC]",
            "by whose wall clock the rule reads time, hour and weekday",
        ),
    ],
};

pub(super) const TIER: Kind = Kind {
    command: "tiers",
    kind: "tier",
    about: "What a tier gives. Everybody has the lowest who was given none.",
    examples: &[
        (
            "pro",
            "{name: Pro, rank: 10, features: {hd: true, stories: true}}",
        ),
        ("gold", "{name: {en: Gold, ru: Золото}, rank: 20, inherits: pro}"),
    ],
    fields: &[
        field("name", "text, required", "what customers read"),
        field("rank", "number, required", "how high it stands"),
        field(
            "inherits",
            "tier",
            "a tier below it whose gifts it passes on, where it says nothing itself",
        ),
        field(
            "is_offered",
            "true | false [true]",
            "named to customers as something that would unlock a feature",
        ),
        field(
            "is_withdrawn",
            "true | false [false]",
            "given to nobody any more; whoever has it keeps it",
        ),
        field("features", "by feature: true | false | parts", "what it gives"),
        field("features.*.enabled", "true | false", "on or off"),
        field("features.*.value", "any", "the value of a config feature"),
        field(
            "features.*.limits",
            "list of limits",
            "how much of a metered feature; [] is without limit",
        ),
    ],
};

pub(super) const ADDON: Kind = Kind {
    command: "addons",
    kind: "addon",
    about: "What an add-on gives to whoever holds it, whatever the tier.",
    examples: &[("hd-pack", "{name: HD, features: {hd: true}}")],
    fields: &[
        field("name", "text, required", "what customers read"),
        field(
            "is_offered",
            "true | false [true]",
            "named to customers as something that would unlock a feature",
        ),
        field(
            "is_withdrawn",
            "true | false [false]",
            "given to nobody any more; whoever has it keeps it",
        ),
        field("features", "by feature: true | parts", "what it gives"),
        field("features.*.enabled", "true", "on; an add-on takes nothing away"),
        field("features.*.value", "any", "the value of a config feature"),
        field(
            "features.*.limits",
            "list of limits",
            "how much of a metered feature: where it is more than a tier's, it holds instead",
        ),
    ],
};

pub(super) const COMPONENT: Kind = Kind {
    command: "components",
    kind: "component",
    about: "A part of a screen that is there if features are. It names at least one.",
    examples: &[("story-button", "{name: Story, feature: stories}")],
    fields: &[
        field("name", "text", "what it is called"),
        field("feature", "feature", "the feature that it belongs to"),
        field("required_features", "features [none]", "what it needs besides"),
    ],
};
