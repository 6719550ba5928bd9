"""The digest as a mail: HTML that any reader shows, the same in plain text beside it, and the charts inside.

Mail readers know little: styles stand on the elements themselves, the page is one column of at most 640 pixels, nothing
is loaded from anywhere, and the colours hold on light and on dark. The charts are PNG on white, named by Content-ID.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from analyst.answers import charts, plain
from analyst.answers import wording as w
from analyst.answers.blocks import Figure, Section
from analyst.answers.digest import Digest
from analyst.answers.html import environment
from analyst.answers.outline import about, outline, verdict_line
from analyst.core.errors import UsageProblem

WIDTH = 640  # pixels
SENDER = "Undertone <undertone@localhost>"
_CHART_WIDTH, _CHART_HEIGHT, _FONT = 470, 170, 15  # drawn small with large letters: a phone shows them at half size
_LABELS = 200  # points; the table below the chart has the names in full


@dataclass(frozen=True)
class Mail:
    """One mail before it has an address; `html` names each of `pictures` (PNG bytes by name) as cid:NAME@undertone."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes]


def write_mail(digest: Digest, link: str | None = None) -> Mail:
    """The digest as a mail; `link` is where its page is served, if it is."""
    pictures = {name: charts.to_png(charts.on_paper(spec)) for name, spec in _specs(digest).items()}
    sources = {name: f"cid:{_content_id(name)}" for name in pictures}
    text = plain.render(digest) + (f"\nThe page with the facts behind each sentence: {link}\n" if link else "")
    return Mail(f"{digest.title}: {verdict_line(digest)}", text, _html(digest, sources, link), pictures)


def self_contained(mail: Mail) -> str:
    """The mail's HTML with its pictures inside, for looking at and for tools that take HTML alone."""
    html = mail.html
    for name, picture in mail.pictures.items():
        inside = f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
        html = html.replace(f"cid:{_content_id(name)}", inside)
    return html


def to_eml(mail: Mail, at: datetime, sender: str = SENDER, recipients: Sequence[str] = ()) -> bytes:
    """The mail as an .eml file (RFC 5322): multipart/related of multipart/alternative (text, HTML) and the charts.

    The same mail at the same moment is the same bytes; its Message-ID comes from its content and not from this machine.
    Raises UsageProblem for what is no address.
    """
    root = MIMEPart(policy=SMTP)
    root["MIME-Version"] = "1.0"
    root["Subject"] = _one_line(mail.subject)
    root["From"] = address(sender)
    if recipients:
        root["To"] = [address(one) for one in recipients]
    root["Date"] = format_datetime(at)
    content = hashlib.sha256("\n".join([mail.subject, mail.text, mail.html, at.isoformat()]).encode()).hexdigest()
    root["Message-ID"] = f"<undertone.{content[:32]}@{address(sender).domain}>"
    if not recipients:
        root["X-Unsent"] = "1"  # a mail reader then opens it as a draft
    root.make_related(boundary=f"related-{content[:24]}")
    root.set_param("type", "multipart/alternative")
    both = MIMEPart(policy=SMTP)
    both.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    both.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    both.set_boundary(f"alternative-{content[:24]}")
    root.attach(both)
    for name, picture in mail.pictures.items():
        part = MIMEPart(policy=SMTP)
        cid = f"<{_content_id(name)}>"
        part.set_content(picture, "image", "png", disposition="inline", filename=f"{name}.png", cid=cid)
        root.attach(part)
    return root.as_bytes()


def address(text: str) -> Address:
    """`Name <user@host>` as an address. Raises UsageProblem where it is none."""
    name, plain_address = parseaddr(text)
    try:
        made = Address(name, addr_spec=plain_address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise _no_address(text) from error
    if not made.username or not made.domain or any(c in text for c in "\r\n"):
        raise _no_address(text)
    return made


def _no_address(text: str) -> UsageProblem:
    return UsageProblem(f"'{_one_line(text)}' is no mail address.", "Write it like 'Ana Lopez <ana@example.com>'.")


def _one_line(text: str) -> str:
    return plain.clean(text)


def _content_id(name: str) -> str:
    return f"{name}@undertone"


def _html(digest: Digest, sources: Mapping[str, str], link: str | None) -> str:
    template = environment().get_template("mail.html.j2")
    return template.render(
        digest=digest,
        about=about(digest),
        preview=plain.clean(digest.headline[0].text) if digest.headline else "",
        hero=_hero(digest),
        sections=_narrow(outline(digest, short=True)),
        sources=sources,
        width=WIDTH,
        link=link,
    )


def _hero(digest: Digest) -> dict[str, str]:
    """The score in large, and its change coloured only where it is more than chance."""
    movement = digest.movement
    if movement.current is None or movement.change is None:
        return {}
    better = movement.change.value > 0
    return {
        "name": w.METRIC_NAMES[digest.metric],
        "level": w.score(movement.current.value, digest.metric),
        "change": w.signed(movement.change.value),
        "interval": w.interval(movement.change),
        "sense": ("good" if better else "bad") if movement.verdict == "moved" else "quiet",
    }


def _narrow(sections: Sequence[Section]) -> list[Section]:
    """The sections with tables of few columns: a phone shows no more."""
    from analyst.answers.blocks import Grid

    return [
        Section(s.key, s.title, tuple(block.narrow() if isinstance(block, Grid) else block for block in s.blocks))
        for s in sections
    ]


def _specs(digest: Digest) -> dict[str, dict[str, object]]:
    figures = [b for s in outline(digest, short=True) for b in s.blocks if isinstance(b, Figure)]
    drawn: dict[str, dict[str, object]] = {}
    for figure in figures:
        drawn[figure.name] = (
            charts.series_chart(digest.series, digest.metric, _CHART_WIDTH, _CHART_HEIGHT, _FONT)
            if figure.name == "series"
            else charts.ledger_chart(digest.movement, _CHART_WIDTH - _LABELS, _FONT, _LABELS)
        )
    return drawn
