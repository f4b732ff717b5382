//! Brings notifications: again and again, later each time, until they are taken or the rail's patience is over.

use std::time::Duration;

use futures::future::join_all;
use reqwest::header::CONTENT_TYPE;

use super::Desk;
use super::letter::{Fate, Letter, Try};
use crate::fault::Fault;

/// The second try comes so much later than the first, and every further one after twice the time.
const FIRST_WAIT_MS: i64 = 5_000;
/// The longest time between two tries.
const WAIT_MS_MAX: i64 = 3_600_000;
/// [`Fault::Delayed`].
const DELAY_MS: i64 = 60_000;
/// [`Fault::Reordered`], if nothing follows.
const REORDERED_MS: i64 = 30_000;
/// How often [`Desk::run`] looks for what is due.
const TICK: Duration = Duration::from_millis(100);

/// Makes the headers that prove a body, at a time in unix seconds.
pub(crate) type Signer = Box<dyn Fn(&[u8], i64) -> Vec<(String, String)> + Send + Sync>;

/// How a rail brings its notifications.
pub(crate) struct Rules {
    pub(crate) user_agent: &'static str,
    pub(crate) answer_within: Duration,
    pub(crate) gives_up_after_ms: i64,
    pub(crate) is_taken: fn(u16) -> bool,
    pub(crate) sign: Signer,
}

#[derive(Default)]
pub(super) struct Post {
    url: Option<String>,
    letters: Vec<Letter>,
    placed: usize,
}

impl Post {
    /// Writes a letter. Those that wait for their successor follow it.
    fn put(&mut self, mut letter: Letter, now_ms: i64) -> usize {
        let waits = letter.after_next;
        letter.place = self.next_place();
        letter.number = self.letters.len();
        let number = letter.number;
        self.letters.push(letter);
        if !waits {
            for at in 0..number {
                let place = self.placed;
                let Some(held) = self.letters.get_mut(at).filter(|held| held.after_next) else {
                    continue;
                };
                held.after_next = false;
                held.due_ms = now_ms;
                held.place = place;
                self.placed += 1;
            }
        }
        number
    }

    fn next_place(&mut self) -> usize {
        self.placed += 1;
        self.placed - 1
    }

    /// Takes what is due, so that nobody else brings it too.
    fn take_due(&mut self, now_ms: i64) -> Vec<Letter> {
        let due = self
            .letters
            .iter_mut()
            .filter(|letter| letter.fate == Fate::Waiting && !letter.is_out && letter.due_ms <= now_ms);
        let mut due: Vec<Letter> = due
            .map(|letter| {
                letter.is_out = true;
                letter.clone()
            })
            .collect();
        due.sort_by_key(|letter| letter.place);
        due
    }
}

impl Desk {
    /// From now on notifications go there.
    pub fn set_url(&self, url: impl Into<String>) {
        self.state().post.url = Some(url.into());
    }

