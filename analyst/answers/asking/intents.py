"""Which intent a question has: rules that each add to one, so that it can be told which words spoke for it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import cast, get_args

from analyst.answers.asking.plan import Intent
from analyst.answers.asking.words import tables

# Between two intents with the same weight the one that asks for more particular things wins.
_ORDER: tuple[Intent, ...] = (
    "fix_worked", "quotes", "benchmark", "sure", "fixes", "compare", "screens", "why", "for_whom", "say", "theme",
    "themes", "data", "level",
)  # fmt: skip


@dataclass(frozen=True)
class Spoke:
    """One rule that fired: for which intent, with what weight, and the words that it saw."""

    intent: Intent
    weight: int
    words: str


@dataclass(frozen=True)
class Scored:
    """The intents with what was said for each, the strongest first."""

    ranking: tuple[tuple[Intent, int], ...]
    spoke: tuple[Spoke, ...]

    @property
    def best(self) -> Intent | None:
        """The intent with the most weight; None where nothing spoke for any."""
        return self.ranking[0][0] if self.ranking else None

    def weight(self, intent: Intent) -> int:
        """What was said for `intent`, 0 for nothing."""
        return dict(self.ranking).get(intent, 0)


@dataclass(frozen=True)
class _Rule:
    intent: Intent
    weight: int
    say: re.Pattern[str]
    needs: frozenset[str]
    needs_any: frozenset[str]
    without: frozenset[str]


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    found = []
    for intent, rules in tables("intents").items():
        if intent not in get_args(Intent):
            raise ValueError(f"intents.toml has rules for '{intent}', which is no intent")
        for rule in rules:
            needs, needs_any, without = (frozenset(rule.get(k, ())) for k in ("needs", "needs_any", "without"))
            found.append(
                _Rule(cast(Intent, intent), rule["weight"], re.compile(rule["say"]), needs, needs_any, without)
            )
    return tuple(found)


def score_intents(text: str, flags: Collection[str]) -> Scored:
    """What speaks for each intent in `text`, whose marks carry no numbers; `flags` say what else was found."""
    have = frozenset(flags)
    spoke = []
    for rule in _rules():
        if not rule.needs <= have or rule.without & have or (rule.needs_any and not rule.needs_any & have):
            continue
        match = rule.say.search(text)
        if match:
            spoke.append(Spoke(rule.intent, rule.weight, match[0]))
    weights: dict[Intent, int] = {}
    for one in spoke:
        weights[one.intent] = weights.get(one.intent, 0) + one.weight
    ranking = sorted(weights.items(), key=lambda pair: (-pair[1], _ORDER.index(pair[0])))
    return Scored(tuple(ranking), tuple(spoke))
