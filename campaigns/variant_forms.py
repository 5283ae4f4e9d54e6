"""What does a marketer write about the subjects and variants of a campaign, and about their test?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.models import Campaign
from campaigns.planning.contents import published_subjects, published_templates
from campaigns.variants.plan import LETTERS, MOST, Variant, is_test, read_variants, variants_of, write_variants
from notifications.compose.locales import normal_locale
from notifications.compose.retitling import LONGEST, find_subject_fault, tidy_subject

_SUBJECT = "subject"


class ExperimentForm(forms.Form):
    """Who takes part in the test, what decides it, and what happens then."""

    test_percent = forms.IntegerField(
        label=gettext_lazy("Who takes part, in percent"), min_value=1, max_value=100,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("They get the variants in equal shares; the rest waits. 100: everybody, nobody waits."),
    )  # fmt: skip
    test_metric = forms.ChoiceField(
        label=gettext_lazy("What decides"), choices=Campaign.Metric.choices, widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Clicks of people, never of machines; conversions and revenue put down to the mail."),
    )  # fmt: skip
    test_hours = forms.IntegerField(
        label=gettext_lazy("Hours until then"), min_value=1, max_value=336, widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("From when the test has left. Most clicks come within a day."),
    )  # fmt: skip
    test_ending = forms.ChoiceField(
        label=gettext_lazy("The rest gets the winner"), choices=Campaign.Ending.choices,
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip


class VariantForm(forms.Form):
    """One variant: a subject for each language, and (but for A) a template of its own."""

    def __init__(self, variant: Variant, campaign: Campaign, written: Mapping[str, Any] | None = None) -> None:
        super().__init__(written, prefix=variant.key)
        self.variant = variant
        template_id = variant.template_id or campaign.template_id
        if written is not None and variant.key != LETTERS[0]:
            template_id = _number(written.get(f"{variant.key}-template")) or campaign.template_id
        subjects = published_subjects(template_id)
        for locale in _written_locales(variant.key, written) if written is not None else _locales(subjects):
            self.fields[_name(locale)] = _subject_field(locale, subjects.get(locale, ""), len(subjects) > 1)
            self.initial[_name(locale)] = variant.subjects.get(locale, "")
        if variant.key != LETTERS[0]:
            self.fields["template"] = forms.ModelChoiceField(
                published_templates(), label=_("Template"), required=False, initial=variant.template_id,
                empty_label=_("the same as A"), widget=UnfoldAdminSelectWidget(),
            )  # fmt: skip

    @property
    def subjects(self) -> list[forms.BoundField]:
        """The fields of the subjects."""
        return [self[name] for name in self.fields if name.startswith(_SUBJECT)]

    def clean(self) -> dict[str, Any]:
        """Each subject must be one that can be rendered."""
        given = super().clean() or {}
        for name in [one for one in given if one.startswith(_SUBJECT)]:
            given[name] = tidy_subject(given[name])
            if fault := find_subject_fault(given[name]):
                self.add_error(name, fault)
        return given

    def read(self) -> Variant:
        """What was written."""
        template = self.cleaned_data.get("template")
        subjects = {_locale(name): self.cleaned_data[name] for name in self.fields if name.startswith(_SUBJECT)}
        return Variant(key=self.variant.key, subjects=subjects, template_id=template.pk if template else None)


@dataclass(frozen=True, kw_only=True)
class ContentForms:
    """All that is written about content beside the campaign's template."""

    variants: Sequence[VariantForm]
    experiment: ExperimentForm
    is_test: bool

    @property
    def is_full(self) -> bool:
        """Whether there can be no further variant."""
        return len(self.variants) >= MOST

    @property
    def next_letter(self) -> str:
        """What a further one would be called."""
        return "" if self.is_full else LETTERS[len(self.variants)].upper()

    @property
    def forms(self) -> list[forms.Form]:
        """Those that are written now."""
        return [*self.variants, *([self.experiment] if self.is_test else [])]

    def is_valid(self) -> bool:
        """Whether all can be saved. Errors of every one are found."""
        return not [one for one in self.forms if not one.is_valid()]

    def disable(self) -> None:
        """Nobody may write it now."""
        for form in self.forms:
            for field in form.fields.values():
                field.disabled = True

    def faults(self) -> list[str]:
        """What is wrong, for a line of text."""
        return [
            f"{_('Variant %s: ') % form.variant.name if isinstance(form, VariantForm) and self.is_test else ''}"
            f"{form[name].label}: {error}"
            for form in self.forms for name, errors in form.errors.items() for error in errors
        ]  # fmt: skip

    def changes(self, change: str = "") -> dict[str, Any]:
        """What `editing.save` takes; `change` is "add", or "remove-b" and the like."""
        variants = [form.read() for form in self.variants]
        if change == "add" and not self.is_full:
            variants.append(Variant(key=LETTERS[len(variants)]))
        variants = [one for one in variants if change != f"remove-{one.key}" or one.key == LETTERS[0]]
        return {"variants": write_variants(variants), **(self.experiment.cleaned_data if self.is_test else {})}


def show_forms(campaign: Campaign) -> ContentForms:
    """As the campaign is."""
    initial = {name: getattr(campaign, name) for name in ExperimentForm.base_fields}
    return ContentForms(
        variants=[VariantForm(one, campaign) for one in variants_of(campaign)],
        experiment=ExperimentForm(initial=initial), is_test=is_test(campaign),
    )  # fmt: skip


def read_forms(campaign: Campaign, written: Mapping[str, Any]) -> ContentForms | None:
    """What was written; None where the form had none of it."""
    if f"{LETTERS[0]}-{_SUBJECT}" not in written:
        return None
    keys = [key for key in LETTERS if f"{key}-{_SUBJECT}" in written]
    known = {one.key: one for one in variants_of(campaign)}
    shown = read_variants([known[key].as_json() if key in known else {} for key in keys])
    return ContentForms(
        variants=[VariantForm(one, campaign, written) for one in shown], experiment=ExperimentForm(written),
        is_test=len(keys) > 1,
    )  # fmt: skip


def _subject_field(locale: str, own: str, is_of_many: bool) -> forms.CharField:
    label = _("Subject for %s") % (locale or _("everybody else")) if is_of_many else _("Subject")
    return forms.CharField(
        label=label, required=False, max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": own, "autocomplete": "off"}),
    )  # fmt: skip


def _locales(subjects: Mapping[str, str]) -> list[str]:
    return sorted({"", *subjects})


def _written_locales(key: str, written: Mapping[str, Any]) -> list[str]:
    start = f"{key}-{_SUBJECT}"
    names = [name.removeprefix(f"{key}-") for name in written if name == start or name.startswith(f"{start}-")]
    return sorted({_locale(name) for name in names if name == _SUBJECT or normal_locale(_locale(name))})


def _name(locale: str) -> str:
    return f"{_SUBJECT}-{locale}" if locale else _SUBJECT


def _locale(name: str) -> str:
    return name.removeprefix(_SUBJECT).removeprefix("-")


def _number(written: Any) -> int | None:
    return int(written) if isinstance(written, str) and written.isdecimal() and len(written) < 18 else None
