//! Where a customer's receipts go. It is personal: it never reaches a log, and its `Debug` says only what kind it is.

use std::fmt;

/// The longest address that is taken, in characters.
const EMAIL_CHARS_MAX: usize = 100;
/// From so many digits on, what has no letters is meant for a telephone number.
const DIGITS_MEANT: usize = 6;
/// How many digits an international number has.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 11..=15;

/// An e-mail address or a telephone number.
#[derive(Clone, PartialEq, Eq)]
pub enum Contact {
    /// An e-mail address.
    Email(String),
    /// A telephone number: digits only, with the country's.
    Phone(String),
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Email(…)",
            Self::Phone(_) => "Phone(…)",
        })
    }
}

impl Contact {
    /// Reads what somebody has written: `anna@example.org`, `+7 999 123-45-67`, `8 (999) 123 45 67`. `None` if it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        email(text).or_else(|| phone(text))
    }

    /// Whether somebody has meant to write one, though it is none: one word with an `@`, or hardly anything but digits.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim();
        let one_word = !text.contains(char::is_whitespace);
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let number = digits >= DIGITS_MEANT && text.chars().all(|c| !c.is_alphabetic());
        (one_word && text.contains('@')) || number
    }

    /// Its text: an address, or digits.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
        }
    }

    /// As much of it as shows its owner which one it is: `a…@example.org`, `…4567`.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(text) => {
                let (name, host) = text.split_once('@').unwrap_or((text, ""));
                let first: String = name.chars().take(1).collect();
                format!("{first}…@{host}")
            }
            Self::Phone(digits) => {
                let tail = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default();
                format!("…{tail}")
            }
        }
    }
}

/// An address as people have them: one `@`, a host with a point, nothing that no mailbox has.
fn email(text: &str) -> Option<Contact> {
    let (name, host) = text.split_once('@')?;
    let allowed = |text: &str| {
        let mut chars = text.chars();
        chars.all(|c| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c))
    };
    let label_is_one = |label: &str| {
        let chars = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        chars && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let (before, top) = host.rsplit_once('.')?;
    let host_is_one = top.len() > 1 && label_is_one(top) && before.split('.').all(label_is_one);
    let dotted = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    let fits = text.chars().count() <= EMAIL_CHARS_MAX && !name.is_empty() && !dotted;
    (fits && host_is_one && allowed(name)).then(|| Contact::Email(text.to_owned()))
}

/// A number with its country's, or a Russian one as Russians write it, beginning with 8.
fn phone(text: &str) -> Option<Contact> {
    let plain = |c: char| c.is_ascii_digit() || " +-()".contains(c);
    text.chars().all(plain).then_some(())?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    PHONE_DIGITS.contains(&digits.len()).then_some(())?;
    let digits = match (digits.strip_prefix('8'), digits.len()) {
        (Some(rest), 11) => format!("7{rest}"),
        _ => digits,
    };
    Some(Contact::Phone(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_read_as_people_write_them() {
        for (text, read) in [
            ("anna@example.org", "anna@example.org"),
            ("  a.b+c@mail.example.ru ", "a.b+c@mail.example.ru"),
            ("+7 999 123-45-67", "79991234567"),
            ("8 (999) 123 45 67", "79991234567"),
            ("375291234567", "375291234567"),
        ] {
            let contact = Contact::parse(text).unwrap();
            assert_eq!(contact.as_str(), read, "{text}");
            assert_eq!(Contact::parse(read), Some(contact), "what is kept reads back");
        }
    }

    #[test]
    fn what_is_neither_is_not_taken() {
        let long = format!("{}@example.org", "a".repeat(100));
        for text in [
            "",
            "anna",
            "@example.org",
            "anna@",
            "anna@org",
            "a@b..c",
            "a b@c.ru",
            "ёж@example.org",
            "12345",
            "1234567890123456",
            "999-ёж",
            "a@b@c.ru",
            &long,
        ] {
            assert_eq!(Contact::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_slip_is_told_from_words_about_a_video() {
        for meant in [
            "anna@example",
            "anna@",
            "9991234567",
            "+7 (999) 123-4",
            "@anna.ru",
        ] {
            assert!(
                Contact::parse(meant).is_none() && Contact::is_meant(meant),
                "{meant}"
            );
        }
        for words in ["12", "кот @ дом", "2026: a film", "закат", ""] {
            assert!(!Contact::is_meant(words), "{words}");
        }
    }

    #[test]
    fn it_is_never_printed_and_its_owner_knows_it_by_a_part() {
        let email = Contact::parse("anna@example.org").unwrap();
        let phone = Contact::parse("+79991234567").unwrap();
        assert_eq!(
            (email.masked().as_str(), phone.masked().as_str()),
            ("a…@example.org", "…4567")
        );
        let printed = format!("{email:?} {phone:?}");
        assert!(!printed.contains("anna") && !printed.contains("999"), "{printed}");
    }
}
