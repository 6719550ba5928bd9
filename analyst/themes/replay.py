"""Replay people's edits on a fit: what they ask of it becomes lessons, and the lessons retrain the head.

A *lesson* is a theme that must be there, with the rows that teach it: corrections (opinions that a person moved
there), the members it had in the run before, and sentences that a person wrote. Seeded and pinned themes, the
parts of a split and themes that corrections lead to have one. All other themes come and go as the clusters say.

Renames, merges and exclusions need no fit: they are laid over whatever was found (see analyst.runs.overlay).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.core.tables import SYSTEM_THEMES
from analyst.themes.assign import Head, assign, train_head
from analyst.themes.cluster import Floats, Ints, centroids, content_hash
from analyst.themes.corpus import Corpus, Fitted
from analyst.themes.edits import Edit, Hands, Part, Split, content_key
from analyst.themes.labels import Embed
from analyst.themes.model import CatalogueTheme, ThemeModel
from analyst.themes.muting import mute

_CORRECTION = 5.0  # how much a row that a person placed teaches, where a found member teaches 1
_WRITTEN = 3.0  # ... and a sentence that a person wrote
_LEAST_ROWS = 5  # a theme with fewer rows would turn the logistic head into nearest centroids for all
_SWALLOWED = 0.5  # a found group that gave this share of its rows to a lesson is that lesson
_ROUNDS = 10
_NEAR_SEED = 0.45  # cosine to its examples from which a row may be a seeded theme's, if no theme is nearer
_SAME_THEME = 0.55  # cosine of middles from which a found group is what somebody seeded


@dataclass(frozen=True)
class Lesson:
    """A theme that must be there. `placed` and `members` are rows of the corpus; `written` sentences of a person's.

    `carves` says that `members` are its own even where the head of the run before puts them elsewhere.
    """

    theme_id: str
    label: str = ""
    kind: str = "discovered"
    placed: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    members: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    written: tuple[str, ...] = ()
    carves: bool = False


@dataclass(frozen=True)
class Taught:
    """A fit with its lessons learned; `ids[i]` is the lasting id of head row i where it is known, else None;
    `kinds` are those of the lessons' themes."""

    fitted: Fitted
    ids: list[str | None]
    lessons: int
    kinds: dict[str, str] = field(default_factory=dict)


def lessons(
    said: Hands, corpus: Corpus, previous: ThemeModel | None, same_space: bool, embed: Embed, seed: int
) -> list[Lesson]:
    """What the edits ask of a fit of `corpus`, in the order of theme ids.

    `same_space` says that `previous` is of the same encoder; else its themes are known by their members' words.
    Edits whose theme is nowhere to be found ask for nothing: they wait in the log until it is back.
    """
    place_of = {content_key(content_hash(text)): row for row, text in enumerate(corpus.texts)}
    known = {theme.theme_id: theme for theme in previous.themes} if previous else {}
    asked: dict[str, Lesson] = {row.theme: _seeded(said, row.theme) for row in said.seeds.values()}
    members = _members(previous, corpus, same_space)
    for edit in said.splits:
        for lesson in _parts(edit, known, members, corpus, embed, seed):
            asked[lesson.theme_id] = lesson
            members[lesson.theme_id] = lesson.members
    kept = {theme for theme in said.pinned if theme in known}
    placed: dict[str, list[int]] = {}
    for key, (theme, _) in said.moved.items():
        target = next((one for one in (theme, said.root(theme)) if one in known or one in asked), None)
        if target is not None and key in place_of:
            placed.setdefault(target, []).append(place_of[key])
    for theme_id in sorted(kept | set(placed)):
        asked.setdefault(theme_id, Lesson(theme_id, known[theme_id].label, known[theme_id].kind))
    return [
        replace(
            asked[theme_id],
            placed=np.array(sorted(placed.get(theme_id, [])), dtype=np.int64),
            members=members.get(theme_id, asked[theme_id].members),
        )
        for theme_id in sorted(asked)
        if theme_id not in SYSTEM_THEMES
    ]


