"""Where each fix stands: status, owner, due date, promise and verdict in one row, and what calls for somebody today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from analyst.fixes.calibration import Calibration, calibrate
from analyst.fixes.looks import Look, look_from
from analyst.fixes.shipping import Shipping, shipping_from

if TYPE_CHECKING:
    from analyst.records import FixState

Call = Literal["overdue", "review_due", "reopened", "no_effect"]
STATUSES = ("open", "planned", "doing", "dropped")  # what people set; shipped comes from registering it
SECOND_TRY = ("reopened", "no_effect")  # verdicts after which the same fix may be shipped again


@dataclass(frozen=True)
class FixBook:
    """Everything people and looks have said of fixes, as the store keeps it: `states` by fix id, of each fix its
    registrations in order, and of each (fix id, number) its looks by kind."""

    states: Mapping[str, FixState] = field(default_factory=dict)
    shipped: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    looks: Mapping[tuple[str, int], dict[str, dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """One fix as of `today`. `status` is what people set, or shipped; `call` what somebody should do something about,
    `days` since when (0 or more)."""

    fix_id: str
    title: str
    status: str
    owner: str | None
    due: date | None
    effort: float | None
    shipping: Shipping | None
    look: Look | None
    call: Call | None
    days: int

    @property
    def verdict(self) -> str | None:
        """What the latest look that counts said; None before it."""
        return self.look.verdict if self.look else None


def shippings(book: FixBook) -> dict[str, list[Shipping]]:
    """Every registration by fix id, oldest first."""
    return {fix_id: [shipping_from(plain) for plain in plains] for fix_id, plains in book.shipped.items()}


def latest_look(book: FixBook, shipping: Shipping) -> Look | None:
    """The look that counts for `shipping`: that it reopened, else the decisive one, else None."""
    kept = book.looks.get((shipping.fix_id, shipping.number), {})
    plain = kept.get("reopened") or kept.get("decisive")
    return look_from(plain) if plain else None


def decisive_look(book: FixBook, shipping: Shipping) -> Look | None:
    """The decisive look at `shipping`, or None."""
    plain = book.looks.get((shipping.fix_id, shipping.number), {}).get("decisive")
    return look_from(plain) if plain else None


def calibration_of(book: FixBook) -> Calibration:
    """What the judged fixes of `book` teach, every registration counted."""
    pairs = [(s, decisive_look(book, s)) for registered in shippings(book).values() for s in registered]
    return calibrate([(shipping, look) for shipping, look in pairs if look is not None])


def standings(book: FixBook, today: date, titles: Mapping[str, str]) -> list[Standing]:
    """Every fix that somebody set something of, or shipped; what calls for somebody first, then by due date and id.

    `titles` by fix id names those that were never shipped, where they are still in the list.
    """
    registered = shippings(book)
    found = []
    for fix_id in sorted({*book.states, *registered}):
        shipping = registered[fix_id][-1] if fix_id in registered else None
        state = book.states.get(fix_id)
        look = latest_look(book, shipping) if shipping else None
        due = date.fromisoformat(state.due) if state and state.due else None
        status = _status(state.status if state else None, shipping, look)
        call, since = _call(status, due, shipping, look, today)
        found.append(
            Standing(
                fix_id=fix_id,
                title=shipping.title if shipping else titles.get(fix_id, fix_id),
                status=status,
                owner=state.owner if state else None,
                due=due,
                effort=state.effort if state else None,
                shipping=shipping,
                look=look,
                call=call,
                days=max(0, (today - since).days) if since else 0,
            )
        )
    return sorted(found, key=lambda s: (s.call is None, s.due or date.max, s.fix_id))


def calling(found: Sequence[Standing]) -> list[Standing]:
    """Those that somebody should do something about."""
    return [standing for standing in found if standing.call is not None]


def _status(said: str | None, shipping: Shipping | None, look: Look | None) -> str:
    """After a second try is planned or begun, what people set counts again."""
    if shipping is None:
        return said or "open"
    if look is not None and look.verdict in SECOND_TRY and said in ("planned", "doing", "dropped"):
        return said
    return "shipped"


def _call(
    status: str, due: date | None, shipping: Shipping | None, look: Look | None, today: date
) -> tuple[Call | None, date | None]:
    """What calls for somebody, and since when."""
    if status == "dropped":
        return None, None
    if status == "shipped" and shipping is not None:
        if look is None:
            return ("review_due", shipping.review) if today >= shipping.review else (None, None)
        if look.verdict == "reopened":
            return "reopened", look.looked.date()
        return ("no_effect", look.until) if look.verdict == "no_effect" else (None, None)
    return ("overdue", due) if due is not None and due < today else (None, None)
