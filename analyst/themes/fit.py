"""Fit the head of a run: from the ground up, or by carrying on with the themes of the run before.

Carrying on assigns first and clusters only what fits nowhere, so that a week of new rows adds themes but
moves none. It ends where the old themes no longer cover the rows, the rows have doubled, or a setting has
changed: then everything is fitted anew, and the catalogue matches what comes out to what was there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import Head, assign, train_head
from analyst.themes.cluster import (
    SMALL,
    Clusters,
    Floats,
    Ints,
    centroids,
    consistent_sample,
    content_hash,
    find_clusters,
    near_duplicates,
)
from analyst.themes.model import ThemeModel
from analyst.themes.muting import mute

Bools = NDArray[np.bool_]
_STATEMENT_SHARE = 0.03  # what only sessions show must be common before it is worth a theme ...
_STATEMENT_THEMES = 8  # ... and a handful of such themes is enough: exposure is counted from the signals
_LOST_COVERAGE = 0.05  # old themes may cover this much less than they did before they are given up
_GROWN = 2.0  # times as many texts as the clusters were fitted on
_NEW_SHARE = 0.5  # of a new group's texts must not have been there, unplaced, at the last fit
_NEW_COSINE = 0.75  # a group closer than this to an old theme is no birth


@dataclass(frozen=True)
class Corpus:
    """The distinct texts of a run, in canonical order, and what is known of each.

    `vectors` (n, d) are unit rows, `counts` (n,) how often each text occurs. `comments` and `statements` (n,)
    say which may shape themes as something people said, and which as a session's statement; what is neither
    is only placed. `muted` (m, d) are the directions to leave out (see muting.py), `spelling` how words are
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


@dataclass(frozen=True)
class Fitted:
    """A head, the stability of its themes (nan where not measured), and what a later run may compare with."""

    head: Head
    stability: Floats
    refit: bool
    pool: NDArray[np.uint64]  # content hashes of the texts that fitted nowhere
    record: dict[str, Any]


def fit_themes(corpus: Corpus, settings: ThemeSettings, previous: ThemeModel | None) -> Fitted:
    """The head for `corpus`; `previous` must be of the same encoder."""
    record = {"texts": len(corpus.texts), "settings": settings.model_dump(mode="json")}
    if previous is not None and _may_carry_on(corpus, previous, record):
        carried = _carry_on(corpus, settings, previous, record)
        if _coverage(carried.head, corpus) >= float(previous.fitted.get("coverage", 1.0)) - _LOST_COVERAGE:
            return carried
    heard = mute(corpus.vectors, corpus.muted)
    rows, mentions = _voices(heard, corpus.counts)
    clusters = _two_pools(heard[rows], mentions, corpus.comments[rows], corpus.statements[rows], settings)
    head = train_head(heard[rows], clusters.labels, clusters.strength, mentions, settings.coverage, corpus.muted)
    covered = _coverage(head, corpus)
    left = np.flatnonzero(assign(head, corpus.vectors).theme < 0)
    pool = np.array([content_hash(corpus.texts[row]) for row in left], dtype=np.uint64)
    return Fitted(head, clusters.stability, True, pool, {**record, "coverage": covered})


def _voices(heard: Floats, counts: Ints) -> tuple[Ints, Ints]:
    """(one row for every group of near duplicates, how often the group occurs)."""
    leader = near_duplicates(heard)
    rows = np.unique(leader)
    return rows, np.bincount(leader, weights=counts, minlength=len(heard)).astype(np.int64)[rows]


def _coverage(head: Head, corpus: Corpus) -> float:
    placed = assign(head, corpus.vectors)
    return round(float(corpus.counts[placed.theme >= 0].sum()) / max(int(corpus.counts.sum()), 1), 4)


def _may_carry_on(corpus: Corpus, previous: ThemeModel, record: dict[str, Any]) -> bool:
    before = previous.fitted
    if previous.head.count == 0 or before.get("settings") != record["settings"]:
        return False
    then, now = int(before.get("texts", 0)), len(corpus.texts)
    return now <= _GROWN * then and then <= _GROWN * now


