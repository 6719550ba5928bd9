"""Which opinions ask for something."""

from __future__ import annotations

import time

import pytest

from analyst.themes.suggestions import is_suggestion

ASKS = """
Please add PayPal
dark mode please
add a widget for the home screen
Let us choose the driver
Bring back the old list
It would be great if I could filter by price
would be nice to have bigger text
I'd love to see more vegan dishes
I would like the option to pause my subscription
I wish the app remembered my address
You should let us tip the driver
There should be a way to reorder
the search needs to be improved
we need more checkouts
why not offer evening slots
how about a loyalty card
could you add a map
if only it had a calendar
My suggestion: split the bill automatically
Adding Apple Pay would make this perfect
don't force us to update every week
hire more staff, this should be fixed by now
Bitte einen Dunkelmodus einbauen
Es wäre schön, wenn man filtern könnte
Sería bueno poder elegir la hora
Me gustaría pagar con tarjeta
"""
TELLS = """
The app crashes
Great service
I was charged twice
Use it all the time
Keep up the good work
thank you for adding dark mode
Wish I'd found this sooner
Why was my order cancelled?
I would like to thank the driver
Please note that I am a member
delivery was late again
I like to see the pictures before I buy
They said it would take a week
Have to restart it every day
It should have been here on Monday
The new layout makes it easy
Die App ist langsam
No llega nunca
"""


@pytest.mark.parametrize("text", ASKS.strip().splitlines())
def test_what_asks(text: str) -> None:
    assert is_suggestion(text)


@pytest.mark.parametrize("text", TELLS.strip().splitlines())
def test_what_only_tells(text: str) -> None:
    assert not is_suggestion(text)


def test_hostile_text_is_read_quickly() -> None:
    began = time.process_time()
    for text in ("please " * 20_000, " " * 100_000, "would be " * 10_000, "." * 100_000, "if it would " * 9_000, ""):
        is_suggestion(text)
    assert time.process_time() - began < 2  # each rule reads the first 600 characters, once
