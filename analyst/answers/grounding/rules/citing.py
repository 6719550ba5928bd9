"""Ids: what a claim cites is in this pack, and a claim cites what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from analyst.answers.grounding.case import Case, Fault

MOST = 8  # facts and texts of one sentence: who cites everything points at nothing


def citing(case: Case) -> Iterator[Fault]:
    """Known ids only, also inside the sentence; at least one for whatever is asserted; at most a few."""
    claim, pack = case.claim, case.pack
    for one in claim.facts:
        if one not in pack.facts:
            yield Fault("citing", f"There is no fact called {one}.")
    for one in claim.cites:
        if one not in pack.evidence:
            yield Fault("citing", f"There is no response or session called {one}.")
    for one in case.sentence.ids:
        if one.startswith("f") and not one.startswith("fix") and one not in claim.facts:
            yield Fault("citing", f"The sentence names {one}, which it does not cite.")
        elif one.startswith("fix") and not any(one in fact.names for fact in case.facts):
            yield Fault("naming", f"No cited fact is about {one}.")
    if not claim.facts and not claim.cites and claim.part != "aside":
        yield Fault("citing", "It cites nothing that it rests on.")
    if len(set(claim.facts)) > MOST or len(set(claim.cites)) > MOST:
        yield Fault("citing", f"It cites more than {MOST} facts or texts.")
