"""One file into the store: read, mapped, redacted, written in short batches, with an account of every row."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

from analyst.core.clock import Clock, system_clock
from analyst.core.errors import UndertoneError
from analyst.core.progress import Progress, Silent
from analyst.core.settings import Settings
from analyst.records.build import Builder
from analyst.records.build_sessions import build_sessions
from analyst.records.mapping import FileMapping
from analyst.records.outcome import ImportReport, Refusals, Refused
from analyst.records.readers import Row, RowFile, open_rows
from analyst.records.reading import Reading, settle
from analyst.records.redaction import Redactor
from analyst.records.sources import Part, Source, choose
from analyst.records.store import PastImport, Store, Written
from analyst.records.store.store import user_hash
from analyst.records.types import Customer, Record

BATCH = 500  # rows a transaction: people's edits wait for one batch at most
PAUSE_S = 0.005  # between batches, so that a waiting edit gets its turn
_FORMAT = 2  # raised when the same file would come in differently
_PACKED = re.compile(r"\.(gz|gzip|zip)$", re.IGNORECASE)
# Parts of a file name that change from one export to the next: dates, weeks, numbers, "copy".
_CHANGING = re.compile(
    r"\(\d+\)|\b(copy|final|new|latest|export)\b|\bv\d+\b|\bw\d{1,2}\b|\b\d{4}w\d{1,2}\b|\bq[1-4]\b|"
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b\d{2,}\b",
    re.IGNORECASE,
)


def import_file(
    store: Store,
    path: Path,
    *,
    source: str = "auto",
    mapping: FileMapping | None = None,
    settings: Settings,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> ImportReport:
    """Import one file. `source` names an importer (see sources.SOURCES) or is `auto`.

    Importing the same file again changes nothing. Refused rows are written to
    `<workspace>/imports/<import_id>-refused.csv`. Raises UndertoneError when the file as a whole cannot be used,
    UsageProblem for a mapping that does not fit it, StoreBusy when the store stays locked.
    """
    said = mapping or FileMapping()
    try:
        file = open_rows(path)
        importer = choose(source, file, said)
        reports = [
            _Import(store, path, file, importer, part, said, settings, clock, progress or Silent()).run()
            for part in importer.parts
        ]
    except UndertoneError as error:
        if path.name in error.message:
            raise
        raise type(error)(f"{path.name}: {error.message}", error.hint) from error
    return reports[0] if len(reports) == 1 else _together(reports)


def source_name(path: Path) -> str:
    """Where a file comes from, by its name without what changes from one export to the next.

    `nps-2026-W46 (1).csv.gz` and `NPS 2026-W47.csv` are both from `nps`.
    """
    name = PurePosixPath(_PACKED.sub("", path.name)).stem
    words = _CHANGING.sub(" ", re.sub(r"[_\-.\s]+", " ", name))
    return "-".join(re.findall(r"\w+", words.casefold()))[:100]


@dataclass(frozen=True)
class _Import:
    """One part of one file on its way in."""

    store: Store
    path: Path
    file: RowFile
    importer: Source
    part: Part
    said: FileMapping
    settings: Settings
    clock: Clock
    progress: Progress

    def run(self) -> ImportReport:
        """Read, write, account."""
        file = self.part.reshape(self.file)
        mapping = _over(self.part.mapping, self.said)
        record = self.part.record
        generic = source_name(self.path) or record
        source = mapping.source or (generic if self.importer.generic else self.importer.name)
        fingerprint = self._fingerprint(mapping, record, source)
        last = self.store.last_import(record, source)
        if last is not None and last.fingerprint == fingerprint and last.finished_at is not None:
            return self._known(last)
        mapping.check_only(file.headers)
        reading = settle(file, record, source, mapping, self.settings.timezone)
        now = self.clock()
        import_id = self.store.start_import(
            f"{now:%Y%m%dT%H%M%S}-{fingerprint[:6]}", str(self.path), fingerprint, record, source, now
        )
        refusals = Refusals(self.settings.workspace / "imports", import_id, self.path.name, file.headers)
        builder = Builder(reading, Redactor(self.settings.redact), now)
        try:
            tally = self._write(file, reading, builder, refusals, import_id)
        finally:
            refusals.close()
        cut_short = last is not None and last.fingerprint == fingerprint
        report = _report(self.path, file, reading, builder, refusals, tally, import_id, cut_short, self.importer)
        self.store.finish_import(import_id, self.clock(), report.to_dict())
        return report

    def _fingerprint(self, mapping: FileMapping, record: str, source: str) -> str:
        """Of everything that decides what comes in: the bytes, the mapping, the settings that matter."""
        digest = hashlib.sha256()
        with self.path.open("rb") as handle:
            while chunk := handle.read(1 << 20):
                digest.update(chunk)
        rest = (
            _FORMAT,
            record,
            source,
            mapping.model_dump_json(),
            self.settings.timezone,
            sorted(self.settings.redact.items()),
        )
        digest.update(repr(rest).encode())
        return digest.hexdigest()

    def _known(self, last: PastImport) -> ImportReport:
        """The account of a file that is already in, without reading it again."""
        before = _from_dict(last.report)
        kept = before.new + before.replaced + before.unchanged
        note = f"This very file was imported on {last.finished_at:%Y-%m-%d %H:%M} UTC; nothing changed."
        return replace(before, file=str(self.path), new=0, replaced=0, unchanged=kept, notes=(note, *before.notes))

    def _write(self, file: RowFile, reading: Reading, builder: Builder, refusals: Refusals, import_id: str) -> _Tally:
        tally = _Tally()
        erased = self.store.erased()
        self.progress.start(f"import {self.path.name}")
        rows = tally.counting(file.rows(), reading.mapping)
        built: Iterable[Record | Refused | None] = (
            build_sessions(builder, rows)
            if reading.record == "sessions"
            else chain(map(builder.build, rows), _later(builder))
        )
        accepted = _accepted(built, refusals, erased, tally)
        first = True
        while batch := list(islice(accepted, BATCH)):
            if first:
                tally.elsewhere = self.store.elsewhere(batch)
                tally.first_batch, first = len(batch), False
            else:
                time.sleep(PAUSE_S)
            tally.add(self.store.write(batch, import_id))
            self.progress.advance(len(batch))
        return tally


class _Tally:
    """Counts of one import."""

    def __init__(self) -> None:
        self.read = self.unasked = self.new = self.replaced = self.unchanged = self.redated = self.erased = (
            self.first_batch
        ) = 0
        self.elsewhere: dict[str, int] = {}

    def counting(self, rows: Iterator[Row], mapping: FileMapping) -> Iterator[Row]:
        """The rows that the mapping's [only] lets in, counted as they pass."""
        for row in rows:
            if not row.problem and not mapping.wanted(row.cells):
                self.unasked += 1
                continue
            self.read += 1
            yield row

    def add(self, written: Written) -> None:
        """Add what one batch did."""
        self.new += written.new
        self.replaced += written.replaced
        self.unchanged += written.unchanged
        self.redated += written.redated


