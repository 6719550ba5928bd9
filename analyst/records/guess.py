"""Which column is which: by its header, then by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analyst.records.cells import clean, number
from analyst.records.dates import is_moment
from analyst.records.scores import kind_of
from analyst.records.synonyms import COLUMNS, PHRASES, plain

Sure = Literal["given", "sure", "likely", "unsure"]
# A table is of a type when it has all the columns of one of these sets; types are tried in this order. A bare `id`,
# `date` or `user id` tells nothing and only counts where nothing better is asked for.
_SIGNATURES: dict[str, tuple[frozenset[str], ...]] = {
    "sessions": tuple(
        frozenset({"session_id", other})
        for other in ("screen", "dwell_s", "rage_taps", "dead_taps", "duration_s", "summary", "replay_url")
    ),
    "events": (
        frozenset({"name", "at", "user_id"}),
        frozenset({"name", "at", "session_id"}),
        frozenset({"signal", "at"}),
    ),
    "tickets": (
        frozenset({"ticket_id", "created_at"}),
        frozenset({"ticket_id", "subject"}),
        frozenset({"subject", "status"}),
        frozenset({"subject", "priority"}),
    ),
    "customers": tuple(
        frozenset({who, what}) for who in ("user_id", "email") for what in ("signed_up_at", "mrr", "churned_at")
    ),
    "changes": (
        frozenset({"change_id", "at"}),
        frozenset({"kind", "title", "at"}),
        frozenset({"kind", "version", "at"}),
        frozenset({"version", "note", "at"}),
    ),
}
_TELLS_NOTHING = frozenset(
    {"id", "created at", "created", "title", "text", "amount", "name", "description", "date", "time", "timestamp", "at"}
)
_EVERYWHERE = frozenset({"at", "created_at", "user_id", "email", "platform", "version"})
_FRICTION = frozenset({"dwell_s", "rage_taps", "dead_taps", "screen"})
_COUNTED = _FRICTION - {"screen"} | {"duration_s", "summary", "ui_freezes", "crashes"}  # said of a whole session
_DATES = {"submitted_at", "started_at", "created_at", "at", "until", "signed_up_at", "churned_at"}


@dataclass(frozen=True)
class Mapped:
    """A column we use: our name, the file's header, how sure the match is."""

    canonical: str
    header: str
    sure: Sure


def detect_record(headers: Sequence[str]) -> str:
    """The record type that the headers point to; `responses` where nothing does."""
    names = {plain(header) for header in headers}
    answers = {c for c, words in COLUMNS["responses"].items() if names.intersection(words)}
    for record, signatures in _SIGNATURES.items():
        plainly = {c for c, words in COLUMNS[record].items() if names.intersection(words)}
        tellingly = {c for c, words in COLUMNS[record].items() if names.intersection(words) - _TELLS_NOTHING}
        if "score" in answers and not (record == "sessions" and plainly & _FRICTION):
            continue  # whatever else it has, it is a table of answers
        if record == "sessions" and not plainly & _COUNTED and _is_stream(names):
            continue  # one row an event, each with its session's id
        for signature in signatures:
            if signature <= plainly and signature & tellingly - _EVERYWHERE:
                return record
    return "responses"


def _is_stream(names: set[str]) -> bool:
    found = {c for c, words in COLUMNS["events"].items() if names.intersection(words) - _TELLS_NOTHING}
    return bool(found & {"name", "signal"} and names.intersection(COLUMNS["events"]["at"]))


