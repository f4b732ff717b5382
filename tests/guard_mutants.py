#!/usr/bin/env python3
"""Removes every guard, one at a time, in a copy of the sources, and shows which tests notice: the tables of GUARDS.md.

    tests/guard_mutants.py            all of them, in about half an hour; the tables go to standard output
    tests/guard_mutants.py claim      those with this word in their row
    tests/guard_mutants.py --list     what would be removed; nothing is run

Guards are found, not listed, so a new one has a row at once: in shared/store and in shared/limits-flags each `.when(...)`; in the machine
each `Guard::...` that a change carries, each `self.expect...(...)?` and each term of an `if`. One that no test misses, or
that cannot be compiled without, ends the script with 1. Tests that are red beforehand end it with 2, because a test that
is red anyway would seem to notice everything.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACHINE = ["shared/domain/src/job/apply.rs", "shared/domain/src/job/apply/waiting.rs"]
JOBS = "shared/store/src/jobs.rs"
TIMING = "shared/domain/src/job/timing.rs"
# What the machine's own checks and changes are made of; to break one of these breaks all rows at once.
PARTS = {"expect", "expect_fence", "expect_due", "stay", "keep"}
DOMAIN, STORE = ["-p", "domain"], ["-p", "store"]
COMMANDS = ["-p", "ctl", "--test", "commands"]
FLOWS = ["-p", "tests", "--test", "flows", "submission"]
# A mutant of the machine can go round in circles.
SECONDS_MAX = 600
LEFT_OUT = ["target", ".git", ".venv", ".aws-sam", ".local-cloud"]


@dataclass
class Mutant:
    """One guard: where it stands, what stands there instead, and whose tests may notice, the quickest first."""

    table: str
    file: str
    where: str
    guard: str
    start: int
    end: int
    instead: str
    tests: list

    def row(self, noticed):
        return f"| {self.where} | `{self.guard}` | {self.file} | {noticed} |"


def one_line(code):
    """Code on one line, fit for a cell of a table."""
    code = re.sub(r"\s+", " ", code).strip()
    code = re.sub(r"(?<=[(\[]) | ?,? (?=[)\]])| (?=\.\w)", "", code)
    return code.replace("|", "\\|")


def place(text, at):
    """The function that something stands in; in the machine's big match, the event."""
    before = text[:at]
    function = re.findall(r"\bfn (\w+)", before)[-1]
    event = re.findall(r"\n            Event::(\w+)", before)
    return f"`{event[-1]}`" if function == "apply" and event else f"`{function}`"


def closing(text, at):
    """The end of the parenthesis that opens at `at`."""
    depth = 0
    for end in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return end + 1
    raise ValueError(f"no end: {text[at:at + 40]}")


def code_of(root, file):
    """A file without its unit tests."""
    return (root / file).read_text().split("#[cfg(test)]")[0]


def writes(root):
    """The conditions of the writes."""
    for path in sorted((root / "shared/store/src").glob("*.rs")):
        file = str(path.relative_to(root))
        text = code_of(root, file)
        for found in re.finditer(r"\.when\((?=Condition::)", text):
            end = closing(text, found.end() - 1)
            guard = one_line(text[found.end() : end - 1])
            yield Mutant("writes", file, place(text, found.start()), guard, found.start(), end, "", [STORE])
    text = code_of(root, JOBS)
    for found in re.finditer(r"(Guard::\w+(?:\(\w+\))?) => (Condition::.*),\n", text):
        guard = found[1] + " as a condition"
        always = 'Condition::Exists("job_id")'
        yield Mutant("writes", JOBS, "`condition`", guard, *found.span(2), always, [STORE])


def operators(root):
    """The conditions of what an operator writes."""
    for path in sorted((root / "shared/limits-flags/src").rglob("*.rs")):
        file = str(path.relative_to(root))
        text = code_of(root, file)
        for found in re.finditer(r"\.when\(", text):
            end = closing(text, found.end() - 1)
            guard = one_line(text[found.end() : end - 1])
            yield Mutant("operators", file, place(text, found.start()), guard, found.start(), end, "", [COMMANDS])


def carried(root):
    """The guards that the machine's changes carry to the store."""
    for file in MACHINE:
        text = code_of(root, file)
        for found in re.finditer(r"change\.guards\.push\((Guard::[^;]+)\);", text):
            where = place(text, found.start())
            yield Mutant("writes", file, where, one_line(found[1]), *found.span(), "", [STORE, DOMAIN])
        for every in re.finditer(r"guards: vec!\[(.+)\]", text):
            for found in re.finditer(r"Guard::\w+\([\w.]+\)(, )?", every[1]):
                start, end = (every.start(1) + at for at in found.span())
                guard = one_line(found[0].rstrip(", "))
                yield Mutant("writes", file, "every change", guard, start, end, "", [STORE, DOMAIN])


def checks(root):
    """What an event needs before it changes anything."""
    for file in MACHINE:
        text = code_of(root, file)
        for found in re.finditer(r"self\.expect\w*\(", text):
            end = closing(text, found.end() - 1)
            if text[end : end + 2] == "?;":
                where = place(text, found.start())
                guard = one_line(text[found.start() : end + 2])
                yield Mutant("machine", file, where, guard, found.start(), end + 2, "", [DOMAIN, STORE])
        for found in re.finditer(r"^ +(?:\} else )?if ([^{}]+?)\s*\{", text, re.MULTILINE):
            where = place(text, found.start())
            if "=>" in found[1] or where.strip("`") in PARTS:
                continue
            at = found.start(1)
            for term in re.split(r"(\s*\|\|\s*)", found[1]):
                if "||" not in term:
                    yield Mutant("machine", file, where, one_line(term), at, at + len(term), "false", [DOMAIN, STORE])
                at += len(term)


