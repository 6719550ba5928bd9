"""Raw event exports of product analytics, as their docs describe them: Amplitude's, Mixpanel's, PostHog's JSON lines.

They become events; sessions, rage and dead taps follow from them (see records.streams).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from analyst.records.cells import clean
from analyst.records.mapping import FileMapping
from analyst.records.readers import Row, RowFile
from analyst.records.sources.base import Part, Source
from analyst.records.types import record_key

_AN_ID = re.compile(r"\d+|[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*|[0-9a-zA-Z_-]{22,}")
_PERSONAL = {"email", "name", "phone", "ip", "username"}
_COLUMNS = ("event_id", "at", "user_id", "session_id", "name", "screen", "count", "element")


@dataclass(frozen=True)
class _Dialect:
    """Where a system keeps what we need: for each of our columns the headers to try, first filled first."""

    columns: dict[str, tuple[str, ...]]
    attributes: dict[str, tuple[str, ...]]
    people: str  # the prefix of the person's own properties


def screen_of(value: Any) -> str | None:
    """A screen's name: a name as it is, a web address or path without host, query and ids (`/orders/123` is
    `/orders/:id`)."""
    text = clean(value)
    if text is None or not (text.startswith("/") or "://" in text):
        return text
    parts = [":id" if _AN_ID.fullmatch(part) else part for part in urlsplit(text).path.split("/") if part]
    return "/" + "/".join(parts)


def _first(cells: dict[str, Any], headers: Sequence[str]) -> Any:
    return next((cells[header] for header in headers if clean(cells.get(header)) is not None), None)


def _reshape(dialect: _Dialect) -> Callable[[RowFile], RowFile]:
    def reshape(file: RowFile) -> RowFile:
        mine = [
            header
            for header in file.headers
            if dialect.people
            and header.startswith(dialect.people)
            and header.removeprefix(dialect.people).lstrip("$").casefold() not in _PERSONAL
        ]
        named = {f"attr.{header.removeprefix(dialect.people).lstrip('$')}": (header,) for header in mine}
        attributes = {**named, **{f"attr.{name}": headers for name, headers in dialect.attributes.items()}}

        def cells(row: Row) -> dict[str, Any]:
            found = {name: _first(row.cells, dialect.columns.get(name, ())) for name in _COLUMNS}
            found["screen"] = screen_of(found["screen"])
            session = clean(found["session_id"])
            if session == "-1":
                found["session_id"] = None
            elif session is not None and session.isdigit():  # a moment, not an id: two people may share it
                found["session_id"] = record_key(str(found["user_id"]), session)
            return {**found, **{name: _first(row.cells, headers) for name, headers in attributes.items()}}

        def rows() -> Iterator[Row]:
            return (row if row.problem else row._replace(cells=cells(row)) for row in file.rows())

        return replace(file, headers=(*_COLUMNS, *attributes), rows=rows)

    return reshape


_AMPLITUDE = _Dialect(
    {
        "event_id": ("$insert_id", "uuid"),
        "at": ("event_time",),
        "user_id": ("user_id", "device_id", "amplitude_id"),
        "session_id": ("session_id",),
        "name": ("event_type",),
        "screen": tuple(f"event_properties.[Amplitude] {name}" for name in ("Screen Name", "Page Path", "Page URL")),
        "element": tuple(f"event_properties.[Amplitude] {name}" for name in ("Target Text", "Element Text")),
    },
    {
        "platform": ("platform", "os_name"),
        "app_version": ("version_name",),
        "os_version": ("os_version",),
        "device": ("device_family", "device_type"),
        "country": ("country",),
    },
    "user_properties.",
)
_MIXPANEL = _Dialect(
    {
        "event_id": ("properties.$insert_id",),
        "at": ("properties.time",),
        "user_id": ("properties.$user_id", "properties.distinct_id", "properties.$device_id"),
        "name": ("event",),
        "screen": ("properties.$screen_name", "properties.screen_name", "properties.$current_url"),
        "element": ("properties.$el_text", "properties.$el_id", "properties.$el_tag_name"),
    },
    {
        "platform": ("properties.$os",),
        "app_version": ("properties.$app_version_string",),
        "device": ("properties.$model", "properties.$device"),
        "browser": ("properties.$browser",),
        "country": ("properties.mp_country_code",),
        "plan": ("properties.plan",),
    },
    "",
)
_POSTHOG = _Dialect(
    {
        "event_id": ("uuid",),
        "at": ("timestamp",),
        "user_id": ("distinct_id", "person_id"),
        "session_id": ("properties.$session_id",),
        "name": ("event",),
        "screen": ("properties.$screen_name", "properties.$pathname", "properties.$current_url"),
        "element": ("properties.$el_text", "elements_chain"),
    },
    {
        "platform": ("properties.$os",),
        "app_version": ("properties.$app_version",),
        "os_version": ("properties.$os_version",),
        "device": ("properties.$device_type",),
        "browser": ("properties.$browser",),
        "country": ("properties.$geoip_country_code",),
    },
    "person_properties.",
)


def _has(*headers: str) -> Callable[[RowFile], bool]:
    return lambda file: set(headers) <= set(file.headers)


def _source(name: str, dialect: _Dialect, recognises: Callable[[RowFile], bool], **said: Any) -> Source:
    return Source(name, (Part("events", _reshape(dialect), FileMapping(**said)),), recognises)


PRODUCT_EVENTS = (
    _source("amplitude-events", _AMPLITUDE, _has("amplitude_id", "event_type", "event_time"), timezone="UTC"),
    _source("mixpanel-events", _MIXPANEL, _has("event", "properties.time", "properties.distinct_id")),
    _source(
        "posthog-events",
        _POSTHOG,
        lambda file: _has("event", "distinct_id", "timestamp")(file) and any("properties.$" in h for h in file.headers),
    ),
)
