"""From one run to the next: carry on with the themes there are, find births, and remember what was there at a refit.

A weekly run assigns first and moves nothing: a birth adds one row to the head and leaves the others as they are.
Where the rows have doubled, a setting has changed or the old themes cover too little, everything is fitted anew
(fit.py); with the settings unchanged the refit then remembers: it may split, merge and add themes, but what was
in the core of a theme stays there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import Assignment, Head
from analyst.themes.cluster import Clusters, Floats, Ints, centroids, content_hash
from analyst.themes.corpus import Bools, Corpus, Fitted
from analyst.themes.model import Hashes, ThemeModel, among_heard
from analyst.themes.muting import mute

_GROWN = 2.0  # times as many texts as the clusters were fitted on
_NEW_COSINE = 0.86  # a group closer than this to an old theme is no birth ...
_YOUNG_COSINE = 0.7  # ... nor one closer than this to one just born
_RECENT_DAYS = 28
_LEAST_NEW = 0.15  # of a birth's texts, those that the run before had not seen

_LOOKED_AT = 15_000  # texts of either kind, the heard and the unheard: bounds the work at their product
_NEIGHBOURS = 10
_CHANCE = 0.05  # of so many unheard neighbours, were the unheard like the heard: a first sieve
_ALIKE = 0.5  # cosine distance (average linkage) within a group of sieved texts
_LEAST_VOICES = 8  # different texts in a birth
_SAME_VOICE = 0.92  # cosine from which two texts are one voice
_SURE = 3e-5  # chance of so many unheard among a group's surroundings: many groups are looked at every week
_RISEN = 10.0  # times as common among the unheard as among the heard

_BELONGS = 0.5  # share of a new cluster's placed members that one old theme must hold
_PART = 0.3  # share of an old theme that each side of a split must hold
_APART = 0.6  # cosine below which the two sides say different things
_MERGED = 0.8  # cosine from which two old themes whose texts now lie in one cluster are one
_LEFT = 5  # texts below which an old theme that no cluster continues is let go
_POSITIVE_WEIGHT = 5.0  # of a text of a birth, against one of any other text
_PENALTY = 1.0


def may_carry_on(corpus: Corpus, previous: ThemeModel, record: dict[str, Any]) -> bool:
    """Whether `previous` was fitted on a like number of texts with the settings in `record`."""
    if previous.head.count == 0 or not same_settings(previous, record):
        return False
    then, now = int(previous.fitted.get("texts", 0)), len(corpus.texts)
    return now <= _GROWN * then and then <= _GROWN * now


def same_settings(previous: ThemeModel, record: dict[str, Any]) -> bool:
    """Whether `previous` was fitted with the settings in `record`."""
    return bool(previous.fitted.get("settings") == record["settings"])


def carry_on(corpus: Corpus, settings: ThemeSettings, previous: ThemeModel, record: dict[str, Any]) -> Fitted:
    """The head of `previous`, grown by the themes born since."""
    kept = {**record, "texts": previous.fitted["texts"], "coverage": previous.fitted["coverage"]}
    known = np.array([np.nan if t.stability is None else t.stability for t in previous.active], dtype=np.float32)
    head = grown(previous.head, corpus, previous)
    fresh = np.full(head.count - len(known), np.nan, dtype=np.float32)
    return Fitted(head, np.concatenate([known, fresh]), False, previous.pool, kept)


def grown(head: Head, corpus: Corpus, previous: ThemeModel) -> Head:
    """`head` with a theme more for every birth among the recent texts of `corpus` that no theme lies on yet.

    Recent is what was first said within four weeks of the newest text or, where that is most of the texts or has no
    dates, what the last fit of `previous` had not heard; some of a birth must be new to `previous` altogether, so
    that the same rows bear nothing twice. Births are sought among placed texts too: a head knows its own themes
    only, and puts most texts of an unheard-of subject into the nearest of them (seven to nine in ten, of labels
    held back).
    """
    if not len(previous.members):  # a model of old: what is new to it cannot be told
        return head
    hashes = np.array([content_hash(text) for text in corpus.texts], dtype=np.uint64)
    seen, told = among_heard(hashes, previous.members)
    recent, known = _recent(corpus, hashes, previous)
    rows = np.flatnonzero(corpus.comments & known & told)
    before, since = rows[~recent[rows]][:_LOOKED_AT], rows[recent[rows]][:_LOOKED_AT]
    if not len(before) or seen[since].all():
        return head
    both = np.concatenate([before, since])
    heard = mute(corpus.vectors[both], head.muted)
    young = [place for place, theme in enumerate(previous.themes) if _is_young(theme.born, corpus)]
    taken = previous.all_centroids()[young]
    for birth in find_births(heard, np.arange(len(heard)) >= len(before)):
        near, nearly = (float((c @ birth.centre).max(initial=-1.0)) for c in (head.centroids, taken))
        if near < _NEW_COSINE and nearly < _YOUNG_COSINE and (~seen[both[birth.rows]]).mean() >= _LEAST_NEW:
            head = grow_head(head, heard, birth)
    return head


def _recent(corpus: Corpus, hashes: Hashes, previous: ThemeModel) -> tuple[Bools, Bools]:
    """(which texts are recent, of which that can be told)."""
    if corpus.first_day is not None and corpus.last_day is not None:
        dated = corpus.first_day > 0
        late = dated & (corpus.first_day > corpus.last_day.max(initial=0) - _RECENT_DAYS)
        if 0 < late.sum() <= dated.sum() / 2:
            return late, dated
    met, known = among_heard(hashes, previous.heard)
    return ~met, known & bool(len(previous.heard))


def _is_young(born: str | None, corpus: Corpus) -> bool:
    """Whether a theme was born so lately that what it was born of is recent still; the first ones never are."""
    if born is None or corpus.first_day is None or corpus.last_day is None or not corpus.last_day.any():
        return False
    day = date.fromisoformat(born).toordinal()
    begun = int(corpus.first_day[corpus.first_day > 0].min())
    return day >= int(corpus.last_day.max()) - 2 * _RECENT_DAYS and day >= begun + _RECENT_DAYS


@dataclass(frozen=True)
class Birth:
    """A group of unheard texts where hardly any was heard before: its `rows`, unit `centre` (d,), the rows within its
    own spread `unheard` and `heard` of, and the chance `p` of that, were nothing new."""

    rows: Ints
    centre: Floats
    unheard: int
    heard: int
    p: float


def find_births(vectors: Floats, unheard: Bools) -> list[Birth]:
    """Subjects that the `unheard` (n,) of the unit rows `vectors` (n, d) speak of and the others hardly do, best first.

    Unheard texts whose nearest neighbours are unheard too beyond chance are grouped by average linkage. A group is
    a birth when the share of unheard texts in its surroundings (as near to its centre as three quarters of its
    members) could hardly come about by a binomial draw, and when the subject is ten times as common as before.
    """
    from scipy.stats import binom

    asked = np.flatnonzero(unheard)
    base = len(asked) / max(len(vectors), 1)
    if len(asked) < _LEAST_VOICES or base == 1.0 or len(vectors) <= _NEIGHBOURS:
        return []
    among = _unheard_neighbours(vectors, asked, unheard)
    sieved = asked[among > binom.isf(_CHANCE, _NEIGHBOURS, base)]
    births = []
    for rows in _alike(vectors, sieved):
        centre = centroids(vectors[rows], np.zeros(len(rows), dtype=np.int64))[0]
        near = vectors @ centre
        around = near >= np.quantile(near[rows], 0.25)
        new, old = int((around & unheard).sum()), int((around & ~unheard).sum())
        p = float(binom.sf(new - 1, new + old, base))
        risen = (new / len(asked)) / ((old + 0.5) / (len(vectors) - len(asked)))
        if p <= _SURE and risen >= _RISEN and _voices(vectors[rows]) >= _LEAST_VOICES:
            births.append(Birth(rows, centre, new, old, p))
    return sorted(births, key=lambda birth: (birth.p, int(birth.rows[0])))


def _unheard_neighbours(vectors: Floats, asked: Ints, unheard: Bools) -> Ints:
    """How many of the ten nearest rows of each row `asked` are unheard."""
    found = np.zeros(len(asked), dtype=np.int64)
    for first in range(0, len(asked), 1024):
        rows = asked[first : first + 1024]
        near = vectors[rows] @ vectors.T
        near[np.arange(len(rows)), rows] = -2.0
        best = np.argpartition(-near, _NEIGHBOURS - 1, axis=1)[:, :_NEIGHBOURS]
        found[first : first + 1024] = unheard[best].sum(axis=1)
    return found


def _alike(vectors: Floats, rows: Ints) -> list[Ints]:
    """`rows` in groups of alike ones, those that are large enough to look at."""
    if len(rows) < _LEAST_VOICES:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    apart = np.clip(pdist(vectors[rows].astype(np.float64), "cosine"), 0.0, 2.0)
    flat = fcluster(linkage(apart, "average"), t=_ALIKE, criterion="distance")
    groups = [rows[flat == group] for group in np.unique(flat)]
    return [group for group in groups if len(group) >= _LEAST_VOICES]


def _voices(vectors: Floats) -> int:
    """How many of the unit rows are no near copy of one before."""
    copies = np.tril(vectors @ vectors.T, -1) >= _SAME_VOICE
    return int((~copies.any(axis=1)).sum())


def grow_head(head: Head, heard: Floats, birth: Birth) -> Head:
    """`head` with one theme more, taught by `birth` against the other (muted, unit) rows `heard` (n, d).

    The scores of the old themes stay as they are: the new one is a logistic regression with the old ones' log-sum
    as offset, so that a text goes to the new theme or stays where it was.
    """
    from scipy.optimize import minimize

    near = heard @ birth.centre
    mine = np.zeros(len(heard), dtype=bool)
    mine[birth.rows] = True
    used = mine | (near < near[mine].min())  # what lies among the members without being one may be either
    mean, axes = _axes(heard[used])
    seen = np.hstack([(heard[used] - mean) @ axes, np.ones((int(used.sum()), 1))])
    scores = heard[used].astype(np.float64) @ head.weights.T.astype(np.float64) + head.bias
    offset = np.logaddexp.reduce(scores, axis=1) if head.count else np.zeros(len(seen))
    wanted = mine[used].astype(np.float64)
    weight = np.where(mine[used], _POSITIVE_WEIGHT, 1.0)
    ridge = np.r_[np.full(seen.shape[1] - 1, _PENALTY), 0.0]

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = seen @ theta - offset
        chance = 1.0 / (1.0 + np.exp(-np.clip(margin, -50.0, 50.0)))
        value = float((weight * (np.logaddexp(0.0, margin) - wanted * margin)).sum() + (ridge * theta**2).sum() / 2)
        return value, np.asarray(seen.T @ (weight * (chance - wanted)) + ridge * theta)

    start = np.zeros(seen.shape[1])
    start[-1] = offset.mean() - 4.0
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weights = axes @ theta[:-1]
    bias = theta[-1] - mean @ weights
    members = near[mine]
    return replace(
        head,
        weights=np.vstack([head.weights, weights[None, :]]).astype(np.float32),
        bias=np.append(head.bias, bias).astype(np.float32),
        centroids=np.vstack([head.centroids, birth.centre[None, :]]).astype(np.float32),
        reach=np.append(head.reach, 0.75 * members.min()).astype(np.float32),
        core=np.append(head.core, np.quantile(members, 0.25)).astype(np.float32),
    )


def _axes(rows: Floats, dimensions: int = 128) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(mean (d,), principal axes (d, p) scaled to unit variance on average) of `rows` (n, d)."""
    mean = rows.mean(axis=0, dtype=np.float64)
    centred = rows - mean
    values, axes = np.linalg.eigh(centred.T @ centred / max(len(rows), 1))
    kept = min(dimensions, len(values))
    return mean, axes[:, -kept:] / np.sqrt(max(float(values[-kept:].mean()), 1e-12))


