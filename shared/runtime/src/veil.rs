//! What stands in a log in place of what its readers need not know.
//!
//! More people read logs than may know who a customer is, and logs are copied to more places than tables are. So a line has
//! no Telegram id. A customer is a **hash** under a key: the same in every line, and nothing that could be tried out for all
//! ids there are. An order's id begins with its customer's, so that part is **sealed**: the nonce behind it, which no two
//! orders share, makes the pad. An operator, who may read the secret, types what the line says (`cargo ctl job x…-…`) and
//! gets the order; one hash for the order alone would have led nowhere, for the tables have no index by it.
//!
//! The words of others (a provider's refusal, an error's chain) may repeat anything that was sent to them. [`Veil::text`]
//! takes out what has a form: our secrets, orders' ids, all of an address behind its host, mails, long numbers. What has none, a customer's
//! own words, is known where they are carried: a span's `withheld` field says what no line below it may repeat.

mod bearer;

use std::fmt::Write as _;
use std::sync::OnceLock;

use domain::id::{JobId, UserId};
use ring::hmac;

/// Keeps this key apart from everything else that is made of the same secret.
const DOMAIN: &[u8] = b"neurocards/log/1";
/// What a sealed order's id begins with, so that it is not taken for a plain one.
const SEALED: char = 'x';
/// Hexadecimal digits of a sealed customer.
const SEALED_DIGITS: usize = 16;
/// Hexadecimal digits of a customer's hash: 48 bits, too many for two customers of one bot to share.
const HASH_DIGITS: usize = 12;
/// What stands where something was taken out.
pub(crate) const TAKEN_OUT: &str = "[withheld]";
/// Digits of the shortest number in the words of others that is taken out: a customer's, a telephone. What we count
/// ourselves stands in fields of its own.
const NUMBER_DIGITS: usize = 7;
/// The longest text of a field, in characters. A chain of causes has a few hundred.
const TEXT_CHARS_MAX: usize = 1500;
/// As many letters of a withheld text in a row are a quotation of it. Fewer are a word that everybody uses.
const QUOTATION_CHARS: usize = 12;

static VEIL: OnceLock<Veil> = OnceLock::new();

/// The process's own, once the secret is read. Until then customers and orders are left out of the log altogether.
pub(crate) fn current() -> Option<&'static Veil> {
    VEIL.get()
}

/// Takes a veil for the process. A second one, in a test, changes nothing.
pub fn wear(veil: Veil) {
    let _ = VEIL.set(veil);
}

/// How customers and orders are named in logs, and what never stands in them.
pub struct Veil {
    key: hmac::Key,
    secrets: Vec<String>,
}

impl std::fmt::Debug for Veil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Veil(..)")
    }
}

