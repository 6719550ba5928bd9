"""What is asked of a run: a metric, two windows and a filter. Every finding is a function of (run, query)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from analyst.core.errors import UsageProblem
from analyst.core.windows import Window

Metric = Literal["nps", "csat", "ces"]
METRICS: tuple[Metric, ...] = ("nps", "csat", "ces")
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Query:
    """`where` is a conjunction of dimension = value, sorted; empty means everybody. `survey` and `question` hold the
    answers to one survey and one of its questions; None where there is only one, or where all shall be mixed."""

    metric: Metric
    window: Window
    baseline: Window
    where: Where = ()
    survey: str | None = None
    question: str | None = None

    def within(self, extra: Where) -> Query:
        """The same question asked of a narrower group."""
        return replace(self, where=tuple(sorted({**dict(self.where), **dict(extra)}.items())))


def parse_where(texts: list[str]) -> Where:
    """`["plan=pro", "platform=android,country=DE"]` as a sorted conjunction.

    Raises UsageProblem for a part without `=` or a dimension named twice with different values.
    """
    found: dict[str, str] = {}
    for text in texts:
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            dimension, equals, value = part.partition("=")
            dimension, value = dimension.strip().lower(), value.strip()
            if not equals or not dimension or not value:
                raise UsageProblem(f"'{part}' is not a filter.", "Write it like plan=pro or platform=android.")
            if found.setdefault(dimension, value) != value:
                raise UsageProblem(
                    f"The filter asks for {dimension}={found[dimension]} and {dimension}={value} at once.",
                    "Give each dimension one value.",
                )
    return tuple(sorted(found.items()))


def where_text(where: Where) -> str:
    """`platform = android and app_version = 4.2.0`, or `everyone`."""
    return " and ".join(f"{dimension} = {value}" for dimension, value in where) or "everyone"
