"""What the planner asks of whoever knows meanings: which themes lie near some words."""

from __future__ import annotations

from typing import Protocol


class Meanings(Protocol):
    """Nearness of words to the themes of the run. The planner works without one, by the words of labels alone."""

    def themes_near(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Up to `limit` theme ids with their cosine (-1..1) to `text`, the nearest first; never a system theme."""
        ...
