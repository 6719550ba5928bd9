"""A small answer with typed facts, of which every sentence stands the check; and replies to reword it with."""

from __future__ import annotations

import json
from typing import Any

from analyst.answers.answer import Answer
from analyst.answers.facts import Claim, Evidence, Fact, Number

WINDOW = "2026-W46"
FROZE = "The pay button just freezes after my card is declined."
LATE = "My order came a day late, again."


def _fact(fact_id: str, text: str, *numbers: Number, where: str = "everyone", **more: Any) -> Fact:
    return Fact(fact_id, text, numbers, None, where, WINDOW, "undertone why --json", **more)


FACTS = {
    one.fact_id: one
    for one in (
        _fact(
            "f1",
            "NPS 10.0 in 2026-W46, 23.3 before: change −13.3 (−18.8 to −7.9)",
            Number(-13.3, "points", "change"),
            Number(-18.8, "points", "low"),
            Number(-7.9, "points", "high"),
            Number(10.0, "points", "now"),
            Number(23.3, "points", "before", window="2026-W45"),
            names=("NPS",),
            direction="down",
        ),
        _fact(
            "f2",
            "Freezes on Payment: 35.1% of visits, 0.4% before",
            Number(0.351, "share", "now"),
            Number(0.004, "share", "before", window="2026-W45"),
            names=("Payment", "freezes"),
            direction="up",
        ),
        _fact(
            "f3",
            "Payment on Android: keep it from freezing; expected lift 4.3 points",
            Number(4.3, "points", "lift"),
            where="platform = android",
            names=("Payment", "android", "Android"),
        ),
    )
}
EVIDENCE = {
    "resp-aa01": Evidence("resp-aa01", "response", FROZE, 2.0, "2026-11-13"),
    "resp-bb02": Evidence("resp-bb02", "response", LATE, 4.0, "2026-11-12"),
}
CLAIMS = (
    Claim("NPS fell by 13.3 points in 2026-W46.", ("f1",), (), "verdict"),
    Claim("On Payment, 35.1% of the visits met freezes, up from 0.4%.", ("f2",), (), "screen"),
    Claim(f"“{FROZE}”", (), ("resp-aa01",), "quote"),
    Claim(f"“{LATE}”", (), ("resp-bb02",), "quote"),
    Claim("To fix on Android: keep Payment from freezing; the expected lift is 4.3 points.", ("f3",), (), "fix"),
)
NAMES = frozenset({"Payment", "Home", "android", "Android", "ios", "iOS", "Late deliveries"})


def answer(**more: Any) -> Answer:
    given: dict[str, Any] = {
        "question": "why did nps drop",
        "kind": "answer",
        "understood": "Why NPS moved in 2026-W46.",
        "run_id": "run-1",
        "intent": "why",
        "claims": CLAIMS,
        "facts": FACTS,
        "evidence": EVIDENCE,
        "caveats": ("A caveat stays.",),
    }
    return Answer(**(given | more))


def sentence(text: str, part: str, *facts: str, quotes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"text": text, "part": part, "facts": list(facts), "quotes": list(quotes)}


VERDICT = sentence("In 2026-W46, NPS fell by 13.3 points.", "verdict", "f1")
SCREEN = sentence("Freezes met 35.1% of the visits to Payment, up from 0.4%.", "screen", "f2", quotes=("r1",))
FIX = sentence("On Android, keep Payment from freezing: the expected lift is 4.3 points.", "fix", "f3")


def reply(*sentences: dict[str, Any]) -> str:
    return json.dumps({"sentences": list(sentences)})
