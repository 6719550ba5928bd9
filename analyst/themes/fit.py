"""Fit the head of a run: from the ground up, or by carrying on with the themes of the run before (weekly.py).

Carrying on ends where the old themes no longer cover the rows, the rows have doubled, or a setting has
changed: then everything is fitted anew, and the catalogue matches what comes out to what was there.
"""

from __future__ import annotations

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import assign, train_head
from analyst.themes.cluster import SMALL, Clusters, Floats, Ints, consistent_sample, content_hash
from analyst.themes.consensus import find_themes
from analyst.themes.corpus import Bools, Corpus, Fitted, coverage, fit_rows, voices
from analyst.themes.model import ThemeModel
from analyst.themes.muting import mute
from analyst.themes.weekly import carry_on, grown, may_carry_on, remember, same_settings

__all__ = ["Corpus", "Fitted", "fit_themes"]

_STATEMENT_SHARE = 0.03  # what only sessions show must be common before it is worth a theme ...
_STATEMENT_THEMES = 8  # ... and a handful of such themes is enough: exposure is counted from the signals
_LOST_COVERAGE = 0.05  # old themes may cover this much less than they did before they are given up


def fit_themes(corpus: Corpus, settings: ThemeSettings, previous: ThemeModel | None) -> Fitted:
    """The head for `corpus`; `previous` must be of the same encoder."""
    record = {"texts": len(corpus.texts), "settings": settings.model_dump(mode="json")}
    if previous is not None and may_carry_on(corpus, previous, record):
        carried = carry_on(corpus, settings, previous, record)
        if coverage(carried.head, corpus) >= float(previous.fitted.get("coverage", 1.0)) - _LOST_COVERAGE:
            return carried
    heard = mute(corpus.vectors, corpus.muted)
    rows, mentions = voices(heard, corpus.counts)
    clusters = _two_pools(heard[rows], mentions, corpus.comments[rows], corpus.statements[rows], settings)
    known = previous if previous is not None and previous.head.count and same_settings(previous, record) else None
    if known is not None:
        before = assign(known.head, corpus.vectors[rows])
        clusters = remember(heard[rows], mentions, clusters, before, known.head.centroids)
    head = train_head(heard[rows], clusters.labels, clusters.strength, mentions, settings.coverage, corpus.muted)
    if known is not None:
        head = grown(head, corpus, known)
    stability = np.append(clusters.stability, np.full(head.count - clusters.count, np.nan, np.float32))
    covered = coverage(head, corpus)
    left = np.flatnonzero(assign(head, corpus.vectors).theme < 0)
    pool = np.array([content_hash(corpus.texts[row]) for row in left], dtype=np.uint64)
    return Fitted(head, stability, True, pool, {**record, "coverage": covered})


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
    found = find_themes(
        heard[first],
        mentions[first],
        neighbours=settings.neighbours,
        min_share=settings.min_share,
        seed=settings.seed,
    )
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
        more = fit_rows(heard, mentions, left, settings, _STATEMENT_SHARE, _STATEMENT_THEMES)
        labels[left] = np.where(more.labels >= 0, more.labels + found.count, -1)
        strength[left] = more.strength
        stability = np.concatenate([stability, more.stability])
    return Clusters(labels, strength, stability)
