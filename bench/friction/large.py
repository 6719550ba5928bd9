"""A million exposures, one user with ten thousand sessions among them: seconds and memory of every question."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.query import Query
from analyst.core.runfolder import RunWriter, current_run
from analyst.core.tables import SIGNALS, TABLES, schema
from analyst.core.windows import parse_window, zone
from analyst.findings import (
    Funnel,
    Per,
    common_paths,
    funnel,
    join_coverage,
    screen_frictions,
    suggest,
    summary_ties,
    tap_counts,
    visit_counts,
    walk,
    week_counts,
)  # fmt: skip
from analyst.runs.counting import connect
from analyst.runs.frame import design_frame

SCREENS = ("Home", "Search", "Basket", "Payment", "Done", "Recipes", "Help", "Account")
STEPS = ("Home", "Search", "Basket", "Payment", "Done")
SESSIONS, EACH, HEAVY, USERS, ANSWERS = 200_000, 5, 10_000, 20_000, 5_000
FIRST, DAYS = datetime(2026, 10, 12, tzinfo=UTC), 35
LATE = datetime(2027, 1, 1, tzinfo=UTC)


def write_large(folder: Path, seed: int = 0) -> None:
    """Publish the run: 200,000 sessions of five exposures each, 10,000 of them one user's, and 5,000 answers."""
    import pyarrow as pa

    rng = np.random.default_rng(seed)
    first, span = int(FIRST.timestamp() * 1e6), DAYS * 86_400_000_000
    users = rng.integers(0, USERS, SESSIONS)
    users[:HEAVY] = 0
    started = first + rng.integers(0, span, SESSIONS)
    screens = np.array(SCREENS)[rng.integers(0, len(SCREENS), (SESSIONS, EACH))]
    count = SESSIONS * EACH
    signal = np.where(rng.random(count) < 0.15, np.array(SIGNALS)[rng.integers(0, 5, count)], "visit")
    of = np.repeat(np.arange(SESSIONS), EACH)
    answering = rng.integers(0, USERS, ANSWERS)
    answering[:100] = 0
    score = rng.integers(0, 11, ANSWERS).astype(float)
    ids, names = np.char.add("s", np.arange(SESSIONS).astype(str)), np.char.add("u", np.arange(USERS).astype(str))
    platforms = np.array(["ios", "android", "web"])
    cells: dict[str, dict[str, Any]] = {
        "responses": {
            "response_id": np.char.add("r", np.arange(ANSWERS).astype(str)), "kind": ["nps"] * ANSWERS, "score": score,
            "y": np.where(score >= 9, 100.0, np.where(score <= 6, -100.0, 0.0)), "user_id": names[answering],
            "submitted_at": first + rng.integers(0, span, ANSWERS), "seg_platform": platforms[answering % 3],
        },
        "sessions": {
            "session_id": ids, "user_id": names[users], "started_at": started, "seg_platform": platforms[users % 3],
            "duration_s": rng.lognormal(5, 0.8, SESSIONS), "screens": screens.tolist(),
        },
        "exposures": {
            "session_id": ids[of], "user_id": names[users][of], "screen": screens.ravel(), "signal": signal,
            "count": np.ones(count, dtype=int), "at": started[of] + rng.integers(0, 600_000_000, count),
        },
    }  # fmt: skip
    writer = RunWriter(folder, "large")
    for name in TABLES:
        shape, given = schema(name, ("platform",) if name in cells else ()), cells.get(name, {})
        rows = len(next(iter(given.values()))) if given else 0
        columns = [pa.array(given[f.name]).cast(f.type) if f.name in given else pa.nulls(rows, f.type) for f in shape]
        writer.write_table(name, pa.Table.from_arrays(columns, schema=shape))
    writer.write_vectors(np.zeros((0, 4)))
    writer.publish({"counts": {}})


def _peak_mb() -> float:
    """The process's highest memory. Linux hands the parent's peak on to getrusage, so its own file is asked first."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path) -> list[dict[str, Any]]:
    """Seconds of every question put to the run in `folder`, and the process's highest memory after it, in MB."""
    connection, utc = connect(current_run(folder)), zone("UTC")
    now, before = (parse_window(text, utc) for text in ("2026-11-09..2026-11-15", "2026-10-12..2026-11-08"))
    query = Query("nps", now, before)
    found: list[dict[str, Any]] = []

    def timed(name: str, ask: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        answer = ask()
        found.append({"question": name, "seconds": time.perf_counter() - begun, "peak_mb": _peak_mb()})
        return answer

    frame = timed("the design frame", lambda: design_frame(connection, query, join_days=14, until=LATE))
    visits = timed("visits by screen", lambda: visit_counts(connection, query, until=LATE))
    timed("friction by screen", lambda: screen_frictions(visits))
    timed("taps that look meant", lambda: tap_counts(connection, query, until=LATE))
    timed("week by week", lambda: week_counts(connection, query, "UTC", until=LATE))
    timed("the join with sessions", lambda: join_coverage(connection, frame, query, until=LATE, join_days=14))
    timed("what sessions tell of", lambda: summary_ties(connection, query, until=LATE))

    def counted(per: Per) -> Funnel:
        return funnel(walk(connection, query, STEPS, until=LATE, per=per))

    timed("a funnel of five screens per session", lambda: counted("session"))
    timed("a funnel of five screens per user", lambda: counted("user"))
    timed("a funnel suggested", lambda: suggest(common_paths(connection, query, until=LATE)))
    return found


if __name__ == "__main__":  # in a process of its own, so that its memory is that of reading alone
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]))))
