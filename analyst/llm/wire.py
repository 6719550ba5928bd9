"""The one module that talks to the endpoint: LangChain's ChatOpenAI, kept from doing what nobody asked of it.

Environment variables of the SDK and of LangChain do not steer it: the URL and the key come from the settings,
organisation, project and extra headers of the environment are not sent, tracing is off, redirects are not followed.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from analyst.core.settings import LlmSettings
from analyst.llm.endpoint import Endpoint
from analyst.llm.faults import Fault, fault_of, timed_out
from analyst.llm.mending import mend_response
from analyst.llm.outbox import LoggedMessage, Said
from analyst.llm.reading import without_thoughts
from analyst.llm.types import Usage
from prompts import Message

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_openai import ChatOpenAI

T = TypeVar("T")
LONGEST_REPLY = 200_000  # characters; max_tokens keeps an honest endpoint far below
_SHOWN = 80  # characters of arguments that cannot be read
CHARACTERS_A_TOKEN = 4  # the usual rule of thumb; counting exactly would download a vocabulary


@dataclass(frozen=True)
class WireReply:
    """What came back: the text, why it ended, whether the model declined, the tool calls, the tokens."""

    text: str
    finish: str
    refused: bool
    tool_calls: int
    usage: Usage


@dataclass(frozen=True)
class ToolTurn:
    """What the model said in a conversation with tools: a message with tool calls, with text, or with both."""

    message: AIMessage
    usage: Usage


def estimated_tokens(messages: Sequence[Said]) -> int:
    """Tokens of `messages`, roughly."""
    return sum(len(message.content) for message in messages) // CHARACTERS_A_TOKEN + 1


def logged(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> list[LoggedMessage]:
    """A conversation as the log keeps it: every turn with the calls in it, and the tools that were offered."""
    roles = {"system": "system", "human": "user", "ai": "assistant", "tool": "tool"}
    found = []
    for message in messages:
        calls = getattr(message, "tool_calls", None)
        said = str(message.text) + (f"\n{json.dumps(calls, ensure_ascii=False, default=str)}" if calls else "")
        found.append(LoggedMessage(roles.get(message.type, message.type), said.strip()))
    return [*found, LoggedMessage("tools", json.dumps(list(tools), ensure_ascii=False))]


class Wire:
    """A connection to one endpoint, opened at the first request. Threads may share it."""

    def __init__(self, endpoint: Endpoint, settings: LlmSettings) -> None:
        self.endpoint, self.settings = endpoint, settings
        self._chats: dict[bool, ChatOpenAI] = {}
        self._lock = threading.Lock()

    def send(
        self,
        messages: Sequence[Message],
        *,
        deadline: float,
        max_tokens: int,
        response_format: dict[str, Any] | None = None,
        temperature: bool = True,
        tool: dict[str, Any] | None = None,
        stream: bool = False,
    ) -> WireReply | Fault:
        """One chat completion. `deadline` is a reading of time.monotonic(); retries and waits count towards it."""
        # Both names of the limit, and the format, go in as extra body: ChatOpenAI would rename the one, and route
        # the other through the SDK's parser, which raises on a fenced or cut answer and loses its text.
        body: dict[str, Any] = {self.settings.token_param: max_tokens}
        if response_format is not None:
            body["response_format"] = response_format

        def invoke(chat: ChatOpenAI) -> AIMessage:
            if stream:
                return _streamed(chat, messages, body)
            if tool is not None:
                return chat.bind_tools([tool]).invoke(_chat_messages(messages), extra_body=body)
            return chat.invoke(_chat_messages(messages), extra_body=body)

        found = self._within(deadline, temperature, invoke)
        return found if isinstance(found, Fault) else self._guarded(lambda: _reply(found, messages))

    def turn(
        self,
        messages: Sequence[BaseMessage],
        *,
        deadline: float,
        max_tokens: int,
        tools: Sequence[dict[str, Any]],
        tool_choice: str | None = None,
        temperature: bool = True,
    ) -> ToolTurn | Fault:
        """One turn of a conversation with `tools` (in OpenAI's shape), mended where servers are careless with calls."""
        body = {self.settings.token_param: max_tokens}
        bound: dict[str, Any] = {"tools": list(tools)} | ({"tool_choice": tool_choice} if tool_choice else {})

        def invoke(chat: ChatOpenAI) -> AIMessage:
            return chat.bind(**bound).invoke(list(messages), extra_body=body)

        found = self._within(deadline, temperature, invoke)
        if isinstance(found, Fault):
            return found
        return self._guarded(lambda: _turn(found, estimated_tokens(logged(messages, tools))))

    def models(self, deadline: float, path: str = "/models") -> list[str] | Fault:
        """The ids of the models that the endpoint lists, sorted."""

        def listed(chat: ChatOpenAI) -> list[str]:
            page = chat.root_client.get(path, cast_to=object)
            return sorted(str(item["id"]) for item in page["data"])

        return self._within(deadline, True, listed)

    def _within(self, deadline: float, temperature: bool, work: Callable[[ChatOpenAI], T]) -> T | Fault:
        """Run `work` in a thread of its own: the SDK's timeout restarts with every byte and every retry."""
        found: list[T | Fault] = []

        def run() -> None:
            with self.tracing():
                found.append(self._guarded(lambda: work(self._chat(temperature))))

        worker = threading.Thread(target=run, daemon=True, name="undertone-llm")
        worker.start()
        worker.join(max(deadline - monotonic(), 0.0))
        if not found:
            self.close()  # or the SDK would send the text again behind our back
            return timed_out(self.endpoint, self.settings)
        return found[0]

    def _guarded(self, work: Callable[[], T]) -> T | Fault:
        try:
            return work()
        except Exception as error:  # quirky servers raise TypeError, KeyError and more inside the SDK
            return fault_of(error, self.endpoint, self.settings)

    def tracing(self) -> AbstractContextManager[Any]:
        """A context in which nothing is traced to outside, unless the operator turned tracing on."""
        if self.settings.tracing:
            return nullcontext()
        from langsmith import tracing_context

        return tracing_context(enabled=False)

    def _chat(self, temperature: bool) -> ChatOpenAI:
        with self._lock:
            if temperature not in self._chats:
                self._chats[temperature] = _build(self.endpoint, self.settings, temperature)
            return self._chats[temperature]

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._lock:
            chats, self._chats = list(self._chats.values()), {}
        for chat in chats:
            chat.root_client.close()


def _build(endpoint: Endpoint, settings: LlmSettings, temperature: bool) -> ChatOpenAI:
    from langchain_openai import ChatOpenAI
    from openai import DefaultHttpxClient, OpenAI

    http = DefaultHttpxClient(
        timeout=settings.timeout_s,
        follow_redirects=False,  # a redirect would carry customers' words to a host that nobody named
        trust_env=not endpoint.loopback,  # a company's proxy is right for other machines and wrong for this one
        event_hooks={"response": [mend_response]},
    )
    root = OpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.key,
        timeout=settings.timeout_s,
        max_retries=settings.retries,
        http_client=http,
    )
    # The SDK took these from OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS, which are meant for another
    # host, and may hold that host's Authorization. No argument of the constructor keeps them out.
    root.organization = root.project = None
    root._custom_headers = {}
    return ChatOpenAI(
        model=endpoint.model,
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.key),
        root_client=root,
        client=root.chat.completions,
        openai_proxy="",
        use_responses_api=False,  # else some model names decide for another API
        temperature=0.0 if temperature else None,
        cache=False,
    )


