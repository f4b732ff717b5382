use std::path::Path;

use super::*;
use crate::stack::QueueSource;

const FIXTURE: &str = include_str!("../../fixtures/template.yaml");

fn deployment() -> Deployment {
    Deployment::default().with(
        "SecretArn",
        "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot",
    )
}

fn stack_of(text: &str, deployment: &Deployment) -> Result<Stack> {
    Template::parse(text)?.stack(deployment)
}

fn fixture_with(from: &str, to: &str) -> String {
    assert!(FIXTURE.contains(from), "{from}");
    FIXTURE.replace(from, to)
}

fn error_of(text: &str) -> String {
    stack_of(text, &deployment()).unwrap_err().to_string()
}

#[test]
fn names_and_addresses_are_resolved() {
    let stack = stack_of(FIXTURE, &deployment()).unwrap();
    let web = &stack.functions["WebFunction"];
    assert_eq!(web.environment["ITEMS_TABLE"], "local-ItemsTable");
    assert_eq!(
        web.environment["WORK_QUEUE_URL"],
        "http://sqs.invalid/000000000000/local-WorkQueue"
    );
    assert_eq!(
        web.environment["OWN_URL"],
        "http://webfunction.lambda-url.invalid/hook"
    );
    assert_eq!(stack.outputs["Hook"], "http://webfunction.lambda-url.invalid/");
    assert_eq!(
        web.statements[1].resources,
        ["arn:aws:dynamodb:eu-central-1:000000000000:table/local-ItemsTable/index/*"]
    );
}

#[test]
fn globals_lie_beneath_a_functions_own_properties() {
    let stack = stack_of(FIXTURE, &deployment().with("Word", "bye")).unwrap();
    let (web, work) = (&stack.functions["WebFunction"], &stack.functions["WorkFunction"]);
    assert_eq!((web.timeout_s, work.timeout_s), (5, 1));
    assert_eq!((web.memory_mb, work.memory_mb), (256, 256));
    assert_eq!(web.environment["WORD"], "bye");
    assert_eq!(web.environment.len(), 4);
}

#[test]
fn an_event_source_carries_its_settings() {
    let stack = stack_of(FIXTURE, &deployment()).unwrap();
    let wanted = QueueSource {
        event: "Work".to_owned(),
        queue_arn: stack.queues["WorkQueue"].arn.clone(),
        batch_size: 10,
        window_s: 0,
        reports_failures: true,
        maximum_concurrency: Some(2),
        enabled: true,
    };
    assert_eq!(stack.functions["WorkFunction"].sources, [wanted]);
    let redrive = stack.queues["WorkQueue"].redrive.as_ref().unwrap();
    assert_eq!(redrive.dead_letter_arn, stack.queues["DeadQueue"].arn);
}

#[test]
fn a_condition_decides_between_a_value_and_none() {
    let reserved = |value| {
        let stack = stack_of(FIXTURE, &deployment().with("Reserved", value)).unwrap();
        stack.functions["WebFunction"].reserved_concurrency
    };
    assert_eq!(reserved("0"), None);
    assert_eq!(reserved("3"), Some(3));
}

#[test]
fn parameters_are_checked() {
    let error = |deployment: &Deployment| stack_of(FIXTURE, deployment).unwrap_err().to_string();
    assert!(error(&Deployment::default()).starts_with("Parameters.SecretArn: has no value"));
    assert!(error(&deployment().with("Reserved", "11")).contains("out of its range"));
    assert!(error(&deployment().with("Wrod", "x")).starts_with("Parameters.Wrod"));
}

#[test]
fn what_is_not_understood_is_an_error_that_names_its_place() {
    let cases = [
        (
            "VisibilityTimeout: 3",
            "VisibilityTimout: 3",
            "Resources.WorkQueue.Properties",
        ),
        (
            "!Ref ItemsTable",
            "!Ref ItemTable",
            "Resources.WebFunction.Properties.Environment.Variables.ITEMS_TABLE",
        ),
        (
            "!GetAtt WorkQueue.Arn",
            "!GetAtt WorkQueue.Url",
            "WorkQueue has no attribute Url",
        ),
        (
            "AWS::Logs::LogGroup",
            "AWS::Kinesis::Stream",
            "Resources.WorkLogs.Type",
        ),
        (
            "rate(1 minute)",
            "rate(5 minute)",
            "Resources.ClockFunction.Properties.Events.EveryMinute.Properties.Schedule",
        ),
        (
            "BatchSize: 10",
            "BatchSize: 11",
            "Resources.WorkFunction.Properties.Events.Work.Properties",
        ),
        (
            "MaximumConcurrency: 2",
            "MaximumConcurrency: 1",
            "ScalingConfig.MaximumConcurrency",
        ),
        ("!If [Reserves", "!If [Reserve", "there is no condition Reserve"),
        ("Timeout: 5", "Timeout: soon", "Timeout"),
        (
            "deadLetterTargetArn: !GetAtt DeadQueue.Arn",
            "deadLetterTargetArn: arn:x",
            "Resources.WorkQueue: arn:x",
        ),
        (
            "Type: SQS",
            "Type: Kinesis",
            "Resources.WorkFunction.Properties.Events.Work",
        ),
    ];
    for (from, to, place) in cases {
        let error = error_of(&fixture_with(from, to));
        assert!(error.contains(place), "{to}: {error}");
    }
}

