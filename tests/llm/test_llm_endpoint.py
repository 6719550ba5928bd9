"""Settings that can and cannot name an endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.core.errors import UndertoneError, UsageProblem
from analyst.core.settings import LlmSettings, Settings
from analyst.llm import LlmClient, endpoint_of, is_configured, require_llm
from analyst.llm.endpoint import NO_KEY, normal_url


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        (" https://api.example.com/v1/ ", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        ("https://api.example.com/v1/models/", "https://api.example.com/v1"),
        ("http://localhost:11434", "http://localhost:11434"),
        ("HTTP://LocalHost:11434/v1", "http://localhost:11434/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com/openai/v1"),
    ],
)
def test_urls_are_put_in_order(given: str, normal: str) -> None:
    assert normal_url(given) == normal
    assert normal_url(normal) == normal


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("localhost:11434/v1", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("ftp://host/v1", "http:// or https://"),
        ("https:///v1", "http:// or https://"),
        ("https://user:hunter2@host/v1", "user name or password"),
        ("https://host/v1?key=hunter2", "after ? or #"),
        ("https://host/v1#x", "after ? or #"),
        ("http://169.254.169.254/v1", "link-local"),
        ("http://[fe80::1]/v1", "link-local"),
        ("https://host:port/v1", "cannot be used"),
        ("https://[host/v1", "cannot be used"),
    ],
)
def test_urls_that_are_refused(given: str, says: str) -> None:
    with pytest.raises(UsageProblem, match="base_url") as caught:
        normal_url(given)
    assert says in str(caught.value)
    assert "user:hunter2" not in str(caught.value)


def test_nothing_configured_is_a_sentence_and_no_client(tmp_path: Path) -> None:
    assert not is_configured(LlmSettings())
    assert not is_configured(LlmSettings(base_url="http://localhost/v1"))
    with pytest.raises(UndertoneError, match=r"llm\.base_url and llm\.model not set") as caught:
        require_llm(Settings(workspace=tmp_path))
    assert "UNDERTONE_LLM__BASE_URL" in caught.value.hint
    with pytest.raises(UndertoneError, match=r"llm\.model not set"):
        LlmClient(LlmSettings(base_url="http://localhost/v1", model=" "), tmp_path)


def test_an_endpoint_says_its_host_and_hides_its_key() -> None:
    settings = LlmSettings.model_validate({"base_url": "http://10.0.0.4:8000/v1", "model": "m", "api_key": "sk-s"})
    endpoint = endpoint_of(settings)
    assert (endpoint.host, endpoint.key, endpoint.loopback) == ("10.0.0.4:8000", "sk-s", False)
    assert endpoint.unencrypted
    assert "sk-s" not in repr(endpoint)
    local = endpoint_of(LlmSettings(base_url="http://127.0.0.1:8000/v1", model="m"))
    assert (local.key, local.loopback, local.unencrypted) == (NO_KEY, True, False)


@pytest.mark.parametrize("key", ["sk–beautified", "two words", "line\nbreak"])
def test_a_key_that_no_header_can_carry(key: str) -> None:
    settings = LlmSettings.model_validate({"base_url": "http://localhost/v1", "model": "m", "api_key": key})
    with pytest.raises(UsageProblem, match="api_key") as caught:
        endpoint_of(settings)
    assert key not in str(caught.value)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyst.llm.endpoint.find_spec", lambda name: None)
    with pytest.raises(UndertoneError, match="packages are missing") as caught:
        endpoint_of(LlmSettings(base_url="http://localhost/v1", model="m"))
    assert "undertone[llm]" in caught.value.hint
