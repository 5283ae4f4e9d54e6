"""What does a draft say?"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from notifications.compose.limits import MAX_LINE, MAX_SOURCE_BYTES
from notifications.compose.models import TemplateVersion
from notifications.compose.source import BASE_LAYOUT, KEY, PATH, TemplateSource

_LINE_ENDS = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAKS = re.compile(r"[\n\u2028\u2029\x85]+")


def _clean(text: str) -> str:
    """Line feeds only, and nothing that no mail can hold."""
    return _CONTROL.sub("", _LINE_ENDS.sub("\n", text))


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", _clean(text)).strip()


def _known_paths(defaults: dict[str, Any]) -> dict[str, Any]:
    if bad := [path for path in defaults if not PATH.fullmatch(path)]:
        raise ValueError(f"`{bad[0]}` is no variable, such as contact.first_name")
    return defaults


def _layout_name(name: str) -> str:
    if not KEY.fullmatch(name):
        raise ValueError(f"`{name}` is no layout")
    return name


def _brand_key(key: str) -> str:
    if key and not KEY.fullmatch(key):
        raise ValueError(f"`{key}` is no brand")
    return key


Line = Annotated[str, AfterValidator(_one_line), Field(max_length=MAX_LINE)]
Prose = Annotated[str, AfterValidator(_clean), Field(max_length=MAX_SOURCE_BYTES)]


class DraftContent(BaseModel):
    """All that a person writes. It may be unfinished: what is wrong with it is said when it is compiled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Line = ""
    preheader: Line = ""
    layout: Annotated[str, AfterValidator(_layout_name)] = BASE_LAYOUT
    brand: Annotated[str, AfterValidator(_brand_key)] = ""  # its key; empty: the default one
    text: Prose = ""  # empty: derived from the HTML
    sms: Prose = ""
    amp: Prose = ""  # empty: the mail has no AMP part
    defaults: Annotated[dict[str, Any], AfterValidator(_known_paths)] = {}
    mjml: Prose = ""  # by hand, where there are no blocks
    blocks: list[dict[str, Any]] | None = None
    #: In a translation, by block: the words of the original as they were when the block was translated.
    translated: dict[str, dict[str, str]] = {}

    def stored(self) -> dict[str, Any]:
        """As the revision's row keeps it."""
        return self.model_dump(mode="json")


def content_of(version: TemplateVersion) -> DraftContent:
    """What a version says, to be edited."""
    return DraftContent(
        subject=version.subject_source,
        preheader=version.preheader_source,
        layout=version.layout if KEY.fullmatch(version.layout) else BASE_LAYOUT,
        brand=version.brand_key,
        text=version.text_source,
        sms=version.sms_source,
        amp=version.amp_source,
        defaults=version.defaults,
        mjml=version.mjml_source if version.blocks is None else "",
        blocks=version.blocks,
    )


def content_of_source(source: TemplateSource) -> DraftContent:
    """What a file says, to be edited."""
    return DraftContent(
        subject=source.subject.text,
        preheader=source.preheader.text,
        layout=source.layout_name,
        brand=source.brand,
        text=source.text.text if source.text else "",
        sms=source.sms.text if source.sms else "",
        amp=source.amp.text if source.amp else "",
        defaults=source.defaults,
        mjml=source.body.text,
    )
