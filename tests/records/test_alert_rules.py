"""Alert rules: what a file may say, what the store keeps, and how an older store comes along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from analyst.core.errors import UsageProblem
from analyst.records import AlertRule, Store, load_rules, open_store, remove_rule, rule_from, save_rules, stored_rules
from analyst.records.migrations import HEAD
from analyst.records.store.engine import _alembic, create_engine
from analyst.sample import RULES
from tests.records.conftest import NOW

PLAIN: dict[str, Any] = {
    "name": "Rage taps", "metric": "rage_tap", "screen": "Checkout", "above": 0.1, "for": 2, "every": "week",
    "owner": "Ana Lopez", "plan": "If rage taps on checkout exceed 10 % for two weeks, Ana stops the rollout.",
}  # fmt: skip


def made(**changes: Any) -> AlertRule:
    """PLAIN with entries changed; None takes one away."""
    return rule_from({name: value for name, value in {**PLAIN, **changes}.items() if value is not None})


def test_a_rule_reads_as_it_was_written() -> None:
    rule = made(where={"Platform": "android"}, plan="One line.\n  And   another. \n")
    assert (rule.periods, rule.every, rule.above, rule.where) == (2, "week", 0.1, (("platform", "android"),))
    assert rule.plan == "One line.\nAnd another."
    assert rule_from(rule.to_dict()) == rule


@pytest.mark.parametrize("written", ["10 %", "10%", "0.1", 0.1])
def test_a_share_may_be_written_as_percent(written: object) -> None:
    assert made(above=written).above == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": None}, "has no name"),
        ({"name": "x" * 81}, "cannot be used"),
        ({"metric": "happiness"}, "'happiness' in the rule 'Rage taps' is no metric"),
        ({"owner": " "}, "has no owner"),
        ({"plan": None}, "has no plan"),
        ({"plan": "a\nb\nc"}, "too long"),
        ({"plan": "x" * 501}, "too long"),
        ({"above": None}, "needs one condition"),
        ({"below": 0.2}, "needs one condition"),
        ({"above": 10}, "is no share"),
        ({"above": "ten"}, "cannot be used for above"),
        ({"above": True}, "cannot be used for above"),
        ({"above": float("nan")}, "cannot be used for above"),
        ({"for": 0}, "no number of periods"),
        ({"for": 1.5}, "no number of periods"),
        ({"every": "month"}, "Write day or week"),
        ({"test": "drops", "above": None}, "Write falls or rises"),
        ({"test": "rises", "above": None}, "'for' in the rule 'Rage taps' has no use there"),
        ({"least": 0.1}, "'least' in the rule 'Rage taps' has no use there"),
        ({"theme": "Prices"}, "follows another metric"),
        ({"metric": "theme", "screen": None}, "names no theme"),
        ({"metric": "nps", "above": 10}, "names a screen, but nps has none"),
        ({"metric": "nps", "screen": None, "above": 101}, "points between"),
        ({"survey": "Spring"}, "names a survey, but rage_tap has none"),
        ({"where": {"platform": 3}}, "filter of the rule 'Rage taps' cannot be read"),
        ({"colour": "red"}, "no entry 'colour'"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_rule_is_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        made(**changes)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no rule"),
        ("rule = []", "holds no rule"),
        ("rule = 3", "holds no rule"),
        ("[[rule]", "is not TOML"),
        ("owner = 'Ana'\n[[rule]]\nname = 'x'", "'owner' outside of any rule"),
        ("[[rule]]\nname = 'x'", "has no metric"),
        ("[[rule]]\nmetric = 'nps'", "Rule 1 of"),
    ],
)
def test_a_file_that_holds_no_rules_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(UsageProblem) as caught:
        load_rules(path)
    assert sentence in str(caught.value)
    with pytest.raises(UsageProblem, match="cannot be read"):
        load_rules(tmp_path / "none.toml")


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    path = tmp_path / "twice.toml"
    path.write_text(text + text, encoding="utf-8")
    with pytest.raises(UsageProblem, match="twice"):
        load_rules(path)


def test_the_store_keeps_rules_by_name(store: Store) -> None:
    full = made(where={"plan": "pro"}, above=None, **{"for": None, "every": None}, test="rises", least="2 %")
    score = made(name="Ünïcode", metric="nps", screen=None, above=None, below=-5, survey="Spring")
    theme = made(name="Prices", metric="theme", screen=None, theme="Prices too high", every="day")
    assert save_rules(store, [full, score, theme], NOW) == 0
    assert stored_rules(store) == sorted([full, score, theme], key=lambda rule: rule.name)
    changed = replace(full, owner="Somebody Else")
    assert save_rules(store, [changed], NOW) == 1
    assert changed in stored_rules(store) and full not in stored_rules(store)
    remove_rule(store, "Prices")
    with pytest.raises(UsageProblem, match="no alert rule called 'Prices'"):
        remove_rule(store, "Prices")
    assert save_rules(store, [], NOW) == 0


def test_a_store_of_the_first_schema_comes_along_with_its_data(store_url: str) -> None:
    from alembic import command

    engine = create_engine(store_url)
    with engine.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text("INSERT INTO theme_edits (seq, at, who, verb, payload) VALUES (1, 0, 'ana', 'rename', '{}')")
        )
    assert not sa.inspect(engine).has_table("alert_rules")
    engine.dispose()
    with open_store(store_url) as store:
        assert [edit.who for edit in store.theme_edits()] == ["ana"]
        with store.engine.connect() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        save_rules(store, [made()], NOW)
        assert stored_rules(store) == [made()]
