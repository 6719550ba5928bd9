"""A conversation in which the model may look things up: LangChain's agent, fenced in.

Every request passes the sender (budget, log, deadline) because the chat model that the agent gets is a door to it and
nothing else. The loop ends by a count of calls, by LangGraph's limit on steps and by the clock; a tool that fails is a
result that the model can read; an answer that is no object of the asked shape is a failure and never an exception.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, cast

from pydantic import BaseModel, ValidationError, create_model, model_validator

from analyst.llm.faults import Fault, fault_of
from analyst.llm.reading import Check, read_answer, sentences
from analyst.llm.sending import Job, Tally
from analyst.llm.types import LlmFailed, LlmReply, M
from prompts import Message, as_data

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.tools import BaseTool

    from analyst.llm.client import LlmClient

MOST_CALLS = 6  # requests of one conversation: a few look-ups, the answer, and its repair
MOST_STEPS = 25  # LangGraph's own default here would be 9,999
_LONGEST_TEXT = 400  # characters of one text in a tool's result
_LONGEST_RESULT = 9_000  # characters of one result, about 2,250 tokens: local servers cut long conversations silently


@dataclass(frozen=True)
class ToolResult:
    """What a tool found: plain data for the model, and the ids of the responses and sessions whose words are in it."""

    data: Mapping[str, Any]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    """Something the model may look up. `arguments` bounds what it can ask for; `run` gets a validated instance."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], ToolResult]


