"""A pack small enough to be read: a movement, a group, a theme, a screen, a fix, and three responses."""

from __future__ import annotations

from analyst.answers.facts import Claim, Evidence, FactBook, Number, Pack
from analyst.answers.grounding import check
from analyst.core.values import Estimate

NOW, BEFORE = "2026-W46", "2026-W42..2026-W45"
ANDROID = "app_version = 4.2.0 and platform = android"
TEXTS = {
    "r1": "The pay button just freezes after my card is declined. Driver was lovely though.",
    "r2": "I would not recommend it to a friend. If it worked, I would love the new search.",
    "r3": "Great choice but not any more cheap. It never worked on my phone, and I love the colours.",
    "r4": "Die App ist nicht schnell. No me gusta nada la aplicación nueva.",
}


def _book() -> FactBook:
    book = FactBook(NOW, "undertone why --json", baseline=BEFORE)
    book.add_estimate(  # f1
        "NPS 2026-W46 against 2026-W42..2026-W45: +10.0 against +23.4, change −13.3 (−18.8 to −7.9)",
        Estimate(-13.3, -18.8, -7.9, 5356),
        Number(10.0, "points", "now"),
        Number(5.1, "points", "low"),
        Number(14.9, "points", "high"),
        Number(1046.0, "count", "answers"),
        Number(23.4, "points", "before", window=BEFORE),
        Number(4310.0, "count", "answers before", window=BEFORE),
        Number(7.8, "points", "smallest visible"),
        of="change",
        names=["NPS"],
        direction="down",
    )
    book.add_estimate(  # f2
        "app_version = 4.2.0 and platform = android: score moved −39.5 points more than elsewhere (−51.0 to −27.9)",
        Estimate(-39.5, -51.0, -27.9, 319),
        Number(0.305, "share", "share of answers"),
        Number(-12.0, "points", "contribution"),
        Number(343.0, "count", "groups checked"),
        of="effect",
        counted="answers",
        where=ANDROID,
        direction="down",
        allows=["most", "only", "new"],
    )
    book.add_estimate(  # f3
        "Theme Can't pay: 55 mentions, share 10.4% (before 3.9%)",
        Estimate(0.104, 0.081, 0.133, 530, "share"),
        Number(55.0, "count", "mentions"),
        Number(0.039, "share", "share of comments before", window=BEFORE),
        Number(0.065, "share", "trend"),
        Number(0.04, "share", "low"),
        Number(0.094, "share", "high"),
        Number(-40.2, "points", "gap"),
        Number(-58.4, "points", "low"),
        Number(-18.1, "points", "high"),
        of="share of comments",
        counted="comments",
        names=["Can't pay", "Payment"],
        direction="up",
        allows=["together"],
    )
    book.add_estimate(  # f4
        "freezes on Search: 11.4% of 665 sessions (before 12.9%)",
        Estimate(0.114, 0.092, 0.141, 665, "share"),
        Number(0.129, "share", "share of sessions before", window=BEFORE),
        Number(-0.015, "share", "trend"),
        Number(-0.041, "share", "low"),
        Number(0.014, "share", "high"),
        of="share of sessions",
        counted="sessions",
        names=["Search"],
        direction="flat",
    )
    book.add_estimate(  # f5
        "Fix Payment on Android 4.2.0: expected NPS lift +4.3 (+1.7 to +6.9)",
        Estimate(4.3, 1.7, 6.9, 172),
        Number(563.0, "count", "users reached"),
        Number(2.0, "weeks", "effort"),
        of="lift",
        counted="answers",
        names=["Payment", "4.2.0", "android", "NPS"],
        allows=["first"],
    )
    book.add("Groups looked at: 343, none beyond chance", (Number(343.0, "count", "groups checked"),), allows=["none"])
    return book


NAMES = frozenset({"Can't pay", "Oat milk", "iPhone 16 battery", "Payment", "Search", "Checkout", "android", "ios",
                   "4.2.0", "4.1.2", "free", "plus"})  # fmt: skip
PACK = Pack(
    _book().facts, {one: Evidence(one, "response", text, 7.0, "2026-11-13") for one, text in TEXTS.items()}, NAMES
)


def rules_of(text: str, facts: str = "f1", cites: str = "", part: str = "") -> set[str]:
    """The rules that a sentence breaks on the small pack."""
    claim = Claim(text, tuple(facts.split()), tuple(cites.split()), part)  # type: ignore[arg-type]
    return {fault.rule for fault in check(claim, PACK)}
