"""manage.py preflight: are the templates in code fit to be sent?"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.compose.findings import SourceFault
from notifications.compose.preflight.findings import Finding, Place, Severity, reaches, worst_first
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.running import GROUPS, run
from notifications.compose.preflight.sampling import Reader
from notifications.preflight import ask, find_files, find_version, inspect_file, inspect_version
from notifications.preflight_facts import if_there
from notifications.preflight_readers import contact_readers, find_contact

_WORDS = {Severity.STOP: "STOP", Severity.WARN: "WARN", Severity.INFORM: "info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A template and what was found of it."""

    key: str
    findings: list[Finding]


class Command(BaseCommand):
    help = "Looks for what would go wrong with a template's mail: links, pictures, size, words, variables, law."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="*", metavar="KEY", help="Templates to look at; none: all template files.")
        parser.add_argument(
            "--as", dest="readers", action="append", default=[], metavar="CONTACT",
            help="Render for this contact, by address or id; may be given again.",
        )  # fmt: skip
        parser.add_argument("--offline", action="store_true", help="Ask the network nothing: no links, no pictures.")
        parser.add_argument("--json", action="store_true", help="Print one JSON array.")
        parser.add_argument(
            "--fail-on", choices=("stop", "warn"), default="stop", help="End with 1 from this severity on."
        )

    def handle(self, *args: Any, key: list[str], **options: Any) -> None:
        contacts = [_contact(text) for text in options["readers"]]
        examined = [
            *(_examine_file(path, contacts, is_offline=options["offline"]) for path in find_files(key)),
            *(_examine_version(name, contacts, is_offline=options["offline"]) for name in _not_in_files(key)),
        ]
        self.stdout.write(_as_json(examined) if options["json"] else _as_text(examined, options["verbosity"]))
        bar = Severity(options["fail_on"])
        if any(reaches(finding, bar) for one in examined for finding in one.findings):
            sys.exit(1)


def _contact(text: str) -> int:
    found = find_contact(text)
    if found is None:
        raise CommandError(f"No contact has the address or id {text!r}.")
    return found


def _not_in_files(keys: list[str]) -> list[str]:
    files = {path.stem for path in find_files(keys)}
    return [key for key in keys if key not in files]


def _readers(template_key: str, contacts: list[int]) -> list[Reader]:
    return contact_readers(template_key, contacts) if contacts else []


def _examine_file(path: Path, contacts: list[int], *, is_offline: bool) -> Examined:
    try:
        inspection = inspect_file(path, _readers(path.stem, contacts))
    except SourceFault as fault:
        return Examined(
            key=path.stem, findings=[_not_compiled(one.file, one.line, one.reason) for one in fault.findings]
        )
    return _examine(path.stem, inspection, is_offline=is_offline)


def _examine_version(key: str, contacts: list[int], *, is_offline: bool) -> Examined:
    version = if_there(lambda: find_version(key), None)
    if version is None:
        raise CommandError(f"There is no template {key!r}: no file, and no version in the database.")
    return _examine(key, inspect_version(version, _readers(key, contacts)), is_offline=is_offline)


def _examine(key: str, inspection: Inspection, *, is_offline: bool) -> Examined:
    found = [one for group in GROUPS for one in run(group, inspection, None if is_offline else partial(ask, group))]
    return Examined(key=key, findings=worst_first(found))


def _not_compiled(file: str, line: int, reason: str) -> Finding:
    return Finding(
        code="not_compiled", severity=Severity.STOP, sentence=f"It cannot be compiled: {reason}.",
        mend="Correct the line that is named.", place=Place(file=file, line=line),
    )  # fmt: skip


def _as_json(examined: list[Examined]) -> str:
    told = [{"template": one.key, "findings": [found.as_json() for found in one.findings]} for one in examined]
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_text(examined: list[Examined], verbosity: int) -> str:
    """One block a template. What is only good to know is left out with --verbosity 0."""
    lines: list[str] = []
    for one in examined:
        lines += [one.key, *(line for found in one.findings for line in _lines(found, verbosity)), ""]
    counts = [sum(found.severity == severity for one in examined for found in one.findings) for severity in Severity]
    stops, warns, informs = counts
    templates = f"{len(examined)} template" + ("" if len(examined) == 1 else "s")
    return "\n".join([*lines, f"{templates}: {stops} stop, {warns} warn, {informs} inform"])


def _lines(found: Finding, verbosity: int) -> list[str]:
    if found.severity is Severity.INFORM and verbosity < 1:
        return []
    place = [f"        at    {found.place}"] if found.place else []
    mend = [f"        mend  {found.mend}"] if found.mend else []
    return [f"  {_WORDS[found.severity]}  {found.sentence} [{found.code}]", *place, *mend]
