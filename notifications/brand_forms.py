"""What did somebody type about a brand, and what is wrong with it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from notifications.compose.brands.content import BrandContent, Palette
from notifications.compose.brands.fonts import LABELS

WORDS = ("name", "address", "url", "logo_url", "font", "heading_font")
MODES = ("light", "dark")
COLOURS = tuple(Palette.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One colour as it was typed."""

    name: str
    value: str
    label: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandForm:
    """Fields as they were typed, what they say, and the faults by field; `content` is None where there are any."""

    typed: Mapping[str, str]
    content: BrandContent | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[str, str, list[Cell]]]:
        """The colours: label, hint, and one cell in light and one in dark."""
        return [(label, hint, [self._cell(mode, name, label) for mode in MODES]) for name, label, hint in _labels()]

    @property
    def fonts(self) -> list[tuple[str, str]]:
        """Key and label."""
        return list(LABELS.items())

    def _cell(self, mode: str, name: str, label: str) -> Cell:
        full = f"{mode}-{name}"
        told = _("%(colour)s in light") if mode == "light" else _("%(colour)s in dark")
        return Cell(
            name=full, value=self.typed.get(full, ""), label=told % {"colour": label}, fault=self.faults.get(full, "")
        )


def form_of(content: BrandContent) -> BrandForm:
    """The fields of a brand as it is."""
    stored = content.stored()
    typed = {name: str(stored[name]) for name in WORDS}
    typed |= {f"{mode}-{name}": stored[mode][name] for mode in MODES for name in COLOURS}
    typed["social"] = "\n".join(f"{network} {address}" for network, address in stored["social"].items())
    typed["extras"] = "\n".join(f"{name}: {value}" for name, value in stored["extras"].items())
    return BrandForm(typed=typed, content=content)


def read_form(fields: Mapping[str, Any]) -> BrandForm:
    """What was typed, checked."""
    names = (*WORDS, "social", "extras", *(f"{mode}-{name}" for mode in MODES for name in COLOURS))
    typed = {name: str(fields.get(name, ""))[:5000] for name in names}
    given: dict[str, Any] = {name: typed[name] for name in WORDS}
    given |= {mode: {name: typed[f"{mode}-{name}"] for name in COLOURS} for mode in MODES}
    given["social"] = dict(_pairs(typed["social"].splitlines(), " "))
    given["extras"] = dict(_pairs(typed["extras"].splitlines(), ":"))
    try:
        return BrandForm(typed=typed, content=BrandContent.model_validate(given))
    except ValidationError as error:
        return BrandForm(typed=typed, faults=_faults(error))


def mended_by(form: BrandForm, saved: BrandContent) -> BrandContent:
    """What was typed, with what is saved in place of what is faulty: something to look at meanwhile."""
    if form.content is not None:
        return form.content
    before = form_of(saved).typed
    read = read_form({name: before[name] if name in form.faults else text for name, text in form.typed.items()})
    return read.content or saved


def _pairs(lines: Iterable[str], mark: str) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _mark, value = line.strip().partition(mark)
        if name:
            yield name.strip().rstrip(":"), value.strip()


def _faults(error: ValidationError) -> dict[str, str]:
    """A sentence for each field; the first where a field has several."""
    faults: dict[str, str] = {}
    for one in error.errors():
        root, *rest = (str(part) for part in one["loc"])
        name = f"{root}-{rest[0]}" if root in MODES and rest else root
        told = one["msg"].removeprefix("Value error, ")
        faults.setdefault(name, f"{rest[0]}: {told}" if root in {"social", "extras"} and rest else told)
    return faults


def _labels() -> list[tuple[str, str, str]]:
    return [
        ("background", _("Background"), _("around the mail")),
        ("surface", _("Behind the text"), _("the card that the mail stands on")),
        ("text", _("Text"), ""),
        ("quiet", _("Small print"), _("and the footer")),
        ("line", _("Lines"), ""),
        ("accent", _("Accent"), _("blocks in the brand's colour, and your public pages")),
        ("button", _("Buttons"), _("their words are white, or dark where white could not be read")),
        ("link", _("Links"), ""),
    ]
