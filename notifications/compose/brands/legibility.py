"""Can a brand's colours be read? WCAG 2.2 AA: 4.5 to 1, and 3 to 1 for large text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notifications.compose.brands.content import BrandContent, Palette
from notifications.compose.brands.values import ink_on
from notifications.compose.preflight.colours import contrast, read_colour

ENOUGH, ENOUGH_WHEN_LARGE = 4.5, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Words of one colour on another."""

    label: str
    is_dark: bool
    ink: str
    ground: str
    ratio: float
    needed: float

    @property
    def is_enough(self) -> bool:
        """Whether everybody can read it."""
        return self.ratio >= self.needed

    @property
    def shown_ratio(self) -> str:
        """Rounded down, so that 4.49 is not called enough."""
        return f"{int(self.ratio * 10) / 10:g}"


def pairings_of(content: BrandContent) -> list[Pairing]:
    """Every pair of colours that stand on each other in a mail; light first."""
    return [*_pairings(content.light, is_dark=False), *_pairings(content.dark, is_dark=True)]


def _pairings(palette: Palette, *, is_dark: bool) -> Iterator[Pairing]:
    for label, ink, ground, needed in (
        (_("Text"), palette.text, palette.surface, ENOUGH),
        (_("Small print"), palette.quiet, palette.surface, ENOUGH),
        (_("Footer"), palette.quiet, palette.background, ENOUGH),
        (_("Links"), palette.link, palette.surface, ENOUGH),
        (_("Words on buttons"), ink_on(palette.button), palette.button, ENOUGH_WHEN_LARGE),
    ):
        one, other = read_colour(ink), read_colour(ground)
        if one is not None and other is not None:
            ratio = contrast(one, other)
            yield Pairing(label=label, is_dark=is_dark, ink=ink, ground=ground, ratio=ratio, needed=needed)
