"""Does the page about the preflight name each finding with its severities, and no other?"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.docs.pages import ROOT, read

_ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| ((?:stop|warn|inform)(?:, (?:stop|warn|inform))*) \|", re.MULTILINE)
_FOLDER = ROOT / "notifications" / "compose" / "preflight"
_COMMAND = ROOT / "notifications" / "management" / "commands" / "preflight.py"
#: Put together from the mode that is looked at.
_COMPOSED = {"contrast_": ("contrast_light", "contrast_dark")}


def _written() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for codes, severities in _ROW.findall(read("docs/preflight.md")):
        for code in re.findall(r"`(\w+)`", codes):
            found[code] |= set(severities.split(", "))
    return found


def _codes() -> set[str]:
    return {code for path in (*_FOLDER.glob("*.py"), _COMMAND)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            for code in _codes_of(node)}  # fmt: skip


def _codes_of(call: ast.Call) -> Iterator[str]:
    """The code that is handed to Finding, or to a module's own short form of it."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [one.value for one in call.keywords if one.arg == "code"] if name == "Finding" else []
    given += call.args[:2] if name in {"_finding", "_said"} else []
    for part in given:
        for text in (one.value for one in ast.walk(part) if isinstance(one, ast.Constant)):
            if isinstance(text, str) and re.fullmatch(r"[a-z]+(_[a-z]*)*", text):
                yield from _COMPOSED.get(text, (text,))


def test_every_finding_is_documented_and_no_other() -> None:
    assert set(_written()) == _codes()


def test_every_documented_severity_is_proven_by_a_pair() -> None:
    tests = ROOT / "tests" / "notifications" / "compose" / "preflight"
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests.glob("test_*.py"))
    proven = {(code, severity.lower()) for code, severity in re.findall(r"Pair\(\s*\"(\w+)\",\s*(\w+)", text)}
    told = {(code, severity) for code, severities in _written().items() for severity in severities}
    elsewhere = {("not_compiled", "stop")}  # in the command's own tests
    assert told - proven - elsewhere == set()
    assert proven - told == set()
