"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EvidenceKind = Literal["response", "session"]


@dataclass(frozen=True)
class Hit:
    """One opinion that was found.

    `text` is the opinion, exact: the half-open code points [`start`, `end`) of the `field` of the response or session
    `evidence_id`; `sentence` is the whole sentence around it. `score` is the answer's score as given, `at` its ISO
    date, `segments` what is known of the person. `relevance` orders hits of one search and means nothing beyond it;
    `words_rank` is the place in the search by words (1 the best, None where it was not found so), `meaning` the cosine
    to what was asked (-1..1, None where the opinion has no vector). `why` says in words how it was found.
    """

    opinion_id: str
    evidence_id: str
    kind: EvidenceKind
    field: str
    text: str
    start: int
    end: int
    sentence: str
    score: float | None
    at: str | None
    theme_id: str | None
    sentiment: str
    segments: tuple[tuple[str, str], ...]
    relevance: float
    words_rank: int | None
    meaning: float | None
    why: str
