"""Plain values that travel between rooms."""

from __future__ import annotations

from dataclasses import dataclass

_NESTED = str.maketrans("“”„‟«»", "‘’‚‛‹›")


@dataclass(frozen=True)
class Estimate:
    """A number with its uncertainty.

    `low` and `high` bound the 95 % interval (None where it cannot be computed), `n` is the number of rows
    behind it, `unit` one of "points" (a score or its change), "share" (0..1), "ratio", "count".
    """

    value: float
    low: float | None
    high: float | None
    n: int
    unit: str = "points"

    def excludes_zero(self) -> bool:
        """Whether the interval lies wholly on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Quote:
    """A verbatim's exact words: `text` is a substring of the redacted response `response_id`."""

    text: str
    response_id: str
    score: float | None
    at: str | None  # ISO date of the answer


def inside_quotes(text: str) -> str:
    """`text` as it stands within our quotation marks: its own become single ones, as in print, so that nobody can end
    the quotation and go on in our name."""
    return text.translate(_NESTED)