impl Veil {
    /// From our own key for callback addresses: another key in the secret would be one more to lose. Whoever changes it
    /// reads older lines with the older one. `secrets` are taken out of every text.
    pub fn new(key: &[u8], secrets: Vec<String>) -> Self {
        let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), DOMAIN);
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()),
            secrets,
        }
    }

    /// A customer, as lines name them.
    pub fn user(&self, user: UserId) -> String {
        let tag = hmac::sign(&self.key, format!("user/{user}").as_bytes());
        let mut hash = hex(tag.as_ref());
        hash.truncate(HASH_DIGITS);
        hash
    }

    /// An order, as lines name it.
    pub fn job(&self, job: &JobId) -> String {
        let nonce = job.nonce.as_str();
        let sealed = self.padded(nonce, job.user.0);
        format!("{SEALED}{}-{nonce}", hex(&sealed.to_be_bytes()))
    }

    /// The order that a line names so; `None` if it names none, or was written under another key.
    pub fn unsealed(&self, name: &str) -> Option<JobId> {
        let (sealed, nonce) = name.strip_prefix(SEALED)?.split_once('-')?;
        let whole = sealed.len() == SEALED_DIGITS && !sealed.starts_with('+');
        let sealed = u64::from_str_radix(sealed, 16)
            .ok()
            .filter(|_| whole)?
            .to_be_bytes();
        let user = self.padded(nonce, i64::from_be_bytes(sealed));
        JobId::parse(&format!("{user}-{nonce}"))
    }

    /// A number under the pad that belongs to a nonce; the same again takes it off. A nonce has 80 random bits and is one
    /// customer's, so no pad is used for two numbers.
    fn padded(&self, nonce: &str, number: i64) -> i64 {
        let pad = hmac::sign(&self.key, format!("job/{nonce}").as_bytes());
        let mut bytes = number.to_be_bytes();
        for (byte, pad) in bytes.iter_mut().zip(pad.as_ref()) {
            *byte ^= pad;
        }
        i64::from_be_bytes(bytes)
    }

    /// A text of anybody's, without our secrets, with orders named as in every line, with the hosts alone of addresses, and
    /// without what may be a customer's number, telephone or mail.
    pub fn text(&self, text: &str) -> String {
        self.cleaned(text, Numbers::TakenOut)
    }

    /// The same for a name, such as a payment's, in which long numbers are nobody's.
    pub fn name(&self, name: &str) -> String {
        self.cleaned(name, Numbers::Kept)
    }

    fn cleaned(&self, text: &str, numbers: Numbers) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), TAKEN_OUT);
            }
        }
        // Cut last: a part of what is to be taken out would not be found.
        cut(&self.ids(&mails(&hosts(&bearer::taken_out(&text))), numbers))
    }

    /// Every order's id sealed, every customer's in a form that only `Debug` writes hashed, and other long numbers taken out.
    fn ids(&self, text: &str, numbers: Numbers) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let digits = from
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(from.len());
            let is_word = before.chars().next_back().or(out.chars().next_back());
            let stands_alone = !is_word.is_some_and(char::is_alphanumeric);
            let job = from
                .get(..digits.saturating_add(1).saturating_add(domain::id::NONCE_CHARS))
                .and_then(JobId::parse);
            let taken = match job.filter(|_| stands_alone) {
                Some(job) => {
                    out.push_str(&self.job(&job));
                    digits + 1 + domain::id::NONCE_CHARS
                }
                None if out.ends_with("UserId(") || out.ends_with("ChatId(") => {
                    let user = from.get(..digits).and_then(|user| user.parse().ok());
                    out.push_str(&self.user(UserId(user.unwrap_or_default())));
                    digits
                }
                None => {
                    let ends = !from
                        .get(digits..)
                        .is_some_and(|after| after.starts_with(char::is_alphanumeric));
                    let number = from.get(..digits).unwrap_or_default();
                    let may_be_anybodys = stands_alone && ends && digits >= NUMBER_DIGITS;
                    let taken_out = may_be_anybodys && numbers == Numbers::TakenOut;
                    out.push_str(if taken_out { TAKEN_OUT } else { number });
                    digits
                }
            };
            rest = from.get(taken..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }
}

/// What becomes of long numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    TakenOut,
    Kept,
}

