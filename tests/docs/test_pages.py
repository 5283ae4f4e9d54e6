"""Do the pages hang together: do their links lead somewhere, and do they speak of this project only?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, name_of, read

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FILE = re.compile(
    r"`((?:config|demo|notifications|preferences|tracking|campaigns|tests|docs|scripts|templates)/[^`*<>… ]+)`"
)
#: Hosts of package registries, and folders of somebody's machine.
_STRANGE = re.compile(
    r"pyp[i]|python[h]osted|artifactory|nexus|index-url|/(home|[r]oot|Users|[w]ork|tmp)/", re.IGNORECASE
)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        target, _, anchor = link.partition("#")
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), link
        if anchor:
            assert anchor in map(_anchor, _HEADING.findall(found.read_text(encoding="utf-8"))), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_exist(page: Path) -> None:
    named = _FILE.findall(page.read_text(encoding="utf-8"))
    assert [one for one in named if not (ROOT / one).exists() and "booking" not in one] == []  # the README's example


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_machine_and_no_registry_is_named(page: Path) -> None:
    assert _STRANGE.findall(page.read_text(encoding="utf-8")) == []


def test_every_page_is_reached_from_the_readme() -> None:
    linked = _LINK.findall(read("README.md"))
    pages = [name_of(page) for page in PAGES if page.parent.name == "docs"]
    assert [one for one in pages if one not in linked] == []


def test_pictures_are_small() -> None:
    assert [path.name for path in (ROOT / "docs" / "images").iterdir() if path.stat().st_size > 200_000] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=name_of)
def test_a_decision_has_context_choice_and_price(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.name[:4]}: ")
    assert [part for part in ("**Context.**", "**Choice.**", "**Price.**") if part not in text] == []
    assert len(text.split()) < 350


@pytest.mark.django_db
def test_the_queries_of_the_production_page_run() -> None:
    from django.db import connection

    watching = next(block for block in blocks("docs/production.md", "sql") if "SELECT" in block)
    with connection.cursor() as cursor:
        for query in watching.split(";"):
            if query.strip():
                cursor.execute(query)
