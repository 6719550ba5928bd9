"""From records to opinions: which text of which row says what, with exact offsets into that text.

Verbatims, their titles and tickets are cut into clauses; session summaries into friction statements, and a
session with friction but without a summary gets a written one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analyst.themes.clauses import Span, cut, sentences
from analyst.themes.lexicon import pattern
from analyst.themes.words import base_language, squeeze

if TYPE_CHECKING:
    import pyarrow as pa

RecordKind = Literal["response", "session", "ticket"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """One clause of one row. `text` is `field`'s code points [start, end), exactly."""

    record: RecordKind
    record_id: str
    field: str  # text | title | summary | subject
    start: int
    end: int
    text: str
    language: str  # two letters, declared or guessed

    @property
    def opinion_id(self) -> str:
        """16 hex digits that stay the same as long as row, field and offsets do."""
        place = f"{self.record}\x1f{self.record_id}\x1f{self.field}\x1f{self.start}\x1f{self.end}"
        return hashlib.blake2b(place.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Friction:
    """One friction signal met in a session: how often it came on a screen, and when it last came there."""

    screen: str
    signal: str  # one of core.tables.SIGNALS
    count: int


# A reply of the vendor, or the mail being answered, pasted under the customer's words by the source system.
_QUOTED_REPLY = re.compile(
    r"\n[ \t]*[-_=]{20,}[ \t]*\n"
    r"|\n[ \t]*(?:-{2,}\s*)?(?:developer response|response from (?:the )?(?:developer|owner|company)|original message|"
    r"entwicklerantwort|antwort des entwicklers|respuesta del desarrollador)\b"
    r"|\n[ \t]*(?:on|am|el)\b[^\n]{5,120}\b(?:wrote|schrieb|escribió)\s*:[ \t]*\n"
    r"|\n>[^\n]*\n>",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<!\w)@\w{2,}")  # @names say who is spoken to, not what about
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|&[a-z]{2,6};")

_FRICTION_WORDS = re.compile(rf"\b(?:{pattern('friction', 'all')})\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"^(?:the |this )?(?:user|customer|visitor|shopper|client|person|they|he|she)\b\s*", re.IGNORECASE
)
_NUMBER = re.compile(r"\b\d+(?:[.,:]\d+)*\b")


def own_words(text: str) -> int:
    """How many code points of `text` are the customer's: a vendor's reply pasted below them is not."""
    reply = _QUOTED_REPLY.search(text)
    return reply.start() if reply and text[: reply.start()].strip() else len(text)


def verbatim_spans(text: str, language: str) -> list[Span]:
    """Offsets of the opinions in a verbatim, title or ticket."""
    return cut(text[: own_words(text)], language)


def friction_spans(summary: str, had_friction: bool) -> list[Span]:
    """Offsets of the friction statements of a session's summary.

    Sentences that tell of smooth browsing are left out. Where none tells of friction in words we know, but
    the session had friction signals, the whole summary stands for it.
    """
    pieces = sentences(summary, semicolons=False)
    telling = [piece for piece in pieces if _FRICTION_WORDS.search(summary, *piece)]
    if telling or not had_friction or not pieces:
        return telling
    return [(pieces[0][0], pieces[-1][1])]


def embedding_text(text: str, field: str = "text") -> str:
    """What the encoder reads of an opinion: one form for all spellings, markup gone.

    Session statements lose their "the user" and their numbers: an encoder groups by form before it groups by
    meaning, and "tapped 4 times" must meet "tapped 7 times".
    """
    plain = _MARKUP.sub(" ", text) if "<" in text or "&" in text else text
    if "@" in plain:
        plain = _HANDLE.sub(" ", plain)
    if field == "summary":
        plain = _NUMBER.sub("", _SUBJECT.sub("", plain.strip()))
    return squeeze(plain) or squeeze(text)


_SIGNAL_WORDS = {
    "rage_tap": ("rage-tapped once", "rage-tapped {} times"),
    "dead_tap": ("tapped once without a response", "tapped {} times without a response"),
    "ui_freeze": ("met a freeze", "met {} freezes"),
    "crash": ("met a crash", "met {} crashes"),
    "error": ("met an error", "met {} errors"),
}


def write_summary(friction: Iterable[Friction], last_screen: str | None = None) -> str:
    """A sentence on a session's friction: "Rage-tapped 4 times and met 2 freezes on Payment, then left."

    Screens come in the order given, "then left" where the last one was also the session's last screen.
    No friction gives "".
    """
    by_screen: dict[str, dict[str, int]] = {}
    for one in friction:
        if one.signal in _SIGNAL_WORDS and one.count > 0:
            signals = by_screen.setdefault(one.screen, {})
            signals[one.signal] = signals.get(one.signal, 0) + one.count
    parts = []
    for screen, signals in by_screen.items():
        said = [_SIGNAL_WORDS[s][min(signals[s], 2) - 1].format(signals[s]) for s in _SIGNAL_WORDS if s in signals]
        parts.append(f"{_listed(said)} on {screen}" if screen else _listed(said))
    if not parts:
        return ""
    ending = ", then left" if last_screen is not None and last_screen == list(by_screen)[-1] else ""
    sentence = "; ".join(parts) + ending + "."
    return sentence[0].upper() + sentence[1:]


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def session_friction(exposures: pa.Table) -> tuple[dict[str, list[Friction]], dict[str, str]]:
    """(friction of every session that had any, in order of time; last screen seen of every session)."""
    if exposures.num_rows == 0:
        return {}, {}
    ordered = exposures.select(["session_id", "at", "screen", "signal", "count"]).sort_by(
        [("session_id", "ascending"), ("at", "ascending"), ("screen", "ascending"), ("signal", "ascending")]
    )
    friction: dict[str, list[Friction]] = {}
    last: dict[str, str] = {}
    rows = zip(*(ordered.column(name).to_pylist() for name in ("session_id", "screen", "signal", "count")), strict=True)
    for session_id, screen, signal, count in rows:
        if session_id is None:
            continue
        last[session_id] = screen or ""
        if signal in _SIGNAL_WORDS and (count or 0) > 0:
            friction.setdefault(session_id, []).append(Friction(screen or "", signal, int(count)))
    return friction, last


def with_summaries(sessions: pa.Table, exposures: pa.Table) -> pa.Table:
    """`sessions` with a written summary wherever none came and there was friction to tell of."""
    import pyarrow as pa

    friction, last = session_friction(exposures)
    paths = dict(zip(sessions.column("session_id").to_pylist(), sessions.column("screens").to_pylist(), strict=True))
    summaries: list[str | None] = sessions.column("summary").to_pylist()
    written = [bool(flag) for flag in sessions.column("summary_written").to_pylist()]
    for row, session_id in enumerate(sessions.column("session_id").to_pylist()):
        if (summaries[row] or "").strip():
            continue
        path = paths[session_id] or []
        met = sorted(friction.get(session_id, ()), key=lambda one: _place(one.screen, path))
        text = write_summary(met, path[-1] if path else last.get(session_id))
        if text:
            summaries[row], written[row] = text, True
    names = sessions.schema.names
    place, flag = names.index("summary"), names.index("summary_written")
    told = sessions.set_column(place, sessions.schema.field(place), pa.array(summaries, pa.string()))
    return told.set_column(flag, sessions.schema.field(flag), pa.array(written, pa.bool_()))


def _place(screen: str, path: Sequence[str]) -> int:
    """Where a screen was first seen; screens of one place stay in the order they had."""
    return path.index(screen) if screen in path else len(path)


def read_opinions(responses: pa.Table, sessions: pa.Table, exposures: pa.Table, tickets: pa.Table) -> list[Opinion]:
    """Every opinion of the tables, ordered by (record, row id, field, start): the order of rows does not matter.

    `sessions` should have gone through `with_summaries` before.
    """
    found = [*_from_responses(responses), *_from_sessions(sessions, exposures), *_from_tickets(tickets)]
    return sorted(found, key=lambda one: (one.record, one.record_id, one.field, one.start))


def _from_responses(responses: pa.Table) -> Iterator[Opinion]:
    names = ("response_id", "title", "text", "language")
    for row_id, title, text, language in zip(*(responses.column(n).to_pylist() for n in names), strict=True):
        spoken = base_language(language, f"{text or ''} {title or ''}".strip())
        if text:
            yield from _opinions("response", row_id, "text", text, spoken)
        if title and squeeze(title) not in squeeze(text or ""):  # a title that repeats the text says nothing more
            yield from _opinions("response", row_id, "title", title, spoken)


def _from_tickets(tickets: pa.Table) -> Iterator[Opinion]:
    names = ("ticket_id", "subject", "text")
    for row_id, subject, text in zip(*(tickets.column(n).to_pylist() for n in names), strict=True):
        spoken = base_language(None, f"{text or ''} {subject or ''}".strip())
        if text:
            yield from _opinions("ticket", row_id, "text", text, spoken)
        if subject and squeeze(subject) not in squeeze(text or ""):
            yield from _opinions("ticket", row_id, "subject", subject, spoken)


def _opinions(record: RecordKind, row_id: str, field: str, text: str, language: str) -> Iterator[Opinion]:
    for start, end in verbatim_spans(text, language):
        yield Opinion(record, row_id, field, start, end, text[start:end], language)


def _from_sessions(sessions: pa.Table, exposures: pa.Table) -> Iterator[Opinion]:
    friction, _ = session_friction(exposures)
    known: dict[tuple[str, bool], list[Span]] = {}
    for row_id, summary in zip(
        sessions.column("session_id").to_pylist(), sessions.column("summary").to_pylist(), strict=True
    ):
        if not summary:
            continue
        key = (summary, row_id in friction)
        language = base_language(None, summary)
        if key not in known:
            known[key] = friction_spans(summary, key[1])
        for start, end in known[key]:
            yield Opinion("session", row_id, "summary", start, end, summary[start:end], language)
