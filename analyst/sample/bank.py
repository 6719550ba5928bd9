"""The bank of hand-written texts, read from the ``bank/`` folder beside this file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from analyst.sample.catalogue import SCREENS, STORY, THEME_NAMES
from analyst.sample.markup import BankError, Verbatim, parse_verbatims, slot_names
from analyst.sample.slots import SLOTS

SUMMARY_SLOTS = ("n", "phone", "item", "version", "hour")
# Screens have no blanks in the bank's @theme lines.
FILES = {"summaries.txt", "tickets.txt", "extras.txt"}


@dataclass(frozen=True)
class TicketText:
    """A ticket's subject and body, and its theme."""

    theme: str
    subject: str
    body: str


@dataclass(frozen=True)
class Bank:
    """All texts of the sample company.

    ``summaries`` maps a story's name, or ``neutral``, to its session summaries; ``extras`` are sentences with
    personal data in them that get appended to a few comments.
    """

    verbatims: tuple[Verbatim, ...]
    summaries: Mapping[str, tuple[str, ...]]
    tickets: tuple[TicketText, ...]
    extras: tuple[str, ...]


@cache
def load_bank() -> Bank:
    """The bank that ships.

    Raises:
        BankError: when a line breaks the format, naming file and line.
    """
    folder = files("analyst.sample") / "bank"
    texts = {item.name: item.read_text("utf-8").splitlines() for item in folder.iterdir() if item.name.endswith(".txt")}
    verbatims = [
        verbatim
        for name in sorted(set(texts) - FILES)
        for verbatim in parse_verbatims(texts[name], name, THEME_NAMES, SCREENS, SLOTS)
    ]
    return Bank(
        tuple(verbatims),
        parse_summaries(texts["summaries.txt"], "summaries.txt"),
        tuple(parse_tickets(texts["tickets.txt"], "tickets.txt")),
        tuple(text for _, text in _rows(texts["extras.txt"], "extras.txt", SLOTS)),
    )


def parse_summaries(lines: Iterable[str], source: str) -> dict[str, tuple[str, ...]]:
    """Session summaries by story: ``@story NAME`` lines, then one summary a line.

    Raises:
        BankError: on an unknown story or slot, or a summary before the first story.
    """
    found: dict[str, list[str]] = {}
    story = ""
    for where, line in _rows(lines, source, SUMMARY_SLOTS):
        if line.startswith("@"):
            story = line.removeprefix("@story ").strip()
            if story not in STORY and story != "neutral":
                raise BankError(f"{where}: there is no story {story!r}.")
            found[story] = []
        elif not story:
            raise BankError(f"{where}: a summary before the first @story.")
        else:
            found[story].append(line)
    return {name: tuple(texts) for name, texts in found.items()}


def parse_tickets(lines: Iterable[str], source: str) -> Iterator[TicketText]:
    """Tickets: ``@theme NAME`` lines, then ``subject || body``.

    Raises:
        BankError: on an unknown theme or slot, or a line without both parts.
    """
    theme = ""
    for where, line in _rows(lines, source, SLOTS):
        if line.startswith("@"):
            theme = line.removeprefix("@theme ").strip()
            if theme not in THEME_NAMES:
                raise BankError(f"{where}: there is no theme {theme!r}.")
            continue
        subject, bars, body = line.partition(" || ")
        if not (theme and bars and subject.strip() and body.strip()):
            raise BankError(f"{where}: expected 'subject || body' under a @theme.")
        yield TicketText(theme, subject.strip(), body.strip().replace("\\n", "\n"))


def _rows(lines: Iterable[str], source: str, slots: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(file:line, text) of the lines that are neither blank nor comments; slots checked."""
    known = set(slots)
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        unknown = set(slot_names(line)) - known
        if unknown:
            raise BankError(f"{source}:{number}: there is no slot {', '.join(sorted(unknown))}.")
        yield f"{source}:{number}", line
