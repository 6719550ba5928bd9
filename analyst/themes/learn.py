"""Learn the themes of a run from its distinct texts, and enter them into the lasting catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import ThemeSettings
from analyst.themes.areas import area_id, area_label, group_themes
from analyst.themes.assign import Assignment, assign
from analyst.themes.catalogue import (
    KEEP_LABEL_COSINE,
    Matching,
    Shared,
    match,
    moves,
    new_theme_id,
    shared_members,
    theme_days,
    with_history,
)
from analyst.themes.cluster import Floats, Ints, centroids, content_hash, near_duplicates
from analyst.themes.consensus import PUBLISHED
from analyst.themes.edits import Hands
from analyst.themes.fit import Corpus, fit_themes
from analyst.themes.guided import Lesson, Taught, teach
from analyst.themes.labels import Embed, Keep, Naming, name_themes
from analyst.themes.model import CatalogueTheme, Hashes, ThemeModel, consistent
from analyst.themes.muting import mute
from analyst.themes.replay import forget, lessons, withdrawn

_FEW_COMMENTS = 8  # distinct comments below which a theme is named from its session statements too
_SAME_SAYING = 0.8  # cosine from which two texts count as one voice in the choice of a label


@dataclass(frozen=True)
class Learned:
    """The model of a run, what happened to the catalogue, whether the clusters were fitted anew, lessons learned, and
    which mentions the new head places elsewhere than the old one did (see `catalogue.moves`; None without one)."""

    model: ThemeModel
    events: list[dict[str, Any]]
    refit: bool
    lessons: int = 0
    moved: dict[str, Any] | None = None


def learn_themes(
    corpus: Corpus,
    settings: ThemeSettings,
    embed: Embed,
    encoder: str,
    previous: ThemeModel | None,
    said: Hands | None = None,
) -> Learned:
    """The themes of `corpus`. `embed` turns phrases into unit rows of the encoder called `encoder`.

    `previous` lends its ids and labels where its themes are met again; of one of another encoder, whose centroids
    lie in another space, only the themes' members and keywords are used. `said` is what people's
    edits say (see replay.py).
    """
    said = said or Hands()
    met = None if previous is None else forget(previous, withdrawn(said, previous))
    usable = met if met is not None and met.encoder == encoder else None
    asked = lessons(said, corpus, met, usable is not None, embed, settings.seed)
    taught = teach(corpus, fit_themes(corpus, settings, usable), usable, asked, embed, settings)
    model, events = _catalogue(corpus, taught, settings, embed, encoder, met, _given_labels(said, asked, met))
    moved = None
    if usable is not None and usable.head.count:
        before, after = assign(usable.head, corpus.vectors), model.assign(corpus.vectors)
        ids = [[theme.theme_id for theme in one.themes] for one in (usable, model)]
        moved = moves(before, after, corpus.counts, ids[0], ids[1])
    return Learned(model, events, taught.fitted.refit, taught.lessons, moved)


def _given_labels(said: Hands, asked: list[Lesson], previous: ThemeModel | None) -> dict[str, str]:
    """Labels by theme id that no fit may change: those of pinned themes, and those that people gave lessons."""
    known = {theme.theme_id: theme.label for theme in previous.themes} if previous else {}
    pinned = {theme: known[theme] for theme in said.pinned if theme in known}
    return pinned | {one.theme_id: one.label for one in asked if one.label and one.theme_id not in known}


def _catalogue(
    corpus: Corpus,
    taught: Taught,
    settings: ThemeSettings,
    embed: Embed,
    encoder: str,
    previous: ThemeModel | None,
    given: dict[str, str],
) -> tuple[ThemeModel, list[dict[str, Any]]]:
    fitted = taught.fitted
    head = fitted.head
    heard = mute(corpus.vectors, head.muted)
    placed = assign(head, corpus.vectors)
    old_themes = previous.themes if previous else []
    same_space = previous is None or previous.encoder == encoder
    hashes, member_of = _members(corpus, placed)
    shared = None
    if previous is not None and len(previous.members):
        sizes = (head.count, len(old_themes))
        shared = shared_members(hashes, member_of, previous.members, previous.member_of, *sizes)
    old_centroids = np.zeros((len(old_themes), heard.shape[1]), np.float32)
    if previous is not None and same_space:
        old_centroids = previous.all_centroids()
    found = Matching([-1] * head.count, [0.0] * head.count, [])
    stay = {place: given[known] for place, known in enumerate(taught.ids) if known is not None and known in given}

    def keep(keywords: list[list[str]]) -> dict[int, str]:
        nonlocal found
        padded = keywords + [[] for _ in range(len(keywords), head.count)]
        found = _matched(taught.ids, head.centroids, padded, old_centroids if same_space else None, old_themes, shared)
        kept = _kept_labels(found, old_themes) | stay
        return {place: label for place, label in kept.items() if place < len(keywords)}

    names = _names(corpus, heard, placed, lambda phrases: mute(embed(phrases), head.muted), keep)
    names += [Naming(stay.get(place, f"Theme {place + 1}"), []) for place in range(len(names), head.count)]
    held = placed.theme >= 0
    weight = np.bincount(placed.theme[held], weights=corpus.counts[held], minlength=head.count).astype(np.int64)
    newborn = "emerging" if previous is not None and not fitted.refit else "discovered"
    themes = _entries(names, found, old_themes, taught, corpus.texts, heard, placed, newborn)
    themes, events = _histories(themes, found, old_themes, corpus, placed, weight, settings.min_share)
    themes, areas = _with_areas(themes, head.centroids, weight)
    gone = [j for j in range(len(old_themes)) if j not in found.old]
    dormant = [replace(old_themes[j], status="dormant") for j in gone]
    model = ThemeModel(
        head,
        themes + dormant,
        old_centroids[gone],
        encoder,
        areas,
        fitted.pool,
        fitted.record,
        heard=consistent(hashes) if fitted.refit or previous is None else previous.heard,
        members=hashes,
        member_of=member_of,
    )
    return model, _named_events(found.events + events, themes, old_themes)


def _members(corpus: Corpus, placed: Assignment) -> tuple[Hashes, NDArray[np.int32]]:
    """(content hashes of the consistent sample of the texts, sorted; the theme of each, -1 for none)."""
    hashes = np.array([content_hash(text) for text in corpus.texts], dtype=np.uint64)
    kept = consistent(hashes)
    order = np.argsort(hashes)[: len(kept)]
    return kept, placed.theme[order].astype(np.int32)


def _histories(
    themes: list[CatalogueTheme],
    found: Matching,
    old: list[CatalogueTheme],
    corpus: Corpus,
    placed: Assignment,
    weight: Ints,
    min_share: float,
) -> tuple[list[CatalogueTheme], list[dict[str, Any]]]:
    """The themes with their first and last days; events of those that went quiet though the head knows them."""
    nothing = np.zeros(len(corpus.texts), dtype=np.int64)
    first = nothing if corpus.first_day is None else corpus.first_day
    last = nothing if corpus.last_day is None else corpus.last_day
    newest = date.fromordinal(int(last.max())) if last.max(initial=0) > 0 else None
    large = weight >= min_share * max(int(corpus.counts.sum()), 1)
    lasting, events = [], []
    for place, days in enumerate(theme_days(placed, first, last, len(themes))):
        before = old[found.old[place]] if found.old[place] >= 0 else None
        lasting.append(with_history(themes[place], before, days, newest, bool(large[place])))
        if lasting[place].status == "dormant" and (before is None or before.status != "dormant"):
            events.append({"kind": "dormant", "new": place, "old": None, "n": int(weight[place])})
    return lasting, events


def _matched(
    ids: list[str | None],
    new: Floats,
    words: list[list[str]],
    old: Floats | None,
    old_themes: list[CatalogueTheme],
    shared: Shared | None,
) -> Matching:
    """The matching of new themes to old ones, where those with a known id are not up for matching."""
    place_of = {theme.theme_id: place for place, theme in enumerate(old_themes)}
    sure = {i: place_of.get(known, -1) for i, known in enumerate(ids) if known is not None}
    free = [i for i in range(len(ids)) if i not in sure]
    open_ = [j for j in range(len(old_themes)) if j not in set(sure.values())]
    found = match(
        new[free],
        [words[i] for i in free],
        None if old is None else old[open_],
        [old_themes[j].keywords for j in open_],
        None if shared is None else shared.of(free, open_),
        [old_themes[j].status == "dormant" for j in open_],
    )
    partner, cosine = [-1] * len(ids), [0.0] * len(ids)
    events = []
    for i, j in sure.items():
        partner[i], cosine[i] = j, float(new[i] @ old[j]) if j >= 0 and old is not None else 0.0
        kind = "continue" if j >= 0 else "birth"
        events.append({"kind": kind, "new": i, "old": j if j >= 0 else None, "cosine": round(cosine[i], 4)})
    for place, i in enumerate(free):
        partner[i] = open_[found.old[place]] if found.old[place] >= 0 else -1
        cosine[i] = found.cosine[place]
    for event in found.events:
        mine = None if event["new"] is None else free[event["new"]]
        theirs = None if event["old"] is None else open_[event["old"]]
        events.append({**event, "new": mine, "old": theirs})
    return Matching(partner, cosine, events)


def _names(corpus: Corpus, heard: Floats, placed: Assignment, embed: Embed, keep: Keep) -> list[Naming]:
    """Labels and keywords, from one text of every group that says nearly the same, in every theme it is in."""
    shaping = np.flatnonzero(_naming(corpus, placed))
    sayings = np.stack([placed.theme[shaping], near_duplicates(heard[shaping], _SAME_SAYING)])
    rows = np.sort(shaping[np.unique(sayings, axis=1, return_index=True)[1]])
    return name_themes(
        [corpus.texts[i] for i in rows],
        [corpus.languages[i] for i in rows],
        heard[rows],
        placed.theme[rows],
        embed,
        spelling=corpus.spelling,
        keep=keep,
    )


def _naming(corpus: Corpus, placed: Assignment) -> NDArray[np.bool_]:
    """Which texts (n,) name the themes: people's comments; session statements only where few people speak of it."""
    heard = placed.theme[corpus.comments & (placed.theme >= 0)]
    spoken = np.bincount(heard, minlength=int(placed.theme.max(initial=0)) + 1)
    mute = spoken[np.maximum(placed.theme, 0)] < _FEW_COMMENTS
    result: NDArray[np.bool_] = corpus.comments | (corpus.statements & mute)
    return result


