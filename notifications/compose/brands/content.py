"""What does a brand say, and is it fit to stand in mails?"""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args

from django.conf import settings
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from notifications.compose.blocks.social import Network
from notifications.compose.brands.fonts import DEFAULT, STACKS

NETWORKS: tuple[str, ...] = get_args(Network)
#: Names in a template that are the brand's own; a further value must not be called so.
RESERVED = frozenset((
    "name", "address", "url", "logo_url", "color", "background", "surface", "text", "quiet", "line", "button",
    "button_text", "link", "font", "heading_font", "dark", "social", "has_social",
))  # fmt: skip
MOST_EXTRAS = 30

_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_EXTRA = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ADDRESS = re.compile(r"https?://[^\s<>\"'{}|\\^`]+")


def _one_line(text: str) -> str:
    """Lines of an address become parts of one, as the footer shows it."""
    parts = (" ".join("".join(one if one.isprintable() else " " for one in line).split()) for line in text.splitlines())
    return ", ".join(part.strip(" ,") for part in parts if part.strip(" ,"))


def _named(text: str) -> str:
    if not text:
        raise ValueError("give it a name: it is shown where there is no logo, and in the footer")
    return text


def _postal(text: str) -> str:
    if not text:
        raise ValueError("write the postal address: the law wants it in marketing mail")
    return text


def _read_colour(value: Any) -> str:
    """#rrggbb in small letters; three digits are doubled."""
    text = str(value).strip().lower()
    if short := _SHORT.fullmatch(text):
        text = "#" + "".join(digit * 2 for digit in short.groups())
    text = text if text.startswith("#") else f"#{text}"
    if not _COLOUR.fullmatch(text):
        raise ValueError(f"“{str(value)[:20]}” is no colour such as #1a2b3c")
    return text


def _secure(address: str) -> str:
    """An address that a mail may lead to: https, or this installation's own."""
    own = address == settings.POSTRIDER_PUBLIC_URL or address.startswith(f"{settings.POSTRIDER_PUBLIC_URL}/")
    if address and not (_ADDRESS.fullmatch(address) and (own or address.startswith("https://"))):
        raise ValueError("give a full address that begins with https://")
    return address


def _font(key: str) -> str:
    if key not in STACKS:
        raise ValueError("choose one of the fonts")
    return key


def _profiles(profiles: dict[str, str]) -> dict[str, str]:
    if unknown := [name for name in profiles if name not in NETWORKS]:
        raise ValueError(f"“{unknown[0][:20]}” is no network that is known here; known are {', '.join(NETWORKS)}")
    return {name: profiles[name] for name in NETWORKS if profiles.get(name)}


def _further(extras: dict[str, str]) -> dict[str, str]:
    if len(extras) > MOST_EXTRAS:
        raise ValueError(f"at most {MOST_EXTRAS} further values")
    for name in extras:
        if not _EXTRA.fullmatch(name):
            raise ValueError(f"“{name[:40]}” is no name of a value, such as phone or support_mail")
        if name in RESERVED:
            raise ValueError(f"“{name}” is the brand's own already: choose another name")
    return extras


Colour = Annotated[str, BeforeValidator(_read_colour)]
Line = Annotated[str, Field(max_length=500), AfterValidator(_one_line)]
Secure = Annotated[str, Field(max_length=1000), AfterValidator(str.strip), AfterValidator(_secure)]
Font = Annotated[str, AfterValidator(_font)]


class Palette(BaseModel):
    """The colours of a mail in light, or in dark."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    background: Colour  # around the mail
    surface: Colour  # behind its text
    text: Colour
    quiet: Colour  # small print
    line: Colour
    accent: Colour  # `brand.color`
    button: Colour
    link: Colour


LIGHT = Palette(
    background="#f3f5f8", surface="#ffffff", text="#27303f", quiet="#5f6a7b", line="#e6e9ef", accent="#4f46e5",
    button="#4f46e5", link="#27303f",
)  # fmt: skip
DARK = Palette(
    background="#11151c", surface="#1b212b", text="#e8ecf3", quiet="#9aa5b5", line="#303846", accent="#4f46e5",
    button="#4f46e5", link="#a9c1ff",
)  # fmt: skip


class BrandContent(BaseModel):
    """All that a person writes of a brand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Line, AfterValidator(_named)]
    address: Annotated[Line, AfterValidator(_postal)]
    url: Secure = ""
    logo_url: Secure = ""
    font: Font = DEFAULT
    heading_font: Font = DEFAULT
    light: Palette = LIGHT
    dark: Palette = DARK
    social: Annotated[dict[str, Secure], AfterValidator(_profiles)] = {}
    extras: Annotated[dict[str, Line], AfterValidator(_further)] = {}

    def stored(self) -> dict[str, Any]:
        """As the brand's row keeps it."""
        return self.model_dump(mode="json")
