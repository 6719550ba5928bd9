"""A row into a record, or into the reason why not. One function a record type; nothing here touches the store."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from analyst.records.cells import amount, clean, count, email_key, is_damaged_id, level, number, user_key, verbatim
from analyst.records.dates import Moment, moment_reader
from analyst.records.outcome import Refused, Warnings
from analyst.records.readers import Row
from analyst.records.reading import ID_COLUMN, Reading
from analyst.records.redaction import Redactor
from analyst.records.scores import Scale, kind_of, parse_scale
from analyst.records.streams import ELEMENT, is_tap
from analyst.records.types import Change, ChangeKind, Customer, Event, Kind, Record, Response, Ticket

TEXT_LIMIT = 20_000  # characters of a comment that are kept
TITLE_LIMIT = 1_000
NO_SESSION = "-1"  # how some systems write: outside any session
_DEFAULT_SCALE = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
PLATFORMS = {"iphone": "ios", "ipad": "ios", "iphone os": "ios", "ipados": "ios", "browser": "web", "website": "web"}
_SIGNALS = {
    "rage_tap": ("rage tap", "rage click", "rageclick", "ragetap", "rage"),
    "dead_tap": ("dead tap", "dead click", "deadclick", "deadtap", "unresponsive"),
    "ui_freeze": ("ui freeze", "freeze", "frozen", "hang", "anr"),
    "crash": ("crash",),
    "error": ("error", "exception"),
}
_CHANGE_WORDS: dict[ChangeKind, tuple[str, ...]] = {
    "release": ("release", "deploy", "version", "update", "launch", "rollout", "feature"),
    "outage": ("outage", "incident", "downtime", "disruption"),
    "price": ("price", "pricing", "fee", "tariff"),
    "campaign": ("campaign", "marketing", "promo", "advert"),
    "survey": ("survey", "questionnaire"),
}


class RefusedRow(Exception):
    """Raised by a builder: the row yields nothing usable or contradicts itself."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


