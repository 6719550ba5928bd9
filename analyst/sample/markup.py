"""The bank's text format: hand-written texts that carry their own truth as inline markup.

A bank file is read line by line. Blank lines and lines starting with ``#`` are skipped. ``@theme NAME
[SCREEN]`` sets the theme (and the screen its opinions speak of) for the lines below. Every other line is
``TAGS > TEXT``:

* tags are separated by spaces: a sentiment (``+ - 0``), bands (``det pas pro``, joined by commas), a
  language (``es de``; English when absent), survey kinds (``nps csat ces``), ``pop`` for a phrase that
  many people write word for word;
* a text without brackets is one opinion of the file's theme, with the sentiment of the tags;
* a text with brackets says itself what its opinions are: ``[words|-]`` takes the file's theme and screen,
  ``[words|late_delivery|-]`` names another theme, ``[words|search|-|Search]`` a screen as well;
* ``{slot}`` is filled when a comment is written; ``\\n`` is a line break; ``\\`` before ``[ ] | { } >`` keeps
  the character.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

SENTIMENTS = ("+", "-", "0")
BANDS = ("det", "pas", "pro")
KINDS = ("nps", "csat", "ces")
LANGUAGES = ("en", "es", "de")
ESCAPES = {"n": "\n", "[": "[", "]": "]", "|": "|", "{": "{{", "}": "}}", ">": ">", "\\": "\\"}
DEFAULT_BANDS = {"-": ("det", "pas"), "+": ("pas", "pro"), "0": BANDS}
END_MARKS = " .!?…"


class BankError(ValueError):
    """A line of the bank that cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Piece:
    """Words of a text; an opinion when ``theme`` is set, else the glue between opinions."""

    text: str
    theme: str | None = None
    sentiment: str = "0"
    screen: str | None = None


@dataclass(frozen=True)
class Verbatim:
    """One hand-written text and where it may be used."""

    pieces: tuple[Piece, ...]
    language: str
    bands: frozenset[str]
    kinds: frozenset[str]
    popular: bool
    source: str

    @property
    def text(self) -> str:
        """The text as written in the bank, slots unfilled."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def opinions(self) -> tuple[Piece, ...]:
        """The pieces that are opinions."""
        return tuple(piece for piece in self.pieces if piece.theme)


@dataclass(frozen=True)
class _Section:
    theme: str | None = None
    screen: str | None = None


def parse_verbatims(
    lines: Iterable[str], source: str, themes: Collection[str], screens: Collection[str], slots: Collection[str]
) -> Iterator[Verbatim]:
    """The verbatims of one bank file, in order.

    Args:
        lines: the file's lines.
        source: its name, for messages.
        themes, screens, slots: the names that may be used.

    Raises:
        BankError: at the first line that breaks the format, saying ``file:line`` and why.
    """
    section = _Section()
    for number, raw in enumerate(lines, start=1):
        line, where = raw.strip(), f"{source}:{number}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            section = _section(line, where, themes, screens)
        else:
            yield _verbatim(line, where, section, themes, screens, slots)


def _section(line: str, where: str, themes: Collection[str], screens: Collection[str]) -> _Section:
    word, _, rest = line.partition(" ")
    theme, _, screen = rest.strip().partition(" ")
    if word != "@theme" or theme not in themes:
        raise BankError(f"{where}: expected '@theme NAME [SCREEN]' with a known theme, got {line!r}.")
    if screen and screen not in screens:
        raise BankError(f"{where}: there is no screen {screen!r}.")
    return _Section(theme, screen or None)


def _verbatim(
    line: str,
    where: str,
    section: _Section,
    themes: Collection[str],
    screens: Collection[str],
    slots: Collection[str],
) -> Verbatim:
    head, arrow, body = line.partition("> ")
    if not arrow or not body.strip():
        raise BankError(f"{where}: expected 'TAGS > TEXT'.")
    tags = _tags(head.split(), where)
    tokens = list(_tokens(body.strip(), where))
    pieces = tuple(_pieces(tokens, where, section, tags.sentiment, themes, screens))
    for piece in pieces:
        unknown = set(slot_names(piece.text)) - set(slots)
        if unknown:
            raise BankError(f"{where}: there is no slot {', '.join(sorted(unknown))}.")
    bands = tags.bands or _bands_of(pieces)
    return Verbatim(pieces, tags.language, frozenset(bands), frozenset(tags.kinds or KINDS), tags.popular, where)


@dataclass(frozen=True)
class _Tags:
    sentiment: str | None
    bands: tuple[str, ...]
    language: str
    kinds: tuple[str, ...]
    popular: bool


def _tags(words: list[str], where: str) -> _Tags:
    sentiment: str | None = None
    bands: list[str] = []
    kinds: list[str] = []
    language, popular = "en", False
    for word in words:
        parts = word.split(",")
        if word in SENTIMENTS and sentiment is None:
            sentiment = word
        elif all(part in BANDS for part in parts):
            bands += parts
        elif all(part in KINDS for part in parts):
            kinds += parts
        elif word in LANGUAGES:
            language = word
        elif word == "pop":
            popular = True
        else:
            raise BankError(f"{where}: {word!r} is no tag.")
    return _Tags(sentiment, tuple(bands), language, tuple(kinds), popular)


def _tokens(body: str, where: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of the body: kind is a structural mark ``[ ] |`` or ``w`` for words."""
    words, escaped = "", False
    for mark in body:
        if escaped:
            if mark not in ESCAPES:
                raise BankError(f"{where}: '\\{mark}' is no escape.")
            words += ESCAPES[mark]
            escaped = False
        elif mark == "\\":
            escaped = True
        elif mark in "[]|":
            if words:
                yield "w", words
            yield mark, mark
            words = ""
        else:
            words += mark
    if escaped:
        raise BankError(f"{where}: the line ends in a lone backslash.")
    if words:
        yield "w", words


