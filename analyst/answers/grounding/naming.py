"""Names in a sentence: themes, screens, segment values, versions and fixes that the run knows, as people write them.

A name of several words, or with a digit in it, is found in any case. A single word is ambiguous: the screen `Search` is
not the verb, the plan `free` not the adjective, so those need their own case or a word beside them that says what
they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from analyst.answers.grounding.folding import lower, tidy, words

_WORD = re.compile(r"[^\W_]+")
_COMMON = words(
    "free new other home basic direct search standard plus full none all yes no high low medium small",
    "large one returning existing unknown missing true false monthly yearly annual old young male female",
    "first second top best help more settings account orders order profile app mobile start main general",
    "email family social organic referral affiliate product login basket",
)
# Words of our own sentences: a label made of nothing else is a name only where it is written as one.
_HOUSE = words(
    "met errors error crashes crash freezes freeze taps tap rage dead falls fall fell rise rose app home",
    "page screen screens customers users people comments answers sessions session week weeks month score",
    "scores time change changes new good bad service on the a of in and to more less other others all no",
    "not fix fixes group groups share points lower higher plan version platform release",
)
# Words beside an ordinary word that make it a name: 'free plan', 'plan free', 'on Search', 'the search screen'.
_BEFORE = re.compile(
    r"(?:\b(?:plan|tier|platform|country|segment|group|version|channel|dimension|screen|page|theme|region|language|"
    r"(?:taps|freezes|crashes|errors|friction) (?:on|in|at)(?: the)?)|=)\s?[\"'“]?$"
)
_AFTER = re.compile(
    r"^[\"'”]?\s(?:plan|tier|platform|users|customers|people|segment|group|version|channel|screen|page|theme|"
    r"subscribers|detractors|passives|promoters|members|accounts)\b"
)
_METRICS = frozenset({"nps", "csat", "ces"})  # read as metrics, not as names
_FILLER = "\ue000"


@dataclass(frozen=True)
class Mention:
    """A known name in a sentence: lower case, with where it stands (half-open)."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Known:
    """Names by their first word, the longest first; `plain` as they are written."""

    by_word: dict[str, tuple[tuple[str, str], ...]]
    bare: tuple[tuple[str, str], ...]
    lowered: frozenset[str]


@lru_cache(maxsize=64)
def known_names(names: frozenset[str]) -> _Known:
    """An index over `names`, kept for the next sentence of the same pack."""
    by_word: dict[str, list[tuple[str, str]]] = {}
    bare: list[tuple[str, str]] = []
    for name in sorted({tidy(name) for name in names if name.strip() and lower(name) not in _METRICS}):
        first = _WORD.match(name)
        if first:
            by_word.setdefault(lower(first.group()), []).append((lower(name), name))
        elif len(name) > 1:
            bare.append((lower(name), name))

    def longest(pair: tuple[str, str]) -> int:
        return -len(pair[0])

    indexed = {word: tuple(sorted(found, key=longest)) for word, found in by_word.items()}
    lowered = frozenset(pair[0] for found in by_word.values() for pair in found) | {pair[0] for pair in bare}
    return _Known(indexed, tuple(sorted(bare, key=longest)), lowered)


def mentions_in(text: str, names: frozenset[str]) -> list[Mention]:
    """The names in `text` (tidied), left to right, the longest where several begin at one place."""
    known, low = known_names(names), lower(text)
    found: list[Mention] = []
    taken = 0
    starts = [(match.start(), known.by_word.get(match.group(), ())) for match in _WORD.finditer(low)]
    if known.bare:
        starts += [(i, known.bare) for i, ch in enumerate(low) if not ch.isalnum() and not ch.isspace()]
        starts.sort(key=lambda start: start[0])
    for start, candidates in starts:
        if start < taken:
            continue
        for name, plain in candidates:
            end = start + len(name)
            if low.startswith(name, start) and _ends(low, end) and _begins(low, start):
                if not _meant(text, start, end, plain):
                    continue
                found.append(Mention(name, start, end))
                taken = end
                break
    return found


def _begins(low: str, start: int) -> bool:
    before = low[start - 1] if start else " "
    return not (before.isalnum() and low[start].isalnum()) and not (
        before == "." and start > 1 and low[start - 2].isdigit()
    )


def _ends(low: str, end: int) -> bool:
    if end >= len(low):
        return True
    after = low[end]
    if after.isalnum() and low[end - 1].isalnum():
        return False
    return not (low[end - 1].isdigit() and after in ".,%" and (after == "%" or low[end + 1 : end + 2].isdigit()))


def _meant(text: str, start: int, end: int, plain: str) -> bool:
    """Whether the word at that place is the name rather than an ordinary word that looks like it."""
    said = text[start:end]
    if " " in plain and said == said.lower() != plain and _HOUSE.issuperset(said.split()):
        return False  # 'had met errors' is no mention of a theme called Met errors
    if not plain.isalpha():  # several words, a digit, a sign: nothing else looks like it
        return not plain.replace(",", "").isdigit() or _cued(text, start, end)
    if plain == plain.lower():
        if len(plain) <= 2:
            return said.isupper() or _cued(text, start, end)
        return plain not in _COMMON or _cued(text, start, end)
    if len(plain) <= 3 and plain.isupper():
        return said == plain
    return said == plain or said.isupper() or _cued(text, start, end)


def _cued(text: str, start: int, end: int) -> bool:
    low = lower(text)
    return bool(_BEFORE.search(low[:start])) or bool(_AFTER.match(low[end:]))


def blank(text: str, spans: Iterable[tuple[int, int]], filler: str = _FILLER) -> str:
    """`text` with `spans` overwritten, so that positions hold and nothing inside them is read."""
    for start, end in spans:
        text = text[:start] + filler * (end - start) + text[end:]
    return text
