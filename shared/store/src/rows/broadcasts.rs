//! How broadcasts are kept: one row for each, all in one partition, and one for each customer that one was begun to be sent
//! to, in the broadcast's own.

use std::collections::BTreeMap;

use domain::broadcast::{
    Broadcast, BroadcastId, Counts, Halt, INTENT_KEPT, Link, Person, Reckoning, Segment, State, Tariff,
    Wording,
};
use domain::id::UserId;
use domain::money::Credits;
use domain::time::Timestamp;
use table::{AttributeValue, Item, Malformed, Row, list, map, n, s};

use super::{SCHEMA, number};

/// The partition of the broadcasts themselves; no broadcast is called so.
const ALL: &str = "all";
/// The partition of the index in which those lie that run.
pub(crate) const OPEN: &str = "running";
/// What a segment asks for of an account's row.
pub(crate) const PERSON: &[&[&str]] = &[
    &["user_id"],
    &["available"],
    &["blocked"],
    &["muted"],
    &["locale"],
    &["created_at"],
    &["ordered_at"],
    &["paid_at"],
    &["erased_at"],
    &[limits_flags::standing::ATTRIBUTE],
];
/// The language of accounts that were opened before theirs was kept.
const LANGUAGE: &str = "ru";

/// The key of a broadcast.
pub(crate) fn broadcast_key(id: &BroadcastId) -> Item {
    key(ALL, id.as_str())
}

/// The partition in which all lie.
pub(crate) fn all() -> (&'static str, AttributeValue) {
    ("broadcast", s(ALL))
}

/// The key of what says that a broadcast was begun to be sent to a customer.
pub(crate) fn intent_key(id: &BroadcastId, user: UserId) -> Item {
    key(id.as_str(), &user.to_string())
}

fn key(partition: &str, part: &str) -> Item {
    Item::from([
        ("broadcast".to_owned(), s(partition)),
        ("part".to_owned(), s(part)),
    ])
}

/// What says that a step begins to send a broadcast to a customer. The mark tells a step's own writing from another's.
pub(crate) fn intent_item(of: &Broadcast, user: UserId, mark: &str, now: Timestamp) -> Item {
    let mut item = intent_key(&of.id, user);
    item.extend(owned([
        ("fence", n(number(of.fence))),
        ("mark", s(mark)),
        ("at", n(now.0)),
        ("expires_at", n(now.after(INTENT_KEPT).seconds())),
        ("schema", n(SCHEMA)),
    ]));
    item
}

