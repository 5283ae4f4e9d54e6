"""How fast are mails rendered, beside python-liquid rendering the whole of each, and how long does compiling take?

Everything is measured by turns in one process, in processor time, so that each meets the same moods of the machine; the
best turn counts.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import psutil
from liquid import BoundTemplate, Environment
from mjml import mjml_to_html

from config.loadtest.figures import milliseconds, rate
from config.loadtest.newsletter import newsletter_source
from config.loadtest.options import Options, Outcome
from config.loadtest.stack import peak_memory
from notifications.compose.compilation import Compiled, compile_source
from notifications.compose.encode import encode_document, encode_value, fill_encoded
from notifications.compose.loading import LoadedVersion, load
from notifications.compose.render import join, render

Variables = Mapping[str, Any]
Turn = Callable[[Sequence[Variables]], None]

_TURNS = 5
_COMPILATIONS = 40
_PEOPLE = 1000  # different ones
_PUBLIC_URL = "https://mail.example"
_TOKEN = "AbCdEfGhIjKl"  # noqa: S105 - as long as a real one
_CITIES = ("Köln", "Bristol", "Lyon", "Oslo", "Gdańsk")
_CLICK = re.compile(r"\{% __click (\d+) \S+ %\}")
_PIXEL = re.compile(r"\{% __pixel %\}")


def run(options: Options) -> Outcome:
    """Render the newsletter for so many people a turn, as merge data, joined, and by python-liquid as a whole."""
    ours, bare = _compile_times()
    compiled = compile_source(newsletter_source())
    version = _load(compiled)
    people = [_person(number % _PEOPLE) for number in range(options.number)]
    started = time.perf_counter()
    best = _best(
        {
            "merge_data": lambda some: _as_merge_data(version, some),
            "joined_text": lambda some: _as_text(version, some),
            "joined_bytes": lambda some: _as_bytes(version, some),
            "python_liquid": _whole(compiled),
        },
        people,
    )
    rates = {name: rate(len(people), seconds) for name, seconds in best.items()}
    return {
        "rate": rates["merge_data"],
        "seconds": round(time.perf_counter() - started, 2),
        "rss_mb": peak_memory(psutil.Process(os.getpid())),
        "mails": len(people),
        "html_kb": round(len(compiled.html.encode()) / 1000, 1),
        "a_second": rates,
        "microseconds": {name: round(seconds / len(people) * 1e6, 1) for name, seconds in best.items()},
        "compile_ms": {"ours": milliseconds(ours), "mjml": milliseconds(bare), "ratio": round(ours / bare, 2)},
    }


def _best(ways: Mapping[str, Turn], people: Sequence[Variables]) -> dict[str, float]:
    """Processor seconds of each way's best turn."""
    best = dict.fromkeys(ways, float("inf"))
    for way in ways.values():
        way(people[:_PEOPLE])  # what is made once a version is made now
    for _ in range(_TURNS):
        for name, way in ways.items():
            best[name] = min(best[name], _time(partial(way, people)))
    return best


def _as_merge_data(version: LoadedVersion, people: Sequence[Variables]) -> None:
    for variables in people:
        render(version, variables, token=_TOKEN)


def _as_text(version: LoadedVersion, people: Sequence[Variables]) -> None:
    """Subject, text and HTML as strings."""
    for variables in people:
        values = render(version, variables, token=_TOKEN)
        for document in (version.subject, version.text, version.html):
            join(document, values, token=_TOKEN)


def _as_bytes(version: LoadedVersion, people: Sequence[Variables]) -> None:
    """Text and HTML as they go to SMTP, encoded as quoted-printable."""
    documents = [encode_document(document) for document in (version.text, version.html)]
    token = encode_value(_TOKEN)
    for variables in people:
        values = render(version, variables, token=_TOKEN)
        regions = [encode_value(region) for region in values.regions]
        for document in documents:
            b"".join(fill_encoded(document, regions, token=token))


def _whole(compiled: Compiled) -> Turn:
    """The same documents, rendered as a whole by the library as it comes."""
    templates = _plain_templates(compiled)

    def turn(people: Sequence[Variables]) -> None:
        for variables in people:
            for template in templates:
                template.render(**variables, token=_TOKEN)

    return turn


def _plain_templates(compiled: Compiled) -> list[BoundTemplate]:
    """Links and pixel written as plain Liquid."""
    plain, escaping = Environment(), Environment(autoescape=True)
    linked = _CLICK.sub(rf"{_PUBLIC_URL}/c/{{{{ token }}}}/\1", compiled.html)
    document = _PIXEL.sub(f'<img src="{_PUBLIC_URL}/o/{{{{ token }}}}.gif" alt="">', linked)
    return [plain.from_string(compiled.subject), plain.from_string(compiled.text), escaping.from_string(document)]


def _compile_times() -> tuple[float, float]:
    """Processor seconds of compiling the newsletter: all of ours, and the library's call alone."""
    source = newsletter_source()
    layout, _, end = source.layout.text.partition("<mj-slot/>")
    document = f"{layout}{source.body.text}{end}"
    ours = bare = float("inf")
    for _ in range(_COMPILATIONS):
        ours = min(ours, _time(lambda: compile_source(source)))
        bare = min(bare, _time(lambda: mjml_to_html(document)))
    return ours, bare


def _time(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def _load(compiled: Compiled) -> LoadedVersion:
    return load(
        version_id=UUID(int=1), ref="loadtest@1", compiled=compiled.as_json(), defaults={}, constants={},
        public_url=_PUBLIC_URL,
    )  # fmt: skip


def _person(number: int) -> Variables:
    contact = {
        "email": f"person{number}@load.example", "first_name": f"Person {number}", "last_name": "Example",
        "locale": "en", "time_zone": "UTC", "city": _CITIES[number % len(_CITIES)],
        "plan": "pro" if number % 2 else "free",
    }  # fmt: skip
    return {
        "contact": contact, "payload": {}, "brand": {}, "message_id": str(UUID(int=number)),
        "unsubscribe_url": f"{_PUBLIC_URL}/u/{number:024d}", "preferences_url": f"{_PUBLIC_URL}/p/{number:024d}",
    }  # fmt: skip
