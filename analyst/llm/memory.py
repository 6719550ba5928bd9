"""What is kept between calls, and can be thrown away: answers already paid for, and what an endpoint accepts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from analyst.core.clock import Clock
from analyst.llm.files import read_json, write_private
from analyst.llm.types import RUNGS, Rung, Usage
from prompts import Message

KEPT = timedelta(days=7)  # servers get updated; after this a better rung is tried again


def request_hash(base_url: str, model: str, messages: Sequence[Message], parameters: dict[str, Any]) -> str:
    """sha256 over everything that shapes an answer; the key is no part of it."""
    parts = [base_url, model, [[message.role, message.content] for message in messages], parameters]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class KeptAnswer:
    """An answer from the cache: its JSON text, the rung it came by, the tokens it once cost."""

    text: str
    rung: Rung
    usage: Usage


class AnswerCache:
    """Validated answers by the hash of their request, one file each, under `workspace/cache/llm/answers`."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / "cache" / "llm" / "answers"

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> KeptAnswer | None:
        """The answer to the request hashed as `key`, or None."""
        found = read_json(self._path(key))
        try:
            return KeptAnswer(found["text"], found["rung"], Usage(*found["usage"])) if found else None
        except (KeyError, TypeError):
            return None  # written by another version; asking again mends it

    def put(self, key: str, answer: KeptAnswer, evidence: Sequence[str]) -> None:
        """Keep an answer, with the evidence ids it was given. Raises OSError."""
        usage = [answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated]
        value = {"text": answer.text, "rung": answer.rung, "usage": usage, "evidence": list(evidence)}
        write_private(self._path(key), value)

    def erase(self, evidence: Collection[str]) -> int:
        """Remove every answer that was given one of the `evidence` ids; how many were removed."""
        wanted, removed = set(evidence), 0
        for path in sorted(self.folder.glob("*/*.json")):
            found = read_json(path)
            # An answer that cannot be read cannot be shown to be clean of the person, and costs one call at most.
            if not isinstance(found, dict) or wanted.intersection(found.get("evidence", [])):
                path.unlink(missing_ok=True)
                removed += 1
        return removed


@dataclass(frozen=True)
class Abilities:
    """What an endpoint and model accept: the strictest rung that worked, whether temperature may be sent, and whether
    the model calls tools (None where nobody tried)."""

    rung: Rung = "json_schema"
    temperature: bool = True
    tools: bool | None = None


class AbilityMemory:
    """Abilities by endpoint and model, in `workspace/cache/llm/abilities.json`; forgotten after a week."""

    def __init__(self, workspace: Path, clock: Clock) -> None:
        self.path = workspace / "cache" / "llm" / "abilities.json"
        self.clock = clock

    def get(self, base_url: str, model: str) -> Abilities:
        """What is known of the endpoint; the best is assumed where nothing is."""
        found = self._all().get(f"{base_url} {model}") or {}
        try:
            fresh = self.clock() - datetime.fromisoformat(found["at"]) <= KEPT
            if fresh and found["rung"] in RUNGS:
                tools = found.get("tools")
                return Abilities(found["rung"], bool(found["temperature"]), tools if isinstance(tools, bool) else None)
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # nothing known, or a file of another version
        return Abilities()

    def put(self, base_url: str, model: str, abilities: Abilities) -> None:
        """Remember what worked. Two processes at once may lose one entry, which costs a call. Raises OSError."""
        known = self._all()
        known[f"{base_url} {model}"] = {
            "rung": abilities.rung,
            "temperature": abilities.temperature,
            "tools": abilities.tools,
            "at": self.clock().isoformat(),
        }
        write_private(self.path, known)

    def _all(self) -> dict[str, Any]:
        found = read_json(self.path)
        return found if isinstance(found, dict) else {}
