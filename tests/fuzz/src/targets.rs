//! What is fuzzed: a row for each thing that reads what comes from outside.

mod answers;
mod files;
mod money;
mod names;
mod rails;
mod rules;
mod signed;
mod telegram;

/// Something that reads inputs from outside, with what must hold of it beside that it does not panic.
pub struct Target {
    /// What it is called, and its seeds are: `corpus/<name>.txt`.
    pub name: &'static str,
    /// What comes in there.
    pub reads: &'static str,
    /// Reads an input.
    pub run: fn(&[u8]),
    /// The longest input, in bytes.
    pub bytes_max: usize,
    /// Where the words stand that it knows, from the workspace's root: string literals are what a fuzzer cannot guess.
    pub words: &'static [&'static str],
    /// Files that are inputs as they are, or directories of them.
    pub seeds: &'static [&'static str],
}

/// Every one.
pub const ALL: &[Target] = &[
    telegram::UPDATE,
    telegram::BUTTON,
    telegram::COMMAND,
    telegram::MARKUP,
    signed::INIT_DATA,
    signed::TICKET,
    signed::KEY,
    signed::CALLBACK,
    money::YOOKASSA,
    money::STRIPE,
    money::STARS,
    rules::FLAGS,
    rules::CONTEXT,
    rules::SETTINGS,
    rules::ROWS,
    rules::MODERATION,
    files::FILE,
    answers::KIE,
    answers::KLING,
    answers::KLING_V1,
    answers::GOOGLE,
    answers::VERTEX,
    answers::TOKEN,
    answers::LUMA,
    answers::MINIMAX,
    answers::OPENAI,
    answers::CHECK,
    rails::YOOKASSA,
    rails::STRIPE,
    rails::BOT_API,
    names::DOORBELL,
    names::NAMES,
    names::CURSORS,
];

/// The input as a text; what is none is not what is read here.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// An input's parts: so many lines, and the rest.
fn lines<const N: usize>(data: &[u8]) -> Option<([&str; N], &[u8])> {
    let mut rest = data;
    let mut lines = [""; N];
    for line in &mut lines {
        let at = rest.iter().position(|byte| *byte == b'\n')?;
        *line = std::str::from_utf8(&rest[..at]).ok()?;
        rest = &rest[at + 1..];
    }
    Some((lines, rest))
}
