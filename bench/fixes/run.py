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
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.fixes import lift, ranking
from bench.fixes.scenarios import COMMON, DECOYS, RANKED, SCENARIOS
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


def parts(n: int, seeds: int, alarms: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything at one size: (which list it belongs to, the cell)."""
    for scenario in SCENARIOS:
        # what has no gate of its own is run less often, so that all of it fits into an hour
        often = seeds if scenario.name in GATED else max(1, seeds // (2 if n < 10_000 else 4))
        yield "lifts", lift.cell(scenario, n, range(often))
    yield "lifts", lift.cell(DECOYS, n, range(alarms if n < 10_000 else max(1, alarms * 2 // 5)), beside=False)
    for scenario in (RANKED, COMMON):
        yield "rankings", ranking.cell(scenario, n, range(seeds))


def main() -> None:
    """Run it all, writing after every part so that nothing is lost."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--alarms", type=int, default=1000, help="seeds of the decoys")
    asked.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    asked.add_argument("--out", type=Path, default=RESULTS)
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "planted.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = [size for size in SIZES if size not in given.sizes]
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
        begun = time.time()
        for kind, cell in parts(n, given.seeds, given.alarms):
            results[kind].append(cell)
            save()
            sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {cell['scenario']}, {n:,} answers\n")
        results.setdefault("minutes", {})[str(n)] = round((time.time() - begun) / 60, 1)
        save()
    results["runs"] = through_runs(min(RUNS, given.seeds))
    save()


if __name__ == "__main__":
    main()
