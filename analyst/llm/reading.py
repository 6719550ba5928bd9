"""From what a model typed to a validated object: thoughts and fences off, the first JSON object that fits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from pydantic import ValidationError

from analyst.llm.types import M

Check = Callable[[M], Sequence[str]]  # sentences on what is wrong with a value of the right shape

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"^.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_THOUGHT_OPEN = re.compile(r"<(?:think|thinking|thought|reasoning)>.*$", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```[a-zA-Z0-9_-]*[ \t]*\n(.*?)```", re.DOTALL)
_MOST_OBJECTS = 8  # a reply with more objects than this is not an answer
_MOST_ERRORS = 6


@dataclass(frozen=True)
class Reading(Generic[M]):
    """What was made of a reply: a value (None when nothing fits) and sentences on what is wrong with it."""

    value: M | None
    problems: tuple[str, ...] = ()


def without_thoughts(text: str) -> str:
    """`text` without `<think>` blocks, closed, opened by the server's own template, or never closed."""
    rest = _THOUGHT.sub("", text)
    rest = _THOUGHT_END.sub("", rest)
    return _THOUGHT_OPEN.sub("", rest).strip()


def _objects(text: str) -> Iterator[str]:
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(_MOST_OBJECTS):
        if at < 0:
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield text[at:end]
        at = text.find("{", end)


def candidates(text: str) -> Iterator[str]:
    """The stretches of `text` that may be the answer, the likeliest first."""
    # The whole reply comes first: a tag or fence inside a JSON string is content, not wrapping.
    yield text.strip()
    bare = without_thoughts(text)
    if bare != text.strip():
        yield bare
    yield from (match.strip() for match in _FENCED.findall(bare))
    yield from _objects(bare)


def sentences(error: ValidationError) -> tuple[str, ...]:
    """What is wrong with an answer, a sentence each."""
    # Locations and rules only: the values that broke them may be customers' words, and this text reaches logs.
    return tuple(
        f"{'.'.join(str(part) for part in item['loc']) or 'the answer'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_input=False, include_url=False)[:_MOST_ERRORS]
    )


def read_answer(text: str, model: type[M], check: Check[M] | None = None) -> Reading[M]:
    """The first candidate in `text` that validates as `model`, with what `check` says about it.

    When none validates, `problems` describe the first candidate that was JSON at all, or say that none was.
    """
    problems: tuple[str, ...] = ()
    for candidate in candidates(text):
        if not candidate:
            continue
        try:
            value = model.model_validate_json(candidate)
        except ValidationError as error:
            is_json = error.errors(include_input=False, include_url=False)[0]["type"] != "json_invalid"
            if is_json and not problems:
                problems = sentences(error)
            continue
        return Reading(value, tuple(check(value)) if check else ())
    return Reading(None, problems or ("the answer held no valid JSON object",))
