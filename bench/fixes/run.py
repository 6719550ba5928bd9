"""The planted benchmark of lifts and of their order: every scenario at 4,000 and 20,000 answers.

python -m bench.fixes.run                      everything: writes results/planted.json (about an hour, one core)
python -m bench.fixes.run --seeds 5 --alarms 5 --out /tmp/quick        a glance
python -m bench.fixes.run --sizes 4000         one size, into its place in the results
python -m bench.fixes.report                   results/planted.json as results/fixes.md, gates beside
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.fixes import lift, ranking
from bench.fixes.scenarios import COMMON, DECOYS, RANKED, SCENARIOS, Scenario
from bench.main_job import machine

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = (4_000, 20_000)
GATED = ("quiet users", "medium users", "talkative users")
RUNS = 20  # whole runs, read from files


def through_runs(seeds: int) -> dict[str, Any]:
    """The small shop of the tests as run folders, read and ranked as the command line does: Payment's lift, before
    realisation, against the truth of each draw."""
    from tests.fixes.shop import PAYMENT, ranked_shop

    errors, covered, first = [], [], 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            fixes, exposed = ranked_shop(Path(folder), n=4000, seed=seed)
        truth = -PAYMENT * exposed
        payment = next(fix for fix in fixes if fix.screen == "Payment")
        first += payment.rank == 1
        errors.append(payment.lift.value - truth)
        low, high = payment.lift.low or 0.0, payment.lift.high or 0.0
        covered.append(low <= truth <= high)
    return {
        "seeds": seeds, "bias": float(np.mean(errors)), "rmse": float(np.sqrt(np.mean(np.square(errors)))),
        "cover": float(np.mean(covered)), "first": first / seeds,
    }  # fmt: skip


Part = tuple[str, str, Callable[[], dict[str, Any]]]  # the list it belongs to, its scenario, how to make its cell


def parts(n: int, seeds: int, alarms: int) -> list[Part]:
    """Everything at one size, what has a gate first; the rest is run less often, so that all fits into an hour."""
    few = max(1, seeds // (2 if n < 10_000 else 8))
    gated = [scenario for scenario in SCENARIOS if scenario.name in GATED]
    return [
        *(_lift(scenario, n, seeds) for scenario in gated),
        ("rankings", RANKED.name, partial(ranking.cell, RANKED, n, range(seeds))),
        ("lifts", DECOYS.name, partial(lift.cell, DECOYS, n, range(alarms), beside=False)),
        ("rankings", COMMON.name, partial(ranking.cell, COMMON, n, range(seeds if n < 10_000 else 2 * few))),
        *(_lift(scenario, n, few) for scenario in SCENARIOS if scenario not in gated),
    ]


def _lift(scenario: Scenario, n: int, seeds: int) -> Part:
    return "lifts", scenario.name, partial(lift.cell, scenario, n, range(seeds))


def main() -> None:
    """Run it all, writing after every part so that nothing is lost."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--alarms", type=int, default=1000, help="seeds of the decoys")
    asked.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    asked.add_argument("--out", type=Path, default=RESULTS)
    asked.add_argument("--resume", action="store_true", help="leave alone what is in the results already")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "planted.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = [size for size in SIZES if given.resume or size not in given.sizes]
    results = {
        "machine": machine(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "lifts": [c for c in results.get("lifts", []) if c["n"] in kept],
        "rankings": [c for c in results.get("rankings", []) if c["n"] in kept],
        "runs": results.get("runs"),
    }

    def save() -> None:
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

    for n in given.sizes:
        for kind, name, make in parts(n, given.seeds, given.alarms):
            if any((c["scenario"], c["n"]) == (name, n) for c in results[kind]):
                continue
            results[kind].append(make())
            save()
            sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {name}, {n:,} answers\n")
    results["runs"] = through_runs(min(RUNS, given.seeds))
    save()


if __name__ == "__main__":
    main()