def _carry_on(corpus: Corpus, settings: ThemeSettings, previous: ThemeModel, record: dict[str, Any]) -> Fitted:
    head = previous.head
    kept = {**record, "texts": previous.fitted["texts"], "coverage": previous.fitted["coverage"]}
    known = np.array([np.nan if t.stability is None else t.stability for t in previous.active], dtype=np.float32)
    same = Fitted(head, known, False, previous.pool, kept)
    heard = mute(corpus.vectors, head.muted)
    rows, mentions = _voices(heard, corpus.counts)
    placed = assign(head, corpus.vectors[rows])
    pool = np.flatnonzero((placed.theme < 0) & corpus.comments[rows])
    least = settings.min_share * int(corpus.comments[rows].sum()) / max(len(pool), 1)
    if len(pool) < SMALL or least >= 0.5:
        return same
    found = _fit(heard[rows], mentions, pool, settings, least)
    unheard = ~np.isin(np.array([content_hash(corpus.texts[rows[row]]) for row in pool], np.uint64), previous.pool)
    middle = centroids(heard[rows[pool]], found.labels)
    new = [
        group
        for group in range(found.count)
        if float((head.centroids @ middle[group]).max()) < _NEW_COSINE
        and float(unheard[found.labels == group].mean()) >= _NEW_SHARE
    ]
    if not new:
        return same
    number = np.full(found.count + 1, -1, dtype=np.int64)
    number[new] = head.count + np.arange(len(new))
    labels, strength = placed.theme.copy(), placed.probability.copy()
    labels[pool], strength[pool] = number[found.labels], found.strength
    grown = train_head(heard[rows], labels, strength, mentions, settings.coverage, head.muted)
    if grown.count != head.count + len(new):  # an old theme has no member left to teach it: keep what there is
        return same
    grown = replace(grown, threshold=max(grown.threshold, head.threshold))
    return Fitted(grown, np.concatenate([known, found.stability[new]]), False, previous.pool, kept)


def _two_pools(heard: Floats, mentions: Ints, comments: Bools, statements: Bools, settings: ThemeSettings) -> Clusters:
    """Cluster what people said; then, among the session statements that fit nowhere, what only sessions show.

    Statements outnumber comments and are worded alike: in one pool they would make the themes. Rows that are
    neither (in a language that the encoder does not know) are placed later and shape nothing.
    """
    first = np.flatnonzero(comments)
    if len(first) < SMALL <= int(statements.sum()) + len(first):
        first = np.flatnonzero(comments | statements)
    first = first[consistent_sample(len(first), settings.max_fit)]
    labels = np.full(len(heard), -1, dtype=np.int64)
    strength = np.zeros(len(heard), dtype=np.float32)
    found = _fit(heard, mentions, first, settings, settings.min_share)
    labels[first], strength[first] = found.labels, found.strength
    stability = found.stability
    left = np.flatnonzero(statements & ~np.isin(np.arange(len(heard)), first))
    if len(left):
        head = train_head(heard[first], found.labels, found.strength, mentions[first], settings.coverage)
        met = assign(head, heard[left])
        fits = met.theme >= 0
        labels[left[fits]], strength[left[fits]] = met.theme[fits], met.probability[fits]
        left = left[~fits][consistent_sample(int((~fits).sum()), settings.max_fit)]
    if len(left) >= SMALL:
        more = _fit(heard, mentions, left, settings, _STATEMENT_SHARE, _STATEMENT_THEMES)
        labels[left] = np.where(more.labels >= 0, more.labels + found.count, -1)
        strength[left] = more.strength
        stability = np.concatenate([stability, more.stability])
    return Clusters(labels, strength, stability)


def _fit(
    heard: Floats, mentions: Ints, rows: Ints, settings: ThemeSettings, share: float, most: int | None = None
) -> Clusters:
    return find_clusters(
        heard[rows], mentions[rows], neighbours=settings.neighbours, min_share=share, seed=settings.seed, most=most
    )
