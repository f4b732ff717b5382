//! Everything that can be made to go wrong, by code or by a word in the prompt.

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// createTask answers 429: the request was not queued.
    RateLimited,
    /// createTask answers 500: nothing was accepted.
    ServerError,
    /// createTask answers HTTP 503 with a page, as a gateway does whose server takes nothing.
    Unavailable,
    /// createTask accepts, and a gateway answers HTTP 502 with a page, having lost its server's answer.
    BadGateway,
    /// createTask answers 455.
    Maintenance,
    /// createTask answers 402.
    NoCredits,
    /// createTask answers 505.
    Disabled,
    /// createTask is cut off before anything was accepted.
    Cut,
    /// createTask accepts, and is cut off before the answer.
    Lost,
    /// createTask accepts, and does not answer for two minutes.
    Hung,
    /// The render is done at once, and its callback arrives before the answer of createTask.
    Early,
    /// The render fails.
    Failed,
    /// The render is refused by moderation after it was accepted.
    Moderated,
    /// Success with an empty list of files.
    NoFile,
    /// Success with an empty `resultJson`.
    NoResult,
    /// Success with a `resultJson` that is not JSON.
    BrokenResult,
    /// Success with two files.
    TwoFiles,
    /// The render takes ten times as long.
    Slow,
    /// The render never ends.
    Never,
    /// No callback.
    NoCallback,
    /// Every callback comes twice, at the same time.
    Twice,
    /// The result URL answers with a web page.
    Html,
    /// The result URL answers 404, and no fresh one is given.
    Gone,
    /// The result URL answers 403, but a fresh one can be asked for.
    Expired,
    /// The file has no bytes.
    Empty,
    /// The file plays for a second, whatever was ordered.
    Short,
    /// The file breaks off in the middle.
    Truncated,
    /// The file has 25 MB, a picture 7 MB: too large for Telegram to fetch.
    Big,
    /// The file has 15 MB: too large for a photo.
    Vast,
    /// The file has 60 MB: too large to upload to Telegram.
    Huge,
    /// The file arrives at about 64 KB a second.
    Trickle,
    /// The file's index stands at its end.
    IndexLast,
    /// recordInfo answers HTTP 500.
    LookupDown,
    /// recordInfo answers 429.
    LookupLimited,
    /// recordInfo is cut off.
    LookupCut,
    /// An upload answers 500.
    UploadDown,
    /// An upload is cut off.
    UploadCut,
    /// A download answers HTTP 500.
    DownloadDown,
    /// A download is cut off in the middle.
    DownloadCut,
    /// A download arrives at about 64 KB a second.
    DownloadSlow,
    /// A download is turned away with 403, as the proxy in front of the host does, however fresh its link.
    DownloadDenied,
    /// A fresh link is refused with 401: the key is not accepted there.
    LinkDenied,
    /// A fresh link is refused with 402: the account is empty.
    LinkUnpaid,
}

/// The request that a trouble waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Create,
    Lookup,
    Upload,
    Download,
    Link,
}

/// A word that a person can write into a prompt.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// As it is written, with its `#`.
    pub word: &'static str,
    /// What it brings.
    pub trouble: Trouble,
    /// The same for a person.
    pub meaning: &'static str,
}

const fn word(word: &'static str, trouble: Trouble, meaning: &'static str) -> Word {
    Word {
        word,
        trouble,
        meaning,
    }
}

