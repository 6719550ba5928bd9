"""CSV and its relatives: any delimiter, any quoting, broken quotes included."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO

from analyst.core.errors import UndertoneError
from analyst.records.readers.base import Row, RowFile, clean_headers
from analyst.records.readers.container import Blob
from analyst.records.readers.encoding import Encoding, sniff
from analyst.records.synonyms import names_columns

_DELIMITERS = ",;\t|"
_ONE_COLUMN = "\x1f"  # never in a text file: the whole line is one field
_SAMPLE_RECORDS = 50
_RUNAWAY_LINES = 2_000  # no comment has that many lines: an opened quote was never closed
_RECOVERIES = 200  # each one reads at most _RUNAWAY_LINES again
_FIELD_LIMIT = 50_000_000


def read_delimited(blob: Blob) -> RowFile:
    """Open a delimited text file: encoding, delimiter, preamble and header are found by looking at it."""
    with blob.open() as stream:
        encoding = sniff(stream)
    opener = partial(_lines, blob.open, encoding)
    head = _head(opener())
    if not any(line.strip() for line in head):
        raise UndertoneError(f"{blob.name} is empty.", "Export it again, then import it.")
    notes: list[str] = []
    if encoding.name != "utf-8" or encoding.errors != "strict":
        notes.append(f"Read as {encoding.shown}: {encoding.why}.")
    if encoding.nuls:
        notes.append(f"{encoding.nuls} NUL characters were dropped.")
    declared = re.match(r"sep=(.)\s*$", head[0], re.IGNORECASE)
    delimiter = declared[1] if declared else sniff_delimiter(head)
    escape = "\\" if _backslash_quotes(head) else None
    skip, header = _find_header(head, delimiter, escape, 1 if declared else 0)
    if skip > (1 if declared else 0):
        notes.append(f"{skip} lines above the header were skipped.")
    names = clean_headers(header)
    while len(names) > 1 and not header[len(names) - 1].strip():
        names.pop()  # a trailing delimiter makes an unnamed last column

    def rows() -> Iterator[Row]:
        return _rows(opener(), delimiter, escape, skip, header, names)

    shown = None if delimiter == _ONE_COLUMN else delimiter
    return RowFile("csv", tuple(names), rows, tuple(notes), encoding.shown, shown)


def _lines(opener: Callable[[], BinaryIO], encoding: Encoding) -> Iterator[str]:
    with io.TextIOWrapper(opener(), encoding=encoding.name, errors=encoding.errors, newline="") as text:
        if encoding.nuls:
            for line in text:
                yield line.replace("\x00", "")
        else:
            yield from text


def _head(lines: Iterator[str]) -> list[str]:
    """Enough lines for some fifty records, which may hold line breaks."""
    found: list[str] = []
    size = 0
    for line in lines:
        found.append(line)
        size += len(line)
        if size > 400_000 or len(found) >= 400:
            break
    return found


def _parse(lines: Iterable[str], delimiter: str, escape: str | None = None) -> Iterator[list[str]]:
    csv.field_size_limit(_FIELD_LIMIT)
    return csv.reader(lines, delimiter=delimiter, escapechar=escape)


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter under which the most records have equally many fields, more than one.

    The parser minds quotes, so that a comma inside a quoted comment does not count. One column of text is
    told from two by its first line: a header without the delimiter means that there is no second column.
    """
    body = [line for line in lines if line.strip() and not line.startswith("#")]
    best, best_score = _ONE_COLUMN, (0.0, 0)
    for delimiter in _DELIMITERS:
        counts: list[int] = []
        for record in _parse(body, delimiter):
            counts.append(len(record))
            if len(counts) >= _SAMPLE_RECORDS:
                break
        width, often = Counter(counts).most_common(1)[0]
        if width < 2 or (len(counts) > 1 and counts[0] == 1 and often < 0.5 * len(counts)):
            continue
        score = (round(often / len(counts), 2), width)
        if score > best_score and (score[0] >= 0.5 or counts[0] == width):
            best, best_score = delimiter, score
    return best


def _backslash_quotes(lines: list[str]) -> bool:
    """Whether quotes inside fields are written \\" instead of doubled."""
    text = "".join(lines)
    return len(re.findall(r'\\"(?![",;\t|\r\n])', text)) > text.count('""') // 2 and '\\"' in text


