#!/usr/bin/env python3
"""Removes every guard, one at a time, in a copy of the sources, and writes which tests notice into the tables of GUARDS.md.

    tests/guard_mutants.py            all of them, in about an hour
    tests/guard_mutants.py limits     those of this table, or with this word in their row
    tests/guard_mutants.py --new      those that GUARDS.md does not know, or knows as missed by nobody
    tests/guard_mutants.py --list     what would be removed; nothing is run
    tests/guard_mutants.py --check    whether every listed guard still stands, and which rows are behind, in a second

Most guards are found, not listed, so a new one is missed at once: in shared/store and in shared/limits-flags each
`.when(...)`; in the machine each `Guard::...` that a change carries, each `self.expect...(...)?` and each term of an `if`;
in functions/features-api each role that a handler asks for. The others are listed by their text, which must stand just
once, below and in guards_of_payments.py. A guard that no test misses, or that cannot be compiled without, ends the script
with 1. Tests that are red beforehand end it with 2, because a test that is red anyway would seem to notice everything.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import guards_of_payments

ROOT = Path(__file__).resolve().parent.parent
TABLES = ["writes", "limits", "payments", "auth", "operators", "machine"]
MACHINE = ["shared/domain/src/job/apply.rs", "shared/domain/src/job/apply/waiting.rs", "shared/domain/src/job/apply/lost.rs",
           "shared/domain/src/job/apply/again.rs", "shared/domain/src/job/apply/words.rs"]
JOBS = "shared/store/src/jobs.rs"
TIMING = "shared/domain/src/job/timing.rs"
# What the machine's own checks and changes are made of; to break one of these breaks all rows at once.
PARTS = {"expect", "expect_fence", "expect_due", "stay", "keep"}
DOMAIN, STORE = ["-p", "domain"], ["-p", "store"]
COMMANDS = ["-p", "ctl", "--test", "commands"]
FLOWS = ["-p", "tests", "--test", "flows", "submission"]
API = "functions/features-api/src"
AUTH, FRONT = ["-p", "features-api"], ["-p", "tests", "--test", "api"]
LOST = ["-p", "tests", "--test", "flows", "--", "lost::"]
HOOKS = ["-p", "tests", "--test", "flows", "--", "callbacks::", "messages::"]
ACCESS, PROVIDERS, TIDY = ["-p", "limits-flags", "--lib"], ["-p", "providers"], ["-p", "tests", "--test", "tidy"]
# A mutant of the machine can go round in circles.
SECONDS_MAX = 600
GUARDS = ROOT / "tests/GUARDS.md"
LEFT_OUT = ["target", ".git", ".venv", ".aws-sam", ".local-cloud", "tests/benches-flags/target", "tests/ofrep/node_modules"]


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

    def cells(self):
        return (self.where, f"`{self.guard}`", self.file)

    def row(self, noticed):
        return f"| {' | '.join(self.cells())} | {noticed} |"


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
        if file == guards_of_payments.PAYMENTS:
            continue
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


def money(root):
    """The conditions of the writes that money goes through."""
    below = sorted((root / "shared/store/src/payments").rglob("*.rs"))
    for file in [guards_of_payments.PAYMENTS, *(str(path.relative_to(root)) for path in below)]:
        # What moves money for other reasons is missed by its own tests.
        tests = guards_of_payments.STORE if file in (guards_of_payments.PAYMENTS, guards_of_payments.SETTLE) else STORE
        text = code_of(root, file)
        for found in re.finditer(r"\.when\(", text):
            end = closing(text, found.end() - 1)
            guard = one_line(text[found.end() : end - 1])
            yield Mutant("payments", file, place(text, found.start()), guard, found.start(), end, "", [tests])


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


# Guards with nothing in common that a search could find: table, file, what stands there, what stands there instead, whose
# tests notice. What stands there must do so just once.
LIMIT, ADMISSION, CHANGES = "shared/domain/src/limit.rs", "shared/domain/src/admission.rs", "shared/store/src/changes.rs"
INIT_DATA, OPERATOR, CALLER = f"{API}/auth/init_data.rs", f"{API}/auth/operator.rs", f"{API}/auth.rs"
USING = f"{API}/using.rs"
KEYS, WEBHOOK = "shared/limits-flags/src/access.rs", "functions/telegram-webhook/src/lib.rs"
TICKET = "shared/providers/src/ticket.rs"
CALLBACK, TAKE_CALLBACK = "shared/providers/src/kie/callback.rs", "shared/app/src/take_callback.rs"
LISTED = [
    # What admits an order within its limits, and gives back what it used.
    ("limits", LIMIT, "self.amount <= self.left()", "true", [DOMAIN, STORE]),
    ("limits", LIMIT, "self.limit.mode == Mode::Hard && !self.has_room()", "!self.has_room()", [DOMAIN, STORE]),
    ("limits", LIMIT, "Bound::AtMost(self.max.saturating_sub(self.amount))", "Bound::Free", [DOMAIN, STORE]),
    ("limits", LIMIT, "Bound::Unchanged(self.revision)", "Bound::Free", [DOMAIN, STORE]),
    ("limits", LIMIT, "now < forgets_at(*began)", "true", [DOMAIN, STORE]),
    ("limits", LIMIT, "now < forgets_at(*began)", "false", [DOMAIN, STORE]),
    ("limits", ADMISSION, ".find(|usage| usage.forbids())", ".find(|_| false)", [DOMAIN, STORE]),
    ("limits", ADMISSION, "&request.denied", "&None::<Denied>", [DOMAIN, STORE]),
    ("limits", ADMISSION, "!request.new_jobs", "false", [DOMAIN, STORE]),
    ("limits", ADMISSION, "            .filter(|plan| plan.covers(model))\n", "", [DOMAIN, STORE]),
    ("limits", ADMISSION, "filter(|_| plan.is_some_and(|plan| plan.covers(model)))", "filter(|_| plan.is_some())", [DOMAIN, STORE]),
    ("limits", ADMISSION, "available >= price.credits &&", "", [DOMAIN, STORE]),
    ("limits", ADMISSION, "&& !model.limits.iter().any(|limit| forbids(limit).is_some())", "", [DOMAIN, STORE]),
    ("limits", ADMISSION, "let covered = plan.is_some_and(|plan| plan.covers(model));", "let covered = plan.is_some();", [DOMAIN, STORE]),
    ("limits", ADMISSION, "if plan.is_some_and(|plan| plan.covers(model)) =>", "if plan.is_some() =>", [DOMAIN, STORE]),
    ("limits", ADMISSION, "limit.provider.as_ref().is_none_or(may_have_it)", "true", [DOMAIN, STORE]),
    ("limits", CHANGES, "counted.key.is_open()", "false", [DOMAIN, STORE]),
    ("limits", f"{API}/guard.rs", "api.store.end_use(&used, api.now(), deadline).await", "Ok(())", [FRONT]),
    # Whether a user is who he says: Telegram's signature under the Mini App's init data.
    ("auth", INIT_DATA, "init_data.len() > BYTES_MAX", "false", [AUTH]),
    ("auth", INIT_DATA, "!bool::from(self.hash(&fields).as_bytes().ct_eq(hash.as_bytes()))", "false", [AUTH]),
    ("auth", INIT_DATA, "self.hash(&fields).as_bytes().ct_eq(hash.as_bytes())", "self.hash(&fields) == hash", [TIDY]),
    ("auth", INIT_DATA, "fields.iter().any(|(known, _)| *known == name)", "false", [AUTH]),
    ("auth", INIT_DATA, "age > AGE_MAX", "false", [AUTH]),
    ("auth", INIT_DATA, "age.0 < SKEW_MAX.0.saturating_neg()", "false", [AUTH]),
    ("auth", INIT_DATA, "user.id <= 0", "false", [AUTH]),
    # Whether a machine is.
    ("auth", KEYS, "(prefix == PREFIX && is_id", "(is_id", [ACCESS]),
    ("auth", KEYS, "id.len() == 2 * ID_BYTES", "true", [ACCESS]),
    ("auth", KEYS, "&& !secret.is_empty()", "", [ACCESS]),
    ("auth", KEYS, "bool::from(same)", "true", [ACCESS]),
    ("auth", KEYS, "hash(presented.secret).as_bytes().ct_eq(self.hash.as_bytes())", "hash(presented.secret) == self.hash", [TIDY]),
    ("auth", KEYS, "self.expires_at.is_none_or(|end| now.0 < end)", "true", [ACCESS]),
    ("auth", KEYS, "self.scopes.contains(&scope)", "true", [ACCESS]),
    ("auth", CALLER, "!row.verify(presented, now)", "false", [FRONT]),
    # What whoever it is may ask, and about whom.
    ("auth", CALLER, 'take(api, &format!("ip#{}", source(parts)), now)?;', "", [FRONT]),
    ("auth", CALLER, "take(api, &caller.name(), now)?;", "", [FRONT]),
    ("auth", CALLER, "key.is_some_and(|key| key != own)", "false", [AUTH]),
    ("auth", CALLER, "machine.row.allows(Scope::Evaluate)", "true", [AUTH]),
    ("auth", CALLER, "number > 0", "true", [AUTH]),
    ("auth", CALLER, "number.to_string() == key", "true", [AUTH]),
    ("auth", f"{API}/seen.rs", "said.remove(name);", "", [AUTH, FRONT]),
    ("auth", f"{API}/using.rs", "if told.is_word\n", "if false\n", [FRONT]),
    ("auth", OPERATOR, "row.map(|row| row.role)", "Some(row.map_or(Role::Owner, |row| row.role))", [FRONT]),
    ("auth", OPERATOR, "machine.row.allows(Scope::AdminWrite)", "true", [AUTH]),
    ("auth", OPERATOR, "machine.row.allows(Scope::AdminRead)", "true", [AUTH]),
    ("auth", OPERATOR, "Some(Role::Editor)", "Some(Role::Owner)", [AUTH]),
    ("auth", OPERATOR, "self.role >= role", "true", [AUTH]),
    ("auth", USING, "noted.by == caller.name()", "true", [FRONT]),
    ("auth", USING, "machine.row.allows(Scope::Evaluate) && noted.by.starts_with(MACHINE)", "true", [FRONT]),
    ("auth", USING, "operator.map_err(not_theirs)?.needs(Role::Editor)", "operator.map_err(not_theirs).map(drop)", [FRONT]),
    # Whether an update is Telegram's, and a callback the provider's.
    ("auth", WEBHOOK, "!bool::from(header.ct_eq(app.secret.0.as_bytes()))", "false", [HOOKS]),
    ("auth", WEBHOOK, "header.ct_eq(app.secret.0.as_bytes())", "header == app.secret.0.as_bytes()", [TIDY]),
    ("auth", TICKET, 'verify(job, fence, field("mac")?, key)', "true", [PROVIDERS]),
    ("auth", CALLBACK, "near &&", "", [PROVIDERS]),
    ("auth", CALLBACK, "&& hmac::verify(&key, format!(\"{task_id}.{timestamp}\").as_bytes(), &signature).is_ok()", "", [PROVIDERS]),
    ("auth", TAKE_CALLBACK, "!self.is_signed(provider, callback, &task_id)", "false", [HOOKS]),
    ("auth", TAKE_CALLBACK, "job.order.provider != provider.name", "false", [LOST]),
    ("auth", TAKE_CALLBACK, "return false;", "return true;", [HOOKS]),
    ("auth", TAKE_CALLBACK, "job.fence != Fence(ticket.fence)", "false", [HOOKS]),
    # Payments have a list of their own.
    *guards_of_payments.LISTED,
]


def listed(root):
    """The guards of LISTED that stand where they should."""
    for table, file, code, instead, tests in LISTED:
        text = code_of(root, file)
        if text.count(code) == 1:
            at = text.index(code)
            guard = one_line(code) + (f"` → `{one_line(instead)}" if instead else "")
            yield Mutant(table, file, place(text, at), guard, at, at + len(code), instead, tests)


def roles(root):
    """The role that a handler takes; a viewer is the least that an operator can be."""
    for path in sorted((root / API / "admin").glob("*.rs")):
        file = str(path.relative_to(root))
        text = code_of(root, file)
        for found in re.finditer(r"(Editor|Owner)\(operator\): \1,", text):
            anybody = "operator: crate::auth::Operator,"
            yield Mutant("auth", file, place(text, found.start()), found[0].rstrip(","), *found.span(), anybody, [FRONT])


WAYS = [writes, money, operators, carried, checks, times, listed, roles]


def cargo_test(copy, packages):
    """What the tests print, and whether they ended."""
    target = os.environ.get("GUARD_TARGET_DIR", str(ROOT / "target/guard-mutants"))
    incremental = os.environ.get("CARGO_INCREMENTAL", "0")
    environment = os.environ | {"CARGO_TARGET_DIR": target, "CARGO_INCREMENTAL": incremental, "RUST_BACKTRACE": "0"}
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


def find(root, words=()):
    """The mutants of these tables, or with all these words in their rows."""
    mutants = [mutant for way in WAYS for mutant in way(root)]

    def meant(mutant, word):
        return mutant.table == word if word in TABLES else word in mutant.row("")

    return [mutant for mutant in mutants if all(meant(mutant, word) for word in words)]


class Rows:
    """The rows of GUARDS.md, by their first three cells. Two guards may look the same: their rows stand in order."""

    def __init__(self):
        self.text = GUARDS.read_text()
        self.known = {}
        for row in re.findall(r"^\| .* \|$", self.text, re.MULTILINE):
            if not row.startswith("| where |"):
                *guard, noticed = re.split(r" (?<!\\)\| ", row[2:-2])
                self.known.setdefault(tuple(guard), []).append(noticed)

    def of(self, mutants):
        """Each mutant with what the file says of it, or None; what is left over belongs to no guard any more."""
        left = {guard: list(rows) for guard, rows in self.known.items()}
        with_rows = []
        for mutant in mutants:
            rows = left.get(mutant.cells())
            with_rows.append((mutant, rows.pop(0) if rows else None))
        return with_rows, [guard for guard, rows in left.items() if rows]

    def write(self, noticed):
        """Puts all rows into their tables, what is new among them; guards that nothing is known of have no row."""
        told, _ = self.of(find(ROOT))
        for table in TABLES:
            rows = []
            for mutant, before in told:
                if mutant.table == table:
                    fresh = noticed.get(mutant.cells())
                    rows.append(mutant.row(fresh.pop(0) if fresh else before) if fresh or before else None)
            body = "".join(f"{row}\n" for row in rows if row)
            head = rf"(<!-- {table} -->\n\n\|.*\|\n\|[-|]*\|\n)(?:\|.*\|\n)*"
            self.text = re.sub(head, lambda found: found[1] + body, self.text)
        GUARDS.write_text(self.text)


def check():
    """What is wrong with the list, and what with the tables: guards and rows that have lost each other."""
    wrong, unwritten = [], []
    for _, file, code, _, _ in LISTED:
        count = code_of(ROOT, file).count(code)
        if count != 1:
            wrong.append(f"{file}: `{code}` stands {count} times, and not once: mend LISTED in tests/guard_mutants.py")
    for way in WAYS:
        if not list(way(ROOT)):
            wrong.append(f"`{way.__name__}` finds no guard any more: mend it in tests/guard_mutants.py")
    told, left = Rows().of(find(ROOT))
    for mutant, row in told:
        if row is None or row.startswith("**"):
            unwritten.append(f"{row or 'not run yet'}: {mutant.row('')}")
    unwritten += [f"no such guard any more: {' | '.join(guard)}" for guard in left]
    return wrong, unwritten


def main(words):
    if "--check" in words:
        wrong, unwritten = check()
        print("\n".join([*wrong, *unwritten]))
        print(f"{len(find(ROOT))} guards; {len(unwritten)} rows of GUARDS.md are behind (tests/guard_mutants.py --new)")
        return 1 if wrong else 0
    is_new = "--new" in words
    mutants = find(ROOT, [word for word in words if not word.startswith("--")])
    if is_new:
        known, _ = Rows().of(mutants)
        mutants = [mutant for mutant, row in known if row is None or row.startswith("**")]
    if "--list" in words:
        print("\n".join(mutant.row("") for mutant in mutants))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        leave_out = [f"--exclude=./{name}" for name in LEFT_OUT]
        with subprocess.Popen(["tar", *leave_out, "-cf", "-", "."], cwd=ROOT, stdout=subprocess.PIPE) as pack:
            # As if just written (-m): else cargo takes the last mutant of an earlier run for what stands here.
            subprocess.run(["tar", "-xmf", "-", "-C", scratch], stdin=pack.stdout, check=True)
        for packages in sorted({tuple(tests) for mutant in mutants for tests in mutant.tests}):
            output, code = cargo_test(copy, packages)
            if code != 0:
                print(f"{output}\nred before any guard is removed: mend that first", file=sys.stderr)
                return 2
        return report(copy, mutants)


def report(copy, mutants):
    """Runs the mutants; GUARDS.md is written after each, so that nothing is lost with a run that is cut short."""
    missed = 0
    told = {}
    for mutant in mutants:
        noticed, well = noticed_by(copy, mutant)
        missed += not well
        print(mutant.row(noticed), flush=True)
        told.setdefault(mutant.cells(), []).append(noticed)
        Rows().write({guard: list(rows) for guard, rows in told.items()})
    print(f"\n{missed} of {len(mutants)} not noticed", flush=True)
    if not mutants:
        Rows().write({})
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
