"""The stock OpenFeature clients against the running API, our own browser client and the Mini App in a real browser, and the
API against its own description.

    .venv/clients/bin/python tests/ofrep/run.py

Starts `cargo dev`, opens a small shop over the API, and lets each client evaluate every type of flag, also while an
operator changes the customer's tier. Then `tests/web` opens the Mini App in Chromium. Then schemathesis sends what the description allows and what it does not.
"""

import concurrent.futures
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# The played Telegram's bot on every machine (infra/local/src/secret.rs).
BOT_TOKEN = "7000000001:played-on-this-machine"
# The first build takes minutes.
START_SECONDS = 1200
# Below the API's own bound for one caller, so that no refusal hides an answer.
REQUESTS_PER_SECOND = 18
EXAMPLES = 12


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@contextlib.contextmanager
def cloud(port):
    """`cargo dev`, as a newcomer starts it; gives what it says at the start."""
    command = ["cargo", "run", "--quiet", "--locked", "-p", "local-cloud", "--", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as dev:
        try:
            yield banner(dev)
        finally:
            os.killpg(dev.pid, signal.SIGINT)


def banner(dev):
    said, end = "", time.monotonic() + START_SECONDS
    for line in dev.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
        if time.monotonic() > end:
            break
    raise SystemExit(f"cargo dev did not start:\n{said}")


def ask(url, method="GET", body=None, headers=None):
    """The status and the body of an answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | (headers or {})
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def newcomer(page, api, key):
    """A customer of the played Telegram who has pressed Start; gives their id once the account is open."""
    _, user = ask(f"{page}/client/users", "POST", {"first_name": "Anna", "language_code": "en"})
    user = json.loads(user)["id"]
    ask(f"{page}/client/{user}/say", "POST", {"text": "/start"})
    end = time.monotonic() + 30
    while ask(f"{api}/admin/standings/{user}", headers={"X-API-Key": key})[0] != 200:
        if time.monotonic() > end:
            raise SystemExit(f"user {user} has no account")
        time.sleep(0.1)
    return user


def open_shop(api, key):
    for path, row in json.loads((HERE / "shop.json").read_text(encoding="utf-8")).items():
        body = {"row": row, "reason": "the stock clients' checks"}
        status, said = ask(f"{api}/admin/settings/{path}", "PUT", body, {"X-API-Key": key})
        if status != 200:
            raise SystemExit(f"{path}: {status} {said}")


def init_data(user):
    """What Telegram hands to a Mini App, signed with the bot's token."""
    fields = {"auth_date": str(int(time.time())), "user": json.dumps({"id": user, "language_code": "en"})}
    text = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    bot = hmac.new(b"WebAppData", BOT_TOKEN.encode(), hashlib.sha256).digest()
    fields["hash"] = hmac.new(bot, text.encode(), hashlib.sha256).hexdigest()
    return urllib.parse.urlencode(fields)


def clients(environment):
    # What is checked in of the stock provider is what the packages are; and our client behind a page's own OpenFeature.
    ours = [["node", "bundle.mjs"], ["node", "--test", "gate.test.mjs"]]
    for command in [["node", "server.mjs"], ["node", "web.mjs"], [sys.executable, "server.py"], *ours]:
        print(f"-- {' '.join(command[-1:])}", flush=True)
        subprocess.run(command, cwd=HERE, env=os.environ | environment, check=True, timeout=120)


# What does not disturb each other goes side by side, each walk in a browser of its own: people in one chat do not see those
# in another, and most of the time they read. What changes the rules for everybody has the cloud to itself.
WALKS = [
    [["LANGUAGES=ru bot.walk.mjs"], ["LANGUAGES=en bot.walk.mjs"], ["walk.mjs", "media.mjs", "keys.walk.mjs"]],
    [["limit.walk.mjs"], ["states.walk.mjs"]],
    [["elements.walk.mjs"]],
    [["panel.walk.mjs", "panel.broadcast.mjs"]],
]


def browser(environment):
    """Our own client by itself; then the bot, by people at the played Telegram, and the Mini App and the operator's panel,
    opened from there."""
    tests = ["client.test.mjs", "live.test.mjs", "pieces.test.mjs", "underway.test.mjs", "panel.test.mjs"]
    node(["--test", *tests], environment)
    for lanes in WALKS:
        with concurrent.futures.ThreadPoolExecutor(len(lanes)) as side_by_side:
            for ended in [side_by_side.submit(walk, lane, environment) for lane in lanes]:
                ended.result()


def walk(lane, environment):
    """One walk after the other; `NAME=value` before one is of its environment."""
    for line in lane:
        *settings, name = line.split()
        node([name], environment | dict(one.split("=") for one in settings), line)


def node(arguments, environment, name=None, patience=900):
    """What it says is shown when it is over, so that nobody's words stand between somebody else's; so it is when that takes
    longer than `patience`, in seconds."""
    began = time.monotonic()
    name = name or " ".join(arguments)
    with subprocess.Popen(
        ["node", *arguments], cwd=HERE.parent / "web", env=os.environ | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as walk_:
        try:
            said, ended = walk_.communicate(timeout=patience)[0], walk_.returncode
        except subprocess.TimeoutExpired:
            # With its browser, which would hold the other end of what it says.
            os.killpg(walk_.pid, signal.SIGKILL)
            said, ended = walk_.communicate()[0], f"not over after {patience} s"
    print(f"-- {name}: {time.monotonic() - began:.0f} s\n{said}", end="", flush=True)
    if ended != 0:
        raise SystemExit(f"{name}: {ended}")


def description(api, key):
    """Everything that the description promises, with the key of a machine that may read, change and evaluate."""
    print("-- schemathesis", flush=True)
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml"]
    command += ["run", f"{api}/openapi.json", "--header", f"X-API-Key: {key}", "--max-examples", str(EXAMPLES)]
    command += ["--rate-limit", f"{REQUESTS_PER_SECOND}/s", "--seed", "1", "--no-color"]
    subprocess.run(command, cwd=ROOT / "target", check=True, timeout=600)


def main():
    with cloud(free_port()) as said:
        page = re.search(r"(http://\S+?)/\s", said)[1]
        api = re.search(r"(http://\S+?)/openapi.json", said)[1]
        key = re.search(r"nc_\w+", said)[0]
        open_shop(api, key)
        user = newcomer(page, api, key)
        environment = {"API": api, "API_KEY": key, "STRANGER_KEY": f"{key[:-1]}0", "CUSTOMER": str(user), "INIT_DATA": init_data(user)}
        clients(environment)
        browser(environment | {"PAGE": page})
        description(api, key)


if __name__ == "__main__":
    main()
