"""What people teach: which texts a seeded theme claims, and how a correction changes the head and nothing else.

A seeded theme begins as a name, a description and some sayings. From these and from the texts at hand a scorer is
learned (bags.py): names pull, sayings show, the bulk of the texts says what is usual and so belongs to no seed
in particular. What a seed claims with confidence are the members that teach the head; the rest is left to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyst.themes.bags import Bools, Doubles, Scorer, best_cut, comments_of, learn
from analyst.themes.cluster import Floats, Ints

_ENOUGH = 3  # sayings from which a theme is shown rather than only named
_STAND_INS = 8  # texts nearest to its name that stand in for the sayings of a theme that has too few
_STAND_IN_COSINE = 0.4  # a text further than this from a name is no saying of it
_STAND_IN_WEIGHT = 0.5
_BACKGROUND = 2000  # texts that say what is usual ...
_BACKGROUND_SHARE = 0.1  # ... and together weigh this many times what all sayings weigh
_SURE = (0.35, 0.65)  # a claim is made from a chance within these, whatever the cut says
_DOUBT = 0.5  # from this share of the cut, a text is neither a seed's nor anybody else's before the head has spoken
_HALF = 0.5  # a doubtful row is this much of a claim
_SAME = 0.5  # a found group of which a seed claims this share is what the seed meant


@dataclass(frozen=True)
class Seed:
    """A theme that people seeded, as unit rows: `titles` (p, d) its name and description, `sayings` (m, d)."""

    titles: Floats
    sayings: Floats


@dataclass(frozen=True)
class Claims:
    """For each row (n,): the `likeliest` seed, whether it claims the row (`sure`), or nearly does (`doubtful`)."""

    likeliest: Ints
    sure: Bools
    doubtful: Bools


def claim(rows: Floats, seeds: Sequence[Seed]) -> Claims:
    """Which of the unit rows (n, d), in canonical order, each seed claims with confidence.

    A seed with hardly any sayings begins with the rows nearest to its name.
    """
    if not seeds or not len(rows):
        none = np.zeros(len(rows), dtype=bool)
        return Claims(np.zeros(len(rows), dtype=np.int64), none, none)
    titles = np.stack([_middle(seed.titles, rows.shape[1]) for seed in seeds])
    taught, of, weight = _lessons(rows, seeds, titles)
    usual = rows[:_BACKGROUND]  # canonical order is as good as a random one
    weight = np.append(weight, np.full(len(usual), _BACKGROUND_SHARE * weight.sum() / len(usual)))
    vectors, labels = np.vstack([taught, usual]), np.append(of, np.full(len(usual), -1))
    chances = _scorer(vectors, labels, weight, titles).chances(rows)
    return _claims(chances)


def hand_over(labels: Ints, claims: Claims, groups: Ints, kept: set[int]) -> Ints:
    """`labels` (n,) of found groups, -1 for none, with what the seeds claim in `groups` (one number a seed).

    A found group of which one seed claims most (a doubtful row is half a claim) is what that seed meant, and goes
    over altogether, unless it is `kept`: then it is a theme that people have shaped, and gives only single rows.
    What is doubtful in the other groups teaches nobody; the head will place it.
    """
    if not len(groups):
        return labels
    result = labels.copy()
    weight = claims.sure + _HALF * claims.doubtful
    for group in np.unique(labels[labels >= 0]).tolist():
        if group in kept:
            continue
        here = labels == group
        votes = np.bincount(claims.likeliest[here], weights=weight[here], minlength=len(groups))
        if votes.max() >= _SAME * here.sum():
            result[here] = groups[int(votes.argmax())]
        else:
            result[here & claims.doubtful] = -1
    result[claims.sure] = groups[claims.likeliest[claims.sure]]
    return result


def _lessons(rows: Floats, seeds: Sequence[Seed], titles: Floats) -> tuple[Floats, Ints, Doubles]:
    """(vectors (m, d), the seed of each (m,), what each teaches (m,)): sayings, and stand-ins where they are few."""
    parts: list[Floats] = []
    of: list[int] = []
    weight: list[float] = []
    likeness = rows @ titles.T
    nearest = likeness.argmax(axis=1)
    for place, seed in enumerate(seeds):
        parts.append(seed.sayings)
        weight += [1.0] * len(seed.sayings)
        lacking = _STAND_INS if len(seed.sayings) < _ENOUGH else 0
        near = np.argsort(-likeness[:, place], kind="stable")[:lacking]
        near = near[(likeness[near, place] >= _STAND_IN_COSINE) & (nearest[near] == place)]
        parts.append(rows[near])
        weight += [_STAND_IN_WEIGHT] * len(near)
        if not len(seed.sayings) and not len(near):  # nothing but the name itself
            parts.append(titles[place : place + 1])
            weight.append(1.0)
        of += [place] * (len(weight) - len(of))
    return np.vstack(parts), np.array(of, dtype=np.int64), np.array(weight)


def _scorer(vectors: Floats, of: Ints, weight: Doubles, titles: Floats) -> Scorer:
    labels = of[:, None] == np.arange(len(titles))
    return learn(comments_of(list(vectors[:, None])), labels, titles, weight)


def _claims(chances: Doubles) -> Claims:
    best = chances.argmax(axis=1)
    chance = chances[np.arange(len(best)), best]
    cut = float(np.clip(best_cut(chances), *_SURE))
    sure = chance >= cut
    return Claims(best.astype(np.int64), sure, ~sure & (chance >= _DOUBT * cut))


def _middle(vectors: Floats, width: int) -> Floats:
    total = vectors.sum(axis=0) if len(vectors) else np.zeros(width, np.float32)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)
