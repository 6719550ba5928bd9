"""Learn the themes of a run from its distinct texts, and tie them to the themes of the run before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import ThemeSettings
from analyst.themes.areas import area_id, area_label, group_themes
from analyst.themes.assign import Assignment, Head, assign, train_head
from analyst.themes.catalogue import KEEP_LABEL_COSINE, Matching, match, new_theme_id
from analyst.themes.cluster import (
    MOST_THEMES,
    SMALL,
    Clusters,
    Floats,
    Ints,
    centroids,
    consistent_sample,
    find_clusters,
    near_duplicates,
)
from analyst.themes.labels import Embed, Naming, name_themes
from analyst.themes.model import CatalogueTheme, ThemeModel
from analyst.themes.muting import mute

Bools = NDArray[np.bool_]
_STATEMENT_SHARE = 0.03  # what only sessions show must be common before it is worth a theme ...
_STATEMENT_THEMES = 8  # ... and a handful of such themes is enough: exposure is counted from the signals
_SAME_SAYING = 0.8  # cosine from which two texts count as one voice in the choice of a label


@dataclass(frozen=True)
class _Naming:
    """What the labels are made from: one text of every group of near duplicates, and where it was placed."""

    texts: list[str]
    languages: list[str]
    vectors: Floats
    groups: Ints
    spelling: dict[str, str]


@dataclass(frozen=True)
class Learned:
    """The model of a run, what happened to the catalogue, and whether the clusters were fitted anew."""

    model: ThemeModel
    events: list[dict[str, Any]]
    refit: bool


def learn_themes(
    texts: list[str],
    languages: list[str],
    vectors: Floats,
    counts: Ints,
    *,
    muted: Floats,
    comments: Bools,
    statements: Bools,
    settings: ThemeSettings,
    embed: Embed,
    spelling: dict[str, str],
    encoder: str,
    previous: ThemeModel | None,
) -> Learned:
    """Themes of `texts` (n) in canonical order, with unit rows `vectors` (n, d), met `counts` (n,) times each.

    `muted` (m, d) are the directions to leave out (see muting.py). `comments` and `statements` (n,) say which
    texts may shape themes as something people said, and which as a session's statement.
    `previous` lends its ids and labels where its themes are met again; one of another encoder is ignored,
    since its centroids lie in another space.
    """
    usable = previous if previous is not None and previous.encoder == encoder else None
    heard = mute(vectors, muted)
    leader = near_duplicates(heard)
    rows = np.unique(leader)
    mentions = np.bincount(leader, weights=counts, minlength=len(texts)).astype(np.int64)
    clusters = _two_pools(heard[rows], mentions[rows], comments[rows], statements[rows], settings)
    head = train_head(heard[rows], clusters.labels, clusters.strength, mentions[rows], settings.coverage, muted)
    placed = assign(head, vectors)
    voices = rows[np.unique(near_duplicates(heard[rows], _SAME_SAYING))]
    naming = _Naming(
        [texts[i] for i in voices], [languages[i] for i in voices], heard[voices], placed.theme[voices], spelling
    )
    model, events = _catalogue(head, clusters, placed, naming, texts, heard, counts, embed, encoder, usable)
    return Learned(model, events, True)


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
    heard: Floats, mentions: Ints, rows: Ints, settings: ThemeSettings, share: float, most: int = MOST_THEMES
) -> Clusters:
    return find_clusters(
        heard[rows], mentions[rows], neighbours=settings.neighbours, min_share=share, seed=settings.seed, most=most
    )


def _catalogue(
    head: Head,
    clusters: Clusters,
    placed: Assignment,
    naming: _Naming,
    texts: list[str],
    heard: Floats,
    counts: Ints,
    embed: Embed,
    encoder: str,
    previous: ThemeModel | None,
) -> tuple[ThemeModel, list[dict[str, Any]]]:
    old_centroids = previous.all_centroids() if previous else np.zeros((0, heard.shape[1]), np.float32)
    old_themes = previous.themes if previous else []
    found = Matching([-1] * head.count, [0.0] * head.count, [])

    def keep(keywords: list[list[str]]) -> dict[int, str]:
        nonlocal found
        found = match(head.centroids, _padded(keywords, head.count), old_centroids, [t.keywords for t in old_themes])
        return _kept_labels(found, old_themes)

    names = name_themes(
        naming.texts,
        naming.languages,
        naming.vectors,
        naming.groups,
        lambda phrases: mute(embed(phrases), head.muted),
        spelling=naming.spelling,
        keep=keep,
    )
    names += [Naming(f"Theme {place + 1}", []) for place in range(len(names), head.count)]
    sizes = np.bincount(placed.theme[placed.theme >= 0], weights=counts[placed.theme >= 0], minlength=head.count)
    themes = _themes(names, found, old_themes, clusters, texts, heard, placed)
    themes, areas = _with_areas(themes, head.centroids, sizes.astype(np.int64))
    gone = [j for j in range(len(old_themes)) if j not in found.old]
    dormant = [replace(old_themes[j], status="dormant") for j in gone]
    model = ThemeModel(head, themes + dormant, old_centroids[gone], encoder, areas)
    return model, _named_events(found.events, themes, old_themes)


def _padded(keywords: list[list[str]], count: int) -> list[list[str]]:
    """Keywords for each theme, none for one that no text was placed in."""
    return keywords + [[] for _ in range(len(keywords), count)]


def _kept_labels(found: Matching, old: list[CatalogueTheme]) -> dict[int, str]:
    """Labels that stay: those of themes met again whose middle hardly moved."""
    return {
        new: old[j].label
        for new, (j, cosine) in enumerate(zip(found.old, found.cosine, strict=True))
        if j >= 0 and cosine >= KEEP_LABEL_COSINE
    }


def _themes(
    names: list[Naming],
    found: Matching,
    old: list[CatalogueTheme],
    clusters: Clusters,
    texts: list[str],
    vectors: Floats,
    placed: Assignment,
) -> list[CatalogueTheme]:
    existing = {theme.theme_id for theme in old}
    made: list[CatalogueTheme] = []
    for place, name in enumerate(names):
        j = found.old[place]
        theme_id = old[j].theme_id if j >= 0 else new_theme_id(_anchor(place, texts, vectors, placed), existing)
        existing.add(theme_id)
        stability = float(clusters.stability[place])
        made.append(
            CatalogueTheme(
                theme_id=theme_id,
                label=name.label,
                keywords=name.keywords,
                area_id="",
                kind=old[j].kind if j >= 0 else "discovered",
                stability=None if np.isnan(stability) else round(stability, 4),
            )
        )
    return made


def _anchor(place: int, texts: list[str], vectors: Floats, placed: Assignment) -> str:
    """The theme's most central text: what its id is made from."""
    rows = np.flatnonzero(placed.theme == place)
    if not len(rows):
        return f"empty {place}"
    middle = centroids(vectors[rows], np.zeros(len(rows), dtype=np.int64))[0]
    return texts[int(rows[np.argmax(vectors[rows] @ middle)])]


def _with_areas(
    themes: list[CatalogueTheme], middle: Floats, sizes: Ints
) -> tuple[list[CatalogueTheme], dict[str, str]]:
    area_of = group_themes(middle, sizes)
    areas: dict[str, str] = {}
    grouped = list(themes)
    for area in range(int(area_of.max(initial=-1)) + 1):
        rows = sorted(np.flatnonzero(area_of == area).tolist(), key=lambda row: (-int(sizes[row]), row))
        key = area_id([themes[row].theme_id for row in rows])
        areas[key] = area_label([themes[row].label for row in rows])
        for row in rows:
            grouped[row] = replace(themes[row], area_id=key)
    return grouped, areas


def _named_events(
    events: list[dict[str, Any]], new: list[CatalogueTheme], old: list[CatalogueTheme]
) -> list[dict[str, Any]]:
    """The same events with theme ids instead of rows."""
    named = []
    for event in events:
        mine = new[event["new"]].theme_id if event["new"] is not None else None
        theirs = old[event["old"]].theme_id if event["old"] is not None else None
        named.append({**event, "theme_id": mine or theirs, "new": mine, "old": theirs})
    return named
