"""Carry on with the themes of the run before: assign first, and look for births only among what fits nowhere.

So a week of new rows adds themes but moves none. It ends where the rows have doubled or a setting has changed,
or where the old themes no longer cover the rows: then everything is fitted anew (see fit.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import assign, train_head
from analyst.themes.cluster import SMALL, centroids, content_hash
from analyst.themes.corpus import Corpus, Fitted, fit_rows, voices
from analyst.themes.model import ThemeModel
from analyst.themes.muting import mute

_GROWN = 2.0  # times as many texts as the clusters were fitted on
_NEW_SHARE = 0.5  # of a new group's texts must not have been there, unplaced, at the last fit
_NEW_COSINE = 0.75  # a group closer than this to an old theme is no birth


def may_carry_on(corpus: Corpus, previous: ThemeModel, record: dict[str, Any]) -> bool:
    """Whether `previous` was fitted on a like number of texts with the settings in `record`."""
    before = previous.fitted
    if previous.head.count == 0 or before.get("settings") != record["settings"]:
        return False
    then, now = int(before.get("texts", 0)), len(corpus.texts)
    return now <= _GROWN * then and then <= _GROWN * now


def carry_on(corpus: Corpus, settings: ThemeSettings, previous: ThemeModel, record: dict[str, Any]) -> Fitted:
    """The head of `previous`, grown by the themes born in the texts that it does not place."""
    head = previous.head
    kept = {**record, "texts": previous.fitted["texts"], "coverage": previous.fitted["coverage"]}
    known = np.array([np.nan if t.stability is None else t.stability for t in previous.active], dtype=np.float32)
    same = Fitted(head, known, False, previous.pool, kept)
    heard = mute(corpus.vectors, head.muted)
    rows, mentions = voices(heard, corpus.counts)
    placed = assign(head, corpus.vectors[rows])
    pool = np.flatnonzero((placed.theme < 0) & corpus.comments[rows])
    least = settings.min_share * int(corpus.comments[rows].sum()) / max(len(pool), 1)
    if len(pool) < SMALL or least >= 0.5:
        return same
    found = fit_rows(heard[rows], mentions, pool, settings, least)
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
