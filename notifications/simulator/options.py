"""How is the simulator started, and with what?"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    directory: Path
    host: str = "127.0.0.1"
    port: int = 8025  # 0: any free one
    smtp_port: int = 8026
    accounts: Path | None = None
    is_open: bool = False
    is_synced: bool = False
    keep_bodies: int = 5_000
    keep_megabytes: int = 1_024
    person_hosts: tuple[str, ...] = ()
    seed: int = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025, help="HTTP port; 0: any free one")
    parser.add_argument("--smtp-port", type=int, default=8026)
    parser.add_argument("--directory", type=Path, default=Path(".data/simulator"), help="where the journal is kept")
    parser.add_argument("--accounts", type=Path, help="JSON file, as for PUT /control/accounts")
    parser.add_argument("--open", action="store_true", help="take any API key")
    parser.add_argument("--sync", action="store_true", help="write through to the disk: survives a power cut, too")
    parser.add_argument("--keep-bodies", type=int, default=5_000, help="calls whose mails can be shown")
    parser.add_argument("--keep-megabytes", type=int, default=1_024, help="disk for them, at most")
    parser.add_argument(
        "--person-host",
        action="append",
        default=[],
        help="a host, besides this machine, whose links and pixels may be called; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same luck")


def read_options(given: argparse.Namespace) -> Options:
    return Options(
        directory=given.directory,
        host=given.host,
        port=given.port,
        smtp_port=given.smtp_port,
        accounts=given.accounts,
        is_open=given.open,
        is_synced=given.sync,
        keep_bodies=given.keep_bodies,
        keep_megabytes=given.keep_megabytes,
        person_hosts=tuple(given.person_host),
        seed=given.seed,
    )
