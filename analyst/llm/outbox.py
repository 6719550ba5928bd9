"""The log of what left the machine.

    workspace/llm/outbox.jsonl      two lines a call: `sent`, written before anything leaves, and `reply`
    workspace/llm/sent/CALL.json    the very messages of one call, for a person to read

A call whose `sent` line cannot be written is not made. The key is in neither file.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from analyst.llm.files import append_private, read_json, write_private
from analyst.llm.types import Usage


class Said(Protocol):
    """Anything with a role and words: a message of a prompt, or a turn of a conversation with tools."""

    @property
    def role(self) -> str:
        """Who speaks."""

    @property
    def content(self) -> str:
        """The words."""


@dataclass(frozen=True)
class LoggedMessage:
    """One message as it left. `role` is system, user, assistant, tool, or tools for what the model may call."""

    role: str
    content: str


@dataclass(frozen=True)
class SentCall:
    """One request that left. `messages` are (role, bytes); `attempts` is how often it may have been sent at most.

    `outcome` is None while no reply line was written (the program was stopped, or the call is under way),
    "answered", or the reason of the failure. `tokens` are (in, out), possibly estimated.
    """

    call_id: str
    at: datetime
    host: str
    model: str
    task: str
    prompt_hash: str
    rung: str
    attempts: int
    messages: tuple[tuple[str, int], ...]
    evidence: tuple[str, ...]
    outcome: str | None = None
    seconds: float | None = None
    tokens: tuple[int, int] | None = None
    estimated: bool = False
    cost: float | None = None  # in the currency of llm.price_in and llm.price_out; None where these are not set


class Outbox:
    """Writes the log of one workspace; several processes may write at once."""

    def __init__(self, workspace: Path) -> None:
        self.lines = workspace / "llm" / "outbox.jsonl"
        self.bodies = workspace / "llm" / "sent"

    def sent(
        self,
        at: datetime,
        messages: Sequence[Said],
        *,
        host: str,
        model: str,
        task: str,
        prompt_hash: str,
        rung: str,
        attempts: int,
        evidence: Sequence[str],
    ) -> str:
        """Record a request that is about to leave; the id of the call. Raises OSError when it cannot be written."""
        call_id = f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        body = [{"role": message.role, "content": message.content} for message in messages]
        write_private(self.bodies / f"{call_id}.json", {"call_id": call_id, "host": host, "messages": body})
        append_private(
            self.lines,
            {
                "event": "sent",
                "call_id": call_id,
                "at": at.isoformat(),
                "host": host,
                "model": model,
                "task": task,
                "prompt_hash": prompt_hash,
                "rung": rung,
                "attempts": attempts,
                "messages": [[message.role, len(message.content.encode())] for message in messages],
                "evidence": list(evidence),
            },
        )
        return call_id

    def reply(
        self, call_id: str, at: datetime, outcome: str, seconds: float, usage: Usage, cost: float | None = None
    ) -> None:
        """Record how the call ended. Raises OSError when it cannot be written."""
        append_private(
            self.lines,
            {
                "event": "reply",
                "call_id": call_id,
                "at": at.isoformat(),
                "outcome": outcome,
                "seconds": round(seconds, 3),
                "tokens": [usage.input_tokens, usage.output_tokens],
                "estimated": usage.estimated,
                "cost": cost,
            },
        )

    def calls(self) -> list[SentCall]:
        """Every call on record, oldest first; lines torn by a kill are passed over."""
        sent: dict[str, dict[str, Any]] = {}
        for line in self._lines():
            if line.get("event") == "sent":
                sent[line["call_id"]] = line
            elif line.get("event") == "reply" and line.get("call_id") in sent:
                sent[line["call_id"]]["reply"] = line
        return [_call(line) for line in sent.values()]

    def messages(self, call_id: str) -> list[LoggedMessage] | None:
        """The messages of one call as they left; None when the call is unknown or its text was erased."""
        if not call_id.replace("-", "").isalnum():
            return None  # an id is a file name here, and must not become a path
        body = read_json(self.bodies / f"{call_id}.json")
        return [LoggedMessage(item["role"], item["content"]) for item in body["messages"]] if body else None

    def erase(self, evidence: Collection[str]) -> int:
        """Remove the stored messages of every call that carried one of the `evidence` ids; how many were removed.

        The lines stay: that something left, when and where to, is what a person who asks must be told.
        """
        wanted, removed = set(evidence), 0
        for call in self.calls():
            body = self.bodies / f"{call.call_id}.json"
            if wanted.intersection(call.evidence) and body.exists():
                body.unlink()
                removed += 1
        return removed

    def _lines(self) -> list[dict[str, Any]]:
        try:
            raw = self.lines.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return []
        found = []
        for text in raw:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                found.append(line)
        return found


def _call(line: dict[str, Any]) -> SentCall:
    reply = line.get("reply")
    return SentCall(
        call_id=line["call_id"],
        at=datetime.fromisoformat(line["at"]),
        host=line["host"],
        model=line["model"],
        task=line["task"],
        prompt_hash=line["prompt_hash"],
        rung=line["rung"],
        attempts=line["attempts"],
        messages=tuple((role, size) for role, size in line["messages"]),
        evidence=tuple(line["evidence"]),
        outcome=reply["outcome"] if reply else None,
        seconds=reply["seconds"] if reply else None,
        tokens=(reply["tokens"][0], reply["tokens"][1]) if reply else None,
        estimated=bool(reply and reply["estimated"]),
        cost=reply.get("cost") if reply else None,
    )
