"""The search by words: what it folds, what it mends, and that nothing of a question is syntax."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.answers.search.words import MOST_TERMS, WordIndex, fold, read_question, several_words

TEXTS = [
    "the refund takes too long",
    "refunded within a day",
    "my delivery was late again",
    "Lieferung viel zu spät",
    "退款太慢了",
    "客服很好",
    "استرداد المال بطيء",
    "card declined at checkout",
    "declined my friend's card politely at the checkout counter",
    "crème brûlée was melted",
]
INDEX = WordIndex([fold(text) for text in TEXTS])


def found(question: str) -> list[str]:
    """The texts that `question` finds, the best first."""
    hits = INDEX.search(read_question(question))
    return [TEXTS[i] for i in hits.texts[hits.rank.argsort(kind="stable")]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("refunds", {"the refund takes too long", "refunded within a day"}),
        ("REFUND!", {"the refund takes too long", "refunded within a day"}),
        ("creme brulee", {"crème brûlée was melted"}),
        ("spät", {"Lieferung viel zu spät"}),
        ("spat", {"Lieferung viel zu spät"}),
        ("退款", {"退款太慢了"}),
        ("استرداد", {"استرداد المال بطيء"}),
        ('"card declined"', {"card declined at checkout"}),
        ("delivry", {"my delivery was late again"}),
        ("Lieferun", {"Lieferung viel zu spät"}),
        ("unicorn", set()),
        ("", set()),
        ("🙂", set()),
    ],
)
def test_what_words_find(question: str, expected: set[str]) -> None:
    assert set(found(question)) == expected


def test_an_unspaced_script_is_met_as_a_phrase_not_letter_by_letter() -> None:
    assert "客服很好" not in found("退很")


def test_a_text_that_holds_more_of_the_question_covers_more() -> None:
    hits = INDEX.search(read_question("card declined politely"))
    covered = dict(zip((TEXTS[i] for i in hits.texts), hits.covered, strict=True))
    assert covered[TEXTS[8]] == pytest.approx(1.0)
    assert covered[TEXTS[7]] < 0.75


def test_rare_words_weigh_more_than_common_ones() -> None:
    hits = INDEX.search(read_question("refund politely"))
    covered = dict(zip((TEXTS[i] for i in hits.texts), hits.covered, strict=True))
    assert covered[TEXTS[8]] > covered[TEXTS[0]]


@given(st.text(max_size=200))
def test_any_text_is_a_question(text: str) -> None:
    INDEX.search(read_question(text))


@pytest.mark.parametrize(
    "hostile", ['" OR 1 --', "NEAR(a b)", "a* ^b col:val", "{x} + -y", '""', "'; DROP TABLE said;"]
)
def test_fts_syntax_is_only_words(hostile: str) -> None:
    INDEX.search(read_question(hostile))
    assert "refunded within a day" in found("refund")  # the index still stands


def test_a_question_without_telling_words_asks_for_what_it_says() -> None:
    assert read_question("show me quotes about refunds").terms == ("refunds",)
    assert read_question("so and so").terms == ("so", "and")


def test_a_long_question_is_cut() -> None:
    assert len(read_question(" ".join(f"word{n}" for n in range(5_000))).terms) <= MOST_TERMS


def test_several_words() -> None:
    assert several_words("easy refunds")
    assert not several_words("simple 👍")
    assert not several_words("")
