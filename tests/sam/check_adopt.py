"""Checks infra/adopt.py: what it prepares is a template that CloudFormation would take, with the tables as they deploy.

    python check_adopt.py
"""

import json
import sys

import check
from samtranslator.yaml_helper import yaml_parse

sys.path.insert(0, str(check.TEMPLATE.parent / "infra"))
import adopt  # noqa: E402 (it is a tool beside, not a package)

# What customers own and have used, what operators have settled, and the record of that.
TABLES = ["AccountsTable", "AiRequestsTable", "AuditTable", "JobsTable", "LedgerTable", "PaymentsTable", "SettingsTable", "UsageTable"]


def refused(template, names):
    try:
        adopt.adoption(template, names)
    except ValueError:
        return True
    return False


def main():
    text = check.TEMPLATE.read_text(encoding="utf-8")
    template = yaml_parse(text)
    names = {table: f"old-{table}" for table in TABLES}
    plain, resources = adopt.adoption(template, names)
    deployed = check.translate(text, check.REGION)["Resources"]
    checks = {
        "the tables that are kept are adopted": sorted(plain["Resources"]) == TABLES,
        "as the deployment has them": all(plain["Resources"][table] == deployed[table] for table in TABLES),
        "each under its old name": {r["LogicalResourceId"]: r["ResourceIdentifier"]["TableName"] for r in resources} == names,
        "in a template without a fault": not check.linted(json.loads(json.dumps(plain))),
        "a table without a name is refused": refused(template, names | {"JobsTable": ""}),
        "a table left out is refused": refused(template, {t: names[t] for t in TABLES[1:]}),
        "what is no table that is kept is refused": refused(template, names | {"DoorbellQueue": "old"}),
        "one name for two tables is refused": refused(template, names | {"JobsTable": "old-LedgerTable"}),
    }
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'}  {what}")
    sys.exit(0 if all(checks.values()) else 1)


if __name__ == "__main__":
    main()
