"""As whom do the embedded servers run? As whoever starts them; for root, who may not, as an account of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SERVER_USER = "postrider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    uid: int
    gid: int

    def own(self, folder: Path) -> Path:
        """Make `folder` (if missing) and give it to the account alone."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)
            _open_way(folder)
        return folder

    def may_run(self, *folders: Path) -> None:
        """Let the account reach and run what lies in `folders`, which root may have installed for itself alone."""
        if os.geteuid() != 0:
            return
        for folder in filter(Path.exists, folders):
            _open_way(folder)
            _open_tree(folder)


def find_account(directory: Path) -> Account:
    """The account that servers with files in `directory` run under; root keeps to the one that began there."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid())
    files = directory / "postgres"
    if files.exists() and files.stat().st_uid != 0:
        return Account(uid=files.stat().st_uid, gid=files.stat().st_gid)
    return _server_account()


def _server_account() -> Account:
    try:
        entry = pwd.getpwnam(_SERVER_USER)
    except KeyError:
        if not shutil.which("useradd"):
            raise RuntimeError("PostgreSQL refuses to run as root. Start this as an ordinary user.") from None
        subprocess.run(["useradd", "--system", "--shell", "/bin/false", _SERVER_USER], check=True)
        entry = pwd.getpwnam(_SERVER_USER)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _open_way(folder: Path) -> None:
    """Let others pass through (not list) the folders above `folder`: a checkout may lie below /root."""
    for parent in folder.resolve().parents:
        _add_mode(parent, stat.S_IXOTH)


def _open_tree(folder: Path) -> None:
    if folder.stat().st_mode & stat.S_IROTH:
        return  # installed under an ordinary umask
    for path in [folder, *folder.rglob("*")]:
        is_runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        _add_mode(path, stat.S_IROTH | (stat.S_IXOTH if is_runnable else 0))


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