#[test]
fn a_statement_may_name_the_partitions_and_under_no_other_condition() {
    let query = "Resource: !Sub \"${ItemsTable.Arn}/index/*\"";
    let under = |condition: &str| fixture_with(query, &format!("{query}, Condition: {condition}"));
    let keys_of = |operator: &str, keys: &str| {
        let text = under(&format!(
            "{{\"{operator}\": {{\"dynamodb:LeadingKeys\": {keys}}}}}"
        ));
        stack_of(&text, &deployment()).map(|stack| {
            let statements = stack.functions["WebFunction"].statements.clone();
            statements[1].leading_keys.clone().unwrap()
        })
    };
    let equal = keys_of("ForAllValues:StringEquals", "[live, access]").unwrap();
    assert_eq!(equal, ["live", "access"]);
    let like = keys_of("ForAllValues:StringLike", "\"upgrade#*\"").unwrap();
    assert_eq!(like, ["upgrade#*"]);
    // A star that stands for itself, an operator that would be passed over, and another key of IAM's.
    assert!(keys_of("ForAllValues:StringEquals", "[\"upgrade#*\"]").is_err());
    assert!(keys_of("StringEquals", "[live]").is_err());
    let other = under("{\"ForAllValues:StringEquals\": {\"dynamodb:Attributes\": [id]}}");
    assert!(stack_of(&other, &deployment()).is_err());
}

#[test]
fn a_resource_whose_condition_fails_is_absent() {
    let text = fixture_with("  WorkLogs:\n", "  WorkLogs:\n    Condition: Reserves\n");
    assert!(stack_of(&text, &deployment()).unwrap().left_out.is_empty());
    let present = stack_of(&text, &deployment().with("Reserved", "1")).unwrap();
    assert_eq!(present.left_out, ["WorkLogs (AWS::Logs::LogGroup)"]);
}

#[test]
fn intrinsics_in_their_long_form_mean_the_same() {
    let text = fixture_with("!GetAtt WorkQueue.Arn", "{Fn::GetAtt: [WorkQueue, Arn]}");
    let text = text.replace(
        "ITEMS_TABLE: !Ref ItemsTable",
        "ITEMS_TABLE: {\"Ref\": ItemsTable}",
    );
    let (short, long) = (
        stack_of(FIXTURE, &deployment()).unwrap(),
        stack_of(&text, &deployment()).unwrap(),
    );
    assert_eq!(
        short.functions["WorkFunction"].sources,
        long.functions["WorkFunction"].sources
    );
    assert_eq!(
        short.functions["WebFunction"].environment,
        long.functions["WebFunction"].environment
    );
}

#[test]
fn lists_are_joined_split_selected_and_looked_up() {
    let text = fixture_with(
        "WORD: !Ref Word",
        "WORD: !Select [1, !Split [\"-\", !Join [\"-\", [a, !FindInMap [Words, !Ref Word, short]]]]]",
    );
    let text = text.replace(
        "Conditions:\n",
        "Mappings:\n  Words: {hello: {short: hi}}\nConditions:\n",
    );
    let stack = stack_of(&text, &deployment()).unwrap();
    assert_eq!(stack.functions["WebFunction"].environment["WORD"], "hi");
}

#[test]
fn the_products_own_template_is_understood() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../template.yaml");
    let arn = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";
    let stack = Template::read(&path)
        .unwrap()
        .stack(&Deployment::default().with("BotSecretArn", arn))
        .unwrap();
    assert_eq!(
        (stack.tables.len(), stack.queues.len(), stack.functions.len()),
        (9, 2, 9)
    );
    let error_lines = stack.filters.iter().filter(|filter| filter.value == "ERROR");
    assert_eq!((stack.alarms.len(), error_lines.count()), (40, 9));
    // Whoever is told of errors has a function and a table more.
    let told = Deployment::default()
        .with("BotSecretArn", arn)
        .with("OperatorChatId", "-1001");
    let told = Template::read(&path).unwrap().stack(&told).unwrap();
    assert_eq!((told.tables.len(), told.functions.len()), (10, 10));
    assert_eq!(
        (told.alarms.len(), told.functions["AlertsFunction"].rules.len()),
        (42, 1)
    );
    // Pages that are told have as many places as is said; without any, nothing runs, and nobody wonders that it does not.
    let places = |streams: &str| {
        let deployment = Deployment::default()
            .with("BotSecretArn", arn)
            .with("LiveStreams", streams);
        let stack = Template::read(&path).unwrap().stack(&deployment).unwrap();
        let places = stack.functions["LiveFunction"].reserved_concurrency;
        (places, stack.alarms.contains_key("LiveThrottlesAlarm"))
    };
    assert_eq!(places("0"), (Some(0), false));
    assert_eq!(places("6"), (Some(6), true));
    // And the report's schedule is on.
    let is_on = |stack: &Stack| stack.functions["DailyReportFunction"].schedules[0].enabled;
    assert_eq!((is_on(&stack), is_on(&told)), (false, true));
    assert_eq!(stack.functions["VideoWorkerFunction"].binary, "video-worker");
    assert_eq!(
        stack.tables["UsageTable"].ttl_attribute.as_deref(),
        Some("expires_at")
    );
}
