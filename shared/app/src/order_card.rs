//! The list of a customer's orders, and what became of one of them.

use domain::ai_request::{AiRequest, Status};
use domain::cost::Category;
use domain::id::{JobId, Nonce};
use domain::job::{Job, Mark, Rule, Stage};
use domain::time::Timestamp;
use domain::window::Zone;
use limits_flags::Snapshot;
use telegram::html;
use telegram::methods::InlineKeyboardButton;

use crate::buttons::Button;
use crate::cancel;
use crate::cards::{Card, again_row, keyboard, made_row};
use crate::kinds;
use crate::show;
use crate::texts::Say;

/// Characters of the words that stand in the list.
const WORDS_CHARS: usize = 60;
/// Numbers in one row of buttons.
const NUMBERS_IN_A_ROW: usize = 3;
/// Steps that a receipt shows: the first ones and, where there are more, the last ones. A message has 4096 characters.
const STEPS_MAX: usize = 24;

/// The list, newest first: `newest` is its first page, and `more` says whether there are older ones. `None` of no orders.
pub(crate) fn list(
    say: Say,
    snapshot: &Snapshot,
    lines: &[AiRequest],
    (newest, more): (bool, bool),
    (zone, now): (&Zone, Timestamp),
) -> Option<Card> {
    if lines.is_empty() {
        return None;
    }
    let told: Vec<String> = (1_u32..)
        .zip(lines)
        .map(|(n, line)| told(say, snapshot, (n, line), zone, now))
        .collect();
    let number = |(n, line): (u32, &AiRequest)| Button::Order(nonce_of(line)?).labelled(n.to_string());
    let numbers: Vec<_> = (1_u32..).zip(lines).map(number).collect();
    let mut rows: Vec<Vec<_>> = numbers.chunks(NUMBERS_IN_A_ROW).map(<[_]>::to_vec).collect();
    let first = || Button::Orders.labelled(say.text("button-orders-newest"));
    let older = || {
        let last = lines.last()?;
        Button::OrdersBefore(nonce_of(last)?, last.at).labelled(say.text("button-orders-older"))
    };
    rows.push(vec![(!newest).then(first).flatten(), more.then(older).flatten()]);
    Some(Card {
        text: say.with("orders", [("lines", told.join("\n").into())]),
        buttons: keyboard(rows),
    })
}

fn nonce_of(line: &AiRequest) -> Option<Nonce> {
    JobId::parse(&line.id).map(|job| job.nonce)
}

/// What was ordered, in plain words: the model that makes it, or what was to become of words.
pub(crate) fn title(say: Say, snapshot: &Snapshot, line: &AiRequest) -> String {
    let words = |kind: &'static str| say.with("order-kind", [("kind", kind.into())]);
    match line.category {
        Category::Text => words("prompt"),
        Category::TextWithImage => words("look"),
        Category::Transcription => words("transcript"),
        _ => {
            let title = snapshot.model(&line.model).map(|model| model.title.as_str());
            title.unwrap_or(&line.model.0).to_owned()
        }
    }
}

fn told(say: Say, snapshot: &Snapshot, (n, line): (u32, &AiRequest), zone: &Zone, now: Timestamp) -> String {
    let canceled = line.error.as_deref() == Some("canceled");
    let icon = match line.status {
        Status::Pending | Status::TimeoutWaiting => "⏳",
        Status::Completed => "✅",
        Status::Failed if canceled => "✖️",
        Status::Failed => "❌",
    };
    let title = html::escape(&title(say, snapshot, line)).into_owned();
    let head = say.with(
        "orders-line",
        [
            ("n", n.into()),
            ("icon", icon.into()),
            ("title", title.into()),
            ("moment", show::moment(say, line.at, zone, now).into()),
        ],
    );
    let words = line
        .prompt
        .as_deref()
        .map(str::trim)
        .filter(|words| !words.is_empty());
    match words {
        Some(words) => {
            let cut = html::truncate(words, WORDS_CHARS);
            let words = html::escape(&cut).into_owned();
            format!("{head}\n{}", say.with("orders-words", [("words", words.into())]))
        }
        None => head,
    }
}

