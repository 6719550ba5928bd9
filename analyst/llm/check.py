"""What an endpoint can do, found by asking it. No customer's word is sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from pydantic import BaseModel, ConfigDict

from analyst.core.clock import Clock, system_clock
from analyst.core.settings import Settings
from analyst.llm.endpoint import Endpoint, endpoint_of
from analyst.llm.faults import Fault, lacks_version
from analyst.llm.memory import Abilities, AbilityMemory
from analyst.llm.reading import read_answer
from analyst.llm.sending import Budget, Job, Sender, Tally
from analyst.llm.types import Rung
from analyst.llm.wire import WireReply
from prompts import Message

_MODELS_SHOWN = 5


@dataclass(frozen=True)
class Probe:
    """One thing that was tried: whether it worked, how long it took, and a sentence on it."""

    name: str
    ok: bool
    seconds: float
    detail: str


@dataclass(frozen=True)
class EndpointReport:
    """What `undertone llm check` shows. `rung` is how JSON will be asked for, None where nothing works.

    `problems` are sentences on what is wrong and how to mend it, `notes` on what is good to know.
    """

    base_url: str
    host: str
    model: str
    probes: tuple[Probe, ...]
    rung: Rung | None
    latency_s: float | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the endpoint can be used."""
        return self.rung is not None


class _Colour(BaseModel):
    model_config = ConfigDict(extra="forbid")

    colour: str
    letters: int


# No word of JSON: only an endpoint that enforces the schema answers this with an object.
_BY_SCHEMA = [Message("user", "Name a colour, and how many letters its name has.")]
_BY_WORDS = [Message("user", 'Name a colour. Answer with a JSON object like {"colour": "red", "letters": 3}.')]
_HELLO = [Message("user", "Answer with the one word: ready")]
_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "count_letters",
        "description": "Counts the letters of a word.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}
_LONG = [Message("user", "Count from 1 to 200 in words, one number a line.")]
_FEW_TOKENS = 16
_IGNORED = 400  # characters that no 16 tokens hold
_CALL_TOOL = [Message("user", "Count the letters of the word colour with the tool.")]


