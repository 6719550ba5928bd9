"""What a fix says: what to do, where, since when, what shows it, when it is done; never a cause, never a platitude."""

from dataclasses import replace

import pytest

from analyst.core.values import Estimate, Quote
from analyst.findings import ScreenFriction, SegmentLift, ThemeName
from analyst.fixes import wording
from analyst.fixes.began import Began
from analyst.fixes.candidates import Candidate
from analyst.fixes.lift import Lift
from analyst.fixes.suggested import Suggested
from analyst.fixes.types import Overlap
from tests.fixes.shop import query

WHERE = (("app_version", "4.2.0"), ("platform", "android"))
NAMES = {"cards": ThemeName("cards", "Card declined", "discovered")}
NOBODY = Suggested(0, [])


def friction(signal: str, now: float, before: float, inside: float | None = 0.9) -> ScreenFriction:
    segment = SegmentLift(WHERE, Estimate(40, 20, 60, 300, "ratio"), inside or 0.0, 0.007, True)
    return ScreenFriction(
        "Payment", signal, 1000, 200, Estimate(now, None, None, 1000, "share"),
        Estimate(before, None, None, 4000, "share"), Estimate(now - before, None, None, 5000, "share"), None,
        [segment] if inside else [],
    )  # fmt: skip


CANDIDATE = Candidate(
    screen="Payment", signals=("rage_tap", "ui_freeze"), themes=("cards",), where=WHERE, grade="A", gap=-40.0,
    error=6.0, share=0.2, lift=Lift(4.0, 0.7), interval=Estimate(4.0, 2.6, 5.4, 170),
    frictions=(friction("ui_freeze", 0.32, 0.003), friction("rage_tap", 0.35, 0.004)),
    began=Began(WHERE, "app_version", "4.2.0", "4.1.2", None),
)  # fmt: skip


def test_a_trouble_of_a_release() -> None:
    since = wording.since(CANDIDATE.began, "9 Nov")
    assert (
        since == "4.2.0 (9 Nov)"
        and wording.since(CANDIDATE.began, None) == "4.2.0"
        and wording.since(None, "x") is None
    )
    assert wording.title(CANDIDATE, NAMES, since) == (
        "Payment on Android 4.2.0: the screen freezes and taps go unanswered, since 4.2.0 (9 Nov)"
    )
    said = Suggested(7, [Quote("keep my card details.", "r1", 3.0, None)])
    text = wording.action(CANDIDATE, query(), NAMES, since, said, "Card declined, then it froze.", 5)
    assert text == (
        "On Android 4.2.0, keep Payment from freezing and make it answer the first tap. Sessions show it: “Card "
        "declined, then it froze”. There 90% of the visits meet rage taps, 0.7% elsewhere, 0.4% before 4.2.0 (9 Nov): "
        "start from what changed on Payment after 4.1.2. Done when at most 0.4% of those visits do. 7 customers "
        "suggest what to do, such as “keep my card details”. Begin with the 5 sessions listed."
    )


def test_a_standing_trouble_is_done_when_it_is_as_elsewhere() -> None:
    standing = replace(CANDIDATE, began=None)
    text = wording.action(standing, query(), NAMES, None, NOBODY, None, 1)
    assert "since" not in wording.title(standing, NAMES) and "Done when at most 0.7% of those visits do." in text
    assert text.endswith("Begin with the session listed.")
    everywhere = replace(standing, where=(), frictions=(friction("error", 0.12, 0.13, None),), signals=("error",))
    text = wording.action(everywhere, query(), NAMES, None, NOBODY, None, 0)
    assert text == (
        "Clear the errors on Payment. 12% of the 1,000 visits meet errors (13% before). Done when at most 6.0% of "
        "those visits do."
    )


def test_the_check_after_shipping_has_the_same_goal() -> None:
    text = wording.verification(CANDIDATE, query(), 80.0**2, 1000)
    assert text.startswith(
        "First rage taps on Payment (Android 4.2.0) should fall from 90% to 0.4% of visits: 20 visits"
    )
    assert "a lift of 4.0 points needs" in text
    tiny = wording.verification(replace(CANDIDATE, lift=Lift(0.1, 0.1)), query(), 80.0**2, 1000)
    assert "will not show a lift this small" in tiny


@pytest.mark.parametrize("watched", [True, False])
def test_a_complaint_says_what_is_missing(watched: bool) -> None:
    said = replace(CANDIDATE, grade="C", screen=None, signals=(), frictions=(), where=(), began=None)
    assert wording.title(said, NAMES) == "“Card declined”: 170 answers complain, no session shows where"
    text = wording.action(said, query(), NAMES, None, NOBODY, None, 0, watched=watched)
    assert ("import sessions" in text) is not watched
    assert ("record in sessions" in text) is watched


def test_what_is_only_heard_most_says_that_it_may_be_chance() -> None:
    said = replace(CANDIDATE, grade="C", screen=None, signals=(), frictions=(), where=(), began=None, heard=True)
    told = (
        "Heard most, “Card declined”: 170 answers mention it and score lower, maybe by chance, no session shows where"
    )
    assert wording.title(said, NAMES) == told
    assert "rests on 170 answers" in wording.action(said, query(), NAMES, None, NOBODY, None, 0)
    assert "may be chance" in wording.action(said, query(), NAMES, None, NOBODY, None, 0)
    facts = wording.facts(said, query(), NAMES)
    assert "by chance" in facts[0] and "n = 170" in facts[0] and facts[1] == "How many meet it is unknown."


def test_an_overlap_in_one_sentence() -> None:
    fact = wording.overlap_fact(Overlap("fix-1", 0.64, Estimate(3.1, 1.0, 5.2, 80), 4.0), 1)
    assert fact == (
        "64% of those who meet it meet that of fix 1 too: together +3.1 points (95% interval +1.0 to +5.2, n = 80), "
        "their sum +4.0."
    )


def test_unknown_signals_and_platforms_are_read_as_they_are() -> None:
    odd = replace(CANDIDATE, signals=("slow_load",), where=(("platform", "kiosk"), ("plan", "pro")), frictions=())
    assert wording.title(odd, NAMES) == "Payment on kiosk, plan pro: slow load"
    text = wording.action(odd, query(), NAMES, None, NOBODY, None, 0)
    assert text == "On kiosk, plan pro, mend the slow load on Payment."
