"""The mail: parts that any reader can open, nothing loaded from anywhere, nothing that customers wrote in charge."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from analyst.answers.delivery import self_contained, to_eml, write_mail
from analyst.answers.delivery.mail import address
from analyst.answers.digest import Digest
from analyst.core.errors import UsageProblem

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
GMAIL_CLIPS = 102_000  # bytes of HTML from which Gmail hides the rest


def _parsed(eml: bytes) -> EmailMessage:
    message = email.message_from_bytes(eml, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_eml_is_text_and_html_with_its_charts_inside(digest: Digest) -> None:
    mail = write_mail(digest)
    message = _parsed(to_eml(mail, NOW, "CX <cx@example.com>", ["Zoë <zoe@example.com>", "b@example.com"]))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/related", "multipart/alternative", "text/plain", "text/html", *["image/png"] * len(mail.pictures),
    ]  # fmt: skip
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    assert text.get_content().splitlines() == mail.text.splitlines()
    assert html.get_content().splitlines() == mail.html.splitlines()
    assert message["Subject"].strip() == mail.subject and message["To"] == "Zoë <zoe@example.com>, b@example.com"
    assert message["MIME-Version"] == "1.0" and message["Date"].datetime == NOW
    assert re.fullmatch(r"<undertone\.[0-9a-f]{32}@example\.com>", message["Message-ID"])
    assert message["X-Unsent"] is None
    held = {part["Content-ID"].strip("<>") for part in message.walk() if part["Content-ID"]}
    asked = set(re.findall(r"cid:([\w@]+)", mail.html))
    assert held == asked and held
    assert all(part.get_content().startswith(b"\x89PNG") for part in message.walk() if part["Content-ID"])


def test_every_line_of_the_eml_is_ascii_and_short_enough_for_any_server(digest: Digest) -> None:
    eml = to_eml(write_mail(digest), NOW)
    eml.decode("ascii")
    assert max(map(len, eml.split(b"\r\n"))) <= 998
    assert b"\n" not in eml.replace(b"\r\n", b"")


def test_the_same_mail_at_the_same_moment_is_the_same_bytes(digest: Digest) -> None:
    assert to_eml(write_mail(digest), NOW) == to_eml(write_mail(digest), NOW)
    assert to_eml(write_mail(digest), NOW) != to_eml(write_mail(digest), datetime(2026, 11, 17, tzinfo=UTC))


def test_a_mail_without_recipients_is_a_draft(digest: Digest) -> None:
    message = _parsed(to_eml(write_mail(digest), NOW))
    assert message["To"] is None and message["X-Unsent"] == "1"


def test_the_html_loads_nothing_and_runs_nothing(digest: Digest) -> None:
    tags = Tags(write_mail(digest, "https://undertone.example.com/").html).found
    assert not {"script", "link", "iframe", "form", "object", "video", "base", "svg"} & {tag for tag, _ in tags}
    sources = [attributes["src"] for _, attributes in tags if "src" in attributes]
    assert sources and all(source and source.startswith("cid:") for source in sources)
    links = [attributes["href"] for _, attributes in tags if "href" in attributes]
    assert links == ["https://undertone.example.com/"]
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    assert not re.search(r"url\(|@import", write_mail(digest).html)


def test_styles_stand_on_the_elements_and_dark_mode_is_declared(digest: Digest) -> None:
    mail = write_mail(digest)
    tags = Tags(mail.html).found
    shown = ("p", "li", "td", "th", "h1", "h2", "h3", "blockquote", "img")
    assert all("color:" in (attributes.get("style") or "") for tag, attributes in tags if tag in shown)
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in tags
    assert "prefers-color-scheme: dark" in mail.html
    assert all((attributes.get("alt") or "").strip() for tag, attributes in tags if tag == "img")
    assert "max-width:640px" in mail.html
    assert len(mail.html.encode()) < GMAIL_CLIPS


def test_the_text_says_what_the_html_says(digest: Digest) -> None:
    mail = write_mail(digest)
    told = " ".join(mail.text.split())
    for claim in digest.headline:
        assert claim.text in told
    assert digest.fixes[0].title in told
    assert max(map(len, mail.text.splitlines())) <= 78


def test_what_customers_and_colleagues_wrote_is_only_shown(digest: Digest) -> None:
    evil = "<img src=x onerror=alert(1)>\r\nBcc: victim@example.com\x1b[2J"
    fix = replace(digest.fixes[0], title=evil, action=evil)
    mail = write_mail(replace(digest, title=evil, fixes=[fix]))
    assert "<img src=x" not in mail.html and "&lt;img src=x" in mail.html
    message = _parsed(to_eml(mail, NOW))
    assert message["Bcc"] is None and "\n" not in message["Subject"]
    assert "\x1b" not in mail.text and "\x1b" not in message["Subject"]


def test_the_self_contained_form_holds_its_charts(digest: Digest) -> None:
    html = self_contained(write_mail(digest))
    assert "cid:" not in html and "data:image/png;base64," in html


@pytest.mark.parametrize("text", ["", "nobody", "a@", "@b", "a@b\r\nBcc: c@d", "Ana Lopez"])
def test_what_is_no_address_is_a_sentence(text: str) -> None:
    with pytest.raises(UsageProblem, match="no mail address"):
        address(text)


def test_a_quiet_week_is_a_short_mail(digest: Digest, quiet_digest: Digest) -> None:
    assert quiet_digest.brief and not digest.brief
    assert len(write_mail(quiet_digest).text) < 0.5 * len(write_mail(digest).text)
