"""Which variants has a campaign, and who takes part in their test? Pure.

The first one, A, is the campaign itself: its template, and its own subject if it has one. Each further one differs from
it in subject, in template or in both. A subject is written for each language of the template; where it is empty, the
template's own is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from campaigns.models import Campaign
from notifications.compose.locales import locale_chain

LETTERS = "abcde"
MOST = len(LETTERS)
#: Everybody takes part: there is no rest that could get the winner.
EVERYBODY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of them: subjects by language ("" is everybody else), and its own template (None: the campaign's)."""

    key: str
    subjects: Mapping[str, str] = field(default_factory=dict)
    template_id: int | None = None

    @property
    def name(self) -> str:
        """As people call it."""
        return self.key.upper()

    def as_json(self) -> dict[str, Any]:
        """What is stored: its place says its letter."""
        subjects = {locale: one for locale, one in self.subjects.items() if one}
        return {"subjects": subjects, "template_id": self.template_id}


def read_variants(stored: Sequence[Mapping[str, Any]]) -> tuple[Variant, ...]:
    """All of them, A at least."""
    found = [
        Variant(key=letter, subjects=one.get("subjects", {}), template_id=one.get("template_id") if place else None)
        for place, (letter, one) in enumerate(zip(LETTERS, stored, strict=False))
    ]
    return tuple(found) or (Variant(key=LETTERS[0]),)


def write_variants(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    """As they are stored; nothing for a campaign that is its template as it stands."""
    stored = [one.as_json() for one in variants]
    return stored if len(stored) > 1 or any(one["subjects"] for one in stored) else []


def variants_of(campaign: Campaign) -> tuple[Variant, ...]:
    """The campaign's."""
    return read_variants(campaign.variants)


def template_of(campaign: Campaign, variant: Variant) -> int | None:
    """The template that a variant is sent by."""
    return variant.template_id or campaign.template_id


def is_test(campaign: Campaign) -> bool:
    """Whether several variants are compared."""
    return len(campaign.variants) > 1


def has_rest(campaign: Campaign) -> bool:
    """Whether some wait for the winner."""
    return is_test(campaign) and campaign.test_percent < EVERYBODY


def shares_of(campaign: Campaign) -> dict[str, float]:
    """The weight of each variant, and of the rest, which is ""."""
    variants = variants_of(campaign)
    share = campaign.test_percent / len(variants)
    return {**{one.key: share for one in variants}, "": EVERYBODY - campaign.test_percent}


def pinned_versions(campaign: Campaign) -> dict[str, Mapping[str, str]]:
    """The approved versions of each variant: letter -> language -> version."""
    return {LETTERS[0]: campaign.versions, **campaign.variant_versions}


def version_for(pinned: Mapping[str, str], locale: str) -> UUID:
    """The version that people of a language get of these."""
    return UUID(next(pinned[one] for one in locale_chain(locale) if one in pinned))
