"""Personal data goes, everything else stays, whatever the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.core.errors import UsageProblem
from analyst.records import redact
from analyst.records.redaction import Redactor


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("write to jo.doe+x@mail.example.com.", "write to [email-1]."),
        ("JO@example.com, jo@EXAMPLE.com and al@example.com", "[email-1], [email-1] and [email-2]"),
        ("call 555-0142 or +1 (555) 123-4567!", "call [phone-1] or [phone-2]!"),
        ("tel. 030 12345678, 0049 171 1234567, (555) 123-4567", "tel. [phone-1], [phone-2], [phone-3]"),
        ("móvil 612 345 678", "móvil [phone-1]"),
        ("my card 4111 1111 1111 1111 and 4111-1111-1111-1111", "my card [card-1] and [card-1]"),
        ("IBAN DE89 3704 0044 0532 0130 00 and more words", "IBAN [iban-1] and more words"),
        ("iban gb29nwbk60161331926819.", "iban [iban-1]."),
        ("from 192.168.1.10 and 2001:db8::8a2e:370:7334", "from [ip-2] and [ip-1]"),
        ("order 123456789012 is late", "order [number-1] is late"),
        ("see https://jo:pw@shop.example.com:8080/a?mail=jo@example.com#x.", "see shop.example.com."),
        ("www.example.com/basket?id=1", "www.example.com"),
        ("2026-11-09 555-123-4567", "2026-11-09 [phone-1]"),
    ],
)
def test_takes_out(text: str, wanted: str) -> None:
    assert redact(text).text == wanted


@pytest.mark.parametrize(
    "text",
    [
        "since 4.2.0 it freezes, 4.1.12 was fine", "build 4.2.0.1 on version 10.0.1.2", "on 2026-11-09 at 12:30:45",
        "09.11.2026, 11/09/2026, 9-11-26", "it cost $1,299.99 or 1.299,99 € (not 12.50)", "10/10 would buy again, 24/7",
        "10 000 000 people, 1.000.000 users, 612 345 000 views", "from 2019-2020 and 100-1500 items", "3.14159265",
        "5551234 and 1234567", "Ödeme ekranı donuyor 😡 100%", "مرحبا بالعالم ١٢٣",
        "a:b::c std::vector 12:30", "a@b and @name",
    ],
)  # fmt: skip
def test_leaves_alone(text: str) -> None:
    assert redact(text).text == text


def test_one_placeholder_for_a_value_in_all_fields_of_a_response() -> None:
    fields, counts = Redactor().fields(["Mail al@example.com", None, "I am jo@example.com, not al@example.com"])
    assert fields == ["Mail [email-1]", None, "I am [email-2], not [email-1]"]
    assert counts == {"email": 2}


def test_custom_patterns_come_from_the_settings() -> None:
    found = redact("Ticket ORD-1234 and ORD-99 again ORD-1234", {"order": r"ORD-\d+"})
    assert found.text == "Ticket [order-1] and [order-2] again [order-1]"
    assert found.counts == {"order": 2}


def test_custom_pattern_finds_matches_across_the_windows_of_a_long_text() -> None:
    text = "".join(f"{'x' * (i % 40)} ORD-{i:06d} " for i in range(3000))
    found = redact(text, {"order": r"ORD-\d{6}"})
    assert found.counts == {"order": 3000}
    assert "ORD-" not in found.text


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+b", r"(?:a|a)*b", r"(\w+\s?)*$", r"\d*\d*\d*x", r"(.*)=\1", r"[", r"x*", r"\w", r"(a{1,30}){1,30}"],
)
def test_a_custom_pattern_that_could_run_away_is_refused_with_a_sentence(pattern: str) -> None:
    with pytest.raises(UsageProblem, match="'mine'"):
        redact("text", {"mine": pattern})


_HOSTILE = [
    "a", "1", "1 ", "a@", "a.", "@", "1.1.", "1-1 ", "www.", "::", "a:1:", "DE12 ", "aa11", "http://", "2026-11-09 ",
    "0 1234 ", "+1 555 123 4567 ", "0", "+0 ", "\t1(", "(555) ", "[email-1]", "ÄÖ", "4111 1111 ", "1.2.3.4.", "x@y.z ",
]  # fmt: skip


@pytest.mark.parametrize("unit", _HOSTILE)
def test_hundred_thousand_hostile_characters_take_a_moment(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    custom = {"order": r"ORD-\d+", "odd": r"(?:a|1)?[a1 ]+x"}
    started = time.process_time()
    redact(text, custom)
    assert time.process_time() - started < 2.0


@given(st.lists(st.sampled_from([*_HOSTILE, "x", "jo@example.com", "555-123-4567", " ", "4.2.0", "]"]), max_size=30))
@settings(max_examples=150, deadline=None)
def test_redacting_twice_changes_nothing(parts: list[str]) -> None:
    once = redact("".join(parts), {"order": r"ORD-\d+"}).text
    assert redact(once, {"order": r"ORD-\d+"}).text == once


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_at_all(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.text(alphabet="abc1 .@:/-+()", min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    def spent(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    small = max(min(spent(4_000) for _ in range(3)), 0.0005)
    assert spent(32_000) < small * 8 * 4  # a quadratic scan would take 64 times as long
