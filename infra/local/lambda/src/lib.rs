//! Lambda, DynamoDB, SQS, Secrets Manager and schedules on one machine, driven by template.yaml.
