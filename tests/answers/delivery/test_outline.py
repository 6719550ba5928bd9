"""What a digest holds: what moved with chance over all themes allowed for, few quotes, and little in a quiet week."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.answers import html, markdown, plain
from analyst.answers.blocks import Card, Points, Told, all_quotes
from analyst.answers.digest import Digest
from analyst.answers.moves import holding, theme_moves
from analyst.answers.outline import first_sentence, outline
from analyst.answers.quota import MOST, deal_quotes
from analyst.core.values import Estimate, Quote
from analyst.findings.types import ThemeFinding
from analyst.metrics import share_difference

START = datetime(2026, 11, 9, tzinfo=UTC)


def _theme(name: str, now: int, n_now: int, before: int, n_before: int, is_new: bool = False) -> ThemeFinding:
    low, high = share_difference(now / n_now, n_now, before / n_before, n_before)
    share, share_before = Estimate(now / n_now, None, None, n_now, "share"), Estimate(before / n_before, 0, 1, n_before)
    trend = Estimate(share.value - share_before.value, low, high, n_now + n_before, "share")
    return ThemeFinding(name, name, "discovered", now, share, share_before, trend, None, None, None, is_new=is_new)


def test_a_week_in_which_nothing_happened_names_no_theme() -> None:
    """The control is for false discoveries: in no more than about one such week in twenty is any theme named."""
    random = np.random.default_rng(7)
    named = single = 0
    for _ in range(200):
        themes = [
            _theme(str(i), random.binomial(500, p), 500, random.binomial(2000, p), 2000)
            for i, p in enumerate(random.uniform(0.01, 0.12, 40))
        ]
        named += bool(theme_moves(themes, {}, START).any)
        single += any(theme.trend.excludes_zero() for theme in themes)
    assert named / 200 < 0.1
    assert single / 200 > 0.5  # what would be named without the control


def test_what_did_move_is_named_by_how() -> None:
    themes = [
        _theme("up", 60, 500, 60, 2000),
        _theme("down", 20, 500, 200, 2000),
        _theme("gone", 1, 500, 160, 2000),
        _theme("fresh", 12, 500, 0, 2000, is_new=True),
        _theme("born", 6, 500, 0, 2000),
        _theme("rare", 2, 500, 0, 2000),
        _theme("same", 25, 500, 100, 2000),
    ]
    moves = theme_moves(themes, {"born": START + timedelta(days=1), "rare": START, "same": START}, START)
    found = {kind: [t.label for t in getattr(moves, kind)] for kind in ("rising", "falling", "new", "quiet")}
    assert found == {"rising": ["up"], "falling": ["down"], "new": ["fresh", "born"], "quiet": ["gone"]}
    assert moves.looked_at == 7


def test_nothing_is_new_where_nobody_commented_before() -> None:
    moves = theme_moves([_theme("a", 50, 500, 0, 10, is_new=True)], {"a": START}, START)
    assert moves.any == []


def test_the_control_keeps_all_below_its_last_discovery() -> None:
    sure, weak, none = Estimate(1.0, 0.7, 1.3, 9), Estimate(1.0, 0.1, 1.9, 9), Estimate(0.1, -1.0, 1.2, 9)
    assert holding([sure, weak, none]) == [True, True, False]
    assert holding([weak, none, none]) == [False, False, False]
    assert holding([]) == []
    assert holding([Estimate(0.5, None, None, 3)]) == [False]


QUOTES = st.lists(
    st.builds(
        Quote,
        text=st.text(alphabet="abc de", min_size=1, max_size=30),
        response_id=st.sampled_from([f"r{i}" for i in range(12)]),
        score=st.just(3.0),
        at=st.none(),
    ),
    max_size=6,
)


@given(st.dictionaries(st.text("xyz", min_size=1, max_size=3), QUOTES, max_size=12), st.integers(0, 15))
def test_no_more_quotes_than_asked_for_and_no_response_twice(subjects: dict[str, list[Quote]], most: int) -> None:
    dealt = deal_quotes(subjects, most)
    every = [quote for quotes in dealt.values() for quote in quotes]
    assert len(every) <= most and all(len(quotes) <= 2 for quotes in dealt.values())
    assert len({quote.response_id for quote in every}) == len(every)
    assert all(quote in subjects[subject] for subject, quotes in dealt.items() for quote in quotes)


def test_every_subject_is_heard_before_one_is_heard_twice() -> None:
    words = ["freezing when I pay", "slow parcel every time", "rude chat agent again", "price went up twice"]
    subjects = {
        name: [Quote(f"{words[2 * i + j]} here", f"{name}{j}", 1.0, None) for j in range(2)]
        for i, name in enumerate("ab")
    }
    assert {name: len(quotes) for name, quotes in deal_quotes(subjects, 3).items()} == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        (["The app freezes when I pay", "the app freezes, when I pay!"], ["0"]),
        (["My mail is [email-1], order 8.", "nobody answers the chat"], ["1"]),
        (["No.", "nobody answers the chat"], ["1"]),
        (["No."], ["0"]),
    ],
)
def test_a_quote_that_says_nothing_new_gives_way(texts: list[str], taken: list[str]) -> None:
    quotes = [Quote(text, str(place), 1.0, None) for place, text in enumerate(texts)]
    assert [quote.response_id for quote in deal_quotes({"a": quotes})["a"]] == taken


def test_a_digest_has_few_quotes_and_no_response_twice(digest: Digest, quiet_digest: Digest) -> None:
    for one in (digest, quiet_digest):
        shown = [quote for section in outline(one) for quote in all_quotes(section.blocks)]
        assert len(shown) <= MOST
        assert len({quote.response_id for quote in shown}) == len(shown)
    assert any(all_quotes(section.blocks) for section in outline(digest))


def test_the_verdict_comes_first_and_the_facts_last(digest: Digest) -> None:
    sections = outline(digest)
    first = sections[0].blocks[0]
    assert isinstance(first, Told) and first.text == digest.headline[0].text and first.style == "lead"
    assert [section.key for section in sections[:3]] == ["verdict", "ledger", "fixes"]
    assert sections[-1].key == "facts" and outline(digest, short=True)[-1].key == "sure"


def test_a_quiet_week_is_told_briefly(digest: Digest, quiet_digest: Digest) -> None:
    assert len(plain.render(quiet_digest)) < 0.5 * len(plain.render(digest))
    assert "list stands" in plain.render(quiet_digest)
    keys = {section.key for section in outline(quiet_digest)}
    assert "ledger" not in keys
    fixes = next(section for section in outline(quiet_digest) if section.key == "fixes")
    assert not any(isinstance(block, Card) for block in fixes.blocks)


def test_every_cited_fact_is_listed_on_the_page(digest: Digest) -> None:
    facts = next(section for section in outline(digest) if section.key == "facts").blocks[0]
    assert isinstance(facts, Points)
    listed = {item.label for item in facts.items}
    cited = {fact for claim in (*digest.headline, *digest.theme_claims.values()) for fact in claim.facts}
    assert cited <= listed


@pytest.mark.parametrize("width", [50, 78, 110])
def test_plain_text_keeps_to_its_width_and_has_no_markup(digest: Digest, width: int) -> None:
    text = plain.render(digest, width)
    assert max(map(len, text.splitlines())) <= width
    assert "**" not in text and "<" not in text and "\x1b" not in text
    assert "\n\n\n" not in text


def test_text_from_outside_is_only_shown_by_every_form() -> None:
    evil = "[x](http://evil.example) <script>alert(1)</script> *b* `c` | # - http://evil.example a\x1b[31m\u202e"
    shown = markdown.escape(evil)
    assert "<script" not in shown and not re.search(r"(?<!\\)\]\(", shown) and "://" not in shown
    assert "\x1b" not in plain.clean(evil) and "\u202e" not in plain.clean(evil)
    assert html.environment().from_string("{{ x }}").render(x=evil).count("<") == 0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Fix it. Then look.", "Fix it."),
        ("Keep Payment on 4.2.0 from freezing. Done.", "Keep Payment on 4.2.0 from freezing."),
        ("They say “It broke. Again.” and more. End.", "They say “It broke. Again.” and more."),
        ("One", "One"),
    ],
)
def test_the_first_sentence_is_a_whole_one(text: str, first: str) -> None:
    assert first_sentence(text) == first
