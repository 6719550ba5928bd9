"""The digest as Markdown: what an analyst pastes into a report. Customer text is escaped, never interpreted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from analyst.answers.blocks import Block, Card, Cell, Figure, Grid, Points, Said, Section, Told
from analyst.answers.digest import Digest
from analyst.answers.outline import about, outline, quote_origin
from analyst.answers.plain import clean
from analyst.core.values import Quote, inside_quotes

_SPECIAL = re.compile(r"([\\`*_{}\[\]>#|!~])")
_LINK = re.compile(r"(?<=[a-zA-Z]):(?=//)|(?<=www)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
_LIST = re.compile(r"^([-+]|\d+[.)])(?=\s)")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line: no emphasis, no HTML, no link, no list."""
    shown = _SPECIAL.sub(r"\\\1", clean(text).replace("&", "&amp;")).replace("<", "&lt;")
    shown = _LINK.sub(lambda found: f"&#{ord(found[0])};", shown)  # many readers make links of bare addresses
    return _LIST.sub(lambda found: found[1][:-1] + "\\" + found[1][-1], shown)


def render(digest: Digest) -> str:
    """The whole digest, ending with the facts its sentences cite."""
    head = [f"# {escape(digest.title)}", f"*{escape(about(digest))}. Run {escape(digest.run_id)}.*"]
    return "\n\n".join([*head, *(_section(section) for section in outline(digest))]) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """A Markdown table; columns whose place is in `right` align right."""
    ruler = ["---:" if place in right else "---" for place in range(len(header))]
    lines = [header, ruler, *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def quote_line(quote: Quote) -> str:
    """One quote with its score and date."""
    return f"> “{escape(inside_quotes(quote.text))}” ({quote_origin(quote)})"


def _section(section: Section) -> str:
    title = [f"## {escape(section.title)}"] if section.title else []
    return "\n\n".join([*title, *_blocks(section.blocks)])


def _blocks(blocks: Sequence[Block]) -> list[str]:
    return [set_as for block in blocks if (set_as := _block(block))]


def _block(block: Block) -> str:
    if isinstance(block, Told):
        return _paragraph(block)
    if isinstance(block, Points):
        return "\n".join(f"- {_sentence(item)}" for item in block.items)
    if isinstance(block, Grid):
        rows = [[_cell(cell) for cell in row] for row in block.rows]
        return table(block.header, rows, block.right)
    if isinstance(block, Said):
        return "\n>\n".join(quote_line(quote) for quote in block.quotes)
    if isinstance(block, Figure):
        return ""  # a file of its own; the sentences and tables say the same
    return _card(block)


def _card(card: Card) -> str:
    chips = [f"*{escape(' · '.join(card.chips))}*"] if card.chips else []
    return "\n\n".join([f"### {escape(card.title)}", *chips, *_blocks(card.blocks)])


def _paragraph(paragraph: Told) -> str:
    if paragraph.style == "lead":
        return f"**{escape(paragraph.text)}**{_marks(paragraph)}"
    return _sentence(paragraph)


def _sentence(told: Told) -> str:
    label = f"**{escape(told.label)}**: " if told.label else ""
    return f"{label}{escape(told.text)}{_marks(told)}"


def _cell(cell: Cell) -> str:
    return f"**{escape(cell.text)}**" if cell.strong and cell.text else escape(cell.text)


def _marks(told: Told) -> str:
    return f" <sup>{', '.join(told.facts)}</sup>" if told.facts else ""
