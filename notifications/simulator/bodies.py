"""Where are the bodies of accepted calls kept, and for how long?

Each call's body is written once, as it came, to the newest of a row of segment files.
Old segments are deleted whole, so that neither memory nor disk grows with the journal.
"""

from __future__ import annotations

import os
from pathlib import Path

SEGMENT_BYTES = 32 * 1024 * 1024

Place = tuple[int, int, int]  # segment, offset, length; length -1: not kept


class Bodies:
    """Append-only segments, bounded by a number of calls and a number of bytes."""

    def __init__(self, directory: Path, *, calls: int, megabytes: int) -> None:
        self._directory = directory
        self._calls = calls
        self._most_segments = max(2, megabytes * 1024 * 1024 // SEGMENT_BYTES)
        directory.mkdir(parents=True, exist_ok=True)
        self._held = dict.fromkeys(self._found(), 0)  # segment → calls in it
        self._newest = max(self._held, default=0)
        self._open_next()

    def _found(self) -> list[int]:
        return sorted(int(path.stem) for path in self._directory.glob("*.bodies"))

    def _path(self, segment: int) -> Path:
        return self._directory / f"{segment:08d}.bodies"

    def _open_next(self) -> None:
        self._newest += 1
        self._held[self._newest] = 0
        self._size = 0
        self._file = self._path(self._newest).open("ab", buffering=0)

    def append(self, body: bytes) -> Place:
        if not self._calls:
            return (0, 0, -1)
        if self._size > SEGMENT_BYTES or self._held[self._newest] >= self._calls:
            self._roll()
        place = (self._newest, self._size, len(body))
        rest = memoryview(body)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._size += len(body)
        self._held[self._newest] += 1
        return place

    def _roll(self) -> None:
        self._file.close()
        self._open_next()
        while len(self._held) > 1 and self._is_oldest_spare():
            oldest = min(self._held)
            del self._held[oldest]
            self._path(oldest).unlink(missing_ok=True)

    def _is_oldest_spare(self) -> bool:
        if len(self._held) > self._most_segments:
            return True
        return sum(self._held.values()) - self._held[min(self._held)] >= self._calls

    def read(self, place: Place) -> bytes | None:
        """The body at that place, or None once it is no longer kept."""
        segment, offset, length = place
        if length < 0 or segment not in self._held:
            return None
        with self._path(segment).open("rb") as file:
            body = os.pread(file.fileno(), length, offset)
        return body if len(body) == length else None

    def blank(self, place: Place) -> None:
        """Write zeros over the body at that place."""
        segment, offset, length = place
        if length > 0 and segment in self._held:
            with self._path(segment).open("r+b") as file:
                file.seek(offset)
                file.write(bytes(length))

    def clear(self) -> None:
        self._file.close()
        for segment in self._held:
            self._path(segment).unlink(missing_ok=True)
        self._held.clear()
        self._open_next()

    def close(self) -> None:
        self._file.close()
