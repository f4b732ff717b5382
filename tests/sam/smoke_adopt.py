"""Tries "Restore" of infra/README.md on an independent emulator: a new stack takes over tables that an old one left.

    .venv/emulator/bin/python tests/sam/smoke_adopt.py [--built DIR] [--architecture x86_64]

It wants the output of `sam build`. A customer's account lies in tables that belong to no stack; infra/adopt.py prepares
their import; and what `sam deploy` then puts up must work on these very tables.
"""

import json
import subprocess

from emulator import ROOT, STACK, Emulator, deploy, wait_for
from smoke import SECRET, USER, arguments, expect

ADOPT = ROOT / "target/adopt"
CHANGE_SET = "adopt"
KEPT = ("AccountsTable", "LedgerTable", "UsageTable", "JobsTable", "AiRequestsTable", "PaymentsTable", "SettingsTable", "AuditTable")


def old_tables(database, tables):
    """Makes the tables as an earlier stack would have left them, with one customer. Returns their names."""
    apart = ("PointInTimeRecoverySpecification", "TimeToLiveSpecification")
    for name, table in tables.items():
        properties = {key: value for key, value in table["Properties"].items() if key not in apart}
        database.create_table(TableName=f"old-{name}", **properties)
    database.put_item(TableName="old-AccountsTable", Item={"user_id": {"N": str(USER)}})
    return {name: f"old-{name}" for name in tables}


def prepared(names):
    """What infra/adopt.py writes for these names: the template's text and the list of resources."""
    command = [ROOT / ".venv/sam/bin/python", ROOT / "infra/adopt.py", *(f"{table}={name}" for table, name in names.items())]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return (ADOPT / "template.json").read_text(), json.loads((ADOPT / "resources.json").read_text())


def adopt(emulator, template, resources):
    stacks = emulator.client("cloudformation")
    change = {"StackName": STACK, "ChangeSetName": CHANGE_SET}
    stacks.create_change_set(**change, ChangeSetType="IMPORT", TemplateBody=template, ResourcesToImport=resources)
    wait_for("the change set", lambda: stacks.describe_change_set(**change)["Status"] == "CREATE_COMPLETE", 30)
    stacks.execute_change_set(**change)
    state = lambda: stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    wait_for("the import", lambda: state() == "IMPORT_COMPLETE", 30)


def main():
    chosen = arguments(__doc__)
    log = ROOT / "target/smoke-adopt-emulator.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as lines, Emulator(lines) as emulator:
        database = emulator.client("dynamodb")
        shape, _ = prepared({table: table for table in KEPT})
        names = old_tables(database, json.loads(shape)["Resources"])
        adopt(emulator, *prepared(names))
        expect("an empty stack takes the old tables over", True, None)
        stack = deploy(emulator, chosen.built, SECRET, {"Architecture": chosen.architecture})
        same = {table: stack[table] for table in names}
        expect("the deployed stack works on them", same == names, same)
        customers = database.scan(TableName=stack["AccountsTable"])["Count"]
        expect("and their customers are still there", customers == 1, customers)


if __name__ == "__main__":
    main()
