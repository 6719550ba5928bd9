"""What a model is handed: facts and quotes under short ids, little enough for a small local model.

Servers with a small context cut a long prompt silently, in the middle, and the model then answers from half the
evidence. So the data of one request stays below about 2,000 tokens, with which prompt and data stay below 3,000. Facts
come first, in the order in which the answer uses them, and quotes get what is left: without a quote an answer is
drier, without a fact it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyst.answers.facts import EVERYONE, Claim, Evidence, Fact
from analyst.llm.wire import CHARACTERS_A_TOKEN

ROOM = 2_000 * CHARACTERS_A_TOKEN  # characters of facts, quotes and draft together
QUOTE_ROOM = 2_400  # characters of them that facts leave to quotes
MOST_QUOTES = 12
QUOTE_LENGTH = 240  # characters of one quote that a model sees; the reader sees it whole
_FRAME = 40  # characters that JSON puts around an item
_QUOTED = re.compile(r"“([^”]+)”")


@dataclass(frozen=True)
class Material:
    """Facts and quotes as a prompt takes them. `ids` leads from the short id of a quote (r1, r2, ...) to its own;
    `words` are the words of each quote by its own id."""

    facts: list[dict[str, Any]]
    quotes: list[dict[str, Any]]
    ids: Mapping[str, str]
    words: Mapping[str, str]

    @property
    def evidence(self) -> list[str]:
        """The ids of the responses and sessions whose words are in it."""
        return list(self.ids.values())

    def short(self, evidence_id: str) -> str | None:
        """The short id of a quote; None where it is not in here."""
        return next((short for short, real in self.ids.items() if real == evidence_id), None)

    def real(self, short: str) -> str:
        """The own id of a quote; an id that was never handed out stays what it is, for the check to refuse."""
        return self.ids.get(short, short)


def material(facts: Iterable[Fact], words: Mapping[str, str], taken: int = 0) -> Material:
    """`facts` in their order and the quotes `words` (by the id of their response), as far as there is room.

    `taken`: characters of the room that something else of the same request uses. The first fact is always in.
    """
    room = ROOM - taken
    quotes, used = _fitting(words, min(QUOTE_ROOM, room))
    told: list[dict[str, Any]] = []
    for fact in facts:
        item = told_fact(fact)
        size = sum(len(str(value)) for value in item.values()) + _FRAME
        if told and used + size > room:
            break
        told.append(item)
        used += size
    ids = {f"r{place}": evidence_id for place, evidence_id in enumerate(quotes, 1)}
    shown = [{"id": short, "text": quotes[evidence_id]} for short, evidence_id in ids.items()]
    return Material(told, shown, ids, quotes)


def _fitting(words: Mapping[str, str], room: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    used = 0
    for evidence_id, text in list(words.items())[:MOST_QUOTES]:
        size = min(len(text), QUOTE_LENGTH) + _FRAME
        if used + size > room:
            break
        found[evidence_id] = text
        used += size
    return found, used


def told_fact(fact: Fact) -> dict[str, Any]:
    """A fact as a prompt takes it: its sentence, and whom and when it is about where the sentence does not say so."""
    told: dict[str, Any] = {"id": fact.fact_id, "sentence": fact.text}
    if fact.where not in (EVERYONE, "") and fact.where not in fact.text:
        told["about"] = fact.where
    if fact.window and fact.window not in fact.text:
        told["window"] = fact.window
    return told


def facts_in_order(claims: Sequence[Claim], facts: Mapping[str, Fact]) -> list[Fact]:
    """The facts that `claims` rest on in order of use, then the others."""
    used = dict.fromkeys(fact_id for claim in claims for fact_id in claim.facts if fact_id in facts)
    return [facts[fact_id] for fact_id in (*used, *(one for one in facts if one not in used))]


def quoted_words(claims: Sequence[Claim], evidence: Mapping[str, Evidence]) -> dict[str, str]:
    """The words that `claims` quote, by the id of the one response or session that each cites."""
    found: dict[str, str] = {}
    for claim in claims:
        words = _QUOTED.findall(claim.text) if claim.part == "quote" else []
        if len(claim.cites) == 1 and claim.cites[0] in evidence and words:
            found.setdefault(claim.cites[0], words[0])
    return found
