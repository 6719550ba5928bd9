"""Shipped fixes in the store: added once, never changed, kept in either database."""

from __future__ import annotations

import pytest

from analyst.core.errors import UsageProblem
from analyst.records import Store
from analyst.records.store.shipping import add_look, add_shipping, fix_rows
from tests.records.conftest import NOW


def test_a_registration_is_kept_and_cannot_be_written_over(store: Store) -> None:
    add_shipping(store, "fix-1", 1, NOW, "2026-12-24", {"lift": 2.5, "title": "Bezahlen ü"})
    with pytest.raises(UsageProblem, match="fix-1 is registered as shipped already"):
        add_shipping(store, "fix-1", 1, NOW, "2027-12-24", {"lift": 9.0})
    add_shipping(store, "fix-1", 2, NOW, "2027-01-24", {"lift": 1.0})
    _, shipped, _ = fix_rows(store)
    assert [plain["lift"] for plain in shipped["fix-1"]] == [2.5, 1.0]
    assert shipped["fix-1"][0]["title"] == "Bezahlen ü"


def test_only_the_first_decisive_look_is_kept(store: Store) -> None:
    assert add_look(store, "fix-1", 1, "decisive", NOW, "confirmed", {"verdict": "confirmed"})
    assert not add_look(store, "fix-1", 1, "decisive", NOW, "no_effect", {"verdict": "no_effect"})
    assert add_look(store, "fix-1", 1, "reopened", NOW, "reopened", {"verdict": "reopened"})
    kept = fix_rows(store)[2]["fix-1", 1]
    assert {kind: plain["verdict"] for kind, plain in kept.items()} == {"decisive": "confirmed", "reopened": "reopened"}


def test_states_stand_beside(store: Store) -> None:
    store.set_fix_state("fix-2", NOW, owner="Ana", due="2026-12-01", effort=3.0)
    states, shipped, _ = fix_rows(store)
    assert (states["fix-2"].owner, states["fix-2"].effort, shipped) == ("Ana", 3.0, {})
