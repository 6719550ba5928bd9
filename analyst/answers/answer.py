"""An answer: what was understood, what can be said, and all that it rests on. One shape for every writer and reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analyst.answers.asking.plan import Declining, Intent
from analyst.answers.facts import Claim, Evidence, Fact

# full: every sentence of the model stood the check · partial: some were dropped · extractive: written without a model,
# by choice or because the model's sentences did not stand. The extractive writer's sentences are checked just the same.
Grounded = Literal["full", "partial", "extractive"]


@dataclass(frozen=True)
class Answer:
    """`kind` answer: `claims` hold it, in order. ask_back: `message` asks, `readings` are clear questions to choose
    from. declined: `message` says why, `declined` which kind of why, `readings` are questions that can be answered.

    `verdict` is the movement's where there is one. `caveats` limit the whole answer; `next_questions` follow from it;
    `dropped` says which sentences were left out and why; `note` why the extractive answer stands where a model was
    asked for; `prompt` is the prompt's name and hash, `calls` the ids under which the log of what left the machine
    holds the requests, `tokens` what they used (in, out).
    """

    question: str
    kind: Literal["answer", "ask_back", "declined"]
    understood: str
    run_id: str
    intent: Intent | None = None
    metric: str = ""
    window: str = ""
    baseline: str = ""
    where: str = ""
    verdict: str | None = None
    claims: tuple[Claim, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    message: str = ""
    declined: Declining | None = None
    readings: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    next_questions: tuple[str, ...] = ()
    grounded: Grounded = "extractive"
    writer: str = "extractive"
    dropped: tuple[str, ...] = ()
    note: str = ""
    prompt: str = ""
    calls: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)
