"""A finished answer, worded anew by a model: the same facts in the same order, every sentence checked.

What the model may touch is the prose. The numbers, the names and the quotes are the answer's own: quotes are chosen by
id and filled in here, the verdict stands first whatever the model made of it, and parts keep the answer's order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analyst.answers.facts import Claim, Pack
from analyst.answers.writing.material import Material, facts_in_order, material, quoted_words
from analyst.answers.writing.worded import worded

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.llm import LlmClient
    from prompts import AnswerText

_ALL_QUOTES = ("quotes", "say")  # questions whose answer is the quotes: none of them may be left out
_DRAFT_FRAME = 60  # characters that JSON puts around a sentence of the draft


@dataclass(frozen=True)
class LlmWriter:
    """Words answers with the model behind `client`. `names` are all names that the run knows (see facts.Pack)."""

    client: LlmClient
    names: Collection[str] = ()

    def reword(self, answer: Answer) -> Answer:
        """`answer` in the model's words, or `answer` itself with a `note` why not. Never raises for what a model or
        an endpoint does."""
        from prompts import AnswerText, load_prompt

        if answer.kind != "answer" or not answer.claims:
            return answer
        prompt = load_prompt("answer")
        own = [claim for claim in answer.claims if claim.part != "quote"]
        size = sum(len(claim.text) + _DRAFT_FRAME for claim in own)
        given = material(
            facts_in_order(answer.claims, answer.facts), quoted_words(answer.claims, answer.evidence), size
        )
        messages = prompt.render(
            question=answer.question,
            understood=answer.understood,
            draft=_draft(answer.claims, given),
            facts=given.facts,
            quotes=given.quotes,
        )

        def lacks_verdict(claims: Sequence[Claim]) -> list[str]:
            missing = bool(own) and not same_facts(claims[:1], own[0])
            ids = ", ".join(own[0].facts) if own else ""
            return [f"the first sentence must give the verdict and rest on {ids}"] if missing else []

        pack = Pack(answer.facts, answer.evidence, frozenset(self.names))
        found = worded(
            self.client.for_job(),
            prompt,
            messages,
            AnswerText,
            lambda text: claims_of(text, given),
            pack,
            evidence=given.evidence,
            demand=lacks_verdict,
            spoken=[claim.text for claim in own],
        )
        answer = replace(answer, prompt=found.prompt, calls=found.calls, tokens=found.tokens)
        if not found.claims:
            return replace(answer, note=f"Written without the model: {found.note}")
        claims = in_place(in_order(found.claims, own), answer.claims, given.words, every=answer.intent in _ALL_QUOTES)
        return replace(
            answer,
            claims=tuple(claims),
            grounded="full" if found.complete else "partial",
            writer=self.client.endpoint.model,
            dropped=(*answer.dropped, *found.dropped),
        )


def _draft(claims: Sequence[Claim], given: Material) -> list[dict[str, Any]]:
    """The answer as it stands, quotes by their short ids only."""
    known = {fact["id"] for fact in given.facts}
    draft: list[dict[str, Any]] = []
    for claim in claims:
        quotes = [short for short in map(given.short, claim.cites) if short]
        if claim.part == "quote":
            if quotes:
                draft.append({"part": "quote", "quotes": quotes})
            continue
        facts = [fact_id for fact_id in claim.facts if fact_id in known]
        draft.append({"part": claim.part, "sentence": claim.text, "facts": facts, "quotes": quotes})
    return draft


def claims_of(text: AnswerText, given: Material) -> list[Claim]:
    """The model's sentences as claims, with the ids of the pack."""
    return [
        Claim(
            sentence.text,
            tuple(dict.fromkeys(sentence.facts)),
            tuple(dict.fromkeys(given.real(short) for short in sentence.quotes)),
            sentence.part,
        )
        for sentence in text.sentences
    ]


def same_facts(claims: Sequence[Claim], own: Claim) -> bool:
    """Whether one of `claims` rests on a fact of `own` (a sentence without facts asks for none)."""
    return not own.facts or any(set(claim.facts) & set(own.facts) for claim in claims)


def in_order(claims: Sequence[Claim], own: Sequence[Claim]) -> list[Claim]:
    """`claims` in the order of the parts of `own`, the verdict first: where the model's own fell, ours comes back."""
    order = list(dict.fromkeys(claim.part for claim in own))
    lead = claims[0] if claims and same_facts(claims[:1], own[0]) else None
    rest = list(claims[1:]) if lead else list(claims)
    rest.sort(key=lambda claim: order.index(claim.part) if claim.part in order else len(order))
    return [lead or own[0], *rest]


def in_place(claims: Sequence[Claim], own: Sequence[Claim], words: Mapping[str, str], *, every: bool) -> list[Claim]:
    """`claims` with the quotes that they name right after them, each once and in the words that were checked before:
    those of the quote among `own`, or `words` by id; with `every`, those that no sentence named come at the end."""
    ours = {claim.cites[0]: claim for claim in own if claim.part == "quote" and len(claim.cites) == 1}
    told: list[Claim] = []
    shown: set[str] = set()
    for claim in claims:
        told.append(claim)
        for evidence_id in claim.cites:
            if evidence_id in words and evidence_id not in shown:
                shown.add(evidence_id)
                quote = Claim(f"“{words[evidence_id]}”", (), (evidence_id,), "quote")
                told.append(ours.get(evidence_id, quote))
    left = [claim for claim in own if claim.part == "quote" and not shown.intersection(claim.cites)]
    return [*told, *(left if every else ())]
