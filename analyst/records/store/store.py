"""The store: records, and what people did to themes and fixes. Every writer takes short turns."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from analyst.core.errors import StoreBusy, UsageProblem
from analyst.records.store import schema
from analyst.records.store.engine import BUSY_TIMEOUT_S, WRITING, create_engine, migrate, translated
from analyst.records.store.rows import from_micros, to_micros, to_row
from analyst.records.types import Record

_FIX_FIELDS = {"status", "owner", "due", "effort", "shipped_at", "shipped_version", "note"}
_KEYS_A_QUERY = 500  # SQLite before 3.32 took at most 999 parameters; batches are that size anyway


@dataclass(frozen=True)
class Written:
    """What one batch did. `redated` are replaced rows whose main date changed too: another row under a known id?"""

    new: int = 0
    replaced: int = 0
    unchanged: int = 0
    redated: int = 0


@dataclass(frozen=True)
class ThemeEdit:
    """One thing somebody did to the themes; `seq` rises without gaps."""

    seq: int
    at: datetime
    who: str
    verb: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class FixState:
    """Where a fix stands: its status, who does it, until when, what it costs, when it shipped."""

    fix_id: str
    status: str | None = None
    owner: str | None = None
    due: str | None = None
    effort: float | None = None
    shipped_at: datetime | None = None
    shipped_version: str | None = None
    note: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class PastImport:
    """One import as it was recorded; `finished_at` is None when it was cut short."""

    import_id: str
    file: str
    fingerprint: str
    record: str
    source: str
    started_at: datetime
    finished_at: datetime | None
    report: dict[str, Any]


def open_store(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open the store at `url` (sqlite:///path or postgresql://...), made or brought up to date as needed.

    Raises UsageProblem for another kind of URL, UndertoneError when the database cannot be used, StoreBusy when
    another process holds it for longer than `busy_timeout_s` seconds. Use it in a `with` statement.
    """
    engine = create_engine(url, busy_timeout_s)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


