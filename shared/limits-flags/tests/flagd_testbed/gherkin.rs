//! As much of Gherkin as the testbed is written in: backgrounds, scenarios, outlines with tagged examples, tables.

use std::collections::BTreeMap;

/// A scenario with its outline's placeholders filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    /// Without their keywords; the rows of a step's table follow it, beginning with `|`.
    pub(crate) steps: Vec<String>,
}

/// What a scenario is while it is read.
#[derive(Default)]
struct Open {
    scenario: Scenario,
    is_outline: bool,
    /// Tags of each `Examples`, and its rows with the head first.
    examples: Vec<(Vec<String>, Vec<Vec<String>>)>,
}

#[derive(Default)]
struct Reader {
    feature_tags: Vec<String>,
    pending_tags: Vec<String>,
    background: Vec<String>,
    open: Option<Open>,
    done: Vec<Scenario>,
}

/// Every scenario of a feature, one for each row of its examples.
pub(crate) fn scenarios(text: &str) -> Vec<Scenario> {
    let mut reader = Reader::default();
    for line in text.lines().map(str::trim) {
        reader.line(line);
    }
    reader.close();
    reader.done
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        if line.starts_with('@') {
            let tags = line
                .split_whitespace()
                .map(|tag| tag.trim_start_matches('@').to_owned());
            self.pending_tags.extend(tags);
        } else if line.starts_with("Feature:") {
            self.feature_tags = std::mem::take(&mut self.pending_tags);
        } else if line.starts_with("Background:") {
            self.close();
        } else if let Some(name) = heading(line, &["Scenario Outline:", "Scenario:"]) {
            self.begin(name, line.starts_with("Scenario Outline:"));
        } else if line.starts_with("Examples:") {
            let tags = std::mem::take(&mut self.pending_tags);
            self.open
                .as_mut()
                .expect("an outline")
                .examples
                .push((tags, Vec::new()));
        } else if line.starts_with('|') {
            self.row(line);
        } else if let Some(step) = heading(line, &["Given ", "When ", "Then ", "And ", "But "]) {
            self.steps().push(step.to_owned());
        }
    }

    fn steps(&mut self) -> &mut Vec<String> {
        match &mut self.open {
            Some(open) => &mut open.scenario.steps,
            None => &mut self.background,
        }
    }

    fn begin(&mut self, name: &str, is_outline: bool) {
        self.close();
        let mut tags = self.feature_tags.clone();
        tags.append(&mut self.pending_tags);
        let scenario = Scenario {
            name: name.to_owned(),
            tags,
            steps: self.background.clone(),
        };
        self.open = Some(Open {
            scenario,
            is_outline,
            ..Open::default()
        });
    }

    fn row(&mut self, line: &str) {
        let examples = self.open.as_mut().and_then(|open| open.examples.last_mut());
        match examples {
            Some((_, rows)) => rows.push(cells(line)),
            None => self.steps().push(line.to_owned()),
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if !open.is_outline {
            self.done.push(open.scenario);
            return;
        }
        for (tags, rows) in &open.examples {
            let (head, rows) = rows.split_first().expect("a head");
            for row in rows {
                let values = head.iter().cloned().zip(row.iter().cloned()).collect();
                self.done.push(filled(&open.scenario, tags, &values));
            }
        }
    }
}

fn heading<'l>(line: &'l str, keywords: &[&str]) -> Option<&'l str> {
    let mut rests = keywords.iter().filter_map(|keyword| line.strip_prefix(keyword));
    rests.next().map(str::trim)
}

fn filled(outline: &Scenario, tags: &[String], values: &BTreeMap<String, String>) -> Scenario {
    let mut scenario = outline.clone();
    scenario.tags.extend_from_slice(tags);
    for step in &mut scenario.steps {
        for (name, value) in values {
            *step = step.replace(&format!("<{name}>"), value);
        }
    }
    scenario
}

/// The cells of a row.
pub(crate) fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}
