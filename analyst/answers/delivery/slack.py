"""The digest as Slack blocks: the most important first, inside Slack's limits, and nothing in it that Slack acts on.

Slack takes 50 blocks of 3,000 characters, and refuses a message of more than about 13,000 characters in all without
saying so anywhere. A digest keeps to 20 blocks and 9,000 characters, counted as the JSON that is sent, and says what it
left out. What customers wrote is defanged: Slack turns `<!channel>`, `@here`, `<https://x|y>`, bare addresses and
`*stars*` into pings, links and type, and has no way to escape them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyst.answers.blocks import Block, Card, Grid, Points, Said, Section, Told
from analyst.answers.digest import Digest
from analyst.answers.outline import about, outline, quote_origin, verdict_line
from analyst.answers.plain import clean
from analyst.core.values import inside_quotes

MOST_BLOCKS = 20
MOST_CHARACTERS = 9_000
MOST_IN_SECTION = 3_000
MOST_IN_HEADER = 150
_WANTED_IN_SECTION = 1_400  # a longer one is cut: in Slack nobody reads more at once
_TOLD_FIRST = ("verdict", "fixes", "alerts", "follow", "themes", "ledger", "screens", "sure")
_JOINER = "\N{WORD JOINER}"  # no width, breaks nothing that people read, and everything that Slack parses
_LOOKALIKES = str.maketrans(
    {"*": "\N{ASTERISK OPERATOR}", "~": "\N{TILDE OPERATOR}", "`": "\N{MODIFIER LETTER GRAVE ACCENT}"}
)
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
_ADDRESS = re.compile(r"(?<=[a-z]):(?=//)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_HOST = re.compile(r"(?<=[a-z0-9])\.(?=[a-z]{2,})", re.IGNORECASE)
_MENTION = re.compile(r"([@#])(?=\w)")
_EMOJI = re.compile(r"(?<!\w):(?=[a-z0-9_+'-]+:)", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    """One section of the outline as Slack text, with the name under which it is missed when it has no room."""

    name: str
    texts: tuple[str, ...]
    cut: bool = False  # whether some of it was left out already


def payload(digest: Digest, link: str | None = None) -> dict[str, Any]:
    """The message that a Slack webhook takes: `text` for notifications, and the blocks. `link` goes under them.

    At most MOST_BLOCKS blocks and MOST_CHARACTERS characters, as JSON.
    """
    head = [_header(f"{digest.title}: {verdict_line(digest)}"), _context(defanged(about(digest)))]
    parts = [_part(section) for section in _in_order(outline(digest, short=True))]
    blocks, left_out = _fit(head, parts, digest, link)
    end = _footer(digest, left_out, link)
    return {
        "text": defanged(f"{digest.title}: {verdict_line(digest)}"),
        "mrkdwn": False,
        "blocks": [*blocks, end],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def defanged(text: str) -> str:
    """`text` on one line, shown by Slack as it is: no mention, no link, no formatting, no emoji."""
    plain = clean(text).translate(_LOOKALIKES)
    plain = _EDGE_UNDERSCORE.sub("\N{MODIFIER LETTER LOW MACRON}", plain)
    for pattern in (_ADDRESS, _HOST, _EMOJI):
        plain = pattern.sub(lambda found: f"{found[0]}{_JOINER}", plain)
    plain = _MENTION.sub(rf"\1{_JOINER}", plain)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size_of(blocks: Sequence[dict[str, Any]]) -> int:
    """Characters of `blocks` as they are sent."""
    return len(json.dumps(blocks, ensure_ascii=False))


def _in_order(sections: Sequence[Section]) -> list[Section]:
    return sorted(sections, key=lambda section: _TOLD_FIRST.index(section.key))


def _fit(
    head: list[dict[str, Any]], parts: Sequence[_Part], digest: Digest, link: str | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """As many texts as there is room for beside the longest footer there could be, and what had to be left out."""
    reserve = size_of([_footer(digest, [part.name for part in parts], link)])
    blocks, left_out = list(head), []
    for part in parts:
        for place, text in enumerate(part.texts):
            grown = [*blocks, _section(text)]
            if len(grown) + 1 > MOST_BLOCKS or size_of(grown) + reserve > MOST_CHARACTERS:
                left_out.append(part.name if place == 0 else f"the rest of {part.name}")
                break
            blocks = grown
        else:
            left_out += [f"the rest of {part.name}"] if part.cut else []
    return blocks, left_out


def _part(section: Section) -> _Part:
    """A section's texts: cards one each, what stands between them together."""
    texts: list[str] = []
    gathered: list[str] = []
    for block in section.blocks:
        if isinstance(block, Card) and block.framed:
            texts += _joined(gathered)
            gathered = []
            texts += _joined(_lines(block))
        else:
            gathered += _lines(block)
    texts += _joined(gathered)
    if section.title and texts:
        texts[0] = f"*{defanged(section.title)}*\n{texts[0]}"
    name = section.title.lower() if section.title else "the opening"
    shown = tuple(_shortened(text) for text in texts)
    return _Part(name, shown, cut=shown != tuple(texts))


