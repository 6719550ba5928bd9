"""The head with its lessons learned: every theme that people ask for has its place, the others keep theirs.

After a fit from the ground up the lessons are members like those of any cluster, and the head learns from all.
A head that carried on is only corrected where the lessons say so (see correct.py): what nobody spoke of stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import Head, assign, train_head
from analyst.themes.cluster import Floats, Ints, content_hash
from analyst.themes.corpus import Corpus, Fitted
from analyst.themes.correct import Corrections, correct
from analyst.themes.labels import Embed
from analyst.themes.model import ThemeModel
from analyst.themes.muting import mute
from analyst.themes.teach import Seed, claim, hand_over

_CORRECTION = 5.0  # how much a row that a person placed teaches, where a found member teaches 1
_WRITTEN = 3.0  # ... and a sentence that a person wrote
_LEAST_ROWS = 5  # a theme with fewer rows would turn the logistic head into nearest centroids for all
_SWALLOWED = 0.5  # a found group that gave this share of its rows to a lesson is that lesson
_RESHAPED = 0.1  # a theme that won or lost this share of its rows has its middle elsewhere
_TOLD = 300  # rows of a theme that are corrected one by one; the rest follows
_SCALE = 20.0  # a usual softmax scale for cosines: where a new theme's weights begin
_REACH, _LOW, _QUARTER = 0.75, 0.02, 0.25  # as of the themes that were found (assign.py)


@dataclass(frozen=True)
class Lesson:
    """A theme that must be there. `placed` and `members` are rows of the corpus, `titles` and `sayings` a person's.

    `placed` are opinions that a person put there, `members` those it had in the run before; `carves` says that these
    are its own even where the head of the run before puts them elsewhere (a split). `titles` are what a seeded theme
    is called and about.
    """

    theme_id: str
    label: str = ""
    kind: str = "discovered"
    placed: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    members: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    titles: tuple[str, ...] = ()
    sayings: tuple[str, ...] = ()
    carves: bool = False


@dataclass(frozen=True)
class Taught:
    """A fit with its lessons learned; `ids[i]` is the lasting id of head row i where it is known, else None.

    `kinds` are those of the lessons' themes.
    """

    fitted: Fitted
    ids: list[str | None]
    lessons: int
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Class:
    """The rows to learn from and where each belongs: `rows` of the corpus, `heard` (n, d) muted, `labels` (n,), and
    `written` (m, d) with the group `of` (m,) each; groups count in `names`, of which the first are the head's."""

    rows: Ints
    heard: Floats
    before: Ints
    labels: Ints
    written: Floats
    of: Ints
    placed: Ints  # places in `rows` that a person decided
    names: list[str | None]


def teach(
    corpus: Corpus,
    fitted: Fitted,
    previous: ThemeModel | None,
    asked: Sequence[Lesson],
    embed: Embed,
    settings: ThemeSettings,
) -> Taught:
    """The head of `fitted`, changed so that every lesson has its theme; `previous` is of the same encoder.

    A head that carried on and learned these very lessons before is left as it is. A found group of which a lesson
    takes most goes with it.
    """
    ids = carried_ids(fitted, previous)
    kinds = {one.theme_id: one.kind for one in asked}
    mark = _mark(asked, corpus)
    fitted = replace(fitted, record={**fitted.record, "lessons": mark})
    known = previous is not None and not fitted.refit and previous.fitted.get("lessons", "") == mark
    if not asked or (known and {one.theme_id for one in asked} <= set(ids)):
        return Taught(fitted, ids, len(asked), kinds)
    room = _gather(corpus, fitted, ids, asked, embed, settings.max_fit)
    head, kept = _retrained(room, fitted.head, corpus, settings) if fitted.refit else _corrected(room, fitted.head)
    stability = np.array([fitted.stability[c] if c < len(fitted.stability) else np.nan for c in kept], np.float32)
    changed = replace(fitted, head=head, stability=stability)
    return Taught(changed, [room.names[c] for c in kept], len(asked), kinds)


def carried_ids(fitted: Fitted, previous: ThemeModel | None) -> list[str | None]:
    """The lasting id of each head row where it is known: a head that carried on keeps its rows in their order."""
    ids: list[str | None] = [None] * fitted.head.count
    if previous is not None and not fitted.refit:
        ids[: previous.head.count] = [theme.theme_id for theme in previous.active]
    return ids


