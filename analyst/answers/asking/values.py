"""Whom a question is about: segment values of the run, as people write them, and groups that the run does not know.

`read_groups` replaces what it understood by VALUE0, VALUE1, ... and dimensions (which plan, by country) by DIM0, ...
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from analyst.answers.asking.known import Known
from analyst.answers.asking.words import plain, tables, taken, word_list, word_set

_PEOPLE = (
    r"(?:users?|customers?|people|shoppers?|subscribers?|members?|clients?|accounts?|buyers?|owners?|folks?|visitors?"
    r"|respondents?|side|plan|plans|tier|version|versions|phones?|devices?|app|apps|platform|market|country"
    r"|segment|group|cohort"
    r"|households?|speakers?|detractors?|promoters?|passives?|channel|reviews?|responses?|answers?|survey|surveys)"
)
_BEFORE = (
    r"(?:for|on|among|amongst|from|of|in|with|vs|and|or|than|between|within|against|running|using|across|to|by|only"
    r"|just|through|via|about|is|are|does|do|did|affects?|affecting|hurts?|hurting|hits?|hitting|that|our|my)"
)
_THE = r"(?:the |our |those on |people on |those in )*"
_ODD_PLACES = word_set("odd_places")
_NO_GROUP = r"(?! (?:food|foods|recipes?|cuisine|dish|dishes|cheese|wine|beer|bread|products?|fruit|meat|comments))"
# Country and language codes that are words: the first never stand for a group alone, the others only after these.
_NEVER_CODES = word_set("never_codes")
_CODES = word_set("codes")
_BEFORE_CODES = word_set("before_codes")
_STOP_AFTER = (
    r"(?:$|vs|and|or|than|last|this|in|on|since|for|say|says|said|think|feel|complain|doing|did|do|does"
    r"|is|are|was|were|drop|dropped|rise|rose|fall|fell|compared|hate|love|like|want|so|right|now|the|nps|csat|ces"
    r"|happy|unhappy|happier|worse|better|most|during|over|after|before|than|instead|a|more|less|any|because"
    r"|happiest|unhappiest|there|here|specifically|only|alone|too|these|those|per|by|go|went|score|scores|METRIC|DATE)"
)


@dataclass(frozen=True)
class Named:
    """A value of the run that the question names: its `dimension` and `value`; `said` are the words it was read from,
    `choices` all that they fit, `note` what was assumed."""

    dimension: str
    value: str
    said: str
    choices: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Unknown:
    """A group that the run does not have: the words, and the dimension it would belong to where that is known."""

    said: str
    dimension: str = ""


@dataclass(frozen=True)
class Groups:
    """What was found, in the order of the words; `joined` says how two values of one dimension stand together."""

    named: tuple[Named, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    dimensions: tuple[str, ...] = ()
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class _Phrase:
    words: str
    choices: tuple[tuple[str, str], ...]
    weak: bool
    note: str = ""


def read_groups(text: str, known: Known) -> Groups:
    """The groups that `text` names, and the text with VALUEn in their place."""
    found: list[Named] = []
    unknown: list[Unknown] = []
    text, explicit = _explicit(text, known, unknown)
    found += explicit
    text = _versions(text, known, found, unknown)
    phrases = [phrase for phrase in _phrases_of(known) if f" {phrase.words} " in f" {text} "]
    beside = "|".join(re.escape(phrase.words) for phrase in phrases)
    for phrase in phrases:
        at = _place_of(phrase, text, beside)
        if at:
            said = text[at[0] : at[1]]
            found.append(
                Named(*phrase.choices[0], said, phrase.choices if len(phrase.choices) > 1 else (), phrase.note)
            )
        while at:
            text = taken(text, at, f"VALUE{len(found) - 1}")
            at = _place_of(phrase, text, beside)
    text = _absent(text, known, unknown)
    text, dims = _dimensions(text, known, unknown)
    order = [int(n) for n in re.findall(r"\bVALUE(\d+)\b", text)]
    return Groups(tuple(found[n] for n in dict.fromkeys(order)), tuple(unknown), dims, _renumbered(text, order))


def _renumbered(text: str, order: Sequence[int]) -> str:
    for new, old in enumerate(dict.fromkeys(order)):
        text = re.sub(rf"\bVALUE{old}\b", f"VALUEX{new}", text)
    return text.replace("VALUEX", "VALUE")


def _explicit(text: str, known: Known, unknown: list[Unknown]) -> tuple[str, list[Named]]:
    """`plan=pro`, as in --where."""
    found: list[Named] = []
    for match in list(re.finditer(r"\b([^\W\d]\w*) ?= ?(\S+)", text)):
        dimension, value = match[1], match[2]
        values = {plain(v): v for v in known.values.get(dimension, ())}
        if value in values:
            found.append(Named(dimension, values[value], match[0]))
            text = text.replace(match[0], f"VALUE{len(found) - 1}", 1)
        else:
            unknown.append(Unknown(value if dimension in known.values else dimension, dimension))
            text = text.replace(match[0], "UNKNOWN0", 1)
    return text, found


_VERSION = re.compile(
    r"(?<![\d.])(?:(?:on |in |of |for )?(?:the )?(?:app )?(?:version|release|build) "
    r")?v?(\d+(?:\.\d+)+)(?![\d.])(?: (?:release|build|version)\b)?"
)
_VERSION_ONE = re.compile(
    r"\b(?:version|release|build|v) ?(\d+)\b(?! (?:week|month|day|quote|theme|screen|fix|comment))"
)


def version_dimension(known: Known) -> str:
    """The dimension that holds versions, or nothing."""
    named = [d for d in known.values if re.search("version|release|build", d)]
    looks = [
        d for d, values in known.values.items() if values and all(re.fullmatch(r"v?\d+(\.\d+)+", v) for v in values)
    ]
    return (named or looks or [""])[0]


def _versions(text: str, known: Known, found: list[Named], unknown: list[Unknown]) -> str:
    dimension = version_dimension(known)
    if not dimension:
        return text
    for pattern in (_VERSION, _VERSION_ONE):
        start = 0
        while match := pattern.search(text, start):
            wanted = match[1]
            exact = [v for v in known.values[dimension] if v.casefold().removeprefix("v") == wanted]
            longer = [v for v in known.values[dimension] if v.removeprefix("v").startswith(f"{wanted}.")]
            if exact or len(longer) == 1:
                value = (exact or longer)[0]
                note = "" if exact else f"{wanted} was taken as version {value}"
                found.append(Named(dimension, value, match[0], (), note))
            elif longer:
                found.append(Named(dimension, longer[0], match[0], tuple((dimension, v) for v in longer)))
            elif _is_number(text, match):
                start = match.end()
                continue
            else:
                unknown.append(Unknown(wanted, dimension))
                text = taken(text, match.span(), f"UNKNOWN{len(unknown) - 1}")
                continue
            text = taken(text, match.span(), f"VALUE{len(found) - 1}")
    return text


def _is_number(text: str, match: re.Match[str]) -> bool:
    """Whether 3.5 is a number here and no version: one dot, and nothing says version."""
    said = match[0]
    return match[1].count(".") == 1 and not re.search("version|release|build|v", said)


@lru_cache(maxsize=16)
def _phrases_of(known: Known) -> tuple[_Phrase, ...]:
    """All words for the run's values, the longest first."""
    found: dict[str, _Phrase] = {}
    for words, values in known.levels.items():
        for form in _forms(words):
            found.setdefault(form, _Phrase(form, tuple(values), _is_weak(words)))
    for words, choices, note in _other_words(known):
        if words not in found:
            weak = _is_weak(words) and (words in _ODD_PLACES or words not in _places())
            found[words] = _Phrase(words, choices, weak, note)
    version = version_dimension(known)
    kept = [p for p in found.values() if p.words and (p.choices[0][0] != version or not re.match(r"v?\d", p.words))]
    return tuple(sorted(kept, key=lambda p: (-len(p.words), p.words)))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """Names of countries and of their people: a group wherever they stand, but for a few that are other words too."""
    return frozenset(name for names in tables("groups")["countries"].values() for name in names)


