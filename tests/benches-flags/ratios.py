#!/usr/bin/env python3
"""Prints what the last run of the bench `side_by_side` measured, in nanoseconds and as ratios to ours. Figures, no verdict:
how fast a machine is at a moment is nothing that a build should fail for.

    cargo bench --manifest-path tests/benches-flags/Cargo.toml --bench side_by_side && tests/benches-flags/ratios.py
"""

import json
import sys
from pathlib import Path

MEASURED = Path(__file__).resolve().parent / "target/criterion"
OURS = "limits-flags"


def figures():
    """By group, each evaluator's time of one answer, in nanoseconds."""
    for group in sorted({path.parent.parent for path in MEASURED.glob("*/*/new")}):
        times = {}
        for path in group.glob("*/new"):
            name = json.loads((path / "benchmark.json").read_text())["function_id"]
            times[name] = json.loads((path / "estimates.json").read_text())["median"]["point_estimate"]
        if OURS in times:
            yield group.name, times


def main():
    groups = list(figures())
    for group, times in groups:
        for name, time in sorted(times.items(), key=lambda pair: pair[1]):
            print(f"{group:<24} {name:<40} {time:9.1f} ns {time / times[OURS]:7.2f} times ours")
    return 0 if groups else 1


if __name__ == "__main__":
    sys.exit(main())
