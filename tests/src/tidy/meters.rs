//! Metrics, alarms, the dashboard and the runbook: what is counted is looked at, what is looked at is counted, and whoever
//! is woken by an alarm finds what to say.

use meter::{METRICS, Metric};
use serde_norway::Value;

use super::Findings;
use super::alarms::{ALARM, FILTER};
use super::sources::Source;
use super::template::{Resource, Template, list};

/// Where every metric is declared.
const METERS: &str = "shared/meter/src/lib.rs";
/// Of the functions there, the one that counts nothing.
const COUNTS_NOTHING: &str = "describe";
/// Our own namespace, as the template writes it in a text.
const OURS: &str = "${AWS::StackName}";

/// Every function that counts is called by the product.
pub fn counted(sources: &[Source]) -> Findings {
    let meters = sources.iter().filter(|source| source.path == METERS);
    let functions = meters.flat_map(|source| source.file.items.iter().filter_map(public_function));
    let product: Vec<&Source> = sources
        .iter()
        .filter(|source| source.is_product() && !source.path.starts_with("shared/meter/"))
        .collect();
    functions
        .filter(|name| name != COUNTS_NOTHING)
        .filter(|name| !product.iter().any(|source| calls(&source.text, name)))
        .map(|name| format!("{METERS}: nothing calls {name}"))
        .collect()
}

fn public_function(item: &syn::Item) -> Option<String> {
    match item {
        syn::Item::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
            Some(function.sig.ident.to_string())
        }
        _ => None,
    }
}

