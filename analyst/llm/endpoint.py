"""Which endpoint the settings name, checked before anything is sent there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from analyst.core.errors import UndertoneError, UsageProblem
from analyst.core.settings import LlmSettings, Settings

# What people paste from a manual's curl line, although a base URL was asked for.
_PASTED = ("/chat/completions", "/completions", "/responses", "/embeddings", "/models", "/chat")
NO_KEY = "no-key"  # local servers need none, the client insists on one, and one from the environment must not leak


@dataclass(frozen=True)
class Endpoint:
    """A normalised base URL and model. `host` is what people are told: name, and port where one is given."""

    base_url: str
    host: str
    model: str
    key: str
    loopback: bool

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url}, {self.model})"  # the key stays out of logs and tracebacks

    @property
    def unencrypted(self) -> bool:
        """Whether text crosses a network in the clear."""
        return self.base_url.startswith("http://") and not self.loopback


def is_configured(settings: LlmSettings) -> bool:
    """Whether an endpoint and a model are named; without both everything stays offline."""
    return bool((settings.base_url or "").strip() and (settings.model or "").strip())


def normal_url(text: str) -> str:
    """`text` as a base URL: no pasted request path, no slash at the end.

    Raises UsageProblem for anything but http and https with a host, for a user name, password, query or fragment
    in the URL, and for link-local addresses, where clouds keep machine credentials and nobody keeps a model.
    """
    url = text.strip()
    shown = f"The LLM base_url '{url.split('@')[-1]}' cannot be used"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageProblem(f"{shown}: {error}.", "Write it like https://host/v1.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise UsageProblem(f"{shown}: it does not begin with http:// or https://.", "Write it like https://host/v1.")
    if parts.username is not None or parts.password is not None:
        raise UsageProblem(f"{shown}: it carries a user name or password.", "Put the key into llm.api_key.")
    if parts.query or parts.fragment:
        raise UsageProblem(f"{shown}: it has a part after ? or #.", "Write it like https://host/v1.")
    address = _address(host)
    if address is not None and address.is_link_local:
        raise UsageProblem(f"{shown}: {host} is a link-local address.", "Name the machine that serves the model.")
    path = parts.path.rstrip("/")
    for pasted in _PASTED:
        if path.endswith(pasted):
            path = path[: -len(pasted)].rstrip("/")
            break
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{path}"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def endpoint_of(settings: LlmSettings) -> Endpoint:
    """The endpoint that `settings` name.

    Raises UndertoneError when none is configured or the packages for it are missing, UsageProblem when the URL or
    the key cannot be used.
    """
    if not is_configured(settings):
        missing = [name for name in ("base_url", "model") if not (getattr(settings, name) or "").strip()]
        raise UndertoneError(
            f"No LLM is configured: {' and '.join(f'llm.{name}' for name in missing)} not set.",
            "Everything works without one. To use one, set UNDERTONE_LLM__BASE_URL and UNDERTONE_LLM__MODEL "
            "(and UNDERTONE_LLM__API_KEY where the endpoint asks for a key).",
        )
    if find_spec("langchain_openai") is None or find_spec("openai") is None:
        raise UndertoneError("An LLM is configured, but its packages are missing.", "pip install 'undertone[llm]'")
    url = normal_url(settings.base_url or "")
    key = settings.api_key.get_secret_value().strip() if settings.api_key else ""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageProblem(
            "The LLM api_key holds a space or a character that no header can carry.",
            "Copy the key again; a dash or quote may have been beautified on the way.",
        )
    parts = urlsplit(url)
    address = _address(parts.hostname or "")
    loopback = parts.hostname == "localhost" or (address is not None and address.is_loopback)
    return Endpoint(url, parts.netloc, (settings.model or "").strip(), key or NO_KEY, loopback)


def require_llm(settings: Settings) -> Endpoint:
    """The configured endpoint, for commands that cannot do without one; raises what `endpoint_of` raises."""
    return endpoint_of(settings.llm)
