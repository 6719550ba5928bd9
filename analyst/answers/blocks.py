"""What a page is made of: plain data between the digest and its renderings, so that each of them only sets type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analyst.answers.facts import Claim
from analyst.core.values import Quote


@dataclass(frozen=True)
class Told:
    """A sentence or a paragraph, with the facts it rests on. `label` stands before it in bold; lead is the first
    sentence of all, quiet is small print."""

    text: str
    facts: tuple[str, ...] = ()
    style: Literal["", "lead", "quiet"] = ""
    label: str = ""


@dataclass(frozen=True)
class Points:
    """A list of short sentences."""

    items: tuple[Told, ...]


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `strong` where the number stands out from chance."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table. Columns whose place is in `right` hold numbers; `core` are those that a narrow page keeps."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    core: tuple[int, ...] = ()

    def narrow(self) -> Grid:
        """The table with its core columns alone."""
        if not self.core:
            return self
        right = frozenset(place for place, column in enumerate(self.core) if column in self.right)
        rows = tuple(tuple(row[column] for column in self.core) for row in self.rows)
        return Grid(tuple(self.header[column] for column in self.core), rows, right)


@dataclass(frozen=True)
class Said:
    """Customers' own words."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Figure:
    """A chart by its name, with what it shows for those who do not see it."""

    name: Literal["series", "ledger"]
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Card:
    """One thing of several alike (a fix, an alert, a theme), with a title of its own; `chips` are its marks."""

    title: str
    blocks: tuple[Block, ...]
    chips: tuple[str, ...] = ()
    framed: bool = False


Block = Told | Points | Grid | Said | Figure | Card


@dataclass(frozen=True)
class Section:
    """A part of the page; the first one has no title."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def told(claim: Claim, style: Literal["", "lead", "quiet"] = "", label: str = "") -> Told:
    """A claim as a paragraph."""
    return Told(claim.text, claim.facts, style, label)


def without_nothing(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """The blocks that hold anything."""
    return tuple(block for block in blocks if block is not None and not _is_empty(block))


def all_quotes(blocks: Sequence[Block]) -> Iterator[Quote]:
    """Every quote in `blocks`, those inside cards too."""
    for block in blocks:
        if isinstance(block, Said):
            yield from block.quotes
        elif isinstance(block, Card):
            yield from all_quotes(block.blocks)


def _is_empty(block: Block) -> bool:
    if isinstance(block, Told):
        return not block.text
    if isinstance(block, Points):
        return not block.items
    if isinstance(block, Grid):
        return not block.rows
    if isinstance(block, Said):
        return not block.quotes
    return isinstance(block, Card) and not block.blocks
