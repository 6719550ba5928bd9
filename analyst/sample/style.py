"""How people type: no capitals, no full stop, slips of the finger, emoji. Opinions keep their words."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from analyst.sample.markup import Piece

HAPPY = ("😊", "👍", "❤️", "🙌", "🍓")
CROSS = ("😡", "🙄", "👎", "🤷", "😤")
LOWER, NO_STOP, SLIP, EMOJI, BANGS, GAP, SHOUT = 0.13, 0.12, 0.07, 0.035, 0.02, 0.03, 0.008


def restyle(pieces: Sequence[Piece], rng: np.random.Generator) -> list[Piece]:
    """The same pieces as a hasty person might type them; same themes, same order, never an empty opinion."""
    chance = rng.random(7)
    out = list(pieces)
    words = sum(len(piece.text.split()) for piece in out)
    if chance[6] < SHOUT and words < 25:
        out = _each(out, str.upper)
    elif chance[0] < LOWER:
        out = _each(out, str.lower)
    if chance[2] < SLIP:
        out = _slip(out, rng)
    if chance[5] < GAP:
        spot = int(rng.integers(len(out)))
        out[spot] = replace(out[spot], text=out[spot].text.replace(" ", "  ", 1))
    if chance[1] < NO_STOP and not out[-1].theme and out[-1].text.strip() in {".", "!"}:
        out = out[:-1]
    if chance[4] < BANGS:
        stopped = not out[-1].theme and out[-1].text.strip() == "."
        out = [*(out[:-1] if stopped else out), Piece("!!")]
    if chance[3] < EMOJI:
        cross = sum({"+": 1, "-": -1}.get(p.sentiment, 0) for p in out if p.theme) < 0
        faces = CROSS if cross else HAPPY
        out.append(Piece(" " + faces[int(rng.integers(len(faces)))]))
    return out


def _each(pieces: Sequence[Piece], change: Callable[[str], str]) -> list[Piece]:
    return [replace(piece, text=change(piece.text)) for piece in pieces]


def _slip(pieces: Sequence[Piece], rng: np.random.Generator) -> list[Piece]:
    """Two neighbouring letters swapped, or one lost, inside one long word."""
    out = list(pieces)
    spots = [
        (number, position)
        for number, piece in enumerate(out)
        for position, word in enumerate(piece.text.split(" "))
        if len(word) > 5 and word.isalpha()
    ]
    if not spots:
        return out
    number, position = spots[int(rng.integers(len(spots)))]
    words = out[number].text.split(" ")
    word = words[position]
    at = 1 + int(rng.integers(len(word) - 3))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[position] = swapped if rng.random() < 0.6 else word[:at] + word[at + 1 :]
    out[number] = replace(out[number], text=" ".join(words))
    return out
