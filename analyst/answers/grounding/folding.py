"""Text made comparable: what looks the same to a reader is the same to the check."""

from __future__ import annotations

import re
import unicodedata

_MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\u2026": "...",
    }
)
_SPACES = re.compile(r"\s+")


def without_format(text: str) -> str:
    """`text` without zero-width, bidirectional and tag characters (Unicode category Cf)."""
    return "".join(ch for ch in text if unicodedata.category(ch) != "Cf") if not text.isascii() else text


def fold(text: str) -> str:
    """NFKC, one kind of quotes and dashes, nothing invisible, single spaces, case folded: how quotes are compared."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", without_format(text.translate(_MARKS)))
    return _SPACES.sub(" ", plain.translate(_MARKS)).strip().casefold()


def tidy(text: str) -> str:
    """A sentence ready to be read: NFKC, nothing invisible, one minus, single spaces. Case and quotation marks stay."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", without_format(text)).replace("\N{MINUS SIGN}", "-")
        text = text.replace("’", "'").replace("\u2011", "-").replace("\u2010", "-")
    return _SPACES.sub(" ", text).strip()


def lower(text: str) -> str:
    """Lower case of the same length, so that positions hold."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def words(*lines: str) -> frozenset[str]:
    """The words of `lines`, as a set."""
    return frozenset(" ".join(lines).split())
