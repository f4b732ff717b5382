//! I19: no secret, no prompt, no address of a file and no customer in what the functions write: their lines, their metrics,
//! and their answers to whom these are no business of. Everything that must not turn up is marked; each function is taken
//! through what it does, with everybody outside answering well, and with somebody outside who repeats all that is said to
//! him (`Parrot`), in every form of answer that there is.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong fails the test, which is no Lambda"
)]

mod beside;
mod echoed;
mod lives;
mod malformed;
mod page;
mod traced;

use tests::marks::Marks;
use tests::stage::{
    CHAT_KEY, GOOGLE_KEY, KIE_HMAC_KEY, KIE_KEY, KLING_KEY, MAC_KEY, Parrot, STRIPE_KEY, STRIPE_SECRET,
    Stage, TOKEN, WEBHOOK_SECRET, YOOKASSA_KEY,
};

/// Who orders. A number that turns up nowhere else.
pub(crate) const CUSTOMER: i64 = 7_310_660_417;
/// What they wish for.
pub(crate) const PROMPT: &str = "a-marked-prompt-7f3a9c of a cat that dances in the rain";
/// What only the other side knows of a payer.
pub(crate) const PAYER: &str = "payer-7f3a9c@marked.example +79990417731";

/// What must not turn up, as far as it is known beforehand.
pub(crate) fn marks() -> Marks {
    let mut marks = Marks::default();
    let known = [
        ("the bot's token", TOKEN),
        ("the webhook's secret", WEBHOOK_SECRET),
        ("KIE's key", KIE_KEY),
        ("Kling's key", KLING_KEY),
        ("Google's key", GOOGLE_KEY),
        ("the chat model's key", CHAT_KEY),
        ("KIE's signing key", KIE_HMAC_KEY),
        ("our key for callbacks", MAC_KEY),
        ("YooKassa's key", YOOKASSA_KEY),
        ("Stripe's key", STRIPE_KEY),
        ("Stripe's signing secret", STRIPE_SECRET),
        ("the prompt", "a-marked-prompt-7f3a9c"),
        ("the prompt's end", "cat that dances in the rain"),
        ("the payer's mail", "payer-7f3a9c@marked.example"),
        ("the payer's telephone", "79990417731"),
    ];
    for (what, mark) in known {
        marks.add(what, mark);
    }
    marks.add("the customer", &CUSTOMER.to_string());
    marks
}

/// What must not turn up of a stage's orders: where files are, and what marks callbacks as ours.
pub(crate) async fn marks_of(stage: &Stage, marks: &mut Marks) {
    for task in stage.kie.tasks() {
        if let Some(mac) = task.callback_parameter("mac") {
            marks.add("a callback's MAC", mac);
        }
    }
    for job in stage.jobs().await {
        if let Some(image) = &job.order.image {
            marks.add("a photo's file_id", &image.file_id);
        }
        if let Some(answer) = &job.answer {
            // The customer's own words are in it; what is looked for is what the model has added.
            let added = answer.text.split(PROMPT).filter(|part| part.len() > 20);
            added.for_each(|part| marks.add("better words", part.trim()));
        }
        if let Some(voice) = job.order.sketch.as_ref().and_then(|sketch| sketch.voice.as_ref()) {
            marks.add("a voice message's file_id", &voice.file_id);
        }
        if let Some(result) = &job.result {
            let path = result.url.splitn(4, '/').nth(3).unwrap_or_default();
            marks.add("a result's path", path);
        }
        if let Some(file) = &job.file {
            marks.add("a video's file_id", &file.0);
        }
    }
}

/// A stage on which the parrot sits between the functions and everybody.
pub(crate) async fn stage() -> (Stage, Parrot) {
    page::hear();
    let parrot = Parrot::new(PAYER);
    let sits = parrot.clone();
    let stage = Stage::with(|setting| {
        setting.parrot = Some(sits);
        setting.gift(20);
    })
    .await;
    (stage, parrot)
}
