"""A model's words: those of its facts, of our sentences and of the house, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyst.answers.facts import Claim, Fact, Number
from analyst.answers.writing.vocabulary import foreign_words, root, word_faults

LABELLED = Path(__file__).resolve().parents[3] / "eval" / "labelled" / "sentences"
FACT = Fact(
    "f1", "Freezes on Payment: 35.1% of visits, 0.4% before; one wrote “the pay button sulks”",
    (Number(0.351, "share"),), 1124, "platform = android", "2026-W46", "", ("Payment", "freezes"),
)  # fmt: skip
FACTS = {"f1": FACT}


def _claim(text: str) -> Claim:
    return Claim(text, ("f1",))


@pytest.mark.parametrize(
    "text",
    [
        "Freezes on Payment met 35.1% of the visits, up from 0.4%.",
        "On Android, freezing on Payment became far more common in 2026-W46.",
        "About a third of all visits to Payment met freezes.",
        "It coincides with a rise that started the week before.",
    ],
)
def test_a_plain_paraphrase_is_in_words_of_the_facts_and_the_house(text: str) -> None:
    assert foreign_words(_claim(text), FACTS) == []


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("The release was a triumph.", ["triumph"]),
        ("Payment deserves a medal.", ["deserves", "medal"]),
        ("The pay button sulks.", ["pay", "button", "sulks"]),
        ("Tout va bien.", ["tout", "va", "bien"]),
        ("产品已经停产。", ["产品已经停产"]),
    ],
)
def test_a_word_from_elsewhere_is_named(text: str, foreign: list[str]) -> None:
    assert foreign_words(_claim(text), FACTS) == foreign
    (fault,) = word_faults(_claim(text), FACTS)
    assert fault.rule == "words" and foreign[0] in fault.message


def test_our_own_sentences_lend_their_words_but_not_those_they_quote() -> None:
    spoken = ["Keep the pay button from sulking, as one says: “it is a hoax”."]
    assert foreign_words(_claim("The pay button sulks."), FACTS, spoken) == []
    assert foreign_words(_claim("Payment is a hoax."), FACTS, spoken) == ["hoax"]


@pytest.mark.parametrize("text", ["Yes to everything.", "It is what it is.", "Some say so and some do not."])
def test_a_sentence_that_says_nothing_of_its_facts_is_at_fault(text: str) -> None:
    assert "nothing of what its facts say" in word_faults(_claim(text), FACTS)[0].message


def test_a_claim_without_facts_may_say_little() -> None:
    assert word_faults(Claim("Payment sank.", ()), FACTS)
    assert word_faults(Claim("Payment sank.", ("f9",)), {}) != ()


def test_forms_of_a_word_are_one() -> None:
    assert len({root(word) for word in ("freeze", "freezes", "freezing")}) == 1
    assert root("price") != root("pride")


def test_few_true_sentences_are_refused() -> None:
    """The list was made with the development part; on the other part, at most one true sentence in twenty falls here
    (and is then asked for once more in other words)."""
    packs = json.loads((LABELLED / "packs.json").read_text(encoding="utf-8"))
    for part, most in (("dev", 0.05), ("test", 0.05)):
        lines = (LABELLED / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
        true = [row for row in map(json.loads, lines) if row["grounded"]]
        refused = 0
        for row in true:
            facts = {
                name: Fact(name, one["text"], (), None, one.get("where", ""), one.get("window", ""), "",
                           tuple(one.get("names", ())))
                for name, one in packs[row["pack"]]["facts"].items()
            }  # fmt: skip
            refused += bool(word_faults(Claim(row["text"], tuple(row["facts"])), facts))
        assert len(true) > 90 and refused / len(true) <= most, (part, refused, len(true))