def _pieces(
    tokens: list[tuple[str, str]],
    where: str,
    section: _Section,
    sentiment: str | None,
    themes: Collection[str],
    screens: Collection[str],
) -> Iterator[Piece]:
    if not any(kind == "[" for kind, _ in tokens):
        if any(kind != "w" for kind, _ in tokens):
            raise BankError(f"{where}: ']' or '|' outside brackets.")
        if sentiment is None or section.theme is None:
            raise BankError(f"{where}: a text without brackets needs a sentiment tag and a theme above it.")
        yield from _whole("".join(text for _, text in tokens), section, sentiment)
        return
    if sentiment is not None:
        raise BankError(f"{where}: a text with brackets has no sentiment tag.")
    inside: list[str] | None = None
    for kind, text in tokens:
        if kind == "[" and inside is None:
            inside = [""]
        elif kind == "|" and inside is not None:
            inside.append("")
        elif kind == "]" and inside is not None:
            yield _opinion(inside, where, section, themes, screens)
            inside = None
        elif kind != "w":
            raise BankError(f"{where}: unexpected {kind!r}.")
        elif inside is None:
            yield Piece(text)
        else:
            inside[-1] += text
    if inside is not None:
        raise BankError(f"{where}: a bracket is not closed.")


def _whole(text: str, section: _Section, sentiment: str) -> Iterator[Piece]:
    words = text.rstrip(END_MARKS) or text
    yield Piece(words, section.theme, sentiment, section.screen)
    if text[len(words) :]:
        yield Piece(text[len(words) :])


def _opinion(
    fields: list[str], where: str, section: _Section, themes: Collection[str], screens: Collection[str]
) -> Piece:
    words, *rest = fields
    if not words.strip() or words != words.strip():
        raise BankError(f"{where}: an opinion may not be empty nor start or end in a blank: {words!r}.")
    theme, screen = section.theme, section.screen
    if len(rest) in (2, 3):
        theme, screen = rest[0], rest[2] if len(rest) == 3 else None
    mark = rest[0] if len(rest) == 1 else rest[1] if len(rest) in (2, 3) else ""
    if theme not in themes:
        raise BankError(f"{where}: there is no theme {theme!r}.")
    if mark not in SENTIMENTS:
        raise BankError(f"{where}: the sentiment of {words!r} must be one of + - 0.")
    if screen is not None and screen not in screens:
        raise BankError(f"{where}: there is no screen {screen!r}.")
    return Piece(words, theme, mark, screen)


def _bands_of(pieces: tuple[Piece, ...]) -> tuple[str, ...]:
    """Bands for a text without band tags: by its only sentiment, or by the one that clearly outweighs."""
    signs = [piece.sentiment for piece in pieces if piece.theme and piece.sentiment != "0"]
    balance = signs.count("+") - signs.count("-")
    if len(set(signs)) == 1 or (balance and len(signs) > 2):
        return DEFAULT_BANDS["+" if balance > 0 else "-"]
    return BANDS


def slot_names(text: str) -> list[str]:
    """Names of the ``{slots}`` in a text; doubled braces are literal ones."""
    return re.findall(r"\{(\w+)\}", text.replace("{{", "").replace("}}", ""))