def guess_columns(record: str, headers: Sequence[str], sample: Sequence[dict[str, Any]]) -> list[Mapped]:
    """The best column for each of our names; a header serves once.

    First exact synonyms (sure), then headers that contain one (likely), then, for responses, the contents
    (unsure): a column of dates, whole numbers from 0 to 10, the longest text.
    """
    values = {header: [row.get(header) for row in sample] for header in headers}
    names = {header: plain(header) for header in headers}
    tails = {header: plain(re.split(r"[.\[]", header)[-1].rstrip("]")) for header in headers}
    free = dict.fromkeys(header for header in headers if not names[header].startswith("attr "))
    found: list[Mapped] = []

    def take(canonical: str, header: str, sure: Sure) -> None:
        found.append(Mapped(canonical, header, sure))
        del free[header]

    table = COLUMNS[record]
    for exact in (True, False):
        for canonical, words in table.items():
            if any(mapped.canonical == canonical for mapped in found):
                continue
            for word in words:
                hits = [
                    h
                    for h in free
                    if _matches(names[h], tails[h], word, exact) and _fits(record, canonical, values[h], exact)
                ]
                if hits:
                    take(canonical, hits[0], "sure" if exact else "likely")
                    break
    for pattern, canonical in PHRASES.get(record, ()):
        if any(mapped.canonical == canonical for mapped in found):
            continue
        for header in list(free):
            if re.search(pattern, names[header]) and _fits(record, canonical, values[header], False):
                take(canonical, header, "likely")
                break
    if record == "responses":
        _by_content(found, free, values, take)
    return found


def _matches(name: str, tail: str, word: str, exact: bool) -> bool:
    if exact:
        return name == word
    if word in {"id", "at", "n", "user", "note", "time", "via", "name", "art", "tur", "start", "end", "page", "os"}:
        return tail == word and name != tail
    return tail == word or f" {word} " in f" {name} "


def _fits(record: str, canonical: str, values: list[Any], exact: bool) -> bool:
    """Whether a column's contents allow the meaning that its header suggests."""
    filled = [text for value in values if (text := clean(value)) is not None]
    if not filled:
        return exact
    if canonical in _DATES:
        return _share_of_dates(values) >= 0.5
    if canonical == "score":
        words = {text.casefold() for text in filled}
        return sum(number(text) is not None for text in filled) >= 0.5 * len(filled) or (exact and len(words) <= 30)
    if canonical == "text":
        return not all(number(text) is not None for text in filled) and _share_of_dates(values) < 0.9
    if canonical == "kind" and record == "responses":
        return sum(kind_of(text) is not None for text in filled) >= 0.5 * len(filled)
    if canonical in {"user_id", "id"} and not exact:
        return max(map(len, filled)) <= 80
    return True


def _share_of_dates(values: list[Any]) -> float:
    filled = [value for value in values if clean(value) is not None][:100]
    return sum(is_moment(value) for value in filled) / len(filled) if filled else 0.0


def _by_content(found: list[Mapped], free: dict[str, None], values: dict[str, list[Any]], take: Any) -> None:
    have = {mapped.canonical for mapped in found}
    if "submitted_at" not in have:
        dated = [h for h in free if _share_of_dates(values[h]) >= 0.8]
        if dated:
            take("submitted_at", dated[0], "unsure")
    if "score" not in have:
        scored = [h for h in free if _is_score(values[h])]
        if scored:
            take("score", scored[0], "unsure")
    if "text" not in have:
        lengths = {h: _text_length(values[h]) for h in free}
        longest = max(lengths, key=lambda h: lengths[h], default=None)
        if longest is not None and lengths[longest] >= 12:
            take("text", longest, "unsure")


def _is_score(values: list[Any]) -> bool:
    """Whole numbers from 0 to 10 in nearly every filled cell, at least three different ones."""
    filled = [number(value) for value in values if clean(value) is not None]
    whole = [value for value in filled if value is not None and value.is_integer() and 0 <= value <= 10]
    return len(whole) >= max(3, 0.95 * len(filled)) and len(set(whole)) >= 3 and max(whole) >= 2


def _text_length(values: list[Any]) -> float:
    """Mean length of the filled cells of a column of sentences; 0 for codes, numbers, dates and links."""
    filled = [text for value in values if (text := clean(value)) is not None]
    if not filled or _share_of_dates(filled) > 0.5:
        return 0.0
    spaced = sum(" " in text for text in filled)
    if spaced < 0.3 * len(filled) and not any(len(text) > 60 and not text.startswith("http") for text in filled):
        return 0.0
    return sum(map(len, filled)) / len(filled)
