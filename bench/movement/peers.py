"""wise-pizza on the planted weeks, in the environment of peers.txt. It is told how many causes there are (@k), or asked
for three. Prints one line of JSON.

    PEERS/bin/python -m bench.movement.peers SEEDS N SCENARIO...
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import time
import warnings
from statistics import median
from typing import Any

import pandas as pd

from bench.movement.scenarios import BY_NAME, Answers, Where, draw

MODES = (("totals", True), ("totals", False), ("split_fits", True))  # how, and whether told the number of causes


def named(answers: Answers, how: str, segments: int) -> list[Where]:
    """The segments that wise-pizza names for the change of the mean."""
    from wise_pizza import explain_changes_in_average

    dims = sorted(answers.values)
    table = pd.DataFrame({d: answers.values[d] for d in dims}).assign(total=answers.y, size=1.0, post=answers.post)
    summed = table.groupby([*dims, "post"], as_index=False)[["total", "size"]].sum()
    before, now = (summed[summed.post == when].drop(columns="post") for when in (False, True))
    found = explain_changes_in_average(
        before, now, dims=dims, total_name="total", size_name="size", min_segments=segments, max_segments=segments,
        min_depth=1, max_depth=2,
        how=how, verbose=0,
    )  # fmt: skip
    found = getattr(found, "s2", found)  # split_fits fits sizes (s1) and averages (s2) apart
    return [tuple(sorted((str(d), str(v)) for d, v in s["segment"].items())) for s in found.segments]


def measured(scenario_name: str, seeds: int, n: int) -> list[dict[str, Any]]:
    """One row per mode."""
    scenario, rows = BY_NAME[scenario_name], []
    for how, told in MODES:
        k = max(1, len(scenario.causes)) if told else 3
        hits = false = missed = any_named = failed = 0
        seconds = []
        for seed in range(seeds):
            answers = draw(scenario, n, seed)
            begun = time.process_time()
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    segments = named(answers, how, k)
            except Exception as error:  # a crash of the peer is a result about the peer
                sys.stderr.write(f"{scenario_name} {how}: {type(error).__name__}: {error}\n")
                failed += 1
                continue
            seconds.append(time.process_time() - begun)
            truth = set(scenario.causes)
            hits += len(truth & set(segments))
            false += len(set(segments) - truth)
            missed += len(truth - set(segments))
            any_named += bool(segments)
        done = seeds - failed
        rows.append({
            "scenario": scenario_name, "n": n, "runs": done, "failed": failed,
            "method": f"wise-pizza {how} @{'k' if told else '3'}",
            "f1": 2 * hits / (2 * hits + false + missed) if scenario.causes and done else None,
            "names_any": any_named / done if done else None,
            "seconds_median": median(seconds) if seconds else None,
        })  # fmt: skip
    return rows


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rows: list[dict[str, Any]] = []
    for name in sys.argv[3:]:
        rows += measured(name, int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(rows) + "\n")
