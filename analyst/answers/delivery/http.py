"""One POST of JSON over HTTPS with nothing but the standard library: no redirect is followed, no answer is waited for
longer than told, and no secret of the address gets into a message or a log."""

from __future__ import annotations

import ipaddress
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from analyst.core.errors import UsageProblem

MOST_READ = 4_096  # bytes of an answer


@dataclass(frozen=True)
class Reply:
    """What came back. `status` 0 means that nothing did, and `problem` says why; `arrived` whether the message may have
    reached the server all the same. `retry_after` is in seconds."""

    status: int
    body: str = ""
    retry_after: float | None = None
    problem: str = ""
    arrived: bool = False


def checked_address(url: str, setting: str) -> str:
    """`url` if a message may go there: https, or http to this machine. Raises UsageProblem, which does not name it."""
    parts = urlsplit(url.strip())
    try:
        known = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or any(c.isspace() or ord(c) < 32 for c in url.strip()):
        raise UsageProblem(f"The setting '{setting}' is no web address.", "It begins with https://.")
    if parts.username or parts.password:
        raise UsageProblem(f"The setting '{setting}' has a user name in it.", "Leave out what stands before the @.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return url.strip()
    raise UsageProblem(
        f"The setting '{setting}' is not encrypted: it begins with {parts.scheme}://.",
        "Use the https address; http is for servers on this machine only.",
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its name or number; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post_json(url: str, content: bytes, timeout_s: float) -> Reply:
    """POST `content` (JSON, UTF-8) to `url` once and read at most MOST_READ bytes of the answer within `timeout_s`.

    Proxies of the environment are used, except for this machine. Never raises for what the network does.
    """
    request = urllib.request.Request(
        url, data=content, method="POST", headers={"content-type": "application/json; charset=utf-8"}
    )
    deadline = time.monotonic() + timeout_s
    try:
        with _opener(url).open(request, timeout=timeout_s) as answer:
            return Reply(int(answer.status), _read(answer, deadline), arrived=True)
    except urllib.error.HTTPError as refusal:
        with refusal:
            retry_after = _seconds(refusal.headers.get("retry-after"))
            return Reply(refusal.code, _read(refusal, deadline), retry_after, arrived=True)
    except urllib.error.URLError as error:  # while connecting or sending
        return Reply(0, problem=_in_words(error.reason))
    except (OSError, HTTPException, ValueError) as error:  # while waiting for the answer
        return Reply(0, problem=_in_words(error), arrived=True)


def _opener(url: str) -> urllib.request.OpenerDirector:
    local = is_loopback(urlsplit(url).hostname or "")
    proxies = urllib.request.ProxyHandler({} if local else None)
    https = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    return urllib.request.build_opener(proxies, https, _NoRedirect())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: the message goes where the setting says, or nowhere."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def _read(answer: Any, deadline: float) -> str:
    """What can be read of the answer before `deadline`; an answer that breaks off is what came of it."""
    found = b""
    while len(found) < MOST_READ and time.monotonic() < deadline:
        try:
            more = answer.read1(MOST_READ - len(found))
        except (OSError, HTTPException):
            break
        if not more:
            break
        found += more
    return found.decode("utf-8", "replace")


def _in_words(error: object) -> str:
    """Why there is no answer, in words that hold no address: the system's own messages name none of ours."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ssl.SSLError):
        return f"the encrypted connection failed ({error.reason or type(error).__name__})"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, OSError):
        return f"the connection failed ({error.strerror or type(error).__name__})"
    return f"the answer could not be read ({type(error).__name__})"


def _seconds(header: str | None) -> float | None:
    """Retry-After, in seconds or as a date (RFC 9110 §10.2.3)."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