def _seeded(said: Hands, theme_id: str) -> Lesson:
    row = said.seeds[theme_id]
    written = (row.name, *([row.description] if row.description else []), *row.examples)
    return Lesson(theme_id, said.labels.get(theme_id, row.name), "seeded", written=written)


def _members(previous: ThemeModel | None, corpus: Corpus, same_space: bool) -> dict[str, Ints]:
    """The rows of each theme in the run before: as its head says, or as it remembers them for another encoder."""
    if previous is None:
        return {}
    theme = assign(previous.head, corpus.vectors).theme if same_space else _recalled(previous, corpus)
    return {one.theme_id: rows for k, one in enumerate(previous.active) if len(rows := np.flatnonzero(theme == k))}


def _recalled(previous: ThemeModel, corpus: Corpus) -> Ints:
    """The theme that each text of `corpus` (n,) was in, -1 for texts that `previous` does not remember."""
    hashes = np.array([content_hash(text) for text in corpus.texts], dtype=np.uint64)
    if not len(previous.members):
        return np.full(len(hashes), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(previous.members, hashes), len(previous.members) - 1)
    return np.where(previous.members[place] == hashes, previous.member_of[place], -1).astype(np.int64)


def _parts(
    edit: Edit,
    known: dict[str, CatalogueTheme],
    members: dict[str, Ints],
    corpus: Corpus,
    embed: Embed,
    seed: int,
) -> list[Lesson]:
    """The parts of a split: taken apart now, or as the run before has them."""
    assert isinstance(edit.action, Split)
    parts = edit.action.parts
    if all(part.theme in members for part in parts):
        return [Lesson(part.theme, part.label, _kind(known, part.theme), members=members[part.theme]) for part in parts]
    rows = members.get(edit.action.theme)
    if rows is None or len(rows) < len(parts):
        return []
    heard = mute(corpus.vectors[rows], corpus.muted)
    group = take_apart(heard, corpus.counts[rows], parts, lambda texts: mute(embed(texts), corpus.muted), seed)
    return [
        Lesson(part.theme, part.label, _kind(known, edit.action.theme), members=rows[group == place], carves=True)
        for place, part in enumerate(parts)
    ]


def _kind(known: dict[str, CatalogueTheme], theme_id: str) -> str:
    return known[theme_id].kind if theme_id in known else "discovered"


def take_apart(vectors: Floats, counts: Ints, parts: Sequence[Part], embed: Embed, seed: int) -> Ints:
    """The part of each unit row (n,): by nearness to what was written of the parts, else by the rows themselves.

    Without words, spherical k-means; the largest group is the first part. With words, the parts start from them
    and stay anchored there (each weighs as much as its rows do), so that a small part is not drawn to a large one.
    """
    if all(part.label or part.examples for part in parts):
        return _by_words(vectors, np.stack([_anchor(part, embed) for part in parts]))
    from sklearn.cluster import KMeans

    found = KMeans(len(parts), n_init=10, random_state=seed).fit(vectors.astype(np.float64), sample_weight=counts)
    mass = np.bincount(found.labels_, weights=counts, minlength=len(parts))
    rank = np.empty(len(parts), dtype=np.int64)
    rank[np.argsort(-mass, kind="stable")] = np.arange(len(parts))
    result: Ints = rank[found.labels_]
    return result


def _anchor(part: Part, embed: Embed) -> Floats:
    return _middle(embed([text for text in (part.label, *part.examples) if text]))


def _by_words(vectors: Floats, anchors: Floats) -> Ints:
    group = (vectors @ anchors.T).argmax(axis=1)
    for _ in range(_ROUNDS):
        middle = np.zeros_like(anchors)
        found = centroids(vectors, group)
        middle[: len(found)] = found
        nearer = (vectors @ _unit(middle + anchors).T).argmax(axis=1)
        if (nearer == group).all():
            break
        group = nearer
    return np.asarray(group, dtype=np.int64)