class Store:
    """The system of record. Safe to use from several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{WRITING: True})

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    # Records

    def write(self, records: Sequence[Record], import_id: str) -> Written:
        """Write one batch of records of one type in one transaction: new ones in, changed ones over the old.

        Raises StoreBusy when the store stays locked.
        """
        if not records:
            return Written()
        table = schema.RECORDS[records[0].record]
        rows = {row["key"]: row for row in (to_row(record, import_id) for record in records)}
        moment = table.c[schema.MOMENT[table.name]]
        with translated(self.engine), self._writer.begin() as connection:
            found = {}
            for part in _parts(list(rows)):
                query = sa.select(table.c.key, table.c.content, moment).where(table.c.key.in_(part))
                found.update({key: (content, at) for key, content, at in connection.execute(query)})
            changed = [row for key, row in rows.items() if key not in found or found[key][0] != row["content"]]
            if changed:
                connection.execute(self._upsert(table), changed)
        replaced = [row for row in changed if row["key"] in found]
        return Written(
            new=len(changed) - len(replaced),
            replaced=len(replaced),
            unchanged=len(rows) - len(changed),
            redated=sum(found[row["key"]][1] != row[moment.name] for row in replaced),
        )

    def _upsert(self, table: sa.Table) -> sa.Insert:
        insert: Any = (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)
        values = {column.name: insert.excluded[column.name] for column in table.columns if column.name != "key"}
        return cast(sa.Insert, insert.on_conflict_do_update(index_elements=["key"], set_=values))

    def rows(self, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """All rows of a record table, sorted by key, as tuples of `columns` (times in microseconds, JSON as text)."""
        found = schema.RECORDS[table]
        query = sa.select(*(found.c[name] for name in columns)).order_by(found.c.key)
        with translated(self.engine), self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """How many records of each type there are."""
        with translated(self.engine), self.engine.connect() as connection:
            return {
                name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
                for name, table in schema.RECORDS.items()
            }

    def fingerprints(self) -> dict[str, str]:
        """A short fingerprint of each record table's content, whatever the order in which its rows came.

        The sums of the two halves of the rows' content hashes: additive, so the database computes it in one pass.
        """
        found = {}
        with translated(self.engine), self.engine.connect() as connection:
            for name, table in schema.RECORDS.items():
                low = table.c.content.bitwise_and(0xFFFFFFFF)
                high = table.c.content.bitwise_rshift(sa.literal(32, sa.Integer))
                query = sa.select(sa.func.count(), sa.func.sum(low), sa.func.sum(high)).select_from(table)
                sums = [str(int(value or 0)) for value in connection.execute(query).one()]
                found[name] = hashlib.blake2b(":".join(sums).encode(), digest_size=8).hexdigest()
        return found

    def elsewhere(self, records: Sequence[Record]) -> dict[str, int]:
        """How many of these records (one type, one source) are already there under another source, by source.

        The same id with the same date is taken for the same record; records without a date are not compared.
        """
        if not records:
            return {}
        name = records[0].record
        table, moment = schema.RECORDS[name], schema.MOMENT[name]
        wanted = {
            (record.source_id, to_micros(at))
            for record in list(records)[:_KEYS_A_QUERY]
            if (at := getattr(record, moment)) is not None
        }
        query = sa.select(table.c.source, table.c.source_id, table.c[moment]).where(
            table.c.source_id.in_([source_id for source_id, _ in wanted]), table.c.source != records[0].source
        )
        found = Counter[str]()
        with translated(self.engine), self.engine.connect() as connection:
            for source, source_id, at in connection.execute(query):
                found[source] += (source_id, at) in wanted
        return {source: n for source, n in found.items() if n}

    def erase_user(self, user_id: str, at: datetime) -> dict[str, int]:
        """Delete everything about a user and remember (as a hash) never to import it again; rows deleted by table."""
        gone = {}
        with translated(self.engine), self._writer.begin() as connection:
            for name, table in schema.RECORDS.items():
                column = table.c.source_id if name == "customers" else table.c.get("user_id")
                if column is not None:
                    gone[name] = connection.execute(sa.delete(table).where(column == user_id)).rowcount
            mark = user_hash(user_id)
            known = sa.select(schema.erased_users.c.at).where(schema.erased_users.c.user_hash == mark)
            if connection.execute(known).first() is None:
                connection.execute(sa.insert(schema.erased_users).values(user_hash=mark, at=to_micros(at)))
        return gone

    def erased(self) -> frozenset[str]:
        """Hashes of the users who were erased (see `user_hash`)."""
        with translated(self.engine), self.engine.connect() as connection:
            return frozenset(connection.execute(sa.select(schema.erased_users.c.user_hash)).scalars())

    # Imports

    def start_import(self, import_id: str, file: str, fingerprint: str, record: str, source: str, at: datetime) -> str:
        """Record that an import began; gives the id it was recorded under (a double id gets a number)."""
        for attempt in range(1, 100):
            name = import_id if attempt == 1 else f"{import_id}-{attempt}"
            try:
                with translated(self.engine), self._writer.begin() as connection:
                    last = connection.execute(
                        sa.select(sa.func.coalesce(sa.func.max(schema.imports.c.seq), 0))
                    ).scalar()
                    connection.execute(
                        sa.insert(schema.imports).values(
                            import_id=name,
                            seq=int(last or 0) + 1,
                            file=file,
                            fingerprint=fingerprint,
                            record=record,
                            source=source,
                            started_at=to_micros(at),
                        )
                    )
                return name
            except IntegrityError:
                continue
        raise StoreBusy("Too many imports start at the same moment.", "Try again in a moment.")

    def finish_import(self, import_id: str, at: datetime, report: dict[str, Any]) -> None:
        """Record that an import is whole."""
        with translated(self.engine), self._writer.begin() as connection:
            connection.execute(
                sa.update(schema.imports)
                .where(schema.imports.c.import_id == import_id)
                .values(finished_at=to_micros(at), report=json.dumps(report, ensure_ascii=False))
            )

    def imports(self) -> list[PastImport]:
        """Every import, oldest first."""
        with translated(self.engine), self.engine.connect() as connection:
            rows = connection.execute(sa.select(schema.imports).order_by(schema.imports.c.seq)).mappings()
            return [_past_import(row) for row in rows]

    def last_import(self, record: str, source: str) -> PastImport | None:
        """The import of this kind of records from this source that began last, or None."""
        table = schema.imports
        query = (
            sa.select(table)
            .where(table.c.record == record, table.c.source == source)
            .order_by(table.c.seq.desc(), table.c.import_id.desc())
            .limit(1)
        )
        with translated(self.engine), self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _past_import(row)

    # What people do

    def add_theme_edit(self, who: str, verb: str, payload: dict[str, Any], at: datetime) -> int:
        """Append one edit to the log and return its number. Numbers rise without gaps, in the order of commits."""
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        edits = schema.theme_edits
        for _ in range(100):
            try:
                with translated(self.engine), self._writer.begin() as connection:
                    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(edits.c.seq), 0))).scalar_one()
                    connection.execute(
                        sa.insert(edits).values(seq=last + 1, at=to_micros(at), who=who, verb=verb, payload=text)
                    )
                return int(last) + 1
            except IntegrityError:
                continue  # somebody took that number between our look and our write
        raise StoreBusy("Too many people edit the themes at the same moment.", "Try again.")

    def theme_edits(self, after_seq: int = 0) -> list[ThemeEdit]:
        """The edits after number `after_seq`, in order."""
        edits = schema.theme_edits
        query = sa.select(edits).where(edits.c.seq > after_seq).order_by(edits.c.seq)
        with translated(self.engine), self.engine.connect() as connection:
            return [
                ThemeEdit(row.seq, cast(datetime, from_micros(row.at)), row.who, row.verb, json.loads(row.payload))
                for row in connection.execute(query)
            ]

    def set_fix_state(self, fix_id: str, at: datetime, **fields: Any) -> FixState:
        """Change some fields of a fix (status, owner, due, effort, shipped_at, shipped_version, note); the rest stays.

        Raises UsageProblem for an unknown field.
        """
        unknown = set(fields) - _FIX_FIELDS
        if unknown:
            raise UsageProblem(
                f"A fix has no field '{sorted(unknown)[0]}'.", f"It has {', '.join(sorted(_FIX_FIELDS))}."
            )
        values = {name: to_micros(v) if isinstance(v, datetime) else v for name, v in fields.items()}
        values["updated_at"] = to_micros(at)
        table = schema.fix_states
        insert: Any = (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)
        upsert = insert.values(fix_id=fix_id, **values).on_conflict_do_update(index_elements=["fix_id"], set_=values)
        with translated(self.engine), self._writer.begin() as connection:
            connection.execute(upsert)
        return self.fix_states()[fix_id]

    def fix_states(self) -> dict[str, FixState]:
        """What people said of each fix, by its id."""
        with translated(self.engine), self.engine.connect() as connection:
            rows = connection.execute(sa.select(schema.fix_states).order_by(schema.fix_states.c.fix_id)).mappings()
            return {
                row["fix_id"]: FixState(
                    **{
                        **row,
                        "shipped_at": from_micros(row["shipped_at"]),
                        "updated_at": from_micros(row["updated_at"]),
                    }
                )
                for row in rows
            }


def user_hash(user_id: str) -> str:
    """How an erased user is remembered: the SHA-256 of the id."""
    return hashlib.sha256(user_id.encode()).hexdigest()


def _parts(keys: list[str]) -> Iterable[list[str]]:
    return (keys[i : i + _KEYS_A_QUERY] for i in range(0, len(keys), _KEYS_A_QUERY))


def _past_import(row: Any) -> PastImport:
    return PastImport(
        import_id=row["import_id"],
        file=row["file"],
        fingerprint=row["fingerprint"],
        record=row["record"],
        source=row["source"],
        started_at=cast(datetime, from_micros(row["started_at"])),
        finished_at=from_micros(row["finished_at"]),
        report=json.loads(row["report"]) if row["report"] else {},
    )
