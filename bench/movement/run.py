"""The planted benchmark of `undertone why`: every scenario at every size, beside what people use instead.

    python -m bench.movement.run                  everything: writes results/planted.json (about half an hour, one core)
    python -m bench.movement.run --seeds 5 --out /tmp/quick     a glance
    python -m bench.movement.run --again peers null             the peers and one scenario anew, into the results
    python -m bench.movement.report               results/*.json as results/movement.md, gates beside

The peers' environment is peers.txt; name its interpreter in UNDERTONE_PEERS_PYTHON, or that part is left out and
that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from analyst.metrics import wilson
from bench.main_job import machine
from bench.movement.baselines import rank
from bench.movement.measure import Judged, judge
from bench.movement.scenarios import ALL, BY_NAME, Scenario, draw

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SIZES = (20_000, 5_000, 2_000, 500, 200_000)
# weeks without a cause, run five times as often at 20,000 answers
ALARMS = (
    "null", "null_4to1", "pure_mix", "global", "repeats_null", "city_null", "harmless_release", "interactions",
)  # fmt: skip
BESIDE = ("null", "pure_mix", "global", "one_way", "two_way", "three_way", "opposite", "mix_and_cause")


def cell(scenario: Scenario, n: int, runs: list[Judged]) -> dict[str, Any]:
    """One scenario at one size, summed up. Shares are of runs unless they say otherwise."""
    k = len(runs)
    hits, false, missed = (sum(getattr(r, name) for r in runs) for name in ("hits", "false_names", "missed"))
    expected = float(np.mean([r.expected for r in runs]))
    effects = [e for r in runs for e in r.effects]
    signs = [s for r in runs for s in r.signs]
    wrong = sum(r.false_names > 0 for r in runs)
    verdicts = Counter(r.verdict for r in runs)
    return {
        "scenario": scenario.name,
        "n": n,
        "runs": k,
        "true_verdict": f"{scenario.verdict} {scenario.how}" if scenario.how else scenario.verdict,
        "decided": scenario.decided,
        "causes": len(scenario.causes),
        "f1": 2 * hits / (2 * hits + false + missed) if scenario.causes else None,
        "precision": hits / (hits + false) if hits + false else None,
        "recall": hits / (hits + missed) if hits + missed else None,
        "alike_recall": sum(r.alike for r in runs) / (hits + missed) if hits + missed else None,
        "wrong_name": wrong / k,
        "wrong_name_upper": wilson(wrong / k, k)[1],
        "verdict_right": sum(r.verdict_right for r in runs) / k,
        "verdicts": dict(verdicts.most_common()),
        "mix_named": sum(r.mix_right for r in runs) / k if scenario.mix else None,
        "expected_change": expected,
        "change_cover": sum(r.change[1] <= expected <= r.change[2] for r in runs) / k,
        "signs": len(signs),
        "sign_right": sum(signs) / len(signs) if signs else None,
        "size_error": float(np.mean([abs(e[0] - e[3]) for e in effects])) if effects else None,
        "size_bias": float(np.mean([e[0] - e[3] for e in effects])) if effects else None,
        "effect_cover": sum(e[1] <= e[3] <= e[2] for e in effects) / len(effects) if effects else None,
        "release_named": sum(r.release_named for r in runs) / k if scenario.release else None,
        "ledger_error": max(r.ledger_error for r in runs),
        "themes": dict(Counter(t for r in runs for t in set(r.themes))),
        "seconds_median": median(r.seconds for r in runs),
        "seconds_worst": max(r.seconds for r in runs),
    }


def beside(seeds: int, n: int) -> list[dict[str, Any]]:
    """Naive contribution and uncorrected z at `n` answers, both told how many causes there are."""
    found = []
    for name in BESIDE:
        scenario, k = BY_NAME[name], len(BY_NAME[name].causes)
        naive_hits = sharp_hits = beyond = 0
        for seed in range(seeds):
            naive, sharp, over = rank(draw(scenario, n, seed))
            naive_hits += len(set(naive[: max(1, k)]) & set(scenario.causes))
            sharp_hits += len(set(sharp[: max(1, k)]) & set(scenario.causes))
            beyond += over
        found.append({
            "scenario": name, "n": n, "runs": seeds,
            "naive_f1": naive_hits / (k * seeds) if k else None,
            "z_f1": sharp_hits / (k * seeds) if k else None,
            "z_beyond_1.96": beyond / seeds,
        })  # fmt: skip
    return found


def peers(seeds: int, n: int) -> list[dict[str, Any]]:
    """wise-pizza on the same answers, run by the peers' interpreter; empty where none is named."""
    python = os.environ.get("UNDERTONE_PEERS_PYTHON")
    if not python:
        _say("No peers: UNDERTONE_PEERS_PYTHON is not set.")
        return []
    command = [python, "-m", "bench.movement.peers", str(seeds), str(n), *BESIDE]
    done = subprocess.run(command, cwd=HERE.parent.parent, stdout=subprocess.PIPE, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def _say(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")


def _cells(sizes: Iterable[int], seeds: int, large: int) -> Iterable[dict[str, Any]]:
    for n in sizes:
        for scenario in ALL:
            often = large if n > 100_000 else seeds * 5 if n == 20_000 and scenario.name in ALARMS else seeds
            yield cell(scenario, n, [judge(scenario, draw(scenario, n, seed)) for seed in range(often)])
        _say(f"{n:,} answers done")


def again(file: Path, parts: list[str], seeds: int, peer_seeds: int) -> None:
    """Run some scenarios at 20,000 answers, or the peers, anew and put them in their place in `file`."""
    for part in parts:
        if part == "peers":
            found = peers(peer_seeds, 20_000)
            results = json.loads(file.read_text(encoding="utf-8"))
            results["peers"] = found
        else:
            often = seeds * 5 if part in ALARMS else seeds
            new = cell(
                BY_NAME[part], 20_000, [judge(BY_NAME[part], draw(BY_NAME[part], 20_000, s)) for s in range(often)]
            )
            results = json.loads(file.read_text(encoding="utf-8"))
            cells = results["cells"]
            place = next(i for i, c in enumerate(cells) if (c["scenario"], c["n"]) == (part, 20_000))
            cells[place] = new
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        _say(f"{part} done")


def main() -> None:
    """Run it all, writing after every part so that nothing is lost."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--large", type=int, default=20, help="seeds at 200,000 answers")
    asked.add_argument("--beside", type=int, default=40, help="seeds of the baselines")
    asked.add_argument("--peers", type=int, default=6, help="seeds of the peers")
    asked.add_argument("--out", type=Path, default=RESULTS)
    asked.add_argument(
        "--again", nargs="*", help="scenarios to run anew at 20,000 answers, or 'peers', into the results"
    )
    given = asked.parse_args()
    if given.again:
        again(given.out / "planted.json", given.again, given.seeds, given.peers)
        return
    given.out.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    results: dict[str, Any] = {
        "machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "cells": [], "beside": [], "peers": [],
    }  # fmt: skip

    def save() -> None:
        results["minutes"] = round((time.time() - begun) / 60, 1)
        (given.out / "planted.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

    for found in _cells(SIZES[:-1], given.seeds, given.large):
        results["cells"].append(found)
        save()
    results["beside"] = beside(given.beside, 20_000)
    save()
    results["peers"] = peers(given.peers, 20_000)
    save()
    for found in _cells(SIZES[-1:], given.seeds, given.large):
        results["cells"].append(found)
        save()


if __name__ == "__main__":
    main()