/// What stands in a text before there is a veil: no address behind its host, and nobody's mail.
pub(crate) fn bare(text: &str) -> String {
    cut(&mails(&hosts(&bearer::taken_out(text))))
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// A text without mail addresses.
fn mails(text: &str) -> String {
    let of_a_mail = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let host = after.get(..after.find(|letter| !of_a_mail(letter)).unwrap_or(after.len()));
        let host = host.unwrap_or_default();
        let kept = before.trim_end_matches(of_a_mail);
        if host.contains('.') && kept.len() < before.len() {
            out.push_str(kept);
            out.push_str(TAKEN_OUT);
            rest = after.get(host.len()..).unwrap_or_default();
        } else {
            out.push_str(before);
            out.push('@');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Addresses without all that stands behind their hosts: paths name files, and queries are often keys.
fn hosts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, from) = rest.split_at(at + 3);
        out.push_str(before);
        let ends = |letter: char| letter.is_whitespace() || "\"'<>(){}|\\^`,;".contains(letter);
        let (address, after) = from.split_at(from.find(ends).unwrap_or(from.len()));
        let (authority, path) = address.split_at(address.find(['/', '?', '#']).unwrap_or(address.len()));
        out.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        if !path.trim_start_matches('/').is_empty() {
            out.push_str("/…");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A text without what it quotes of a withheld one.
pub(crate) fn without(text: &str, withheld: &str) -> String {
    // Where each letter begins, and where the last one ends.
    let begins = text.char_indices().map(|(at, _)| at);
    let begins: Vec<usize> = begins.chain([text.len()]).collect();
    let mut quoted = vec![false; begins.len().saturating_sub(1)];
    for at in 0..quoted.len() {
        let end = begins.get(at.saturating_add(QUOTATION_CHARS));
        let window = begins
            .get(at)
            .zip(end)
            .and_then(|(from, to)| text.get(*from..*to));
        if window.is_some_and(|window| withheld.contains(window)) {
            quoted
                .iter_mut()
                .skip(at)
                .take(QUOTATION_CHARS)
                .for_each(|it| *it = true);
        }
    }
    // A withheld text that is shorter than a quotation is looked for as a whole.
    let whole = withheld
        .lines()
        .filter(|line| (4..QUOTATION_CHARS).contains(&line.chars().count()));
    let mut out = String::with_capacity(text.len());
    let mut was_quoted = false;
    for (letter, is_quoted) in text.chars().zip(quoted) {
        match (is_quoted, was_quoted) {
            (false, _) => out.push(letter),
            (true, false) => out.push_str(TAKEN_OUT),
            (true, true) => {}
        }
        was_quoted = is_quoted;
    }
    whole.fold(out, |text, line| text.replace(line, TAKEN_OUT))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "700001-abcdefgh23456789";

    fn veil() -> Veil {
        Veil::new(b"0123456789abcdef", vec!["123456:token-of-the-bot".to_owned()])
    }

    #[test]
    fn an_order_is_found_again_by_whoever_has_the_key_and_by_nobody_else() {
        let job = JobId::parse(JOB).unwrap();
        let name = veil().job(&job);
        assert!(
            name.starts_with('x') && name.ends_with("-abcdefgh23456789"),
            "{name}"
        );
        assert!(!name.contains("700001"), "{name}");
        assert_eq!(veil().unsealed(&name), Some(job.clone()));
        let other = Veil::new(b"another-key-0123", Vec::new());
        assert_ne!(other.unsealed(&name), Some(job));
        let padded = name.replacen('x', "x0", 1);
        for none in [
            padded.as_str(),
            "",
            "x",
            "x-",
            JOB,
            "x12-abcdefgh23456789z",
            "xyz-abcdefgh23456789",
        ] {
            assert_eq!(veil().unsealed(none), None, "{none}");
        }
    }

    #[test]
    fn a_secret_that_stands_where_a_text_is_cut_is_taken_out_all_the_same() {
        for before in TEXT_CHARS_MAX - 30..=TEXT_CHARS_MAX {
            let text = format!("{}123456:token-of-the-bot and more", "-".repeat(before));
            let shown = veil().text(&text);
            assert!(!shown.contains("1234") && !shown.contains("token"), "{before}");
            assert!(shown.chars().count() <= TEXT_CHARS_MAX);
        }
    }

    #[test]
    fn two_orders_of_one_customer_show_it_by_the_hash_alone() {
        let [one, two] = [JOB, "700001-22222222222222aa"].map(|id| JobId::parse(id).unwrap());
        let [first, second] = [&one, &two].map(|job| veil().job(job));
        assert_ne!(first.get(..17), second.get(..17));
        assert_eq!(veil().user(one.user), veil().user(two.user));
        assert_ne!(veil().user(UserId(700_001)), veil().user(UserId(700_002)));
        assert_eq!(veil().user(one.user).len(), HASH_DIGITS);
    }

    #[test]
    fn a_text_keeps_its_words_and_neither_secrets_nor_paths_nor_customers() {
        let (veil, sealed) = (veil(), veil().job(&JobId::parse(JOB).unwrap()));
        let hash = veil.user(UserId(7));
        let cases = [
            ("took 12 ms, 3 tries", "took 12 ms, 3 tries".to_owned()),
            (JOB, sealed.clone()),
            (
                "purchase p-700001-abcdefgh23456789-2.",
                format!("purchase p-{sealed}-2."),
            ),
            (
                "key 123456:token-of-the-bot is bad",
                "key [withheld] is bad".to_owned(),
            ),
            (
                "GET https://user:pw@cdn.example/a/b.mp4?sig=1: 404",
                "GET https://cdn.example/…".to_owned() + " 404",
            ),
            // What is behind a secret in an address goes with it.
            (
                "GET https://t.example/bot123456:token-of-the-bot/photos/a.jpg",
                "GET https://t.example/…".to_owned(),
            ),
            ("at https://kie.ai", "at https://kie.ai".to_owned()),
            (
                "chat 7310660417, tel:+79990417731, 123456 ms, v1.2345678x",
                "chat [withheld], tel:+[withheld], 123456 ms, v1.2345678x".to_owned(),
            ),
            (
                "to a.b+c@mail.example, not a@b",
                "to [withheld], not a@b".to_owned(),
            ),
            ("Job(UserId(7), 12)", format!("Job(UserId({hash}), 12)")),
        ];
        for (text, expected) in cases {
            let found = veil.text(text).replace("/…:", "/…");
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(
            veil.name("yookassa#12345678-1234567"),
            "yookassa#12345678-1234567"
        );
        assert_eq!(veil.text(&"я".repeat(5000)).chars().count(), TEXT_CHARS_MAX);
    }

    #[test]
    fn what_is_withheld_is_not_quoted_neither_whole_nor_in_part() {
        let prompt = "a marked cat dances in the rain";
        let cases = [
            (
                "flagged: 'a marked cat dances in the rain'",
                "flagged: '[withheld]'",
            ),
            ("flagged: marked cat dances in", "flagged:[withheld]"),
            ("a marked failure", "a marked failure"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(without(text, prompt), expected, "{text}");
        }
        assert_eq!(without("no: кот", "кот"), "no: кот", "too short to be anybody's");
        assert_eq!(without("no: котик", "котик"), "no: [withheld]");
    }
}
