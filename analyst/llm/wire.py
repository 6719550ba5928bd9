"""The one module that talks to the endpoint: LangChain's ChatOpenAI, kept from doing what nobody asked of it.

Environment variables of the SDK and of LangChain do not steer it: the URL and the key come from the settings,
organisation, project and extra headers of the environment are not sent, tracing is off, redirects are not followed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from analyst.core.settings import LlmSettings
from analyst.llm.endpoint import Endpoint
from analyst.llm.faults import Fault, fault_of, timed_out
from analyst.llm.types import Usage
from prompts import Message

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_openai import ChatOpenAI

T = TypeVar("T")
LONGEST_REPLY = 200_000  # characters; max_tokens keeps an honest endpoint far below
CHARACTERS_A_TOKEN = 4  # the usual rule of thumb; counting exactly would download a vocabulary


@dataclass(frozen=True)
class WireReply:
    """What came back: the text, why it ended, whether the model declined, the tool calls, the tokens."""

    text: str
    finish: str
    refused: bool
    tool_calls: int
    usage: Usage


def estimated_tokens(messages: Sequence[Message]) -> int:
    """Tokens of `messages`, roughly."""
    return sum(len(message.content) for message in messages) // CHARACTERS_A_TOKEN + 1


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
    ) -> WireReply | Fault:
        """One chat completion. `deadline` is a reading of time.monotonic(); retries and waits count towards it."""
        # Both names of the limit, and the format, go in as extra body: ChatOpenAI would rename the one, and route
        # the other through the SDK's parser, which raises on a fenced or cut answer and loses its text.
        body: dict[str, Any] = {self.settings.token_param: max_tokens}
        if response_format is not None:
            body["response_format"] = response_format

        def invoke(chat: ChatOpenAI) -> AIMessage:
            if tool is not None:
                return chat.bind_tools([tool]).invoke(_chat_messages(messages), extra_body=body)
            return chat.invoke(_chat_messages(messages), extra_body=body)

        found = self._within(deadline, temperature, invoke)
        return found if isinstance(found, Fault) else self._guarded(lambda: _reply(found, messages))

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
            with self._tracing():
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

    def _tracing(self) -> AbstractContextManager[Any]:
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


def _reply(message: AIMessage, sent: Sequence[Message]) -> WireReply:
    text = str(message.text)[:LONGEST_REPLY]
    reported = message.usage_metadata
    if reported and reported["input_tokens"] + reported["output_tokens"] > 0:
        usage = Usage(reported["input_tokens"], reported["output_tokens"])
    else:
        usage = Usage(estimated_tokens(sent), len(text) // CHARACTERS_A_TOKEN + 1, estimated=True)
    return WireReply(
        text=text,
        finish=str(message.response_metadata.get("finish_reason") or ""),
        refused=bool(message.additional_kwargs.get("refusal")),
        tool_calls=len(message.tool_calls),
        usage=usage,
    )
