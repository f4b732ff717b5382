"""Checks the SAM template: readable, translatable, clean by cfn-lint, every public address reachable.

    python check.py [template.yaml]

What these tools do not see (schedules, redrive counts, environment against code) is checked by `tests/tests/tidy.rs`.
"""

import json
import pathlib
import sys

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.decode import decode_str
from samtranslator.model.exceptions import InvalidDocumentException

from translate import translate

TEMPLATE = pathlib.Path(__file__).resolve().parents[2] / "template.yaml"
REGION = "eu-central-1"

# A function URL of AuthType NONE answers 403 unless everybody holds both of these on the function (since October 2025).
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
PUBLIC_ACTIONS = {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}

# The permission that SAM's transform writes for a CloudWatchLogs event names the partition `aws` outright, which nothing of
# ours can change. In another partition (China, GovCloud) that event has to be written out as resources.
WRITTEN_BY_SAM = ("I3042", "AWS::Lambda::Permission")


def findings(text):
    """Every fault of the template, as lines to print. None means that it is good."""
    _, unreadable = decode_str(text)
    if unreadable:
        return [f"unreadable: {fault.message}" for fault in unreadable]
    try:
        plain = translate(text, REGION)
    except InvalidDocumentException as refused:
        return [f"SAM: {cause.message}" for cause in refused.causes]
    return linted(plain) + unreachable(plain)


def linted(plain):
    config = ManualArgs(regions=[REGION], include_checks=["I"])
    return sorted(
        f"{fault.rule.id} at {'/'.join(map(str, fault.path or []))}: {fault.message}"
        for fault in lint(json.dumps(plain, indent=1), config=config)
        if (fault.rule.id, kind_at(plain, fault.path)) != WRITTEN_BY_SAM
    )


def kind_at(plain, path):
    """The kind of resource that a fault is in, or None."""
    section, *rest = [str(part) for part in path or [""]]
    return plain["Resources"].get(rest[0], {}).get("Type") if section == "Resources" and rest else None


def unreachable(plain):
    lines = []
    for name, resource in plain["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Url" and resource["Properties"]["AuthType"] == "NONE":
            missing = PUBLIC_ACTIONS - public_actions(plain, resource["Properties"]["TargetFunctionArn"])
            lines += [f"{name}: everybody lacks {action}, so it answers 403" for action in sorted(missing)]
    return lines


def public_actions(plain, function):
    return {
        resource["Properties"]["Action"]
        for resource in plain["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["FunctionName"] == function
        and resource["Properties"]["Principal"] == "*"
    }


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE
    lines = findings(path.read_text(encoding="utf-8"))
    print("\n".join(lines) if lines else f"{path.name}: translated and linted, nothing found")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
