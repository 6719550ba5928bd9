"""How long an answer takes in a warm process, and how well the search finds.

    python -m bench.asking.run [--workspace DIR] [--small DIR] [--questions 208] [--only ask|search|found]

The workspace holds the sample company at more than 100,000 opinions (made in DIR unless it is there), the small one the
company as it ships, whose truth the search is measured against. One process, as a server holds it: the run, its search
and its encoder are open. Three tables: a question whose findings nobody asked for before (everything kept is dropped
before each one; every intent over many weeks and groups), the labelled questions as people write them, one after the
other after the process prepared itself, and those once more. CPU seconds stand beside seconds: on a machine that does
other work as well, only they compare.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.asking.questions import TOPICS, as_people_ask, questions
from bench.asking.varied import all_different
from bench.asking.workspace import LARGE, made
from bench.main_job import machine

if TYPE_CHECKING:
    from analyst.answers.warm import Warm

RESULTS = Path(__file__).resolve().parent / "results"
DEV = Path(__file__).resolve().parents[2] / "eval" / "labelled" / "questions" / "dev.jsonl"
MIX_P95_MS = 300.0
SEARCH_P95_MS = 100.0


def main() -> None:
    """Measure and write results/asking.json and .md."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--workspace", type=Path, default=Path(tempfile.gettempdir()) / "undertone-asking")
    asked.add_argument("--small", type=Path, default=Path(tempfile.gettempdir()) / "undertone-asking-small")
    asked.add_argument("--questions", type=int, default=208)
    asked.add_argument("--only", nargs="*", choices=["ask", "search", "found"], default=["ask", "search", "found"])
    asked.add_argument("--out", type=Path, default=RESULTS)
    given = asked.parse_args()
    file = given.out / "asking.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    about = {"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    if "found" in given.only:
        results["found"] = about | {"ways": _found(made(given.small, 1.0))}
    if "search" in given.only:
        results["search"] = about | _search(_warm(made(given.workspace, LARGE)))
    if "ask" in given.only:
        results["ask"] = about | _ask(
            _warm(made(given.workspace, LARGE)),
            [question for _, question in questions(given.questions)],
            as_people_ask(DEV)[: given.questions],
        )
    given.out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    from bench.asking.report import markdown

    (given.out / "asking.md").write_text(markdown(results), encoding="utf-8")


def _warm(folder: Path) -> Warm:
    from analyst.answers.warm import Warm
    from analyst.core.clock import fixed_clock
    from analyst.core.settings import load_settings

    # The Monday after the company's last week: the questions say "last week".
    return Warm(load_settings(workspace=folder), fixed_clock(datetime(2026, 11, 16, 8, tzinfo=UTC)))


def _found(folder: Path) -> dict[str, Any]:
    from bench.asking.found import measure

    return measure(_warm(folder).run().view, folder / "sample-truth")


def _search(warm: Warm) -> dict[str, Any]:
    """Searches over everything, over a month and over a group: each text is new to the process."""
    run = warm.run()
    run.search.search("anything")  # loads
    month = _query(run.view, "2026-10")
    group = month.within((("platform", "android"),))
    times: list[tuple[str, float, float]] = []
    for place, topic in enumerate(TOPICS):
        for where, query in (("everything", None), ("a month", month), ("a group's month", group)):
            for words in (f"{topic} again and again", f"problems with {topic} number {place}"):
                times.append((where, *_timed(lambda t=f"{words} {where}", q=query: run.search.search(t, query=q))))  # type: ignore[misc]
    shelf, many = run.search.shelf, all_different(run.view)
    for place, topic in enumerate(TOPICS):
        for words in (f"{topic} again and again", f"problems with {topic} number {place}"):
            times.append(("everything, all different", *_timed(lambda t=words: many.search(t))))  # type: ignore[misc]
    return {"opinions": shelf.n, "distinct_texts": len(shelf.texts), **_summary(times)}


def _query(view: Any, month: str) -> Any:
    from analyst.runs.view import WindowChoice, choose_query

    return choose_query(view, "nps", WindowChoice(month=month))


def _ask(warm: Warm, mixed: Sequence[str], people: Sequence[str]) -> dict[str, Any]:
    from analyst.answers.ask import ask

    begun = time.perf_counter()
    run = warm.run()
    opened = time.perf_counter() - begun
    run.prepare([])

    def one(question: str) -> Any:
        with run.lease() as lease:
            return ask(question, lease.view, gather=lease.gather, search=lease.search, meanings=lease.meanings)

    def all_of(asked: Sequence[str], before: Callable[[], None]) -> list[tuple[str, float, float]]:
        times = []
        for place, question in enumerate(asked):
            before()
            seconds, cpu = _timed(lambda q=question: kept.append(one(q)))  # type: ignore[misc]
            answer = kept.pop()
            name = str(answer.intent or answer.kind)
            times.append((name, seconds, cpu))
            if place % 20 == 0:
                sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {place} of {len(asked)}\n")
        return times

    kept: list[Any] = []
    first = all_of(mixed, run.forget)
    run.forget()
    begun = time.perf_counter()
    run.prepare()
    prepared = time.perf_counter() - begun
    day = all_of(people, lambda: None)
    again = all_of(people, lambda: None)
    counts = run.view.run.manifest["counts"]
    return {
        "opinions": counts["opinions"], "responses": counts["responses"], "sessions": counts["sessions"],
        "questions": len(mixed), "people": len(people), "opened_s": round(opened, 2), "prepared_s": round(prepared, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "first": _summary(first), "day": _summary(day), "again": _summary(again),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """(seconds, CPU seconds of the whole process) of `work`."""
    begun, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - spent


def _summary(times: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    """p50, p95 and max in milliseconds, over all and by name; of seconds and of CPU seconds."""
    by_name: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, seconds, cpu in times:
        by_name[name].append((seconds, cpu))
    every = [(seconds, cpu) for _, seconds, cpu in times]
    return {"all": _quantiles(every), "by": {name: _quantiles(rows) for name, rows in sorted(by_name.items())}}


def _quantiles(rows: Sequence[tuple[float, float]]) -> dict[str, float]:
    import numpy as np

    found: dict[str, float] = {"n": len(rows)}
    for at, name in ((0, "ms"), (1, "cpu_ms")):
        values = np.array([row[at] for row in rows]) * 1000
        found |= {f"p50_{name}": round(float(np.quantile(values, 0.5)), 1)}
        found |= {
            f"p95_{name}": round(float(np.quantile(values, 0.95)), 1),
            f"max_{name}": round(float(values.max()), 1),
        }
    return found


if __name__ == "__main__":
    main()