def _kept_labels(found: Matching, old: list[CatalogueTheme]) -> dict[int, str]:
    """Labels that stay: those of themes met again whose middle hardly moved."""
    return {
        new: old[j].label
        for new, (j, cosine) in enumerate(zip(found.old, found.cosine, strict=True))
        if j >= 0 and cosine >= KEEP_LABEL_COSINE
    }


def _entries(
    names: list[Naming],
    found: Matching,
    old: list[CatalogueTheme],
    taught: Taught,
    texts: list[str],
    heard: Floats,
    placed: Assignment,
    newborn: str,
) -> list[CatalogueTheme]:
    existing = {theme.theme_id for theme in old}
    made: list[CatalogueTheme] = []
    for place, name in enumerate(names):
        j = found.old[place]
        theme_id = taught.ids[place] or (
            old[j].theme_id if j >= 0 else new_theme_id(_anchor(place, texts, heard, placed), existing)
        )
        existing.add(theme_id)
        stability = float(taught.fitted.stability[place])
        fresh = "emerging" if stability < PUBLISHED else newborn
        made.append(
            CatalogueTheme(
                theme_id=theme_id,
                label=name.label,
                keywords=name.keywords,
                area_id="",
                kind=old[j].kind if j >= 0 else taught.kinds.get(theme_id, fresh),
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
