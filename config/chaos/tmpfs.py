"""How does a disk get full without harm to others? It is a small one, in memory, mounted over the files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.chaos.copying import copy_tree
from config.loadtest.options import Failed

_ROOM_BYTES = 192 * 1024 * 1024
_BLOCK = bytes(1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    folder: Path

    def fill(self) -> None:
        """Leave not a byte."""
        with self._ballast.open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(_BLOCK)

    def clear(self) -> None:
        """There is room again."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def mounted_over(folder: Path) -> Iterator[Disk]:
    """A disk with the contents of `folder` in its place and a little room; they are copied back in the end.

    Raises Failed where it cannot be mounted.
    """
    kept = folder.with_suffix(".kept")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    try:
        _mount(folder, size=_size(kept) + _ROOM_BYTES)
        try:
            copy_tree(kept, folder)
            yield Disk(folder=folder)
            shutil.rmtree(kept)
            copy_tree(folder, kept)
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        folder.rmdir()
        kept.rename(folder)


def may_mount() -> bool:
    """Whether it is worth trying."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


def _mount(folder: Path, *, size: int) -> None:
    if not may_mount():
        raise Failed("only root can mount the small disk that this scenario fills")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", folder],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"the small disk that this scenario fills cannot be mounted here: {done.stderr.strip()}")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
