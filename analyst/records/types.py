"""The record types: what an importer may bring in, whatever system it comes from.

Times are aware and in UTC; `segments` holds dimension -> value as they stood at the time of the record.
`key` is the record's identity in the store: a hash of source and source_id, so that the same row imported
twice is the same record.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["nps", "csat", "ces"]
ChangeKind = Literal["release", "outage", "price", "campaign", "survey"]
KINDS: tuple[Kind, ...] = ("nps", "csat", "ces")
CHANGE_KINDS: tuple[ChangeKind, ...] = ("release", "outage", "price", "campaign", "survey")


def record_key(source: str, source_id: str) -> str:
    """The 16 hex characters that identify (source, source_id) in the workspace."""
    return hashlib.blake2b(f"{source}\x1f{source_id}".encode(), digest_size=8).hexdigest()


class Record(BaseModel):
    """What every record has: where it comes from, its id there, and its segments."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    record: ClassVar[str] = ""

    source: str = Field(min_length=1, max_length=120)
    source_id: str = Field(min_length=1, max_length=300)
    segments: dict[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Identity in the store."""
        return record_key(self.source, self.source_id)


class Response(Record):
    """One survey answer. `score` lies within [scale_min, scale_max]; CES has its direction declared."""

    record: ClassVar[str] = "responses"

    kind: Kind | None = None
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    higher_is_better: bool = True
    submitted_at: datetime | None = None
    utc_offset_min: int | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    user_id: str | None = None
    survey: str | None = None
    question: str | None = None
    channel: str | None = None
    weight: float = Field(1.0, ge=0)


class ScreenVisit(BaseModel):
    """One screen seen in a session, with seconds spent and how often each friction signal fired."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    screen: str
    dwell_s: float | None = None
    rage_taps: int = Field(0, ge=0)
    dead_taps: int = Field(0, ge=0)
    ui_freezes: int = Field(0, ge=0)
    crashes: int = Field(0, ge=0)
    errors: int = Field(0, ge=0)


class Session(Record):
    """One visit to the product: its screens in order, its friction signals, and its summary if any."""

    record: ClassVar[str] = "sessions"

    user_id: str | None = None
    started_at: datetime | None = None
    duration_s: float | None = Field(None, ge=0)
    platform: str | None = None
    app_version: str | None = None
    summary: str | None = None
    replay_url: str | None = None
    screens: tuple[ScreenVisit, ...] = ()


class Ticket(Record):
    """One support ticket."""

    record: ClassVar[str] = "tickets"

    user_id: str | None = None
    created_at: datetime | None = None
    subject: str | None = None
    text: str | None = None
    status: str | None = None
    priority: str | None = None
    channel: str | None = None


class Event(Record):
    """One product event; `signal` is set when it is a friction signal, else it says the screen was seen.

    The name of a tap holds the element tapped, where the file tells it: `click: Pay now`.
    """

    record: ClassVar[str] = "events"

    user_id: str | None = None
    session_id: str | None = None
    at: datetime | None = None
    name: str | None = None
    screen: str | None = None
    signal: str | None = None
    count: int = Field(1, ge=0)


class Customer(Record):
    """One customer; `source_id` is the user id. `email_key` joins records that only carry the e-mail."""

    record: ClassVar[str] = "customers"

    signed_up_at: datetime | None = None
    churned_at: datetime | None = None
    mrr: float | None = None
    email_key: str | None = None


class Change(Record):
    """An entry of the calendar: a release, an outage, a price, a campaign, a change of the survey."""

    record: ClassVar[str] = "changes"

    kind: ChangeKind
    at: datetime | None = None
    until: datetime | None = None
    title: str | None = None
    version: str | None = None
    platform: str | None = None
    note: str | None = None


RECORD_TYPES: dict[str, type[Record]] = {
    model.record: model for model in (Response, Session, Ticket, Event, Customer, Change)
}
