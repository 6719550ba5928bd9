"""A digest delivered: files first, then the Slack channel and the mail server where they are set.

What was sent is logged with its size and hash, and without the address: a Slack webhook is a password. The same message
is not sent twice to one place unless somebody asks for it, so that a job that runs again does no harm.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from analyst.answers import html, markdown
from analyst.answers.delivery.files import file_name, log_sending, read_log, write_all
from analyst.answers.delivery.http import Reply, checked_address, post_json
from analyst.answers.delivery.mail import Mail, to_eml, write_mail
from analyst.answers.delivery.slack import payload
from analyst.answers.delivery.smtp import check_mail_settings, send_mail
from analyst.answers.digest import Digest
from analyst.answers.jsonview import digest_json
from analyst.core.errors import EXIT_PARTLY_DONE, UndertoneError

if TYPE_CHECKING:
    from analyst.core.settings import DigestSettings

TRIES = 3
LONGEST_WAIT = 30.0  # seconds that a server may ask for; longer is for the next run of the job
_REASON = re.compile(r"[a-z][a-z_]{2,40}")  # Slack's reasons: invalid_blocks, no_service, channel_is_archived
SLACK_REASONS = {
    "invalid_blocks": "it does not take the blocks",
    "invalid_payload": "it cannot read the message",
    "no_service": "the webhook was revoked or never existed",
    "no_service_id": "the webhook was revoked or never existed",
    "no_team": "the workspace of the webhook does not exist any more",
    "channel_not_found": "the webhook's channel does not exist any more",
    "channel_is_archived": "the webhook's channel is archived",
    "action_prohibited": "an administrator forbids it",
    "user_not_found": "the webhook's user does not exist any more",
    "msg_blocks_too_long": "it finds the message too long",
}


class NotSent(UndertoneError):
    """The files are there, and a delivery failed."""

    exit_code = EXIT_PARTLY_DONE


@dataclass(frozen=True)
class Delivery:
    """What became of one way out: `to` names it without its secret, `problem` is empty where the message went."""

    to: str
    problem: str = ""
    skipped: bool = False  # the same message went there before


@dataclass(frozen=True)
class Sent:
    """The files that were written and what became of each delivery."""

    files: list[Path]
    deliveries: list[Delivery]


def deliver(
    digest: Digest,
    settings: DigestSettings,
    folder: Path,
    at: datetime,
    *,
    more: Sequence[str] = (),
    again: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Sent:
    """Write the digest's files to `folder` and send it to every place that `settings` name.

    `more` tells the files from those of other digests of the window; `again` sends what was sent before. Raises
    UsageProblem before anything is written where the settings can never work.
    """
    webhook = settings.slack_webhook.get_secret_value() if settings.slack_webhook else ""
    if webhook:
        webhook = checked_address(webhook, "digest.slack_webhook")
    check_mail_settings(settings)
    mail = write_mail(digest, settings.link)
    eml = to_eml(mail, at, settings.mail_from, settings.mail_to)
    contents = {
        "md": markdown.render(digest).encode(),
        "html": html.render(digest).encode(),
        "eml": eml,
        "json": _json(digest),
    }
    name = file_name(digest.window, *more)
    files = write_all(folder, name, contents)
    deliveries = []
    if webhook:
        message = json.dumps(payload(digest, settings.link), ensure_ascii=False).encode()
        place = f"Slack ({urlsplit(webhook).hostname})"
        log = _Log(folder, name, at, place, hashlib.sha256(message + webhook.encode()).hexdigest(), len(message))
        deliveries.append(log.once(again, lambda: post(webhook, message, settings.timeout_s, sleep)))
    if settings.smtp_host:
        place = f"mail to {len(settings.mail_to)} by {settings.smtp_host}"
        log = _Log(folder, name, at, place, _mail_hash(mail, settings), len(eml))
        deliveries.append(log.once(again, lambda: send_mail(eml, settings)))
    return Sent(files, deliveries)


def post(url: str, message: bytes, timeout_s: float, sleep: Callable[[float], None] = time.sleep) -> str:
    """POST `message` to a Slack webhook; returns what went wrong in words, empty where Slack took it.

    Tried again, up to TRIES times, where the server is busy (429, after the time it asks for) or broken (5xx), or where
    the message cannot have arrived. What may have arrived is not sent a second time.
    """
    problem = ""
    for attempt in range(1, TRIES + 1):
        reply = post_json(url, message, timeout_s)
        problem = _problem(reply)
        wait = _wait(reply, attempt)
        if not problem or wait is None:
            return problem
        if wait > LONGEST_WAIT:
            return f"{problem} and asks to wait {wait:.0f} seconds"
        if attempt < TRIES:
            sleep(wait)
    return f"{problem}, {TRIES} times in a row"


def problem_of(sent: Sent) -> NotSent | None:
    """The failure to tell, in one sentence with where the files are; None where everything went."""
    failed = [delivery for delivery in sent.deliveries if delivery.problem]
    if not failed:
        return None
    said = "; ".join(f"to {delivery.to}: {delivery.problem}" for delivery in failed)
    where = sent.files[0].parent
    return NotSent(f"The digest was not sent {said}.", f"Its files are in {where}; the same command tries again.")


@dataclass(frozen=True)
class _Log:
    """The log's line of one message to one place."""

    folder: Path
    name: str
    at: datetime
    place: str
    digest: str
    size: int

    def once(self, again: bool, send: Callable[[], str]) -> Delivery:
        """Send, unless the same message went to the same place before, and log what became of it."""
        before = [e for e in read_log(self.folder) if e.get("sha256") == self.digest and e.get("outcome") == "sent"]
        if before and not again:
            return Delivery(self.place, skipped=True)
        problem = send()
        entry = {
            "at": self.at.isoformat(),
            "digest": self.name,
            "to": self.place,
            "bytes": self.size,
            "sha256": self.digest,
            "outcome": problem or "sent",
        }
        log_sending(self.folder, entry)
        return Delivery(self.place, problem)


def _problem(reply: Reply) -> str:
    if reply.status == 0:
        doubt = "; it may have arrived all the same" if reply.arrived else ""
        return f"{reply.problem}{doubt}"
    said = reply.body.strip()
    if reply.status == 200 and said == "ok":
        return ""
    if 300 <= reply.status < 400:
        return f"it answered with a redirect ({reply.status}), which is not followed"
    if 200 <= reply.status < 300:
        return "something answered, but not as Slack does: a proxy or another service may stand in between"
    reason = said if _REASON.fullmatch(said) else ""
    if reason:
        return f"it refused the message ({reply.status} {reason}: {SLACK_REASONS.get(reason, 'no reason known to us')})"
    if reply.status == 429:
        return "it is busy (429)"
    return f"it answered {reply.status}"


def _wait(reply: Reply, attempt: int) -> float | None:
    """Seconds before the next try, or None where another one could do harm or no good."""
    backoff = float(2 ** (attempt - 1))
    if reply.status == 429 or reply.status >= 500:
        return reply.retry_after if reply.retry_after is not None else backoff
    return backoff if reply.status == 0 and not reply.arrived else None


def _mail_hash(mail: Mail, settings: DigestSettings) -> str:
    parts = [mail.subject, mail.text, mail.html, settings.mail_from, *settings.mail_to]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _json(digest: Digest) -> bytes:
    told = json.dumps(digest_json(digest), ensure_ascii=False, indent=2, allow_nan=False, default=str)
    return (told + "\n").encode()
