"""The LLM as a writer of the digest's opening: it chooses and words facts it was handed, and every sentence is checked.

The extractive opening is always there first. The model's sentences replace it only when at least half of them pass
the grounding check (after one repair); otherwise, and on any failure, the extractive one stays and the digest says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyst.answers.check import faults, keep_grounded
from analyst.answers.digest import Digest
from analyst.answers.facts import Claim
from analyst.core.values import Quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyst.llm import LlmClient
    from prompts import DigestSummary

QUOTES = 12


def with_llm_opening(digest: Digest, client: LlmClient, texts: Mapping[str, str], names: Sequence[str]) -> Digest:
    """`digest` with its opening worded by the model behind `client`, or unchanged with the reason why not.

    `texts` and `names` are what the grounding check needs (see check.faults).
    """
    from analyst.llm import LlmFailed
    from prompts import DigestSummary, load_prompt

    prompt = load_prompt("digest_summary")
    quotes = _quotes(digest)
    messages = prompt.render(
        period=digest.window,
        facts=[{"id": fact.fact_id, "sentence": fact.text} for fact in digest.facts.values()],
        quotes=[{"id": quote.response_id, "text": quote.text} for quote in quotes],
    )

    def wrong(summary: DigestSummary) -> list[str]:
        return [fault for claim in _claims(summary) for fault in faults(claim, digest.facts, texts, names)]

    answer = client.structured(
        messages,
        DigestSummary,
        task="digest_summary",
        prompt_hash=prompt.hash,
        evidence=[quote.response_id for quote in quotes],
        check=wrong,
        max_tokens=prompt.max_tokens,
    )
    if isinstance(answer, LlmFailed):
        return replace(digest, caveats=[*digest.caveats, f"The opening is extractive: {answer}"])
    made = _claims(answer.value)
    kept, dropped = keep_grounded(made, digest.facts, texts, names)
    if len(kept) * 2 < len(made):
        reason = "The opening is extractive: most of what the model wrote was not borne out by the facts."
        return replace(digest, caveats=[*digest.caveats, reason])
    grounded = "every sentence" if not dropped else f"{len(kept)} of {len(made)} sentences"
    writer = f"{client.endpoint.model}, {grounded} grounded"
    return replace(digest, headline=kept, dropped=[*digest.dropped, *dropped], writer=writer)


def _claims(summary: DigestSummary) -> list[Claim]:
    return [Claim(s.text, tuple(s.facts), tuple(s.quotes)) for s in summary.sentences]


def _quotes(digest: Digest) -> list[Quote]:
    found = {quote.text: quote for theme in digest.themes for quote in theme.quotes}
    return list(found.values())[:QUOTES]