def remember(heard: Floats, mentions: Ints, found: Clusters, before: Assignment, old: Floats) -> Clusters:
    """What a refit `found` among unit rows `heard` (n, d), told in the themes that were there `before`.

    `before` is where the old head puts these rows, `old` (m, d) its centroids. A new cluster belongs to the old
    theme that holds half of its placed members, or is new. An old theme with two clusters is split only where
    each holds 30 % of it and they lie apart; one that no cluster continues is merged where its texts now lie in
    another's cluster nearby, and is kept otherwise. The core of an old theme keeps its place. Refitting from the
    ground up moved about a fifth of the texts for no better themes: what moves in there is chance.
    """
    m = len(old)
    table = _overlap(found, before, mentions, m)
    owner = _owners(found, table, mentions)
    owner = _split(heard, found, table, owner, m)
    into = _merged(table, owner, old)
    place = np.where(before.theme >= 0, into[np.maximum(before.theme, 0)], -1)
    labels = np.full(len(heard), -1, dtype=np.int64)
    strength = np.zeros(len(heard), dtype=np.float32)
    inside = found.labels >= 0
    labels[inside], strength[inside] = owner[found.labels[inside]], found.strength[inside]
    stays = (before.state == "core") & (labels < m)  # whatever is split off or born may take from the core
    labels[stays], strength[stays] = place[stays], np.maximum(before.probability[stays], 0.5)
    sizes = np.bincount(labels[labels >= 0], minlength=int(owner.max(initial=-1)) + 1)
    alive = np.flatnonzero(sizes >= np.where(np.isin(np.arange(len(sizes)), owner), 1, _LEFT))
    number = np.full(len(sizes) + 1, -1, dtype=np.int64)
    number[alive] = np.arange(len(alive))
    stability = np.full(len(alive), np.nan, dtype=np.float32)
    for cluster, theme in enumerate(owner.tolist()):
        if number[theme] >= 0:
            stability[number[theme]] = np.fmax(stability[number[theme]], found.stability[cluster])
    return Clusters(number[labels], np.where(number[labels] >= 0, strength, 0).astype(np.float32), stability)


