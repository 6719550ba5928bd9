"""Runs of an evaluation made by hand, for the tests of what is done with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from eval.results import Measure, Row, value
from eval.runs import EvalRun

GOOD = Measure("good", "share of what is right")
BAD = Measure("bad", "share of what is wrong", "lower")
RIVAL = Measure("pool: size", "by size", reference=True)


def made(good: Sequence[float], bad: Sequence[float] = (), split: str = "dev", **more: Sequence[float]) -> EvalRun:
    """A run of the suite `toy`: one row a value, each its own cluster."""
    columns: Mapping[str, Sequence[float]] = {"good": good, "bad": bad, **more}
    rows = [
        Row(
            "toy",
            "ranking",
            f"r{i:02d}",
            f"c{i:02d}",
            {name.replace("_", ": "): value(column[i]) for name, column in columns.items() if i < len(column)},
            {"ranking": ["a", "b"]},
            split,
        )
        for i in range(len(good))
    ]
    return EvalRun(tuple(rows), {"toy": (GOOD, BAD, RIVAL)}, {"command": "made", "splits": [split]})


NAN = math.nan
