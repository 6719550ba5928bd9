"""What themes are fitted on, and what a fit gives back: shared by the first fit and by the weekly carrying on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import Head, assign
from analyst.themes.cluster import Clusters, Floats, Ints, find_clusters, near_duplicates

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Corpus:
    """The distinct texts of a run, in canonical order, and what is known of each.

    `vectors` (n, d) are unit rows, `counts` (n,) how often each text occurs. `comments` and `statements` (n,)
    say which may shape themes as something people said, and which as a session's statement; what is neither
    is only placed. `first_day` and `last_day` (n,) are the ordinals of the days it was first and last said, 0 where
    no date is known. `muted` (m, d) are the directions to leave out (see muting.py), `spelling` how words are
    written that are not written in lower case.
    """

    texts: list[str]
    languages: list[str]
    vectors: Floats
    counts: Ints
    comments: Bools
    statements: Bools
    muted: Floats
    spelling: dict[str, str]
    first_day: Ints | None = None
    last_day: Ints | None = None


@dataclass(frozen=True)
class Fitted:
    """A head, the stability of its themes (nan where not measured), and what a later run may compare with."""

    head: Head
    stability: Floats
    refit: bool
    pool: NDArray[np.uint64]  # content hashes of the texts that fitted nowhere
    record: dict[str, Any]


def voices(heard: Floats, counts: Ints) -> tuple[Ints, Ints]:
    """(one row for every group of near duplicates, how often the group occurs)."""
    leader = near_duplicates(heard)
    rows = np.unique(leader)
    return rows, np.bincount(leader, weights=counts, minlength=len(heard)).astype(np.int64)[rows]


def coverage(head: Head, corpus: Corpus) -> float:
    """The share of mentions (0..1) that `head` places."""
    placed = assign(head, corpus.vectors)
    return round(float(corpus.counts[placed.theme >= 0].sum()) / max(int(corpus.counts.sum()), 1), 4)


def fit_rows(
    heard: Floats, mentions: Ints, rows: Ints, settings: ThemeSettings, share: float, most: int | None = None
) -> Clusters:
    """Clusters among `rows` of the unit rows `heard`, each theme at least `share` of them, `most` at most."""
    return find_clusters(
        heard[rows], mentions[rows], neighbours=settings.neighbours, min_share=share, seed=settings.seed, most=most
    )
