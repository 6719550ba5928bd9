"""A question taken apart: everything that it names, found once, before anything is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analyst.answers.asking.dates import read_dates
from analyst.answers.asking.intents import Scored, score_intents
from analyst.answers.asking.known import Known
from analyst.answers.asking.names import (
    Screens,
    Signal,
    read_band,
    read_figure,
    read_limit,
    read_metrics,
    read_moving,
    read_screens,
    read_signals,
)
from analyst.answers.asking.plan import Band, Moving
from analyst.answers.asking.times import Time
from analyst.answers.asking.topics import topic_of
from analyst.answers.asking.values import Groups, by_dimension, read_groups
from analyst.answers.asking.words import mended, plain, quoted, tables, word_list
from analyst.core.query import Metric

_STATES = (
    (re.compile(r"\bU\.? ?S\.?(?: ?A\.?)?(?![\w.])"), "usa"),
    (re.compile(r"\bU\.K\.?(?!\w)"), "uk"),
)
_FIX = re.compile(r"\bfix-[0-9a-f]{8}\b")
_FIXED = re.compile(r"\b(?:fix|fixes|fixed|fixing|FIX|shipped|patch|hotfix)\b")


@dataclass(frozen=True)
class Read:
    """What was found in a question. `text` is the plain question with marks, `mended` what was misspelt and how it
    was read; `about` says that the topic stands after "about" or the like; `flags` is what rules may ask for."""

    question: str
    plain: str
    text: str
    metrics: tuple[Metric, ...]
    times: tuple[Time, ...]
    groups: Groups
    band: Band | None
    moving: Moving | None
    screens: Screens
    signals: tuple[Signal, ...]
    fix_ids: tuple[str, ...]
    limit: int | None
    limit_note: str
    topic: str
    about: bool
    mended: Mapping[str, str]
    flags: frozenset[str]
    intents: Scored


def vocabulary(known: Known) -> frozenset[str]:
    """The words that a misspelt word may have been meant to be."""
    carriers = (word for word in word_list("carriers") if len(word) > 3)
    return known.vocabulary | word_list("mendable") | frozenset(carriers) | {"nps", "csat", "ces", "ios"}


def as_words(question: str, known: Known) -> tuple[str, dict[str, str]]:
    """The question as plain words with typing mistakes mended, and what was mended."""
    text = question
    if not text.isupper():
        for pattern, words in _STATES:
            text = pattern.sub(words, text)
    return mended(plain(text), vocabulary(known))


def read_question(question: str, known: Known) -> Read:
    """Take the cleaned `question` apart. Never raises on any text."""
    words, mistakes = as_words(question, known)
    phrase = plain(quoted(question))
    fixes = tuple(dict.fromkeys(_FIX.findall(words)))
    text = _FIX.sub("FIX", words)
    if phrase and phrase in text and len(phrase.split()) <= 12:
        text = text.replace(phrase, "PHRASE0", 1)
    band, text = read_band(text)
    metrics, text = read_metrics(text)
    times, text = read_dates(text, known)
    groups = read_groups(text, known)
    signals, text = read_signals(groups.text)
    screens, text = read_screens(text, known)
    limit, text, limit_note = read_limit(text)
    text = read_figure(text)
    said = {f"SIGNAL{n}": signal.said for n, signal in enumerate(signals)}
    said |= {f"SCREEN{n}": plain(screen) for n, screen in enumerate(screens.named)}
    topic, about = topic_of(text, said | {"PHRASE0": phrase})
    if "PHRASE0" in text and not _about_something_else(topic, phrase):
        topic, about = phrase, True
    flags = _flags(text, metrics, times, groups, band, screens, signals, fixes, topic, about)
    bare = re.sub(r"\b([A-Z]{3,})\d+\b", r"\1", text)
    return Read(
        question, words, text, metrics, times, groups, band, read_moving(text), screens, signals, fixes, limit,
        limit_note, topic, about, mistakes, flags, score_intents(bare, flags),
    )  # fmt: skip


def _about_something_else(topic: str, phrase: str) -> bool:
    return bool(topic) and not set(topic.split()) & set(phrase.split()) and not phrase


def _flags(
    text: str, metrics: tuple[Metric, ...], times: tuple[Time, ...], groups: Groups, band: Band | None,
    screens: Screens, signals: tuple[Signal, ...], fixes: tuple[str, ...], topic: str, about: bool,
) -> frozenset[str]:  # fmt: skip
    windows = [time for time in times if not time.earlier]
    told = {
        "topic": bool(topic),
        "about": about,
        "metric": bool(metrics),
        "date": bool(times),
        "two_times": len(windows) > 1 or (len(times) > 1) or any(t.role in ("around", "versus") for t in times),
        "around": any(time.role == "around" for time in times),
        "why_word": bool(re.search(r"\bwhy\b|\bhow come\b", text)),
        "value": bool(groups.named or groups.unknown),
        "two_values": any(len(values) > 1 for values in by_dimension(groups.named).values()),
        "dim": bool(groups.dimensions),
        "band": band is not None,
        "screen": bool(screens.named),
        "maybe_screen": bool(screens.maybe),
        "signal": bool(signals),
        "fix": bool(fixes),
        "figure": "FIGURE" in text,
        "number": "NUMBER" in text,
        "fix_worked": bool(_FIXED.search(text)) and _asks_for_effect(text),
        "score_word": bool(re.search(tables("names")["metric_words"]["score"], text)),
        "say_word": bool(re.search(r"\b(?:say|saying|said|think|thinking|feel|feeling|feedback)\b", text)),
    }
    return frozenset(name for name, holds in told.items() if holds)


def _asks_for_effect(text: str) -> bool:
    """Whether the question is about a fix that was made, so that the rules of what to fix do not fire."""
    bare = re.sub(r"\b([A-Z]{3,})\d+\b", r"\1", text)
    return score_intents(bare, ()).weight("fix_worked") > 0
