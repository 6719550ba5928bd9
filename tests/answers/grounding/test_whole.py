"""The check as a whole: never raises, decides alike each time, passes our own writer, holds on labelled ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.answers import sentences
from analyst.answers.facts import Claim, FactBook, Pack
from analyst.answers.grounding import check, grounded_of, keep_grounded, report
from analyst.core.query import where_text
from analyst.core.values import Estimate
from analyst.findings.types import LedgerTerm, Movement, SegmentFinding, ThemeFinding
from eval.sentences import FOLDER, measure
from tests.answers.grounding.small_pack import PACK, rules_of

_PIECES = st.sampled_from(
    ["NPS", "fell", "13.3", "points", "−", "+10.0", "“", "”", '"', "'", "(", ")", "to", "from", "between", "and",
     "Can't pay", "Android", "4.2.0", "2026-W46", "2026-W99", "99 November", "half", "twice", "1/0", "0 in 0", "…", "%",
     "×", "<b>", "\u200b", "\u202e", "\x00", "½", "٣", "f1", "[f1]", "fix-00000000", "none", "all", "the rest",
     ";", ":", ",", "W0",
     "week 99", "February 31", "1" * 40, "9" * 400, "a" * 300, "一二三", "ß", "İ"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=24).map(" ".join) | st.text(max_size=120))
@settings(max_examples=150)
def test_no_text_makes_it_raise_and_it_says_the_same_twice(text: str) -> None:
    claim = Claim(text, ("f1", "f2", "f3"), ("r1",))
    assert check(claim, PACK) == check(claim, PACK)


def test_what_is_kept_and_what_is_refused() -> None:
    good, bad = Claim("NPS fell 13.3 points.", ("f1",)), Claim("NPS fell 14.3 points.", ("f1",))
    kept, refused = keep_grounded([good, bad], PACK)
    assert kept == [good] and [one.claim for one in refused] == [bad]
    assert "14.3" in str(refused[0])
    assert grounded_of([good], [good]) == "full"
    assert grounded_of([good, bad], [good]) == "partial"
    assert grounded_of([good, bad, bad], [good]) == "extractive"
    assert grounded_of([], []) == "extractive"


def test_the_report_counts_by_rule() -> None:
    made = [Claim("NPS fell 13.3 points.", ("f1",)), Claim("NPS fell 14.3 points.", ("f1",)), Claim("It is so.")]
    made.append(Claim("“made up words here”", ("f3",), ("r1",)))
    found = report(made, PACK)
    assert (found.claims, found.refused, found.numbers, found.quotes) == (4, 3, 2, 1)
    assert found.unsupported == 0.75
    assert (found.citation_validity, found.number_validity, found.quote_validity) == (0.75, 0.5, 0.0)
    assert report([], PACK).unsupported is None


def test_a_group_that_the_whole_pack_is_about_need_not_be_named() -> None:
    book = FactBook("2026-W46", "", "platform = android")
    book.add_estimate("NPS: change −5.0", Estimate(-5.0, -9.0, -1.0, 400), of="change", direction="down")
    pack = Pack(book.facts, {}, frozenset({"android", "ios"}))
    assert check(Claim("NPS fell 5.0 points.", ("f1",)), pack) == ()
    assert check(Claim("Android users' NPS fell 5.0 points.", ("f1",)), pack) == ()
    assert check(Claim("NPS on iOS fell 5.0 points.", ("f1",)), pack)


_numbers = st.floats(-80, 80).map(lambda x: round(x, 3))
_widths = st.floats(0.2, 30)


@st.composite
def _movements(draw: st.DrawFn) -> Movement:
    def estimate(value: float, n: int) -> Estimate:
        half = draw(_widths)
        return Estimate(value, value - half, value + half, n)

    now = estimate(draw(_numbers), draw(st.integers(30, 9000)))
    before = estimate(draw(_numbers), draw(st.integers(30, 9000)))
    change = estimate(now.value - before.value, now.n + before.n)
    verdict = "moved" if change.excludes_zero() else draw(st.sampled_from(["noise", "masked", "too_little_data"]))
    effect = estimate(draw(_numbers.filter(lambda x: abs(x) > 0.1)), 40)
    where = (("app_version", "4.2.0"), ("platform", "android"))
    part = draw(_numbers)
    terms = [
        LedgerTerm("segment", "a group", part, part - 2, part + 3, where),
        LedgerTerm("common", "everybody", change.value - part, -9.0, 9.0),
    ]
    found = SegmentFinding(where, effect, draw(st.floats(0.01, 0.99)), part, draw(st.integers(2, 500)), 0.01)
    return Movement(
        draw(st.sampled_from(["nps", "csat", "ces"])), "2026-W46", "2026-W42..2026-W45", (),
        verdict,  # type: ignore[arg-type]
        draw(st.sampled_from(["broad", "concentrated", "mix_only"])) if verdict == "moved" else None,
        change, now, before,
        draw(st.floats(1, 39)), draw(st.none() | st.integers(40, 90000)), terms, [found], found.checked,
    )  # fmt: skip


@given(_movements())
@settings(max_examples=60)
def test_the_extractive_headline_of_any_movement_stands(movement: Movement) -> None:
    book = FactBook(movement.window, "", baseline=movement.baseline)
    claims = sentences.headline(movement, book)
    names = frozenset({"4.2.0", "android", "ios", "Search"})
    assert [str(one) for one in keep_grounded(claims, Pack(book.facts, {}, names))[1]] == []


@given(st.floats(0.001, 0.9), st.floats(0.001, 0.9), st.floats(0.001, 0.2), _numbers, _widths, st.booleans())
@settings(max_examples=60)
def test_the_extractive_sentence_of_any_theme_stands(
    share: float, before: float, half: float, gap: float, width: float, is_new: bool
) -> None:
    trend = Estimate(share - before, share - before - half, share - before + half, 500, "share")
    theme = ThemeFinding(
        "t1", "Slots gone by 9", "discovered", 40, Estimate(share, share / 2, min(1.0, share * 1.5), 500, "share"),
        Estimate(before, before / 2, min(1.0, before * 1.5), 900, "share"), trend,
        Estimate(gap, gap - width, gap + width, 500), None, None, is_new=is_new,
    )  # fmt: skip
    book = FactBook("2026-W46", "", baseline="2026-W42..2026-W45")
    claim = sentences.theme_claim(theme, book)
    assert [fault.message for fault in check(claim, Pack(book.facts, {}, frozenset({theme.label})))] == []


@pytest.mark.parametrize(
    "asked", [{}, {"metric": "csat"}, {"month": "2026-10"}, {"where": ["platform=android"]}, {"week": "2026-W44"}]
)
def test_every_sentence_of_the_sample_companys_digest_stands(sample_workspace: Path, asked: dict[str, object]) -> None:
    from analyst.answers.digest import write_digest
    from analyst.cli.reading import Asked

    digest = write_digest(Asked(workspace=sample_workspace, **asked).open().everything())  # type: ignore[arg-type]
    assert digest.dropped == []
    assert digest.headline


def test_no_headline_is_refused_in_any_week_for_any_metric(sample_workspace: Path) -> None:
    from datetime import date, timedelta

    from analyst.answers.digest import citable_names
    from analyst.cli.reading import Asked

    opened = Asked(workspace=sample_workspace).open().everything()
    names = frozenset(citable_names(opened))
    first = date.fromisoformat(str(opened.first_day))
    weeks = {(first - timedelta(days=7 * back)).isocalendar() for back in range(14)}
    refused: list[str] = []
    told = 0
    for metric in ("nps", "csat", "ces"):
        for week in sorted(weeks):
            label = f"{week.year}-W{week.week:02d}"
            movement = Asked(workspace=sample_workspace, metric=metric, week=label).open().movement
            book = FactBook(movement.window, "", where_text(movement.where), movement.baseline)
            made = sentences.headline(movement, book)
            assert made, f"{metric} in {label}"
            told += len(made)
            refused += map(str, keep_grounded(made, Pack(book.facts, {}, names))[1])
    assert refused == [] and told >= 42


def test_a_digest_says_when_its_headline_did_not_stand() -> None:
    from analyst.answers.digest import NO_HEADLINE, opening_claims

    verdict, where = Claim("NPS fell.", ("f1",), part="verdict"), Claim("On Android.", ("f2",), part="who")
    sure = Claim("7.8 points could be seen.", ("f3",), part="sure")
    assert opening_claims([verdict, where, sure], [verdict, where, sure]) == [verdict, where]
    left = opening_claims([verdict, where, sure], [where, sure])
    assert [claim.text for claim in left] == [NO_HEADLINE, "On Android."]
    assert opening_claims([verdict], [])[0].text == NO_HEADLINE
    assert left[0].facts == ("f1",)
    assert check(left[0], PACK) == ()


def test_a_screens_name_keeps_its_capitals(sample_workspace: Path) -> None:
    from analyst.answers.digest import write_digest
    from analyst.cli.reading import Asked

    digest = write_digest(Asked(workspace=sample_workspace).open().everything())
    told = {key.split("|")[0]: claim.text for key, claim in digest.screen_claims.items()}
    assert told and all(f" on {screen}: " in text and text[0].isupper() for screen, text in told.items())


def test_labelled_sentences_of_the_development_half() -> None:
    found = measure(FOLDER / "dev.jsonl")
    assert found.caught.n >= 100 and found.passed.n >= 100
    assert (found.caught.share or 0) >= 0.98, [one.claim.text for one in found.missed]
    assert (found.passed.share or 0) >= 0.98, [one.claim.text for one, _ in found.refused]


def test_a_check_that_lets_everything_pass_would_be_seen() -> None:
    assert rules_of("Because of Peru 99% of everybody definitely left.", "f1") >= {"causes", "numbers", "certainty"}
