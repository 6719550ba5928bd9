"""The digest as plain text: for a terminal, for a file, and for mail readers that show no HTML."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from analyst.answers.blocks import Block, Card, Cell, Figure, Grid, Points, Said, Section, Told
from analyst.answers.digest import Digest
from analyst.answers.outline import about, outline, quote_words

WIDTH = 78  # columns that every mail reader shows without breaking lines of its own


@dataclass(frozen=True)
class Line:
    """One line of text; `title` lines are headings, `strong` ones stand out."""

    text: str = ""
    title: bool = False
    strong: bool = False


def render(digest: Digest, width: int = WIDTH) -> str:
    """The digest with its headings underlined, in lines of up to `width` columns."""
    said: list[str] = []
    for line in lines(digest, width):
        said.append(line.text)
        if line.title:
            said.append("-" * len(line.text))
    return "\n".join(said) + "\n"


def lines(digest: Digest, width: int = WIDTH) -> list[Line]:
    """The digest line by line."""
    head = [Line(clean(digest.title), title=True), *_wrapped(f"{about(digest)}.", width), Line()]
    for section in outline(digest, short=True):
        head += _section(section, width)
    while head and not head[-1].text:
        head.pop()
    return head


def clean(text: str) -> str:
    """`text` on one line without control characters: no reader shall act on what customers wrote."""
    kept = "".join(" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


def _section(section: Section, width: int) -> list[Line]:
    title = [Line(clean(section.title), title=True)] if section.title else []
    return [*title, *_blocks(section.blocks, width, "")]


def _blocks(blocks: Sequence[Block], width: int, indent: str) -> list[Line]:
    found: list[Line] = []
    for block in blocks:
        found += _block(block, width, indent)
        if not isinstance(block, Figure) and not indent:
            found.append(Line())
    return found


def _block(block: Block, width: int, indent: str) -> list[Line]:
    if isinstance(block, Told):
        return _wrapped(_sentence(block), width, indent, strong=block.style == "lead")
    if isinstance(block, Points):
        return [line for item in block.items for line in _wrapped(_sentence(item), width, indent, first="- ")]
    if isinstance(block, Grid):
        return _grid(block, width)
    if isinstance(block, Said):
        return [line for quote in block.quotes for line in _wrapped(quote_words(quote), width, indent + "    ")]
    if isinstance(block, Figure):
        return []
    return _card(block, width, indent)


def _card(card: Card, width: int, indent: str) -> list[Line]:
    inner = indent + "   "
    found = _wrapped(card.title, width, indent, strong=True)
    found += _blocks(card.blocks, width, inner)
    found += _wrapped(" · ".join(card.chips), width, inner) if card.chips else []
    return found


def _sentence(told: Told) -> str:
    if told.label.endswith("."):
        return f"{told.label} {told.text}"
    return f"{told.label}: {told.text}" if told.label else told.text


def _wrapped(text: str, width: int, indent: str = "", first: str = "", strong: bool = False) -> list[Line]:
    hanging = indent + " " * len(first)
    cut = textwrap.wrap(
        clean(text), width, initial_indent=indent + first, subsequent_indent=hanging, break_on_hyphens=False
    )
    return [Line(line, strong=strong) for line in cut]


def _grid(grid: Grid, width: int) -> list[Line]:
    """The table in aligned columns; on few columns only its core, and there the last column gives way."""
    table = grid if _natural_width(grid) <= width else grid.narrow()
    rows = [[clean(name) for name in table.header], *([clean(cell.text) for cell in row] for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.header))]
    over = sum(widths) + 2 * (len(widths) - 1) - width
    if over > 0:
        widest = max(range(len(widths)), key=lambda place: widths[place])
        widths[widest] = max(12, widths[widest] - over)
    return [Line(_row(row, widths, table.right)) for row in rows]


def _row(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    fitted = [cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(row, widths, strict=True)]
    set_right = [
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(fitted, widths, strict=True))
    ]
    return "  ".join(set_right).rstrip()


def _natural_width(grid: Grid) -> int:
    rows: list[tuple[Cell, ...]] = [tuple(Cell(name) for name in grid.header), *grid.rows]
    return sum(max(len(row[place].text) for row in rows) + 2 for place in range(len(grid.header))) - 2