class _Checker:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.endpoint: Endpoint = endpoint_of(settings.llm)
        self.sender = Sender(self.endpoint, settings.llm, settings.workspace, clock, Budget())
        self.attempts_s = settings.llm.timeout_s * (1 + settings.llm.retries)
        self.max_tokens = settings.llm.max_tokens
        self.temperature = True
        self.probes: list[Probe] = []
        self.problems: list[str] = []
        self.notes: list[str] = []

    def noted(self, name: str, ok: bool, started: float, detail: str) -> bool:
        self.probes.append(Probe(name, ok, monotonic() - started, detail))
        return ok

    def ask(
        self,
        messages: Sequence[Message],
        rung: Rung = "prompt",
        tool: dict[str, Any] | None = None,
        *,
        stream: bool = False,
        max_tokens: int | None = None,
    ) -> WireReply | Fault:
        job = Job("check", "", (), max_tokens or self.max_tokens, monotonic() + self.attempts_s)
        schema = _Colour if rung == "json_schema" else None
        return self.sender.send(
            messages, job, Tally(), rung=rung, schema=schema, temperature=self.temperature, tool=tool, stream=stream
        )

    def models(self) -> None:
        started = monotonic()
        found = self.sender.wire.models(started + self.attempts_s)
        if isinstance(found, Fault):
            self.noted("models", False, started, found.message)
            return
        self.noted("models", True, started, f"{len(found)} listed")
        if found and self.endpoint.model not in found:
            shown = ", ".join(found[:_MODELS_SHOWN]) + (", …" if len(found) > _MODELS_SHOWN else "")
            self.notes.append(f"'{self.endpoint.model}' is not in the list of models ({shown}).")

    def chat(self) -> float | None:
        """Seconds of one short chat, or None when it failed."""
        started = monotonic()
        reply = self.ask(_HELLO)
        if isinstance(reply, Fault) and reply.about_temperature:
            self.temperature = False
            self.notes.append("The endpoint takes no temperature, so answers may differ from call to call.")
            started = monotonic()
            reply = self.ask(_HELLO)
        if isinstance(reply, Fault):
            self.noted("chat", False, started, reply.message)
            self.problems.append(self.explained(reply))
            return None
        self.noted("chat", True, started, "answers")
        if reply.usage.estimated:
            self.notes.append("The endpoint does not report tokens; they are estimated.")
        return self.probes[-1].seconds

    def explained(self, fault: Fault) -> str:
        if fault.reason in ("not_found", "malformed") and lacks_version(self.endpoint):
            versioned = self.sender.wire.models(monotonic() + self.attempts_s, "/v1/models")
            if not isinstance(versioned, Fault):
                return f"{fault.message} It does answer at {self.endpoint.base_url}/v1: put that into llm.base_url."
        return f"{fault.message} {fault.hint}".strip()

    def rung(self, rung: Rung) -> bool:
        started = monotonic()
        reply = self.ask(_BY_SCHEMA if rung == "json_schema" else _BY_WORDS, rung)
        if isinstance(reply, Fault):
            return self.noted(rung, False, started, reply.message)
        reading = read_answer(reply.text, _Colour)
        if reading.value is not None:
            return self.noted(rung, True, started, "keeps to it")
        if reply.finish == "length":
            self.problems.append(
                f"The model used all {self.max_tokens} tokens on one line of JSON. Raise llm.max_tokens; "
                "models that think first need several times more."
            )
        return self.noted(rung, False, started, f"accepted, but {'; '.join(reading.problems)}")

    def tool(self) -> bool | None:
        """Whether the model calls tools; None where a passing fault hid it."""
        started = monotonic()
        reply = self.ask(_CALL_TOOL, tool=_TOOL)
        if isinstance(reply, Fault):
            self.noted("tool call", False, started, reply.message)
            return False if reply.reason == "rejected" else None
        called = reply.tool_calls > 0
        told = "called" if called else "answered without it (only free questions need it)"
        return self.noted("tool call", called, started, told)

    def stream(self) -> None:
        started = monotonic()
        reply = self.ask(_HELLO, stream=True)
        if isinstance(reply, Fault):
            self.noted("stream", False, started, f"{reply.message} (not needed)")
        else:
            self.noted("stream", True, started, "streams (not needed)")

    def limit(self) -> None:
        """Whether the name under which the limit on tokens is sent means anything to the endpoint."""
        started, name = monotonic(), self.sender.settings.token_param
        reply = self.ask(_LONG, max_tokens=_FEW_TOKENS)
        if isinstance(reply, Fault):
            self.noted("token limit", False, started, reply.message)
        elif reply.finish != "length" and len(reply.text) > _IGNORED:
            other = "max_tokens" if name == "max_completion_tokens" else "max_completion_tokens"
            self.noted("token limit", False, started, f"{name} is ignored")
            self.notes.append(
                f"The endpoint ignores {name}, so answers may be endless: set llm.token_param to {other}."
            )
        else:
            self.noted("token limit", True, started, f"{name} is taken")


def check_endpoint(settings: Settings, *, clock: Clock = system_clock) -> EndpointReport:
    """Ask the configured endpoint for its models, one chat, JSON in each way, a tool call, a stream, a short answer.

    What works is remembered for later requests. Raises what `endpoint_of` raises; everything else is in the report.
    """
    checker = _Checker(settings, clock)
    endpoint, rung = checker.endpoint, None
    if endpoint.unencrypted:
        checker.notes.append(f"Text travels to {endpoint.host} unencrypted; https:// would protect it.")
    if settings.llm.tracing:
        checker.notes.append("llm.tracing is on: prompts may also go to a tracing service set in the environment.")
    checker.models()
    latency = checker.chat()
    if latency is not None:
        rungs: tuple[Rung, ...] = ("json_schema", "json_object", "prompt")
        works = [step for step in rungs if checker.rung(step)]
        tools = checker.tool()
        checker.stream()
        checker.limit()
        rung = works[0] if works else None
        if rung is None:
            checker.problems.append(f"'{endpoint.model}' does not answer in JSON when asked to. Use a larger model.")
        else:
            with suppress(OSError):  # the first request then finds out for itself
                memory = AbilityMemory(settings.workspace, clock)
                known = memory.get(endpoint.base_url, endpoint.model)
                found = Abilities(rung, checker.temperature, known.tools if tools is None else tools)
                memory.put(endpoint.base_url, endpoint.model, found)
    checker.sender.wire.close()
    return EndpointReport(
        endpoint.base_url,
        endpoint.host,
        endpoint.model,
        tuple(checker.probes),
        rung,
        latency,
        tuple(checker.problems),
        tuple(checker.notes),
    )