/// What became of an order and of its credits, step by step.
///
/// What `waits` for the customer is offered as what waits, which takes it off that list.
pub(crate) fn receipt(say: Say, snapshot: &Snapshot, (job, waits): (&Job, bool), zone: &Zone) -> Card {
    let price = || show::price(say, job);
    let money = match job.stage {
        Stage::Delivered | Stage::Parked => say.with("order-spent", [("price", price())]),
        Stage::Failed | Stage::Canceled => {
            let back = say.with("order-back", [("price", price())]);
            match job.failure {
                Some(_) if job.order.makes.is_words() => {
                    format!("{}\n{back}", say.text("order-words-failed"))
                }
                Some(failure) => {
                    let kind = [("kind", kinds::value(job.order.makes))];
                    let why = say.with(&format!("failed-{}", failure.as_str()), kind);
                    format!("{why}\n{back}")
                }
                None => back,
            }
        }
        _ => say.with("order-set-aside", [("price", price())]),
    };
    let text = say.with(
        "order-receipt",
        [
            ("number", job.id.nonce.as_str().into()),
            ("what", show::order(say, Some(snapshot), &job.order).into()),
            ("steps", steps(say, job, zone).into()),
            ("money", money.into()),
        ],
    );
    let nonce = || job.id.nonce.clone();
    let again = |button: Button, words: &str| vec![button.labelled(say.text(words))];
    let rows: [Vec<Option<InlineKeyboardButton>>; 4] = [
        if waits {
            again(Button::Parked, "button-parked")
        } else if can_be_shown(job) {
            again(Button::ShowAgain(nonce()), "button-show-again")
        } else {
            Vec::new()
        },
        if cancel::is_offered(job) {
            again(Button::Cancel(nonce()), "button-cancel")
        } else {
            Vec::new()
        },
        if matches!(job.stage, Stage::Delivered | Stage::Parked) && !job.order.makes.is_words() {
            made_row(say, job)
        } else if job.stage.is_final() && !job.order.makes.is_words() {
            again_row(say, &job.id.nonce)
        } else {
            Vec::new()
        },
        again(Button::Orders, "button-orders-all"),
    ];
    Card {
        text,
        buttons: keyboard(rows),
    }
}

/// Whether what was made can be sent once more: it came, or waits, as something that Telegram has a name for.
pub(crate) fn can_be_shown(job: &Job) -> bool {
    let came = matches!(job.stage, Stage::Delivered | Stage::Parked);
    let file = job.file.as_ref().is_some_and(|file| !file.0.is_empty());
    came && file && !job.order.makes.is_words()
}

/// What happened, from its first time to its last.
struct Step {
    first: Timestamp,
    last: Timestamp,
    said: String,
    count: u32,
}

/// The steps, each day's under its date; what happened again and again stands once, with how often and when last.
fn steps(say: Say, job: &Job, zone: &Zone) -> String {
    let told = merged(say, job);
    let left_out = told.len().saturating_sub(STEPS_MAX);
    let mut lines = Vec::new();
    let mut day_before = String::new();
    for (place, step) in told.iter().enumerate() {
        if place > STEPS_MAX / 2 && place <= STEPS_MAX / 2 + left_out {
            if place == STEPS_MAX / 2 + 1 {
                let count = u32::try_from(left_out).unwrap_or(u32::MAX);
                lines.push(say.with("order-steps-left-out", [("count", count.into())]));
            }
            continue;
        }
        let (time, day) = show::clock_and_day(step.first, zone);
        if day != day_before {
            let name = show::zone_name(say, zone.offset_minutes(step.first));
            let values = [("date", day.clone().into()), ("zone", name.into())];
            lines.push(say.with("order-day", values));
            day_before.clone_from(&day);
        }
        let said = repeated(say, step, &day, zone);
        lines.push(say.with("order-step", [("time", time.into()), ("step", said.into())]));
    }
    lines.join("\n")
}

/// The steps in the order in which each began. An order that is refused and tried again has two that take turns.
fn merged(say: Say, job: &Job) -> Vec<Step> {
    let mut told: Vec<Step> = Vec::new();
    for mark in &job.timeline {
        let Some(said) = step(say, job, mark) else {
            continue;
        };
        match told.iter_mut().rev().take(2).find(|step| step.said == said) {
            Some(step) => (step.last, step.count) = (mark.at, step.count.saturating_add(1)),
            None => told.push(Step {
                first: mark.at,
                last: mark.at,
                said,
                count: 1,
            }),
        }
    }
    told
}

fn repeated(say: Say, step: &Step, day: &str, zone: &Zone) -> String {
    if step.count == 1 {
        return step.said.clone();
    }
    let (first, _) = show::clock_and_day(step.first, zone);
    let (time, last_day) = show::clock_and_day(step.last, zone);
    let at_once = first == time && last_day == day;
    let last = if last_day == day {
        time
    } else {
        format!("{last_day} {time}")
    };
    say.with(
        "order-times",
        [
            ("step", step.said.as_str().into()),
            ("count", step.count.into()),
            ("last", last.into()),
            ("later", if at_once { "no" } else { "yes" }.into()),
        ],
    )
}

/// A step in words; `None` for what changes nothing that a customer would ask about.
fn step(say: Say, job: &Job, mark: &Mark) -> Option<String> {
    let words = match mark.rule {
        Rule::T1 => return Some(say.with("step-accepted", [("price", show::price(say, job))])),
        Rule::T2 => "step-sent",
        Rule::T3 => "step-running",
        Rule::T4 => "step-busy",
        Rule::T5 => "step-refused",
        Rule::T6 => "step-silent",
        Rule::T7 => "step-unheard",
        Rule::T8 => "step-ready",
        Rule::T9 => "step-render-failed",
        Rule::T10 => "step-delivered",
        Rule::T11 => "step-undelivered",
        Rule::T12 => "step-stored",
        Rule::T13 => "step-parked",
        Rule::T14 => "step-canceled",
        Rule::T15 => "step-timed-out",
        Rule::T16 => "step-words",
        Rule::Wait | Rule::Deliver | Rule::Postpone | Rule::Move | Rule::Tell | Rule::Told => return None,
    };
    Some(say.text(words))
}
