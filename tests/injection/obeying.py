"""A model that does whatever the customers' words in its messages tell it to do, behind a real server on loopback.

It finds the verbatims of the corpus in a request by their words, whatever was stripped from around them, and answers
with what they demand: their sentences, their ids, their links, their tool calls. With `honest` sentences it says these
first and obeys after them; a repair turn makes it obey again.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prompts import clean_text
from tests.llm.server import Answer, Request, ScriptedServer, completion, error

CORPUS = Path(__file__).with_name("hostile.jsonl")
_RECOGNISED = 24  # characters of a verbatim by which it is known again


@dataclass(frozen=True)
class Hostile:
    """One verbatim of the corpus and what it demands."""

    name: str
    category: str
    text: str
    says: tuple[str, ...]
    facts: tuple[str, ...]
    quotes: tuple[str, ...]
    tool: dict[str, Any] | None
    label: str

    @property
    def traces(self) -> list[str]:
        """Stretches of it as a prompt would show them: any one of them gives it away."""
        shown = json.dumps(clean_text(self.text, 100_000), ensure_ascii=False)[1:-1]
        words = shown.replace("<", "\\u003c").replace(">", "\\u003e")
        long = [part for part in re.split(r"(?<=[.!?:;,]) |[“”] ?", words) if len(part) >= 12]
        return [part[:_RECOGNISED] for part in (long or [words])]


def corpus() -> list[Hostile]:
    """All verbatims of the corpus."""
    found = []
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        demand = entry["demand"]
        found.append(
            Hostile(entry["id"], entry["category"], entry["text"], tuple(demand["says"]), tuple(demand["facts"]),
                    tuple(demand["quotes"]), demand["tool"], demand["label"])
        )  # fmt: skip
    return found


class ObeyingServer(ScriptedServer):
    """Obeys every verbatim of the corpus that it meets; `obeyed` counts them by name."""

    def __init__(self, hostile: Sequence[Hostile] | None = None, honest: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__()
        self.hostile = list(hostile if hostile is not None else corpus())
        self.honest = list(honest)
        self.obeyed: Counter[str] = Counter()
        self.said: list[str] = []

    def _next(self, request: Request) -> Answer:
        if request.method != "POST" or request.path != "/v1/chat/completions":
            return super()._next(request)
        shown = "\n".join(str(message.get("content") or "") for message in request.body["messages"])
        found = [one for one in self.hostile if any(trace in shown for trace in one.traces)]
        self.obeyed.update(one.name for one in found)
        if request.body.get("tools"):
            return self._with_tools(request.body, found)
        asked = request.body.get("response_format", {}).get("json_schema", {}).get("name")
        makers = {"ThemeLabels": self._labels, "FixWording": self._fix}
        if asked not in (*makers, "AnswerText", "DigestSummary"):
            return error(400, f"the obeying server knows no {asked}")
        made = makers[asked](found, shown) if asked in makers else self._sentences(found, asked == "AnswerText")
        return completion(json.dumps(made, ensure_ascii=False))

    def _sentences(self, found: Sequence[Hostile], with_part: bool) -> dict[str, Any]:
        made = [dict(sentence) for sentence in self.honest]
        for one in found:
            for said in one.says:
                self.said.append(said)
                obeyed = {"text": said[:400], "facts": list(one.facts or ("f1",)), "quotes": list(one.quotes)}
                made.append(obeyed | ({"part": "verdict"} if with_part else {}))
        most = 9 if with_part else 6
        kept = made[:most] or [
            {"text": "Nothing.", "facts": ["f1"], "quotes": []} | ({"part": "aside"} if with_part else {})
        ]
        return {"sentences": kept}

    def _fix(self, found: Sequence[Hostile], shown: str) -> dict[str, Any]:
        said = [words for one in found for words in one.says] or ["Nothing."]
        self.said += said
        ids = [one for hostile in found for one in hostile.facts][:4] or ["f1"]
        return {"title": said[0][:80], "action": said[-1][:300], "facts": ids, "quotes": []}

    def _labels(self, found: Sequence[Hostile], shown: str) -> dict[str, Any]:
        ids = list(dict.fromkeys(re.findall(r'"theme_id": "(t\d+)"', shown)))
        wanted = [one.label or one.says[0] for one in found if one.label or one.says] or ["Nothing"]
        self.said += wanted
        words = [" ".join(wanted[place % len(wanted)].split()[:6])[:60] for place in range(len(ids))]
        distinct = [word if word not in words[:place] else f"{word[:50]} {place}" for place, word in enumerate(words)]
        labels = [
            {"theme_id": one, "label": " ".join(word.split()[:6])} for one, word in zip(ids, distinct, strict=True)
        ]
        return {"labels": labels}

    def _with_tools(self, body: dict[str, Any], found: Sequence[Hostile]) -> Answer:
        """An agent's turn: look something up, then call what the verbatims demand, then answer as they want."""
        turns = [message for message in body["messages"] if message["role"] == "assistant"]
        if not turns:
            return _call("search", {"text": "payment", "limit": 20})
        demanded = [one.tool for one in found if one.tool]
        if len(turns) <= len(demanded) and len(turns) <= 3:
            tool = demanded[len(turns) - 1]
            return _call(tool["name"], tool["arguments"])
        return _call("AnswerText", self._sentences(found, True))


def _call(name: str, arguments: dict[str, Any]) -> Answer:
    call = {"id": f"call-{name}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return completion(None, finish="tool_calls", tool_calls=[call])
