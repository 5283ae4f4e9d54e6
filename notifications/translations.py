"""How do the languages of a template stand: what is sent, what is being written, what is left to translate?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from notifications.compose.blocks.tree import BadTree
from notifications.compose.drafts.content import DraftContent, content_of
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import content_at
from notifications.compose.drafts.translating import pair_up, to_do
from notifications.compose.models import PlannedPublication, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageState:
    """One language. `left`: blocks of its draft that need a translator; None where there is no draft to look at."""

    locale: str
    sent: str = ""  # the version, such as welcome@3
    planned: str = ""
    draft: TemplateDraft | None = None
    left: int | None = None


def find_original(template: Template) -> tuple[DraftContent, str] | None:
    """What is translated: the draft for everybody, else what they are sent, else the newest; and what it is called."""
    draft = TemplateDraft.objects.filter(template=template, locale="").first()
    if draft is not None:
        return content_at(draft), f"draft, revision {draft.revision}"
    version = template.published or template.versions.filter(locale="", base=None).order_by("-number").first()
    return (content_of(version), version.ref) if version else None


def language_states(template: Template) -> list[LanguageState]:
    """Every language that is sent, planned or written, the one for everybody first."""
    sent = {one.locale: one.version.ref for one in template.publications.select_related("version__template")}
    plans: defaultdict[str, str] = defaultdict(str)
    for plan in PlannedPublication.objects.filter(version__template=template).select_related("version__template"):
        plans[plan.version.locale] = plan.version.ref
    drafts = {one.locale: one for one in TemplateDraft.objects.filter(template=template)}
    original = find_original(template)
    return [
        LanguageState(
            locale=locale, sent=sent.get(locale, ""), planned=plans[locale], draft=drafts.get(locale),
            left=_left(original[0], drafts[locale]) if original and locale and locale in drafts else None,
        )
        for locale in sorted({"", *sent, *plans, *drafts})
    ]  # fmt: skip


def _left(original: DraftContent, draft: TemplateDraft) -> int | None:
    try:
        return sum(1 for _pair in to_do(pair_up(original, content_at(draft))))
    except BadTree:
        return None