/// All the words. A word that refuses or loses the order does so once for a prompt, and the next attempt passes;
/// every other one holds for every attempt. `#failx2` (any word, `x`, a number) holds for the first two attempts.
pub const WORDS: &[Word] = &[
    word(
        "#429",
        Trouble::RateLimited,
        "the first order is refused: too many requests",
    ),
    word(
        "#500",
        Trouble::ServerError,
        "the first order is refused: server error",
    ),
    word(
        "#503",
        Trouble::Unavailable,
        "the first order is turned away by a gateway",
    ),
    word(
        "#502",
        Trouble::BadGateway,
        "the first order is accepted, but a gateway loses the answer",
    ),
    word(
        "#455",
        Trouble::Maintenance,
        "the first order is refused: maintenance",
    ),
    word("#402", Trouble::NoCredits, "the operator's account is empty"),
    word("#505", Trouble::Disabled, "the model is switched off"),
    word(
        "#cut",
        Trouble::Cut,
        "the first order is cut off before it arrives",
    ),
    word(
        "#lost",
        Trouble::Lost,
        "the first order is accepted, but the answer is lost",
    ),
    word(
        "#hang",
        Trouble::Hung,
        "the first order is accepted, but the answer takes two minutes",
    ),
    word("#early", Trouble::Early, "the callback overtakes the answer"),
    word("#fail", Trouble::Failed, "the render fails"),
    word(
        "#moderation",
        Trouble::Moderated,
        "the render is refused by moderation",
    ),
    word("#nofile", Trouble::NoFile, "success without a file"),
    word("#noresult", Trouble::NoResult, "success with an empty result"),
    word(
        "#badresult",
        Trouble::BrokenResult,
        "success with a garbled result",
    ),
    word("#two", Trouble::TwoFiles, "success with two files"),
    word("#slow", Trouble::Slow, "ten times the render time"),
    word("#never", Trouble::Never, "the render never ends"),
    word(
        "#nocallback",
        Trouble::NoCallback,
        "no callback: the end is found by asking",
    ),
    word("#twice", Trouble::Twice, "every callback comes twice"),
    word("#html", Trouble::Html, "the file is a web page"),
    word("#gone", Trouble::Gone, "the file is gone"),
    word(
        "#expired",
        Trouble::Expired,
        "the link has expired, a fresh one works",
    ),
    word("#empty", Trouble::Empty, "the file is empty"),
    word("#short", Trouble::Short, "the file plays for one second only"),
    word("#truncated", Trouble::Truncated, "the file breaks off"),
    word(
        "#big",
        Trouble::Big,
        "25 MB, a picture 7 MB: more than Telegram fetches by itself",
    ),
    word(
        "#vast",
        Trouble::Vast,
        "15 MB: a picture that is no photo any more",
    ),
    word("#huge", Trouble::Huge, "60 MB: more than a bot may upload"),
    word("#trickle", Trouble::Trickle, "the file arrives very slowly"),
    word("#tail", Trouble::IndexLast, "the file's index stands at its end"),
];

impl Trouble {
    pub(crate) fn stage(self) -> Stage {
        match self {
            Self::LookupDown | Self::LookupLimited | Self::LookupCut => Stage::Lookup,
            Self::UploadDown | Self::UploadCut => Stage::Upload,
            Self::DownloadDown | Self::DownloadCut | Self::DownloadSlow | Self::DownloadDenied => {
                Stage::Download
            }
            Self::LinkDenied | Self::LinkUnpaid => Stage::Link,
            _ => Stage::Create,
        }
    }

    /// Whether the bare word stands for one attempt only.
    fn passes(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ServerError
                | Self::Unavailable
                | Self::BadGateway
                | Self::Maintenance
                | Self::Cut
                | Self::Lost
                | Self::Hung
        )
    }
}

/// A trouble word found in a prompt, and how many attempts it holds for; `None` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) trouble: Trouble,
    pub(crate) attempts: Option<u32>,
}

/// The trouble words of a prompt.
pub(crate) fn spoken(prompt: &str) -> impl Iterator<Item = Spoken> + '_ {
    prompt.split_whitespace().filter_map(|token| {
        let token = token.trim_end_matches(['.', ',', '!', '?', ';', ':', ')']);
        plain(token).or_else(|| counted(token))
    })
}

fn plain(token: &str) -> Option<Spoken> {
    let trouble = WORDS.iter().find(|word| word.word == token)?.trouble;
    Some(Spoken {
        trouble,
        attempts: trouble.passes().then_some(1),
    })
}

fn counted(token: &str) -> Option<Spoken> {
    let (word, times) = token.rsplit_once('x')?;
    let trouble = plain(word)?.trouble;
    Some(Spoken {
        trouble,
        attempts: Some(times.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_word() {
        let readme = include_str!("../README.md");
        for word in WORDS {
            let row = format!("| `{}` | {} |", word.word, word.meaning);
            assert!(readme.contains(&row), "README.md lacks {row}");
        }
    }

    #[test]
    fn words_are_found_among_others_with_their_count() {
        let found: Vec<_> = spoken("кот #fail, #429 и #hugex3; #unknown #chat-500 429").collect();
        let expected = [
            Spoken {
                trouble: Trouble::Failed,
                attempts: None,
            },
            Spoken {
                trouble: Trouble::RateLimited,
                attempts: Some(1),
            },
            Spoken {
                trouble: Trouble::Huge,
                attempts: Some(3),
            },
        ];
        assert_eq!(found, expected);
    }
}