def _find_header(lines: list[str], delimiter: str, escape: str | None, skip: int) -> tuple[int, list[str]]:
    """How many lines to skip, and the header: the first record as wide as most records are."""
    counts: list[int] = []
    for record in _parse(lines[skip:], delimiter, escape):
        if record:
            counts.append(len(record))
        if len(counts) >= _SAMPLE_RECORDS:
            break
    usual = Counter(counts).most_common(1)[0][0] if counts else 1
    for index in range(skip, min(len(lines), skip + 60)):
        line = lines[index]
        if not line.strip() or (line.startswith("#") and not line.startswith("#" + delimiter)):
            continue
        record = next(iter(_parse(lines[index : index + 50], delimiter, escape)), [])
        filled = sum(bool(cell.strip()) for cell in record)
        wide = len(record) >= usual and (filled > 1 or usual == 1)
        if wide or len(counts) <= 2 or names_columns(record):  # rows broken by unquoted commas keep their header
            return index, record
    first = next((i for i in range(skip, len(lines)) if lines[i].strip()), skip)
    return first, next(iter(_parse(lines[first:], delimiter, escape)), [])


class _Feed:
    """Hands lines to the parser and remembers those of the record under way, so that it can be taken back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._again = lines, list[str]()
        self.taken: list[str] = []
        self.line, self.starved = 0, False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _RUNAWAY_LINES:
            self.starved = True
            raise StopIteration
        if self._again:
            line = self._again.pop()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.starved = bool(self.taken)  # asked for more in the middle of a record
                raise
        self.line += 1
        self.taken.append(line)
        return line

    def take_back(self) -> None:
        """Keep only the first line of the record under way as read."""
        self._again.extend(reversed(self.taken[1:]))
        self.line -= len(self.taken) - 1
        self.taken = []
        self.starved = False


def _rows(
    lines: Iterator[str], delimiter: str, escape: str | None, skip: int, header: list[str], names: list[str]
) -> Iterator[Row]:
    feed = _Feed(lines)
    for _ in range(skip):
        next(feed, None)
    feed.taken = []
    parser = _parse(feed, delimiter, escape)
    next(parser, None)  # the header
    width, full, recoveries = len(names), len(header), 0
    while True:
        feed.taken = []
        start = feed.line + 1
        record = next(parser, None)
        if record is None:
            return
        if len(record) == width and len(feed.taken) == 1:
            if record != header:  # exports pasted together repeat their header
                yield Row(start, dict(zip(names, record, strict=True)))
            continue
        if len(feed.taken) > 1 and (feed.starved or _swallowed(record, feed.taken, width, delimiter)):
            recoveries += 1
            if recoveries > _RECOVERIES:
                raise UndertoneError(
                    f"Too many quotes in this file are never closed (line {start} is one).", "Export it again."
                )
            raw = feed.taken[0].rstrip("\r\n")
            yield Row(start, {"": raw}, "a quote is opened on this line and never closed")
            feed.take_back()
            parser = _parse(feed, delimiter, escape)
            continue
        if feed.starved:
            yield Row(start, {"": feed.taken[0].rstrip("\r\n")}, "a quote is opened on this line and never closed")
            return
        if not record or (len(record) == 1 and not record[0].strip() and width > 1):
            continue  # a blank line
        if width < len(record) and not any(cell.strip() for cell in record[width:]):
            record = record[:width]
        if len(record) != width:
            cells = dict(zip([*names, *(f"extra {i}" for i in range(1, 100))], record, strict=False))
            yield Row(start, cells, _wrong_width(len(record), full))
        elif record != header[:width]:
            yield Row(start, dict(zip(names, record, strict=True)))


def _wrong_width(found: int, wanted: int) -> str:
    more = " (text that holds the delimiter needs quotes around it)" if found > wanted else ""
    return f"{found} fields where the header has {wanted}{more}"


def _swallowed(record: list[str], taken: list[str], width: int, delimiter: str) -> bool:
    """Whether a record over several lines ate rows that stand on their own, by a stray quote."""
    if len(record) != width:
        return True
    inner = taken[1:]
    if width < 3 or len(inner) < 2:
        return False
    whole = sum(len(next(iter(_parse([line], delimiter)), [])) == width for line in inner)
    return whole >= 0.6 * len(inner)
