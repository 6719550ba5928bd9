"""Flags over environment over undertone.toml over defaults."""

from pathlib import Path

import pytest

from analyst.core.errors import UsageProblem
from analyst.core.settings import load_settings


def test_the_order_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "undertone.toml").write_text('timezone = "Europe/Berlin"\njoin_days = 7\n[themes]\ncoverage = 0.9\n')
    monkeypatch.setenv("UNDERTONE_JOIN_DAYS", "10")
    settings = load_settings(workspace=Path("mine"))
    assert settings.timezone == "Europe/Berlin"
    assert settings.join_days == 10
    assert settings.themes.coverage == 0.9
    assert settings.runs == Path("mine/runs")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERTONE_THEMES__COVERAGE", "7")
    with pytest.raises(UsageProblem, match=r"themes\.coverage"):
        load_settings()


def test_an_unknown_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "undertone.toml").write_text('colour = "red"\n')
    with pytest.raises(UsageProblem, match="colour"):
        load_settings()


def test_a_broken_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "undertone.toml").write_text("timezone = \n")
    with pytest.raises(UsageProblem, match=r"undertone\.toml cannot be read"):
        load_settings()


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERTONE_LLM__API_KEY", "sk-secret")
    assert "sk-secret" not in str(load_settings().model_dump(mode="json"))
