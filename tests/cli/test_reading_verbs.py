"""The verbs that read a run: their JSON keeps its contract, their tables say something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


@pytest.fixture
def home(sample_workspace: Path) -> str:
    return str(sample_workspace)


def test_why_keeps_its_contract(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "why", "--workspace", home)
    assert found["window"] == "2026-W46"
    assert found["baseline"] == "2026-W42..2026-W45"
    assert {"verdict", "change", "interval", "n", "mde", "ledger", "segments"} <= set(found)
    assert found["interval"][0] <= found["change"] <= found["interval"][1]
    assert sum(term["points"] for term in found["ledger"]) == pytest.approx(found["change"], abs=1e-9)
    for segment in found["segments"]:
        assert {"where", "effect", "interval", "share", "themes", "screens", "quotes"} <= set(segment)


def test_themes_carry_share_trend_and_exact_quotes(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "themes", "--workspace", home)
    assert found["themes"]
    texts = {row["response_id"]: row["text"] for row in _rows(Path(home), "responses")}
    quotes = [quote for theme in found["themes"] for quote in theme["quotes"]]
    assert quotes
    for quote in quotes:
        assert quote["text"] in texts[quote["response_id"]]
    for theme in found["themes"]:
        assert len({quote["response_id"] for quote in theme["quotes"]}) == len(theme["quotes"])
        assert theme["share"]["interval"][0] <= theme["share"]["value"] <= theme["share"]["interval"][1]


def _rows(home: Path, table: str) -> list[dict[str, Any]]:
    from analyst.core.runfolder import current_run

    return list(current_run(home / "runs").table(table).to_pylist())


def test_fixes_are_ranked_and_carry_evidence(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "fixes", "--workspace", home, "--top", "4")["fixes"]
    assert [fix["rank"] for fix in found] == list(range(1, len(found) + 1))
    assert [fix["priority"] for fix in found] == sorted((fix["priority"] for fix in found), reverse=True)
    sessions = {row["session_id"] for row in _rows(Path(home), "sessions")}
    for fix in found:
        assert {"fix_id", "title", "action", "screen", "where", "reach", "lift", "interval", "grade"} <= set(fix)
        assert set(fix["sessions"]) <= sessions
        assert fix["facts"] or fix["quotes"]


def test_every_sentence_of_the_digest_passes_the_check(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "digest", "--workspace", home)
    assert found["dropped"] == []
    facts = {fact["fact_id"] for fact in found["facts"]}
    assert found["headline"]
    for claim in found["claims"]:
        assert set(claim["facts"]) <= facts
        assert claim["facts"] or not any(letter.isdigit() for letter in claim["text"])


def test_the_text_forms_say_the_verdict_first(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("why", "digest"):
        told = _text(capsys, verb, "--workspace", home)
        assert "NPS" in told.splitlines()[0] + told.splitlines()[1] + told.splitlines()[3]
        assert "caused" not in told
    markdown = _text(capsys, "digest", "--format", "md", "--workspace", home)
    assert markdown.startswith("# Weekly digest 2026-W46")
    assert "## Fix first" in markdown and "## How sure" in markdown


def test_the_page_needs_nothing_from_outside(home: str, tmp_path: Path) -> None:
    page = tmp_path / "digest.html"
    assert run(["digest", "--format", "html", "--out", str(page), "--workspace", home]) == 0
    html = page.read_text()
    assert "<script" not in html
    assert not [part for part in ('src="http', "@import", 'href="http') if part in html]
    assert "<svg" in html


def test_other_windows_metrics_and_filters(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    month = _json(capsys, "why", "--metric", "csat", "--month", "2026-10", "--workspace", home)
    assert (month["metric"], month["window"]) == ("csat", "2026-10")
    android = _json(capsys, "why", "--where", "platform=android", "--workspace", home)
    everyone = _json(capsys, "why", "--workspace", home)
    assert android["where"] == {"platform": "android"}
    assert 0 < android["n"] < everyone["n"]
    pair = _json(
        capsys, "why", "--from", "2026-11-02", "--to", "2026-11-08", "--versus", "2026-W40", "--workspace", home
    )
    assert pair["baseline"] == "2026-W40"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["why", "--week", "2026-W99"], 2, "is not an ISO week"),
        (["why", "--week", "2026-W46", "--month", "2026-11"], 2, "named twice"),
        (["why", "--from", "2026-11-01"], 2, "needs both ends"),
        (["why", "--week", "2030-W01", "--now", "2026-12-01"], 2, "lies in the future"),
        (["why", "--where", "colour=red"], 2, "no segment called 'colour'"),
        (["why", "--metric", "happiness"], 2, "is not a metric"),
        (["why", "--week", "2026-W46", "--versus", "2026-W46"], 2, "overlap"),
        (["why", "--run", "nope"], 1, "is missing"),
        (["export", "secrets", "x.csv"], 2, "no table called 'secrets'"),
        (["export", "themes", "x.docx"], 2, "names no format"),
        (["why", "--now", "soon"], 2, "is not a moment"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    home: str, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    capsys.readouterr()
    assert run([*arguments, "--workspace", home]) == code
    assert sentence in capsys.readouterr().err


def test_a_filter_that_matches_nobody_is_too_little_data(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "why", "--where", "platform=fridge", "--week", "2026-W46", "--workspace", home)
    assert (found["verdict"], found["change"], found["n"]) == ("too_little_data", None, 0)
    assert run(["digest", "--where", "platform=fridge", "--week", "2026-W46", "--workspace", home]) == 0


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_tables_are_exported_whole(home: str, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"opinions.{ending}"
    assert run(["export", "opinions", str(target), "--workspace", home]) == 0
    rows = len(_rows(Path(home), "opinions"))
    if ending == "parquet":
        import pyarrow.parquet as pq

        assert pq.read_metadata(target).num_rows == rows
    elif ending == "jsonl":
        assert len(target.read_text().splitlines()) == rows
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_cell_never_becomes_a_formula(tmp_path: Path) -> None:
    import pyarrow as pa

    from analyst.cli.export import _write_csv

    _write_csv(pa.table({"text": ["=HYPERLINK(1)", "fine"]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().splitlines() == ["text", "'=HYPERLINK(1)", "fine"]


def test_the_chart_is_drawn(home: str, tmp_path: Path) -> None:
    picture = tmp_path / "why.png"
    assert run(["why", "--chart", str(picture), "--workspace", home]) == 0
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_doctor_and_config(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    findings = _json(capsys, "doctor", "--workspace", home)
    assert {finding["standing"] for finding in findings} <= {"ok", "note"}
    settings = _json(capsys, "config", "show", "--workspace", home)
    assert settings["workspace"] == {"value": home, "origin": "flag"}


def test_the_same_question_gets_the_same_answer(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, "digest", "--workspace", home) == _json(capsys, "digest", "--workspace", home)