    /// Every notification, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.state().post.letters.clone()
    }

    /// Sends a notification once more, whatever became of it. Whether there is such a one.
    pub fn resend(&self, number: usize) -> bool {
        let now_ms = self.now_ms();
        let mut state = self.state();
        let Some(letter) = state.post.letters.get_mut(number) else {
            return false;
        };
        letter.fate = Fate::Waiting;
        (letter.due_ms, letter.first_ms) = (now_ms, now_ms);
        (letter.copies, letter.after_next) = (1, false);
        true
    }

    /// Writes a notification, to leave at the next tick.
    pub(crate) fn write(&self, event: &str, about: &str, body: String) {
        let now_ms = self.now_ms();
        let mut letter = blank(event, about, body, now_ms);
        letter.copies = if self.befalls(Fault::Doubled) { 2 } else { 1 };
        if self.befalls(Fault::Reordered) {
            letter.due_ms += REORDERED_MS;
            letter.after_next = true;
        } else if self.befalls(Fault::Delayed) {
            letter.due_ms += DELAY_MS;
        }
        if self.befalls(Fault::Lost) {
            letter.fate = Fate::Lost;
        }
        let mut state = self.state();
        if state.post.url.is_none() {
            letter.fate = Fate::Nowhere;
        }
        state.post.put(letter, now_ms);
    }

    /// Sends something at once that the rail never said, with these headers. Gives the receiver's status, if it answered.
    pub(crate) async fn forge(
        &self,
        event: &str,
        about: &str,
        body: String,
        headers: Vec<(String, String)>,
    ) -> Option<u16> {
        let now_ms = self.now_ms();
        let mut letter = blank(event, about, body, now_ms);
        (letter.is_forged, letter.is_out) = (true, true);
        let number = self.state().post.put(letter.clone(), now_ms);
        let tried = self.bring(&letter.body, headers).await;
        let status = tried.status;
        if let Some(letter) = self.state().post.letters.get_mut(number) {
            letter.fate = if status.is_some_and(self.0.rules.is_taken) {
                Fate::Taken
            } else {
                Fate::GivenUp
            };
            letter.tries.push(tried);
            letter.is_out = false;
        }
        status
    }

    /// Brings everything that is due, one after the other, and waits for the answers. Gives how many were sent.
    pub async fn tick(&self) -> usize {
        let now_ms = self.now_ms();
        let due = self.state().post.take_due(now_ms);
        for letter in &due {
            let sign = &self.0.rules.sign;
            let copies = (0..letter.copies)
                .map(|_| self.bring(&letter.body, sign(letter.body.as_bytes(), now_ms / 1_000)));
            let tries = join_all(copies).await;
            self.after(letter.number, tries);
        }
        due.iter().map(|letter| letter.copies).sum()
    }

    /// Ticks for ever, on the machine's time. A receiver that hangs holds up only what left together.
    pub async fn run(self) {
        loop {
            let desk = self.clone();
            tokio::spawn(async move { desk.tick().await });
            tokio::time::sleep(TICK).await;
        }
    }

    async fn bring(&self, body: &str, headers: Vec<(String, String)>) -> Try {
        let at_ms = self.now_ms();
        let url = self.state().post.url.clone();
        let status = match url {
            None => None,
            Some(url) => {
                let mut request = self.0.http.post(url).header(CONTENT_TYPE, "application/json");
                for (name, value) in &headers {
                    request = request.header(name, value);
                }
                let answer = request.body(body.to_owned()).send().await;
                answer.ok().map(|answer| answer.status().as_u16())
            }
        };
        Try {
            at_ms,
            headers,
            status,
        }
    }

    fn after(&self, number: usize, tries: Vec<Try>) {
        let rules = &self.0.rules;
        let is_taken = tries.iter().any(|tried| tried.status.is_some_and(rules.is_taken));
        let now_ms = self.now_ms();
        let mut state = self.state();
        let Some(letter) = state.post.letters.get_mut(number) else {
            return;
        };
        letter.tries.extend(tries);
        (letter.is_out, letter.copies) = (false, 1);
        if is_taken {
            letter.fate = Fate::Taken;
            return;
        }
        let failures = u32::try_from(letter.tries.len()).unwrap_or(u32::MAX);
        letter.due_ms = now_ms + wait_ms(failures);
        if letter.due_ms - letter.first_ms > rules.gives_up_after_ms {
            letter.fate = Fate::GivenUp;
        }
    }
}

fn wait_ms(failures: u32) -> i64 {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_WAIT_MS << doublings).min(WAIT_MS_MAX)
}

fn blank(event: &str, about: &str, body: String, now_ms: i64) -> Letter {
    Letter {
        number: 0,
        event: event.to_owned(),
        about: about.to_owned(),
        body,
        is_forged: false,
        fate: Fate::Waiting,
        tries: Vec::new(),
        due_ms: now_ms,
        first_ms: now_ms,
        place: 0,
        after_next: false,
        copies: 1,
        is_out: false,
    }
}