def _gather(
    corpus: Corpus, fitted: Fitted, ids: list[str | None], asked: Sequence[Lesson], embed: Embed, most: int
) -> _Class:
    """Every row with the group that it belongs to once the lessons are learned."""
    head = fitted.head
    sample = np.arange(min(len(corpus.texts), most))  # rows come in hash order: the first ones are a fair sample
    rows = np.unique(np.concatenate([sample, *(one.placed for one in asked), *(one.members[:most] for one in asked)]))
    heard = mute(corpus.vectors[rows], head.muted)
    before = assign(head, corpus.vectors[rows]).theme
    names = [*ids, *(one.theme_id for one in asked if one.theme_id not in ids)]
    number = {name: place for place, name in enumerate(names) if name is not None}
    at = np.full(len(corpus.texts), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    labels = before.copy()
    for lesson in asked:
        if lesson.carves or fitted.refit:
            mine = at[lesson.members]
            labels[mine[mine >= 0]] = number[lesson.theme_id]
    if fitted.refit:
        labels = _swallowed(labels, before, set(number.values()))
    seeds = [one for one in asked if one.titles or one.sayings]
    spoken = {one.theme_id: _rows(embed, one.titles, head) for one in seeds}
    sayings = {one.theme_id: _rows(embed, one.sayings, head) for one in seeds}
    claims = claim(heard, [Seed(spoken[one.theme_id], sayings[one.theme_id]) for one in seeds])
    groups = np.array([number[one.theme_id] for one in seeds], dtype=np.int64)
    shaped = {number[name] for name in number if name in {one.theme_id for one in asked}}
    labels = hand_over(labels, claims, groups, shaped)
    placed = np.zeros(0, dtype=np.int64)
    for lesson in asked:  # what a person placed comes last
        labels[at[lesson.placed]] = number[lesson.theme_id]
        placed = np.append(placed, at[lesson.placed])
    written = np.vstack([np.zeros((0, heard.shape[1]), np.float32), *sayings.values()])
    of = np.array([number[one.theme_id] for one in seeds for _ in sayings[one.theme_id]], dtype=np.int64)
    bare = [one.theme_id for one in asked if one.theme_id in spoken and not _held(labels, of, number[one.theme_id])]
    written = np.vstack([written, *(spoken[one] for one in bare)])  # nothing speaks of it yet but its name
    of = np.append(of, np.array([number[one] for one in bare for _ in spoken[one]], dtype=np.int64))
    return _Class(rows, heard, before, labels, written, of.astype(np.int64), placed, names)


def _rows(embed: Embed, texts: Sequence[str], head: Head) -> Floats:
    width = head.weights.shape[1] or head.muted.shape[1]
    return mute(embed(list(texts)), head.muted) if texts else np.zeros((0, width), np.float32)


def _held(labels: Ints, of: Ints, group: int) -> bool:
    return bool((labels == group).any() or (of == group).any())


def _retrained(room: _Class, head: Head, corpus: Corpus, settings: ThemeSettings) -> tuple[Head, list[int]]:
    """A head learned from all rows and what was written; (head, the group of each of its rows)."""
    labels = np.append(room.labels, room.of)
    weight = np.append(np.ones(len(room.rows), np.float32), np.full(len(room.of), _WRITTEN, np.float32))
    weight[room.placed] = _CORRECTION
    counts = np.append(corpus.counts[room.rows], np.zeros(len(room.of), np.int64))
    labels, kept = _compact(labels)
    again = _repeats(labels)
    vectors, repeated = np.vstack([room.heard, room.written]), np.arange(len(again)) >= len(labels)
    mentions = np.where(repeated, 0, counts[again])
    sure = np.ones(len(again), np.float32)
    muted, coverage = head.muted, settings.coverage
    return train_head(vectors[again], labels[again], sure, mentions, coverage, muted, weights=weight[again]), kept


def _corrected(room: _Class, head: Head) -> tuple[Head, list[int]]:
    """The head grown by the new groups and corrected where a row belongs elsewhere now; groups left empty go."""
    vectors, labels = np.vstack([room.heard, room.written]), np.append(room.labels, room.of)
    before = np.append(room.before, np.full(len(room.of), -1))
    changed = (labels != before) & (labels >= 0)
    changed[room.placed] = False  # a single correction does not move a theme's middle
    count = len(room.names)
    now, came = np.bincount(labels + 1, minlength=count + 1)[1:], np.bincount(labels[changed], minlength=count)
    went = np.bincount(before[changed] + 1, minlength=count + 1)[1:]
    new = np.arange(count) >= head.count
    reshaped = np.flatnonzero((now > 0) & (new | (came + went >= _RESHAPED * now)))
    grown = _grown(head, count, vectors, labels, reshaped.tolist())
    changed[room.placed] = True
    spoken = changed | np.isin(labels, reshaped)  # of a theme that is taken apart, what stays is told as well
    rows = [np.flatnonzero(spoken & (labels == group))[:_TOLD] for group in range(count)]
    told = np.unique(np.concatenate([*rows, room.placed])).astype(np.int64)
    hold = room.heard[~changed[: len(room.heard)]]
    tuned = correct(grown, hold, Corrections(vectors[told], labels[told]))
    held = np.bincount(before + 1, minlength=count + 1)[1:]
    gone = (now == 0) & ((held > 0) | new)
    kept: list[int] = np.flatnonzero(~gone).tolist()
    return _only(tuned, kept), kept


def _grown(head: Head, count: int, vectors: Floats, labels: Ints, fresh: Sequence[int]) -> Head:
    """`head` with rows up to `count`; the groups in `fresh` get middle, reach and core of their rows anew."""
    extra = count - head.count
    width = vectors.shape[1]
    weights = np.vstack([head.weights, np.zeros((extra, width), np.float32)])
    middle = np.vstack([head.centroids, np.zeros((extra, width), np.float32)])
    bias = np.append(head.bias, np.full(extra, -_SCALE, np.float32))
    reach, core = np.append(head.reach, np.zeros(extra, np.float32)), np.append(head.core, np.ones(extra, np.float32))
    for group in fresh:
        mine = vectors[labels == group]
        total = mine.sum(axis=0)
        middle[group] = total / max(float(np.linalg.norm(total)), 1e-12)
        low, quarter = np.quantile(mine @ middle[group], [_LOW, _QUARTER])
        reach[group], core[group] = _REACH * low, quarter
        if group >= head.count:
            weights[group] = _SCALE * middle[group]
    return replace(
        head,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        centroids=middle.astype(np.float32),
        reach=reach.astype(np.float32),
        core=core.astype(np.float32),
    )


def _only(head: Head, kept: list[int]) -> Head:
    return replace(
        head,
        weights=head.weights[kept],
        bias=head.bias[kept],
        centroids=head.centroids[kept],
        reach=head.reach[kept],
        core=head.core[kept],
    )


def _mark(asked: Sequence[Lesson], corpus: Corpus) -> str:
    """A hash of what the lessons say; members are not in it, since they follow from the head."""
    told = [
        (
            one.theme_id,
            one.kind,
            one.titles,
            one.sayings,
            one.carves,
            [content_hash(corpus.texts[row]) for row in one.placed],
        )
        for one in asked
    ]
    return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest() if told else ""


def _swallowed(labels: Ints, before: Ints, taught: set[int]) -> Ints:
    """`labels` with every found group that gave most of its rows to one lesson put into it altogether."""
    result = labels.copy()
    for group in np.unique(before[before >= 0]).tolist():
        if group in taught:
            continue
        went = labels[before == group]
        to, counts = np.unique(went, return_counts=True)
        best = int(to[counts.argmax()])
        if best in taught and counts.max() >= _SWALLOWED * len(went):
            result[labels == group] = best
    return result


def _compact(labels: Ints) -> tuple[Ints, list[int]]:
    """`labels` renumbered without gaps, and the old number of each new one."""
    kept = np.unique(labels[labels >= 0]).tolist()
    number = np.full(max(kept, default=-1) + 2, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    return np.where(labels >= 0, number[labels], -1), kept


def _repeats(labels: Ints) -> Ints:
    """Every row once, and rows of groups with fewer than _LEAST_ROWS again until they have as many."""
    more = [np.resize(np.flatnonzero(labels == g), max(_LEAST_ROWS - n, 0)) for g, n in enumerate(_sizes(labels))]
    return np.concatenate([np.arange(len(labels)), *more]).astype(np.int64)


def _sizes(labels: Ints) -> list[int]:
    sizes: list[int] = np.bincount(labels[labels >= 0]).tolist()
    return sizes
