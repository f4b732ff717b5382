//! Form-encoded parameters: `line_items[0][price_data][unit_amount]=899`.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Metadata;

const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_CHARS_MAX: usize = 40;
const METADATA_VALUE_CHARS_MAX: usize = 500;

/// What is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) code: Option<&'static str>,
    pub(super) param: String,
    pub(super) why: String,
}

pub(super) fn wrong(code: Option<&'static str>, param: &str, why: impl Into<String>) -> Wrong {
    Wrong {
        code,
        param: param.to_owned(),
        why: why.into(),
    }
}

/// Parameters by their full names. Of a name that comes twice, the last value holds.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    pub(super) fn read(body: &[u8]) -> Self {
        Self::new(form_urlencoded::parse(body).into_owned())
    }

    /// A value that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, Wrong> {
        self.get(name).ok_or_else(|| {
            wrong(
                Some("parameter_missing"),
                name,
                format!("Missing required param: {name}."),
            )
        })
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Wrong> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.parse().map_err(|_| {
            wrong(
                Some("parameter_invalid_integer"),
                name,
                format!("Invalid integer: {value}"),
            )
        })?;
        Ok(Some(number))
    }

    /// How many items a list of this name has: they are numbered from 0.
    pub(super) fn items(&self, name: &str) -> usize {
        let prefix = format!("{name}[");
        let numbers: BTreeSet<&str> = self
            .0
            .keys()
            .filter_map(|key| key.strip_prefix(&prefix)?.split(']').next())
            .collect();
        numbers.len()
    }

    pub(super) fn metadata(&self, name: &str) -> Result<Metadata, Wrong> {
        let prefix = format!("{name}[");
        let of_it = self.0.iter().filter_map(|(key, value)| {
            let key = key.strip_prefix(&prefix)?.strip_suffix(']')?;
            Some((key.to_owned(), value.clone()))
        });
        let metadata: Metadata = of_it.collect();
        let fits = |(key, value): (&String, &String)| {
            key.chars().count() <= METADATA_KEY_CHARS_MAX && value.chars().count() <= METADATA_VALUE_CHARS_MAX
        };
        if metadata.len() > METADATA_KEYS_MAX || !metadata.iter().all(fits) {
            let why = "Metadata has at most 50 keys of 40 characters, with values of 500.";
            return Err(wrong(None, name, why));
        }
        Ok(metadata)
    }

    /// What the answer is to hold in full.
    pub(super) fn expanded(&self, allowed: &[&str]) -> Result<Vec<String>, Wrong> {
        let asked = self.0.iter().filter(|(name, _)| pattern(name) == "expand[]");
        let asked: Vec<String> = asked.map(|(_, value)| value.clone()).collect();
        match asked.iter().find(|one| !allowed.contains(&one.as_str())) {
            None => Ok(asked),
            Some(one) => Err(wrong(
                None,
                "expand",
                format!("This property cannot be expanded ({one})."),
            )),
        }
    }

    /// Refuses a parameter that nobody knows, as Stripe does.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Wrong> {
        match self
            .0
            .keys()
            .find(|name| !known.contains(&pattern(name).as_str()))
        {
            None => Ok(()),
            Some(name) => Err(wrong(
                Some("parameter_unknown"),
                name,
                format!("Received unknown parameter: {name}"),
            )),
        }
    }
}

/// A name without what the caller may choose: `[]` for a place in a list, `[*]` for a key of metadata.
fn pattern(name: &str) -> String {
    if let Some((before, _)) = name.split_once("metadata[") {
        return format!("{before}metadata[*]");
    }
    let parts = name
        .split('[')
        .enumerate()
        .map(|(number, part)| match part.strip_suffix(']') {
            Some(index) if index.bytes().all(|byte| byte.is_ascii_digit()) => "[]".to_owned(),
            _ if number == 0 => part.to_owned(),
            _ => format!("[{part}"),
        });
    // `payment_intent_data[metadata][purchase]` is a key of metadata too.
    let pattern: String = parts.collect();
    match pattern.split_once("[metadata][") {
        Some((before, _)) => format!("{before}[metadata][*]"),
        None => pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_their_pattern() {
        for (name, expected) in [
            ("mode", "mode"),
            ("metadata[purchase]", "metadata[*]"),
            (
                "payment_intent_data[metadata][purchase]",
                "payment_intent_data[metadata][*]",
            ),
            (
                "line_items[12][price_data][currency]",
                "line_items[][price_data][currency]",
            ),
            ("expand[]", "expand[]"),
            ("expand[0]", "expand[]"),
            ("created[gte]", "created[gte]"),
        ] {
            assert_eq!(pattern(name), expected);
        }
    }
}