def _forms(words: str) -> Iterator[str]:
    yield words
    if words and words[-1].isalpha() and not words.endswith("s") and len(words) > 3:
        yield f"{words}s"
        if words.endswith("y"):
            yield f"{words[:-1]}ies"
    elif words.endswith("s") and len(words) > 4:
        yield words[:-1]


def _is_weak(words: str) -> bool:
    """Whether the words are common English (free, plus, family) or very short, so that they need people beside them."""
    strong = {"android", "ios", "web", "iphone", "ipad", "website"}
    parts = words.split()
    if words in strong or any(any(c.isdigit() for c in part) for part in parts):
        return False
    return len(parts) == 1 and (len(words) <= 3 or words in word_list("english"))


def _names_of_country(value: str, countries: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """What the country and its people are called; `value` is its code or, as some files have it, one of its names."""
    if value.upper() in countries:
        return countries[value.upper()]
    return next((names for names in countries.values() if plain(value) in names), ())


def _other_words(known: Known) -> Iterator[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Synonyms of values, countries and languages by name, new and long-standing customers."""
    groups = tables("groups")
    for dimension, synonyms in groups["synonyms"].items():
        for value in known.values.get(dimension, ()):
            for words in synonyms.get(value.casefold(), ()):
                told = (
                    ""
                    if plain(words).replace(" ", "_") in value.casefold()
                    else f"“{words}” was taken as {dimension} {value}"
                )
                yield plain(words), ((dimension, value),), told
    for dimension in (d for d in known.values if "country" in d or "market" in d):
        for value in known.values[dimension]:
            for words in _names_of_country(value, groups["countries"]):
                yield words, ((dimension, value),), f"“{words}” was taken as {dimension} {value}"
    for dimension in (d for d in known.values if "language" in d or "locale" in d):
        for value in known.values[dimension]:
            for name, words in groups["languages"].items():
                if value.casefold()[:2] == words[0]:
                    for form in (f"{name} speaking", f"{name} speakers", f"{name} language", f"in {name}"):
                        yield form, ((dimension, value),), ""
    for dimension in (d for d in known.values if d in groups["tenure"]["words"]):
        levels = sorted(known.values[dimension], key=_tenure_key)
        if len(levels) > 1:
            for which, level in (("new", levels[0]), ("old", levels[-1])):
                for words in groups["tenure"][which]:
                    yield plain(words), ((dimension, level),), f"“{words}” was taken as {dimension} {level}"


def _tenure_key(level: str) -> tuple[float, bool]:
    """Months that a level of tenure begins with: '<3 months' before '3-12 months' before '2+ years'."""
    number = re.search(r"\d+", level)
    months = float(number[0]) * (12 if "year" in level else 1) if number else 0.0
    return (0.0 if level.strip().startswith(("<", "new", "under")) else months, level.endswith("+"))


def _place_of(phrase: _Phrase, text: str, beside: str) -> tuple[int, int] | None:
    """Where the words of a value stand in `text`; `beside` are the words of all values that it holds."""
    words = re.escape(phrase.words)
    if phrase.weak:
        return _weak_place(words, text, beside)
    found = re.search(rf"(?<!\S){words}(?!\S){_NO_GROUP if phrase.words in _places() else ''}", text)
    return found.span() if found else None


def _weak_place(words: str, text: str, beside: str = "") -> tuple[int, int] | None:
    """Where a common word stands for a group: beside a word for people or a dimension, or beside another group."""
    people = re.search(rf"(?<!\S)({words})(?= (?:{_PEOPLE})\b)", text)
    if people and people[1] not in _NEVER_CODES:
        return people.span(1)
    other = rf"(?:VALUE\d+|{beside})" if beside else r"VALUE\d+"
    for pattern in (
        rf"\b(?:plan|tier|platform|channel|country|market|locale|region|version|language|device|tenure"
        rf"|segment) ({words})(?!\S)",
        rf"(?<!\S){other} (?:users? |customers? |plan )?(?:vs|and|or|than|to|with|against|compared to|compared "
        rf"with) {_THE}({words})(?!\S)",
        rf"(?<!\S){other} ({words})(?= ?{_STOP_AFTER})",
        rf"(?<!\S)({words}) (?:vs|or|and|than|compared to|compared with|against) (?:the )?{other}(?!\S)",
        rf"\b{_BEFORE} {_THE}({words})(?= ?{_STOP_AFTER})(?! (?:delivery|version|food|of))",
    ):
        match = re.search(pattern, text)
        if match and not _is_plain_use(match[1], text, match):
            return match.span(1)
    if words in _CODES:  # "customers DE"
        match = re.search(rf"(?<!\S)(?:{_PEOPLE}) ({words})(?!\S)", text)
        return match.span(1) if match else None
    return None


def _is_plain_use(word: str, text: str, match: re.Match[str]) -> bool:
    """A code of two letters that is also a word is only a group where it stands like a place: in DE, for ES."""
    if word in _NEVER_CODES:
        return True
    return word in _CODES and (text[: match.start(1)].split() or [""])[-1] not in _BEFORE_CODES


def _absent(text: str, known: Known, unknown: list[Unknown]) -> str:
    """Groups that exist elsewhere and not in this run: Peru, the enterprise plan, women."""
    groups = tables("groups")
    places = [(name, "country") for names in groups["countries"].values() for name in names]
    kinds = [(value, dimension) for dimension, values in groups["values"].items() for value in values]
    for words, dimension in sorted(places + kinds, key=lambda pair: -len(pair[0])):
        if words not in text or words in known.levels:
            continue
        weak = (
            dimension in ("plan", "platform", "family", "region") and " " not in words and words in word_list("english")
        )
        if dimension == "country" and words in ("turkey", "polish", "us customers", "us users", "us market"):
            weak = words != "us customers" and words != "us users" and words != "us market"
        if dimension == "plan":
            match = re.search(
                rf"(?<!\S)({re.escape(words)})(?= (?:{_PEOPLE})\b)|\b(?:plan|tier) ({re.escape(words)})(?!\S)"
                rf"|\b(?:for|on|among|from|in|vs|than) (?:the |our )?({re.escape(words)})(?= ?(?:$|VALUE|DATE|vs"
                rf"|and|or|last|this|dropped|drop|plan|in\b|say|users))",
                text,
            )
            at = match.span(match.lastindex or 0) if match else None
        elif weak:
            at = _weak_place(re.escape(words), text)
        else:
            found = re.search(rf"(?<!\S){re.escape(words)}(?!\S){_NO_GROUP if dimension == 'country' else ''}", text)
            at = found.span() if found else None
        if at:
            unknown.append(Unknown(text[at[0] : at[1]], dimension))
            text = taken(text, at, f"UNKNOWN{len(unknown) - 1}")
    return text


def _dimensions(text: str, known: Known, unknown: list[Unknown]) -> tuple[str, tuple[str, ...]]:
    """Dimensions asked for as such: which plan, by country, across versions."""
    found: list[str] = []
    words_of = tables("groups")["dimensions"]
    named = [(plain(d.replace("_", " ")), d) for d in known.values]
    named += [(words, d) for d, listed in words_of.items() for words in listed]
    for words, dimension in sorted(set(named), key=lambda pair: (-len(pair[0]), pair[0])):
        if words not in text:
            continue
        match = re.search(
            rf"\b(?:which|what|whose|by|per|across|each|every|between|split by|broken down by|all|different|one"
            rf"|any|other|for all|depend on|depending on|differ by|vary by) (?:of (?:the|our) )?(?:app |customer "
            rf"|user )?({re.escape(words)}s?)(?!\S)(?! (?:do|does|of the survey|came out|shipped))",
            text,
        )
        if not match:
            continue
        if dimension not in known.values:
            if dimension in ("region", "city") and "country" in known.values and dimension == "region":
                dimension = "country"
            elif any(d in known.values for d, listed in words_of.items() if words in listed):
                continue
            else:
                unknown.append(Unknown(words, ""))
                text = taken(text, match.span(1), f"UNKNOWN{len(unknown) - 1}")
                continue
        if dimension not in found:
            found.append(dimension)
        text = taken(text, match.span(1), f"DIM{found.index(dimension)}")
    return text, tuple(found)


def by_dimension(named: Iterable[Named]) -> dict[str, list[Named]]:
    """The named values by their dimension, each once, in order."""
    found: dict[str, list[Named]] = {}
    for one in named:
        held = found.setdefault(one.dimension, [])
        if all(other.value != one.value for other in held):
            held.append(one)
    return found


_GROUP = re.compile(
    r"\b(?:for|among|amongst|from|of|with|our|are|do|did|is|by|about) (?:the |our |all |many )*((?:[a-z]+ ){1,2})"
    r"(?:users|customers|people|shoppers|subscribers|members|buyers|clients|owners|households|visitors)\b"
)


def stray_group(text: str, topic: str) -> str:
    """Words that stand where a group stands ("left-handed customers") and were recognised as nothing; else nothing."""
    match = _GROUP.search(text)
    if not match:
        return ""
    content = set(topic.split())
    said = [word for word in match[1].split() if word in content]
    return " ".join(said)


def stray_place(text: str, topic: str) -> str:
    """Words of the topic after for, in or among ("in Hogwarts"), where a group or a place would stand; else nothing."""
    match = re.search(r"\b(?:for|in|among|amongst|within) (?:the |our |all )*((?:[a-z]+ ?){1,2})", text)
    said = [word for word in match[1].split() if word in topic.split()] if match else []
    return " ".join(said)