def _accepted(
    built: Iterable[Record | Refused | None], refusals: Refusals, erased: frozenset[str], tally: _Tally
) -> Iterator[Record]:
    for item in built:
        if item is None:
            continue
        if isinstance(item, Refused):
            refusals.add(item)
        elif erased and _user(item) is not None and user_hash(_user(item) or "") in erased:
            tally.erased += 1
        else:
            yield item


def _later(builder: Builder) -> Iterator[Record]:
    yield from builder.held()


def _user(record: Record) -> str | None:
    return record.source_id if isinstance(record, Customer) else getattr(record, "user_id", None)


def _over(base: FileMapping, said: FileMapping) -> FileMapping:
    """A person's mapping laid over the importer's own."""
    given: dict[str, Any] = {name: getattr(said, name) for name in said.model_fields_set}
    for name in ("columns", "values", "segments"):
        given[name] = {**getattr(base, name), **getattr(said, name)}
    return base.model_copy(update=given)


def _report(
    path: Path,
    file: RowFile,
    reading: Reading,
    builder: Builder,
    refusals: Refusals,
    tally: _Tally,
    import_id: str,
    cut_short: bool,
    importer: Source,
) -> ImportReport:
    notes = [*file.notes, *reading.notes, *_notes(builder, tally, cut_short, importer, reading)]
    warnings = [*builder.warnings.sentences(), *_doubts(tally, reading)]
    if tally.read == 0:
        raise UndertoneError("The file has headers but no rows.", "Export it again with its answers.")
    return ImportReport(
        file=str(path),
        source=reading.source,
        record=reading.record,
        import_id=import_id,
        read=tally.read,
        new=tally.new,
        replaced=tally.replaced,
        unchanged=tally.unchanged,
        duplicates=builder.duplicates,
        refused=refusals.count,
        warnings=tuple(warnings),
        notes=tuple(notes),
        mapping=reading.mapped,
        segments=tuple(sorted(reading.segments)),
        kind=reading.kind,
        encoding=file.encoding,
        delimiter=file.delimiter,
        refusals_path=refusals.path,
        reasons=refusals.reasons,
    )


