"""The store's tables. Times are microseconds since 1970 in UTC, so that both databases keep them alike.

`key` identifies a record (a hash of source and source_id), `content` is a hash of everything in it: equal
content means that an import brought nothing new.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
_Text = sa.Text


def _records(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("key", sa.String(16), primary_key=True),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("source_id", _Text, nullable=False),
        sa.Column("content", sa.BigInteger, nullable=False),
        sa.Column("import_id", sa.String(60), nullable=False),
        sa.Column("segments", _Text, nullable=False),
        *columns,
        sa.Index(f"ix_{name}_source_id", "source_id"),
    )


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, _Text)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger)


def _real(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Float(53))


def _user() -> sa.Column[object]:
    return sa.Column("user_id", _Text, index=True)


responses = _records(
    "responses",
    _text("kind"),
    _real("score"),
    _real("scale_min"),
    _real("scale_max"),
    sa.Column("higher_is_better", sa.Boolean, nullable=False),
    _time("submitted_at"),
    sa.Column("utc_offset_min", sa.Integer),
    _text("title"),
    _text("text"),
    _text("language"),
    _user(),
    _text("survey"),
    _text("question"),
    _text("channel"),
    _real("weight"),
)
sessions = _records(
    "sessions",
    _user(),
    _time("started_at"),
    _real("duration_s"),
    _text("platform"),
    _text("app_version"),
    _text("summary"),
    _text("replay_url"),
    _text("screens"),
)
tickets = _records(
    "tickets",
    _user(),
    _time("created_at"),
    _text("subject"),
    _text("text"),
    _text("status"),
    _text("priority"),
    _text("channel"),
)
events = _records(
    "events",
    _user(),
    _text("session_id"),
    _time("at"),
    _text("name"),
    _text("screen"),
    _text("signal"),
    sa.Column("count", sa.Integer, nullable=False),
)
customers = _records("customers", _time("signed_up_at"), _time("churned_at"), _real("mrr"), _text("email_key"))
changes = _records(
    "changes",
    _text("kind"),
    _time("at"),
    _time("until"),
    _text("title"),
    _text("version"),
    _text("platform"),
    _text("note"),
)
RECORDS: dict[str, sa.Table] = {
    table.name: table for table in (responses, sessions, tickets, events, customers, changes)
}
# The column that holds a record's main moment.
MOMENT = {
    "responses": "submitted_at", "sessions": "started_at", "tickets": "created_at", "events": "at",
    "customers": "signed_up_at", "changes": "at",
}  # fmt: skip

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.String(60), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("file", _Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, index=True),
    sa.Column("record", sa.String(20), nullable=False),
    sa.Column("source", sa.String(120), nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),  # null: the import was cut short
    sa.Column("report", _Text),
)
theme_edits = sa.Table(
    "theme_edits",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", _Text, nullable=False),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("payload", _Text, nullable=False),
)
fix_states = sa.Table(
    "fix_states",
    metadata,
    sa.Column("fix_id", sa.String(120), primary_key=True),
    sa.Column("status", sa.String(40)),
    sa.Column("owner", _Text),
    sa.Column("due", sa.String(40)),
    sa.Column("effort", sa.Float(53)),
    sa.Column("shipped_at", sa.BigInteger),
    sa.Column("shipped_version", _Text),
    sa.Column("note", _Text),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)
shippings = sa.Table(
    "shippings",
    metadata,
    sa.Column("fix_id", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("registered_at", sa.BigInteger, nullable=False),
    sa.Column("review", sa.String(10), nullable=False),  # the day, ISO
    sa.Column("payload", _Text, nullable=False),  # the registration, JSON; never changed
)
looks = sa.Table(
    "looks",
    metadata,
    sa.Column("fix_id", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), primary_key=True),  # decisive | reopened: one of each a registration
    sa.Column("looked_at", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("payload", _Text, nullable=False),
)
erased_users = sa.Table(
    "erased_users",
    metadata,
    sa.Column("user_hash", sa.String(64), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)
alert_rules = sa.Table(
    "alert_rules",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("metric", sa.String(20), nullable=False),
    sa.Column("filter", _Text, nullable=False),  # [[dimension, value], ...]
    _text("survey"),
    _text("theme"),
    _text("screen"),
    _real("above"),
    _real("below"),
    sa.Column("periods", sa.Integer, nullable=False),
    sa.Column("every", sa.String(10), nullable=False),
    sa.Column("test", sa.String(10)),
    sa.Column("least", sa.Float(53), nullable=False),
    sa.Column("owner", _Text, nullable=False),
    sa.Column("plan", _Text, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)
