"""The grounding check catches what a writer must not do, and passes what is borne out."""

import pytest

from analyst.answers.check import faults, keep_grounded
from analyst.answers.facts import Claim, FactBook
from analyst.core.values import Estimate

BOOK = FactBook("2026-W46", "undertone why")
CHANGE = BOOK.add_estimate("change", Estimate(-12.41, -18.02, -6.79, 5156), 18.2, 1034.0)
SHARE = BOOK.add("share of android", (0.3149,), n=1034)
TEXTS = {"r1": "The pay button just freezes after my card is declined. Driver was lovely though."}


@pytest.mark.parametrize(
    "text",
    [
        "NPS fell by 12.4 points to +18.2 (−18.0 to −6.8) with 1,034 answers.",
        "In 2026-W46 it fell by 12 points; the 95% interval is −18.0 to −6.8.",
        "31% of the answers.",
        "On version 4.2.0 it fell by 12.4 points.",
    ],
)
def test_true_sentences_pass(text: str) -> None:
    assert faults(Claim(text, (CHANGE, SHARE)), BOOK.facts, TEXTS) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("NPS fell by 14.4 points.", "14.4"),
        ("NPS fell by 12.5 points.", "12.5"),
        ("33% of the answers.", "33"),
        ("The release caused the fall of 12.4 points.", "caused"),
        ("It fell by 12.4 points because of Payment.", "caused"),
        ("One wrote “the app deletes my account”.", "no cited response"),
    ],
)
def test_faulty_sentences_fail(text: str, fault: str) -> None:
    assert any(fault in found for found in faults(Claim(text, (CHANGE, SHARE), ("r1",)), BOOK.facts, TEXTS))


def test_a_quote_must_stand_in_the_cited_response() -> None:
    claim = Claim("One wrote “The pay button just freezes”.", (), ("r1",))
    assert faults(claim, BOOK.facts, TEXTS) == []
    assert faults(Claim(claim.text, (), ()), BOOK.facts, TEXTS)


def test_unknown_ids_fail() -> None:
    found = faults(Claim("It fell.", ("f99",), ("r9",)), BOOK.facts, TEXTS)
    assert found == ["no fact called f99", "no evidence called r9"]


def test_a_number_of_another_fact_does_not_count() -> None:
    assert faults(Claim("31% of the answers.", (CHANGE,)), BOOK.facts, TEXTS)


def test_names_with_digits_are_names() -> None:
    claim = Claim("“iPhone 16 battery” is mentioned by 31%.", (SHARE,))
    assert faults(claim, BOOK.facts, TEXTS, ["iPhone 16 battery"]) == []


def test_refused_sentences_are_listed_with_their_reason() -> None:
    good, bad = Claim("31% of the answers.", (SHARE,)), Claim("99% of the answers.", (SHARE,))
    kept, dropped = keep_grounded([good, bad], BOOK.facts, TEXTS)
    assert kept == [good]
    assert "99" in dropped[0]