def _middle(rows: Floats) -> Floats:
    middle: Floats = _unit(rows.mean(axis=0, keepdims=True))[0]
    return middle


def _unit(rows: Floats) -> Floats:
    length: Floats = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
    unit: Floats = (rows / np.maximum(length, 1e-12)).astype(np.float32)
    return unit


def teach(
    corpus: Corpus,
    fitted: Fitted,
    previous: ThemeModel | None,
    asked: Sequence[Lesson],
    embed: Embed,
    settings: ThemeSettings,
) -> Taught:
    """The head of `fitted`, retrained so that every lesson has its theme; `previous` is of the same encoder.

    A head that carried on and learned these very lessons before is left as it is. A found group that gave most
    of its rows to a lesson goes with it.
    """
    ids = carried_ids(fitted, previous)
    kinds = {one.theme_id: one.kind for one in asked}
    mark = _mark(asked, corpus)
    fitted = replace(fitted, record={**fitted.record, "lessons": mark})
    learned = previous is not None and not fitted.refit and previous.fitted.get("lessons", "") == mark
    if not asked or (learned and {one.theme_id for one in asked} <= set(ids)):
        return Taught(fitted, ids, len(asked), kinds)
    head = fitted.head
    rows = _rows(corpus, asked, settings.max_fit)
    heard = mute(corpus.vectors[rows], head.muted)
    found = assign(head, corpus.vectors[rows])
    names = [*ids, *(one.theme_id for one in asked if one.theme_id not in ids)]
    number = {name: place for place, name in enumerate(names) if name is not None}
    written, of = _written(asked, number, embed, head.muted, heard.shape[1])
    rows_of = np.full(len(corpus.texts), -1, dtype=np.int64)
    rows_of[rows] = np.arange(len(rows))
    labels, strength, weight = found.theme.copy(), found.probability.copy(), np.ones(len(rows), np.float32)
    for lesson in asked:
        mine = number[lesson.theme_id]
        if lesson.carves or fitted.refit:
            _put(labels, strength, rows_of[lesson.members], mine)
    new = [place for place in range(len(ids), len(names)) if (of == place).any()]
    _seed(labels, strength, heard, head, np.array(new, dtype=np.int64), written, of, set(number.values()))
    for lesson in asked:  # what a person placed comes last
        _put(labels, strength, rows_of[lesson.placed], number[lesson.theme_id])
        weight[rows_of[lesson.placed]] = _CORRECTION
    if fitted.refit:
        labels = _swallowed(labels, found.theme, set(number.values()))
    vectors = np.vstack([heard, written])
    labels, strength = np.append(labels, of), np.append(strength, np.ones(len(of), np.float32))
    weight = np.append(weight, np.full(len(of), _WRITTEN, np.float32))
    counts = np.append(corpus.counts[rows], np.zeros(len(of), np.int64))
    labels, kept = _compact(labels)
    again = _repeats(labels)
    grown = train_head(
        vectors[again],
        labels[again],
        strength[again],
        np.where(np.arange(len(again)) < len(labels), counts[again], 0),
        settings.coverage,
        head.muted,
        weights=weight[again],
    )
    if not fitted.refit:
        grown = replace(grown, threshold=max(grown.threshold, head.threshold))
    stability = np.array([fitted.stability[c] if c < len(fitted.stability) else np.nan for c in kept], np.float32)
    return Taught(replace(fitted, head=grown, stability=stability), [names[c] for c in kept], len(asked), kinds)


def carried_ids(fitted: Fitted, previous: ThemeModel | None) -> list[str | None]:
    """The lasting id of each head row where it is known: a head that carried on keeps its rows in their order."""
    ids: list[str | None] = [None] * fitted.head.count
    if previous is not None and not fitted.refit:
        ids[: previous.head.count] = [theme.theme_id for theme in previous.active]
    return ids


