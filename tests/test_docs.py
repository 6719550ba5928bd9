"""The documents keep their promises: their commands run, their mapping file is valid, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from analyst.cli.app import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "eval").glob("*.md")])
# Commands that make a workspace, need a file of the reader's, or never end; each is covered by a test of its own.
ELSEWHERE = ("demo", "import", "analyze", "serve", "llm", "eval")


def _commands() -> list[tuple[str, str]]:
    """Every `undertone ...` line of a code block, and where it stands."""
    found = []
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            stripped = line.removeprefix("$ ").strip()
            if line.startswith(("    undertone ", "undertone ", "$ undertone ")):
                command = re.split(r"\s{2,}#|\s{3,}", stripped)[0]
                found.append((command, f"{page.name}: {command}"))
    return found


def test_there_are_commands_to_check() -> None:
    assert len(_commands()) >= 5


@pytest.mark.parametrize("command", [c for c, _ in _commands()], ids=[name for _, name in _commands()])
def test_documented_commands_run(
    command: str, sample_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)[1:]
    if "--workspace" in words:
        at = words.index("--workspace")
        del words[at : at + 2]
    monkeypatch.chdir(tmp_path)
    if words[0] in ELSEWHERE or any(word.isupper() or word.endswith("...") for word in words):
        assert run([words[0], "--help"]) == 0
        return
    assert run([*words, "--workspace", str(sample_workspace)]) == 0


def test_the_mapping_file_in_the_docs_is_valid() -> None:
    from analyst.records.mapping import mapping_from

    text = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block
    assert mapping_from(tomllib.loads(block[1])).kind == "csat"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    for target in targets:
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_case_studys_figures_come_from_the_command() -> None:
    told = (ROOT / "docs" / "case-teams.md").read_text(encoding="utf-8")
    computed = (ROOT / "bench" / "results" / "cases.md").read_text(encoding="utf-8").replace("\N{MINUS SIGN}", "-")
    figures = re.findall(r"(?<![\w.])[+\N{MINUS SIGN}]?\d[\d,]*\.\d+(?![\w.]*\d)%?", told)
    assert len(figures) > 30
    for figure in figures:
        plain = figure.replace("\N{MINUS SIGN}", "-")
        assert plain.rstrip("%") in computed, f"{figure} stands in no result"
