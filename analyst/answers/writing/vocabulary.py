"""Which words a model may tell a finding in: those of its facts, those of our own sentences, and the house's.

The grounding check binds numbers, names and strong words. A sentence with none of them (`The release was a triumph.`)
can say anything, and a model that obeys a customer's words would say just that. So a model's sentence is refused when
it holds a word that carries content and that nothing it rests on says. Our own writers need no such rule: their words
are in this program.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from analyst.answers.facts import Claim, Fact
from analyst.answers.grounding import Fault

RULE = "words"
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_ENDINGS = ("ing", "ed", "er", "ly", "e", "y")


def foreign_words(claim: Claim, facts: Mapping[str, Fact], spoken: Collection[str] = ()) -> list[str]:
    """The words of `claim` that neither its facts, nor `spoken` (sentences of ours on the same matter), nor the house
    say. What stands in quotation marks is left to the check of quotes, and gives no word to anybody either."""
    known = _house() | _own(claim, facts, spoken)
    return [word for word in _content(claim) if not _has_digit(word) and root(word) not in known]


def word_faults(claim: Claim, facts: Mapping[str, Fact], spoken: Collection[str] = ()) -> tuple[Fault, ...]:
    """The same as the fault that a repair turn is told; a sentence that shares no word and no number with what it
    rests on is at fault as well."""
    found = foreign_words(claim, facts, spoken)
    if found:
        told = ", ".join(f"'{word[:30]}'" for word in found[:6])
        return (Fault(RULE, f"no fact of the sentence says {told}; use the words of the facts."),)
    own = _own(claim, facts, spoken)
    if any(_has_digit(word) or root(word) in own for word in _content(claim)) or _QUOTED.search(claim.text):
        return ()
    return (Fault(RULE, "it says nothing of what its facts say."),)


def _content(claim: Claim) -> list[str]:
    from analyst.themes.words import content_tokens, tokens

    words = tokens(_QUOTED.sub(" ", claim.text))
    return list(dict.fromkeys([*content_tokens(words, "en"), *(word for word in words if _has_digit(word))]))


def _own(claim: Claim, facts: Mapping[str, Fact], spoken: Collection[str]) -> frozenset[str]:
    return _roots_of(facts[one] for one in claim.facts if one in facts) | _roots_in(spoken)


@lru_cache(maxsize=8192)
def root(word: str) -> str:
    """`word` without its ending, so that freeze, freezes and freezing are one."""
    from analyst.themes.keywords import stem

    plain = stem(word.removesuffix("'s"))
    for ending in _ENDINGS:
        if len(plain) - len(ending) > 3 and plain.endswith(ending):
            return plain.removesuffix(ending)
    return plain


@cache
def _house() -> frozenset[str]:
    lines = (files("analyst.answers.writing") / "house_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(root(word) for line in lines if not line.startswith("#") for word in line.split())


def _roots_of(cited: Iterable[Fact]) -> frozenset[str]:
    return _roots_in([text for fact in cited for text in (fact.text, fact.where, fact.window, *fact.names)])


def _roots_in(texts: Iterable[str]) -> frozenset[str]:
    from analyst.themes.words import tokens

    # A customer's words inside our sentence lend nothing; a theme's label in quotation marks stands among the names.
    return frozenset(root(word) for text in texts for word in tokens(_QUOTED.sub(" ", text)))


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
