"""The one door by which text leaves: allowed by the budget, written into the log, then sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel

from analyst.core.clock import Clock
from analyst.core.settings import LlmSettings
from analyst.llm.endpoint import Endpoint
from analyst.llm.faults import Fault
from analyst.llm.outbox import Outbox, Said
from analyst.llm.types import Rung, Usage
from analyst.llm.wire import ToolTurn, Wire, WireReply, estimated_tokens, logged
from prompts import Message

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


class _Counted(Protocol):
    @property
    def usage(self) -> Usage: ...


R = TypeVar("R", bound=_Counted)


@dataclass
class Budget:
    """How much a job may ask of the model; None is no limit. Shared by threads, spent by the sender."""

    max_calls: int | None = None
    max_tokens: int | None = None
    calls: int = 0
    tokens: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def take(self, tokens: int) -> bool:
        """Whether one more call of about `tokens` is allowed; counts the call if so."""
        with self._lock:
            if self.max_calls is not None and self.calls >= self.max_calls:
                return False
            if self.max_tokens is not None and self.tokens + tokens > self.max_tokens:
                return False
            self.calls += 1
            return True

    def spend(self, usage: Usage) -> None:
        """Count what a call used."""
        with self._lock:
            self.tokens += usage.total


def budget_of(settings: LlmSettings) -> Budget:
    """A fresh budget for one command, as the settings allow."""
    return Budget(settings.budget_calls, settings.budget_tokens)


@dataclass(frozen=True)
class Job:
    """What requests are about, and their limits; `deadline` is a reading of time.monotonic()."""

    task: str
    prompt_hash: str
    evidence: tuple[str, ...]
    max_tokens: int
    deadline: float


@dataclass
class Tally:
    """The log ids and the tokens of the requests made for one job, and when it started."""

    started: float = field(default_factory=monotonic)
    calls: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    @property
    def seconds(self) -> float:
        """Wall-clock time so far."""
        return monotonic() - self.started


class Sender:
    """Sends for one endpoint and one workspace. Threads may share it."""

    def __init__(
        self, endpoint: Endpoint, settings: LlmSettings, workspace: Path, clock: Clock, budget: Budget
    ) -> None:
        self.endpoint, self.settings, self.clock, self.budget = endpoint, settings, clock, budget
        self.wire = Wire(endpoint, settings)
        self.outbox = Outbox(workspace)

    def send(
        self,
        messages: Sequence[Message],
        job: Job,
        tally: Tally,
        *,
        rung: Rung = "prompt",
        schema: type[BaseModel] | None = None,
        temperature: bool = True,
        tool: dict[str, Any] | None = None,
        stream: bool = False,
    ) -> WireReply | Fault:
        """One request, or the reason why it brought nothing; `tally` learns its log id and tokens."""

        def leave() -> WireReply | Fault:
            return self.wire.send(
                messages,
                deadline=job.deadline,
                max_tokens=job.max_tokens,
                response_format=response_format(rung, schema),
                temperature=temperature,
                tool=tool,
                stream=stream,
            )

        return self._through(messages, job, tally, rung, leave)

    def turn(
        self,
        messages: Sequence[BaseMessage],
        job: Job,
        tally: Tally,
        *,
        tools: Sequence[dict[str, Any]],
        tool_choice: str | None,
        temperature: bool = True,
    ) -> ToolTurn | Fault:
        """One turn of a conversation with tools, through the same door."""

        def leave() -> ToolTurn | Fault:
            return self.wire.turn(
                messages,
                deadline=job.deadline,
                max_tokens=job.max_tokens,
                tools=tools,
                tool_choice=tool_choice,
                temperature=temperature,
            )

        return self._through(logged(messages, tools), job, tally, "tools", leave)

    def _through(
        self, said: Sequence[Said], job: Job, tally: Tally, rung: str, leave: Callable[[], R | Fault]
    ) -> R | Fault:
        if monotonic() >= job.deadline:
            return Fault("timeout", f"The time allowed for {job.task} is over.", "Raise llm.timeout_s.")
        if not self.budget.take(estimated_tokens(said) + job.max_tokens):
            spent = f"{self.budget.calls} calls, {self.budget.tokens:,} tokens"
            hint = "Raise llm.budget_calls or llm.budget_tokens."
            return Fault("budget", f"The LLM budget of this job is used up ({spent}).", hint)
        try:
            call_id = self.outbox.sent(
                self.clock(),
                said,
                host=self.endpoint.host,
                model=self.endpoint.model,
                task=job.task,
                prompt_hash=job.prompt_hash,
                rung=rung,
                attempts=1 + self.settings.retries,
                evidence=job.evidence,
            )
        except OSError as error:
            return Fault(
                "unlogged",
                f"Nothing was sent, because the log {self.outbox.lines} cannot be written ({error.strerror}).",
                "Make the workspace writable.",
            )
        started = monotonic()
        reply = leave()
        usage = Usage() if isinstance(reply, Fault) else reply.usage
        tally.calls.append(call_id)
        tally.usage += usage
        self.budget.spend(usage)
        outcome = reply.reason if isinstance(reply, Fault) else "answered"
        cost = usage.cost(self.settings.price_in, self.settings.price_out)
        with suppress(OSError):  # that it left is on record; the answer is not thrown away for want of a second line
            self.outbox.reply(call_id, self.clock(), outcome, monotonic() - started, usage, cost)
        return reply


def response_format(rung: Rung, schema: type[BaseModel] | None) -> dict[str, Any] | None:
    """The `response_format` of a request on `rung`; None on the lowest."""
    if rung == "json_object":
        return {"type": "json_object"}
    if rung == "json_schema" and schema is not None:
        # Not strict: strict mode forbids defaults and bounds that our own validation needs and checks anyway.
        described = {"name": schema.__name__, "schema": schema.model_json_schema(), "strict": False}
        return {"type": "json_schema", "json_schema": described}
    return None
