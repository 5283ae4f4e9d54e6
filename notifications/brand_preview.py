"""How do mails look in a brand, saved or only typed in? Rendered by the code that sends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from notifications.compose import brands
from notifications.compose.brands.values import Values
from notifications.compose.compilation import compile_source
from notifications.compose.loading import load
from notifications.compose.publications import UnknownTemplate, current_version
from notifications.compose.render import join, render
from notifications.compose.source import read_template
from notifications.compose.sync import layout_directories
from notifications.preview import inert, sample_variables

SAMPLE = Path(brands.__file__).parent / "sample.mjml"

_TOKEN = "brand"  # noqa: S105 - names no message


def preview_brand(values: Values, *, template_key: str = "") -> str:
    """The HTML of a template as it is sent now, or of the sample, in a brand. Raises SourceFault and RenderFault."""
    compiled, defaults = _compiled(template_key)
    loaded = load(
        version_id=UUID(int=0), ref="brand", compiled={"html": compiled["html"]}, defaults=defaults,
        constants={"brand": values}, public_url=None,
    )  # fmt: skip
    values_of_one = render(loaded, sample_variables(template_key), token=_TOKEN)
    return inert(join(loaded.html, values_of_one, token=_TOKEN))


def _compiled(template_key: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
    try:
        version = current_version(template_key)
    except UnknownTemplate:
        return _sample(), {}
    return version.compiled, version.defaults


@cache
def _sample() -> Mapping[str, Any]:
    source = read_template(SAMPLE, name=SAMPLE.name, layouts=layout_directories())
    return compile_source(source).as_json()
