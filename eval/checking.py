"""The evaluation's own check of an answer, apart from the one that Undertone runs before it shows a sentence.

It is cruder, and shares no code with that one, so that a mistake there does not hide itself: every cited id exists,
every quote stands in what its sentence cites, every number in a fact that its sentence cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from eval.measures.grounding import (
    Checked,
    citation_validity,
    fallback_rate,
    number_validity,
    quote_validity,
    unsupported_rate,
)
from eval.results import Measure, value

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.facts import Claim, Fact

MEASURES = (
    Measure("answer_unsupported", "sentences that do not rest on what they cite", "lower"),
    Measure("answer_citations", "cited ids that exist"),
    Measure("answer_quotes", "quotes that stand word for word in what they cite"),
    Measure("answer_numbers", "numbers that a cited fact holds"),
    Measure("answer_fallback", "answers for which the extractive one stood in", "lower"),
)
_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)")
_PLAIN = re.compile(r"\d[\d,]*(?:\.\d+)?")


def check(answer: Answer) -> Checked:
    """Counts over the claims of an answer; one that was declined or asked back has none."""
    counts = Checked()
    for claim in answer.claims:
        counts = _added(counts, _checked(claim, answer))
    fell_back = answer.writer != "extractive" and answer.grounded == "extractive"
    return _added(counts, Checked(fell_back=fell_back))


def values_of(checked: Checked) -> dict[str, tuple[float, float]]:
    """The measures of an answer as a row holds them, each under its own weight; what was not there is left out."""
    rates = {
        "answer_unsupported": unsupported_rate(checked),
        "answer_citations": citation_validity(checked),
        "answer_quotes": quote_validity(checked),
        "answer_numbers": number_validity(checked),
        "answer_fallback": fallback_rate(checked),
    }
    return {name: value(rate, weight) for name, (rate, weight) in rates.items() if weight}


def _checked(claim: Claim, answer: Answer) -> Checked:
    facts = [answer.facts[one] for one in claim.facts if one in answer.facts]
    texts = [answer.evidence[one].text for one in claim.cites if one in answer.evidence]
    cited, known = len(claim.facts) + len(claim.cites), len(facts) + len(texts)
    names = {_folded(name) for fact in facts for name in (*fact.names, fact.where)}
    quotes = [words for words in _QUOTED.findall(claim.text) if _folded(words) not in names]
    stand = [words for words in quotes if any(_within(words, text) for text in texts)]
    numbers = _numbers(claim.text)
    backed = [number for number in numbers if _is_backed(number, facts)]
    good = known == cited and cited > 0 and len(stand) == len(quotes) and len(backed) == len(numbers)
    return Checked(1, int(not good), cited, known, len(quotes), len(stand), len(numbers), len(backed))


def _added(a: Checked, b: Checked) -> Checked:
    return Checked(
        a.sentences + b.sentences,
        a.unsupported + b.unsupported,
        a.citations + b.citations,
        a.valid_citations + b.valid_citations,
        a.quotes + b.quotes,
        a.valid_quotes + b.valid_quotes,
        a.numbers + b.numbers,
        a.valid_numbers + b.valid_numbers,
        a.fell_back or b.fell_back,
    )


def _within(words: str, text: str) -> bool:
    """Whether every piece of the quote (an ellipsis parts it) stands in the text, white space aside."""
    pieces = [piece for piece in (_folded(p) for p in re.split(r"…|\.\.\.|\[[^\]]*\]", words)) if piece]
    return bool(pieces) and all(piece in _folded(text) for piece in pieces)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _numbers(text: str) -> list[str]:
    """Numbers in digits outside quotes; parts of versions, weeks and dates are names and not numbers."""
    bare = _QUOTED.sub(" ", text)
    bare = re.sub(r"\b\d{4}-(?:W\d{2}|\d{2}(?:-\d{2})?)\b|\b\d+(?:\.\d+){2,}\b|\b95\s*%", " ", bare)
    return _NUMBER.findall(bare)


def _is_backed(number: str, facts: Iterable[Fact]) -> bool:
    """Whether a fact holds the number, rounded as it is said, as it stands or as a percentage; or says it in words, in
    its group or window (a date, a version, a day)."""
    plain = number.replace(",", "")
    half = 0.5 * 10 ** -len(plain.partition(".")[2]) + 1e-6
    for fact in facts:
        held = [abs(one.value) for one in fact.numbers] + ([float(fact.n)] if fact.n is not None else [])
        if any(abs(one * scale - float(plain)) <= half for one in held for scale in (1.0, 100.0)):
            return True
        if number in _PLAIN.findall(" ".join((fact.text, fact.where, fact.window, *fact.names))):
            return True
    return False
