"""Whose voice counts how much: every answer the same, every person the same, or by the revenue of the customer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from analyst.core.errors import CannotTell, UsageProblem

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

Weighting = Literal["answers", "people", "revenue"]
WEIGHTINGS: tuple[Weighting, ...] = ("answers", "people", "revenue")


def parse_weighting(text: str | None) -> Weighting:
    """The weighting called `text`; answers where none is named. Raises UsageProblem for an unknown one."""
    if text is None:
        return "answers"
    named = next((w for w in WEIGHTINGS if w == text.strip().lower()), None)
    if named is None:
        raise UsageProblem(f"'{text}' is no weighting.", f"Choose one of {', '.join(WEIGHTINGS)}.")
    return named


def per_person(frame: DesignFrame) -> DesignFrame:
    """The same answers, each person weighing 1 in each window, spread evenly over the answers given there."""
    key = 2 * (frame.person - frame.person.min(initial=0)) + frame.post
    _, group, count = np.unique(key, return_inverse=True, return_counts=True)
    return replace(frame, weight=1.0 / count[group])


def by_revenue(frame: DesignFrame, connection: duckdb.DuckDBPyConnection) -> DesignFrame:
    """The answers of customers with a known revenue above 0, each customer weighing as much in each window as they pay.

    Raises CannotTell when no answer has such a customer.
    """
    revenue = _revenue(frame, connection)
    paying = revenue > 0
    if not paying.any():
        raise CannotTell(
            "No answer belongs to a customer with a known revenue (mrr).", "Import customers with a column mrr."
        )
    kept = frame.only(paying)
    return replace(kept, weight=per_person(kept).weight * revenue[paying])


def _revenue(frame: DesignFrame, connection: duckdb.DuckDBPyConnection) -> NDArray[np.float64]:
    """Monthly revenue of each answer's customer, 0 where it is not known. (n,)"""
    rows = connection.execute(
        """
        SELECT response_id, max(mrr) FROM responses JOIN customers USING (user_id)
        WHERE mrr > 0 GROUP BY response_id
        """
    ).fetchnumpy()
    known = dict(zip(rows["response_id"], rows["max(mrr)"], strict=True))
    return np.array([known.get(i, 0.0) for i in frame.response_id], dtype=np.float64)


def weighted(
    frame: DesignFrame, how: Weighting, connection: duckdb.DuckDBPyConnection
) -> tuple[DesignFrame, list[str]]:
    """The frame under a weighting, and the sentences that say what that means here."""
    if how == "people":
        return per_person(frame), ["Every person weighs the same in each window, however often they answered."]
    if how == "revenue":
        kept = by_revenue(frame, connection)
        note = f"Weighted by revenue: {kept.n:,} of {frame.n:,} answers belong to customers whose revenue is known."
        return kept, [note]
    return frame, []
