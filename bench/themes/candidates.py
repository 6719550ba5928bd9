"""Every place where a sentence might be cut, for the experiments of `bench.themes.opinions`: not the product's way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from analyst.themes.clauses import sentences
from analyst.themes.polarity import polarity
from analyst.themes.words import content_tokens, tokens

_PLACES = re.compile(
    r"[,\s(–—-]\s*\b(?=(?:but|however|although|though|yet|while|whereas|except|because|also|plus|then|please|and|or|with|"
    r"so|when|which|if|unfortunately|sadly)\b)|,\s+",
    re.IGNORECASE,
)
_LEAST = 2  # content words on each side of a cut


@dataclass(frozen=True)
class Segments:
    """A sentence in pieces, from each candidate place to the next."""

    texts: list[str]


def segments(text: str) -> list[Segments]:
    """The sentences of `text`, each cut at every candidate that leaves a content word on both sides."""
    found = []
    for start, end in sentences(text):
        marks = [start]
        for match in _PLACES.finditer(text, start, end):
            if _weight(text[marks[-1] : match.end()]) and _weight(text[match.end() : end]):
                marks.append(match.end())
        found.append(Segments([text[a:b].strip() for a, b in zip(marks, [*marks[1:], end], strict=True)]))
    return found


def units(pieces: list[Segments], near: list[list[float]], apart: Callable[[float], bool]) -> list[str]:
    """Pieces joined again, but for the places where both sides hold two content words and either praise turns into
    complaint or `apart` says so of their cosine."""
    made = []
    for sentence, cosines in zip(pieces, near, strict=True):
        held = sentence.texts[0]
        for piece, cosine in zip(sentence.texts[1:], cosines, strict=True):
            flips = polarity(held) * polarity(piece) < -0.02
            if min(_weight(held), _weight(piece)) >= _LEAST and (flips or apart(cosine)):
                made.append(held)
                held = piece
            else:
                held = f"{held} {piece}"
        made.append(held)
    return [one for one in made if one]


def _weight(text: str) -> int:
    return len(content_tokens(tokens(text), "en"))