def times(root):
    """How long one waits for who may still act."""
    for file, pattern, where, instead, tests in [
        (TIMING, r"LEASE_SLACK: Millis = (Millis::from_secs\(\d+\))", "`LEASE_SLACK`", "Millis::ZERO", [FLOWS]),
        (MACHINE[0], r"(now\.after\(self\.order\.render_max\))", "`lose_sight`", "now", [DOMAIN, STORE]),
    ]:
        text = code_of(root, file)
        found = re.search(pattern, text)
        yield Mutant("machine", file, where, one_line(found[1]), *found.span(1), instead, tests)


def limits(root):
    """What admits an order within its limits, and gives back what it used."""
    limit, admission, changes = "shared/domain/src/limit.rs", "shared/domain/src/admission.rs", "shared/store/src/changes.rs"
    for file, pattern, instead in [
        (limit, r"self\.amount <= self\.left\(\)", "true"),
        (limit, r"self\.limit\.mode == Mode::Hard && !self\.has_room\(\)", "!self.has_room()"),
        (limit, r"Bound::AtMost\(self\.max\.saturating_sub\(self\.amount\)\)", "Bound::Free"),
        (limit, r"Bound::Unchanged\(self\.revision\)", "Bound::Free"),
        (limit, r"now < forgets_at\(\*began\)", "true"),
        (limit, r"now < forgets_at\(\*began\)", "false"),
        (admission, r"usage\.forbids\(\)", "false"),
        (admission, r"&request\.denied", "&None::<Denied>"),
        (admission, r"!request\.new_jobs", "false"),
        (admission, r"plan\.covers\(model\)\)\.map", "plan.unlimited).map"),
        (admission, r"limit\.provider\.is_none\(\) \|\| limit\.provider\.as_ref\(\) == provider", "true"),
        (changes, r"counted\.key\.is_open\(\)", "false"),
    ]:
        text = code_of(root, file)
        for found in re.finditer(pattern, text):
            where = place(text, found.start())
            yield Mutant("limits", file, where, one_line(found[0]), *found.span(), instead, [DOMAIN, STORE])


def cargo_test(copy, packages):
    """What the tests print, and whether they ended."""
    target = os.environ.get("GUARD_TARGET_DIR", str(ROOT / "target/guard-mutants"))
    environment = os.environ | {"CARGO_TARGET_DIR": target, "CARGO_INCREMENTAL": "0", "RUST_BACKTRACE": "0"}
    command = ["cargo", "test", "--offline", "--no-fail-fast", *packages]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=copy, env=environment, start_new_session=True, **pipes) as run:
        try:
            return run.communicate(timeout=SECONDS_MAX)[0], run.returncode
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            return run.communicate()[0], None


def noticed_by(copy, mutant):
    """The tests that go red without the guard; the second result is whether that is well."""
    path = copy / mutant.file
    whole = path.read_text()
    path.write_text(whole[: mutant.start] + mutant.instead + whole[mutant.end :])
    try:
        for packages in mutant.tests:
            output, code = cargo_test(copy, packages)
            red = sorted(set(re.findall(r"^test (\S+) .*\.\.\. FAILED$", output, re.MULTILINE)))
            if red:
                return " ".join(f"`{name.split('::')[-1]}`" for name in red[:3]), True
            if code is None:
                return "(goes round in circles)", True
            if code != 0:
                return "**does not compile**", False
        return "**nobody**", False
    finally:
        path.write_text(whole)


def find(root, words):
    """The mutants with all these words in their rows."""
    mutants = [*writes(root), *operators(root), *carried(root), *checks(root), *times(root), *limits(root)]
    return [mutant for mutant in mutants if all(word in mutant.row("") for word in words)]


def main(words):
    if "--list" in words:
        words.remove("--list")
        print("\n".join(mutant.row("") for mutant in find(ROOT, words)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        leave_out = [f"--exclude=./{name}" for name in LEFT_OUT]
        with subprocess.Popen(["tar", *leave_out, "-cf", "-", "."], cwd=ROOT, stdout=subprocess.PIPE) as pack:
            # As if just written (-m): else cargo takes the last mutant of an earlier run for what stands here.
            subprocess.run(["tar", "-xmf", "-", "-C", scratch], stdin=pack.stdout, check=True)
        mutants = find(copy, words)
        for packages in {tuple(tests) for mutant in mutants for tests in mutant.tests}:
            output, code = cargo_test(copy, packages)
            if code != 0:
                print(f"{output}\nred before any guard is removed: mend that first", file=sys.stderr)
                return 2
        return report(copy, mutants)


def report(copy, mutants):
    missed = 0
    for table in ["writes", "limits", "operators", "machine"]:
        print(f"\n### {table}\n\n| where | what was removed | file | noticed by |\n|---|---|---|---|", flush=True)
        for mutant in mutants:
            if mutant.table == table:
                noticed, well = noticed_by(copy, mutant)
                missed += not well
                print(mutant.row(noticed), flush=True)
    print(f"\n{missed} of {len(mutants)} not noticed", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
