"""An answer as JSON, and its sentences set out in paragraphs: the same for every surface."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from analyst.answers.answer import Answer
from analyst.answers.facts import Claim, Evidence
from analyst.answers.jsonview import claim_json, fact_json

_PARAGRAPH = {  # parts that stand in one paragraph, one after the other
    "verdict": "verdict", "": "verdict",
    "who": "who", "where": "who",
    "what": "what", "screen": "what",
    "quote": "quote",
    "fix": "fix",
    "aside": "aside",
    "sure": "sure",
}  # fmt: skip
TITLES = {"fix": "What to fix", "sure": "How sure", "aside": "Also"}


def paragraphs(claims: Sequence[Claim]) -> list[tuple[str, list[Claim]]]:
    """The claims in order, those of like parts that follow each other together: (verdict, who, what, quote, fix,
    aside, sure) with their sentences."""
    return [(name, list(group)) for name, group in groupby(claims, key=lambda claim: _PARAGRAPH[claim.part])]


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """{evidence_id, kind, text, score, at, url}: the redacted text that a quote is an exact part of."""
    return {
        "evidence_id": evidence.evidence_id,
        "kind": evidence.kind,
        "text": evidence.text,
        "score": evidence.score,
        "at": evidence.at,
        "url": evidence.url,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """`undertone ask --json` and POST /v1/ask: {question, kind, understood, claims[], facts[], evidence[], grounded,
    verdict, ...}. Lists are always there, possibly empty."""
    return {
        "question": answer.question,
        "kind": answer.kind,
        "understood": answer.understood,
        "assumed": list(answer.assumed),
        "intent": answer.intent,
        "metric": answer.metric,
        "window": answer.window,
        "baseline": answer.baseline,
        "where": answer.where,
        "verdict": answer.verdict,
        "claims": [claim_json(claim) for claim in answer.claims],
        "facts": [fact_json(fact) for fact in answer.facts.values()],
        "evidence": [evidence_json(one) for one in answer.evidence.values()],
        "grounded": answer.grounded,
        "writer": answer.writer,
        "message": answer.message,
        "declined": answer.declined,
        "readings": list(answer.readings),
        "caveats": list(answer.caveats),
        "next_questions": list(answer.next_questions),
        "dropped": list(answer.dropped),
        "note": answer.note,
        "prompt": answer.prompt,
        "calls": list(answer.calls),
        "tokens": {"in": answer.tokens[0], "out": answer.tokens[1]},
        "run_id": answer.run_id,
    }
