"""What does one person's mail say?

Only the regions are rendered per person; `join` puts them between the static pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from liquid.exceptions import LiquidError

from notifications.compose.cutting import TOKEN, Document, Part, Region, Slot
from notifications.compose.limits import MAX_OUTPUT, MAX_VALUE_DEPTH, TooCostly
from notifications.compose.linktags import LinkWriter
from notifications.compose.loading import LoadedVersion, NothingToCarry, load_version
from notifications.compose.sandbox import Output, SandboxContext

PLAIN = frozenset((str, int, float, bool, type(None)))
EMPTY: tuple[object, ...] = (None, "", [], {})

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class RenderFault(Exception):
    """A mail that cannot be rendered: the fault of its template or values, not of the moment.

    `reason` is a code for the log; `detail` says where, and never holds a person's values.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


class Values(NamedTuple):
    """What differs for one person: each region's text, and each personal link's address."""

    regions: tuple[str, ...]
    targets: tuple[str, ...]


def render(version: LoadedVersion, variables: Mapping[str, Any], *, token: str) -> Values:
    """One person's values. Raises RenderFault.

    `variables` are plain JSON values only; `token` is the message's own. The version's constants win over them.
    """
    _refuse_objects(variables, MAX_VALUE_DEPTH)
    variables = with_defaults(version, variables)
    links = LinkWriter(public_url=version.public_url, token=token)
    regions: list[str] = []
    for part in version.parts:
        rendered = _render_part(part, variables, links)
        if part.name == "subject":
            _refuse_control_characters(rendered)
        regions += rendered
    return Values(regions=tuple(regions), targets=tuple(links.targets))


def with_defaults(version: LoadedVersion, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables with the version's constants, and its declared defaults where values are missing or empty."""
    variables = {**variables, **version.constants}
    for path, value in version.defaults:
        variables = _with_default(variables, path, value)
    return variables


def join(document: Document, values: Values, *, token: str) -> str:
    """One person's whole document."""
    regions = values.regions
    return "".join(
        [piece if isinstance(piece, str) else token if piece is TOKEN else regions[piece.index] for piece in document]
    )


def _render_part(part: Part, variables: Mapping[str, Any], links: LinkWriter) -> list[str]:
    """Each region's text. Where every region has its shortcut, as most documents have, no context is made."""
    texts = [shortcut and shortcut(variables) for shortcut in part.shortcuts]
    if None not in texts:
        written = cast("list[str]", texts)
        if sum(map(len, written)) <= MAX_OUTPUT:
            return [_tidy(text) for text in written]
    context = SandboxContext(part.template, variables=variables, links=links)
    output: Any = Output()
    rendered: list[str] = []
    for region, text in zip(part.regions, texts, strict=True):
        if text is None or output.size + len(text) > MAX_OUTPUT:  # which the template itself refuses
            _render_region(part, region, context, output)
        else:
            output.write(text)
        rendered.append(_tidy(output.take()))
    return rendered


def _render_region(part: Part, region: Region, context: SandboxContext, output: Any) -> None:
    for node in region:
        try:
            node.render(context, output)
        except LiquidError as error:
            reason = "template_too_costly" if isinstance(error, TooCostly) else "liquid_error"
            raise RenderFault(reason, _place(part, node, error)) from None
        except Exception as error:  # noqa: BLE001 - a filter may raise whatever a value makes it
            raise RenderFault("liquid_error", _place(part, node, error)) from None


def _tidy(text: str) -> str:
    """Lines end in a line feed only; NUL, which no database or mail can hold, is left out."""
    if "\r" in text or "\0" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text


def _place(part: Part, node: Any, error: Exception) -> str:
    """Where it went wrong, without the message: that may quote a value."""
    token = getattr(error, "token", None) or node.token
    kind = error.message if isinstance(error, TooCostly) else type(error).__name__
    return f"{kind} in the {part.name} at `{token.value[:60]}`"


def _refuse_control_characters(regions: list[str]) -> None:
    if any(_CONTROL.search(region) for region in regions):
        raise RenderFault("control_character_in_subject", "a value holds a line break or the like")


def _refuse_objects(value: object, depth: int) -> None:
    """Only values without code behind them may reach a template."""
    if depth <= 0:
        raise RenderFault("variables_not_plain", "nested too deeply")
    for one in _members(value):
        if type(one) not in PLAIN:
            _refuse_objects(one, depth - 1)


def _members(value: object) -> Iterable[object]:
    if type(value) is dict:
        return value.values()
    if type(value) in (list, tuple):
        return cast("list[object]", value)
    raise RenderFault("variables_not_plain", f"a {type(value).__name__} among the variables")


def _with_default(variables: Mapping[str, Any], path: tuple[str, ...], value: object) -> Mapping[str, Any]:
    """The variables with a value at the path, if there is none yet; the caller's stay as they are."""
    name, *rest = path
    present = variables.get(name)
    if rest:
        if isinstance(present, dict) or present in EMPTY:
            return {**variables, name: _with_default(present or {}, tuple(rest), value)}
        return variables
    return {**variables, name: value} if present in EMPTY else variables


__all__ = [
    "TOKEN",
    "Document",
    "LoadedVersion",
    "NothingToCarry",
    "RenderFault",
    "Slot",
    "Values",
    "join",
    "load_version",
    "render",
    "with_defaults",
]
