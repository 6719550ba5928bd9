"""The grounding check: no sentence is shown whose numbers, names or quotes do not stand in the evidence.

Deterministic and outside any model. A claim fails when it cites an unknown fact or response, holds a number that
none of its facts holds (within rounding), quotes words that the cited response does not contain, or says that
something caused something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analyst.answers.facts import Claim, Fact

_NUMBER = re.compile(r"(?<![\w.])[+\-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?(?![\w.]*\d)")
_NAMES = re.compile(
    r"\d{4}-W\d{2}(?:\.\.\d{4}-W\d{2})?|\d{4}-\d{2}(?:-\d{2})?(?:\.\.\d{4}-\d{2}(?:-\d{2})?)?|\b\d+(?:\.\d+){2,}\b|95%"
)
_QUOTED = re.compile(r"[“\"]([^”\"]{3,})[”\"]")
_CAUSAL = re.compile(r"\b(caus(?:e[sd]?|ing)|because of|due to|led to|drove|driven by|thanks to)\b", re.IGNORECASE)


def faults(claim: Claim, facts: Mapping[str, Fact], texts: Mapping[str, str], names: Sequence[str] = ()) -> list[str]:
    """What is wrong with `claim`, in words; empty when it is grounded.

    `texts` holds the redacted text of every citable response or session by id; `names` are labels, segment values
    and screens: their digits are part of a name and no number, and a label in quotation marks is no quote.
    """
    found = [f"no fact called {fact_id}" for fact_id in claim.facts if fact_id not in facts]
    found += [f"no evidence called {cite}" for cite in claim.cites if cite not in texts]
    bare = _QUOTED.sub(" ", claim.text)
    if _CAUSAL.search(bare):
        found.append("it says that something caused something")
    for name in sorted(names, key=len, reverse=True):
        bare = re.sub(rf"(?<![\w.,]){re.escape(name)}(?![\w,%]|\.\d)", " ", bare)
    allowed = [number.value for fact_id in claim.facts if fact_id in facts for number in facts[fact_id].numbers]
    found += [
        f"the number {token} stands in none of its facts"
        for token in _NUMBER.findall(_NAMES.sub(" ", bare))
        if not _is_backed(token, allowed)
    ]
    cited = [texts[cite] for cite in claim.cites if cite in texts]
    found += [
        f"the words “{quoted}” stand in no cited response"
        for quoted in _QUOTED.findall(claim.text)
        if quoted not in names and not any(quoted.removesuffix(" …") in text for text in cited)
    ]
    return found


def _is_backed(token: str, allowed: Sequence[float]) -> bool:
    """Whether `token` is one of `allowed` rounded to as many digits, as it stands or as a percentage."""
    plain = token.replace(",", "").replace("\N{MINUS SIGN}", "-").lstrip("+")
    digits = len(plain.partition(".")[2])
    value = abs(float(plain))
    half = 0.5 * 10**-digits + 1e-9
    return any(abs(abs(number) * scale - value) <= half for number in allowed for scale in (1.0, 100.0))


def keep_grounded(
    claims: Sequence[Claim], facts: Mapping[str, Fact], texts: Mapping[str, str], names: Sequence[str] = ()
) -> tuple[list[Claim], list[str]]:
    """The claims that pass, and the faults of those that do not."""
    kept, dropped = [], []
    for claim in claims:
        wrong = faults(claim, facts, texts, names)
        if wrong:
            dropped.append(f"{claim.text}: {'; '.join(wrong)}")
        else:
            kept.append(claim)
    return kept, dropped
