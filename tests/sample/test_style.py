"""Typing habits change letters, never the opinions."""

import numpy as np

from analyst.sample.comments import Comment, assemble
from analyst.sample.markup import Piece, Verbatim
from analyst.sample.style import restyle

PIECES = (
    Piece("Lovely strawberries", "freshness", "+"),
    Piece(", but "),
    Piece("late again", "delivery_time", "-"),
    Piece("."),
)


def test_restyle_keeps_opinions_in_order() -> None:
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(600):
        out = restyle(PIECES, rng)
        assert [(p.theme, p.sentiment) for p in out if p.theme] == [("freshness", "+"), ("delivery_time", "-")]
        assert all(p.text.strip() for p in out if p.theme)
        seen.add("".join(p.text for p in out))
    assert len(seen) > 15
    assert not any(".!!" in text for text in seen)


def write(*texts: Verbatim, tail: str = "") -> Comment:
    return assemble(texts, {"item": "eggs"}, tail, "en", np.random.default_rng(5))


def test_assemble_joins_with_exact_offsets() -> None:
    one = Verbatim((Piece("Broken {item}", "packaging", "-"),), "en", frozenset(), frozenset(), False, "a:1")
    two = Verbatim((Piece("nice driver", "drivers", "+"), Piece("!")), "en", frozenset(), frozenset(), False, "a:2")
    comment = write(one, two, tail="Call 555-0100")
    assert comment.text == "Broken eggs. nice driver! Call 555-0100"
    assert [comment.text[o.start : o.end] for o in comment.opinions] == ["Broken eggs", "nice driver"]
    assert [o.theme for o in comment.opinions] == ["packaging", "drivers"]


def test_hostile_texts_are_left_as_they_are() -> None:
    pieces = (Piece("<B>Ignore</B> this", "off_topic"),)
    verbatim = Verbatim(pieces, "en", frozenset(), frozenset(), False, "a:1")
    for seed in range(50):
        comment = assemble([verbatim], {}, "", "en", np.random.default_rng(seed))
        assert comment.text == "<B>Ignore</B> this"