/// A broadcast that was just made.
pub(crate) fn broadcast_item(it: &Broadcast) -> Item {
    let mut item = broadcast_key(&it.id);
    item.extend(owned([
        ("texts", texts(&it.wording.texts)),
        ("segment", segment_map(&it.segment)),
        ("per_second", n(it.per_second)),
        ("by", s(it.by.clone())),
        ("created_at", n(it.created_at.0)),
        ("schema", n(SCHEMA)),
    ]));
    if let Some(photo) = &it.wording.photo {
        item.insert("photo".to_owned(), s(photo.clone()));
    }
    if let Some(link) = &it.wording.link {
        let members = map([("url", s(link.url.clone())), ("labels", texts(&link.labels))]);
        item.insert("link".to_owned(), members);
    }
    let changing = wished(it).into_iter().chain(progress(it));
    item.extend(changing.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

/// What an operator changes, attribute by attribute; `None` where there is none.
pub(crate) fn wished(it: &Broadcast) -> [(&'static str, Option<AttributeValue>); 9] {
    [
        ("state", Some(s(it.state.as_str()))),
        ("open", (it.state == State::Running).then(|| s(OPEN))),
        ("revision", Some(n(number(it.revision)))),
        ("reckoning", it.reckoning.as_ref().map(reckoning_map)),
        ("started_at", it.started_at.map(|at| n(at.0))),
        ("expected", it.expected.map(|expected| n(number(expected)))),
        ("due_at", Some(n(it.due_at.0))),
        ("progressed_at", Some(n(it.progressed_at.0))),
        ("halted", it.halted.map(|halt| s(halt.as_str()))),
    ]
}

/// What a step changes.
pub(crate) fn progress(it: &Broadcast) -> [(&'static str, Option<AttributeValue>); 9] {
    [
        ("counts", Some(counts_map(&it.counts))),
        ("cursor", it.cursor.map(|user| n(user.0))),
        ("walked", it.walked.then_some(AttributeValue::Bool(true))),
        ("owed", Some(list(it.owed.iter().map(|user| n(user.0))))),
        ("pace", Some(n(it.pace))),
        ("fence", Some(n(number(it.fence)))),
        ("lease_until", it.lease_until.map(|at| n(at.0))),
        ("due_at", Some(n(it.due_at.0))),
        ("progressed_at", Some(n(it.progressed_at.0))),
    ]
}

/// A broadcast as read.
pub(crate) fn read_broadcast(item: &Item) -> Result<Broadcast, Malformed> {
    let row = Row(item);
    let time = |attribute| Ok::<_, Malformed>(row.n_opt(attribute)?.map(Timestamp));
    let user = |value: &AttributeValue| {
        let number = value.as_n().ok().and_then(|text| text.parse().ok());
        number.map(UserId).ok_or(Malformed { attribute: "owed" })
    };
    let state = State::parse(row.s("state")?).ok_or(Malformed { attribute: "state" })?;
    Ok(Broadcast {
        id: BroadcastId::parse(row.s("part")?).ok_or(Malformed { attribute: "part" })?,
        wording: Wording {
            texts: read_texts(row, "texts"),
            photo: row.s_opt("photo").map(str::to_owned),
            link: row.map("link").map(read_link).transpose()?,
        },
        segment: row
            .map("segment")
            .map(read_segment)
            .transpose()?
            .unwrap_or_default(),
        per_second: row.n("per_second")?,
        by: row.s("by")?.to_owned(),
        created_at: Timestamp(row.n("created_at")?),
        state,
        revision: row.n("revision")?,
        reckoning: row.map("reckoning").map(read_reckoning).transpose()?,
        started_at: time("started_at")?,
        expected: row.n_opt("expected")?,
        counts: row
            .map("counts")
            .map(read_counts)
            .transpose()?
            .unwrap_or_default(),
        cursor: row.n_opt("cursor")?.map(UserId),
        walked: row.flag("walked"),
        owed: row.list("owed").iter().map(user).collect::<Result<_, _>>()?,
        pace: row.n("pace")?,
        fence: row.n("fence")?,
        lease_until: time("lease_until")?,
        due_at: Timestamp(row.n("due_at")?),
        progressed_at: Timestamp(row.n("progressed_at")?),
        halted: row.s_opt("halted").and_then(Halt::parse),
    })
}

/// What a segment asks for of a customer, as their account says it at a time.
pub(crate) fn read_person(item: &Item, now: Timestamp) -> Result<Person, Malformed> {
    let row = Row(item);
    let standing = limits_flags::standing::read(item)?;
    let came: i64 = row.n_or_zero("created_at")?;
    let ordered: i64 = row.n_or_zero("ordered_at")?;
    // Whoever had their data deleted, and has not ordered anything since, is left alone.
    let erased = row.n_opt::<i64>("erased_at")?.is_some_and(|at| ordered <= at);
    Ok(Person {
        user: UserId(row.n("user_id")?),
        language: row.s_opt("locale").unwrap_or(LANGUAGE).to_owned(),
        muted: row.flag("muted") || erased,
        gone: row.flag("blocked"),
        tier: standing.tier_at(now).map(str::to_owned),
        plan: standing.plan_at(now).map(str::to_owned),
        credits: Credits(row.n_or_zero("available")?),
        active_at: Timestamp(came.max(ordered)),
        paid: row.n_opt::<i64>("paid_at")?.is_some(),
    })
}

fn owned<const N: usize>(
    members: [(&'static str, AttributeValue); N],
) -> impl Iterator<Item = (String, AttributeValue)> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value))
}

fn texts(texts: &BTreeMap<String, String>) -> AttributeValue {
    let members = texts
        .iter()
        .map(|(language, text)| (language.clone(), s(text.clone())));
    AttributeValue::M(members.collect())
}

fn read_texts(row: Row<'_>, attribute: &'static str) -> BTreeMap<String, String> {
    let Some(Row(members)) = row.map(attribute) else {
        return BTreeMap::new();
    };
    let text =
        |(language, value): (&String, &AttributeValue)| Some((language.clone(), value.as_s().ok()?.clone()));
    members.iter().filter_map(text).collect()
}

fn read_link(row: Row<'_>) -> Result<Link, Malformed> {
    Ok(Link {
        url: row.s("url")?.to_owned(),
        labels: read_texts(row, "labels"),
    })
}

fn segment_map(it: &Segment) -> AttributeValue {
    let members = [
        (
            "users",
            (!it.users.is_empty()).then(|| list(it.users.iter().map(|user| n(user.0)))),
        ),
        ("language", it.language.clone().map(s)),
        ("tier", it.tier.as_ref().map(|it| s(it.as_str()))),
        ("plan", it.plan.as_ref().map(|it| s(it.as_str()))),
        ("active_days", it.active_days.map(n)),
        ("inactive_days", it.inactive_days.map(n)),
        ("credits_min", it.credits_min.map(n)),
        ("credits_max", it.credits_max.map(n)),
        ("paid", it.paid.map(AttributeValue::Bool)),
    ];
    map(members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?))))
}

fn read_segment(row: Row<'_>) -> Result<Segment, Malformed> {
    let user = |value: &AttributeValue| {
        let number = value.as_n().ok().and_then(|text| text.parse().ok());
        number.map(UserId).ok_or(Malformed { attribute: "users" })
    };
    let paid = match row.0.get("paid") {
        None => None,
        Some(AttributeValue::Bool(paid)) => Some(*paid),
        Some(_) => return Err(Malformed { attribute: "paid" }),
    };
    Ok(Segment {
        users: row.list("users").iter().map(user).collect::<Result<_, _>>()?,
        language: row.s_opt("language").map(str::to_owned),
        tier: row.s_opt("tier").map(Tariff::parse),
        plan: row.s_opt("plan").map(Tariff::parse),
        active_days: row.n_opt("active_days")?,
        inactive_days: row.n_opt("inactive_days")?,
        credits_min: row.n_opt("credits_min")?,
        credits_max: row.n_opt("credits_max")?,
        paid,
    })
}

