//! An explanation as lines of text.

use std::fmt;

use super::{Explanation, Gate, Layer, LayerState, Needed};

/// How wide the first column is.
const WIDTH: usize = 24;

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = &self.check;
        let tier = self.tier.unwrap_or("none");
        writeln!(
            f,
            "{}: {}, by {}; tier {tier}",
            check.feature, check.reason, check.source
        )?;
        for layer in &self.layers {
            line(f, &layer.source.to_string(), &said(layer))?;
        }
        for Gate { gate, passed, note } in &self.gates {
            let separator = if note.is_empty() { "" } else { ": " };
            let verdict = if *passed { "passed" } else { "refused" };
            line(f, gate, &format!("{verdict}{separator}{note}"))?;
        }
        for Needed { path, reason } in &self.needs {
            line(f, "depends_on", &format!("{}: {reason}", path.join(" -> ")))?;
        }
        if check.path.len() > 1 {
            line(f, "off because of", &check.path.join(" -> "))?;
        }
        if let Some(tier) = check.unlocked_by.tier {
            line(f, "unlocked by", &format!("tier:{tier}"))?;
        }
        for addon in &check.unlocked_by.addons {
            line(f, "unlocked by", &format!("addon:{addon}"))?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    writeln!(f, "  {name:<WIDTH$} {text}")
}

/// `on, value 4, limits a 10; decides enabled, value`
fn said(layer: &Layer<'_>) -> String {
    let mut parts = Vec::new();
    parts.extend(
        layer
            .enabled
            .map(|enabled| if enabled { "on" } else { "off" }.to_owned()),
    );
    parts.extend(layer.value.as_ref().map(|value| format!("value {value}")));
    parts.extend(layer.limits.as_ref().map(|limits| {
        let limits: Vec<String> = limits
            .iter()
            .map(|limit| format!("{} {}", limit.id, limit.max))
            .collect();
        if limits.is_empty() {
            "without limit".to_owned()
        } else {
            format!("limits {}", limits.join(" "))
        }
    }));
    let state = match layer.state {
        LayerState::Holds => format!("decides {}", layer.decides.join(", ")),
        LayerState::Outdone => "outdone by a more specific layer".to_owned(),
        LayerState::Silent => "says nothing of it".to_owned(),
        LayerState::Expired => "has run out".to_owned(),
        LayerState::Unknown => "is not in the registry".to_owned(),
        LayerState::Unreadable => "cannot be read".to_owned(),
    };
    let separator = if parts.is_empty() { "" } else { "; " };
    let note = if layer.note.is_empty() {
        String::new()
    } else {
        format!(" ({})", layer.note)
    };
    format!("{}{separator}{state}{note}", parts.join(", "))
}
