"""How far sentences rest on what they cite: rates over checked claims."""

from __future__ import annotations

import math
from dataclasses import dataclass

Ratio = tuple[float, int]  # a rate 0..1 and how many it is taken over, its weight when rates are pooled


@dataclass(frozen=True)
class Checked:
    """Counts of one answer: sentences shown, those that do not rest on what they cite, citations, quotes and numbers in
    all and those that are valid, and whether the extractive answer had to stand in for a model's."""

    sentences: int = 0
    unsupported: int = 0
    citations: int = 0
    valid_citations: int = 0
    quotes: int = 0
    valid_quotes: int = 0
    numbers: int = 0
    valid_numbers: int = 0
    fell_back: bool = False


def unsupported_rate(checked: Checked) -> Ratio:
    """Share of sentences that do not rest on what they cite; NaN of 0 without sentences."""
    return _ratio(checked.unsupported, checked.sentences)


def citation_validity(checked: Checked) -> Ratio:
    """Share of cited ids that exist; NaN of 0 without citations."""
    return _ratio(checked.valid_citations, checked.citations)


def quote_validity(checked: Checked) -> Ratio:
    """Share of quotes that stand word for word in what they cite; NaN of 0 without quotes."""
    return _ratio(checked.valid_quotes, checked.quotes)


def number_validity(checked: Checked) -> Ratio:
    """Share of numbers that a cited fact holds; NaN of 0 without numbers."""
    return _ratio(checked.valid_numbers, checked.numbers)


def fallback_rate(checked: Checked) -> Ratio:
    """1 where the extractive answer stood in for a model's, else 0; of weight 1."""
    return float(checked.fell_back), 1


def _ratio(part: int, whole: int) -> Ratio:
    return (part / whole if whole else math.nan), whole
