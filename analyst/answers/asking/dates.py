"""When a question is about: weeks, months, days, releases, in the ways people write them.

`read_dates` replaces what it understood by DATE0, DATE1, ... in the order of the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from analyst.answers.asking.events import event_at
from analyst.answers.asking.known import Known
from analyst.answers.asking.placing import joined
from analyst.answers.asking.times import Time, before, day, month, months_back, quarter, span, week
from analyst.answers.asking.words import taken

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat",
         "sunday sun"))
    for name in names.split()
}  # fmt: skip
_COUNTS = {
    "one": 1, "a": 1, "an": 1, "two": 2, "couple": 2, "couple of": 2, "a couple of": 2, "a couple": 2, "three": 3,
    "few": 3, "a few": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_M = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_D = "(" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_N = r"(\d{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_DD = r"(\d{1,2})(?:st|nd|rd|th)?"
_Y = r"(20\d\d)"
_LAST = r"(?:last|past|previous|prior|preceding|latest|most recent|recent)"
_THE = r"(?:the |our |my )?"

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

Maker = Callable[[re.Match[str], Known], Time | None]


def _date(year: int, number: int, of: int, said: str) -> Time | None:
    try:
        return day(date(year, number, of), said)
    except ValueError:
        return None


def _latest(number: int, of: int, known: Known, said: str) -> Time | None:
    """That day in the latest year in which it has begun."""
    this = _date(known.today.year, number, of, said)
    return this if this is None or this.first <= known.today else _date(known.today.year - 1, number, of, said)


def _latest_month(number: int, known: Known, said: str) -> Time:
    return month(known.today.year - (number > known.today.month), number, said)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word]


def _numeric(m: re.Match[str], known: Known) -> Time | None:
    """5/10 can be two days; 25/10, 10/25 and 05.10.2026 (day first with dots) are one."""
    one, sep, two, year = int(m[1]), m[2], int(m[3]), m[4]
    at = int(year) + (2000 if int(year) < 100 else 0) if year else None

    def made(number: int, of: int) -> Time | None:
        return _date(at, number, of, m[0]) if at else _latest(number, of, known, m[0])

    day_first, month_first = made(two, one), made(one, two)
    if sep == "." or day_first is None or month_first is None or one == two:
        return day_first if sep == "." else day_first or month_first
    both = tuple(f"{t.first.day} {t.first:%B %Y}" for t in (day_first, month_first))
    return replace(day_first, readings=both)


def _iso(m: re.Match[str], known: Known) -> Time | None:
    year, number, of = int(m[1]), int(m[2]), m[3]
    if not 1 <= number <= 12:
        return None
    return _date(year, number, int(of), m[0]) if of else month(year, number, m[0])


def _iso_week(m: re.Match[str], known: Known) -> Time | None:
    groups = m.groupdict()
    number = int(groups["week"])
    year = int(groups.get("year") or 0)
    for at in (year,) if year else (known.today.year, known.today.year - 1):
        try:
            monday = date.fromisocalendar(at, number, 1)
        except ValueError:
            continue
        if year or monday <= known.today:
            return week(monday, m[0])
    return None


def _weekday(m: re.Match[str], known: Known) -> Time:
    back = (known.today.weekday() - _DAYS[m[1]]) % 7 or 7
    found = day(known.today - timedelta(days=back), m[0])
    return replace(found, note=f"{m[0]} was taken as {found.first:%A} {_day(found.first)}")


def _units(m: re.Match[str], known: Known) -> Time:
    """The last N days, weeks, months: whole ones, the running one left out."""
    count, unit, today = _count(m[1]), m[2], known.today
    if unit.startswith("day"):
        return span(today - timedelta(days=count), today - timedelta(days=1), m[0])
    if unit.startswith("week"):
        monday = today - timedelta(days=today.weekday())
        if count == 1:
            return week(monday - timedelta(days=7), m[0])
        note = f"{m[0]} was taken as the {count} complete weeks before this one"
        return span(monday - timedelta(days=7 * count), monday - timedelta(days=1), m[0], note)
    count *= {"m": 1, "q": 3, "y": 12}[unit[0]]
    if count == 1:
        return month(*months_back(today, 1), m[0])
    first = month(*months_back(today, count), m[0]).first
    return span(first, today.replace(day=1) - timedelta(days=1), m[0])


def _ago(m: re.Match[str], known: Known) -> Time:
    count, unit, today = _count(m[1]), m[2], known.today
    if unit.startswith("day"):
        return day(today - timedelta(days=count), m[0])
    if unit.startswith("week"):
        return week(today - timedelta(days=7 * count), m[0])
    return month(*months_back(today, count * (12 if unit.startswith("y") else 1)), m[0])


def _period(m: re.Match[str], known: Known) -> Time | None:
    """this|last|next week|month|quarter|year|weekend."""
    which, unit, today = m[1], m[2], known.today
    step = {"this": 0, "current": 0, "the current": 0, "next": -1, "coming": -1, "upcoming": -1}.get(which, 1)
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        found = week(monday - timedelta(days=7 * step), m[0])
    elif unit == "weekend":
        # On a weekend day, "this weekend" is the one that is on; before it, the last one is meant.
        saturday = monday + timedelta(days=5 if step == 0 and today.weekday() >= 5 else -2 if step >= 0 else 5)
        found = span(saturday, saturday + timedelta(days=1), m[0])
    elif unit == "month":
        found = month(*months_back(today, step), m[0])
    elif unit == "quarter":
        year, number = months_back(today, 3 * step)
        found = quarter(year, (number - 1) // 3 + 1, m[0])
    else:
        found = span(date(today.year - step, 1, 1), date(today.year - step, 12, 31), m[0])
    found = replace(found, relative=unit in ("week", "month") and step >= 0)
    if step == 0 and unit != "weekend":
        return replace(found, note=f"{m[0]} is not over yet")
    return found


def _part_of_month(m: re.Match[str], known: Known) -> Time:
    part, whole = m[1], _latest_month(_MONTHS[m[2]], known, m[0])
    first, last = {
        "early": (1, 10), "start of": (1, 10), "beginning of": (1, 10), "first half of": (1, 15), "mid": (11, 20),
        "middle of": (11, 20), "second half of": (16, 31), "late": (21, 31), "end of": (21, 31),
    }[part.removeprefix("the ")]  # fmt: skip
    last = min(last, whole.last.day)
    note = f"{m[0]} was taken as {first}–{last} {whole.first:%B}"
    return span(whole.first.replace(day=first), whole.first.replace(day=last), m[0], note)


def _week_of_month(m: re.Match[str], known: Known) -> Time:
    whole = _latest_month(_MONTHS[m[2]], known, m[0])
    number = _ORDINALS.get(m[1], 0)  # 0: the last one
    if number == 0:
        return week(whole.last - timedelta(days=3), m[0])  # a week belongs to the month of its Thursday
    first_monday = whole.first + timedelta(days=(7 - whole.first.weekday()) % 7)
    return week(first_monday + timedelta(days=7 * (number - 1)), m[0])


def _days_of_month(number: int, one: int, two: int, year: str | None, known: Known, said: str) -> Time | None:
    at = int(year) if year else None
    ends = [_date(at, number, of, said) if at else _latest(number, of, known, said) for of in (one, two)]
    return span(ends[0].first, ends[1].first, said) if ends[0] and ends[1] else None


def _named_day(number: int, of: int, year: str | None, known: Known, said: str) -> Time | None:
    return _date(int(year), number, of, said) if year else _latest(number, of, known, said)


def _all_time(m: re.Match[str], known: Known) -> Time | None:
    """Everything there is, unless a time was named: "in October in total" is October."""
    if "DATE" in m.string:
        return None
    first = min(known.first.values(), default=known.today)
    return span(first, known.today, m[0])


def _year(m: re.Match[str], known: Known) -> Time:
    return span(date(int(m[1]), 1, 1), date(int(m[1]), 12, 31), m[0])


def _to_date(m: re.Match[str], known: Known) -> Time:
    today = known.today
    first = {
        "year": date(today.year, 1, 1),
        "month": today.replace(day=1),
        "quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
        "week": today - timedelta(days=today.weekday()),
    }[m[1]]
    return span(first, today, m[0])


def _earlier(m: re.Match[str], known: Known) -> Time:
    return Time(known.today, known.today, "span", m[0], earlier=True)


_RULES: tuple[tuple[str, Maker], ...] = (
    (r"\b(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\b", _iso),
    (r"\b(?P<year>\d{4})-?w(?P<week>\d{1,2})\b", _iso_week),
    (rf"\b{_THE}(?:calendar |iso )?(?:week|kw|cw|w) ?(?:number )?(?P<week>\d{{1,2}})(?: (?:of |in "
     rf")?(?P<year>20\d\d))?\b"
     r"(?! (?:week|month|day|quote|comment|theme|screen|fix))", _iso_week),
    (r"\b(?P<year>20\d\d) week (?P<week>\d{1,2})\b", _iso_week),
    (r"(?<![\d.v])(\d{1,2})([/.])(\d{1,2})[/.](20\d\d|\d\d)(?![\d.])", _numeric),
    (r"(?<![\d.v])(\d{1,2})(/)(\d{1,2})()(?![\d.])", _numeric),
    (rf"\b{_THE}week (?:of|starting|beginning|commencing|from) (?:the )?(?:{_D} )?{_M} {_DD}\b",
     lambda m, k: _week_at(_latest(_MONTHS[m[2]], int(m[3]), k, m[0]), m[0])),
    (rf"\b{_THE}week (?:of|starting|beginning|commencing|from) (?:the )?(?:{_D} )?{_DD} (?:of )?{_M}\b",
     lambda m, k: _week_at(_latest(_MONTHS[m[3]], int(m[2]), k, m[0]), m[0])),
    (rf"\b{_M} {_DD} (?:to|until|till|through|and) (?:the )?{_DD}(?: {_Y})?\b(?! {_M})",
     lambda m, k: _days_of_month(_MONTHS[m[1]], int(m[2]), int(m[3]), m[4], k, m[0])),
    (rf"\b(?:the )?{_DD} (?:to|until|till|through|and) (?:the )?{_DD} (?:of )?{_M}(?: {_Y})?\b",
     lambda m, k: _days_of_month(_MONTHS[m[3]], int(m[1]), int(m[2]), m[4], k, m[0])),
    (rf"\b(?:{_D} )?(?:the )?{_DD} (?:of )?{_M}(?: {_Y})?\b",
     lambda m, k: _named_day(_MONTHS[m[3]], int(m[2]), m[4], k, m[0])),
    (rf"\b(?:{_D} )?{_M} (?:the )?{_DD}(?: {_Y})?\b(?! (?:week|month|day|quote))",
     lambda m, k: _named_day(_MONTHS[m[2]], int(m[3]), m[4], k, m[0])),
    (rf"\b((?:the )?(?:early|mid|late|(?:start|beginning|middle|end|first half|second half) of)) {_M}\b",
     _part_of_month),
    (rf"\b(?:the )?(first|1st|second|2nd|third|3rd|fourth|4th|last) week (?:of|in) {_M}\b", _week_of_month),
    (rf"\b{_M} {_Y}\b", lambda m, k: month(int(m[2]), _MONTHS[m[1]], m[0])),
    (rf"\b(?:month of|{_LAST}|in|since|for|during|throughout|between|from|and|vs|than|to|of|after|before|until) "
     rf"(may|march)\b",
     lambda m, k: _latest_month(_MONTHS[m[1]], k, m[1])),
    (rf"\b(?:(?:the )?month of |{_LAST} (?=\w))?(?!may\b|mar\b|march\b|sat\b|sun\b){_M}\b",
     lambda m, k: _latest_month(_MONTHS[m[1]], k, m[0])),
    (r"\bq ?([1-4])(?: (?:of )?(20\d\d))?\b", lambda m, k: _quarter(int(m[1]), m[2], k, m[0])),
    (r"\b(?:the )?(first|second|third|fourth|1st|2nd|3rd|4th) quarter(?: (?:of )?(20\d\d))?\b",
     lambda m, k: _quarter(_ORDINALS[m[1]], m[2], k, m[0])),
    (r"\b(?:the )?day before yesterday\b", lambda m, k: day(k.today - timedelta(days=2), m[0])),
    (r"\byesterday\b", lambda m, k: replace(day(k.today - timedelta(days=1), m[0]), relative=True)),
    (r"\b(?:today|so far today)\b", 
     lambda m, k: replace(day(k.today, m[0]), note="today is not over yet", relative=True)),
    (r"\btomorrow\b", lambda m, k: replace(day(k.today + timedelta(days=1), m[0]), future=True)),
    (rf"\b(?:the )?(week|month|quarter) before (?:the )?{_LAST}(?: (?:one|week|month|quarter))?\b",
     lambda m, k: before(_period(_last(m[1]), k) or day(k.today, m[0]))),
    (rf"\b{_THE}{_LAST} {_N} (days?|weeks?|months?|quarters?|years?)\b", _units),
    (rf"\b{_N} (?:full |complete |whole )?(days?|weeks?|months?|years?) (?:ago|back|earlier)\b", _ago),
    (rf"\b(?:the )?{_LAST} (?:full |complete |whole |calendar )?(week|month|quarter|year|weekend)\b"
     r"(?! before)", lambda m, k: _period(_last(m[1]), k)),
    (r"\b(this|current|the current|next|coming|upcoming) (week|month|quarter|year|weekend)\b", _period),
    (r"\b(?:over |on |at )?(the) (weekend)\b", lambda m, k: _period(_last("weekend"), k)),
    (r"\b(year|month|quarter|week) to (?:date|today|now)\b", _to_date),
    (r"\b(?:(?:the |a )?(?:week|month|quarter|period|one|weeks|months) (?:right |just |immediately )?"
     r"(?:before(?: (?:that|it|this|then))?|prior|earlier|preceding it))(?! \w+ (?:release|launch))(?!\s(?:the"
     r"|DATE|last|v?\d|and after|after|vs after))\b",
     _earlier),
    (r"\b(?:the )?(?:(?:previous|prior|preceding) (?:period|one|weeks?))\b", _earlier),
    (rf"\b(?:on |this |{_LAST} )?{_D}\b(?! morning review)", _weekday),
    (r"\b(?:all ?time|of all time|since (?:the )?(?:beginning|start|launch day|day one|we started)|from the "
     r"(?:beginning|start)"
     r"|(?:in|for) the (?:whole|entire|full) (?:data ?set|data|history|period)|so far(?! today)|in total|ever so "
     r"far)\b",
     _all_time),
    (rf"\b(?:in |during |for |of |throughout |year ){_Y}\b", _year),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), maker) for pattern, maker in _RULES)


def _last(unit: str) -> re.Match[str]:
    """A match that says `last UNIT`."""
    found = re.match(r"(last) (\w+)", f"last {unit}")
    assert found
    return found


def _week_at(at: Time | None, said: str) -> Time | None:
    return week(at.first, said) if at else None


def _quarter(number: int, year: str | None, known: Known, said: str) -> Time:
    found = quarter(int(year) if year else known.today.year, number, said)
    return found if year or found.first <= known.today else quarter(known.today.year - 1, number, said)


def _day(of: date) -> str:
    return f"{of.day} {of:%b}"


def read_dates(text: str, known: Known) -> tuple[tuple[Time, ...], str]:
    """The stretches of time that `text` names, and the text with DATE0, DATE1, ... in their place."""
    found: list[Time] = []
    for pattern, maker in _COMPILED:
        start = 0
        while match := pattern.search(text, start):
            made = maker(match, known)
            if made is None:
                start = match.end()
                continue
            at = match.span(1) if match.lastindex and made.said == match[1] else match.span()
            text = taken(text, at, f"DATE{len(found)}")
            found.append(replace(made, future=made.first > known.today))
            start = 0
    while event := event_at(text, known):
        time, at = event
        text = taken(text, at, f"DATE{len(found)}")
        found.append(time)
    times, text = joined(text, found, known)
    return tuple(time for time in times if not _dates_event(time, times) and not _aside(time, times)), text


def _aside(time: Time, times: Sequence[Time]) -> bool:
    """Whether a coming day is only said along: "for tomorrow's meeting: why did it fall last week"."""
    return time.future and time.unit == "day" and time.role == "at" and any(not o.future for o in times)


def _dates_event(time: Time, times: Sequence[Time]) -> bool:
    """Whether `time` only says when a named event was: "the price change on 1 October", "in October"."""
    if time.event or time.role != "at" or time.unit not in ("day", "month"):
        return False
    return any(o.event and time.first <= o.first <= time.last for o in times)
