"""Word lists that ship with the package, kept as text so that a person can read and mend them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("lexicon")


def _sections(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            current = found.setdefault(text[1:-1], [])
        elif text and not text.startswith("# "):
            current.append(text)
    return found


@lru_cache(maxsize=16)
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """The lists of single words in lexicon/`name`.txt, by section."""
    return {section: frozenset(" ".join(lines).split()) for section, lines in _sections(name).items()}


@lru_cache(maxsize=16)
def phrase_lists(name: str) -> dict[str, frozenset[str]]:
    """The lists of whole phrases (parted by `|`) in lexicon/`name`.txt, by section."""
    return {section: frozenset("|".join(lines).split("|")) for section, lines in _sections(name).items()}


def pattern(name: str, section: str) -> str:
    """The regular expressions of a section of lexicon/`name`.txt, a line each, as one alternation."""
    return "|".join(_sections(name)[section])


def lines(name: str, section: str) -> list[str]:
    """The lines of a section of lexicon/`name`.txt, in order."""
    return list(_sections(name)[section])
