"""One cell of a file as a plain value: emptiness, numbers, words, user ids.

Every function takes what a reader hands over (text from CSV, typed values from Parquet, Excel and JSON).
"""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any

_EMPTY = frozenset(
    {
        "", "-", "–", "—", "n/a", "#n/a", "na", "null", "none", "nan", "undefined", "nil", "[]", "{}",
        "0001-01-01t00:00:00z", "0001-01-01", "(empty)", "(blank)", "<na>", "nat",
    }
)  # fmt: skip
_TEXT_EMPTY = frozenset({"", "null", "nan", "undefined", "none", "#n/a", "<na>", "[]", "{}", "nat"})
# "10 - Extremely likely", "4 stars", "5/5", "3 (neutral)": the number leads, a word or its scale follows.
_NUMBER = re.compile(
    r"\s*([+-]?\d{1,12}(?:[.,]\d{1,9})?)\s{0,3}"
    r"(?:/\s{0,3}\d{1,3}|out of \d{1,3}|%|[-–—:(=|★]|stars?\b|sterne?\b|yıldız|estrellas?\b|p(?:oin)?ts?\b|$)",
    re.IGNORECASE,
)
_DAMAGED_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>]{1,200}@[^\s@<>]{1,200}\.[^\s@<>.]{2,63}")
_SPACES = re.compile(r"\s+")


def clean(value: Any) -> str | None:
    """The cell as trimmed text, or None when it is one of the ways people write "nothing"."""
    if value is None:
        return None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    else:
        text = value if isinstance(value, str) else str(value)
    text = text.strip()
    return None if len(text) <= 20 and text.casefold() in _EMPTY else text


def verbatim(value: Any) -> str | None:
    """A person's words, trimmed. "n/a" and "-" are kept: they are non-answers, not missing cells."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    return None if len(text) <= 9 and text.casefold() in _TEXT_EMPTY else text


def number(value: Any) -> float | None:
    """The number that a cell holds or begins with (`3`, `3,0`, `10 - Extremely likely`, `4 stars`), else None."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if value is None:
        return None
    text = str(value)
    try:
        found = float(text)
        return found if math.isfinite(found) else None
    except ValueError:
        match = _NUMBER.match(text)
        return float(match[1].replace(",", ".")) if match else None


def amount(value: Any) -> float | None:
    """A sum of money or seconds, with or without thousands separators and currency sign, else None."""
    if value is None or isinstance(value, int | float):
        return number(value)
    text = re.sub(r"[^\d,.\-]", "", str(value))
    if "," in text and "." in text:  # the last of the two is the decimal mark
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    elif "," in text:
        text = text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+", text) else text.replace(",", ".")
    return number(text)


def count(value: Any) -> int:
    """How often something happened: a whole number >= 0; yes/true count as 1, anything else as 0."""
    if value == "0" or value == "" or value is None:  # nearly every cell of such a column
        return 0
    if isinstance(value, str) and value.strip().casefold() in {"true", "yes", "y", "ja", "evet", "sí", "si"}:
        return 1
    found = number(value)
    return max(0, int(found)) if found is not None else 0


def truth(value: Any) -> bool | None:
    """A yes/no cell, or None."""
    text = (clean(value) or "").casefold()
    if text in {"true", "yes", "y", "1"}:
        return True
    return False if text in {"false", "no", "n", "0"} else None


def is_damaged_id(text: str) -> bool:
    """Whether a spreadsheet turned a long id into something like 1.03E+13 (the digits are lost)."""
    return _DAMAGED_ID.fullmatch(text) is not None


def user_key(value: Any) -> str | None:
    """A user id fit to be kept: as it is, or a lasting pseudonym where the id is an e-mail address.

    The pseudonym is the first 16 hex characters of the SHA-256 of the trimmed, lower-cased address, so that
    the same person has the same id in every file.
    """
    text = clean(value)
    if text is None:
        return None
    text = text[:300]
    return email_key(text) if "@" in text and _EMAIL.fullmatch(text) else text


def email_key(address: str) -> str:
    """The lasting pseudonym of an e-mail address."""
    return "user-" + hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:16]


def level(value: Any) -> str | None:
    """A segment value: one line, single spaces, at most 120 characters."""
    text = clean(value)
    return _SPACES.sub(" ", text)[:120] if text is not None else None


def neutralised(value: Any) -> str:
    """A cell that no spreadsheet will run as a formula when we write it to CSV."""
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
