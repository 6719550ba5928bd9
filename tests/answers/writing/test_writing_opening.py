"""A model may word the opening; what is not borne out by the facts never shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyst.answers.digest import Digest, citable_names, write_digest
from analyst.answers.gather import Findings
from analyst.answers.writing import with_llm_opening
from analyst.core.settings import LlmSettings
from analyst.llm import LlmClient
from tests.llm.server import ScriptedServer, completion


@pytest.fixture(scope="module")
def findings(sample_workspace: Path) -> Findings:
    from analyst.cli.reading import Asked

    return Asked(workspace=sample_workspace).open().everything()


@pytest.fixture
def digest(findings: Findings) -> Digest:
    return write_digest(findings)


def _open(digest: Digest, findings: Findings, tmp_path: Path, *answers: list[dict[str, object]]) -> Digest:
    with ScriptedServer() as server:
        server.script(*(completion(json.dumps({"sentences": sentences})) for sentences in answers))
        client = LlmClient(LlmSettings(base_url=server.url, model="tiny", retries=0), tmp_path)
        return with_llm_opening(digest, client, findings.texts, citable_names(findings))


def _true(digest: Digest) -> dict[str, object]:
    claim = digest.headline[0]
    return {"text": claim.text, "facts": list(claim.facts), "quotes": []}


def test_grounded_sentences_become_the_opening(digest: Digest, findings: Findings, tmp_path: Path) -> None:
    found = _open(digest, findings, tmp_path, [_true(digest)])
    assert [claim.text for claim in found.headline] == [digest.headline[0].text]
    assert found.writer == "tiny, every sentence grounded"


def test_an_invented_number_is_dropped_and_listed(digest: Digest, findings: Findings, tmp_path: Path) -> None:
    lie: dict[str, object] = {"text": "NPS fell by 77.7 points.", "facts": ["f1"], "quotes": []}
    found = _open(digest, findings, tmp_path, [_true(digest), lie], [_true(digest), lie])
    assert [claim.text for claim in found.headline] == [digest.headline[0].text]
    assert any("77.7" in dropped for dropped in found.dropped)
    assert "1 of 2 sentences" in found.writer


def test_mostly_invented_leaves_the_extractive_opening(digest: Digest, findings: Findings, tmp_path: Path) -> None:
    lies: list[dict[str, object]] = [
        {"text": f"The release caused a fall of {i}.7 points.", "facts": ["f1"], "quotes": []} for i in (71, 72, 73)
    ]
    found = _open(digest, findings, tmp_path, [_true(digest), *lies], [_true(digest), *lies])
    assert found.headline == digest.headline
    assert found.writer == "extractive"
    assert any("not borne out" in caveat for caveat in found.caveats)


def test_a_failing_endpoint_leaves_the_extractive_opening(digest: Digest, findings: Findings, tmp_path: Path) -> None:
    found = _open(digest, findings, tmp_path)
    assert found.headline == digest.headline
    assert any("extractive" in caveat for caveat in found.caveats)
