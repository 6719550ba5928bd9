"""Words before and between dates: since, before, from .. to, compared with."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from analyst.answers.asking.known import Known
from analyst.answers.asking.times import Time, span, to_today

_JOINS: tuple[tuple[str, str], ...] = (
    (r"\b(?:before (?:and|vs) after|after (?:and|vs) before|pre (?:and|vs|to) post|before (?:or|to) after) "
     r"DATE(\d+)\b", "around"),
    (r"\bDATE(\d+) (?:before and after|before vs after|pre and post)\b", "around"),
    (r"\b(?:between|from) DATE(\d+) (?:and|to|until|till|through|up to|thru) DATE(\d+)\b", "range"),
    (r"\bDATE(\d+) (?:to|until|till|through|thru) DATE(\d+)\b", "range"),
    (r"\b(?:ever since|since|starting|as of|from|after|following|post) (?:the )?DATE(\d+)(?: on| onwards| onward| "
     r"and after)?\b", "since"),
    (r"\b(?:before|prior to|until|till|up to|pre|ahead of) (?:the )?DATE(\d+)\b", "until"),
    (r"\b(?:in|on|during|over|for|within|throughout|at|of) (?:the |all of )?DATE(\d+)\b", "at"),
)  # fmt: skip
_VERSUS = re.compile(
    r"\b(?:compared (?:to|with)|than|vs|against|relative to) (?:it was |we had |in |on )?(?:the )?DATE0\b"
)
_JOINED = tuple((re.compile(pattern), role) for pattern, role in _JOINS)


def joined(text: str, found: list[Time], known: Known) -> tuple[tuple[Time, ...], str]:
    """Words before and between the dates (since, before, from .. to) worked into them; dates in order of words."""
    times = dict(enumerate(found))
    for pattern, role in _JOINED:
        for match in list(pattern.finditer(text)):
            first = int(match[1])
            if first not in times:
                continue
            time = times[first]
            if role == "range":
                if int(match[2]) not in times:
                    continue
                other = times[int(match[2])]
                if _two_periods(text, time, other):
                    text = text.replace(match[0], f"DATE{first} vs DATE{match[2]}")
                    continue
                times[first] = _ranged(time, times.pop(int(match[2])), match[0])
            else:
                times[first] = _placed(time, role, match[0], known)
            text = text.replace(match[0], f"DATE{first}")
    order = [int(n) for n in re.findall(r"\bDATE(\d+)\b", text) if int(n) in times]
    unique = list(dict.fromkeys(order))
    for new, old in enumerate(unique):
        text = re.sub(rf"\bDATE{old}\b", f"DATEX{new}", text)
    text = text.replace("DATEX", "DATE")
    ordered = [times[n] for n in unique]
    if len(ordered) == 1 and ordered[0].role == "at" and not ordered[0].earlier and _VERSUS.search(text):
        ordered = [replace(ordered[0], role="versus")]
    return tuple(ordered), text


_HALF_A_YEAR = timedelta(days=183)  # a range that ends so long before it begins is one over New Year
_CHANGED = re.compile(
    r"\b(?:chang|differ|compar|drop|fall|fell|rise|rose|mov|improv|wors|shift|swing|go|went|declin|increas|decreas"
    r"|gain|lost|lose)"
)


def _two_periods(text: str, one: Time, other: Time) -> bool:
    """Whether "between A and B" sets two periods side by side instead of naming the days from A to B."""
    same = one.unit == other.unit and one.unit in ("week", "month") and one.role != "since"
    return same and bool(_CHANGED.search(text))


def _ranged(one: Time, other: Time, said: str) -> Time:
    last = other.last
    if one.unit == other.unit == "day" and timedelta(0) < one.first - other.first < _HALF_A_YEAR:
        return replace(one, backwards=True, said=said)
    if other.first < one.first and other.first.replace(year=other.first.year + 1) >= one.first:
        last = last.replace(year=last.year + 1) if one.first.year == last.year else last
    made = span(one.first, max(last, one.last) if last >= one.first else one.last, said)
    readings = one.readings or other.readings
    return replace(made, readings=readings, future=one.future)


def _placed(time: Time, role: str, said: str, known: Known) -> Time:
    """`time` as the words before it place it. "From October" is October, "from 5 October" is since that day."""
    if role == "since":
        if (
            said.startswith("from")
            and time.unit != "day"
            and not time.event
            and not re.search("onwards?|and after", said)
        ):
            return time
        if said.startswith(("after", "following", "post")) and not time.event:
            time = replace(time, first=time.last + timedelta(days=1))
        return replace(to_today(time, known.today), future=time.future)
    if role == "until":
        first = min(known.first.values(), default=time.first)
        last = time.first - timedelta(days=1)
        if time.event:
            first = max(first, last - timedelta(days=27))
        return replace(span(min(first, last), last, time.said), role="until", event=time.event)
    if role == "around":
        return replace(to_today(time, known.today), role="around")
    return time
