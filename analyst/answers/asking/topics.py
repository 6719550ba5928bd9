"""What a question is about beside scores and groups: the words left over, and the themes that they mean."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from analyst.answers.asking.known import Known, Theme
from analyst.answers.asking.meanings import Meanings
from analyst.answers.asking.words import stem, word_list, word_set
from analyst.themes.words import is_stop_word

MOST_THEMES = 3
_ENOUGH = 0.5  # of the topic's telling words that a theme must hold
_IN_KEYWORDS = 0.6  # what a word among the keywords counts beside one in the label
_MEANT = 0.47  # cosine from which a theme counts as meant by the topic, where its words say nothing
_BESIDE = 0.3  # cosine that a theme found by its keywords alone must have
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|mention(?:s|ed|ing)?|(?:topic|subject|theme|issue|problem) of|(?:problem"
    r"|issue|trouble|struggle|difficult(?:y|ies))s? with|related to|to do with"
    r"|complain(?:s|ed|ing)? (?:about|of|over)|talk(?:s|ing)? of|speak of)\b (.+)$"
)
_MARK = re.compile(r"[A-Z]{3,}\d*")
_AFTER = word_set("after_topic")
_GENERAL = word_set("general")


def topic_of(text: str, said: dict[str, str]) -> tuple[str, bool]:
    """The words of `text` that say what it is about, and whether they stand after "about" or the like.

    `text` carries marks; `said` gives back the words of marks that may be a subject (a screen, a signal).
    """
    match = _ABOUT.search(text)
    if match:
        tail: list[str] = []
        for word in match[1].split():
            if (word in _AFTER or (_MARK.fullmatch(word) and word not in said)) and tail:
                break
            tail.append(word)
        words = _content(tail, said, _GENERAL)
        if words:
            return " ".join(words), True
    return " ".join(_content(text.split(), {}, word_list("carriers"))), False


def _content(words: Sequence[str], said: dict[str, str], without: frozenset[str]) -> list[str]:
    kept = []
    for word in words:
        if _MARK.fullmatch(word):
            kept += said.get(word, "").split()
        elif len(word) > 1 and not word.isdigit() and word not in without and not is_stop_word(word, "en"):
            kept.append(word)
    # A word that is general beside others is the subject where it stands alone: "about the app".
    if not kept and without is _GENERAL:
        return [w for w in words if w in ("app", "service", "product")]
    return kept


def themes_by_words(topic: str, known: Known) -> list[tuple[str, float]]:
    """Themes whose label or keywords hold the topic's words, with the part of them (0..1) that they hold."""
    stems = list(dict.fromkeys(stem(word) for word in topic.split() if not is_stop_word(word, "en")))
    themes = [theme for theme in known.themes if not theme.system]
    if not stems or not themes:
        return []
    rarity = {s: _rarity(s, themes) for s in stems}
    total = sum(rarity.values())
    found = []
    for theme in themes:
        held = sum(rarity[s] * _held(s, theme) for s in stems) / total
        whole = bool(theme.label_stems) and all(s in stems for s in _telling(theme.label_stems))
        if held >= _ENOUGH or whole:
            found.append((theme.theme_id, min(1.0, held + 0.25 * whole), theme.n))
    return [(theme, share) for theme, share, _ in sorted(found, key=lambda one: (-one[1], -one[2], one[0]))]


def _telling(stems: Sequence[str]) -> list[str]:
    return [s for s in stems if not is_stop_word(s, "en")] or list(stems)


def _rarity(s: str, themes: Sequence[Theme]) -> float:
    """Inverse document frequency over themes: a word that many themes hold tells little."""
    n = sum(_held(s, theme) > 0 for theme in themes)
    return math.log((len(themes) + 1) / (n + 0.5))


def _held(s: str, theme: Theme) -> float:
    return 1.0 if s in theme.label_stems else _IN_KEYWORDS if s in theme.keyword_stems else 0.0


def _is_meant(by_words: float, near: float, least: float) -> bool:
    """By its label, by its meaning, or by its keywords where its meaning does not speak against it."""
    return by_words > _IN_KEYWORDS or near >= _MEANT or (by_words >= _ENOUGH and near >= least)


def find_themes(topic: str, known: Known, meanings: Meanings | None, named: bool = False) -> tuple[str, ...]:
    """The ids of the themes that `topic` means, the nearest first, at most three; none where nothing is near.

    `named` keeps those that hold the words in their label: who asks for people's own words is better served by a search
    than by a theme that is also about something else.
    """
    if not topic:
        return ()
    by_words = dict(themes_by_words(topic, known))
    if named:
        return tuple(theme for theme, held in by_words.items() if held > _IN_KEYWORDS)[:MOST_THEMES]
    near = dict(meanings.themes_near(topic, 2 * MOST_THEMES)) if meanings is not None else {}
    scored = {theme: by_words.get(theme, 0.0) + near.get(theme, 0.0) for theme in {*by_words, *near}}
    least = _BESIDE if meanings is not None else 0.0
    kept = [theme for theme in scored if _is_meant(by_words.get(theme, 0.0), near.get(theme, 0.0), least)]
    return tuple(sorted(kept, key=lambda theme: (-scored[theme], theme))[:MOST_THEMES])
