#!/usr/bin/env bash
# Removes every guard of the writes, one at a time, in a copy of the sources, and shows which tests notice.
#
#   tests/guard_mutants.sh            all of them, in about a quarter of an hour; the table goes to standard output
#
# A guard is a line with `.when(Condition::…)` in shared/store, or a `Guard::…` that a change of the machine carries.
# One that no test misses ends the script with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tar --exclude=./target --exclude=./.git --exclude=./.venv --exclude=./.aws-sam --exclude=./.local-cloud -cf - . | tar -xf - -C "$scratch"
export CARGO_TARGET_DIR="${GUARD_TARGET_DIR:-$PWD/target/guard-mutants}" CARGO_INCREMENTAL=0

# Each guard as file, line, and what the line becomes without it.
guards() {
    grep -nE '\.when\(Condition::' shared/store/src/*.rs | awk -F: '{ print $1 ":" $2 }'
    grep -nE 'guards\.push\(Guard::' shared/domain/src/job/apply.rs | awk -F: '{ print "shared/domain/src/job/apply.rs:" $1 }'
    grep -nE '^ *Guard::[A-Za-z]+\([a-z]+\) => Condition::' shared/store/src/jobs.rs | awk -F: '{ print "shared/store/src/jobs.rs:" $1 }'
}

without() { # $1 file, $2 line: the line without its guard
    case "$1" in
        *jobs.rs) sed -i "${2}s/=> Condition::.*/=> Condition::Exists(\"job_id\"),/" "$scratch/$1" ;;
        *apply.rs) sed -i "${2}s/change\.guards\.push.*//" "$scratch/$1" ;;
        *) python3 - "$scratch/$1" "$2" <<'P' ;;
import sys
path, number = sys.argv[1], int(sys.argv[2])
lines = open(path).read().split("\n")
text = "\n".join(lines[number - 1:])
start = text.index(".when(")
depth, end = 0, start + len(".when")
for end in range(start + len(".when"), len(text)):
    depth += {"(": 1, ")": -1}.get(text[end], 0)
    if depth == 0:
        break
text = text[:start] + text[end + 1:]
open(path, "w").write("\n".join(lines[:number - 1]) + ("\n" if number > 1 else "") + text)
P
    esac
}

# A test that is red before anything is removed would seem to notice everything.
if ! (cd "$scratch" && cargo test --offline --quiet -p domain -p store) >&2; then
    echo 'red before any guard is removed: mend that first' >&2
    exit 2
fi

survivors=0
printf '| guard | file | noticed by |\n|---|---|---|\n'
while IFS=: read -r file line; do
    guard=$(sed -n "${line}p" "$file" | sed -E 's/^ *//; s/\|/\\|/g' | cut -c1-90)
    without "$file" "$line"
    # Not `!`-negated into the pipe: a mutant that does not compile is no proof.
    output=$(cd "$scratch" && cargo test --offline -p domain -p store --no-fail-fast 2>&1) || true
    cp "$file" "$scratch/$file"
    if grep -q '^error' <<<"$output" && ! grep -q '^test .*FAILED' <<<"$output"; then
        noticed="**does not compile**"
        survivors=$((survivors + 1))
    else
        noticed=$(awk '/^test .*\.\.\. FAILED/ { print "`" $2 "`" }' <<<"$output" | sort -u | head -n 3 | paste -sd' ' -)
        [ -n "$noticed" ] || { noticed='**nobody**'; survivors=$((survivors + 1)); }
    fi
    printf '| `%s` | %s:%s | %s |\n' "$guard" "${file#shared/}" "$line" "$noticed"
done < <(guards | sort -t: -k1,1 -k2,2n -u)
printf '\n%s guards not noticed\n' "$survivors"
[ "$survivors" -eq 0 ]
