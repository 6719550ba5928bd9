"""Dates as the world writes them, read one column at a time.

A column has one order of day and month: any value above 12 decides it, otherwise the person is asked. A time
without a zone is read in the zone of the mapping or the workspace; an offset in the file is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
# (moment in UTC, the offset from UTC in minutes that it was written in); (None, None) when it is no date.
Moment = tuple[datetime | None, int | None]

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL = datetime(1899, 12, 30)  # day 0 of the 1900 date system, its false leap day included
_CLOCK = r"(?:[T,\s]\s{0,3}(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?\s?([ap]\.?m\.?)?)?"
_ZONE = r"\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_SPLIT = re.compile(r"(\d{1,2})([./\-])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK + _ZONE, re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})" + _CLOCK + _ZONE, re.IGNORECASE)
_WEEKDAY, _MONTH = r"(?:\w{3,10},?\s)?", r"([^\W\d]{3,10})"
_NAMED = re.compile(
    _WEEKDAY
    + r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s\-](?:de\s)?"
    + _MONTH
    + r"\.?,?[\s\-](?:de\s)?(\d{4})"
    + _CLOCK
    + _ZONE,
    re.IGNORECASE,
)
_NAMED_US = re.compile(_WEEKDAY + _MONTH + r"\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})" + _CLOCK + _ZONE, re.IGNORECASE)
_MONTHS = {
    name: index
    for index, names in enumerate(
        (
            "jan january januar jänner ene enero oca ocak janv janvier",
            "feb february februar febrero şub şubat févr février",
            "mar march mär märz maerz marzo mart mars",
            "apr april abr abril nis nisan avr avril",
            "may mai mayo mayıs",
            "jun june juni junio haz haziran juin",
            "jul july juli julio tem temmuz juil juillet",
            "aug august ago agosto ağu ağustos août",
            "sep sept september septiembre eyl eylül septembre",
            "oct october okt oktober octubre eki ekim octobre",
            "nov november noviembre kas kasım novembre",
            "dec december dez dezember dic diciembre ara aralık décembre",
        ),
        start=1,
    )
    for name in names.split()
}


@dataclass(frozen=True)
class OrderEvidence:
    """What the values of a column say of the order of day and month.

    `dmy` and `mdy` count the values that only one order can explain, `either` those that fit both.
    """

    dmy: int = 0
    mdy: int = 0
    either: int = 0

    def order(self) -> DateOrder | None:
        """The order that the column shows; None when nothing in it decides."""
        if self.dmy or self.mdy:
            return "dmy" if self.dmy >= self.mdy else "mdy"
        return None

    @property
    def undecided(self) -> bool:
        """Whether a person must be asked."""
        return bool(self.either) and not (self.dmy or self.mdy)


def order_told(value: Any) -> Literal["dmy", "mdy", "either"] | None:
    """What one cell says of the order of day and month; None for other forms of dates."""
    if not isinstance(value, str) or value[4:5] == "-":
        return None
    match = _SPLIT.fullmatch(value.strip())
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    # Dots are written by people who put the day first; am/pm goes with the American order.
    if first > 12 or (match[2] == "." and second <= 12):
        return "dmy"
    if second > 12 or match[8]:
        return "mdy"
    return "either" if first != second else None


def moment_reader(zone: tzinfo, order: DateOrder | None = None) -> Callable[[Any], Moment]:
    """A function from a cell to its moment; `zone` is where zone-less times were written."""
    utc = getattr(zone, "key", None) == "UTC" or zone is UTC
    dmy = order != "mdy"

    def settle(found: datetime) -> Moment:
        if found.tzinfo is None:
            if utc:
                found = found.replace(tzinfo=UTC)
                return (found, 0) if _FIRST <= found < _LAST else (None, None)
            found = found.replace(tzinfo=zone)
        offset = found.utcoffset()
        try:
            moment = found.astimezone(UTC)
        except (OverflowError, ValueError):
            return None, None
        if not _FIRST <= moment < _LAST:
            return None, None
        return moment, int(offset.total_seconds() // 60) if offset is not None else None

    def read(value: Any) -> Moment:
        if isinstance(value, str):
            text = value.strip()
            if not text.isdigit() or len(text) == 8:
                try:
                    return settle(datetime.fromisoformat(text))
                except ValueError:
                    pass
            found = _parse(text, dmy)
            return settle(found) if found is not None else (None, None)
        if isinstance(value, datetime):
            return settle(value)
        if isinstance(value, date):
            return settle(datetime.combine(value, time()))
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = _from_number(float(value))
            return settle(found) if found is not None else (None, None)
        return None, None

    return read


def _parse(text: str, dmy: bool) -> datetime | None:
    try:
        return _from_number(float(text))
    except ValueError:
        pass
    if len(text) > 60:
        return None
    if match := _SPLIT.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if dmy else (second, first)
        return _assemble(year + 2000 if year < 100 else year, month, day, match.groups()[4:])
    if match := _YEAR_FIRST.fullmatch(text):
        return _assemble(int(match[1]), int(match[2]), int(match[3]), match.groups()[3:])
    if match := _NAMED.fullmatch(text):
        return _assemble(int(match[3]), _MONTHS.get(match[2].casefold(), 0), int(match[1]), match.groups()[3:])
    if match := _NAMED_US.fullmatch(text):
        return _assemble(int(match[3]), _MONTHS.get(match[1].casefold(), 0), int(match[2]), match.groups()[3:])
    if text.endswith((" UTC", " GMT")):
        try:
            return datetime.fromisoformat(text[:-4]).replace(tzinfo=UTC)
        except ValueError:
            return None
    return None


def _assemble(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime | None:
    hour, minute, second, half, zone = (*clock, None)[:5]
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    try:
        found = datetime(year, month, day, hours, int(minute or 0), int(second or 0))
    except ValueError:
        return None
    if not zone:
        return found
    if zone[0] not in "+-":
        return found.replace(tzinfo=UTC)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    try:
        return found.replace(tzinfo=timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes)))
    except ValueError:
        return None


def _from_number(value: float) -> datetime | None:
    """Epoch seconds, milliseconds or microseconds by magnitude, an Excel serial, or YYYYMMDD."""
    if value != value:
        return None
    if 20_000 <= value < 80_000:
        # Excel keeps 15 digits: round to the second, or 08:00 becomes 07:59:59.999.
        return _SERIAL + timedelta(seconds=round(value * 86400))
    if 19_700_101 <= value <= 22_000_101 and value == int(value):
        try:
            return datetime.strptime(str(int(value)), "%Y%m%d")
        except ValueError:
            return None
    if value < 1e8:
        return None
    scale = 1 if value < 1e11 else 1e3 if value < 1e14 else 1e6 if value < 1e17 else 1e9
    try:
        return _EPOCH + timedelta(seconds=value / scale)
    except OverflowError:
        return None


def is_moment(value: Any) -> bool:
    """Whether a cell looks like a date in any known form."""
    if isinstance(value, str) and not re.search(r"\d", value):
        return False
    return moment_reader(UTC, "dmy")(value)[0] is not None or moment_reader(UTC, "mdy")(value)[0] is not None
