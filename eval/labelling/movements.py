"""Writes the labelled movements of the company that ships, from what its makers know; the analysis has no part in it.

    python -m eval.labelling.movements

The class follows from the true change of the expected score and from the smallest change that so many answers can
show. The cause is the planted one whose own effect changed most between the two windows, where that is a point or more.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analyst.core.query import METRICS, Query, Where
from analyst.core.windows import Window, parse_window, previous, zone
from eval.companies.truth import CompanyTruth
from eval.measures.movement import smallest_visible, true_class
from eval.sets.lines import LABELLED, write_lines

SEED = 7
WEEKS = tuple(f"2026-W{number}" for number in range(39, 47))  # the first with four weeks before it is 2026-W39
GROUPS: tuple[Where, ...] = tuple(
    ((dimension, value),)
    for dimension, values in (
        ("platform", ("android", "ios", "web")),
        ("plan", ("free", "plus", "family")),
        ("country", ("GB", "US", "IE")),
        ("channel", ("organic", "social")),
    )
    for value in values
)
OTHERS = (("2026-10", "2026-09"), ("2026-W46", "2026-W45"), ("2026-W45", "2026-W44"), ("2026-10-05..2026-10-18", ""))
LEAST_EFFECT = 1.0  # points by which a planted cause's own effect must have changed to be called the main one


def asked() -> Iterator[Query]:
    """Every metric and group week by week against the four weeks before, and some other pairs of windows."""
    tz = zone("UTC")
    for label in WEEKS:
        window = parse_window(label, tz)
        for metric in METRICS:
            yield Query(metric, window, previous(window, tz, 4))
        for where in GROUPS:
            yield Query("nps", window, previous(window, tz, 4), where)
    for label, versus in OTHERS:
        window = parse_window(label, tz)
        baseline = parse_window(versus, tz) if versus else previous(window, tz, 4)
        for metric in METRICS:
            yield Query(metric, window, baseline)


def labelled(truth: CompanyTruth, causes: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row a movement, as eval/labelled/movements/README.md says."""
    for query in asked():
        change = truth.change(query)
        visible = smallest_visible(*truth.spreads(query)[0], *truth.spreads(query)[1])
        expected = true_class(change, visible)
        cause = _cause(query, causes) if expected != "still" else None
        where = dict(cause["where"]) if cause else {}
        own = {dimension: value for dimension, value in where.items() if (dimension, value) not in query.where}
        group = ",".join(f"{d}={v}" for d, v in query.where)
        name = f"{query.metric} {query.window.label} {query.baseline.label} {group}".strip()
        yield {
            "id": "m-" + hashlib.sha256(name.encode()).hexdigest()[:8],
            "metric": query.metric,
            "window": query.window.label,
            "baseline": query.baseline.label,
            "where": dict(query.where),
            "change": round(change, 2),
            "visible": round(visible, 2),
            "expected": expected,
            "main_where": own,
            "cause": cause["id"] if cause else None,
        }


def _cause(query: Query, causes: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The cause that may concern the group and whose effect changed most, if by a point of NPS or more."""
    asked_for = dict(query.where)
    possible = [c for c in causes if all(asked_for.get(d, v) == v for d, v in c["where"].items())]
    best = max(possible, key=lambda c: (abs(_moved(query, c)), c["id"]), default=None)
    return best if best is not None and abs(_moved(query, best)) >= LEAST_EFFECT else None


def _moved(query: Query, cause: Mapping[str, Any]) -> float:
    return _mean_effect(query.window, cause) - _mean_effect(query.baseline, cause)


def _mean_effect(window: Window, cause: Mapping[str, Any]) -> float:
    """The mean of the weekly effects, each week counted by its days in the window."""
    tz = zone("UTC")
    total = days = 0.0
    for label, effect in cause["effect_by_week"].items():
        week = parse_window(label, tz)
        shared = (min(week.end, window.end) - max(week.start, window.start)).total_seconds() / 86400
        if shared > 0:
            total, days = total + shared * effect, days + shared
    return total / days if days else 0.0


def write(folder: Path) -> None:
    """Write dev.jsonl and test.jsonl into `folder`; dev where the digits of the id, modulo 10, are below 4."""
    from analyst.sample import generate

    with tempfile.TemporaryDirectory(prefix="undertone-labelled-") as home:
        generate(Path(home) / "files", Path(home) / "truth", seed=SEED, scale=1.0)
        causes = json.loads((Path(home) / "truth" / "causes.json").read_text(encoding="utf-8"))
    rows = sorted(labelled(CompanyTruth(SEED, 1.0), causes), key=lambda row: str(row["id"]))
    for split in ("dev", "test"):
        write_lines(folder / f"{split}.jsonl", [row for row in rows if split_of(row["id"]) == split])


def split_of(labelled_id: str) -> str:
    """The split that an id of eight hexadecimal digits after a dash belongs to."""
    return "dev" if int(labelled_id.rsplit("-", 1)[-1], 16) % 10 < 4 else "test"


if __name__ == "__main__":
    write(LABELLED / "movements")
