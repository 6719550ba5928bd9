"""The desk that answers are written at: the run, where findings and quotes come from, and what was used so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from analyst.answers.facts import Evidence, FactBook, Pack
from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.core.windows import zone
from analyst.runs.counting import level_values, segment_dimensions
from analyst.runs.lookups import response_texts, theme_labels
from analyst.runs.view import BASELINE_WINDOWS

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Band
    from analyst.answers.gather import Gatherer
    from analyst.core.windows import Window
    from analyst.runs.view import View


class Hit(Protocol):
    """What a search found: an opinion's exact words, and the answer or session that they stand in."""

    @property
    def evidence_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def score(self) -> float | None: ...
    @property
    def at(self) -> str | None: ...


class Searcher(Protocol):
    """Finds opinions by words and by meaning among the answers of `query`, the best first, one a respondent; nothing
    where nothing is near."""

    def search(
        self,
        text: str,
        *,
        query: Query | None,
        themes: Sequence[str] = (),
        band: Band | None = None,
        limit: int = 10,
    ) -> Sequence[Hit]: ...


@dataclass
class Desk:
    """Where one answer is written. `gather` gives the findings of a query (a warm process hands out kept ones),
    `search` finds opinions where there is an index; `book` and `evidence` collect what the answer rests on."""

    view: View
    gather: Callable[[Query], Gatherer]
    search: Searcher | None = None
    book: FactBook = field(default_factory=lambda: FactBook("", ""))
    evidence: dict[str, Evidence] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)  # of the fixes told of: names like any other

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label by theme id."""
        return theme_labels(self.view.connection)

    def cite(self, quotes: Sequence[Quote]) -> tuple[str, ...]:
        """Put the answers that `quotes` stand in on the desk, and give their ids."""
        missing = [quote for quote in quotes if quote.response_id not in self.evidence]
        texts = response_texts(self.view.connection, sorted({quote.response_id for quote in missing}))
        for quote in missing:
            text = texts.get(quote.response_id, quote.text)
            self.evidence[quote.response_id] = Evidence(quote.response_id, "response", text, quote.score, quote.at)
        return tuple(quote.response_id for quote in quotes)

    def pack(self) -> Pack:
        """All that an answer from this desk may say."""
        return Pack(dict(self.book.facts), dict(self.evidence), self.names | self.titles)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that the run knows."""
        return known_names(self.view)

    def command(self, verb: str, query: Query, *more: str) -> str:
        """The command line that gives the same numbers on this workspace: `undertone why --metric nps ... --json`."""
        parts = ["undertone", verb, "--metric", query.metric, *_window_flags(query.window, self.view.settings.timezone)]
        if not _is_default_baseline(query, self.view.settings.timezone):
            parts += ["--versus", _versus(query.baseline, self.view.settings.timezone)]
        if query.where:
            parts += ["--where", _quoted(",".join(f"{dimension}={value}" for dimension, value in query.where))]
        return " ".join([*parts, *more, "--json"])


def known_names(view: View) -> frozenset[str]:
    """Every name that the run in `view` knows: theme labels, segment values, screens; looked up once for a view."""
    if "names" not in view.kept:
        view.kept["names"] = _names(view)
    found: frozenset[str] = view.kept["names"]
    return found


def _names(view: View) -> frozenset[str]:
    connection = view.connection
    dimensions = {*segment_dimensions(connection), *segment_dimensions(connection, "sessions")}
    values = {value for dimension in dimensions for value in level_values(connection, dimension)}
    screens = {row[0] for row in connection.execute("SELECT DISTINCT screen FROM exposures").fetchall()}
    return frozenset(filter(None, {*theme_labels(connection).values(), *values, *screens}))


def _window_flags(window: Window, timezone: str) -> list[str]:
    if window.kind in ("week", "month"):
        return [f"--{window.kind}", window.label]
    first, _, last = _days(window, timezone).partition("..")
    return ["--from", first, "--to", last]


def _versus(window: Window, timezone: str) -> str:
    return window.label if window.kind in ("week", "month") else _days(window, timezone)


def _days(window: Window, timezone: str) -> str:
    from datetime import timedelta

    tz = zone(timezone)
    last = window.end.astimezone(tz) - timedelta(microseconds=1)
    return f"{window.start.astimezone(tz).date()}..{last.date()}"


def _is_default_baseline(query: Query, timezone: str) -> bool:
    from analyst.core.windows import previous

    return previous(query.window, zone(timezone), BASELINE_WINDOWS) == query.baseline


def _quoted(text: str) -> str:
    return f"'{text}'" if any(mark in text for mark in ' ()&;|<>*?$`"\\') else text
