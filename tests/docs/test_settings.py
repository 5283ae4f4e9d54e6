"""Is everything that can be set, and everything that can be run, described?"""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from config.keys import KEY_NAMES
from config.queues import STREAMS
from tests.docs.pages import PAGES, ROOT, name_of, read

_OURS = ("campaigns", "config", "demo", "notifications", "preferences", "tracking")
_READ = re.compile(r"(?:env_(?:str|bool|int|list|secret)\(|os\.environ(?:\.get\(|\.setdefault\(|\[))\s*\"([A-Z_]+)\"")
_SETTING = re.compile(r"POSTRIDER_[A-Z_]+")
#: Set by the programs that start Postrider, never by people.
_INTERNAL = {"DJANGO_SETTINGS_MODULE"}


def _sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for app in _OURS for path in (ROOT / app).rglob("*.py"))


def _variables() -> list[str]:
    streams = [f"POSTRIDER_FROM_{stream.upper()}" for stream in STREAMS]
    return sorted({*_READ.findall(_sources()), *KEY_NAMES, *streams} - _INTERNAL)


@pytest.mark.parametrize("variable", _variables())
def test_every_variable_is_documented(variable: str) -> None:
    assert f"`{variable}`" in read("docs/production.md")


@pytest.mark.parametrize("name", sorted(name for name in dir(settings) if name.startswith("POSTRIDER_")))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in read("docs/production.md")


def test_the_docs_name_no_variable_that_does_not_exist() -> None:
    known = {*_variables(), *(name for name in dir(settings) if name.startswith("POSTRIDER_"))}
    prefixes = {"POSTRIDER_", "POSTRIDER_ALLOW", "POSTRIDER_BRAND_", "POSTRIDER_PROVIDER_"}  # said of several at once
    named = {one for page in PAGES for one in _SETTING.findall(page.read_text(encoding="utf-8"))}
    assert {one for one in named if one not in known | prefixes} == set()


@pytest.mark.parametrize("command", sorted(name for name, app in get_commands().items() if app in _OURS))
def test_every_command_is_documented(command: str) -> None:
    assert f"manage.py {command}" in read("docs/production.md")


def test_the_docs_name_no_command_that_does_not_exist() -> None:
    named = {(one, name_of(page)) for page in PAGES
             for one in re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8"))}  # fmt: skip
    assert {one for one in named if one[0] not in get_commands()} == set()