fn calls(text: &str, function: &str) -> bool {
    let name = format!("meter::{function}");
    let mut rest = text.split(&name).skip(1);
    rest.any(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// Every metric stands in an alarm or on the dashboard, and those look at nothing else.
pub fn looked_at(template: &Template) -> Findings {
    let looks: Vec<Look> = alarms(template).into_iter().chain(dashboards(template)).collect();
    let filtered = filtered(template);
    let unseen = METRICS
        .iter()
        .filter(|metric| !looks.iter().any(|look| look.metric == metric.name));
    let unseen = unseen.map(|metric| format!("{}: neither an alarm nor the dashboard shows it", metric.name));
    let astray = looks.iter().filter(|look| !filtered.contains(&look.metric));
    unseen.chain(astray.filter_map(Look::astray)).collect()
}

/// Something that looks at a metric of ours.
struct Look {
    by: String,
    metric: String,
    dimensions: Vec<String>,
}

impl Look {
    fn astray(&self) -> Option<String> {
        let Self {
            by,
            metric,
            dimensions,
        } = self;
        let Some(known) = METRICS.iter().find(|known| known.name == metric) else {
            return Some(format!("{by}: looks at {metric}, which nothing counts"));
        };
        (!has(known, dimensions))
            .then(|| format!("{by}: {metric} is not counted by [{}]", dimensions.join(", ")))
    }
}

fn has(metric: &Metric, dimensions: &[String]) -> bool {
    metric.by == dimensions || (dimensions.is_empty() && metric.summed)
}

fn alarms(template: &Template) -> Vec<Look> {
    let look = |alarm: Resource<'_>| {
        let metric = alarm.property(&["MetricName"])?.as_str()?;
        let amazons = alarm
            .property(&["Namespace"])
            .and_then(Value::as_str)
            .is_some_and(|name| name.starts_with("AWS/"));
        let dimensions = list(alarm.property(&["Dimensions"])).into_iter();
        let names = dimensions.filter_map(|one| one.get("Name")?.as_str());
        (!amazons).then(|| Look {
            by: alarm.name.to_owned(),
            metric: metric.to_owned(),
            dimensions: names.map(str::to_owned).collect(),
        })
    };
    template.of_type(ALARM).filter_map(look).collect()
}

/// What the dashboards' graphs show: `[namespace, metric, dimension, value, …]`, or a search over all values.
fn dashboards(template: &Template) -> Vec<Look> {
    let bodies = template
        .of_type("AWS::CloudWatch::Dashboard")
        .flat_map(|dashboard| {
            let body = dashboard.property(&["DashboardBody"]).and_then(plain_text);
            let body = body.and_then(|body| serde_json::from_str::<serde_json::Value>(body).ok());
            graphs(dashboard.name, &body.unwrap_or_default())
        });
    bodies.collect()
}

/// The text of a plain or a `!Sub` one.
fn plain_text(value: &Value) -> Option<&str> {
    match value {
        Value::Tagged(tagged) => tagged.value.as_str(),
        plain => plain.as_str(),
    }
}

fn graphs(by: &str, body: &serde_json::Value) -> Vec<Look> {
    let widgets = body["widgets"].as_array().into_iter().flatten();
    let shown = widgets.flat_map(|widget| widget["properties"]["metrics"].as_array().into_iter().flatten());
    shown
        .filter_map(|shown| {
            let words: Vec<&str> = shown
                .as_array()?
                .iter()
                .filter_map(serde_json::Value::as_str)
                .collect();
            match words.as_slice() {
                [OURS, metric, rest @ ..] => Some((
                    *metric,
                    rest.iter().step_by(2).map(|it| (*it).to_owned()).collect(),
                )),
                _ => searched(shown[0]["expression"].as_str()?),
            }
        })
        .map(|(metric, dimensions)| Look {
            by: by.to_owned(),
            metric: metric.to_owned(),
            dimensions,
        })
        .collect()
}

/// `SEARCH('{"${AWS::StackName}",Model,Outcome} MetricName="JobsSettled"', 'Sum')`; a name with a hyphen must be quoted.
fn searched(expression: &str) -> Option<(&str, Vec<String>)> {
    let (_, rest) = expression.split_once(&format!("{{\"{OURS}\""))?;
    let (dimensions, rest) = rest.split_once('}')?;
    let (_, rest) = rest.split_once("MetricName=\"")?;
    let (metric, _) = rest.split_once('"')?;
    let dimensions = dimensions.split(',').filter(|it| !it.is_empty());
    Some((metric, dimensions.map(str::to_owned).collect()))
}

/// What is counted from the logs' lines.
fn filtered(template: &Template) -> Vec<String> {
    let filters = template.of_type(FILTER);
    let transformations = filters.flat_map(|filter| list(filter.property(&["MetricTransformations"])));
    transformations
        .filter_map(|one| Some(one.get("MetricName")?.as_str()?.to_owned()))
        .collect()
}

/// Every alarm stands in the runbook, beside a command that says more; and no other does.
pub fn answered(template: &Template, runbook: &str) -> Findings {
    let rows: Vec<(&str, &str)> = runbook
        .lines()
        .skip_while(|line| *line != "## Alarms")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .collect();
    let named = |name: &str| {
        rows.iter()
            .find(move |(names, _)| names.split(", ").any(|one| one == name))
    };
    let short = |alarm: Resource<'_>| alarm.name.trim_end_matches("Alarm").to_owned();
    let alarms: Vec<String> = template.of_type(ALARM).map(short).collect();
    let unanswered = alarms.iter().filter_map(|alarm| match named(alarm) {
        None => Some(format!("{alarm}: infra/README.md does not say what it means")),
        Some((_, row)) if !row.contains("`cargo ctl ") => {
            Some(format!("{alarm}: infra/README.md names no command for it"))
        }
        Some(_) => None,
    });
    let rows = rows.iter().flat_map(|(names, _)| names.split(", "));
    let rows = rows.filter(|name| !["alarm", "|---|---|---|"].contains(name));
    let gone = rows.filter(|name| !alarms.iter().any(|alarm| alarm == name));
    let gone = gone.map(|name| format!("infra/README.md: there is no alarm {name}"));
    unanswered.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    const ASTRAY: &str = "
Resources:
  LostAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: !Ref AWS::StackName, MetricName: Lost}}
  WholeAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: !Ref AWS::StackName, MetricName: LimitRefusals}}
  FineAlarm: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: !Ref AWS::StackName, MetricName: FeatureDenials}}
  Board:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardBody: !Sub >-
        {\"widgets\": [{\"properties\": {\"metrics\": [
          [\"${AWS::StackName}\", \"Payments\", \"Rail\", \"stars\"],
          [{\"expression\": \"SEARCH('{\\\"${AWS::StackName}\\\",Model} MetricName=\\\"JobsSettled\\\"', 'Sum')\"}]]}}]}
";

    #[test]
    fn what_looks_at_something_that_is_not_counted_is_found() {
        let found = looked_at(&template(ASTRAY));
        for expected in [
            "LostAlarm: looks at Lost, which nothing counts",
            "WholeAlarm: LimitRefusals is not counted by []",
            "Board: Payments is not counted by [Rail]",
            "Board: JobsSettled is not counted by [Model]",
            "QueueAge: neither an alarm nor the dashboard shows it",
        ] {
            assert!(found.iter().any(|one| one == expected), "{expected}: {found:?}");
        }
        assert!(!found.iter().any(|one| one.starts_with("FineAlarm")), "{found:?}");
    }

    #[test]
    fn a_function_that_nobody_calls_is_found() {
        let meters = Source::parse(METERS, "pub fn lost() {} pub fn found() {} fn inner() {}").unwrap();
        let text = "fn f() { meter::found(); meter::lost_and(); }";
        let product = Source::parse("shared/app/src/x.rs", text).unwrap();
        assert_eq!(
            counted(&[meters, product]),
            ["shared/meter/src/lib.rs: nothing calls lost"]
        );
    }

    #[test]
    fn an_alarm_that_the_runbook_does_not_answer_is_found() {
        let runbook = "## Alarms\n| alarm | means | do |\n|---|---|---|\n| Whole, Gone | x | y |\n\
            | Fine | x | `cargo ctl audit` |\n## End\n| Lost | x | `cargo ctl audit` |";
        assert_eq!(
            answered(&template(ASTRAY), runbook),
            [
                "Lost: infra/README.md does not say what it means",
                "Whole: infra/README.md names no command for it",
                "infra/README.md: there is no alarm Gone",
            ]
        );
    }
}
