"""What went wrong with a request, in the words of people: one reason, one sentence, one remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyst.core.settings import LlmSettings
from analyst.llm.endpoint import NO_KEY, Endpoint
from analyst.llm.types import Reason

NO_V1 = "The base_url has no /v1; most servers want it."
_LONGEST = 160  # characters quoted from a server's error: it may echo the request, and so customers' words


@dataclass(frozen=True)
class Fault:
    """A request that brought no usable answer. `about_temperature` where the endpoint refuses that parameter."""

    reason: Reason
    message: str
    hint: str = ""
    about_temperature: bool = False


def timed_out(endpoint: Endpoint, settings: LlmSettings) -> Fault:
    """No answer within the time allowed."""
    return Fault(
        "timeout",
        f"{endpoint.host} did not answer in time (llm.timeout_s is {settings.timeout_s:g} s an attempt).",
        "Raise llm.timeout_s, or use a smaller model.",
    )


def malformed(endpoint: Endpoint, what: str) -> Fault:
    """Something answered, but not an OpenAI-compatible endpoint."""
    return Fault(
        "malformed",
        f"{endpoint.host} answered, but not like an OpenAI-compatible endpoint ({what}).",
        NO_V1 if lacks_version(endpoint) else "Check llm.base_url.",
    )


def fault_of(error: Exception, endpoint: Endpoint, settings: LlmSettings) -> Fault:
    """The fault that an exception from LangChain, the SDK or their insides stands for."""
    if isinstance(error, ImportError):
        return Fault("packages", f"The packages for the LLM do not load ({error}).", "pip install 'undertone[llm]'")
    import openai

    if isinstance(error, openai.APITimeoutError):
        return timed_out(endpoint, settings)
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error.status_code, _said(error), endpoint, settings)
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        return Fault(
            "not_reachable",
            f"{endpoint.host} cannot be reached ({_short(str(cause) or type(cause).__name__, endpoint)}).",
            "Check llm.base_url, and that the server runs.",
        )
    if isinstance(error, openai.APIResponseValidationError | openai.APIError):
        return malformed(endpoint, _short(_said(error), endpoint))
    # ValueError, TypeError, KeyError, IndexError, AttributeError, pydantic's: the reply broke the code that reads it.
    # Their texts quote the reply, so only an endpoint's own {"error": ...} sent with status 200 is repeated.
    if isinstance(error, ValueError) and error.args and isinstance(error.args[0], dict):
        text = str(error.args[0].get("message", ""))
        return malformed(endpoint, f"an error with status 200: {_short(text, endpoint)}")
    return malformed(endpoint, _MEANING.get(type(error).__name__, type(error).__name__))


_MEANING = {
    "ValueError": "the reply is no JSON, perhaps a web page",
    "TypeError": "the reply holds no choices",
    "KeyError": "the reply holds no choices",
    "IndexError": "the reply holds no choices",
    "AttributeError": "the reply holds no message",
    "ValidationError": "the reply has fields of the wrong type",
}


def _status_fault(status: int, said: str, endpoint: Endpoint, settings: LlmSettings) -> Fault:
    host, low = endpoint.host, said.lower()
    if 300 <= status < 400:
        return Fault(
            "redirected",
            f"{host} redirects elsewhere, and text is sent to no other host than the one in the settings.",
            "Put the final address into llm.base_url.",
        )
    if status in (401, 403, 407):
        # What the server says is left out: some repeat a part of the key.
        hint = "Set UNDERTONE_LLM__API_KEY." if endpoint.key == NO_KEY else "Check the key, and what it may do."
        return Fault("auth", f"{host} does not accept the key (status {status}).", hint)
    if status in (404, 405) or (status == 400 and _unknown_model(low)):
        if "model" in low:
            return Fault("not_found", f"{host} knows no model '{endpoint.model}'.", "Check llm.model.")
        hint = NO_V1 if lacks_version(endpoint) else "Check llm.base_url."
        return Fault("not_found", f"{host} has no chat at {endpoint.base_url} (status {status}).", hint)
    if status == 429:
        if "quota" in low or "billing" in low:
            return Fault("rate_limited", f"{host} has no quota left for this key.", "Check the account's plan.")
        return Fault("rate_limited", f"{host} takes no more requests for now.", "Try again in a minute.")
    if status == 413 or (status in (400, 422) and _too_long(low)):
        return Fault("too_long", f"The text is longer than '{endpoint.model}' takes.", "Use a larger context.")
    quoted = f": {_short(said, endpoint)}" if said else ""
    if status in (400, 415, 422, 501):
        message = f"{host} does not accept the request (status {status}{quoted})."
        if "max_tokens" in low or "max_completion_tokens" in low:
            other = "max_tokens" if settings.token_param == "max_completion_tokens" else "max_completion_tokens"
            return Fault("token_param", message, f"Set llm.token_param to {other}.")
        return Fault("rejected", message, "Run: undertone llm check", about_temperature="temperature" in low)
    return Fault("server", f"{host} failed (status {status}{quoted}).", "Try again later.")


def lacks_version(endpoint: Endpoint) -> bool:
    """Whether the base URL has no `/v1` or the like, the commonest slip."""
    return not re.search(r"/v\d", endpoint.base_url)


def _unknown_model(low: str) -> bool:
    return "model" in low and any(word in low for word in ("not found", "not exist", "unknown model", "no such model"))


def _too_long(low: str) -> bool:
    return "context" in low and any(word in low for word in ("length", "window", "size", "exceed"))


def _said(error: Exception) -> str:
    """What the server said of the error, whole; only for telling errors apart, `_short` is for showing."""
    body = getattr(error, "body", None)
    if not isinstance(body, dict):
        return "" if getattr(error, "status_code", None) else str(error)  # a page of HTML helps nobody
    detail = body.get("message") or body.get("detail") or ""
    if isinstance(detail, list):
        # FastAPI's way; its items also echo the input, which is not the server's word.
        items = [item for item in detail if isinstance(item, dict)]
        return "; ".join(f"{'.'.join(str(part) for part in i.get('loc', []))} {i.get('msg', '')}" for i in items)
    return str(detail)


def _short(text: str, endpoint: Endpoint) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if endpoint.key != NO_KEY:
        line = line.replace(endpoint.key, "[key]")
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return line.rstrip(".")
