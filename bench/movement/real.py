"""Real movements and real sizes: 22 February 2015 by airline, and the seconds of `why` on nine dimensions.

    python -m bench.movement.real          writes results/real.json

The tweets are read from UNDERTONE_PUBLIC_DATA and left out where they are absent; their texts are
not used. Sentiment stands in for a score: +100 positive, 0 neutral, -100 negative.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.query import Query, where_text
from analyst.core.windows import Window
from analyst.findings import Movement, theme_view, why
from analyst.runs.frame import DesignFrame
from bench.main_job import machine, public_data
from bench.movement.measure import QUERY, frame_of
from bench.movement.scenarios import Answers, draw_scores

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = (3, 5, 8, 6, 20, 3, 4, 2, 5)  # levels of the nine dimensions of the sample company


def told(found: Movement) -> dict[str, Any]:
    """The movement in figures."""
    change = found.change
    return {
        "verdict": found.verdict,
        "how": found.how,
        "n": change.n if change else 0,
        "now": found.current.value if found.current else None,
        "before": found.before.value if found.before else None,
        "change": change.value if change else None,
        "interval": [change.low, change.high] if change else None,
        "checked": found.checked,
        "segments": [
            {
                "where": where_text(s.where),
                "effect": s.effect.value,
                "interval": [s.effect.low, s.effect.high],
                "share": s.share,
                "own_change": s.change.value if s.change else None,
                "p_family": s.p_family,
                "shrunken": s.shrunken,
            }
            for s in found.segments
        ],
        "ledger": [
            {"kind": t.kind, "label": t.label, "points": t.points, "low": t.low, "high": t.high} for t in found.ledger
        ],
    }


def airlines(file: Path) -> dict[str, Any]:
    """Sunday 22 February 2015 (a storm closed airports) against the five days before, by airline and time zone; the
    hand-labelled reasons of complaint are the themes."""
    import pyarrow.parquet as pq
    from scipy import sparse

    table = pq.read_table(file, columns=["date", "sentiment", "brand", "timezone_segment", "labels"]).to_pydict()
    days = np.array([d.toordinal() for d in table["date"]])
    sunday = datetime(2015, 2, 22).toordinal()
    rows = np.flatnonzero((days <= sunday) & (days >= sunday - 5))
    points = {"positive": 100.0, "neutral": 0.0, "negative": -100.0}
    y = np.array([points[table["sentiment"][i]] for i in rows])
    values = {
        "airline": np.array([table["brand"][i] or "(missing)" for i in rows]),
        "time_zone": np.array([table["timezone_segment"][i] or "(missing)" for i in rows]),
    }
    n = len(rows)
    nothing = np.zeros(n)
    answers = Answers(y, days[rows] == sunday, np.arange(n), days[rows], values, nothing, nothing, {})
    frame = frame_of(answers)
    names = sorted({label for i in rows for label in table["labels"][i]})
    met = np.array([[name in table["labels"][i] for name in names] for i in rows], dtype=float)
    frame = replace(
        frame, theme_ids=tuple(names), mentions=sparse.csr_matrix(met), commented=np.ones(n, dtype=bool),
        negative=sparse.csr_matrix(met),
    )  # fmt: skip
    utc = datetime(2015, 2, 22, tzinfo=UTC)
    window = Window("2015-02-22", utc, datetime(2015, 2, 23, tzinfo=UTC), "span")
    query = Query("nps", window, Window("2015-02-17..2015-02-21", datetime(2015, 2, 17, tzinfo=UTC), utc, "span"))
    view = theme_view(frame, {})
    assert view is not None
    terms = [
        {"label": t.label, "share": t.share, "share_before": t.share_before, "more": t.more, "hurts": t.hurts}
        for t in view.terms[:5]
    ]
    return {**told(why(frame, query)), "answers_now": int(frame.post.sum()), "themes": terms}


def wide(n: int, seed: int = 0) -> DesignFrame:
    """`n` answers with nine independent dimensions of the sample company's sizes, one segment fallen by 40. Independent
    levels are the worst case: real ones repeat each other and leave far fewer cells."""
    rng = np.random.default_rng(seed)
    values = {}
    for at, size in enumerate(SIZES):
        share = 1 / np.arange(1, size + 1)
        values[f"d{at}"] = np.array([f"v{i}" for i in range(size)])[rng.choice(size, n, p=share / share.sum())]
    post = np.arange(n) >= n // 2
    shift = -40.0 * (post & (values["d0"] == "v0") & (values["d6"] == "v0"))
    y = draw_scores(30 + shift, rng)
    return frame_of(Answers(y, post, np.arange(n), np.zeros(n, dtype=np.int64), values, shift, 30 + shift, {}))


def seconds() -> list[dict[str, Any]]:
    """Processor seconds of `why` on nine dimensions; one process, one thread where OMP_NUM_THREADS=1."""
    rows = []
    for n in (20_000, 200_000):
        taken, found = [], None
        for seed in range(3):
            frame = wide(n, seed)
            begun = time.process_time()
            found = why(frame, QUERY)
            taken.append(time.process_time() - begun)
        assert found is not None
        rows.append({
            "n": n, "dimensions": len(SIZES), "checked": found.checked, "seconds": sorted(taken),
            "found": [where_text(s.where) for s in found.segments],
        })  # fmt: skip
    return rows


def main() -> None:
    """Measure and write."""
    data = public_data()
    results: dict[str, Any] = {"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "seconds": seconds()}
    file = data / "airline_tweets.parquet" if data else None
    results["airlines"] = airlines(file) if file and file.exists() else None
    if results["airlines"] is None:
        sys.stderr.write("The airline tweets were left out: set UNDERTONE_PUBLIC_DATA to the folder that holds them.\n")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "real.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
