"""Slack blocks: inside every limit whatever the digest holds, the most important first, and inert."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.answers.delivery.slack import (
    MOST_BLOCKS,
    MOST_CHARACTERS,
    MOST_IN_HEADER,
    MOST_IN_SECTION,
    defanged,
    payload,
    size_of,
)
from analyst.answers.digest import Digest
from analyst.answers.facts import Claim

HOSTILE = "<!channel> @here <@U123> <https://evil.example|click> *x* _y_ `z` ~q~ http://evil.example :bomb: & > "


def _texts(message: dict[str, Any]) -> list[str]:
    found = []
    for block in message["blocks"]:
        parts = [block["text"]] if "text" in block else block["elements"]
        found += [part["text"] for part in parts]
    return found


def _within_limits(message: dict[str, Any]) -> None:
    blocks = message["blocks"]
    assert 1 < len(blocks) <= MOST_BLOCKS
    assert size_of(blocks) <= MOST_CHARACTERS
    assert all(0 < len(text) <= MOST_IN_SECTION for text in _texts(message))
    assert [block["type"] for block in blocks].count("header") == 1
    assert len(blocks[0]["text"]["text"]) <= MOST_IN_HEADER
    assert json.loads(json.dumps(message)) == message


def _bloated(digest: Digest, text: str, times: int) -> Digest:
    long = " ".join([text] * times)
    claims = [Claim(long, claim.facts) for claim in digest.headline]
    fixes = [replace(fix, title=long, action=long, facts=[long] * 5) for fix in digest.fixes]
    themes = [replace(theme, label=long) for theme in digest.themes]
    return replace(
        digest, title=long[:400], headline=claims, fixes=fixes, themes=themes, caveats=[long] * 12, run_id=text[:40]
    )


def test_a_digest_fits(digest: Digest, quiet_digest: Digest) -> None:
    for one in (digest, quiet_digest):
        message = payload(one)
        _within_limits(message)
        assert digest.window in message["text"] or quiet_digest.window in message["text"]
    assert len(payload(quiet_digest)["blocks"]) <= len(payload(digest)["blocks"])


@pytest.mark.parametrize("times", [1, 5, 30, 200])
def test_whatever_the_digest_holds_it_fits_and_says_what_is_missing(digest: Digest, times: int) -> None:
    message = payload(_bloated(digest, HOSTILE, times), "https://undertone.example.com/")
    _within_limits(message)
    if times >= 30:
        assert "Left out here: " in _texts(message)[-1]


def test_the_verdict_comes_first_and_the_fix_before_the_themes(digest: Digest) -> None:
    texts = _texts(payload(digest))
    places = [next(i for i, text in enumerate(texts) if words in text) for words in (
        defanged(digest.headline[0].text), "*Fix first*", "*Themes*")]  # fmt: skip
    assert places == sorted(places)


def test_nothing_of_it_is_acted_on(digest: Digest) -> None:
    message = payload(_bloated(digest, HOSTILE, 1), "https://undertone.example.com/")
    for block in message["blocks"]:
        for part in [block["text"]] if "text" in block else block["elements"]:
            if part["type"] == "plain_text":
                assert part["emoji"] is False
                continue
            assert part["verbatim"] is True
            assert re.findall(r"<[^>]*>", part["text"]) in ([], ["<https://undertone.example.com/|The whole digest>"])
            assert not re.search(r"@\w|https?://(?!undertone)|:bomb:|`", part["text"])
    assert message["mrkdwn"] is False and message["unfurl_links"] is False
    assert "<" not in message["text"] and not re.search(r"@\w|://", message["text"])


@given(st.text(alphabet=st.sampled_from("<>@#!|*_~`:/.&abc http\n\r\t\x00\u202e\u200b"), max_size=80))
def test_defanged_text_has_nothing_that_slack_parses(text: str) -> None:
    safe = defanged(text)
    assert not re.search(r"[<>*~`\n]", safe)
    assert not re.search(r"&(?!amp;|lt;|gt;)", safe)
    assert not re.search(r"[@#]\w|[a-z]://", safe, re.IGNORECASE)
    assert not re.search(r"(?<!\w)_|_(?!\w)", safe)


def test_defanged_text_still_reads_the_same() -> None:
    shown = defanged("app_version 4.2.0, 5 < 6 & “mail me @home”")
    assert shown.replace("\N{WORD JOINER}", "") == "app_version 4.2.0, 5 &lt; 6 &amp; “mail me @home”"
