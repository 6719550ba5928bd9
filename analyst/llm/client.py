"""One question to the model, one validated object or one typed failure back.

Where the endpoint does not accept a way of asking for JSON, the next one down the ladder is tried and remembered. An
answer that does not fit gets one repair turn with the reasons. The same request is not sent twice: answers are kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from analyst.core.clock import Clock, system_clock
from analyst.core.settings import LlmSettings
from analyst.llm.endpoint import endpoint_of
from analyst.llm.faults import Fault
from analyst.llm.memory import Abilities, AbilityMemory, AnswerCache, KeptAnswer, request_hash
from analyst.llm.reading import Check, Reading, read_answer, without_thoughts
from analyst.llm.sending import Budget, Job, Sender, Tally, budget_of
from analyst.llm.types import RUNGS, LlmFailed, LlmReply, M, Rung, Usage
from analyst.llm.wire import WireReply
from prompts import Message

_TURNS = 2  # the answer and its repair
_LONGEST_ECHO = 4000  # characters of an unusable answer that the model is shown again


class LlmClient:
    """The configured endpoint, opened at the first request. Threads may share it.

    Raises what `endpoint_of` raises when nothing usable is configured; after that, failures are results.
    """

    def __init__(
        self, settings: LlmSettings, workspace: Path, *, clock: Clock = system_clock, budget: Budget | None = None
    ) -> None:
        self.settings, self._budget = settings, budget
        self.endpoint = endpoint_of(settings)
        self.sender = Sender(self.endpoint, settings, workspace, clock, budget or budget_of(settings))
        self.abilities = AbilityMemory(workspace, clock)
        self.cache = AnswerCache(workspace)

    def structured(
        self,
        messages: Sequence[Message],
        model: type[M],
        *,
        task: str,
        prompt_hash: str,
        evidence: Sequence[str] = (),
        check: Check[M] | None = None,
        max_tokens: int | None = None,
        deadline_s: float | None = None,
    ) -> LlmReply[M] | LlmFailed:
        """The answer to `messages` as a `model`.

        `evidence`: ids of the responses and sessions whose words are in the messages, for the log and for erasing.
        `check`: returns sentences on what is wrong with a well-formed answer; they go into the repair turn, and what
        is wrong after it comes back as `problems`. `max_tokens`: the room the answer needs; llm.max_tokens holds where
        that is larger. `deadline_s`: seconds for everything, ladder, retries and repair included; by default twice
        llm.timeout_s x attempts. Raises nothing that an endpoint, a file or a model can bring about.
        """
        tally = Tally()
        tokens = max(max_tokens or 0, self.settings.max_tokens)
        limit = deadline_s or _TURNS * (1 + self.settings.retries) * self.settings.timeout_s
        job = Job(task, prompt_hash, tuple(evidence), tokens, tally.started + limit)
        asked = with_schema(messages, model)
        key = request_hash(
            self.endpoint.base_url,
            self.endpoint.model,
            asked,
            {"max_tokens": tokens, "schema": model.model_json_schema()},
        )
        answer = self._kept(key, model, check, tally) or self._answer(asked, model, check, job, tally)
        if isinstance(answer, LlmReply) and not answer.problems and not answer.cached:
            kept = KeptAnswer(answer.value.model_dump_json(), answer.rung, answer.usage)
            with suppress(OSError):  # a full disk costs the next request its shortcut, not this one its answer
                self.cache.put(key, kept, job.evidence)
        return answer

    def for_job(self) -> LlmClient:
        """The same endpoint and connections with the settings' budget whole again; a budget that was given stays.

        A server keeps one client for many questions, and each question is a job of its own.
        """
        if self._budget is not None:
            return self
        again = copy(self)
        again.sender = copy(self.sender)
        again.sender.budget = budget_of(self.settings)
        return again

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self.sender.wire.close()

    def _kept(self, key: str, model: type[M], check: Check[M] | None, tally: Tally) -> LlmReply[M] | None:
        kept = self.cache.get(key)
        reading = read_answer(kept.text, model, check) if kept else None
        if not kept or not reading or reading.value is None or reading.problems:
            return None  # what no longer passes is asked anew
        return LlmReply(reading.value, kept.rung, Usage(), (), tally.seconds, cached=True)

    def _answer(
        self, asked: list[Message], model: type[M], check: Check[M] | None, job: Job, tally: Tally
    ) -> LlmReply[M] | LlmFailed:
        best: LlmReply[M] | None = None
        fault = Fault("invalid", "No answer was read.")
        turns = asked
        for turn in range(_TURNS):
            reply, rung = self._ask(turns, model, job, tally)
            if isinstance(reply, Fault):
                fault = reply
                break
            reading = read_answer(reply.text, model, check)
            if reading.value is None:
                fault, problems = self._unusable(reply, reading, job)
                if fault.reason == "refused":
                    break
            else:
                problems = reading.problems
                if best is None or len(problems) < len(best.problems):
                    best = LlmReply(reading.value, rung, Usage(), (), 0.0, repaired=turn > 0, problems=problems)
                if not best.problems:
                    break
            turns = [*asked, *_repair(reply.text, problems)]
        # A repair that failed leaves the first answer as good as it was.
        if best is not None:
            return replace(best, usage=tally.usage, calls=tuple(tally.calls), seconds=tally.seconds)
        return LlmFailed(fault.reason, fault.message, fault.hint, tally.usage, tuple(tally.calls), tally.seconds)

    def _ask(
        self, messages: list[Message], model: type[BaseModel], job: Job, tally: Tally
    ) -> tuple[WireReply | Fault, Rung]:
        """Send, going down the ladder for as long as the endpoint rejects the way of asking."""
        where = (self.endpoint.base_url, self.endpoint.model)
        known = able = self.abilities.get(*where)
        while True:
            reply = self.sender.send(messages, job, tally, rung=able.rung, schema=model, temperature=able.temperature)
            lower = _less(able, reply) if isinstance(reply, Fault) else None
            if lower is None:
                break
            able = lower
        if isinstance(reply, WireReply) and able != known:
            with suppress(OSError):  # the next request then takes the long way again
                self.abilities.put(*where, able)
        return reply, able.rung

    def _unusable(self, reply: WireReply, reading: Reading[M], job: Job) -> tuple[Fault, tuple[str, ...]]:
        """Why a reply is no answer: the fault for people, and the sentences for the repair turn."""
        name = self.endpoint.model
        if reply.refused or reply.finish == "content_filter":
            return Fault("refused", f"'{name}' declined to answer."), ()
        if reply.finish == "length":
            hint = "Raise llm.max_tokens; models that think first need several times more."
            fault = Fault("cut_off", f"The answer of '{name}' did not fit into {job.max_tokens} tokens.", hint)
            return fault, (f"it was cut off at {job.max_tokens} tokens; make it much shorter",)
        if not without_thoughts(reply.text):
            hint = "A model that only thinks needs its thinking switched off, or a larger llm.max_tokens."
            return Fault("empty", f"'{name}' answered with no text.", hint), ("it was empty",)
        shape = "; ".join(reading.problems[:2])
        fault = Fault(
            "invalid", f"The answer of '{name}' did not have the asked shape ({shape}).", "Try a larger model."
        )
        return fault, reading.problems


def _less(able: Abilities, fault: Fault) -> Abilities | None:
    """What to try after `fault`, or None when asking differently would not help."""
    if fault.reason != "rejected":
        return None
    if fault.about_temperature and able.temperature:
        return replace(able, temperature=False)
    below = RUNGS.index(able.rung) + 1
    return replace(able, rung=RUNGS[below]) if below < len(RUNGS) else None


def with_schema(messages: Sequence[Message], model: type[BaseModel]) -> list[Message]:
    """`messages` with the shape of the answer at the end of the first system message.

    On every rung: some servers accept a response_format and ignore it, and then only the words are left.
    """
    schema = json.dumps(model.model_json_schema(), ensure_ascii=False, separators=(",", ":"))
    shape = f"Answer with one JSON object and nothing else, by this JSON Schema:\n{schema}"
    first = next((place for place, message in enumerate(messages) if message.role == "system"), None)
    if first is None:
        return [Message("system", shape), *messages]
    told = Message("system", f"{messages[first].content}\n\n{shape}")
    return [*messages[:first], told, *messages[first + 1 :]]


def _repair(text: str, problems: Sequence[str]) -> list[Message]:
    listed = "\n".join(f"- {problem}" for problem in problems)
    ask = f"Your answer cannot be used:\n{listed}\nAnswer again, with one JSON object and nothing else."
    said = without_thoughts(text)[:_LONGEST_ECHO]
    # Some servers refuse an empty assistant message, so an empty answer is not repeated.
    return [*([Message("assistant", said)] if said else []), Message("user", ask)]
