"""Files inside files: plain, .gz and .zip, with a limit on what they may unpack to."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from analyst.core.errors import UndertoneError

UNPACKED_LIMIT = 4 * 2**30  # bytes a packed file may grow to
FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".parquet": "parquet",
    ".pq": "parquet", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip


@dataclass(frozen=True)
class Blob:
    """One readable file: its name without packing, its format, and a way to open its unpacked bytes."""

    name: str
    format: str
    open: Callable[[], BinaryIO]


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes: a small archive may unpack to a disk-filling file."""

    def __init__(self, inner: BinaryIO, limit: int, name: str) -> None:
        self._inner, self._left, self._name = inner, limit, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise UndertoneError(
                f"{self._name} unpacks to more than is allowed.",
                "Split it into smaller files and import them one by one.",
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def blobs(path: Path, limit: int = UNPACKED_LIMIT) -> list[Blob]:
    """The readable files in `path`: itself, or what it packs. Raises UndertoneError when there is none."""
    if not path.exists():
        raise UndertoneError(f"There is no file {path}.", "Look at the path; a relative one starts where you are.")
    if path.is_dir():
        raise UndertoneError(f"{path} is a folder.", "Name the files in it.")
    if path.stat().st_size == 0:
        raise UndertoneError(f"{path.name} is empty.", "Export it again, then import it.")
    with path.open("rb") as handle:
        magic = handle.read(4)
    suffix = path.suffix.lower()
    if magic[:2] == b"\x1f\x8b":
        inner = path.name[: -len(suffix)] if suffix in (".gz", ".gzip") else path.name
        return [_blob(inner, path.name, lambda: cast(BinaryIO, gzip.open(path, "rb")), limit)]
    # An .xlsx file is a zip archive too, whatever it is called.
    if magic == b"PK\x03\x04" and FORMATS.get(suffix) != "xlsx":
        return _zipped(path, limit)
    return [_blob(path.name, path.name, lambda: path.open("rb"), None)]


def _zipped(path: Path, limit: int) -> list[Blob]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            encrypted = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UndertoneError(f"{path.name} cannot be unpacked: {error}.", "Download or export it again.") from error
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return [Blob(path.name, "xlsx", lambda: path.open("rb"))]
    if encrypted:
        raise UndertoneError(
            f"{path.name} is protected by a password.", "Unpack it yourself and import what is inside."
        )
    found = []
    for name in sorted(names):
        member = PurePosixPath(name)
        hidden = member.name.startswith(("~$", "._", ".")) or "__MACOSX" in member.parts
        bare = member.name[:-3] if member.suffix.lower() == ".gz" else member.name
        if name.endswith("/") or hidden or PurePosixPath(bare).suffix.lower() not in FORMATS:
            continue
        found.append(_blob(bare, path.name, _member(path, name), limit))
    if not found:
        raise UndertoneError(
            f"{path.name} holds no file that can be imported.", f"Pack one of {', '.join(sorted(FORMATS))}."
        )
    return found


def _member(path: Path, name: str) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        inner = zipfile.ZipFile(path).open(name)  # noqa: SIM115 - the member holds the archive open
        return cast(BinaryIO, gzip.open(inner, "rb") if name.lower().endswith(".gz") else inner)

    return open_member


def _blob(name: str, shown: str, opener: Callable[[], BinaryIO], limit: int | None) -> Blob:
    suffix = PurePosixPath(name).suffix.lower()
    kind = FORMATS.get(suffix)
    if kind is None:
        kind = _by_content(opener)
    if kind is None:
        raise UndertoneError(
            f"'{shown}' is of a kind that cannot be imported.",
            f"Use one of {', '.join(sorted(FORMATS))}, or .gz or .zip of it.",
        )

    def limited() -> BinaryIO:
        if limit is None:
            return opener()
        return cast(BinaryIO, io.BufferedReader(_Limited(opener(), limit, shown), 1 << 18))

    return Blob(name, kind, limited)


def _by_content(opener: Callable[[], BinaryIO]) -> str | None:
    """The format of a file without a telling name; old Excel and other binaries are not guessed at."""
    with opener() as handle:
        head = handle.read(4096)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:3] == b"\xef\xbb\xbf":
        return "csv"
    if b"\x00" in head or head[:4] == b"\xd0\xcf\x11\xe0":
        return None
    return "json" if head.lstrip()[:1] in (b"{", b"[") else "csv"


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turns the many ways in which packed bytes can be broken into one sentence."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise UndertoneError(f"{shown} is damaged: {error}.", "Download or export it again.") from error