def _notes(builder: Builder, tally: _Tally, cut_short: bool, importer: Source, reading: Reading) -> Iterator[str]:
    if cut_short:
        yield "An earlier import of this file was cut short; this one completed it."
    if importer.generic and reading.mapping.source is None:
        yield f'The source is called "{reading.source}" after the file; a mapping can name it: source = "...".'
    if builder.redacted:
        found = ", ".join(f"{n:,} {kind}" for kind, n in sorted(builder.redacted.items()))
        yield f"Personal data was taken out of the texts: {found}."
    if builder.pseudonyms:
        yield f"{builder.pseudonyms:,} user ids were e-mail addresses; a lasting pseudonym is kept instead."
    if builder.numbered:
        yield f"{builder.numbered:,} rows without an id are exactly like an earlier one; each is kept for itself."
    if tally.unasked:
        yield f"{tally.unasked:,} rows were left out, as [only] in the mapping asks."
    if tally.erased:
        yield f"{tally.erased:,} rows belong to people who were erased; they were left out."


def _doubts(tally: _Tally, reading: Reading) -> Iterator[str]:
    if tally.redated > 0.5 * max(tally.replaced, 1) and tally.redated >= 5:
        yield (
            f"{tally.redated:,} rows replaced rows with the same id but another date. If this file comes from another "
            f'system than the earlier "{reading.source}", name its source in a mapping: source = "..."'
        )
    for other, found in tally.elsewhere.items():
        if found >= 0.8 * tally.first_batch and found >= 5:
            yield (
                f'{found:,} of the first {tally.first_batch:,} rows are already here from "{other}". If it is the same '
                f'data under another file name, say source = "{other}" in a mapping, or the rows count twice'
            )


def _from_dict(values: dict[str, Any]) -> ImportReport:
    from analyst.records.guess import Mapped

    known = {name: value for name, value in values.items() if name != "exit_code"}
    for name in ("warnings", "notes", "segments"):
        known[name] = tuple(known[name])
    known["mapping"] = tuple(Mapped(**entry) for entry in known["mapping"])
    return ImportReport(**known)


def _together(reports: list[ImportReport]) -> ImportReport:
    """One account of a file that brought several types of records."""
    first = reports[0]
    numbers = {
        name: sum(getattr(report, name) for report in reports)
        for name in ("new", "replaced", "unchanged", "duplicates", "refused")
    }
    reasons: dict[str, int] = {}
    for report in reports:
        for reason, n in report.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + n
    return replace(
        first,
        record="+".join(report.record for report in reports),
        warnings=tuple(w for report in reports for w in report.warnings),
        notes=tuple(dict.fromkeys(n for report in reports for n in report.notes)),
        mapping=tuple(m for report in reports for m in report.mapping),
        segments=tuple(sorted({s for report in reports for s in report.segments})),
        refusals_path=next((r.refusals_path for r in reports if r.refusals_path), None),
        reasons=reasons,
        **numbers,
    )
