"""In which surroundings does chaos run? Servers, simulator and web server of its own, whatever is configured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.chaos.servers import RESERVED, reserve
from config.ports import HOST, find_free_ports


@contextmanager
def surroundings(directory: Path) -> Iterator[dict[str, str]]:
    """The variables for a process in which `directory` holds all files."""
    directory.mkdir(parents=True, exist_ok=True)
    with reserve(directory) as addresses:
        web, simulator, smtp = find_free_ports(3)
        yield {
            **os.environ,
            **addresses,
            "DEBUG": "false",  # it would remember every query
            "POSTRIDER_STRICT": "false",
            "POSTRIDER_DEMO": "true",
            "POSTRIDER_FAILPOINT": "",
            "POSTRIDER_DATA_DIR": str(directory),
            RESERVED: str(directory.resolve()),
            "POSTRIDER_PUBLIC_URL": f"http://{HOST}:{web}",
            "POSTRIDER_SIMULATOR_URL": f"http://{HOST}:{simulator}",
            "POSTRIDER_SIMULATOR_SMTP": f"{HOST}:{smtp}",
        }
