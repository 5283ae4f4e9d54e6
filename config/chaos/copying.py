"""How are a server's files copied, owners included?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def copy_tree(source: Path, target: Path) -> None:
    """Copy a stopped server's folder; what already lies in `target` stays."""
    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
    if os.geteuid() != 0:
        return
    for path in [source, *source.rglob("*")]:
        found = path.lstat()
        os.lchown(target / path.relative_to(source), found.st_uid, found.st_gid)
