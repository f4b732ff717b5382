//! A stack's outputs, in any of the forms in which tools print them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::Error;

/// A stack's outputs by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Form")]
pub struct Outputs(BTreeMap<String, String>);

/// One output as AWS's tools print it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

/// The forms.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Form {
    /// `sam list stack-outputs --output json`.
    Listed(Vec<Output>),
    /// `aws cloudformation describe-stacks`.
    Described {
        #[serde(rename = "Stacks")]
        stacks: Vec<Described>,
    },
    /// Name by name.
    Plain(BTreeMap<String, String>),
}

#[derive(Clone, Debug, Deserialize)]
struct Described {
    #[serde(rename = "Outputs", default)]
    outputs: Vec<Output>,
}

impl From<Form> for Outputs {
    fn from(form: Form) -> Self {
        let listed = match form {
            Form::Plain(plain) => return Self(plain),
            Form::Listed(outputs) => outputs,
            Form::Described { stacks } => stacks.into_iter().flat_map(|stack| stack.outputs).collect(),
        };
        listed
            .into_iter()
            .map(|output| (output.output_key, output.output_value))
            .collect()
    }
}

impl FromIterator<(String, String)> for Outputs {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(outputs: T) -> Self {
        Self(outputs.into_iter().collect())
    }
}

impl Outputs {
    /// Reads a file of any of the forms.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|_| Error::Malformed {
            path: path.to_owned(),
            why: "these are no stack outputs as `sam list stack-outputs --output json` prints them"
                .to_owned(),
        })
    }

    /// An output's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// These outputs, with others in the place of some.
    #[must_use]
    pub fn overridden_by<'a>(
        mut self,
        others: impl IntoIterator<Item = (&'static str, Option<&'a String>)>,
    ) -> Self {
        let given = others
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
        self.0.extend(given);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tools_form_is_understood() {
        let listed = r#"[{"OutputKey":"JobsTable","OutputValue":"j","Description":"Every ordered video."}]"#;
        let described = format!(r#"{{"Stacks":[{{"StackName":"x","Outputs":{listed}}}]}}"#);
        for text in [listed, &described, r#"{"JobsTable":"j"}"#] {
            let outputs: Outputs = serde_json::from_str(text).unwrap();
            assert_eq!(outputs.get("JobsTable"), Some("j"), "{text}");
        }
    }
}
