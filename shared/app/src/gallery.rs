//! What was made, for whoever shows it elsewhere than in the chat: its bytes, part by part, and the chat once more.
//!
//! Telegram keeps the file, and its address holds the bot's token; so the bytes go through us, and the address to nobody.

use std::time::Duration;

use domain::catalog::Makes;
use domain::id::FileId;
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use limits_flags::Snapshot;
use table::Deadline;
use telegram::methods::{GetFile, InputFile, SendAudio, SendPhoto, SendVideo};
use telegram::{Client, Part};

use crate::texts::Say;
use crate::{kinds, order_card, show};

/// The longest that Telegram is waited for where it only has to find something.
const FIND_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest that some bytes are waited for.
const PART_TIMEOUT: Duration = Duration::from_secs(8);
/// What is left of the time for the answer.
const RESERVE: Duration = Duration::from_millis(700);
/// How long an address is used; Telegram promises an hour.
const PATH_HOLDS: Millis = Millis::from_mins(40);

const NO_TIME: &str = "no time was left";

/// Why Telegram did not, in words of ours: its own may repeat the file's name.
fn why(error: &telegram::Error) -> &'static str {
    match error {
        telegram::Error::NotSent { .. } => "there was no connection",
        telegram::Error::Unknown { .. } => "there was no answer that says so",
        telegram::Error::RateLimited { .. } => "there were too many calls",
        telegram::Error::Unauthorized => "it does not accept the bot's token",
        _ => "it refused",
    }
}

/// Where a file was found. It holds the way to the bytes, so it stays with whoever asks Telegram.
#[derive(Clone)]
pub struct Found {
    path: String,
    bytes: Option<u64>,
    at: Timestamp,
}

impl std::fmt::Debug for Found {
    /// Without the path.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// Why there are no bytes.
#[derive(Debug, thiserror::Error)]
pub enum NoBytes {
    /// It is larger than what Telegram lets a bot read; it can still be sent to the chat.
    #[error("the file is larger than a bot may read")]
    TooBig,
    /// Telegram does not have it any more.
    #[error("Telegram does not have the file any more")]
    Gone,
    /// It may be there at the next attempt.
    #[error("Telegram does not give the file now: {0}")]
    Later(&'static str),
}

/// Why something was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The bot may not write to this customer, or the chat is gone.
    #[error("the chat cannot be reached")]
    Unreachable,
    /// Telegram does not have the file any more.
    #[error("Telegram does not have the file any more")]
    Gone,
    /// It may go better at the next attempt; perhaps it has arrived.
    #[error("Telegram does not take it now: {0}")]
    Later(&'static str),
}

/// What was made of an order, if it is something to look at or to listen to that Telegram has a name for.
pub fn made(job: &Job) -> Option<&FileId> {
    job.file.as_ref().filter(|_| order_card::can_be_shown(job))
}

/// The bytes of a file from a place on, at most so many, and where the file was found: whoever reads the next part gives
/// that back, and Telegram is asked once. An address that has run out is asked for anew, once.
///
/// # Errors
/// See [`NoBytes`]. Where the place is behind the end, there are no bytes and that is no error.
pub async fn part(
    bot: &Client,
    file: &FileId,
    known: Option<Found>,
    range: (u64, usize),
    now: Timestamp,
    deadline: Deadline,
) -> Result<(Found, Part), NoBytes> {
    let known = known.filter(|found| now.since(found.at) < PATH_HOLDS);
    let was_known = known.is_some();
    let mut found = match known {
        Some(found) => found,
        None => find(bot, file, now, deadline).await?,
    };
    let read = match read(bot, &found, range, deadline).await {
        Err(NoBytes::Gone) if was_known => {
            found = find(bot, file, now, deadline).await?;
            read(bot, &found, range, deadline).await
        }
        read => read,
    };
    read.map(|part| (found, part))
}

async fn find(bot: &Client, file: &FileId, now: Timestamp, deadline: Deadline) -> Result<Found, NoBytes> {
    let timeout = deadline
        .for_call(FIND_TIMEOUT, RESERVE)
        .ok_or(NoBytes::Later(NO_TIME))?;
    let answer = bot.call(&GetFile::new(file.0.clone()), timeout).await;
    let answer = answer.map_err(no_bytes)?;
    let path = answer.file_path.ok_or(NoBytes::Gone)?;
    Ok(Found {
        path,
        bytes: answer.file_size,
        at: now,
    })
}

async fn read(
    bot: &Client,
    found: &Found,
    (from, bytes_max): (u64, usize),
    deadline: Deadline,
) -> Result<Part, NoBytes> {
    // What lies behind the end need not be asked for.
    if let Some(total) = found.bytes.filter(|total| from >= *total) {
        let bytes = Vec::new();
        return Ok(Part { bytes, total });
    }
    let timeout = deadline
        .for_call(PART_TIMEOUT, RESERVE)
        .ok_or(NoBytes::Later(NO_TIME))?;
    bot.file_part(&found.path, (from, bytes_max), found.bytes, timeout)
        .await
        .map_err(no_bytes)
}

fn no_bytes(error: telegram::Error) -> NoBytes {
    match error {
        telegram::Error::TooBig => NoBytes::TooBig,
        telegram::Error::Rejected { code: 400 | 404, .. } => NoBytes::Gone,
        other => NoBytes::Later(why(&other)),
    }
}

/// Sends what was made to its customer's chat once more, by Telegram's own name of the file: of any size, and for nothing.
///
/// # Errors
/// See [`NotSent`]. After [`NotSent::Later`] it may stand in the chat all the same.
pub async fn send_again(
    bot: &Client,
    say: Say,
    snapshot: &Snapshot,
    (job, file): (&Job, &FileId),
    deadline: Deadline,
) -> Result<(), NotSent> {
    let timeout = deadline
        .for_call(FIND_TIMEOUT, RESERVE)
        .ok_or(NotSent::Later(NO_TIME))?;
    let chat = job.id.user.0;
    let file = InputFile::FileId(file.0.clone());
    let caption = show::order(say, Some(snapshot), &job.order);
    let buttons = kinds::made_buttons(say, job);
    let sent = match job.order.makes {
        Makes::Image => {
            let photo = SendPhoto::new(chat, file).with_caption_html(caption);
            bot.call(&photo.with_buttons(buttons), timeout).await
        }
        Makes::Music | Makes::Speech => {
            let audio = SendAudio::new(chat, file).with_caption_html(caption);
            bot.call(&audio.with_buttons(buttons), timeout).await
        }
        Makes::Video | Makes::Prompt | Makes::Transcript => {
            let video = SendVideo::new(chat, file).with_caption_html(caption);
            bot.call(&video.with_buttons(buttons), timeout).await
        }
    };
    match sent {
        Ok(_) => Ok(()),
        Err(telegram::Error::Unreachable { .. } | telegram::Error::Migrated { .. }) => {
            Err(NotSent::Unreachable)
        }
        Err(telegram::Error::Rejected { code: 400, .. }) => Err(NotSent::Gone),
        Err(other) => Err(NotSent::Later(why(&other))),
    }
}
