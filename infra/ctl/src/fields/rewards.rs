//! What rows about gifts may say: promo codes, invitations, the bonus of a day.

use super::{Kind, field};

pub(super) const PROMO: Kind = Kind {
    command: "promos",
    kind: "promo",
    about: "A promo code; its name is the code: 3 to 32 letters A-Z or digits. Capital and small letters are the same, and so \
            are O and 0, I, L and 1, Latin and Cyrillic letters that look alike, and _ and - count for nothing. Each \
            customer can use it once: /promo CODE, or the link t.me/<bot>?start=promo_CODE.",
    examples: &[
        (
            "WELCOME",
            "{credits: 2, until: 2026-12-31, uses: 500, newcomers_only: true, note: \"the channel of Anna\"}",
        ),
        ("SORRY-0412", "{credits: 1}"),
        ("THREE-DAYS", "{plan: unlimited_1day, days: 3, uses: 100}"),
    ],
    fields: &[
        field(
            "credits",
            "number [0]",
            "how many credits it brings; required without days of a plan",
        ),
        field(
            "plan",
            "a plan's name",
            "of which it brings days: the same plan goes on for longer, and whoever has another keeps that and the code",
        ),
        field("days", "1 to 366", "how many days of that plan"),
        field("from", "date or moment", "from when on; without it at once"),
        field(
            "until",
            "date or moment",
            "from then on no more; without it for ever",
        ),
        field("uses", "number", "by how many customers; without it by everybody"),
        field(
            "newcomers_only",
            "true | false [false]",
            "only for those who have not ordered anything yet",
        ),
        field(
            "stopped",
            "true | false [false]",
            "it brings nothing any more; what it has brought stays",
        ),
        field("note", "text", "what it is for, for you"),
    ],
};

pub(crate) const REWARDS: Kind = Kind {
    command: "rewards",
    kind: "rewards",
    about: "What is given beside promo codes. One row by itself: cargo ctl rewards put, or a whole file (settings apply).",
    examples: &[(
        "",
        "{referral: {inviter_credits: 2, friend_credits: 1}, daily_credits: 1}",
    )],
    fields: &[
        field(
            "referral",
            "one row [none]",
            "what an invitation (/invite) brings; without it nobody is rewarded for one",
        ),
        field(
            "referral.inviter_credits",
            "number, required",
            "for whoever has invited",
        ),
        field("referral.friend_credits", "number [0]", "for whoever has come"),
        field(
            "referral.on",
            "purchase | order [purchase]",
            "for what: a purchase that stands, or the first thing made for credits",
        ),
        field(
            "referral.after_days",
            "0 to 60 [3]",
            "how long a purchase must stand; money that goes back by then brings nobody anything",
        ),
        field(
            "referral.per_month",
            "number [10]",
            "how many of one customer are rewarded in a calendar month of Moscow",
        ),
        field(
            "referral.in_all",
            "number [100]",
            "how many of one customer are rewarded at all",
        ),
        field(
            "daily_credits",
            "number [0]",
            "what /bonus brings once a day, while the flag daily_bonus is on",
        ),
    ],
};
