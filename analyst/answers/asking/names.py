"""What a question names beside groups and dates: metric, band, screen, signal, how many, a figure to judge.

Each reader takes the text, replaces what it understood by a mark, and gives both back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from analyst.answers.asking.known import Known
from analyst.answers.asking.plan import Band, Moving
from analyst.answers.asking.words import plain, tables, taken, word_set
from analyst.core.query import METRICS, Metric

MOST_ITEMS = 50
_NUMBERS = {
    "one": 1, "a couple of": 2, "couple of": 2, "two": 2, "a couple": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "a dozen": 12, "dozen": 12,
}  # fmt: skip
_COUNT = r"(\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_ITEMS = (
    r"(?:quotes?|verbatims?|comments?|examples?|themes?|topics?|screens?|pages?|fix(?:es)?|things|issues?|problems?"
    r"|complaints?|segments?|groups?|reasons?|recommendations?|priorit\w+|actions?|answers|responses|reviews?"
    r"|opinions?|ideas"
    r"|pain points?|drivers|subjects|quick wins|improvements|sound ?bites|voices|statements|quotations|bullets?|points"
    r"|wins|suggestions|customer)"
)


def compiled(patterns: list[str]) -> list[re.Pattern[str]]:
    """Patterns of a lexicon, ready to search."""
    return [re.compile(pattern) for pattern in patterns]


@lru_cache(maxsize=1)
def _metric_patterns() -> dict[str, list[re.Pattern[str]]]:
    return {name: compiled(patterns) for name, patterns in tables("names")["metrics"].items()}


def read_metrics(text: str) -> tuple[tuple[Metric, ...], str]:
    """The metrics that are named, in the order of the words."""
    found: list[tuple[int, Metric]] = []
    marked = text
    for metric in METRICS:
        for pattern in _metric_patterns()[metric]:
            match = pattern.search(text)
            if match:
                if all(name != metric for _, name in found):
                    found.append((match.start(), metric))
                if re.search(r"how (?:easy|hard|diff|simple)|easier|harder|easy|hard", match[0]):
                    continue  # such words are left: they also say what is asked
                marked = pattern.sub("METRIC", marked)
    names = tuple(metric for _, metric in sorted(found))
    return names, re.sub(r"\bMETRIC(?: (?:score|rating|scores|METRIC))+\b", "METRIC", marked)


def read_band(text: str) -> tuple[Band | None, str]:
    """Detractors, passives or promoters, by name or by the scores they gave; None where none or several are named."""
    found: list[Band] = []
    for name, patterns in tables("names")["bands"].items():
        for pattern in patterns:
            match = re.search(pattern, text)
            if match:
                text = taken(text, match.span(), "BAND")
                if name not in found:
                    found.append(cast(Band, name))
    return (found[0] if len(found) == 1 else None), text


_MOVING: tuple[Moving, ...] = ("quiet", "new", "falling", "rising")


def read_moving(text: str) -> Moving | None:
    """Which way the themes that are asked for went; None where the question does not say."""
    for name in _MOVING:
        if re.search(tables("names")["moving"][name], text):
            return name
    return None


@dataclass(frozen=True)
class Screens:
    """`named` are screens that are clearly meant, `maybe` those whose name may as well be a subject; `unknown` is a
    screen that the run does not have."""

    named: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    unknown: str = ""


_SCREEN = r"(?:screens?|pages?|step|view|tab|form|flow)"
# "would help", "can search": there the name of a screen is a verb.
_NO_VERB = "".join(rf"(?<!\b{word} )" for word in sorted(word_set("before_verb")))
_NOT_BEFORE = (
    r"(?<!quotes )(?<!comments )(?<!verbatims )(?<!feedback )(?<!opinions )(?<!based )(?<!focus "
    r")(?<!thoughts )(?<!quote )(?<!spend )"
)


def read_screens(text: str, known: Known) -> tuple[Screens, str]:
    """The screens that are named. A screen is clearly meant with the word beside it, after on or at, or where a
    friction signal stands in the question."""
    named: list[str] = []
    maybe: list[str] = []
    signal = bool(re.search(r"\bSIGNAL\d*\b", text))
    for words, screen in _screen_words(known):
        if words not in text:
            continue
        name = re.escape(words)
        strong = re.search(
            rf"\b{name} {_SCREEN}\b|\b{_SCREEN} (?:called |named )?{name}(?!\S)|{_NOT_BEFORE}\b(?:on|at|during) "
            rf"(?:the )?{name}(?!\S)(?! (?:time|times|slot|costs?|fee|fees|driver|drivers|problems?|theme|methods?))",
            text,
        )  # fmt: skip
        weak = re.search(rf"{_NO_VERB}(?<!\S){name}(?!\S)(?! (?:us|me|you|team|teams|people|VALUE\d))", text)
        if strong or (weak and signal):
            match = strong or weak
            assert match
            lead = re.match(r"(?:on|at|during|in) (?:the )?", match[0])
            at = (match.start() + (lead.end() if lead else 0), match.end())
            if screen not in named:
                named.append(screen)
            text = taken(text, at, f"SCREEN{named.index(screen)}")
        elif weak and screen not in maybe:
            maybe.append(screen)
    unknown = re.search(r"\b(?:the|our|on|at|is|my) ((?!the\b|our\b)[a-z]+) (?:screen|page)\b", text)
    strange = unknown[1] if unknown and unknown[1] not in _NO_SCREEN else ""
    return Screens(tuple(named), tuple(s for s in maybe if s not in named), strange), text


_NO_SCREEN = word_set("no_screen")


@lru_cache(maxsize=16)
def _screen_words(known: Known) -> tuple[tuple[str, str], ...]:
    synonyms = tables("names")["screens"]
    pairs = []
    for screen in known.screens:
        words = plain(screen)
        pairs += [(words, screen), *((other, screen) for other in synonyms.get(words, ()))]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@dataclass(frozen=True)
class Signal:
    """A friction signal and the words it was read from; `plain` where the words are everyday ones (crash, error)."""

    name: str
    said: str
    plain: bool


def read_signals(text: str) -> tuple[tuple[Signal, ...], str]:
    """The friction signals that are named."""
    found: list[Signal] = []
    for name, patterns in tables("names")["signals"].items():
        for pattern in patterns:
            match = re.search(pattern, text)
            if match:
                everyday = name in ("crash", "error", "ui_freeze")
                found.append(Signal(name, match[0], everyday))
                text = taken(text, match.span(), f"SIGNAL{len(found) - 1}")
                break
    return tuple(found), text


def read_limit(text: str) -> tuple[int | None, str, str]:
    """How many items are asked for, at most fifty; the text with NUMBER in its place; what was assumed."""
    for pattern in (
        rf"\b(?:top|first|best|worst|biggest|main|last|next|latest) {_COUNT}(?!\S)(?! (?:weeks?|months?|days?"
        rf"|quarters?|years?|percent|to))",
        rf"\b{_COUNT} (?:\w+ ){{0,2}}?(?={_ITEMS}\b)(?!of (?:the|our) )",
    ):
        match = re.search(pattern, text)
        if not match or re.search(
            r"DATE|METRIC|VALUE|what|which|is|was|did|down|up|points|by", match[0].replace(match[1], "", 1)
        ):
            continue
        count = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
        if match[1] == "one" and "top" not in match[0] and not re.search(rf"one (?:\w+ )?{_ITEMS}", text):
            continue
        if count < 1:
            continue
        note = f"at most {MOST_ITEMS} are shown" if count > MOST_ITEMS else ""
        at = match.span(1)
        return min(count, MOST_ITEMS), taken(text, at, "NUMBER"), note
    single = re.search(
        r"\b(?:the|our) (?:single |number (?:one|1) |no 1 |one )(?:\w+ )*?(?=fix|theme|thing|screen|issue|problem"
        r"|complaint|quote)",
        text,
    )
    if single or re.search(r"\bnumber (?:one|1)\b", text):
        return 1, text, ""
    return None, text, ""


def read_figure(text: str) -> str:
    """A bare number that is left, as in "is 32 a good NPS", replaced by FIGURE."""
    return re.sub(r"(?<!\S)[+−-]?\d+(?:\.\d+)?%?(?!\S)", "FIGURE", text)
