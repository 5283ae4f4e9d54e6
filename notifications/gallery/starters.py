"""Which starting points are there, and what does each say of itself?"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from notifications.compose.source import LAYOUTS, TemplateSource, read_template
from notifications.compose.sync import email_directories

_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
PICTURES = _HERE / "pictures"
_PICTURE = "picture:"  # stands in a sample for an image that comes with the gallery

#: In the order in which a shop meets its people.
ORDER = (
    "welcome", "password-reset", "receipt", "shipping", "abandoned-cart", "newsletter", "digest", "win-back",
    "event-invitation", "letter",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A template of the gallery. `sample` is a payload as its author means it; `secrets` are paths never rewritten."""

    key: str
    name: str
    category: str
    description: str
    sample: Mapping[str, Any]
    secrets: frozenset[str]
    path: Path

    @property
    def text(self) -> str:
        """The whole file, front matter first: what is copied."""
        return self.path.read_text(encoding="utf-8")

    def read(self) -> TemplateSource:
        """Its source in the layouts of this project. Raises SourceFault."""
        layouts = [directory / LAYOUTS for directory in email_directories()]
        return read_template(self.path, name=self.path.name, layouts=layouts)


@cache
def all_starters() -> tuple[Starter, ...]:
    """The whole gallery."""
    return tuple(_read(key) for key in ORDER)


def find_starter(key: str) -> Starter | None:
    """The starter of this key."""
    return next((one for one in all_starters() if one.key == key), None)


def _read(key: str) -> Starter:
    told = json.loads((TEMPLATES / f"{key}.json").read_text(encoding="utf-8"))
    return Starter(
        key=key,
        name=told["name"],
        category=told["category"],
        description=told["description"],
        sample=told["payload"],
        secrets=frozenset(told.get("secrets", ())),
        path=TEMPLATES / f"{key}.mjml",
    )


def with_pictures(sample: Any) -> Any:
    """A sample whose pictures are shown from here: nothing is fetched."""
    if isinstance(sample, dict):
        return {name: with_pictures(value) for name, value in sample.items()}
    if isinstance(sample, list):
        return [with_pictures(value) for value in sample]
    if isinstance(sample, str) and sample.startswith(_PICTURE):
        return _picture(sample.removeprefix(_PICTURE))
    return sample


@cache
def _picture(name: str) -> str:
    drawn = (PICTURES / f"{name}.svg").read_bytes()
    return f"data:image/svg+xml;base64,{b64encode(drawn).decode('ascii')}"
