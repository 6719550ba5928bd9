"""The quotes of a whole digest: a few of the customers' own words, none of them twice.

A reader takes in fifteen quotes, not six hundred comments. They are dealt in rounds, one to each subject before any
subject gets its second, so that the most important subjects are heard first and every one is heard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analyst.core.values import Quote

MOST = 15  # quotes in one digest
EACH = 2  # of one subject
_ALIKE = 0.6  # shared words (Jaccard) from which two quotes say the same
_LEAST_WORDS = 3  # a quote of fewer words says nothing by itself
_WORD = re.compile(r"\w+")
_REDACTED = re.compile(r"\[[a-z]+-\d+\]")


def deal_quotes(subjects: Mapping[str, Sequence[Quote]], most: int = MOST, each: int = EACH) -> dict[str, list[Quote]]:
    """Up to `most` of the quotes of all `subjects` (the most important first), at most `each` of one.

    No response speaks twice, and no quote says what another one says in nearly the same words. A quote that is mostly
    a redacted address or has fewer than three words is taken only where its subject has none better.
    """
    dealt: dict[str, list[Quote]] = {subject: [] for subject in subjects}
    left = {subject: sorted(quotes, key=_poor) for subject, quotes in subjects.items()}
    spoken: set[str] = set()
    said: list[frozenset[str]] = []
    for _ in range(each):
        for subject in subjects:
            if len(said) >= most:
                return dealt
            taken = next((q for q in left[subject] if q.response_id not in spoken and not _known(q, said)), None)
            if taken is None or (dealt[subject] and _poor(taken)):
                continue
            left[subject].remove(taken)
            dealt[subject].append(taken)
            spoken.add(taken.response_id)
            said.append(_words(taken))
    return dealt


def _poor(quote: Quote) -> bool:
    return len(_words(quote)) < _LEAST_WORDS or _REDACTED.search(quote.text) is not None


def _known(quote: Quote, said: Sequence[frozenset[str]]) -> bool:
    mine = _words(quote)
    return any(len(mine & other) >= _ALIKE * len(mine | other) for other in said if mine | other)


def _words(quote: Quote) -> frozenset[str]:
    return frozenset(_WORD.findall(quote.text.casefold()))