class _Stopped(Exception):
    """A request of the conversation brought nothing; carries the fault out through LangGraph."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def converse(
    client: LlmClient,
    messages: Sequence[Message],
    tools: Sequence[Tool],
    model: type[M],
    *,
    task: str,
    prompt_hash: str,
    check: Check[M] | None = None,
    max_tokens: int | None = None,
    deadline_s: float | None = None,
) -> LlmReply[M] | LlmFailed:
    """The model's answer as a `model`, after up to five look-ups with `tools`.

    `check` says what is wrong with a well-formed answer; it is told once, and what is wrong then comes back as
    `problems`. `deadline_s`: seconds for everything, by default three times llm.timeout_s. Raises nothing that an
    endpoint or a model can bring about.
    """
    return _Conversation(client, tools, model, check, task, prompt_hash, max_tokens, deadline_s).hold(messages)


class _Conversation(Generic[M]):
    def __init__(
        self,
        client: LlmClient,
        tools: Sequence[Tool],
        model: type[M],
        check: Check[M] | None,
        task: str,
        prompt_hash: str,
        max_tokens: int | None,
        deadline_s: float | None,
    ) -> None:
        self.client, self.tools, self.model, self.check = client, tools, model, check
        self.tally = Tally()
        self.known = self.able = client.abilities.get(client.endpoint.base_url, client.endpoint.model)
        tokens = max(max_tokens or 0, client.settings.max_tokens)
        limit = deadline_s or 3 * client.settings.timeout_s
        self.job = Job(task, prompt_hash, (), tokens, self.tally.started + limit)
        self.best: LlmReply[M] | None = None
        self._one_at_a_time = threading.Lock()  # LangGraph runs tools in threads, and a run's connection is one

    def hold(self, messages: Sequence[Message]) -> LlmReply[M] | LlmFailed:
        fault = Fault("tools", f"'{self.client.endpoint.model}' came to no answer with its tools.")
        try:
            with self.client.sender.wire.tracing():
                self._read(self._run(messages))
        except _Stopped as stopped:
            fault = stopped.fault
        except Exception as error:  # what a model says can break LangGraph in ways that no list names
            fault = self._fault(error)
        if self.best is not None:
            self._remember(True)
            return replace(self.best, usage=self.tally.usage, calls=tuple(self.tally.calls), seconds=self.tally.seconds)
        if fault.reason == "rejected":
            self._remember(False)
        return LlmFailed(
            fault.reason, fault.message, fault.hint, self.tally.usage, tuple(self.tally.calls), self.tally.seconds
        )

    def _run(self, messages: Sequence[Message]) -> dict[str, Any]:
        from langchain.agents import create_agent
        from langchain.agents.middleware import ModelCallLimitMiddleware
        from langchain.agents.structured_output import ToolStrategy

        system = next((message.content for message in messages if message.role == "system"), None)
        agent: Any = create_agent(
            _door(self._turn),
            [self._offered(tool) for tool in self.tools],
            system_prompt=system,
            middleware=[ModelCallLimitMiddleware(run_limit=MOST_CALLS, exit_behavior="error")],
            # Not ProviderStrategy, which LangChain would choose by the model's name and which raises on broken JSON.
            response_format=ToolStrategy(self._checked(), handle_errors=_told),
        )
        turns = [{"role": message.role, "content": message.content} for message in messages if message.role != "system"]
        found: dict[str, Any] = agent.invoke({"messages": turns}, {"recursion_limit": MOST_STEPS})
        return found

    def _turn(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]], choice: str | None
    ) -> BaseMessage:
        """One request; goes on without temperature or without a forced choice where the endpoint refuses these."""
        while True:
            reply = self.client.sender.turn(
                messages,
                self.job,
                self.tally,
                tools=tools,
                tool_choice=choice,
                temperature=self.able.temperature,
            )
            if not isinstance(reply, Fault):
                return reply.message
            if reply.about_temperature and self.able.temperature:
                self.able = replace(self.able, temperature=False)
            elif reply.reason == "rejected" and choice is not None and "tool_choice" in reply.message:
                choice = None
            else:
                raise _Stopped(reply)

    def _offered(self, tool: Tool) -> BaseTool:
        from langchain_core.tools import StructuredTool

        def use(**given: Any) -> str:
            with self._one_at_a_time:
                return self._used(tool, given)

        return StructuredTool.from_function(
            func=use,
            name=tool.name,
            description=tool.description,
            args_schema=tool.arguments,
            handle_validation_error=lambda error: _wrong("arguments", _lines(error)),
        )

    def _used(self, tool: Tool, given: Mapping[str, Any]) -> str:
        try:
            result = tool.run(tool.arguments.model_validate(given))
        except ValidationError as error:
            return _wrong("arguments", _lines(error))
        except Exception as error:  # the model may try something else; our own words stay out of the conversation
            return _wrong("failed", f"{tool.name} failed ({type(error).__name__})")
        new = tuple(one for one in result.evidence if one not in self.job.evidence)
        self.job = replace(self.job, evidence=(*self.job.evidence, *new))
        text = as_data(dict(result.data), _LONGEST_TEXT)
        return str(text) if len(text) <= _LONGEST_RESULT else _wrong("too_long", "ask for fewer items")

    def _checked(self) -> type[M]:
        """The asked shape with the check in it: the first faulty answer is refused with the reasons, like one that
        does not validate, the second one stands and is judged by the caller."""

        def judge(value: Any) -> Any:
            problems = tuple(self.check(value)) if self.check else ()
            first = self.best is None
            if self.best is None or len(problems) < len(self.best.problems):
                self._keep(value, problems, repaired=not first)
            if problems and first:
                raise ValueError("; ".join(problems))
            return value

        validators: dict[str, Any] = {"judge": model_validator(mode="after")(judge)}
        name, doc = self.model.__name__, self.model.__doc__
        return cast("type[M]", create_model(name, __base__=self.model, __doc__=doc, __validators__=validators))

    def _keep(self, value: M, problems: tuple[str, ...], *, repaired: bool) -> None:
        plain = self.model.model_validate(value.model_dump())
        self.best = LlmReply(plain, "prompt", self.tally.usage, (), 0.0, repaired=repaired, problems=problems)

    def _read(self, state: dict[str, Any]) -> None:
        """An answer typed as text instead of called: LangChain then ends without one and without saying so."""
        if self.best is not None or state.get("structured_response") is not None:
            return
        reading = read_answer(str(state["messages"][-1].text), self.model, self.check)
        if reading.value is not None:
            self._keep(reading.value, reading.problems, repaired=False)

    def _fault(self, error: Exception) -> Fault:
        from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
        from langgraph.errors import GraphRecursionError

        name = self.client.endpoint.model
        if isinstance(error, ModelCallLimitExceededError | GraphRecursionError):
            return Fault("tools", f"'{name}' made {len(self.tally.calls)} calls and came to no answer.")
        if isinstance(error, ImportError):
            return fault_of(error, self.client.endpoint, self.client.settings)
        return Fault("tools", f"'{name}' broke off its conversation with the tools ({type(error).__name__}).")

    def _remember(self, tools: bool) -> None:
        able = replace(self.able, tools=tools)
        if able != self.known:
            with suppress(OSError):  # the next conversation then finds out again
                self.client.abilities.put(self.client.endpoint.base_url, self.client.endpoint.model, able)


def _door(turn: Callable[[Sequence[BaseMessage], Sequence[dict[str, Any]], str | None], BaseMessage]) -> BaseChatModel:
    """A chat model of LangChain's kind that can do one thing: hand the conversation to `turn`."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.utils.function_calling import convert_to_openai_tool

    class Door(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "undertone"

        def bind_tools(self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any) -> Any:
            # "any" is LangChain's word for what servers call "required"
            choice = "required" if tool_choice == "any" else tool_choice
            return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=choice)

        def _generate(
            self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
        ) -> ChatResult:
            message = turn(messages, kwargs.get("tools") or [], kwargs.get("tool_choice"))
            return ChatResult(generations=[ChatGeneration(message=message)])

    return Door(disable_streaming=True, cache=False)


def _told(error: Exception) -> str:
    """Why an answer is refused, for the model: every sentence, without the values that it typed itself."""
    source: BaseException | None = getattr(error, "source", None) or error
    while source is not None and not isinstance(source, ValidationError):
        source = source.__cause__
    reasons = _lines(source) if isinstance(source, ValidationError) else "call exactly one answer, once"
    return f"Your answer cannot be used: {reasons}. Answer again, mending every sentence named."


def _lines(error: Any) -> str:
    return "; ".join(sentences(error)) if isinstance(error, ValidationError) else "they do not fit"


def _wrong(kind: str, what: str) -> str:
    return str(as_data({"error": kind, "detail": what}, 1_000))
