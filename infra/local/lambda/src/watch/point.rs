//! What a metric is known by, and one value of it.

use std::collections::BTreeMap;
use std::fmt;

/// What a metric is known by: the same name with other dimensions is another metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// As `AWS/Lambda`, or the stack's name.
    pub namespace: String,
    /// Its name.
    pub metric: String,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When, in epoch milliseconds.
    pub at_ms: u64,
    /// What.
    pub value: f64,
}

impl Series {
    /// A metric by its namespace, name and dimensions.
    pub fn new<'a>(
        namespace: &str,
        metric: &str,
        dimensions: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let dimensions = dimensions.into_iter();
        Self {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: dimensions
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metric)?;
        let values: Vec<&str> = self.dimensions.values().map(String::as_str).collect();
        if values.is_empty() {
            return Ok(());
        }
        write!(f, " {}", values.join(" "))
    }
}
