"""How would the mail read for these people? Rendered by the code that renders it for sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from notifications.compose.compilation import Compiled
from notifications.compose.loading import DOCUMENTS, MARKUP, LoadedVersion, load
from notifications.compose.preflight.inspection import Blank, Sample
from notifications.compose.preflight.watching import find_silent
from notifications.compose.render import RenderFault, join, render, with_defaults
from notifications.compose.source import TemplateSource

TOKEN = "x" * 38  # as long as a real one, since it counts for the size
_NO_VERSION = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody to render for: what the template gets to see of them."""

    who: str
    variables: Mapping[str, Any]
    is_made_up: bool


def render_samples(
    source: TemplateSource,
    compiled: Compiled,
    readers: Iterable[Reader],
    *,
    brand: Mapping[str, Any],
    public_url: str,
) -> tuple[Sample, ...]:
    """A sample for each reader, in their order."""

    def loaded(url: str | None) -> LoadedVersion:
        return load(
            version_id=_NO_VERSION, ref=source.key, compiled=compiled.as_json(), defaults=source.defaults,
            constants={"brand": dict(brand)}, public_url=url,
        )  # fmt: skip

    plain, counted = loaded(None), loaded(public_url)
    return tuple(_sample(compiled, plain, counted, reader) for reader in readers)


def _sample(compiled: Compiled, plain: LoadedVersion, counted: LoadedVersion, reader: Reader) -> Sample:
    given = reader.variables
    bare = Sample(who=reader.who, is_made_up=reader.is_made_up, variables=given)
    try:
        values, counted_values = render(plain, given, token=TOKEN), render(counted, given, token=TOKEN)
    except RenderFault as fault:
        return replace(bare, fault=f"{fault.reason}: {fault.detail}")
    variables = with_defaults(plain, given)
    return replace(
        bare,
        variables=variables,
        subject=join(plain.subject, values, token=TOKEN),
        html=join(plain.html, values, token=TOKEN),
        counted_html=join(counted.html, counted_values, token=TOKEN),
        text=join(plain.text, values, token=TOKEN),
        blanks=tuple(_blanks(compiled, variables)),
    )


def _blanks(compiled: Compiled, variables: Mapping[str, Any]) -> Iterable[Blank]:
    seen = set()
    for name in DOCUMENTS:
        for expression in find_silent(getattr(compiled, name), variables, is_html=name in MARKUP):
            if expression not in seen:
                seen.add(expression)
                yield Blank(expression=expression, document=name)
