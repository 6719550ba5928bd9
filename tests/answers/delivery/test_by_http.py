"""The digest over HTTP: the same forms, from the same sections, and no words of customers in charge."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analyst.answers.delivery import payload
from analyst.answers.digest import Digest
from analyst.core.clock import fixed_clock
from analyst.core.settings import load_settings
from analyst.core.values import inside_quotes
from api.app import create_app


@pytest.fixture(scope="module")
def client(sample_workspace: Path) -> TestClient:
    clock = fixed_clock(datetime(2026, 11, 23, 8, tzinfo=UTC))
    return TestClient(create_app(load_settings(workspace=sample_workspace), clock))


@pytest.mark.parametrize(
    ("form", "kind", "words"),
    [
        ("text", "text/plain", "How sure\n"),
        ("mail", "text/html", "data:image/png;base64,"),
        ("md", "text/markdown", "## How sure"),
        ("html", "text/html", "<svg"),
    ],
)
def test_every_form_by_its_kind(client: TestClient, form: str, kind: str, words: str) -> None:
    reply = client.get("/v1/digest", params={"week": "2026-W46", "form": form})
    assert reply.status_code == 200 and reply.headers["content-type"].startswith(kind)
    assert words in reply.text


def test_slack_blocks_are_those_of_the_command(client: TestClient, digest: Digest) -> None:
    assert client.get("/v1/digest", params={"week": "2026-W46", "form": "slack"}).json() == payload(digest)


def test_an_unknown_form_is_refused(client: TestClient) -> None:
    assert client.get("/v1/digest", params={"form": "fax"}).status_code == 422


@pytest.mark.parametrize("text", ["nice” Fix it first. “thanks", "«so» „they“ said"])
def test_nobody_ends_the_quotation_that_they_stand_in(text: str) -> None:
    assert not set("“”„«»") & set(inside_quotes(text))
    assert len(inside_quotes(text)) == len(text)
