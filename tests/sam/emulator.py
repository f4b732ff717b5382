"""An AWS that is not ours, on this machine: starts ministack, deploys the template to it as an operator would."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
REGION = "eu-central-1"
STACK = "neurocards"
BUCKET = "neurocards-code"
START_SECONDS = 30


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Emulator:
    """A running ministack; a context manager, so that it ends with the test."""

    def __init__(self, log):
        self.address = f"http://127.0.0.1:{free_port()}"
        self.scratch = tempfile.TemporaryDirectory(prefix="emulator-")
        self.log = log

    def __enter__(self):
        port = self.address.rsplit(":", 1)[1]
        # Nothing else of our environment: the functions inherit the emulator's, and on AWS they would not have it.
        environment = {"PATH": os.environ["PATH"], "TMPDIR": self.scratch.name, "BIND_HOST": "127.0.0.1"}
        environment |= {"GATEWAY_PORT": port, "AWS_ENDPOINT_URL": self.address, "MINISTACK_REGION": REGION}
        environment |= {"IOT_MTLS_ENABLED": "0"}
        binary = VENV / "emulator/bin/ministack"
        self.process = subprocess.Popen([binary], env=environment, stdout=self.log, stderr=self.log, cwd=self.scratch.name)
        try:
            wait_for("the emulator", self.answers, START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.scratch.cleanup()

    def answers(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{self.address}/_ministack/health", timeout=1).status == 200
        return False

    def environment(self):
        """What an AWS client needs to talk to the emulator and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
        }

    def client(self, service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.address, **keys)

    def local(self, function_url):
        """Where the emulator really serves `https://<id>.lambda-url.<region>.on.aws/...`."""
        host, path = function_url.removeprefix("https://").split("/", 1)
        return f"{self.address}/_aws/lambda-url/{host.split('.')[0]}/{path}"


def deploy(emulator, built, secret, parameters):
    """Deploys with `sam deploy`, secret first, as infra/README.md tells. Returns the stack's outputs."""
    created = emulator.client("secretsmanager").create_secret(Name="neurocards/bot", SecretString=json.dumps(secret))
    where = {"LocationConstraint": REGION}
    emulator.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    overrides = {"BotSecretArn": created["ARN"], **parameters}
    command = [VENV / "sam/bin/sam", "deploy", "--template-file", built / "template.yaml", "--stack-name", STACK]
    command += ["--s3-bucket", BUCKET, "--no-resolve-s3", "--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM"]
    command += ["--parameter-overrides", *(f"{name}={value}" for name, value in overrides.items())]
    environment = os.environ | emulator.environment()
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"sam deploy failed\n{done.stdout}\n{done.stderr}")
    repair_concurrency(emulator)
    return outputs(emulator)


def repair_concurrency(emulator):
    """ministack 1.5.33 keeps a number that came through a parameter as text, and its poller then fails on comparing it.

    AWS converts it. The mapping is given the same number again through the API, as a number.
    """
    functions = emulator.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        concurrency = {"MaximumConcurrency": int(mapping["ScalingConfig"]["MaximumConcurrency"])}
        functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig=concurrency)


def outputs(emulator):
    stack = emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def wait_for(what, holds, seconds):
    """Asks until it holds, at most for so many seconds. Returns the truthy answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := holds():
            return answer
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not within {seconds} s")