def _joined(lines: Sequence[str]) -> list[str]:
    return ["\n".join(lines)] if lines else []


def _lines(block: Block) -> list[str]:
    if isinstance(block, Told):
        return [f"*{_sentence(block)}*" if block.style == "lead" else _sentence(block)]
    if isinstance(block, Points):
        return [f"• {_sentence(item)}" for item in block.items]
    if isinstance(block, Said):
        return [f"> “{defanged(inside_quotes(quote.text))}” ({quote_origin(quote)})" for quote in block.quotes]
    if isinstance(block, Grid):
        return _rows(block)
    if isinstance(block, Card):
        chips = [f"_{defanged(' · '.join(block.chips))}_"] if block.chips else []
        return [f"*{defanged(block.title)}*", *(line for inner in block.blocks for line in _lines(inner)), *chips]
    return []


def _rows(grid: Grid) -> list[str]:
    """A table as one line a row: Slack has no tables that a webhook could send everywhere."""
    core = grid.narrow()
    names = [name.lower() for name in core.header]
    return [
        f"• *{defanged(row[0].text)}*: "
        + ", ".join(f"{names[i]} {defanged(cell.text)}" for i, cell in enumerate(row) if i and cell.text)
        for row in core.rows
    ]


def _sentence(told: Told) -> str:
    if not told.label:
        return defanged(told.text)
    return f"*{defanged(told.label)}{'' if told.label.endswith('.') else ':'}* {defanged(told.text)}"


def _shortened(text: str) -> str:
    """Whole lines up to the limit; a single line that is too long is cut within words."""
    if len(text) <= _WANTED_IN_SECTION:
        return text
    kept: list[str] = []
    for line in text.split("\n"):
        if sum(map(len, kept)) + len(kept) + len(line) > _WANTED_IN_SECTION:
            break
        kept.append(line)
    if not kept:
        return text[: text.rfind(" ", 0, _WANTED_IN_SECTION)].removesuffix("*") + " …"
    return "\n".join(kept) + "\n…"


def _header(text: str) -> dict[str, Any]:
    shown = clean(text)
    cut = shown if len(shown) <= MOST_IN_HEADER else shown[: MOST_IN_HEADER - 1] + "…"
    return {"type": "header", "text": {"type": "plain_text", "text": cut, "emoji": False}}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text[:MOST_IN_SECTION])}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_mrkdwn(text[:MOST_IN_SECTION])]}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: Slack makes no links or mentions of its own


def _footer(digest: Digest, left_out: Sequence[str], link: str | None) -> dict[str, Any]:
    missing = f"Left out here: {defanged(', '.join(left_out))}. " if left_out else ""
    where = f"<{link}|The whole digest>" if link else f"The whole digest: {defanged(_command(digest))}"
    return _context(f"{missing}{where}. Run {defanged(digest.run_id)}.")


def _command(digest: Digest) -> str:
    first, _, last = digest.days.partition(" to ")
    days = f"--week {digest.window}" if re.fullmatch(r"\d{4}-W\d\d", digest.window) else f"--from {first} --to {last}"
    where = "" if not digest.movement.where else " --where " + ",".join(f"{d}={v}" for d, v in digest.movement.where)
    return f"undertone digest --metric {digest.metric} {days}{where}"
