"""Words that count from now ("last week") where the last answers are older than that: the last such days that have any.

A named week or date without answers stays without; "last week" asked of data that ended earlier means its last week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from analyst.answers.asking.known import Known
from analyst.answers.asking.times import Time, before, day, month, week
from analyst.answers.asking.understood import days_text
from analyst.answers.wording import METRIC_NAMES
from analyst.core.query import Metric

_KINDS = {"week": "week", "month": "month", "day": "day"}


def with_answers(times: Sequence[Time], metrics: Sequence[Metric], known: Known) -> tuple[Time, ...]:
    """`times` with every relative week, month or day after the last answer moved back to the last one that has answers.

    Two of one kind move together, so that "this week against last week" stays two weeks. The last answer is that of
    the first metric named, else of any; without one nothing is moved.
    """
    metrics = [metric for metric in metrics if metric in known.last]
    named = [known.last[metric] for metric in metrics]
    last = named[0] if named else max(known.last.values(), default=None)
    if last is None:
        return tuple(times)
    back = {unit: _steps_back(times, unit, last) for unit in _KINDS}
    of = f"{METRIC_NAMES[metrics[0]]} " if named else ""
    return tuple(
        _moved(time, back[time.unit], last, of) if _counts(time) and back[time.unit] else time for time in times
    )


def _counts(time: Time) -> bool:
    return time.relative and time.unit in _KINDS


def _steps_back(times: Sequence[Time], unit: str, last: date) -> int:
    """How many weeks, months or days the latest relative one of this kind lies after the one that holds `last`."""
    starts = [time.first for time in times if _counts(time) and time.unit == unit]
    if not starts or max(starts) <= last:
        return 0
    latest = max(starts)
    if unit == "month":
        return (latest.year - last.year) * 12 + latest.month - last.month
    target = week(last, "").first if unit == "week" else last
    return (latest - target).days // (7 if unit == "week" else 1)


def _moved(time: Time, steps: int, last: date, of: str) -> Time:
    found = time
    for _ in range(min(steps, 10_000)):
        found = _earlier(found)
    told = (
        f"There are no {of}answers {'on' if time.days == 1 else 'from'} {days_text(time.first, time.last)}; the last "
        f"{time.unit} that has answers is {days_text(found.first, found.last)}, so this is about that {time.unit}"
    )
    if found.first > last or found.last < last:  # the other of two: it went along, and holds what it holds
        told = f"For “{time.said}” {days_text(found.first, found.last)} was taken"
    return replace(found, role=time.role, said=time.said, note=told, instead=told)


def _earlier(time: Time) -> Time:
    if time.unit == "day":
        return day(date.fromordinal(time.first.toordinal() - 1), time.said)
    if time.unit == "month":
        return month(before(time).first.year, before(time).first.month, time.said)
    return before(time)
