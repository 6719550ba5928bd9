"""What is not answered, why, and what could be asked instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analyst.answers.asking.known import Known
from analyst.answers.asking.plan import Declined, Declining
from analyst.answers.asking.reading import Read
from analyst.answers.asking.values import Unknown
from analyst.answers.asking.words import MARK, folded, plain, tables, word_list
from analyst.answers.wording import DIMENSION_WORDS, METRIC_NAMES, listed
from analyst.core.query import METRICS

LONGEST = 500  # characters of a question
_MOST_NAMED = 6
_FEW_KNOWN = 0.5  # of the words of a question that must be known for it to be a question at all


@dataclass(frozen=True)
class _Rule:
    name: str
    kind: Declining
    say: re.Pattern[str]
    unless: re.Pattern[str] | None
    reason: str
    instead: tuple[str, ...]
    dimension: str  # where the run has such a dimension, the rule does not hold


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            rule["name"], rule["kind"], re.compile(rule["say"]),
            re.compile(rule["unless"]) if "unless" in rule else None, rule["reason"], tuple(rule["instead"]),
            rule.get("dimension", ""),
        )
        for rule in tables("declining")["rule"]
    )  # fmt: skip


def main_metric(known: Known) -> str:
    """The metric with the most answers, as people call it."""
    if not known.metrics:
        return "NPS"
    return METRIC_NAMES[max(METRICS, key=lambda m: (known.metrics.get(m, 0), -METRICS.index(m)))]


def suggestions(kinds: Sequence[str], known: Known) -> tuple[str, ...]:
    """Up to three clear questions of these kinds that this run can be asked."""
    name = main_metric(known)
    texts = {
        "why": f"Why did {name} move?",
        "level": f"What is our {name}?",
        "for_whom": f"For whom did {name} fall?",
        "themes": "What do people complain about?",
        "say": "What do detractors say?",
        "screens": "Which screens hurt most?",
        "fixes": "What should we fix first?",
        "sure": f"How sure are we of the {name} change?",
        "data": "How many answers did we get?",
        "benchmark": f"What is a good {name}?",
    }
    return tuple(texts[kind] for kind in kinds)[:3]


def decline_text(question: str, known: Known) -> Declined | None:
    """Refuse what is no question at all: empty, too long, without a word."""
    if not question:
        return Declined(question, "not_understood", "The question is empty.", suggestions(("why", "fixes"), known))
    if len(question) > LONGEST:
        return Declined(
            question[:LONGEST], "not_understood",
            f"The question has {len(question):,} characters; up to {LONGEST} can be read. Ask it in a sentence.",
            suggestions(("why", "fixes"), known),
        )  # fmt: skip
    if not re.search(r"[^\W\d_]{2}", question):
        return Declined(
            question, "not_understood", "There are no words in the question.", suggestions(("why", "themes"), known)
        )
    return None


def decline_language(question: str, known: Known) -> Declined:
    """Refuse a language that is not read."""
    return Declined(
        question, "not_understood",
        "Questions are understood in English, and the main ones in German and Spanish; this one could not be read.",
        suggestions(("why", "themes"), known),
    )  # fmt: skip


def decline_by_rule(question: str, words: str, known: Known) -> Declined | None:
    """Refuse what no survey or session could tell, by the rules of lexicon/declining.toml; None for anything else."""
    if _ROLE.search(question):
        first = next(rule for rule in _rules() if rule.name == "injection")
        return Declined(question, first.kind, first.reason, suggestions(first.instead, known))
    for rule in _rules():
        if rule.dimension and rule.dimension in known.values:
            continue
        if rule.say.search(words) and not (rule.unless and rule.unless.search(words)):
            return Declined(question, rule.kind, rule.reason, suggestions(rule.instead, known))
    person = _person(question, known)
    if person:
        return Declined(
            question, "outside", f"Undertone speaks of groups, never of single persons such as {person}.",
            suggestions(("say", "for_whom"), known),
        )  # fmt: skip
    return None


_PERSON = re.compile(
    r"\b(?:[Dd]id|[Dd]oes|[Hh]as|[Ii]s|[Ww]as|[Ff]rom|[Bb]y|[Oo]f|[Aa]bout|[Ff]or) ((?:[A-Z][a-z]+ )?[A-Z][a-z]+)"
    r"(?= (?:say|said|think|write|wrote|complain|feel|tell|give|gave|score|rate|answer|happy|unhappy|leave|mean"
    r"|from|about us)|\??$)"
)


_POSSESSIVE = re.compile(
    r"(?<!^)\b([A-Z][a-z]+)'s (?=(?:comment|answer|response|review|quote|complaint|feedback|score|ticket|opinion"
    r"|survey)s?\b)"
)
_ID = re.compile(r"(?<![\w-])(?:[a-z]{1,2}-|[a-z]{1,4}_)\d{3,}\b")
_ROLE = re.compile(r"(?i)(?:^|\W)(?:system|assistant|developer)\s*:|</?\w+>|<\|\w+\|>|\{\{|```")


def _person(question: str, known: Known) -> str:
    """A name that is given like a person's: two capitalised words, or one before a verb of saying, not known here."""
    marked = _ID.search(question)
    if marked:
        return marked[0]
    match = _PERSON.search(question) or _POSSESSIVE.search(question)
    if not match:
        return ""
    words = folded(match[1]).split()
    known_words = known.vocabulary | word_list("mendable") | word_list("carriers")
    if any(word in known_words or word in _place_words() for word in words):
        return ""
    said = re.match(
        r" (?:say|said|think|write|wrote|complain|feel|tell|give|gave|rate|answer|mean)", question[match.end() :]
    )
    if len(words) == 2 or said or match.re is _POSSESSIVE:
        return match[1]
    return ""


