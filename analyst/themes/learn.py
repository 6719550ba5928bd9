"""Learn the themes of a run from its distinct texts, and tie them to the themes of the run before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.themes.areas import area_id, area_label, group_themes
from analyst.themes.assign import Assignment, Head, assign, train_head
from analyst.themes.catalogue import KEEP_LABEL_COSINE, Matching, match, new_theme_id
from analyst.themes.cluster import Clusters, Floats, Ints, centroids, consistent_sample, find_clusters
from analyst.themes.labels import Embed, Naming, name_themes
from analyst.themes.model import CatalogueTheme, ThemeModel
from analyst.themes.muting import mute


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
    settings: ThemeSettings,
    embed: Embed,
    spelling: dict[str, str],
    encoder: str,
    previous: ThemeModel | None,
) -> Learned:
    """Themes of `texts` (n) in canonical order, with unit rows `vectors` (n, d), met `counts` (n,) times each.

    `muted` (m, d) are the directions to leave out (see muting.py).
    `previous` lends its ids and labels where its themes are met again; one of another encoder is ignored,
    since its centroids lie in another space.
    """
    usable = previous if previous is not None and previous.encoder == encoder else None
    rows = consistent_sample(len(texts), settings.max_fit)
    heard = mute(vectors, muted)
    clusters = find_clusters(
        heard[rows],
        counts[rows],
        neighbours=settings.neighbours,
        min_share=settings.min_share,
        seed=settings.seed,
    )
    head = train_head(heard[rows], clusters.labels, clusters.strength, counts[rows], settings.coverage, muted)
    placed = assign(head, vectors)
    model, events = _catalogue(
        head, clusters, placed, texts, languages, vectors, counts, embed, spelling, encoder, usable
    )
    return Learned(model, events, True)


def _catalogue(
    head: Head,
    clusters: Clusters,
    placed: Assignment,
    texts: list[str],
    languages: list[str],
    vectors: Floats,
    counts: Ints,
    embed: Embed,
    spelling: dict[str, str],
    encoder: str,
    previous: ThemeModel | None,
) -> tuple[ThemeModel, list[dict[str, Any]]]:
    old_centroids = previous.all_centroids() if previous else np.zeros((0, vectors.shape[1]), np.float32)
    old_themes = previous.themes if previous else []
    found = Matching([-1] * head.count, [0.0] * head.count, [])

    def keep(keywords: list[list[str]]) -> dict[int, str]:
        nonlocal found
        found = match(head.centroids, _padded(keywords, head.count), old_centroids, [t.keywords for t in old_themes])
        return _kept_labels(found, old_themes)

    heard = mute(vectors, head.muted)
    names = name_themes(
        texts, languages, heard, placed.theme, lambda p: mute(embed(p), head.muted), spelling=spelling, keep=keep
    )
    names += [Naming(f"Theme {place + 1}", []) for place in range(len(names), head.count)]
    sizes = np.bincount(placed.theme[placed.theme >= 0], weights=counts[placed.theme >= 0], minlength=head.count)
    themes = _themes(names, found, old_themes, clusters, texts, vectors, placed)
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
