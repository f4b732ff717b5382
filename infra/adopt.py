r"""Prepares the import of existing tables into a new stack: what CloudFormation calls a change set of type IMPORT.

    .venv/sam/bin/python infra/adopt.py AccountsTable=NAME LedgerTable=NAME UsageTable=NAME JobsTable=NAME \
        AiRequestsTable=NAME PaymentsTable=NAME SettingsTable=NAME AuditTable=NAME

Writes two files into target/adopt/, for `aws cloudformation create-change-set`: a template with these tables and nothing
else (an import may create nothing), and which existing table each of them is. How to go on: infra/README.md, "Restore".
"""

import json
import pathlib
import sys

from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = ROOT / "target/adopt"
TABLE = "AWS::DynamoDB::Table"


def kept(template):
    """The tables that outlive their stack, by logical name."""
    resources = template["Resources"].items()
    return {name: one for name, one in resources if one["Type"] == TABLE and one["DeletionPolicy"] == "Retain"}


def adoption(template, names):
    """The template of the import and its list of resources. Raises `ValueError` unless every table has one name."""
    tables = kept(template)
    if set(names) != set(tables) or not all(names.values()):
        raise ValueError(f"name each of {', '.join(sorted(tables))}, and nothing else")
    if len(set(names.values())) != len(names):
        raise ValueError("two tables cannot have the same name")
    resources = [
        {"ResourceType": TABLE, "LogicalResourceId": table, "ResourceIdentifier": {"TableName": names[table]}}
        for table in tables
    ]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": tables}, resources


def main():
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    try:
        plain, resources = adoption(template, dict(pair.partition("=")[::2] for pair in sys.argv[1:]))
    except ValueError as wrong:
        sys.exit(f"{wrong}\n{__doc__}")
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, content in {"template.json": plain, "resources.json": resources}.items():
        (TARGET / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        print((TARGET / name).relative_to(ROOT))


if __name__ == "__main__":
    main()
