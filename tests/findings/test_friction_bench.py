"""The committed measurement of friction, links and funnels holds what the docs say; a few seeds agree with it."""

import json
from pathlib import Path

from bench.friction.planted import KINDS, called_false, leak_run, link_run

FOUND = json.loads((Path("bench/friction/results/friction.json")).read_text(encoding="utf-8"))


def test_the_committed_results_hold() -> None:
    assert FOUND["seeds"] >= 200
    assert all(row["called_false"] <= 0.05 for row in FOUND["taps"] if not row["meant"])
    assert max(row["called_false"] for row in FOUND["taps"] if row["meant"]) >= 0.7
    for row in FOUND["links"]:
        assert row["found"] >= 0.95 and row["covers"] >= 0.9 and row["windows_with_false"] <= 0.12
        assert row["false_each_unadjusted"] > 50 * row["false_each"]
    assert all(row["funnels_with_false"] <= 0.1 for row in FOUND["leaks"])
    assert all(row["covers"] >= 0.9 for row in FOUND["leaks"] if row["covers"] is not None)


def test_a_few_seeds_agree() -> None:
    meant, *angry = KINDS
    assert sum(called_false(meant, 3200, seed) for seed in range(20)) >= 10
    assert sum(called_false(kind, 3200, seed) for kind in angry for seed in range(10)) <= 3
    links = [link_run(seed, 2000, "activity", 4.0) for seed in range(5)]
    assert sum(run.found for run in links) >= 4 and sum(run.false_ours for run in links) <= 2
    assert all(leak_run(seed, 3200, 0.4).found for seed in range(5))
