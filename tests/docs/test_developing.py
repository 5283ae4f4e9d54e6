"""Are all attributes, signals and checks that a developer meets described as they are in the code?"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from notifications.catalog import NotificationType
from notifications.catalog.checks import REQUIRED
from notifications.compose.source import KEYS
from notifications.delivery.providers.api import ApiKind
from notifications.delivery.providers.base import ProviderKind
from tests.docs.pages import PAGES, ROOT, blocks, name_of, read

PAGE = "docs/developing-with-events.md"
_CODE = re.compile(r"\"((?:catalog|compose|delivery|config)\.[EWI]\d{3})\"")
_SHORT = re.compile(r"\"([EWI]\d{3})\"")


def _public(kind: type) -> list[str]:
    return [one for one in kind.__annotations__ if not one.startswith("_")]


def _signals() -> list[str]:
    return [
        f"{path.parent.name}.signals.{name}"
        for path in sorted(ROOT.glob("*/signals.py"))
        for name in re.findall(r"^(\w+) = Signal\(\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def _type_table() -> str:
    return read(PAGE).partition("## Declare a type")[2].partition("### Secrets")[0]


def _check_ids() -> set[str]:
    """All ids of our system checks. Some files put theirs together from an app and a number."""
    found = set()
    for path in ROOT.glob("*/**/checks.py"):
        if "tests" in path.parts or "simulator" in path.parts or ".venv" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        found |= set(_CODE.findall(text))
        if app := re.search(r"id=f\"(\w+)\.\{number\}\"", text):
            found |= {f"{app[1]}.{number}" for number in _SHORT.findall(text)}
    return found


@pytest.mark.parametrize("attribute", _public(NotificationType))
def test_every_type_attribute_is_documented(attribute: str) -> None:
    [row] = [line for line in _type_table().splitlines() if line.startswith(f"| `{attribute}` |")]
    default = row.split("|")[2].strip()
    if attribute in REQUIRED:
        assert default == "required"
    elif attribute not in {"name", "description", "topic", "delay"}:  # said in words
        text = repr(getattr(NotificationType, attribute)).replace("'", '"')
        assert default == f"`{text}`"


def test_the_page_invents_no_type_attribute() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", _type_table(), re.MULTILINE)) == set(_public(NotificationType))


@pytest.mark.parametrize("attribute", [*_public(ProviderKind), *_public(ApiKind)])
def test_every_provider_attribute_is_documented(attribute: str) -> None:
    assert f"| `{attribute}` |" in read("docs/adding-a-provider.md")


@pytest.mark.parametrize("key", KEYS)
def test_every_front_matter_key_is_documented(key: str) -> None:
    assert f"| `{key}` |" in read(PAGE)


@pytest.mark.parametrize("signal", _signals())
def test_every_signal_is_documented(signal: str) -> None:
    assert f"`{signal}`" in read("docs/concepts.md")


def test_every_check_is_documented_and_no_other() -> None:
    assert set(re.findall(r"^\| `(\w+\.[EWI]\d{3})` \|", read(PAGE), re.MULTILINE)) == _check_ids()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_examples_import_what_exists(page: Any) -> None:
    for block in blocks(name_of(page), "python"):
        tree = ast.parse(block)
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(body=list(imports), type_ignores=[]), name_of(page), "exec"), {})


@pytest.mark.django_db(transaction=True)
def test_the_example_of_a_test_passes(providers: Any, mailbox: Any, work: Callable[[], None]) -> None:
    call_command("sync_templates", verbosity=0)
    [block] = [one for one in blocks(PAGE, "python") if "def test_" in one]
    names: dict[str, Any] = {}
    exec(compile(block, PAGE, "exec"), names)
    [example] = [value for name, value in names.items() if name.startswith("test_")]
    example(providers, mailbox, work)
