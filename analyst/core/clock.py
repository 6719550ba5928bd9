"""The one place that asks for the time, so that tests and `--now` can hold it still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """A clock that always shows `moment` (taken as UTC when it carries no zone)."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda: aware.astimezone(UTC)
