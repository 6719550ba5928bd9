"""Opening the database: SQLite in a file or PostgreSQL by URL, brought to the newest schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from analyst.core.errors import StoreBusy, UndertoneError, UsageProblem
from analyst.records.migrations import HEAD

BUSY_TIMEOUT_S = 10.0
WRITING = "undertone_writing"  # execution option: the transaction will write, so lock at its start


def safe_for_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may use a write-ahead log while several processes write.

    Versions 3.7.0 to 3.51.2 can corrupt the log when a reset races with a writer; fixed in 3.51.3 and in the
    backports 3.44.6 and 3.50.7.
    """
    return version >= (3, 51, 3) or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)


def create_engine(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sa.Engine:
    """An engine for the store at `url`. Raises UsageProblem for a URL that is neither SQLite nor PostgreSQL."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise UsageProblem(
            f"'{url}' is not the URL of a database.", "Write it like postgresql://user@host/name or sqlite:///path."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed, busy_timeout_s)
    if backend == "postgresql":
        return _postgres(parsed, busy_timeout_s)
    raise UsageProblem(f"The store cannot be a {backend} database.", "Use SQLite or PostgreSQL.")


def _sqlite(url: sa.URL, busy_timeout_s: float) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise UsageProblem("The store needs a file.", "Write it like sqlite:///path/store.db.")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UndertoneError(
            f"The folder {Path(url.database).parent} cannot be made: {error.strerror}.", "Choose another --workspace."
        ) from error
    engine = sa.create_engine(url, connect_args={"timeout": busy_timeout_s})
    wal = safe_for_wal(sqlite3.sqlite_version_info)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        wanted = "wal" if wal else "delete"
        if mode.lower() != wanted:
            connection.execute(f"PRAGMA journal_mode={wanted}")
        connection.execute(f"PRAGMA synchronous={'NORMAL' if wal else 'FULL'}")
        connection.execute("PRAGMA cache_size=-65536")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later fails at once when somebody wrote in between;
        # taking the lock at the start makes it wait its turn instead.
        writing = connection.get_execution_options().get(WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: sa.URL, busy_timeout_s: float) -> sa.Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={int(busy_timeout_s * 1000)}", "connect_timeout": 10},
        )
    except ModuleNotFoundError as error:
        raise UsageProblem(
            "PostgreSQL needs one more package.", "Install it with `pip install 'undertone[postgres]'`."
        ) from error


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """Turns the database's refusals into sentences: busy, unreachable, full, damaged."""
    try:
        yield
    except IntegrityError:
        raise  # two writers met on one key: the caller knows what to do
    except OperationalError as error:
        text = str(error.orig).strip()
        if "locked" in text or "lock timeout" in text or "LockNotAvailable" in type(error.orig).__name__:
            raise StoreBusy(
                "Another process is writing to the store and did not finish in time.", "Try again in a moment."
            ) from error
        first = text.splitlines()[0] if text else type(error.orig).__name__
        raise UndertoneError(
            f"The store at {shown(engine)} cannot be used: {first}.",
            "Look at the disk's free space and rights, or the database's address.",
        ) from error
    except DBAPIError as error:
        raise UndertoneError(
            f"The store at {shown(engine)} refused: {str(error.orig).strip().splitlines()[0]}."
        ) from error


def shown(engine: sa.Engine) -> str:
    """The store's address without its password."""
    return engine.url.render_as_string(hide_password=True)


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to HEAD. Raises UndertoneError when a newer Undertone wrote the store."""
    with translated(engine), engine.connect() as connection:
        current = _revision(connection)
        connection.rollback()
    if current == HEAD:
        return
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    script = ScriptDirectory.from_config(_alembic())
    if current is not None:
        try:
            script.get_revision(current)
        except CommandError as error:
            raise UndertoneError(
                f"The store at {shown(engine)} was written by a newer Undertone.", "Update Undertone to use it."
            ) from error
    with translated(engine), engine.execution_options(**{WRITING: True}).begin() as connection:
        _upgrade(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    return config


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":  # two processes may open a new store at once
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7306912)"))
    if _revision(connection) == HEAD:
        return
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
