"""What the LLM room hands back: plain results. A model that fails is a result, never an exception that escapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

# How an endpoint is asked for JSON, the strictest first: by schema, by "any JSON object", by words alone.
Rung = Literal["json_schema", "json_object", "prompt"]
RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "prompt")

Reason = Literal[
    "auth",  # the key is wrong or may not do this
    "budget",  # the calls or tokens allowed are used up
    "cut_off",  # the answer did not fit into max_tokens
    "empty",  # the answer held no text
    "invalid",  # the answer did not have the asked shape, also after the repair turn
    "malformed",  # what came back is not what an OpenAI-compatible endpoint sends
    "not_found",  # no such path or model
    "not_reachable",  # no connection
    "packages",  # langchain-openai or what it needs is broken
    "rate_limited",  # too many requests, or no quota left
    "redirected",  # the endpoint points elsewhere; text goes only to the host in the settings
    "refused",  # the model declined
    "rejected",  # the endpoint does not accept the request
    "server",  # the endpoint broke
    "timeout",  # no answer in time
    "tools",  # the model did not finish with its tools: it called them for ever, or answered past them
    "token_param",  # the endpoint wants the other name for the limit on tokens
    "too_long",  # more text than the model takes
    "unlogged",  # the log of what leaves could not be written, so nothing was sent
]


@dataclass(frozen=True)
class Usage:
    """Tokens in and out; `estimated` where the endpoint did not say and characters / 4 stands in."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.estimated or other.estimated,
        )

    @property
    def total(self) -> int:
        """Tokens in both directions."""
        return self.input_tokens + self.output_tokens

    def cost(self, price_in: float | None, price_out: float | None) -> float | None:
        """What the tokens cost at prices a million tokens, in the currency of the prices; None without both prices."""
        if price_in is None or price_out is None:
            return None
        return (self.input_tokens * price_in + self.output_tokens * price_out) / 1_000_000


@dataclass(frozen=True)
class LlmReply(Generic[M]):
    """An answer of the asked shape.

    `problems` are what the caller's own check still found after the repair turn (empty when clean), `calls` the
    ids under which the log holds what was sent (empty when `cached`), `seconds` wall-clock time.
    """

    value: M
    rung: Rung
    usage: Usage
    calls: tuple[str, ...]
    seconds: float
    cached: bool = False
    repaired: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class LlmFailed:
    """No usable answer. `message` and `hint` are sentences for people, free of keys; callers write without an LLM."""

    reason: Reason
    message: str
    hint: str = ""
    usage: Usage = Usage()
    calls: tuple[str, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
