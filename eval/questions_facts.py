"""Whether an answer rests on the facts and the words that it should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from eval.sets.counted import days_of
from eval.sets.questions import Question

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.facts import Fact
    from eval.sets.counted import Company, Response
    from eval.sets.truth import Truth

BANDS = {"detractor": (-101.0, -1.0), "passive": (-1.0, 1.0), "promoter": (1.0, 101.0)}  # of y, for NPS


def facts_missing(question: Question, answer: Answer, truth: Truth, company: Company) -> list[str]:
    """What the answer's claims should have cited and did not, in words; empty where nothing is missing."""
    asked = question.facts
    cited = [answer.facts[f] for claim in answer.claims for f in claim.facts if f in answer.facts]
    missing = [f"number: {_told(number)}" for number in asked.get("numbers", ()) if not _has_number(cited, number)]
    names = [name.casefold() for fact in cited for name in (*fact.names, fact.where)]
    missing += [f"name: {name}" for name in asked.get("names", ()) if not any(name.casefold() in n for n in names)]
    missing += [f"theme: {true}" for true in asked.get("themes", ()) if not _has_theme(names, true, truth)]
    if "quotes" in asked:
        missing += _quotes_missing(asked["quotes"], answer, truth, company)
    return missing


def _has_number(cited: Iterable[Fact], wanted: Mapping[str, Any]) -> bool:
    """A number of the same unit within the tolerance; a count may also be a fact's n."""
    value, near = float(wanted["value"]), float(wanted["tolerance"])
    for fact in cited:
        if wanted["unit"] == "count" and fact.n is not None and abs(fact.n - value) <= near:
            return True
        if any(n.unit in (wanted["unit"], "any") and abs(n.value - value) <= near for n in fact.numbers):
            return True
    return False


def _has_theme(names: Iterable[str], true: str, truth: Truth) -> bool:
    labels = {label.casefold() for theme, label in truth.labels.items() if truth.means(theme, true)}
    return bool(labels & set(names))


def _quotes_missing(wanted: Mapping[str, Any], answer: Answer, truth: Truth, company: Company) -> list[str]:
    """Responses that are cited: enough of them, from the asked group, and enough of those about the true theme."""
    cited = dict.fromkeys(c for claim in answer.claims for c in claim.cites if c in truth.source)
    if len(cited) < wanted["at_least"]:
        return [f"quotes: {len(cited)} responses cited, fewer than {wanted['at_least']}"]
    right = [one for one in cited if _fits(company.responses.get(truth.source[one]), wanted)]
    if "theme" in wanted:
        right = [one for one in right if wanted["theme"] in truth.spoken[one]]
    if len(right) < wanted["share"] * len(cited):
        return [f"quotes: {len(right)} of {len(cited)} cited responses are what was asked for"]
    return []


def _fits(response: Response | None, wanted: Mapping[str, Any]) -> bool:
    if response is None:
        return False
    if "window" in wanted:
        first, last = days_of(wanted["window"])
        if not first <= response.day <= last:
            return False
    if "band" in wanted:
        low, high = BANDS[wanted["band"]]
        if not low < response.y < high:
            return False
    return all(response.groups.get(name) == value for name, value in wanted.get("where", {}).items())


def _told(number: Mapping[str, Any]) -> str:
    named = [number.get("what"), number.get("metric"), number.get("screen"), number.get("window")]
    where = " ".join(f"{k}={v}" for k, v in (number.get("where") or {}).items())
    return f"{' '.join(str(n) for n in named if n)} {where} = {number['value']:.4g}".replace("  ", " ")
