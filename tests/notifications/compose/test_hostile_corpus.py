"""Two hundred payloads, as a template and as a value: nothing is told, nothing runs, nothing takes long."""

from __future__ import annotations

import html
import re
import resource
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import process_time

import pytest

from notifications.compose.findings import SourceFault
from notifications.compose.render import RenderFault
from tests.notifications.compose.making import Mail, text, version

CANARY = "canary-7e4b91c2"
CORPUS = Path(__file__).with_name("hostile_payloads.txt")
MOST_SECONDS = 5  # of the processor; each of three documents may take one, and compiling takes its part
MOST_MEGABYTES = 200

_REPEATED = re.compile("«([^«»]*)»\N{MULTIPLICATION SIGN}(\\d+)")
#: How Python writes what no template should see.
_INSIDES = re.compile(r"<class |<built-in|<function|<bound|<module|object at 0x")


def payloads() -> Iterator[tuple[str, str]]:
    """Kind and payload."""
    kind = ""
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line[3:]
        elif line and not line.startswith("# "):
            yield kind, _REPEATED.sub(lambda found: found.group(1) * int(found.group(2)), line)


made = cache(version)
PAYLOADS = list(payloads())
each = pytest.mark.parametrize("payload", [payload for _, payload in PAYLOADS], ids=range(len(PAYLOADS)))


@pytest.fixture
def secret(tmp_path: Path, settings, monkeypatch) -> Path:
    """The canary: in a file, in the settings and in the environment."""
    settings.SECRET_KEY = CANARY
    monkeypatch.setenv("CANARY", CANARY)
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    return path


@pytest.fixture(autouse=True)
def _within_limits() -> Iterator[None]:
    started, held = process_time(), _megabytes()
    yield
    assert process_time() - started < MOST_SECONDS
    assert _megabytes() - held < MOST_MEGABYTES


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def variables(a: str) -> dict[str, object]:
    contact = {"first_name": "Ada", "locale": "en", "time_zone": "UTC"}
    return {"a": a, "b": "x" * 50_000, "n": list(range(500)), "contact": contact, "payload": {"k": "v"}}


def test_there_are_two_hundred() -> None:
    assert len(PAYLOADS) >= 200
    assert len({payload for _, payload in PAYLOADS}) == len(PAYLOADS)


def told(make: Callable[[], Mail]) -> tuple[str, ...]:
    """All that comes out: the documents of a mail, or the words in which it is refused."""
    try:
        mail = make()
    except (SourceFault, RenderFault) as fault:
        return (str(fault),)
    return (mail.subject, mail.text, mail.html)


@each
def test_as_a_template_it_is_refused_or_tells_nothing(payload: str, secret: Path) -> None:
    liquid = payload.replace("FILE", str(secret))
    in_html = told(lambda: Mail(version(text(liquid)), **variables("value")))
    in_text = told(lambda: Mail(version(text("x"), text=liquid), **variables("value")))
    for document in (*in_html, *in_text):
        assert CANARY not in document
        assert not _INSIDES.search(html.unescape(document))


@each
def test_as_a_value_it_is_only_text(payload: str, secret: Path) -> None:
    value = payload.replace("FILE", str(secret))
    mail = Mail(made(text("[{{ a }}]"), text="[{{ a }}]", subject="[{{ a }}]"), **variables(value))
    assert f"[{value}]" in mail.text
    assert mail.subject == f"[{value}]"
    assert html.unescape(_only_region(mail.html)) == f"[{value}]"
    assert CANARY not in mail.html
    assert "<" not in _only_region(mail.html)


def _only_region(document: str) -> str:
    """What stands in the one text of the mail."""
    found = re.search(r">(\[[^<]*\])</div>", document)
    assert found is not None, "a value ended its element"
    return found.group(1)


CHAIN = (
    "{{ a | local_date }}{{ a | local_datetime: a }}{{ a | money: a }}{{ a | number: a }}{{ a | percent }}"
    "{{ a | initials }}{{ a | pluralize: a, a }}{{ a | add_parameters: x: a }}{{ a | strip_html }}{{ a | date: a }}"
    "{{ a | escape_once }}{{ a | squish }}{{ a | truncate: 20 }}{{ a | url_encode }}{{ a | slice: 0, 9 }}"
)


@each
def test_as_a_value_no_filter_makes_more_of_it(payload: str, secret: Path) -> None:
    value = payload.replace("FILE", str(secret))
    loaded = made(text(f"[{CHAIN}]"), text=f"[{CHAIN}]")
    for contact in ({"locale": value, "time_zone": value}, {"locale": "de", "time_zone": "Europe/Berlin"}):
        documents = told(lambda contact=contact: Mail(loaded, a=value, contact=contact))  # type: ignore[misc]
        assert not any(CANARY in document for document in documents)
        assert len(documents) == 1 or "<" not in _only_region(documents[-1])
