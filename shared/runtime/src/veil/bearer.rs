//! Tokens that open an account for a while: made of our secrets, and known to nobody beforehand, so they are told by their
//! form alone.

use super::TAKEN_OUT;

/// How each of them begins: a JSON Web Token with its header in base64 (`{"`), an access token of Google's.
const BEGIN: [&str; 2] = ["eyJ", "ya29."];
/// Shorter than this is none.
const CHARS_MIN: usize = 16;

/// A text without them.
pub(super) fn taken_out(text: &str) -> String {
    let of_a_token = |letter: char| letter.is_ascii_alphanumeric() || "._-~+/=".contains(letter);
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = begins(rest) {
        let (before, from) = rest.split_at(at);
        let (token, after) = from.split_at(from.find(|letter| !of_a_token(letter)).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(if token.len() < CHARS_MIN { token } else { TAKEN_OUT });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the first of them begins. It goes no further than that, so that a long text is read once.
fn begins(text: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    let begins = |(at, _): &(usize, char)| {
        let from = text.get(*at..).unwrap_or_default();
        BEGIN.iter().any(|begin| from.starts_with(begin))
    };
    letters.find(begins).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_full_of_them_is_read_once() {
        // Read from each of them to the end, this would take minutes.
        let many = "eyJhbGciOiJIUzI1NiJ9.e30 ".repeat(300_000);
        let out = taken_out(&many);
        assert_eq!(out, "[withheld] ".repeat(300_000));
    }

    #[test]
    fn a_token_is_taken_out_wherever_it_stands_and_words_are_not() {
        for (text, expected) in [
            (
                "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln-_",
                "Bearer [withheld]",
            ),
            ("(ya29.a0Af_-B.c1234567890) и ya29.x", "([withheld]) и ya29.x"),
            (
                "token=eyJhbGciOiJIUzI1NiJ9.e30.c2ln\",\"x\":1",
                "token=[withheld]\",\"x\":1",
            ),
            ("an eyJ of a kind, 7 ms", "an eyJ of a kind, 7 ms"),
        ] {
            assert_eq!(taken_out(text), expected);
        }
    }
}
