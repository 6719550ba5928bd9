"""`undertone digest`: the week in one page, to read or to send."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli.console import out, print_json, say, show
from analyst.cli.options import open_session
from analyst.cli.reading import Asked, reading_verb
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.answers.delivery import Delivery
    from analyst.answers.digest import Digest
    from analyst.answers.gather import Findings
    from analyst.core.settings import Settings

Format = Literal["text", "md", "html", "mail", "eml", "slack", "json"]
Writer = Literal["extractive", "llm"]


@reading_verb
def digest(
    asked: Asked,
    as_json: bool,
    form: Annotated[
        Format,
        typer.Option("--format", help="text, md, html (a page), mail (HTML for mail), eml, slack (blocks) or json."),
    ] = "text",
    writer: Annotated[
        Writer, typer.Option("--writer", help="Who words the opening; llm needs an endpoint set.")
    ] = "extractive",
    output: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of standard output.")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Write its files, and send it where digest.slack_webhook and smtp_host say.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="With --send: also what was sent before.")] = False,
) -> None:
    """The period's digest: score, verdict, what to fix, alerts, themes and screens, each sentence with its facts."""
    from analyst.answers.digest import write_digest

    if send and (output is not None or as_json or form != "text"):
        raise UsageProblem("--send writes and sends every form by itself.", "Leave out --out, --format and --json.")
    if again and not send:
        raise UsageProblem("--again says what to do with --send, which is not there.")
    found = asked.open()
    everything = found.everything()
    written = write_digest(everything)
    settings = found.view.settings
    if writer == "llm":
        written = _reword(written, everything, settings)
    if send:
        _send(asked, written, settings, again)
        return
    form = "json" if as_json else form
    if output is None and form == "text":
        from analyst.cli import tables

        show(*tables.digest_parts(written, out().width))
    elif output is None and form == "json":
        from analyst.answers.jsonview import digest_json

        print_json(digest_json(written))
    else:
        _put(render(written, form, settings, _now(asked)), output)


def _reword(written: Digest, everything: Findings, settings: Settings) -> Digest:
    from analyst.answers.digest import citable_names
    from analyst.answers.writing import with_llm_opening
    from analyst.llm import LlmClient, require_llm

    require_llm(settings)
    client = LlmClient(settings.llm, settings.workspace)
    return with_llm_opening(written, client, everything.texts, citable_names(everything))


def render(written: Digest, form: Format, settings: Settings, at: datetime) -> bytes:
    """The digest as a document in `form`; a mail is dated `at`."""
    import json

    if form == "html":
        from analyst.answers import html

        return html.render(written).encode()
    if form == "md":
        from analyst.answers import markdown

        return markdown.render(written).encode()
    if form == "text":
        from analyst.answers import plain

        return plain.render(written).encode()
    if form == "json":
        from analyst.answers.jsonview import digest_json

        told = json.dumps(digest_json(written), ensure_ascii=False, indent=2, allow_nan=False, default=str)
        return (told + "\n").encode()
    from analyst.answers.delivery import payload, self_contained, to_eml, write_mail

    sending = settings.digest
    if form == "slack":
        return (json.dumps(payload(written, sending.link), ensure_ascii=False, indent=2) + "\n").encode()
    mail = write_mail(written, sending.link)
    if form == "eml":
        return to_eml(mail, at, sending.mail_from, sending.mail_to)
    return self_contained(mail).encode()


def _put(document: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
        return
    from analyst.answers.delivery.files import write_file

    write_file(output, document)
    say(f"Digest written to {output}.")


def _send(asked: Asked, written: Digest, settings: Settings, again: bool) -> None:
    """Files always; a delivery that failed is a sentence and exit code 4."""
    from analyst.answers.delivery import deliver, problem_of

    more = [asked.metric or "", asked.survey or "", *(asked.where or [])]
    sent = deliver(written, settings.digest, settings.workspace / "digests", _now(asked), more=more, again=again)
    say(f"Digest written to {sent.files[0].parent}: {', '.join(path.name for path in sent.files)}.")
    for delivery in sent.deliveries:
        say(_said(delivery))
    if not sent.deliveries:
        say("It was sent nowhere: set digest.slack_webhook or digest.smtp_host for that.")
    problem = problem_of(sent)
    if problem is not None:
        raise problem


def _said(delivery: Delivery) -> str:
    if delivery.skipped:
        return f"Not sent to {delivery.to} a second time: the same digest went there before (--again sends it)."
    return f"Not sent to {delivery.to}." if delivery.problem else f"Sent to {delivery.to}."


def _now(asked: Asked) -> datetime:
    return open_session(asked.workspace, asked.now).clock()
