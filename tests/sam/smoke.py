"""The smoke test: deploys this very template to an independent emulator and carries one job through it.

    .venv/emulator/bin/python tests/sam/smoke.py [--built DIR]

It wants the output of `sam build`. First each function must start and answer as deployed (configuration, secret,
address, event source, policy names), then a user orders a video from the played Telegram, the played KIE.AI renders it,
and the books on the deployed tables must balance.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

from emulator import ROOT, STACK, Emulator, deploy, free_port, wait_for

# Of which most may be spent on building the driver.
DRIVE_SECONDS = 900
USER = 700_001
SECRET = {
    "telegram_bot_token": "700000:played-by-the-smoke-test",
    "telegram_webhook_secret": "smoke-test-webhook-secret",
    "kie_api_key": "played-kie-key-of-the-smoke-test",
    "callback_mac_key": "smoke-test-callback-key-of-enough-bytes",
}


def status(url, body, headers):
    """The HTTP status of a POST."""
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers, method="POST")
    try:
        return urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as refused:
        return refused.code


def functions_start(emulator, stack):
    """Each answers in its own way; a function that cannot start answers none of these.

    Our own refusal is 401. A 403 would be AWS's: the address is not public, and the function was never asked.
    """
    json_body = {"Content-Type": "application/json"}
    unsigned = status(emulator.local(stack["WebhookUrl"]), {"update_id": 1}, json_body)
    expect("the webhook refuses a call without Telegram's secret", unsigned == 401, unsigned)
    forged = status(emulator.local(stack["CallbackUrl"]) + "kie?job=none&fence=1&mac=00", {}, json_body)
    expect("the callback refuses a forged address", forged == 401, forged)
    stranger = status(emulator.local(stack["FeaturesApiUrl"]) + "ofrep/v1/evaluate/flags", {}, json_body)
    expect("the features API refuses a caller who does not say who asks", stranger == 401, stranger)
    run = emulator.client("lambda").invoke(FunctionName=physical(emulator, "CleanupFunction"), Payload=b"{}")
    expect("cleanup runs", "FunctionError" not in run, run["Payload"].read()[:300])
    doorbell_is_answered(emulator, stack)


def doorbell_is_answered(emulator, stack):
    """A doorbell for a job that does not exist is simply taken off the queue by the worker."""
    queue = emulator.client("sqs")
    body = json.dumps({"job": f"{USER}-2222222222222222", "hint": "smoke", "hop": 0})
    queue.send_message(QueueUrl=stack["DoorbellQueueUrl"], MessageBody=body, MessageGroupId=str(USER))
    wait_for("the worker takes the doorbell", lambda: waiting(queue, stack["DoorbellQueueUrl"]) == 0, 30)
    dead = waiting(queue, stack["DoorbellDeadLetterQueueUrl"])
    expect("no doorbell is dead", dead == 0, dead)


def waiting(queue, url):
    """Messages in a queue, visible or being worked on."""
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = queue.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]
    return sum(int(attributes[count]) for count in counts)


def physical(emulator, logical):
    resource = emulator.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=logical)
    return resource["StackResourceDetail"]["PhysicalResourceId"]


def job_is_delivered(emulator, stack, ports):
    """One order, from the update to the video in the chat, with the servers that play Telegram and KIE.AI."""
    ctl(emulator, "settings", "apply", "infra/settings.yaml")
    options = {
        "telegram-port": ports[0],
        "kie-port": ports[1],
        "webhook": emulator.local(stack["WebhookUrl"]),
        "callback": emulator.local(stack["CallbackUrl"]),
        "token": SECRET["telegram_bot_token"],
        "webhook-secret": SECRET["telegram_webhook_secret"],
        "kie-key": SECRET["kie_api_key"],
        "user": USER,
    }
    drive = [f"--{name}={value}" for name, value in options.items()]
    run_cargo(emulator, "-p", "tests", "--bin", "sam-drive", "--", *drive)
    books_balance(emulator, stack)
    ctl(emulator, "audit")


def ctl(emulator, *arguments):
    """The operator's command line, against the deployed stack."""
    run_cargo(emulator, "-p", "ctl", "--", *arguments, "--stack", STACK)


def run_cargo(emulator, *arguments):
    command = ["cargo", "run", "--quiet", "--locked", *arguments]
    # Changes are recorded with a name, and a container's user may have none.
    environment = os.environ | {"NEUROCARDS_OPERATOR": "smoke"} | emulator.environment()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=DRIVE_SECONDS)


def books_balance(emulator, stack):
    """The ledger holds one hold and one capture of the same job, and no release."""
    entries = emulator.client("dynamodb").query(
        TableName=stack["LedgerTable"],
        KeyConditionExpression="user_id = :user",
        ExpressionAttributeValues={":user": {"N": str(USER)}},
    )["Items"]
    keys = sorted(entry["entry"]["S"] for entry in entries)
    held = [key.removeprefix("hold#") for key in keys if key.startswith("hold#")]
    captured = [key.removeprefix("capture#") for key in keys if key.startswith("capture#")]
    released = [key for key in keys if key.startswith("release#")]
    expect("one hold, captured once, not released", len(held) == 1 and held == captured and not released, keys)


def expect(what, holds, seen):
    print(f"{'ok' if holds else 'FAILED'}  {what}" + ("" if holds else f": {seen}"), flush=True)
    if not holds:
        raise AssertionError(what)


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--built", type=pathlib.Path, default=ROOT / ".aws-sam/build")
    parser.add_argument("--architecture", default="x86_64", choices=["x86_64", "arm64"])
    parser.add_argument("--only-start", action="store_true", help="deploy and start the functions, order nothing")
    return parser.parse_args()


def main():
    chosen = arguments(__doc__)
    ports = free_port(), free_port()
    telegram, kie = (f"http://127.0.0.1:{port}" for port in ports)
    parameters = {"Architecture": chosen.architecture, "TelegramApiUrl": telegram, "KieApiUrl": kie, "KieUploadUrl": kie}
    log = ROOT / "target/smoke-emulator.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as lines, Emulator(lines) as emulator:
        try:
            stack = deploy(emulator, chosen.built, SECRET, parameters)
            expect("the template deploys", True, None)
            functions_start(emulator, stack)
            if not chosen.only_start:
                job_is_delivered(emulator, stack, ports)
        except Exception as failure:
            print(f"{failure}\n--- the end of {log}:\n" + "\n".join(log.read_text().splitlines()[-40:]))
            sys.exit(1)


if __name__ == "__main__":
    main()
