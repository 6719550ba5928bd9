"""The bank's text format: what it accepts, and that it says where it does not."""

import pytest

from analyst.sample.markup import BankError, Verbatim, parse_verbatims

THEMES = ("card_payment", "drivers", "search")
SCREENS = ("Payment", "Search", "Delivery slot")


def parse(*lines: str) -> list[Verbatim]:
    return list(parse_verbatims(lines, "x.txt", THEMES, SCREENS, ("item", "n")))


def test_plain_line_is_one_opinion_without_its_full_stop() -> None:
    (verbatim,) = parse("@theme card_payment Payment", "- > It froze, {n} times.")
    (opinion,) = verbatim.opinions
    assert (opinion.text, opinion.theme, opinion.sentiment, opinion.screen) == (
        "It froze, {n} times",
        "card_payment",
        "-",
        "Payment",
    )
    assert verbatim.text == "It froze, {n} times."
    assert verbatim.bands == {"det", "pas"}
    assert verbatim.source == "x.txt:2"


def test_brackets_carry_theme_sentiment_and_screen() -> None:
    (verbatim,) = parse(
        "@theme card_payment Payment", "es pas > [Paga mal|-], pero [Luis|drivers|+] y [busca|search|0|Search]."
    )
    assert [(o.theme, o.sentiment, o.screen) for o in verbatim.opinions] == [
        ("card_payment", "-", "Payment"),
        ("drivers", "+", None),
        ("search", "0", "Search"),
    ]
    assert verbatim.text == "Paga mal, pero Luis y busca."
    assert verbatim.language == "es"
    assert verbatim.bands == {"pas"}


def test_escapes_keep_marks_and_breaks() -> None:
    (verbatim,) = parse("@theme search", r"0 > a\[b\] \| \{x\} \\ \n c > d")
    assert verbatim.text.format_map({}) == "a[b] | {x} \\ \n c > d"


def test_bands_follow_the_opinion_that_outweighs() -> None:
    both, worse, better = parse(
        "> [a|search|-] but [b|drivers|+]",
        "> [a|search|-], [b|drivers|+], [c|search|-]",
        "> [a|search|+], [b|drivers|+], [c|search|-]",
    )
    assert both.bands == {"det", "pas", "pro"}
    assert worse.bands == {"det", "pas"}
    assert better.bands == {"pas", "pro"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no arrow here", "TAGS > TEXT"),
        ("- >  ", "TAGS > TEXT"),
        ("- shiny > x", "'shiny' is no tag"),
        ("> plain text", "needs a sentiment tag"),
        ("- > [a|-]", "has no sentiment tag"),
        ("> [a|unheard_of|-]", "no theme 'unheard_of'"),
        ("> [a|search|?]", "sentiment"),
        ("> [a|search|-|Garage]", "no screen 'Garage'"),
        ("> [a|search|-", "not closed"),
        ("> [a [b|-]|-]", "unexpected"),
        ("- > a ] b", "outside brackets"),
        ("> [ a|-]", "blank"),
        ("> [|-]", "empty"),
        ("- > all {nonsense} here", "no slot nonsense"),
        (r"- > a \q", "no escape"),
        ("- > a \\", "lone backslash"),
        ("@theme garage", "known theme"),
        ("@theme search Garage", "no screen 'Garage'"),
    ],
)
def test_a_broken_line_is_named(line: str, why: str) -> None:
    with pytest.raises(BankError, match=r"^x\.txt:2: ") as caught:
        parse("@theme search Search", line)
    assert why in str(caught.value)


def test_a_plain_line_needs_a_theme_above_it() -> None:
    with pytest.raises(BankError, match="theme above it"):
        parse("- > x")
