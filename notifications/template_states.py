"""How does each template stand: where is it written, what is sent, what is being written?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from notifications.catalog import all_types
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.models import Origin, PlannedPublication, Publication, Template
from notifications.compose.sync import sync_templates
from notifications.compose.trials import TEMPLATE as TRIALS


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateState:
    """A template as the list shows it."""

    template: Template
    publications: tuple[Publication, ...]
    drafts: tuple[TemplateDraft, ...]
    planned: tuple[PlannedPublication, ...]
    types: tuple[str, ...]  # that send it
    drift: str = ""  # how its file differs from what is sent

    @property
    def is_console(self) -> bool:
        """Whether what is sent was written in the console."""
        return any(one.version.origin == Origin.CONSOLE for one in self.publications) or (
            not self.publications and self.template.source == Origin.CONSOLE
        )


def find_states() -> list[TemplateState]:
    """Every template, by key; a few queries whatever their number."""
    templates = list(Template.objects.exclude(key=TRIALS).prefetch_related("publications__version__template"))
    return _states(templates, _drift())


def state_of(template: Template) -> TemplateState:
    """One template's state, without a look at its file."""
    return _states([template], {})[0]


def _states(templates: list[Template], drift: dict[str, str]) -> list[TemplateState]:
    drafts: defaultdict[int, list[TemplateDraft]] = defaultdict(list)
    planned: defaultdict[int, list[PlannedPublication]] = defaultdict(list)
    for draft in TemplateDraft.objects.filter(template__in=templates):
        drafts[draft.template_id].append(draft)
    for plan in PlannedPublication.objects.filter(version__template__in=templates).select_related("version__template"):
        planned[plan.version.template_id].append(plan)
    return [
        TemplateState(
            template=one,
            publications=tuple(one.publications.all()),
            drafts=tuple(drafts[one.pk]),
            planned=tuple(planned[one.pk]),
            types=tuple(kind.key for kind in all_types() if one.key in {kind.template, kind.digest_template}),
            drift="; ".join(reason for label, reason in drift.items() if label.partition(".")[0] == one.key),
        )
        for one in templates
    ]


def _drift() -> dict[str, str]:
    """How files differ from what is sent, by key and locale."""
    report = sync_templates(is_check=True)
    newer = dict.fromkeys(report.changed, "the file is newer: run manage.py sync_templates")
    return {**newer, **dict(one.split(": ", 1) for one in report.held)}
