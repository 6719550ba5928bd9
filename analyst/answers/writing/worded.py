"""One way in which a model writes anything: asked once, every sentence checked, repaired once, the rest dropped.

Where less than half of it stands, or the endpoint fails, nothing of it is used and the reason is said; what was
written without a model is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from analyst.answers.facts import Claim, Pack
from analyst.answers.grounding import Fault, Refused, check
from analyst.answers.writing.vocabulary import word_faults

if TYPE_CHECKING:
    from analyst.llm import LlmClient, LlmFailed, LlmReply
    from prompts import Message, Prompt

M = TypeVar("M", bound=BaseModel)
_SHOWN = 70  # characters of a faulty sentence by which the model finds it again


@dataclass(frozen=True)
class Worded:
    """What became of a request. `claims` stood the check (empty where nothing is to be used, and `note` says why),
    `dropped` names the sentences that did not; `complete` where none was dropped."""

    claims: tuple[Claim, ...] = ()
    dropped: tuple[str, ...] = ()
    note: str = ""
    prompt: str = ""
    calls: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)

    @property
    def complete(self) -> bool:
        """Whether every sentence stood."""
        return bool(self.claims) and not self.dropped


def worded(
    client: LlmClient,
    prompt: Prompt,
    messages: Sequence[Message],
    model: type[M],
    claims_of: Callable[[M], Sequence[Claim]],
    pack: Pack,
    *,
    evidence: Sequence[str] = (),
    demand: Callable[[Sequence[Claim]], Sequence[str]] | None = None,
    spoken: Collection[str] = (),
) -> Worded:
    """What the model behind `client` makes of `messages`, checked against `pack`.

    `claims_of` reads the answer into claims with the ids of the pack; `demand` says what the whole lacks beyond the
    grounding of its sentences; it takes part in the repair and is not enforced after it. `spoken` are sentences of
    ours on the same matter, whose words the model may use beside those of the facts.
    """
    reply = client.structured(
        messages,
        model,
        task=prompt.task,
        prompt_hash=prompt.hash,
        evidence=evidence,
        check=problems_in(claims_of, pack, demand, spoken),
        max_tokens=prompt.max_tokens,
    )
    return judged(reply, claims_of, pack, prompt, spoken)


def problems_in(
    claims_of: Callable[[M], Sequence[Claim]],
    pack: Pack,
    demand: Callable[[Sequence[Claim]], Sequence[str]] | None = None,
    spoken: Collection[str] = (),
) -> Callable[[M], list[str]]:
    """The check that takes part in the repair turn: a line for every fault of every sentence."""

    def problems(value: M) -> list[str]:
        made = claims_of(value)
        found = [f"“{claim.text[:_SHOWN]}”: {why}" for claim in made for why in _reasons(_faults(claim, pack, spoken))]
        return [*found, *(demand(made) if demand else ())]

    return problems


def judged(
    reply: LlmReply[M] | LlmFailed,
    claims_of: Callable[[M], Sequence[Claim]],
    pack: Pack,
    prompt: Prompt,
    spoken: Collection[str] = (),
) -> Worded:
    """What of a reply is to be used."""
    from analyst.llm import LlmFailed

    tokens = (reply.usage.input_tokens, reply.usage.output_tokens)
    name = f"{prompt.name} sha256:{prompt.hash}"
    if isinstance(reply, LlmFailed):
        return Worded(note=str(reply), prompt=name, calls=reply.calls, tokens=tokens)
    made = list(claims_of(reply.value))
    refused = [Refused(claim, faults) for claim in made if (faults := _faults(claim, pack, spoken))]
    at_fault = {id(one.claim) for one in refused}
    kept = [claim for claim in made if id(claim) not in at_fault]
    dropped = tuple(f"{one.claim.text} ({'; '.join(_reasons(one.faults))})" for one in refused)
    if not kept or len(kept) * 2 < len(made):
        note = f"{len(refused)} of the {len(made)} sentences that the model wrote were not borne out by the facts."
        return Worded((), dropped, note, name, reply.calls, tokens)
    return Worded(tuple(kept), dropped, "", name, reply.calls, tokens)


def _faults(claim: Claim, pack: Pack, spoken: Collection[str]) -> tuple[Fault, ...]:
    """What the check of every writer finds, and the words that only a model can bring in."""
    return (*check(claim, pack), *word_faults(claim, pack.facts, spoken))


def _reasons(faults: Sequence[Fault]) -> list[str]:
    return [fault.message.rstrip(".") for fault in faults]