def _mark(asked: Sequence[Lesson], corpus: Corpus) -> str:
    """A hash of what the lessons say; members are not in it, since they follow from the head."""
    told = [
        (one.theme_id, one.kind, one.written, one.carves, [content_hash(corpus.texts[row]) for row in one.placed])
        for one in asked
    ]
    return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest() if told else ""


def _rows(corpus: Corpus, asked: Sequence[Lesson], most: int) -> Ints:
    """The rows to learn from: a consistent sample (rows come in hash order), and all that a person placed."""
    sample = np.arange(min(len(corpus.texts), most))
    return np.unique(np.concatenate([sample, *(one.placed for one in asked), *(one.members[:most] for one in asked)]))


def _put(labels: Ints, strength: Floats, rows: Ints, group: int) -> None:
    rows = rows[rows >= 0]
    labels[rows], strength[rows] = group, 1.0


def _written(
    asked: Sequence[Lesson], number: dict[str, int], embed: Embed, muted: Floats, width: int
) -> tuple[Floats, Ints]:
    """What people wrote of the lessons, as muted unit rows, and the group of each."""
    texts = [text for lesson in asked for text in lesson.written]
    of = np.array([number[lesson.theme_id] for lesson in asked for _ in lesson.written], dtype=np.int64)
    return (mute(embed(texts), muted) if texts else np.zeros((0, width), np.float32)), of


def _seed(
    labels: Ints, strength: Floats, heard: Floats, head: Head, new: Ints, written: Floats, of: Ints, taught: set[int]
) -> None:
    """Give the new groups `new` what speaks of them: found groups whose middle lies near theirs, then single rows.

    A row changes over when it lies nearer to what was written of the new group than to the middle of its own.
    """
    if not len(new):
        return
    middle = np.stack([_middle(written[of == group]) for group in new])
    likeness = head.centroids @ middle.T
    for group in range(head.count):
        best = int(likeness[group].argmax())
        if group not in taught and likeness[group, best] >= _SAME_THEME:
            _put(labels, strength, np.flatnonzero(labels == group), int(new[best]))
    near = heard @ middle.T
    best_of = near.argmax(axis=1)
    closest = near[np.arange(len(heard)), best_of]
    own = np.zeros(len(heard), np.float32)
    held = np.flatnonzero((labels >= 0) & (labels < head.count))
    own[held] = np.einsum("nd,nd->n", heard[held], head.centroids[labels[held]])
    over = np.flatnonzero((closest >= _NEAR_SEED) & (closest > own) & ~np.isin(labels, new))
    labels[over], strength[over] = new[best_of[over]], 1.0


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


def forget(previous: ThemeModel, theme_ids: set[str]) -> ThemeModel:
    """`previous` without these themes, to be fitted anew: what they took from others must be found again."""
    if not theme_ids & {theme.theme_id for theme in previous.themes}:
        return previous
    head = previous.head
    stay = np.array([theme.theme_id not in theme_ids for theme in previous.active], dtype=bool)
    rest = np.array([theme.theme_id not in theme_ids for theme in previous.themes[head.count :]], dtype=bool)
    fewer = replace(
        head,
        weights=head.weights[stay],
        bias=head.bias[stay],
        centroids=head.centroids[stay],
        reach=head.reach[stay],
        core=head.core[stay],
    )
    left = np.append(np.cumsum([t.theme_id not in theme_ids for t in previous.themes]) - 1, -1)
    number = np.where([*(t.theme_id not in theme_ids for t in previous.themes), False], left, -1)
    return replace(
        previous,
        member_of=number[previous.member_of].astype(np.int32),
        head=fewer,
        themes=[theme for theme in previous.themes if theme.theme_id not in theme_ids],
        dormant_centroids=previous.dormant_centroids[rest],
        fitted={},
    )


def withdrawn(said: Hands, previous: ThemeModel) -> set[str]:
    """Themes of `previous` that were seeded and are no longer: their seed was undone."""
    return {t.theme_id for t in previous.themes if t.kind == "seeded" and t.theme_id not in said.seeds}
