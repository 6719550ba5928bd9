"""Quotes for a window: the exact words of opinions in it, chosen for variety, fetched from the run once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.runs.lookups import OpinionRow, opinions_in_window
from analyst.runs.view import View

if TYPE_CHECKING:
    from numpy.typing import NDArray


class QuoteBook:
    """Finds quotes among the opinions of a query's current window (a QuoteLookup of the findings)."""

    def __init__(self, view: View, query: Query) -> None:
        self._view, self._query = view, query

    @cached_property
    def opinions(self) -> list[OpinionRow]:
        """Every opinion of the window."""
        return opinions_in_window(self._view.connection, self._query, until=self._view.until)

    @cached_property
    def _by_theme(self) -> dict[str, list[OpinionRow]]:
        found: dict[str, list[OpinionRow]] = {}
        for opinion in self.opinions:
            if opinion.theme_id is not None and opinion.vector_row >= 0:
                found.setdefault(opinion.theme_id, []).append(opinion)
        return found

    @cached_property
    def _vectors(self) -> NDArray[np.float16]:
        return self._view.run.vectors()

    def __call__(self, theme_id: str | None, response_ids: Sequence[str], limit: int) -> list[Quote]:
        """Up to `limit` quotes of `theme_id` (of any theme when None) among `response_ids`, best first."""
        from analyst.themes import Candidate, pick_quotes

        wanted = set(response_ids)
        pool = self._by_theme.get(theme_id, []) if theme_id is not None else self.opinions
        rows = [row for row in pool if row.response_id in wanted and row.vector_row >= 0]
        if not rows:
            return []
        taken = ("core", "corrected")  # people put it there: as sure as can be
        candidates = [Candidate(r.text, r.person, r.y, r.state in taken, r.probability or 0.0) for r in rows]
        vectors = np.asarray(self._vectors[[row.vector_row for row in rows]], dtype=np.float32)
        return [
            Quote(rows[place].text, rows[place].response_id, rows[place].score, rows[place].at)
            for place in pick_quotes(candidates, vectors, limit)
        ]