def _chat_messages(messages: Sequence[Message]) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.role](content=message.content) for message in messages]


def _streamed(chat: ChatOpenAI, messages: Sequence[Message], body: dict[str, Any]) -> AIMessage:
    """The chunks of a streamed answer put together; raises where the server streams nothing."""
    from langchain_core.messages import AIMessage

    text = "".join(str(chunk.text) for chunk in chat.stream(_chat_messages(messages), extra_body=body))
    return AIMessage(content=text)


def _usage(message: AIMessage, sent: int, received: int) -> Usage:
    """The tokens that the endpoint reports; `sent` tokens and `received` characters where it reports none."""
    reported = message.usage_metadata
    if reported and reported["input_tokens"] + reported["output_tokens"] > 0:
        return Usage(reported["input_tokens"], reported["output_tokens"])
    return Usage(sent, received // CHARACTERS_A_TOKEN + 1, estimated=True)


def _turn(message: AIMessage, sent: int) -> ToolTurn:
    from langchain_core.messages import AIMessage

    # Arguments that are no JSON become an argument that no tool knows: the tool's own check then tells the model so,
    # where LangChain would take the message for a final answer. Some servers leave out the id of a call.
    unread = ({**call, "args": {"not_json": str(call["args"])[:_SHOWN]}} for call in message.invalid_tool_calls)
    calls = [*message.tool_calls, *unread]
    tool_calls = [
        {
            "name": str(call["name"] or ""),
            "args": call["args"],
            "id": call["id"] or uuid.uuid4().hex,
            "type": "tool_call",
        }
        for call in calls
    ]
    text = without_thoughts(str(message.text)[:LONGEST_REPLY])
    usage = _usage(message, sent, len(text) + sum(len(str(call["args"])) for call in tool_calls))
    return ToolTurn(AIMessage(content=text, tool_calls=tool_calls), usage)


def _reply(message: AIMessage, sent: Sequence[Message]) -> WireReply:
    text = str(message.text)[:LONGEST_REPLY]
    usage = _usage(message, estimated_tokens(sent), len(text))
    return WireReply(
        text=text,
        finish=str(message.response_metadata.get("finish_reason") or ""),
        refused=bool(message.additional_kwargs.get("refusal")),
        tool_calls=len(message.tool_calls),
        usage=usage,
    )
