"""Files as bytes and lines, in and out: gzip, errors that name the line, writing all or nothing."""

from __future__ import annotations

import errno
import gzip
import os
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GZIP = b"\x1f\x8b"


class FileError(ValueError):
    """A file that does not hold what it should: ``path, line k: expected …, found …``."""


@dataclass(frozen=True)
class Source:
    """A file that was read, unpacked where it is gzip: its path and its bytes."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return os.path.basename(self.path)

    @cached_property
    def text(self) -> bytes:
        """The bytes of a text whose lines end in a newline, whatever ends them in the file."""
        if b"\0" in self.data:
            raise self.error("text", "binary data")
        text = self.data.removeprefix(b"\xef\xbb\xbf")
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text

    @cached_property
    def lines(self) -> list[str]:
        """The lines of a text; comments may be in any encoding."""
        return self.text.decode("latin-1").split("\n")

    def error(self, expected: str, found: str, line: int | None = None) -> FileError:
        """The error to raise; `line` counts from 0, as `lines` does."""
        where = self.path if line is None else f"{self.path}, line {line + 1}"
        shown = found if len(found) <= 60 else f"{found[:57]}…"
        return FileError(f"{where}: expected {expected}, found {shown}")


def read(path: str | os.PathLike[str]) -> Source:
    """The file at `path`; gzip is told by its first bytes, not by the name."""
    source = Source(os.fspath(path), Path(path).read_bytes())
    if not source.data:
        raise source.error("a problem", "an empty file")
    if not source.data.startswith(GZIP):
        return source
    try:
        return Source(source.path, gzip.decompress(source.data))
    except EOFError:
        raise source.error("the end of the gzip data", "a truncated file") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise source.error("gzip data", f"damaged ones ({error})") from None


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file at once, gzip where the name ends in ``.gz``: a killed process leaves the old one or none."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if target.exists() and not target.is_file():
        raise ValueError(f"{os.fspath(path)} is no regular file: it cannot be replaced by another")
    if target.suffix == ".gz":
        data = gzip.compress(data, 6, mtime=0)  # level 9 takes three times as long for 1 %
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
