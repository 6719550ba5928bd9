"""A run known only by hand, for readers that need no data."""

from __future__ import annotations

from datetime import UTC, date, datetime

from analyst.answers.asking.known import Change, Known, Theme
from analyst.answers.asking.words import plain, stem


def theme(theme_id: str, label: str, keywords: str, n: int = 10) -> Theme:
    return Theme(
        theme_id, label, False, n, tuple(stem(w) for w in plain(label).split()),
        frozenset(stem(w) for w in keywords.split()),
    )  # fmt: skip


def known_by_hand(now: datetime = datetime(2026, 11, 18, 9, tzinfo=UTC), timezone: str = "UTC") -> Known:
    """A run that nobody analysed: what it holds is written here. The default now is a Wednesday."""
    return Known(
        until=now,
        timezone=timezone,
        metrics={"nps": 900, "csat": 100},
        first={"nps": date(2026, 1, 5), "csat": date(2026, 1, 6)},
        last={"nps": date(2026, 11, 17), "csat": date(2026, 11, 17)},
        values={
            "platform": ("android", "ios", "web"),
            "plan": ("free", "plus", "family"),
            "country": ("GB", "DE", "US"),
            "language": ("en", "de"),
            "app_version": ("4.2.0", "4.1.2", "4.1.0"),
            "tenure": ("3-12 months", "<3 months", "2+ years"),
        },
        screens=("Payment", "Search", "Delivery slot"),
        signals=frozenset(("rage_tap", "crash")),
        themes=(
            theme("t1", "Card payment", "card declined bank pay"),
            theme("t2", "Free delivery", "delivery late driver"),
            theme("t3", "Refund and money", "refund money back"),
        ),
        changes=(
            Change(date(2026, 10, 13), None, "release", "Release 4.1.2", "4.1.2", "ios"),
            Change(date(2026, 10, 1), None, "price", "New price list", "", ""),
            Change(date(2026, 9, 16), date(2026, 9, 17), "outage", "Sign-in outage", "", ""),
            Change(date(2026, 11, 3), None, "release", "Release 4.2.0", "4.2.0", "ios"),
            Change(date(2026, 11, 9), None, "release", "Release 4.2.0", "4.2.0", "android"),
        ),
    )
