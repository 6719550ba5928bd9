"""Which themes lie near some words: what the planner asks when a question names no label."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analyst.answers.search.meaning import background
from analyst.answers.search.searcher import Encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.view import View

_KEYWORDS = 6  # of a theme that are read with its label
_MOST_OPINIONS = 400  # of a theme that its middle is taken of
# Nearness of the best theme, in spreads above what two opinions have by chance, below which it is no theme's subject:
# on the development questions of bench/asking, one in eight that ask for what nobody spoke of pass it.
_NEAR = 2.4


class ThemeMeanings:
    """The themes of the run in `view` as vectors: the middle of what is said in each, and what it is called."""

    def __init__(self, view: View, encode: Encode) -> None:
        self._view, self._encode = view, encode
        self._lock = threading.Lock()

    def themes_near(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Up to `limit` theme ids with their cosine (-1..1) to `text`, the nearest first; never a system theme,
        and none that lies no nearer than chance would have it."""
        with self._lock:
            ids, said, called = self._themes
        if not text.strip() or limit <= 0 or not ids:
            return []
        question = self._encode([text[:2_000]])[0]
        cosine = np.maximum(said @ question, called @ question)
        order = sorted(range(len(ids)), key=lambda i: (-float(cosine[i]), ids[i]))
        return [(ids[i], float(cosine[i])) for i in order[:limit] if cosine[i] >= self._floor]

    @cached_property
    def _floor(self) -> float:
        return background(self._view.run.vectors()).floor(_NEAR)

    @cached_property
    def _themes(self) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
        """(ids (t), middles (t, d), names (t, d)); a theme without opinions has a middle of zeros."""
        rows = self._view.connection.execute(
            "SELECT theme_id, label, keywords, description FROM themes WHERE kind <> 'system' ORDER BY theme_id"
        ).fetchall()
        placed = self._view.connection.execute(
            """
            SELECT theme_id, list(DISTINCT vector_row ORDER BY vector_row) FROM opinions
            WHERE vector_row >= 0 AND theme_id IS NOT NULL GROUP BY theme_id
            """
        ).fetchall()
        vectors, held = self._view.run.vectors(), dict(placed)
        names = [_name(label, words or [], told) for _, label, words, told in rows]
        called = self._encode(names) if names else np.zeros((0, vectors.shape[1]), dtype=np.float32)
        said = np.zeros_like(called)
        for place, (theme, *_) in enumerate(rows):
            mine = np.asarray(held.get(theme, []), dtype=np.int64)
            if len(mine):
                step = max(1, len(mine) // _MOST_OPINIONS)
                middle = np.asarray(vectors[mine[::step]], dtype=np.float32).mean(axis=0)
                said[place] = middle / max(float(np.linalg.norm(middle)), 1e-9)
        return [row[0] for row in rows], said, called


def _name(label: str, keywords: list[str], description: str | None) -> str:
    """A theme in words: what it is called, what is said in it, how a person described it."""
    return " ".join(filter(None, (f"{label}: {', '.join(keywords[:_KEYWORDS])}.", description)))
