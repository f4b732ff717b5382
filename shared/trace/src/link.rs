//! The trace that something belongs to, and what it follows from in it: AWS's trace header.

use std::fmt;

/// Characters of a trace's id: `1-`, eight digits, `-`, twenty-four digits.
const ROOT_CHARS: usize = 35;
/// Digits of a span's id.
const SPAN_DIGITS: usize = 16;

/// A trace that is recorded, and a span in it. What is not recorded has no link.
///
/// It is written as the header is: `Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1` (AWS X-Ray
/// developer guide, "Tracing header").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    root: String,
    parent: String,
}

impl Link {
    /// Reads a header; `None` if it is none, or of a trace that is not recorded, or names no span. What else stands in it
    /// (`Lineage`, `Self`) is left alone.
    pub fn parse(header: &str) -> Option<Self> {
        let part = |name: &str| {
            let parts = header.split(';').filter_map(|part| part.trim().split_once('='));
            parts
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value)
                .next()
        };
        if part("Sampled") != Some("1") {
            return None;
        }
        let (root, parent) = (part("Root")?, part("Parent")?);
        (is_root(root) && is_span(parent)).then(|| Self {
            root: root.to_owned(),
            parent: parent.to_owned(),
        })
    }

    /// The trace.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The span.
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// Another span of the same trace.
    pub(crate) fn at(&self, span: u64) -> Self {
        Self {
            root: self.root.clone(),
            parent: id(span),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root={};Parent={};Sampled=1", self.root, self.parent)
    }
}

/// A span's id as it is written.
pub(crate) fn id(span: u64) -> String {
    format!("{span:016x}")
}

fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>, count: usize| {
        part.is_some_and(|part| part.len() == count && part.bytes().all(is_digit))
    };
    text.len() == ROOT_CHARS
        && parts.next() == Some("1")
        && digits(parts.next(), 8)
        && digits(parts.next(), 24)
        && parts.next().is_none()
}

fn is_span(text: &str) -> bool {
    text.len() == SPAN_DIGITS && text.bytes().all(is_digit)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_header_is_read_as_lambda_writes_it_and_written_as_it_was_read() {
        let lambdas = format!("{HEADER};Lineage=1:a87bd80c:0");
        assert_eq!(Link::parse(&lambdas).unwrap().to_string(), HEADER);
        let elsewhere = "Sampled=1;Parent=53995c3f42cd8ad8;Root=1-67891233-abcdef012345678912345678";
        assert_eq!(Link::parse(elsewhere).unwrap().to_string(), HEADER);
    }

    #[test]
    fn what_is_not_recorded_or_no_header_is_no_link() {
        let broken = [
            HEADER.replace("Sampled=1", "Sampled=0"),
            HEADER.replace("Sampled=1", "Sampled=?"),
            HEADER.replace(";Sampled=1", ""),
            HEADER.replace(";Parent=53995c3f42cd8ad8", ""),
            HEADER.replace("53995c3f42cd8ad8", "53995c3f42cd8ad"),
            HEADER.replace("53995c3f42cd8ad8", "53995c3f42cd8adX"),
            HEADER.replace("1-6789", "2-6789"),
            HEADER.replace("-abcdef", "+abcdef"),
            HEADER.replace("67891233-abcdef", "6789123-3abcdef"),
            "https://example.org/?q=1".to_owned(),
            String::new(),
        ];
        for header in broken {
            assert_eq!(Link::parse(&header), None, "{header}");
        }
    }
}
