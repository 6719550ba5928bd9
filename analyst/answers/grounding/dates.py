"""Dates, weeks, months and windows in a sentence, and whether a window is the one that is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_NUMBER_OF = {name: i + 1 for i, name in enumerate(_MONTHS)} | {name[:3]: i + 1 for i, name in enumerate(_MONTHS)}
_NUMBER_OF["sept"] = 9
_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_ONE = r"(?:\d{4}-?W\d{1,2}|\d{4}-\d{2}-\d{2}|\d{4}-\d{2})"
_SPOKEN = re.compile(
    rf"(?P<iso>\b{_ONE}(?:\s?(?:\.\.|to|-|–)\s?{_ONE})?(?![\w-]))"
    r"|(?P<week>\b(?:W(?=\d)|week (?:no\. )?)\d{1,2}(?:\s?(?:to|-|–)\s?W?\d{1,2})?\b(?:,? (?:of )?20\d\d\b)?)"
    rf"|(?P<day>\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_NAME}\b\.?(?:,? 20\d\d\b)?)"
    rf"|(?P<dayb>\b{_NAME}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?!\.\d|%)(?:,? 20\d\d\b)?)"
    rf"|(?P<month>\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    rf"December)\b(?: 20\d\d\b)?)"
    r"|(?P<quarter>\bQ[1-4](?: 20\d\d)?\b)"
    r"|(?P<year>\b20[2-4]\d\b(?!%| [a-z]*(?:answers|comments|responses|sessions|users|points|customers|people|"
    r"visits)))",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class When:
    """A stretch of days named in a sentence; `year` is None where it was not said (the days are then of year 4)."""

    first: date
    last: date
    start: int
    end: int
    dated: bool = True  # whether the year was said


def times_in(text: str) -> list[When]:
    """Every date, week, month or year in `text`, as first and last day."""
    found = []
    for match in _SPOKEN.finditer(text):
        if match.lastgroup == "month" and match.group().lower() == "may" and match.group() != "May":
            continue
        if (
            match.lastgroup == "month"
            and match.group() == "May"
            and not re.search(r"\b(?:in|of|during|since|to|from) $", text[: match.start()])
        ):
            continue
        span = _days(match)
        if span is not None:
            found.append(When(span[0], span[1], match.start(), match.end(), span[0].year != 4))
    return found


def _days(match: re.Match[str]) -> tuple[date, date] | None:
    said = match.group()
    try:
        if match.lastgroup == "iso":
            return window_days(re.sub(rf"({_ONE})\s?(?:\.\.|to|-|–)\s?({_ONE})", r"\1..\2", said))
        numbers = [int(digits) for digits in _DIGITS.findall(said)]
        year = next((n for n in numbers if n >= 2000), 4)
        if match.lastgroup == "week":
            weeks = [n for n in numbers if n < 2000]
            # a week without its year is compared by its number alone, which is kept as a day of the year 4
            return _week_days(year, weeks[0], weeks[-1])
        if match.lastgroup in ("day", "dayb"):
            day, month = numbers[0], _month_of(said)
            return date(year, month, day), date(year, month, day)
        if match.lastgroup == "month":
            return _month_days(year, _month_of(said))
        if match.lastgroup == "quarter":
            place = int(said[1])
            first = _month_days(year, 3 * place - 2)[0]
            return first, _month_days(year, 3 * place)[1]
        return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
    except ValueError:
        return None


def _week_days(year: int, first: int, last: int) -> tuple[date, date]:
    if year == 4:
        return date(4, 1, 1) + timedelta(days=first), date(4, 1, 1) + timedelta(days=last)
    return date.fromisocalendar(year, first, 1), date.fromisocalendar(year, last, 7)


def _month_of(said: str) -> int:
    word = re.search(_NAME, said, re.IGNORECASE)
    assert word is not None
    return _NUMBER_OF[word.group().lower().rstrip(".")]


def _month_days(year: int, month: int) -> tuple[date, date]:
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


@lru_cache(maxsize=512)
def window_days(label: str) -> tuple[date, date] | None:
    """First and last day of a window's label (2026-W46, 2026-10, 2026-11-09, or two of them joined by `..`)."""
    parts = [_label_days(part.strip()) for part in label.split("..")]
    if not parts or any(part is None for part in parts):
        return None
    first, last = parts[0], parts[-1]
    assert first is not None and last is not None
    return first[0], last[1]


def _label_days(label: str) -> tuple[date, date] | None:
    try:
        if week := re.fullmatch(r"(\d{4})-?W(\d{1,2})", label, re.IGNORECASE):
            return _week_days(int(week[1]), int(week[2]), int(week[2]))
        if month := re.fullmatch(r"(\d{4})-(\d{2})", label):
            return _month_days(int(month[1]), int(month[2]))
        day = date.fromisoformat(label)
        return day, day
    except ValueError:
        return None


def is_window(when: When, text: str, window: str) -> bool:
    """Whether the words at `when` name this window: the same days, or a month that it lies in, or one of its ends."""
    days = window_days(window)
    if days is None:
        return False
    first, last = days
    said = text[when.start : when.end].lower()
    if not when.dated:
        if said.startswith("w"):
            weeks = [int(n) for n in _DIGITS.findall(said)]
            return first.isocalendar().week == weeks[0] and last.isocalendar().week == weeks[-1]
        for year in {first.year, last.year}:
            try:
                begin, finish = when.first.replace(year=year), when.last.replace(year=year)
            except ValueError:
                continue
            if _fits(begin, finish, first, last):
                return True
        return False
    return _fits(when.first, when.last, first, last)


def _fits(begin: date, finish: date, first: date, last: date) -> bool:
    if (begin, finish) == (first, last):
        return True
    if begin == finish:  # a single day names a window by one of its ends
        return begin in (first, last)
    return (finish - begin).days >= 27 and begin <= first and last <= finish  # a month, quarter or year around it