@lru_cache(maxsize=1)
def _place_words() -> frozenset[str]:
    groups = tables("groups")
    names = [word for names in groups["countries"].values() for word in names]
    names += [word for words in groups["values"].values() for word in words] + list(groups["languages"])
    return frozenset(part for name in names for part in plain(name).split())


def decline_group(read: Read, unknown: Unknown, known: Known) -> Declined:
    """Refuse a group that the run does not have, and say which ones there are."""
    dimension = unknown.dimension
    if dimension == "country" and dimension not in known.values:
        dimension = ""
    have = known.values.get(dimension, ())
    if have:
        name = DIMENSION_WORDS.get(dimension, dimension.replace("_", " "))
        shown = listed(list(have[:_MOST_NAMED]) if len(have) <= _MOST_NAMED else [*have[:_MOST_NAMED], "others"])
        reason = f"No answer in this run has the {name} “{unknown.said}”: there is {shown}."
        example = f"Why did {main_metric(known)} move for {name} {have[0]}?"
    else:
        names = [DIMENSION_WORDS.get(d, d.replace("_", " ")) for d in known.values]
        there = f"the answers can be told apart by {listed(names)}" if names else "the answers carry no groups at all"
        reason = f"This run knows nothing of “{unknown.said}”: {there}."
        example = f"For whom did {main_metric(known)} fall?"
    return Declined(read.question, "no_data", reason, (example, *suggestions(("why",), known)))


def decline_metric(read: Read, metric: str, known: Known) -> Declined:
    """Refuse a metric that the run has no answers of."""
    have = [METRIC_NAMES[name] for name in METRICS if known.metrics.get(name)]
    there = f"it has {listed(have)}" if have else "it has no scored answers at all"
    return Declined(
        read.question, "no_data", f"This run has no {METRIC_NAMES[metric]} answers: {there}.",
        suggestions(("why", "level") if have else ("data",), known),
    )  # fmt: skip


def decline_screen(read: Read, screen: str, known: Known) -> Declined:
    """Refuse a screen that no session of the run has seen."""
    if not known.screens:
        reason = "This run has no sessions, so it knows of no screens."
        return Declined(read.question, "no_data", reason, suggestions(("why", "themes"), known))
    shown = listed([*known.screens[:_MOST_NAMED], *(["others"] if len(known.screens) > _MOST_NAMED else [])])
    return Declined(
        read.question, "no_data", f"No session saw a screen called “{screen}”: there is {shown}.",
        ("Which screens hurt most?", f"How is the {known.screens[0]} screen doing?"),
    )  # fmt: skip


def decline_future(read: Read, said: str, known: Known) -> Declined:
    """Refuse a window that has not begun."""
    return Declined(
        read.question, "outside", f"“{said}” has not come yet: Undertone says what was measured and makes no "
                                  f"forecasts.",
        suggestions(("why", "level"), known),
    )  # fmt: skip


def decline_backwards(read: Read, said: str, known: Known) -> Declined:
    """Refuse a range that ends before it begins."""
    return Declined(
        read.question, "not_understood", f"“{said}” ends before it begins: name the earlier day first.",
        suggestions(("why", "level"), known),
    )  # fmt: skip


def decline_others(read: Read, known: Known) -> Declined:
    """Refuse a comparison with something that is no group of this run."""
    return Declined(
        read.question, "outside",
        f"“{read.topic}” is no group of this run, and of other companies the answers of our own customers tell "
        f"nothing.",
        suggestions(("benchmark", "for_whom"), known),
    )  # fmt: skip


def decline_window(read: Read, reason: str, *, few: bool, known: Known) -> Declined:
    """Refuse a window without answers, or with too few."""
    return Declined(read.question, "too_little" if few else "no_data", reason, suggestions(("why", "level"), known))


def not_understood(read: Read, known: Known) -> Declined:
    """Nothing in the question says what is asked."""
    words = [w for w in read.plain.split() if w.isalpha()]
    strange = [w for w in words if not _is_word(w, known)]
    if strange and len(strange) >= _FEW_KNOWN * len(words):
        reason = "I could not make out a question in these words."
    else:
        reason = "I could not make out what is asked: name a score, a theme, a screen, a group or a week."
    return Declined(read.question, "not_understood", reason, suggestions(("why", "themes", "fixes"), known))


def is_gibberish(read: Read, known: Known) -> bool:
    """Whether most of the words are no words, and nothing was recognised."""
    if MARK.search(read.text):
        return False
    words = [w for w in read.plain.split() if w.isalpha()]
    strange = [w for w in words if not _is_word(w, known)]
    return bool(words) and len(strange) > _FEW_KNOWN * len(words)


def _is_word(word: str, known: Known) -> bool:
    short = len(word) < 4 and bool(re.search("[aeiouy]", word))
    return (
        short
        or word in word_list("english")
        or word in word_list("carriers")
        or word in known.vocabulary
        or word in word_list("mendable")
        or word in ("nps", "csat", "ces", "vs")
    )
