"""Does our MJML read and look as the official one does? Development only: see scripts/conformity."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from notifications.compose.components import KNOWN, SLOT
from tests.conformity.official import Official, compile_official, version, why_missing
from tests.conformity.pairs import COMPONENTS, Pair, all_pairs
from tests.conformity.pictures import look, open_browser, share_that_differs

WIDTHS = (640, 360)
#: The largest share of pixels that may differ.
SMALL = 0.005
RESULTS = Path(".data/conformity.md")

PAIRS = list(all_pairs())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("POSTRIDER_CHROMIUM", "/usr/bin/chromium")
    if not Path(program).is_file():
        pytest.skip(f"no Chromium at {program!r}: install it, or name it with POSTRIDER_CHROMIUM")
    with open_browser(program) as opened:
        yield opened


@pytest.fixture(scope="module")
def official() -> dict[str, Official]:
    """Every document as the official compiler makes it, in one run of node."""
    if reason := why_missing():
        pytest.skip(reason)
    return dict(zip((one.name for one in PAIRS), compile_official(*(one.as_mjml() for one in PAIRS)), strict=True))


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, list[str]]]:
    """What was found, written as docs/mjml.md shows it."""
    rows: dict[str, list[str]] = {}
    yield rows
    lines = [f"| compared with mjml {version()} | " + " | ".join(f"{width} px" for width in WIDTHS) + " |"]
    lines += ["|---|" + "---|" * len(WIDTHS)]
    lines += [f"| {name} | {' | '.join(found)} |" for name, found in sorted(rows.items())]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_it_reads_and_looks_as_the_official_one(
    pair: Pair, official: dict[str, Official], browser: Browser, table: dict[str, list[str]]
) -> None:
    ours, theirs = pair.ours(), official[pair.name]
    assert theirs.errors == []
    differences = []
    for width in WIDTHS:
        one, other = look(browser, ours, width=width), look(browser, theirs.html, width=width)
        assert one.text == other.text
        differences.append(share_that_differs(one.picture, other.picture))
    table[pair.name] = [f"{share:.2%}" for share in differences]
    assert max(differences) <= SMALL, table[pair.name]


def test_every_component_is_compared() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in COMPONENTS.iterdir()) + "<mjml>"
    missing = [one for one in sorted(KNOWN - {SLOT, "mj-all"}) if not re.search(rf"<{one}[\s/>]", written)]
    assert missing == []


def test_the_page_names_every_component_and_every_document() -> None:
    page = Path("docs/mjml.md").read_text(encoding="utf-8")
    assert [one for one in KNOWN if f"`{one}`" not in page] == []
    assert [one.name for one in PAIRS if f"| {one.name} |" not in page] == []
