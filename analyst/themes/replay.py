"""Replay people's edits on a fit: what they ask of it becomes lessons, which guided.py teaches to the head.

A *lesson* is a theme that must be there, with the rows that teach it: corrections (opinions that a person moved
there), the members it had in the run before, and sentences that a person wrote. Seeded and pinned themes, the
parts of a split and themes that corrections lead to have one. All other themes come and go as the clusters say.

Renames, merges and exclusions need no fit: they are laid over whatever was found (see analyst.runs.overlay).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analyst.core.tables import SYSTEM_THEMES
from analyst.themes.assign import assign
from analyst.themes.cluster import Floats, Ints, centroids, content_hash
from analyst.themes.corpus import Corpus
from analyst.themes.edits import Edit, Hands, Part, Split, content_key
from analyst.themes.guided import Lesson
from analyst.themes.labels import Embed
from analyst.themes.model import CatalogueTheme, ThemeModel
from analyst.themes.muting import mute

_ROUNDS = 10


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
    titles = tuple(text for text in (row.name, row.description) if text)
    return Lesson(theme_id, said.labels.get(theme_id, row.name), "seeded", titles=titles, sayings=row.examples)


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


def forget(previous: ThemeModel, theme_ids: set[str]) -> ThemeModel:
    """`previous` without these themes; what they held goes to the next best theme, or is found again."""
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
    )


def withdrawn(said: Hands, previous: ThemeModel) -> set[str]:
    """Themes of `previous` that were seeded and are no longer: their seed was undone."""
    return {t.theme_id for t in previous.themes if t.kind == "seeded" and t.theme_id not in said.seeds}
