"""Proves that check.py fails: makes every mistake of broken.yaml for it, one at a time, in a copy of the template.

    python check_fails.py
"""

import concurrent.futures
import pathlib
import sys

import yaml

import check

BROKEN = pathlib.Path(__file__).with_name("broken.yaml")


def broken(text, mistake):
    """The template with the mistake made. Raises `ValueError` where the mistake no longer applies."""
    parts = text.split(mistake["find"])
    nth = mistake.get("nth", 1)
    if len(parts) <= nth or ("nth" not in mistake and len(parts) != 2):
        raise ValueError(f"{mistake['find']!r} stands {len(parts) - 1} times in the template")
    return mistake["find"].join(parts[:nth]) + mistake["with"] + mistake["find"].join(parts[nth:])


def verdict(mistake):
    """What was found, or None where the mistake passed unseen."""
    lines = check.findings(broken(check.TEMPLATE.read_text(encoding="utf-8"), mistake))
    return lines[0] if lines else None


def main():
    mistakes = [m for m in yaml.safe_load(BROKEN.read_text(encoding="utf-8")) if m["caught_by"] == "lint"]
    with concurrent.futures.ProcessPoolExecutor() as pool:
        verdicts = list(pool.map(verdict, mistakes))
    for mistake, seen in zip(mistakes, verdicts):
        print(f"{'caught' if seen else 'MISSED'}  {mistake['name']}: {seen or 'nothing was found'}"[:160])
    missed = sum(1 for seen in verdicts if not seen)
    print(f"{len(mistakes) - missed} of {len(mistakes)} deliberate mistakes caught")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