class Builder:
    """Turns the rows of one file into records, and keeps count of what people should know."""

    def __init__(self, reading: Reading, redactor: Redactor, now: datetime) -> None:
        self.reading, self.now = reading, now
        self.warnings = Warnings()
        self.redacted: Counter[str] = Counter()
        self.duplicates = self.pseudonyms = self.numbered = 0
        self._redactor = redactor
        self._columns = reading.columns
        self._moments: dict[str, Callable[[Any], Moment]] = {
            name: moment_reader(reading.zone, reading.orders.get(name)) for name in reading.columns
        }
        self._segments = tuple(reading.segments.items())
        self._id = ID_COLUMN.get(reading.record, "")
        self._occurrences: Counter[str] = Counter()
        self._held: dict[str, Record] = {}
        self._make: Callable[[Row], Record | None] = {
            "responses": self._response,
            "tickets": self._ticket,
            "events": self._event,
            "customers": self._customer,
            "changes": self._change,
        }.get(reading.record, self._nothing)

    def build(self, row: Row) -> Record | Refused | None:
        """The record of a row, its refusal, or None where the row is held back or was there before.

        Rows whose id comes again in the file are held back: the last usable one counts, see `held`.
        """
        if row.problem:
            return Refused(row.line, "", row.problem, row.cells)
        try:
            record = self._make(row)
            if record is not None and record.source_id in self.reading.repeated:
                self.duplicates += record.source_id in self._held
                self._held[record.source_id] = record
                return None
            return record
        except RefusedRow as refusal:
            column = self._columns.get(refusal.column, refusal.column)
            return Refused(row.line, column, refusal.reason, row.cells)
        except ValidationError as error:
            first = error.errors()[0]
            return Refused(row.line, str(first["loc"][0]) if first["loc"] else "", str(first["msg"]), row.cells)

    def held(self) -> Iterable[Record]:
        """At the end of the file: of each id that came more than once, its last usable row."""
        return self._held.values()

    # What the builders share

    def cell(self, row: Row, name: str) -> Any:
        """The cell of our column `name`, translated by the mapping's [values]."""
        header = self._columns.get(name)
        if header is None:
            return None
        value = row.cells.get(header)
        table = self.reading.values.get(name)
        return table.get(str(value).strip().casefold(), value) if table else value

    def moment(self, row: Row, name: str) -> tuple[datetime | None, int | None]:
        """The moment in a date column; what cannot be read is counted and left null."""
        value = self.cell(row, name)
        if value is None or value == "":
            return None, None
        found, offset = self._moments[name](value)
        if found is None:
            if clean(value) is not None:
                self.warnings.add("{n} dates could not be read; those rows are kept without one", row.line, str(value))
            return None, None
        if found > self.now and name not in ("until", "churned_at") and self.reading.record != "changes":
            self.warnings.add(
                "{n} dates lie in the future; those rows are kept and left out of every window", row.line, str(value)
            )
        return found, offset

    def user(self, row: Row) -> str | None:
        """The user id, or the pseudonym of the e-mail address that stands for it."""
        value = clean(self.cell(row, "user_id"))
        if value is None:
            address = clean(self.cell(row, "email"))
            if address is None:
                return None
            self.pseudonyms += 1
            return email_key(address)
        if is_damaged_id(value):
            self.warnings.add("{n} user ids were damaged by a spreadsheet (digits are lost)", row.line, value)
        key = user_key(value)
        self.pseudonyms += key != value[:300]
        return key

    def segments(self, row: Row) -> dict[str, str]:
        """The row's segment values."""
        found = {}
        for dimension, header in self._segments:
            value = level(row.cells.get(header))
            if value is not None:
                found[dimension] = platform(value) if dimension == "platform" else value
        return found

    def words(self, row: Row, name: str, limit: int = TEXT_LIMIT) -> str | None:
        """A text cell, cut at `limit` characters."""
        text = verbatim(self.cell(row, name))
        if text is not None and len(text) > limit:
            self.warnings.add(f"{{n}} texts were longer than {limit:,} characters and were cut there", row.line)
            text = text[:limit].rstrip()
        return text

    def clean_words(self, *texts: str | None) -> list[str | None]:
        """The texts of one record without personal data."""
        done, counts = self._redactor.fields(texts)
        self.redacted.update(counts)
        return done

    def source_id(self, row: Row, *parts: Any, distinct: bool) -> str | None:
        """The row's id: its own, or a hash of `parts`; None when the same row was there before.

        Without an id, rows that nothing tells apart are numbered, unless `distinct` says that they name their person
        and time: then they are one record.
        """
        given = clean(self.cell(row, self._id))
        if given is not None:
            if is_damaged_id(given):
                self.warnings.add("{n} ids were damaged by a spreadsheet (digits are lost)", row.line, given)
            return given[:300]
        mark = hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        self._occurrences[mark] += 1
        nth = self._occurrences[mark]
        if nth > 1 and distinct:
            self.duplicates += 1
            return None
        self.numbered += nth > 1
        return mark if nth == 1 else f"{mark}-{nth}"

    def _nothing(self, row: Row) -> Record | None:
        raise RefusedRow("", f"rows of {self.reading.record} are not built one by one")

    # One builder a record type

    def _response(self, row: Row) -> Response | None:
        reading, mapping = self.reading, self.reading.mapping
        kind = reading.kind or self._kind(row)
        scale = reading.scale or self._scale(row, kind)
        if kind is None and scale is not None and "kind" not in self._columns:
            kind = "nps" if (scale.low, scale.high) == (0, 10) else "csat"
        score = self._score(row)
        if score is not None and scale is not None and not scale.low <= score <= scale.high:
            raise RefusedRow(
                "score", f"the score is outside its scale: {score:g} is not within {scale.low:g} to {scale.high:g}"
            )
        text, title = self.words(row, "text"), self.words(row, "title", TITLE_LIMIT)
        if score is None and clean(text) is None and clean(title) is None:
            raise RefusedRow("", "neither a score nor a comment")
        submitted_at, offset = self.moment(row, "submitted_at")
        user = self.user(row)
        survey = level(self.cell(row, "survey")) or mapping.survey
        question = level(self.cell(row, "question")) or mapping.question
        source_id = self.source_id(
            row, user, submitted_at, score, text, title, kind, survey, question, distinct=bool(user and submitted_at)
        )
        if source_id is None:
            return None
        title, text = self.clean_words(title, text)
        return Response(
            source=reading.source,
            source_id=source_id,
            segments=self.segments(row),
            kind=kind,
            score=score if kind else None,
            scale_min=scale.low if scale else None,
            scale_max=scale.high if scale else None,
            higher_is_better=scale.higher_is_better if scale else True,
            submitted_at=submitted_at,
            utc_offset_min=offset,
            title=title,
            text=text,
            language=_lower(self.cell(row, "language")) or mapping.language,
            user_id=user,
            survey=survey,
            question=question,
            channel=level(self.cell(row, "channel")) or mapping.channel,
            weight=_weight(self.cell(row, "weight")),
        )

    def _kind(self, row: Row) -> Kind | None:
        word = clean(self.cell(row, "kind"))
        kind = kind_of(word)
        if kind is None and word is not None:
            self.warnings.add(
                "{n} rows are of a kind that is none of nps, csat and ces; they are kept without a score",
                row.line,
                word,
            )
        elif kind is None and "kind" in self._columns:
            self.warnings.add("{n} rows do not say their kind; they are kept without a score", row.line)
        return kind

    def _scale(self, row: Row, kind: Kind | None) -> Scale | None:
        written = clean(self.cell(row, "scale"))
        found = parse_scale(written) or (_DEFAULT_SCALE[kind] if kind else None)
        if written is not None and parse_scale(written) is None:
            self.warnings.add("{n} scales could not be read; the usual one was taken", row.line, written)
        return Scale(*found, self.reading.mapping.higher_is_better is not False) if found else None

    def _score(self, row: Row) -> float | None:
        value = clean(self.cell(row, "score"))
        if value is None:
            return None
        if self.reading.words and value.casefold() in self.reading.words:
            return self.reading.words[value.casefold()]
        found = number(value)
        if found is None:
            self.warnings.add("{n} scores are no numbers; those rows are kept without one", row.line, value)
        return found

    def _ticket(self, row: Row) -> Ticket | None:
        subject, text = self.words(row, "subject", TITLE_LIMIT), self.words(row, "text")
        created_at, _ = self.moment(row, "created_at")
        user = self.user(row)
        if clean(subject) is None and clean(text) is None and created_at is None:
            raise RefusedRow("", "neither a text nor a date")
        source_id = self.source_id(row, user, created_at, subject, text, distinct=bool(user and created_at))
        if source_id is None:
            return None
        subject, text = self.clean_words(subject, text)
        return Ticket(
            source=self.reading.source,
            source_id=source_id,
            segments=self.segments(row),
            user_id=user,
            created_at=created_at,
            subject=subject,
            text=text,
            status=level(self.cell(row, "status")),
            priority=level(self.cell(row, "priority")),
            channel=level(self.cell(row, "channel")),
        )

    def _event(self, row: Row) -> Event | None:
        name, screen = level(self.cell(row, "name")), level(self.cell(row, "screen"))
        signal = self._signal(row, name)
        at, _ = self.moment(row, "at")
        user, session = self.user(row), clean(self.cell(row, "session_id"))
        if session == NO_SESSION:
            session = None
        if user is None and session is None:
            raise RefusedRow("user_id", "neither a user nor a session")
        element = level(self.cell(row, "element"))
        if element is not None and signal is None and is_tap(name):
            (element,) = self.clean_words(element)
            name = f"{name}{ELEMENT}{element}"
        source_id = self.source_id(row, user, session, at, name, screen, signal, distinct=False)
        if source_id is None:
            return None
        (screen,) = self.clean_words(screen)
        times = self.cell(row, "count")
        return Event(
            source=self.reading.source,
            source_id=source_id,
            segments=self.segments(row),
            user_id=user,
            session_id=session,
            at=at,
            name=name,
            screen=screen,
            signal=signal,
            count=1 if clean(times) is None else count(times),
        )

    def _signal(self, row: Row, name: str | None) -> str | None:
        written = clean(self.cell(row, "signal"))
        found = friction_signal(written) if written is not None else friction_signal(name)
        if written is not None and found is None:
            self.warnings.add("{n} friction signals are unknown; those rows count as visits", row.line, written)
        return found

    def _customer(self, row: Row) -> Customer | None:
        user = self.user(row)
        if user is None:
            raise RefusedRow("user_id", "no user id")
        address = clean(self.cell(row, "email"))
        return Customer(
            source=self.reading.source,
            source_id=user,
            segments=self.segments(row),
            signed_up_at=self.moment(row, "signed_up_at")[0],
            churned_at=self.moment(row, "churned_at")[0],
            mrr=amount(self.cell(row, "mrr")),
            email_key=email_key(address) if address else None,
        )

    def _change(self, row: Row) -> Change | None:
        at, _ = self.moment(row, "at")
        if at is None:
            raise RefusedRow("at", "no date: an entry of the calendar needs one")
        version = level(self.cell(row, "version"))
        word = clean(self.cell(row, "kind"))
        kind = change_kind(word) if word else ("release" if version else None)
        if kind is None:
            known = ", ".join(_CHANGE_WORDS)
            raise RefusedRow("kind", f"the kind {word!r} is none of {known}" if word else f"no kind (one of {known})")
        title = self.words(row, "title", TITLE_LIMIT) or (f"{kind.capitalize()} {version}" if version else kind)
        source_id = self.source_id(row, at, kind, title, version, distinct=True)
        if source_id is None:
            return None
        where = level(self.cell(row, "platform"))
        return Change(
            source=self.reading.source,
            source_id=source_id,
            segments=self.segments(row),
            kind=kind,
            at=at,
            until=self.moment(row, "until")[0],
            title=title,
            version=version,
            platform=platform(where) if where else None,
            note=self.words(row, "note"),
        )


def platform(value: str) -> str:
    """One spelling a platform: `iOS`, `IOS` and `iPhone` are ios."""
    text = value.casefold()
    return PLATFORMS.get(text, text)


def friction_signal(word: str | None) -> str | None:
    """The friction signal that a word names (`$rageclick`, `UI Freeze`, `app_crash`), else None."""
    if not word:
        return None
    text = word.casefold().replace("_", " ").replace("-", " ").strip("$ ")
    for signal, words in _SIGNALS.items():
        if any(
            text == w or text == w + "s" or text.endswith((" " + w, " " + w + "s")) or text.startswith(w + " ")
            for w in words
        ):
            return signal
    return None


def change_kind(word: str | None) -> ChangeKind | None:
    """The kind of a change that a word names, else None."""
    text = (word or "").casefold()
    return next((kind for kind, words in _CHANGE_WORDS.items() if any(w in text for w in words)), None)


def _lower(value: Any) -> str | None:
    text = level(value)
    return text.lower() if text else None


def _weight(value: Any) -> float:
    found = number(value)
    return found if found is not None and found >= 0 else 1.0
