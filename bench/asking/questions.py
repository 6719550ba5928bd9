"""The questions of the speed benchmark: every intent, over weeks, a month, groups and subjects, mixed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

WEEKS = ("last week", "in 2026-W45", "in 2026-W44", "in 2026-W43", "in 2026-W42", "in 2026-W41", "in October")
GROUPS = ("", " for Android users", " for iOS users", " for web users", " on the free plan", " on the plus plan")
TOPICS = (
    "delivery", "refunds", "payment", "the app crashing", "prices", "substitutions", "the driver", "vouchers", "search",
    "order tracking", "recipes", "packaging",
)  # fmt: skip
TEMPLATES = {
    "why": "Why did NPS change {week}{group}?",
    "level": "What was NPS {week}{group}?",
    "for_whom": "Who is unhappy {week}{group}?",
    "themes": "Which themes are rising {week}{group}?",
    "theme": "What about {topic} {week}{group}?",
    "say": "What do detractors say {week}{group}?",
    "quotes": "Show me 5 quotes about {topic} {week}{group}",
    "screens": "Which screens hurt most {week}{group}?",
    "fixes": "What should we fix first {week}{group}?",
    "compare": "Compare Android and iOS {week}",
    "sure": "How sure are we about NPS {week}{group}?",
    "benchmark": "Is our NPS {week} good?",
    "data": "How many answers did we get {week}{group}?",
}


def questions(count: int, seed: int = 7) -> list[tuple[str, str]]:
    """`count` different (template, question), the templates in turn; the same every time."""
    rng = random.Random(seed)
    pools = {name: _pool(template, rng) for name, template in TEMPLATES.items()}
    return list(islice(_in_turn(pools), count))


def as_people_ask(file: Path) -> list[str]:
    """The labelled questions in `file`, in a mixed order that is always the same."""
    asked = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    random.Random(7).shuffle(asked)
    return asked


def _pool(template: str, rng: random.Random) -> list[str]:
    made = {
        template.format(week=week, group=group, topic=topic) for week in WEEKS for group in GROUPS for topic in TOPICS
    }
    pool = sorted(made)
    rng.shuffle(pool)
    return pool


def _in_turn(pools: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    while any(pools.values()):
        for name, pool in pools.items():
            if pool:
                yield name, pool.pop()
