"""The digest's opening, worded by a model from the digest's own facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from analyst.answers.facts import Claim, Evidence, Pack
from analyst.answers.writing.material import Material, facts_in_order, material
from analyst.answers.writing.worded import worded

if TYPE_CHECKING:
    from analyst.answers.digest import Digest
    from analyst.llm import LlmClient
    from prompts import DigestSummary


def with_llm_opening(digest: Digest, client: LlmClient, texts: Mapping[str, str], names: Collection[str]) -> Digest:
    """`digest` with its opening worded by the model behind `client`, or unchanged with the reason why not.

    `texts` are the redacted texts of the responses that the digest may cite, by id; `names` all names that it knows.
    """
    from prompts import DigestSummary, load_prompt

    prompt = load_prompt("digest_summary")
    quotes = {quote.response_id: quote.text for theme in digest.themes for quote in theme.quotes}
    given = material(facts_in_order(digest.headline, digest.facts), quotes)
    evidence = {one: Evidence(one, "response", text) for one, text in texts.items()}
    found = worded(
        client,
        prompt,
        prompt.render(period=digest.window, facts=given.facts, quotes=given.quotes),
        DigestSummary,
        lambda summary: _claims(summary, given),
        Pack(digest.facts, evidence, frozenset(names)),
        evidence=given.evidence,
        spoken=[claim.text for claim in (*digest.headline, *digest.settle)],
    )
    if not found.claims:
        return replace(digest, caveats=[*digest.caveats, f"The opening is extractive: {found.note}"])
    made = len(found.claims) + len(found.dropped)
    stood = "every sentence" if found.complete else f"{len(found.claims)} of {made} sentences"
    return replace(
        digest,
        headline=list(found.claims),
        dropped=[*digest.dropped, *found.dropped],
        writer=f"{client.endpoint.model}, {stood} grounded",
    )


def _claims(summary: DigestSummary, given: Material) -> list[Claim]:
    return [
        Claim(sentence.text, tuple(sentence.facts), tuple(given.real(short) for short in sentence.quotes))
        for sentence in summary.sentences
    ]
