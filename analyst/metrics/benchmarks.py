"""Published reference points of a score, read from benchmarks.toml: where a score stands among others' scores.

They say less than a score's own direction: samples, countries and moments of asking differ between publishers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ALL = "all categories"
_WORD = re.compile(r"[a-z][a-z-]+")


@dataclass(frozen=True)
class ReferencePoint:
    """Others' scores in one category: `average`, and the quartiles over organisations where they are published (None
    where not), in points; `sample` says whose scores, `source` and `year` who published them when."""

    metric: str
    category: str
    average: float
    median: float
    sample: str
    source: str
    year: int
    lower: float | None = None
    upper: float | None = None
    includes: tuple[str, ...] = ()


@cache
def reference_points(metric: str) -> tuple[ReferencePoint, ...]:
    """What is published for `metric`, all categories first; empty where nothing comparable is."""
    text = files("analyst.metrics").joinpath("benchmarks.toml").read_text(encoding="utf-8")
    points = [{**plain, "includes": tuple(plain.get("includes", ()))} for plain in tomllib.loads(text)["point"]]
    return tuple(ReferencePoint(**plain) for plain in points if plain["metric"] == metric)


def reference_point(metric: str, category: str = "") -> ReferencePoint | None:
    """The point of the category that `category` names in any words, else that of all; None where nothing is
    published."""
    known = reference_points(metric)
    said = set(_WORD.findall(category.casefold()))
    for point in known:
        if category.casefold().strip() == point.category or said & set(point.includes):
            return point
    return next((point for point in known if point.category == ALL), None)