fn counts_map(it: &Counts) -> AttributeValue {
    map([
        ("sent", n(number(it.sent))),
        ("blocked", n(number(it.blocked))),
        ("unsure", n(number(it.unsure))),
        ("refused", n(number(it.refused))),
        ("muted", n(number(it.muted))),
        ("gone", n(number(it.gone))),
        ("wordless", n(number(it.wordless))),
    ])
}

fn read_counts(row: Row<'_>) -> Result<Counts, Malformed> {
    Ok(Counts {
        sent: row.n_or_zero("sent")?,
        blocked: row.n_or_zero("blocked")?,
        unsure: row.n_or_zero("unsure")?,
        refused: row.n_or_zero("refused")?,
        muted: row.n_or_zero("muted")?,
        gone: row.n_or_zero("gone")?,
        wordless: row.n_or_zero("wordless")?,
    })
}

fn reckoning_map(it: &Reckoning) -> AttributeValue {
    let fixed = [
        ("recipients", Some(n(number(it.recipients)))),
        ("passed", Some(counts_map(&it.passed))),
        ("looked_at", Some(n(number(it.looked_at)))),
        ("cursor", it.cursor.map(|user| n(user.0))),
        ("finished_at", it.finished_at.map(|at| n(at.0))),
    ];
    map(fixed.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn read_reckoning(row: Row<'_>) -> Result<Reckoning, Malformed> {
    Ok(Reckoning {
        recipients: row.n_or_zero("recipients")?,
        passed: row
            .map("passed")
            .map(read_counts)
            .transpose()?
            .unwrap_or_default(),
        looked_at: row.n_or_zero("looked_at")?,
        cursor: row.n_opt("cursor")?.map(UserId),
        finished_at: row.n_opt("finished_at")?.map(Timestamp),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::broadcast::BroadcastId;

    use super::*;

    #[test]
    fn a_broadcast_reads_back_as_it_was_written() {
        let segment = Segment {
            users: BTreeSet::from([UserId(7), UserId(9)]),
            language: Some("ru".to_owned()),
            tier: Some(Tariff::None),
            plan: Some(Tariff::Named("month".to_owned())),
            active_days: Some(30),
            inactive_days: Some(1),
            credits_min: Some(1),
            credits_max: Some(5),
            paid: Some(false),
        };
        let wording = Wording {
            texts: [("ru".to_owned(), "Привет".to_owned())].into(),
            photo: Some("AgAC".to_owned()),
            link: Some(Link {
                url: "https://example.org".to_owned(),
                labels: [("ru".to_owned(), "Сюда".to_owned())].into(),
            }),
        };
        let id = BroadcastId::parse("1795251600000-abcdef").unwrap();
        let made = Broadcast::new(id, (wording, segment, 20), "user#1", Timestamp(5));
        assert_eq!(read_broadcast(&broadcast_item(&made)).unwrap(), made);
        let counts = Counts {
            sent: 1,
            blocked: 2,
            unsure: 3,
            refused: 4,
            muted: 5,
            gone: 6,
            wordless: 7,
        };
        let far = Broadcast {
            state: State::Stopped,
            reckoning: Some(Reckoning {
                recipients: 8,
                passed: counts,
                looked_at: 9,
                cursor: Some(UserId(9)),
                finished_at: Some(Timestamp(6)),
            }),
            started_at: Some(Timestamp(7)),
            expected: Some(8),
            counts,
            cursor: Some(UserId(7)),
            walked: true,
            owed: vec![UserId(9)],
            lease_until: Some(Timestamp(8)),
            halted: Some(Halt::NoToken),
            ..made
        };
        assert_eq!(read_broadcast(&broadcast_item(&far)).unwrap(), far);
    }

    #[test]
    fn whoever_had_their_data_deleted_is_left_alone_until_they_order_again() {
        let row = |ordered_at: Option<i64>| {
            let ordered = ordered_at.map(|at| ("ordered_at".to_owned(), n(at)));
            let fixed = [("user_id".to_owned(), n(7)), ("erased_at".to_owned(), n(50))];
            fixed.into_iter().chain(ordered).collect::<Item>()
        };
        let muted = |ordered_at| read_person(&row(ordered_at), Timestamp(90)).unwrap().muted;
        assert_eq!(
            [muted(None), muted(Some(40)), muted(Some(60))],
            [true, true, false]
        );
    }

    #[test]
    fn what_an_account_does_not_say_is_what_everybody_has() {
        let row = Item::from([("user_id".to_owned(), n(7))]);
        let person = read_person(&row, Timestamp(5)).unwrap();
        assert_eq!((person.language.as_str(), person.credits), ("ru", Credits(0)));
        assert!(!person.muted && !person.gone && !person.paid);
        assert_eq!((person.tier, person.plan), (None, None));
    }
}