def _overlap(found: Clusters, before: Assignment, mentions: Ints, m: int) -> NDArray[np.float64]:
    """Mentions that each new cluster shares with each old theme, (k, m)."""
    table = np.zeros((found.count, m))
    both = (found.labels >= 0) & (before.theme >= 0)
    np.add.at(table, (found.labels[both], before.theme[both]), mentions[both])
    return table


def _owners(found: Clusters, table: NDArray[np.float64], mentions: Ints) -> Ints:
    """For each new cluster the old theme it belongs to, or a number from m on."""
    k, m = table.shape
    inside = found.labels >= 0
    total = np.bincount(found.labels[inside], weights=mentions[inside], minlength=k)
    placed = table.sum(axis=1)
    best = table.argmax(axis=1) if m else np.zeros(k, dtype=np.int64)
    most = table[np.arange(k), best] if m else np.zeros(k)
    theirs = (placed >= _BELONGS * total) & (most >= _BELONGS * placed) & (most > 0)
    fresh = m + np.cumsum(~theirs) - 1
    return np.where(theirs, best, fresh).astype(np.int64)


def _split(heard: Floats, found: Clusters, table: NDArray[np.float64], owner: Ints, m: int) -> Ints:
    """`owner` with the second cluster of an old theme made a theme of its own where the two lie apart."""
    result = owner.copy()
    middle = centroids(heard, found.labels)
    for theme in range(m):
        parts = np.flatnonzero(owner == theme)
        if len(parts) < 2:
            continue
        parts = parts[np.argsort(-table[parts, theme], kind="stable")]
        large = table[parts, theme] >= _PART * table[parts, theme].sum()
        for part in parts[1:][large[1:]]:
            if large[0] and float(middle[parts[0]] @ middle[part]) < _APART:
                result[part] = max(int(result.max()) + 1, m)
    return result


def _merged(table: NDArray[np.float64], owner: Ints, old: Floats) -> Ints:
    """For each old theme itself, or the one it has gone into."""
    into = np.arange(len(old), dtype=np.int64)
    for theme in range(len(old)):
        if theme in owner or not len(table):
            continue
        held = table[:, theme]
        cluster = int(held.argmax())
        target = int(owner[cluster])
        if target < len(old) and held[cluster] >= _BELONGS * held.sum() > 0 and old[theme] @ old[target] >= _MERGED:
            into[theme] = target
    return into
