"""Whom a plan is about: one filter, or two that are set side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyst.answers.asking.reading import Read
from analyst.answers.asking.values import Named, by_dimension
from analyst.core.query import Where

_REST = re.compile(
    r"\b(?:vs|than|with|to|against|from|and) (?:the |all |our )*(?:rest|others?|everyone(?: else)?|everybody(?: "
    r"else)?|average|all users|all customers"
    r"|everyone|other (?:users|customers|people|plans?|platforms?|countries|versions?|groups?))\b|\bthan (?:the "
    r")?(?:average|others)\b"
)


@dataclass(frozen=True)
class Sides:
    """`where` is the filter (of the first side), `other` that of the second side, `shared` what both share.

    `several` is set where three or more values of one dimension stand side by side, `many` where more than one does;
    `rest` where the other side is everybody; `note` says what was assumed.
    """

    where: Where
    shared: Where
    other: Where | None = None
    several: bool = False
    many: bool = False
    rest: bool = False
    note: str = ""


def sides_of(named: Sequence[Named], read: Read) -> Sides:
    """The groups that the question names, put together: values of different dimensions narrow each other, two values
    of one dimension are two sides."""
    held = by_dimension(named)
    single = tuple(sorted((d, values[0].value) for d, values in held.items() if len(values) == 1))
    double = {d: [value.value for value in values] for d, values in held.items() if len(values) > 1}
    if not double:
        if _REST.search(read.text) and single:
            return Sides(single, (), (), rest=True, note="the other side is everybody else")
        return Sides(single, single)
    dimension, values = next(iter(double.items()))
    crossed = _crossed(named, read)
    if crossed:
        return Sides(crossed[0], (), crossed[1], many=True)
    if len(values) > 2 or len(double) > 1:
        note = f"groups were set side by side by {dimension.replace('_', ' ')}"
        return Sides(single, single, several=True, many=True, note=note)
    first, second = (tuple(sorted((*single, (dimension, value)))) for value in values)
    return Sides(first, single, second, many=True)


def _crossed(named: Sequence[Named], read: Read) -> tuple[Where, Where] | None:
    """Two sides that each have two conditions: "android free vs ios plus"."""
    match = re.search(r"\b(?:vs|compared (?:to|with)|than|against)\b", read.text)
    if not match:
        return None
    before, after = read.text[: match.start()], read.text[match.end() :]
    places = [set(map(int, re.findall(r"\bVALUE(\d+)\b", part))) for part in (before, after)]
    if not all(len(part) > 1 for part in places) or any(n >= len(named) for part in places for n in part):
        return None
    one, two = (tuple(sorted((named[n].dimension, named[n].value) for n in part)) for part in places)
    return one, two
