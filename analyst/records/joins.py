"""What a record takes from its customer and from that customer's sessions."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from analyst.records.store import Store

DAY = 86_400_000_000  # microseconds
# How long somebody had been a customer at the time of the record: days (exclusive), name of the band.
TENURE = ((91, "<3 months"), (365, "3-12 months"), (730, "1-2 years"))
LONGEST_TENURE = "2+ years"
_FROM_SESSION = ("platform", "app_version", "device")


class Segments:
    """Parses segment JSON once a distinct text: most rows share theirs with many others."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def __call__(self, text: str) -> dict[str, str]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = json.loads(text)
        return found


@dataclass
class Customer:
    """One customer over all sources: of each field, what the latest import said."""

    user_id: str
    source: str
    signed_up_at: int | None = None
    churned_at: int | None = None
    mrr: float | None = None
    segments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Customers:
    """The customers by user id, and the user ids behind e-mail pseudonyms."""

    by_id: dict[str, Customer]
    aliases: dict[str, str]

    def user(self, user_id: str | None) -> str | None:
        """The user id that a record should carry."""
        return self.aliases.get(user_id, user_id) if user_id is not None else None

    def segments(self, user_id: str | None, at: int | None) -> dict[str, str]:
        """The customer's segments, tenure at the moment `at` (microseconds) included; empty for a stranger."""
        customer = self.by_id.get(user_id) if user_id is not None else None
        if customer is None:
            return {}
        band = tenure(customer.signed_up_at, at)
        return {**customer.segments, "tenure": band} if band is not None else customer.segments


def tenure(signed_up_at: int | None, at: int | None) -> str | None:
    """The tenure band at the moment `at`; None where either moment is unknown or the sign-up came later."""
    if signed_up_at is None or at is None or at < signed_up_at:
        return None
    days = (at - signed_up_at) / DAY
    return next((name for limit, name in TENURE if days < limit), LONGEST_TENURE)


def read_customers(store: Store, parse: Segments) -> Customers:
    """All customers, one entry a user id."""
    columns = ("import_id", "source_id", "source", "signed_up_at", "churned_at", "mrr", "email_key", "segments")
    by_id: dict[str, Customer] = {}
    aliases: dict[str, str] = {}
    for _, user_id, source, signed_up, churned, mrr, alias, segments in sorted(
        store.rows("customers", columns), key=lambda row: (row[0], row[2])
    ):
        customer = by_id.setdefault(user_id, Customer(user_id, source))
        customer.source = source
        customer.signed_up_at = signed_up if signed_up is not None else customer.signed_up_at
        customer.churned_at = churned if churned is not None else customer.churned_at
        customer.mrr = mrr if mrr is not None else customer.mrr
        customer.segments = {**customer.segments, **parse(segments)}
        if alias is not None and alias != user_id:
            aliases[alias] = user_id
    return Customers(by_id, aliases)


class LatestSession:
    """Finds the last session of a user before a moment."""

    def __init__(self, sessions: Iterable[tuple[str | None, int | None, dict[str, str]]]) -> None:
        """`sessions` are (user id, started at in microseconds, segments)."""
        per_user: dict[str, list[tuple[int, int, dict[str, str]]]] = defaultdict(list)
        for number, (user, started, segments) in enumerate(sessions):
            if user is not None and started is not None:
                per_user[user].append((started, number, segments))
        self._starts: dict[str, list[int]] = {}
        self._segments: dict[str, list[dict[str, str]]] = {}
        for user, found in per_user.items():
            found.sort(key=lambda item: item[:2])
            self._starts[user] = [started for started, _, _ in found]
            self._segments[user] = [segments for _, _, segments in found]

    def fill(self, segments: dict[str, str], user: str | None, at: int | None, days: int) -> dict[str, str]:
        """`segments` with platform, version and device from the user's last session in the `days` before `at`.

        A session on another platform than the record's own says nothing of its version.
        """
        if user is None or at is None or ("platform" in segments and "app_version" in segments):
            return segments
        starts = self._starts.get(user)
        if starts is None:
            return segments
        index = bisect_right(starts, at) - 1
        if index < 0 or at - starts[index] > days * DAY:
            return segments
        found = self._segments[user][index]
        if segments.get("platform", found.get("platform")) != found.get("platform"):
            return segments
        return {**{name: found[name] for name in _FROM_SESSION if name in found}, **segments}


def json_list(text: str | None) -> list[dict[str, Any]]:
    """The screens of a session as stored."""
    found: list[dict[str, Any]] = json.loads(text) if text else []
    return found
